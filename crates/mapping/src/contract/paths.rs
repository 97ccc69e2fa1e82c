//! Paths of a contract: parsed, their variables bound to what they stand for.

use std::ops::Range;

use xmlshred_expr::Names;

use crate::path::{NodeTest, Path, Variable};

use super::diagnostic::Code;
use super::fields::Spanned;
use super::resolve::{Checker, Place};
use super::scalar;
use super::scope::{Scope, Visible};

/// Namespaces of which paths may ask for any name.
const MAX_WHOLE_NAMESPACES: usize = 16;

impl<'n> Checker<'n> {
    /// A path where there is no row, so that it has no variables.
    pub(super) fn path(&mut self, found: &Spanned<&'n str>) -> Path {
        let path = self.parsed_path(found);
        let mut all = Vec::new();
        path.for_each_variable(&mut |variable| all.push(variable.clone()));
        if let Some(Variable { name, span, .. }) = all.into_iter().next() {
            let span = self.inner_span(found, &span);
            let message = format!("there is no row here whose `${name}` could be meant");
            let hint = "compare with a path, or with text in quotes";
            self.problems.report(Code::InvalidPath, span, message, hint);
            return Path { text: found.value.to_owned(), ..Path::itself() };
        }
        path
    }

    /// A path whose variables are names that an expression could use there.
    pub(super) fn path_of_row(&mut self, found: &Spanned<&'n str>, scope: &Scope, place: Place) -> Path {
        let mut path = self.parsed_path(found);
        let mut unknown = Vec::new();
        let Self { surroundings, problems, variables, used_lets, .. } = self;
        let names = Visible { scope, surroundings, problems, path_text: None };
        path.for_each_variable_mut(&mut |variable| match names.input(&variable.name) {
            Some(input) => {
                variable.number = variables.len() as u32;
                variables.push(input);
                used_lets.extend(input.let_of(place.table));
            }
            None => unknown.push((variable.clone(), names.similar(&variable.name).map(str::to_owned))),
        });
        for (Variable { name, span, .. }, similar) in unknown {
            let span = self.inner_span(found, &span);
            if self.untyped.contains(&name.to_lowercase()) {
                continue;
            }
            let hint = similar.map_or_else(
                || "it must be a `let` or an earlier column of the row, of rows around it, or a `let` of the document".to_owned(),
                |similar| format!("did you mean `${similar}`?"),
            );
            self.problems.report(Code::UnknownExpressionName, span, format!("unknown name `${name}`"), hint);
        }
        path
    }

    /// Parses a path; mistakes are reported, and the answer is then the path `.`.
    fn parsed_path(&mut self, found: &Spanned<&'n str>) -> Path {
        match Path::parse(found.value, &self.namespaces) {
            Ok(path) => {
                self.count_whole_namespaces(&path, found);
                self.doubts.note_path(&path, &found.span);
                path
            }
            Err(problem) => {
                let span = self.inner_span(found, &problem.span);
                self.problems.report(Code::InvalidPath, span, problem.message, problem.hint);
                Path { text: found.value.to_owned(), ..Path::itself() }
            }
        }
    }

    /// Every name of a contract has a number in each namespace that some path asks for as a whole.
    fn count_whole_namespaces(&mut self, path: &Path, found: &Spanned<&'n str>) {
        let whole = &mut self.whole_namespaces;
        let before = whole.len();
        path.for_each_step(&mut |step| {
            if let NodeTest::AnyIn { namespace } = &step.test {
                whole.insert(namespace.clone());
            }
        });
        if before <= MAX_WHOLE_NAMESPACES && whole.len() > MAX_WHOLE_NAMESPACES {
            let message = format!("paths ask for any name in more than {MAX_WHOLE_NAMESPACES} namespaces");
            let hint = "write names instead of `p:*`, or `*` for any name in any namespace";
            self.problems.report(Code::InvalidPath, found.span.clone(), message, hint);
        }
    }

    /// A path that makes rows.
    pub(super) fn row_path(&mut self, found: &Spanned<&'n str>, scope: &Scope, place: Place) -> Path {
        let path = self.path_of_row(found, scope, place);
        if path.naming.is_some() || path.last_step().is_some_and(|step| step.test == NodeTest::Text) {
            self.problems.report(
                Code::NotAnElement,
                found.span.clone(),
                "rows are made from elements or attributes, and this path ends at text or a name",
                "end the path at the element, and read the text in a column",
            );
        }
        path
    }

    /// The place in the contract of a part of a scalar; that of the whole scalar when the part cannot be found in it.
    pub(super) fn inner_span(&self, found: &Spanned<&str>, inner: &Range<usize>) -> Range<usize> {
        let raw = self.text.get(found.span.clone()).unwrap_or_default();
        match scalar::Places::new(found.value, raw).of(inner) {
            Some(place) => found.span.start + place.start..found.span.start + place.end,
            None => found.span.clone(),
        }
    }
}

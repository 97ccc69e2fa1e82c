//! Expressions of a contract: compiled, their names found among what can be seen from where they stand, their mistakes told at their place.

use xmlshred_expr::{Problem, ProblemKind, compile};

use super::checked::BoundExpression;
use super::diagnostic::Code;
use super::fields::Spanned;
use super::resolve::{Checker, Place};
use super::scalar;
use super::scope::{Layer, Scope, Visible};

impl<'n> Checker<'n> {
    /// Compiles an expression and binds its names.
    pub(super) fn expression(
        &mut self,
        found: &Spanned<&'n str>,
        scope: &Scope,
        place: Place,
    ) -> Option<BoundExpression> {
        self.expression_over(found, scope, place, None)
    }

    /// The same, with the text of the path beside it where there is one.
    pub(super) fn expression_over(
        &mut self,
        found: &Spanned<&'n str>,
        scope: &Scope,
        place: Place,
        path_text: Option<&Layer>,
    ) -> Option<BoundExpression> {
        let is_misled = self.reads_untyped(found.value);
        let (surroundings, problems) = (&self.surroundings, &self.problems);
        let names = Visible { scope, surroundings, problems, path_text };
        match compile(found.value, &names, &self.work) {
            Ok(_) if is_misled => None,
            Ok(expression) => {
                let inputs = expression
                    .inputs()
                    .iter()
                    .map(|name| names.input(name).expect("the expression was compiled with this scope"))
                    .collect::<Vec<_>>();
                for (slot, part) in expression.compared_with_blank() {
                    let span = self.inner_span(found, part);
                    self.doubts.note_compared_with_blank(place.table, inputs[*slot], span);
                }
                self.used_lets.extend(inputs.iter().filter_map(|&input| input.let_of(place.table)));
                Some(BoundExpression { text: found.value.to_owned(), expression, inputs })
            }
            Err(problems) => {
                let told = |problem: &Problem| !is_misled || problem.kind != ProblemKind::WrongType;
                let raw = self.text.get(found.span.clone()).unwrap_or_default();
                let places = scalar::Places::new(found.value, raw);
                for problem in problems.into_iter().filter(told) {
                    let code = match problem.kind {
                        ProblemKind::Syntax | ProblemKind::Unsupported => Code::ExpressionSyntax,
                        ProblemKind::UnknownName => Code::UnknownExpressionName,
                        ProblemKind::UnknownFunction => Code::UnknownFunction,
                        ProblemKind::WrongArgumentCount => Code::WrongArgumentCount,
                        ProblemKind::WrongType => Code::ExpressionType,
                    };
                    let span = match places.of(&problem.span) {
                        Some(place) => found.span.start + place.start..found.span.start + place.end,
                        None => found.span.clone(),
                    };
                    self.problems.report(code, span, problem.message, problem.hint);
                }
                None
            }
        }
    }

    /// Whether an expression reads something whose type is not known after a mistake. Never of a contract that can be used: what is not
    /// compiled for this reason would be null there.
    fn reads_untyped(&self, expression: &str) -> bool {
        let mut words = expression.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.problems.has_errors() && words.any(|word| self.untyped.contains(&word.to_lowercase()))
    }
}

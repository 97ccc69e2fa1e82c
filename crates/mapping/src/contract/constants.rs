//! Constants and code lists of a contract as values of their column's type.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use xmlshred_model::lexical;
use xmlshred_model::{DataType, OwnedValue, Value};

use super::checked::{Case, CodeList};
use super::diagnostic::Code;
use super::fields::text;
use super::node::{Node, NodeKind};
use super::raw::constant_text;
use super::resolve::Checker;

impl<'n> Checker<'n> {
    /// A list by name, or written in place.
    pub(super) fn code_list(
        &mut self,
        node: &'n Node,
        data_type: DataType,
        case: Case,
    ) -> Option<Arc<CodeList>> {
        let (name, entries) = match &node.kind {
            NodeKind::Map(entries) => ("(in place)", &entries[..]),
            _ => {
                let found = text(node, "codes", &mut self.problems)?;
                let Some((name, entries)) = self.codes.get_key_value(found.value) else {
                    let message = format!("no code list `{}`", found.value);
                    let known = self.code_names.iter().copied();
                    let hint = self.problems.suggestion(found.value, known).unwrap_or_else(|| {
                        format!("define it in `codes:`, as in `{}: {{ A: 1 }}`", found.value)
                    });
                    self.problems.report(Code::UnknownCodes, found.span, message, hint);
                    return None;
                };
                let (name, entries) = (*name, *entries);
                self.used_codes.insert(name);
                if let Some(known) = self.code_lists.get(&(name, data_type, case)) {
                    return Some(Arc::clone(known));
                }
                (name, entries)
            }
        };
        let mut list = CodeList {
            name: name.to_owned(),
            entries: HashMap::default(),
            without_case: (case == Case::Insensitive).then(HashMap::default),
            blank: None,
            other: None,
        };
        for entry in entries {
            let value = self.constant(&entry.value, data_type, "code");
            match &*entry.key {
                "" => list.blank = Some(value),
                "*" => list.other = Some(value),
                key => {
                    list.entries.insert(key.to_owned(), value);
                    if let Some(without_case) = &mut list.without_case {
                        without_case.entry(key.to_lowercase()).or_insert_with(|| key.to_owned());
                    }
                }
            }
        }
        let list = Arc::new(list);
        if !matches!(&node.kind, NodeKind::Map(_)) {
            self.code_lists.insert((name, data_type, case), Arc::clone(&list));
        }
        Some(list)
    }

    /// A constant of the contract as a value of a type; null when it is none, which is reported.
    pub(super) fn constant(&mut self, node: &'n Node, data_type: DataType, what: &str) -> OwnedValue {
        let null = OwnedValue::Inline(Value::Null);
        let constant = match constant_text(node) {
            Ok(Some(text)) => text,
            Ok(None) => return null,
            Err(found) => {
                let message = format!("{what}: expected a constant, found {found}");
                let hint = "a constant is one text, number, `true`, `false` or `null`";
                self.problems.report(Code::WrongShape, node.span.clone(), message, hint);
                return null;
            }
        };
        self.constant_of(constant, &node.span, data_type, what)
    }

    pub(super) fn constant_of(
        &mut self,
        constant: &str,
        span: &Range<usize>,
        data_type: DataType,
        what: &str,
    ) -> OwnedValue {
        let converted = match data_type {
            DataType::Binary => lexical::parse_binary(constant).map(OwnedValue::Binary),
            data_type => lexical::parse(constant, data_type, &[]).map(|value| value.to_owned_value()),
        };
        converted.unwrap_or_else(|error| {
            let message = format!("{what} `{constant}`: {error}");
            self.problems.report(
                Code::InvalidConstant,
                span.clone(),
                message,
                "constants are written as XML would have them: 12.50, true, 2024-01-31, 2024-01-31T10:00:00",
            );
            OwnedValue::Inline(Value::Null)
        })
    }
}

//! What replacing a document asks of tables: that its rows can be found, and are its own. Documents with versions are replaced by every run.

use xmlshred_model::{OnExisting, Owner};

use super::checked::Contract;
use super::diagnostic::Code;
use super::document_key::may_be_shared;
use super::fields::Fields;
use super::node::{Node, NodeKind};
use super::resolve::Checker;
use super::schema::target_schema;

/// Why the rows of a table cannot be replaced with their document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untraced {
    /// Nothing in a row tells whose it is.
    Untold,
    /// Documents share rows: with one of them, those of others would go.
    Shared,
}

/// The tables (by index) whose rows cannot be replaced with their document. The documents of a contract that has none can be.
pub fn untraced_tables(contract: &Contract) -> Vec<(usize, Untraced)> {
    let owners: Vec<Option<Owner>> = target_schema(contract).owners;
    let of_table = |(table, owner): (usize, Option<Owner>)| {
        let is_shared = contract.target.on_existing != OnExisting::Fail && may_be_shared(contract, table);
        match owner {
            Some(_) if !is_shared => None,
            Some(_) => Some((table, Untraced::Shared)),
            None => Some((table, Untraced::Untold)),
        }
    };
    owners.into_iter().enumerate().filter_map(of_table).collect()
}

impl Untraced {
    /// What makes the rows traceable.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Untold => {
                "add a column with the document's key, as in `document_key: { generate: document_key, type: bigint }`, or `parent` columns for the whole key of a table that has one"
            }
            Self::Shared => "make the document's key part of the table's",
        }
    }
}

impl<'n> Checker<'n> {
    /// That a document that has changed can take the place of the one before.
    pub(super) fn check_replaceable(&mut self, contract: &Contract, fields: &Fields<'n>) {
        if contract.source.version.is_none() || self.problems.has_errors() {
            return;
        }
        let Some(Node { kind: NodeKind::Map(tables), .. }) = fields.get("tables") else { return };
        let spans: Vec<_> = tables.iter().map(|entry| (entry.key.clone(), entry.key_span.clone())).collect();
        for (table, why) in untraced_tables(contract) {
            let (name, span) = &spans[table];
            let (message, hint) = match why {
                Untraced::Shared => (
                    format!(
                        "documents share rows of `{name}`: with one that has changed, those of others would go"
                    ),
                    format!("{}, or leave out `source.version`", why.remedy()),
                ),
                Untraced::Untold => (
                    format!(
                        "nothing in a row of `{name}` tells whose document's it is: it could not be replaced"
                    ),
                    why.remedy().to_owned(),
                ),
            };
            self.problems.report(Code::UntracedRows, span.clone(), message, hint);
        }
    }
}

//! What documents with versions ask of tables: that the rows of a document can be found, and are its own.

use xmlshred_model::OnExisting;

use super::checked::Contract;
use super::diagnostic::Code;
use super::document_key::may_be_shared;
use super::fields::Fields;
use super::node::{Node, NodeKind};
use super::resolve::Checker;
use super::schema::target_schema;

impl<'n> Checker<'n> {
    /// That a document that has changed can take the place of the one before.
    pub(super) fn check_replaceable(&mut self, contract: &Contract, fields: &Fields<'n>) {
        if contract.source.version.is_none() || self.problems.has_errors() {
            return;
        }
        let Some(Node { kind: NodeKind::Map(tables), .. }) = fields.get("tables") else { return };
        let owners = target_schema(contract).owners;
        for (table, entry) in tables.iter().enumerate() {
            let name = &entry.key;
            let is_shared = contract.target.on_existing != OnExisting::Fail && may_be_shared(contract, table);
            let (message, hint) = match owners[table] {
                Some(_) if !is_shared => continue,
                Some(_) => (
                    format!(
                        "documents share rows of `{name}`: with one that has changed, those of others would go"
                    ),
                    "make the document's key part of the table's, or leave out `source.version`",
                ),
                None => (
                    format!(
                        "nothing in a row of `{name}` tells whose document's it is: it could not be replaced"
                    ),
                    "add a column with the document's key, as in `document_key: { generate: document_key, type: bigint }`, or `parent` columns for the whole key of a table that has one",
                ),
            };
            self.problems.report(Code::UntracedRows, entry.key_span.clone(), message, hint);
        }
    }
}

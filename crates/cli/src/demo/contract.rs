//! The demo's contract. Written to `DIR/contract.yaml`, where the user can change it and run again.

use xmlshred_databases::DatabaseUrl;
use xmlshred_demo::CONTRACT;

/// The schema of a server that the demo has to itself.
pub(super) const SCHEMA: &str = "xmlshred_demo";

/// The text of the contract for this database: on a server with a schema.
pub(super) fn text(database: &DatabaseUrl) -> String {
    if !database.dialect().has_schemas {
        return CONTRACT.to_owned();
    }
    let source = format!("  table: {SCHEMA}.app_xml\n");
    let target = format!("target:\n  schema: {SCHEMA}\n");
    CONTRACT.replacen("  table: app_xml\n", &source, 1).replacen("target:\n", &target, 1)
}

/// Columns whose values differ from run to run, so that no two runs can be compared by them.
pub(super) const CHANGING_COLUMNS: &[(&str, &str)] = &[("audit", "run_session"), ("audit", "shredded_at")];

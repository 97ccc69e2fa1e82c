//! The promises of the engine's conformance suite, over every database.

use xmlshred_engine::testing::conformance::cases;

use crate::postgres::PostgresBench;
use crate::sqlite::SqliteBench;

#[test]
fn sqlite_conforms() {
    for (name, case) in cases() {
        eprintln!("{name}");
        case(&SqliteBench);
    }
}

#[test]
fn postgresql_conforms() {
    let Some(bench) = PostgresBench::start("the conformance suite on PostgreSQL", &[]) else { return };
    for (name, case) in cases() {
        eprintln!("{name}");
        case(&bench);
    }
}

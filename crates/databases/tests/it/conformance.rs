//! The promises of the engine's conformance suite, over every database.

use xmlshred_engine::testing::Bench;
use xmlshred_engine::testing::conformance::cases;

use crate::postgres::PostgresBench;
use crate::sqlite::SqliteBench;
use crate::sqlserver::SqlServerBench;

/// Part of the names of the cases to run, where a whole suite takes too long.
const CASE_VARIABLE: &str = "XMLSHRED_TEST_CASE";

/// Runs the suite and tells how long each case took.
#[expect(clippy::print_stderr, reason = "progress of a test that takes a while")]
pub(crate) fn conforms(bench: &dyn Bench) {
    let wanted = std::env::var(CASE_VARIABLE).unwrap_or_default();
    for (name, case) in cases().iter().filter(|(name, _)| name.contains(&wanted)) {
        let started = std::time::Instant::now();
        case(bench);
        eprintln!("{name}: {:.2} s", started.elapsed().as_secs_f64());
    }
}

#[test]
fn sqlite_conforms() {
    conforms(&SqliteBench);
}

#[test]
fn postgresql_conforms() {
    if let Some(bench) = PostgresBench::start("the conformance suite on PostgreSQL", &[]) {
        conforms(&bench);
    }
}

#[test]
fn sql_server_conforms() {
    if let Some(bench) = SqlServerBench::start("the conformance suite on SQL Server") {
        conforms(&bench);
    }
}

//! The promises of the engine's conformance suite, over every database.

use xmlshred_engine::testing::conformance::cases;

use crate::sqlite::SqliteBench;

#[test]
fn sqlite_conforms() {
    for (name, case) in cases() {
        eprintln!("{name}");
        case(&SqliteBench);
    }
}

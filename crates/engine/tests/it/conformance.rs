//! The database in memory keeps the promises of every database.

use xmlshred_engine::testing::conformance::cases;
use xmlshred_engine::testing::memory::MemoryBench;

#[test]
fn memory_conforms() {
    for (name, case) in cases() {
        eprintln!("{name}");
        case(&MemoryBench);
    }
}

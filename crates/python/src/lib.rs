//! `xmlshred._native`: contracts, documents and rows for Python. No database: rows leave as Arrow streams.
//!
//! Life of a call of `shred`: `documents` takes portions of whatever Python object holds documents; `shredding` has threads make batches
//! of them, by the engine's own `Batching`, and keeps their order; `log` and `nested` make tables of the batches, `table` hands tables
//! over. Nothing of that needs the interpreter's lock but taking Python's own objects.
//!
//! What people see of it is `python/xmlshred`, whose `_native.pyi` has the documentation.

mod contract;
mod documents;
mod html;
mod infer;
mod keys;
mod log;
mod nested;
mod problems;
mod result;
mod schema;
mod shredding;
mod table;
mod texts;
mod types;

/// The module.
#[pyo3::pymodule(name = "_native")]
mod native {
    #[pymodule_export]
    use crate::contract::Contract;
    #[pymodule_export]
    use crate::contract::loaded;
    #[pymodule_export]
    use crate::infer::{Inferred, infer};
    #[pymodule_export]
    use crate::result::ShredResult;
    #[pymodule_export]
    use crate::schema::TableSchema;
    #[pymodule_export]
    use crate::table::Table;

    /// The version of the package, which is the program's.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

//! What a database has, in terms that all databases share, and what it lacks or has otherwise than the contract.

pub(crate) mod comparison;
pub(crate) mod known_names;
pub(crate) mod log_keys;
pub(crate) mod log_layout;
pub(crate) mod name_diagnostics;
pub(crate) mod name_problems;
pub(crate) mod real_table;
pub(crate) mod rights;
pub(crate) mod source_names;
pub(crate) mod target_names;

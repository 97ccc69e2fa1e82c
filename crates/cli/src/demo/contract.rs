//! The demo's contract. Written to `DIR/contract.yaml`, where the user can change it and run again.

/// The text of the contract.
pub(super) const TEXT: &str = include_str!("contract.yaml");

/// Columns whose values differ from run to run, so that no two runs can be compared by them.
pub(super) const CHANGING_COLUMNS: &[(&str, &str)] = &[("audit", "run_session"), ("audit", "shredded_at")];

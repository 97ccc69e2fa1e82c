//! Files of benchmarks.

use crate::workspace::root;

/// The released program.
pub(super) fn program() -> std::path::PathBuf {
    root().join("target/release/xmlshred")
}

/// Where benchmarks keep what they need.
pub(super) fn folder() -> std::path::PathBuf {
    root().join("target/bench")
}

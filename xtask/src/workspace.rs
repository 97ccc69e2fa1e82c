//! The workspace that chores are done for.

/// Why a chore failed, for the one who started it.
pub(crate) type Error = Box<dyn std::error::Error>;

/// The workspace's folder.
pub(crate) fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

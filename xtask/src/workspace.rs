//! The workspace that chores are done for.

/// Why a chore failed, for the one who started it.
pub(crate) type Error = Box<dyn std::error::Error>;

/// The workspace's folder.
pub(crate) fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// How the program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuildProfile {
    Debug,
    Release,
}

/// Builds the program; answers where it is.
///
/// # Errors
/// When it cannot be built.
pub(crate) fn built_program(profile: BuildProfile) -> Result<std::path::PathBuf, Error> {
    let mut command = std::process::Command::new("cargo");
    command.args(["build", "--quiet", "--package", "xmlshred"]).current_dir(root());
    let folder = match profile {
        BuildProfile::Debug => "debug",
        BuildProfile::Release => {
            command.arg("--release");
            "release"
        }
    };
    if !command.status()?.success() {
        return Err("the program cannot be built".into());
    }
    Ok(root().join("target").join(folder).join("xmlshred"))
}

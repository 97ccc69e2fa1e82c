//! Exit codes, as `--help` documents them.

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Done,
    /// The run stopped: database gone, disk full, too many failures.
    Stopped,
    /// Usage, configuration or contract.
    Usage,
    /// Finished, but some documents failed.
    SomeFailed,
    /// Ctrl-C or SIGTERM.
    Interrupted,
}

impl Exit {
    /// Every way to end, the worst first: what several instances together end with is the worst of them.
    const BY_SEVERITY: [Self; 5] =
        [Self::Usage, Self::Stopped, Self::Interrupted, Self::SomeFailed, Self::Done];

    /// What several instances together end with.
    pub(crate) fn worst(ends: &[Self]) -> Self {
        Self::BY_SEVERITY.into_iter().find(|exit| ends.contains(exit)).unwrap_or(Self::Done)
    }

    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Stopped => 1,
            Self::Usage => 2,
            Self::SomeFailed => 3,
            Self::Interrupted => 130,
        }
    }

    /// The way to end behind a number; a number that is none of ours means that a process died.
    pub(crate) fn from_code(code: Option<i32>) -> Self {
        let known = |exit: &Self| code == Some(i32::from(exit.code()));
        Self::BY_SEVERITY.into_iter().find(known).unwrap_or(Self::Stopped)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

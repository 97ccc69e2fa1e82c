//! How a demo ended.

/// How a demo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DemoEnding {
    /// As it should.
    Good,
    /// What came out is not what should have: a defect of xmlshred.
    Wrong,
    /// The instances ended with this exit code.
    Stopped(u8),
}

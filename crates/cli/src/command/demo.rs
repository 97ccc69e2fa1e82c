//! `xmlshred demo`: hands over to [`crate::demo`].

use crate::demo::{self, DemoArgs, DemoEnding};
use crate::error::CommandError;
use crate::exit::Exit;

/// Runs the demo. The documents that fail on purpose do not count as failed.
pub(crate) fn demo(args: &DemoArgs) -> Result<Exit, CommandError> {
    Ok(match demo::run(args, &mut anstream::stdout())? {
        DemoEnding::Good => Exit::Done,
        DemoEnding::Wrong => Exit::Stopped,
        DemoEnding::Stopped(code) => Exit::from_code(Some(code.into())),
    })
}

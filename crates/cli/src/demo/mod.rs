//! `xmlshred demo`: a database of invented loan applications, a contract, several instances at work, and the proof that
//! they did what one would have done.
//!
//! Life of a demo: [`xmlshred_demo`] makes documents → [`prepare`] writes `DIR/demo.db` (or the schema of a server) and
//! `DIR/contract.yaml` → [`show`]
//! launches the instances, then one instance into `DIR/demo-single.db` → [`compare`] compares the two → [`show`] tells.

mod args;
mod compare;
mod contract;
mod ending;
mod error;
mod line;
mod place;
mod prepare;
mod show;

use std::io::Write;

pub(crate) use args::DemoArgs;
pub(crate) use ending::DemoEnding;
pub(crate) use error::DemoError;

use crate::error::CommandError;

/// Runs the demo; its report goes to `out`.
///
/// # Errors
/// When files, databases or processes cannot be had.
pub(crate) fn run(args: &DemoArgs, out: &mut dyn Write) -> Result<DemoEnding, CommandError> {
    let place = place::Place::new(args)?;
    let prepared = prepare::prepare(args, &place)?;
    show::prepared(&prepared, &place, out)?;
    if args.prepare_only {
        show::commands(&place, args.instances, out)?;
        return Ok(DemoEnding::Good);
    }
    Ok(show::instances(&prepared, &place, args.instances, out)?)
}

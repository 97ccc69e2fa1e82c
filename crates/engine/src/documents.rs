//! Documents of a source for whoever looks at some outside of a run: one that cannot be read ends nothing, as in a run.

use std::ops::ControlFlow;

use xmlshred_model::DocumentKey;

use crate::activity::Activity;
use crate::policy::{Decision, decide, is_told_by_opening};
use crate::ports::{FetchedRow, PortError, Ports, Source};

/// Takes documents, or the reason why one cannot be read, until it says to stop.
pub type Take<'t> = dyn FnMut(&DocumentKey, Result<FetchedRow, PortError>) -> ControlFlow<()> + 't;

/// Hands over documents as [`Source::fetch`] does, and for those that the source does not hand over alone, the reason. Answers how many of the
/// keys are done with: fewer than all when `take` said to stop.
///
/// # Errors
/// When the source itself is to blame: it cannot be reached, has no answer, or cannot be opened anew by `ports`.
pub fn each(
    ports: &dyn Ports,
    source: &mut Box<dyn Source>,
    keys: &[DocumentKey],
    max_bytes: u64,
    take: &mut Take<'_>,
) -> Result<usize, PortError> {
    let mut next = match fetch(&mut **source, keys, max_bytes, take) {
        (_, Ok(ControlFlow::Continue(()))) => return Ok(keys.len()),
        (next, Ok(ControlFlow::Break(()))) => return Ok(next),
        (next, Err(error)) if is_of_documents(&error) => next,
        (_, Err(error)) => return Err(error),
    };
    while next < keys.len() {
        let flow = match fetch(&mut **source, &keys[next..=next], max_bytes, take) {
            (_, Ok(flow)) => flow,
            (_, Err(error)) if is_of_documents(&error) => {
                if is_told_by_opening(&error.fault) {
                    *source = ports.source()?;
                }
                take(&keys[next], Err(error))
            }
            (_, Err(error)) => return Err(error),
        };
        next += 1;
        if flow.is_break() {
            break;
        }
    }
    Ok(next)
}

/// How many of the keys are done with, and how that ended.
fn fetch(
    source: &mut dyn Source,
    keys: &[DocumentKey],
    max_bytes: u64,
    take: &mut Take<'_>,
) -> (usize, Result<ControlFlow<()>, PortError>) {
    let (mut next, mut flow) = (0, ControlFlow::Continue(()));
    let fetched = source.fetch(keys, max_bytes, &mut |key, row| {
        next += keys[next..].iter().position(|wanted| *wanted == key).map_or(0, |at| at + 1);
        flow = take(&key, Ok(row));
        flow
    });
    (next, fetched.map(|()| flow))
}

fn is_of_documents(error: &PortError) -> bool {
    matches!(decide(&error.fault, Activity::Fetch), Decision::BlameDocument(_))
}

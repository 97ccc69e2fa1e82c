//! How passes are measured: by the clock, or by who counts instructions from outside.

use std::time::Instant;

use serde_json::{Map, Value};

use crate::contestants::Contestant;

/// Seconds of every pass, by name. In each round everyone has a turn: a machine whose speed changes changes it for all. A round
/// before the first, in which buffers and caches fill, does not count.
pub(crate) fn time(
    contestants: &mut [Contestant],
    documents: &[String],
    round_count: usize,
) -> Map<String, Value> {
    let mut seconds = vec![Vec::with_capacity(round_count); contestants.len()];
    for round in 0..=round_count {
        for (Contestant { name: _, pass }, seconds) in contestants.iter_mut().zip(&mut seconds) {
            let started = Instant::now();
            pass(documents);
            if round > 0 {
                seconds.push(started.elapsed().as_secs_f64());
            }
        }
    }
    contestants
        .iter()
        .zip(seconds)
        .map(|(contestant, seconds)| (contestant.name.to_owned(), seconds.into()))
        .collect()
}

/// Documents of the pass that fills buffers and caches before the one that counts.
const WARMING_UP: usize = 200;

/// One pass in a function that callgrind can be told to count (`--toggle-collect=*counted_pass*`).
pub(crate) fn count(contestant: &mut Contestant, documents: &[String]) {
    let Contestant { name: _, pass } = contestant;
    pass(&documents[..documents.len().min(WARMING_UP)]);
    counted_pass(pass, documents);
}

#[inline(never)]
fn counted_pass(pass: &mut dyn FnMut(&[String]), documents: &[String]) {
    pass(documents);
    // Without something after it, the call would be a jump, which ends no function for callgrind.
    std::hint::black_box(());
}

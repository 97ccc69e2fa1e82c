//! `cargo xtask infer-score DIR`: how well contracts that `infer` drafts from a few documents fare with documents that it has not seen.
//!
//! Life of a trial: a standard's documents ([`corpus`]) → `k` of them by chance → the program infers a contract, and runs it over all
//! others into SQLite, as a user would; what the loaded ones hold and no column reads is measured ([`trial`]) → [`score`], a line per
//! standard and `k`.
//!
//! Corpora are not part of the project: `corpora.py` fills a folder from packages, `docs/infer.md` says which.

mod corpus;
mod request;
mod score;
mod trial;

use std::path::Path;

pub(crate) use request::Request;

use crate::workspace::{Error, built_program, root};
use corpus::Standard;
use score::Score;
use trial::Trial;

/// Builds the program, tries every standard with every `k`, prints the scores.
///
/// # Errors
/// When the folder holds no documents, or the program fails where it may not.
pub(crate) fn run(request: &Request) -> Result<(), Error> {
    let program = match &request.program {
        Some(program) => program.canonicalize()?,
        None => built_program(request.profile)?,
    };
    let standards = corpus::standards(&request.folder)?;
    if standards.is_empty() {
        return Err(format!("{} holds no XML documents", request.folder.display()).into());
    }
    let mut scores = Vec::new();
    if !request.is_json {
        println!("{}", Score::HEADER);
    }
    for standard in &standards {
        for &k in &request.sample_counts {
            let Some(score) = scored(request, &program, standard, k)? else {
                eprintln!(
                    "left out: {} with {k} samples, it has {}",
                    standard.name,
                    standard.documents.len()
                );
                continue;
            };
            if !request.is_json {
                println!("{score}");
                score.causes().for_each(|cause| println!("    {cause}"));
            }
            scores.push(score);
        }
    }
    if request.is_json {
        println!("{}", score::to_json(request.seed, &scores));
    } else {
        request.sample_counts.iter().for_each(|&k| println!("{}", score::summary(k, &scores)));
    }
    Ok(())
}

/// All draws of one standard with `k` samples; nothing where it has too few documents.
fn scored(request: &Request, program: &Path, standard: &Standard, k: usize) -> Result<Option<Score>, Error> {
    let Standard { name, documents, unreadable_count } = standard;
    if documents.len() < k + corpus::MIN_UNSEEN {
        return Ok(None);
    }
    let mut score = Score::new(name, k, *unreadable_count);
    for draw in 0..request.draws {
        let mut chance = fastrand::Rng::with_seed(request.seed.wrapping_add(draw));
        let (seen, unseen) = corpus::drawn(documents, k, &mut chance);
        let folder = root().join(format!("target/infer-score/{name}-{k}-{draw}"));
        let trial = Trial { program, folder: &folder, seen: &seen, unseen: &unseen };
        score.add(trial.perform().map_err(|error| format!("{name} with {k} samples: {error}"))?);
    }
    Ok(Some(score))
}

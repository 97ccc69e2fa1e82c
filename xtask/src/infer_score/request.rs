//! What is asked for: `cargo xtask infer-score DIR [--k 2,6,20] [--seed N] …`

use std::path::PathBuf;

use crate::workspace::BuildProfile;

/// Numbers of samples, when none are given.
const DEFAULT_SAMPLE_COUNTS: [usize; 3] = [2, 6, 20];

/// The arguments, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// One folder per standard, or documents.
    pub(super) folder: PathBuf,
    /// How many documents a contract is inferred from.
    pub(super) sample_counts: Vec<usize>,
    /// Decides which.
    pub(super) seed: u64,
    /// How often they are drawn, each time others.
    pub(super) draws: u64,
    /// The scores as JSON on standard output.
    pub(super) is_json: bool,
    /// How the program is built.
    pub(super) profile: BuildProfile,
    /// A program that is there already, instead of one that is built.
    pub(super) program: Option<PathBuf>,
}

impl Request {
    /// `None` for words that are no arguments.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let mut request = Self {
            folder: PathBuf::new(),
            sample_counts: DEFAULT_SAMPLE_COUNTS.to_vec(),
            seed: 1,
            draws: 1,
            is_json: false,
            profile: BuildProfile::Debug,
            program: None,
        };
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            match word {
                "--json" => request.is_json = true,
                "--release" => request.profile = BuildProfile::Release,
                "--k" => {
                    let counts = words.next()?.split(',').map(|count| count.trim().parse().ok());
                    request.sample_counts = counts.collect::<Option<_>>()?;
                }
                "--seed" => request.seed = words.next()?.parse().ok()?,
                "--draws" => request.draws = words.next()?.parse().ok().filter(|&draws| draws > 0)?,
                "--program" => request.program = Some(PathBuf::from(words.next()?)),
                word if !word.starts_with('-') && request.folder.as_os_str().is_empty() => {
                    request.folder = PathBuf::from(word);
                }
                _ => return None,
            }
        }
        let is_complete = !request.folder.as_os_str().is_empty() && !request.sample_counts.contains(&0);
        is_complete.then_some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_needed_and_the_rest_has_defaults() {
        let request = Request::parse(&["corpora"]).expect("a folder is enough");
        assert_eq!((&*request.sample_counts, request.seed, request.draws), (&[2, 6, 20][..], 1, 1));
        let request = Request::parse(&["--k", "3,4", "corpora", "--seed", "9", "--json"]).expect("arguments");
        assert_eq!((&*request.sample_counts, request.seed, request.is_json), (&[3, 4][..], 9, true));
        for wrong in [&[][..], &["a", "b"], &["a", "--k", "0"], &["a", "--k", "x"], &["a", "--draws", "0"]] {
            assert_eq!(Request::parse(wrong), None, "{wrong:?}");
        }
    }
}

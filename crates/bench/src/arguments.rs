//! What the program is told: `time` or `count NAME`, and words `key=number`.

use crate::corpus::Wanted;

/// What to do, with which documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// What to do.
    pub(crate) task: Task,
    /// The documents.
    pub(crate) wanted: Wanted,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Time everyone, or one.
    Time {
        /// How often.
        round_count: usize,
        /// Who, if not all.
        only: Option<String>,
    },
    /// One pass of one, to be counted from outside.
    Count {
        /// Who.
        name: String,
    },
}

impl Request {
    /// `None` when a word is not understood.
    pub(crate) fn parse(words: &[String]) -> Option<Self> {
        let (task, settings) = words.split_first()?;
        let mut wanted = Wanted { average_bytes: 5_000, count: 1_000, seed: 7, below: usize::MAX };
        let mut round_count = 11;
        let mut only = None;
        for word in settings {
            let (key, value) = word.split_once('=')?;
            match key {
                "bytes" => wanted.average_bytes = value.parse().ok()?,
                "documents" => wanted.count = value.parse().ok()?,
                "seed" => wanted.seed = value.parse().ok()?,
                "below" => wanted.below = value.parse().ok()?,
                "rounds" => round_count = value.parse().ok()?,
                "only" => only = Some(value.to_owned()),
                _ => return None,
            }
        }
        let task = match task.as_str() {
            "time" => Task::Time { round_count, only },
            "count" => Task::Count { name: only? },
            _ => return None,
        };
        Some(Self { task, wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_settings_and_an_unknown_one_is_refused() {
        let parsed = |text: &str| Request::parse(&text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>());
        let wanted = Wanted { average_bytes: 20_000, count: 1_000, seed: 7, below: 10_000 };
        let task = Task::Count { name: "shred".to_owned() };
        assert_eq!(parsed("count only=shred bytes=20000 below=10000"), Some(Request { task, wanted }));
        assert_eq!(parsed("count bytes=20000"), None);
        assert_eq!(parsed("time byte=20000"), None);
    }
}

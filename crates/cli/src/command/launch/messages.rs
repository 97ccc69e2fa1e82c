//! What instances say: which of it is shown, and once, however many say it.

use std::collections::HashMap;

use anstream::adapter::strip_str;

/// Lines that are remembered: who says ever new things must not fill memory.
const MAX_REMEMBERED: usize = 1_000;

/// Decides about lines.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Whether only what went wrong is shown: the board shows the rest, and the log files have all.
    only_wrong: bool,
    /// By words without their time: who said it.
    said: HashMap<String, Vec<u32>>,
    /// Errors in the order in which they came.
    errors: Vec<String>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A document that failed: the causes count it.
    Failure,
    /// Something is not as it should be.
    Wrong,
    /// Anything else.
    Said,
}

impl Messages {
    pub(super) fn new(only_wrong: bool) -> Self {
        Self { only_wrong, ..Self::default() }
    }

    /// Whether this line of this instance is to be shown.
    pub(super) fn shows(&mut self, index: u32, line: &str) -> bool {
        let plain = strip_str(line).to_string();
        let (kind, words) = kind(&plain);
        match kind {
            Kind::Said | Kind::Failure => return !self.only_wrong,
            Kind::Wrong => {}
        }
        if let Some(instances) = self.said.get_mut(words) {
            if instances.contains(&index) {
                return true;
            }
            instances.push(index);
            return false;
        }
        if self.said.len() < MAX_REMEMBERED {
            self.said.insert(words.to_owned(), vec![index]);
            if words.starts_with("error:") {
                self.errors.push(words.to_owned());
            }
        }
        true
    }

    /// Which instances said an error that another had said before: told at the end.
    pub(super) fn repeated(&self) -> Vec<String> {
        let told = self.errors.iter().filter_map(|error| {
            let instances = self.said.get(error)?;
            let others: Vec<_> = instances[1..].iter().map(|index| (index + 1).to_string()).collect();
            let (first, plural) = (instances[0] + 1, if others.len() > 1 { "s" } else { "" });
            (!others.is_empty()).then(|| {
                format!(
                    "instance{plural} {} stopped for the same error as instance {first}",
                    others.join(", ")
                )
            })
        });
        told.collect()
    }
}

/// What the line is, and its words without time.
fn kind(line: &str) -> (Kind, &str) {
    let mut words = line.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(time), Some(level), Some(message)) if time.ends_with('Z') && time.contains('T') => {
            match level {
                "WARNING" if is_failure(message) => (Kind::Failure, message),
                "WARNING" | "ERROR" | "CRITICAL" => (Kind::Wrong, message),
                _ => (Kind::Said, message),
            }
        }
        _ => (Kind::Wrong, line),
    }
}

fn is_failure(message: &str) -> bool {
    message.starts_with("Document ") && message.contains(" failed: ")
        || message.starts_with("More documents failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mistake_is_told_once() {
        let mut messages = Messages::new(false);
        let error = "error: the target has no table `person`";
        assert!(messages.shows(1, error));
        assert!(!messages.shows(0, &format!("\u{1b}[31m{error}\u{1b}[0m")));
        assert!(!messages.shows(2, error));
        assert_eq!(messages.repeated(), ["instances 1, 3 stopped for the same error as instance 2"]);
        let warning =
            |second| format!("2026-11-28T03:12:0{second}.000Z WARNING server gone, tries until 03:17:07Z");
        assert!(messages.shows(0, &warning(1)));
        assert!(!messages.shows(1, &warning(2)));
        assert!(messages.shows(0, &warning(3)), "an instance may say the same again");
        assert_eq!(messages.repeated().len(), 1);
    }

    #[test]
    fn a_board_has_only_what_went_wrong_above_it() {
        for (line, shown) in [
            ("2026-11-28T03:12:07.123Z INFO Session: night", false),
            ("2026-11-28T03:12:07.123Z WARNING Document app_id 7 failed: parse: not-well-formed: …", false),
            (
                "2026-11-28T03:12:07.123Z WARNING no commit for 25 s: waiting for a lock of pid 9120 (psql)",
                true,
            ),
            ("hint: create it", true),
        ] {
            assert_eq!(Messages::new(true).shows(0, line), shown, "{line}");
            assert!(Messages::new(false).shows(0, line), "{line}");
        }
    }
}

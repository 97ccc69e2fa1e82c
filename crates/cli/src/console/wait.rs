//! What a run waits for, and since when: a fold over its events.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use xmlshred_engine::{Activity, Event, Trouble};

use super::numbers::duration;

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    /// Such as `waiting for a lock of pid 9120 (psql)`, or `server gone, tries until 03:17:07Z`.
    what: String,
    /// Since when nothing came, and of what: `no commit`; none where the words say how long.
    since: Option<(&'static str, Instant)>,
    /// Whether tries follow each other.
    trouble: Option<Trouble>,
    began: Instant,
}

/// The same on its way to another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentWait {
    what: String,
    milliseconds: Option<u64>,
}

/// What is told of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It waits, in words.
    Waits(String),
    /// It goes on, in words.
    GoesOn(String),
}

impl Wait {
    /// Takes note of an event at this moment; answers what is to be told of it. A repetition is no news.
    pub(crate) fn follow(wait: &mut Option<Self>, event: &Event, now: Instant) -> Option<Told> {
        match event {
            Event::Waiting { during, since, holder } => {
                let began = now.checked_sub(*since).unwrap_or(now);
                let what = match holder {
                    Some(holder) => format!("waiting for a lock of {holder}"),
                    None => format!("{during} takes long"),
                };
                let found = Self { what, since: Some((nothing(*during), began)), trouble: None, began };
                let words = found.words(now);
                *wait = Some(found);
                Some(Told::Waits(words))
            }
            Event::Retrying { trouble, patience, reason, .. } => {
                let what = match trouble {
                    Trouble::Gone => "server gone",
                    Trouble::Silent => "no answer in time",
                    Trouble::Busy => "locked by others",
                    Trouble::Session => return None,
                };
                if wait.as_ref().is_some_and(|wait| wait.trouble == Some(*trouble)) {
                    return None;
                }
                let what = format!("{what}, tries until {}", clock(*patience));
                let began = wait.as_ref().map_or(now, |wait| wait.began);
                let told = format!("{what}: {reason}");
                *wait = Some(Self { what, since: None, trouble: Some(*trouble), began });
                // What passes with the next try is no news.
                (*trouble != Trouble::Busy).then_some(Told::Waits(told))
            }
            Event::Recovered { after, .. } => {
                let over = wait.take_if(|wait| wait.trouble.is_some())?;
                let is_news = over.trouble != Some(Trouble::Busy) || after.as_secs() > 0;
                is_news.then(|| Told::GoesOn(format!("back after {}", spent(now - over.began))))
            }
            Event::Committed { .. } | Event::Extracted { .. } => {
                let is_over = |wait: &mut Self| match (&wait.since, event) {
                    (Some((nothing, _)), Event::Committed { .. }) => *nothing == NO_COMMIT,
                    (Some((nothing, _)), _) => *nothing != NO_COMMIT,
                    (None, _) => false,
                };
                let over = wait.take_if(is_over)?;
                Some(Told::GoesOn(format!("goes on after {}", spent(now - over.began))))
            }
            Event::Finished => {
                *wait = None;
                None
            }
            _ => None,
        }
    }

    /// In words, as of this moment: `no commit for 25 s: waiting for a lock of pid 9120 (psql)`.
    pub(crate) fn words(&self, now: Instant) -> String {
        match self.since {
            Some((nothing, since)) => format!("{nothing} for {}: {}", spent(now - since), self.what),
            None => self.what.clone(),
        }
    }

    /// For another process.
    pub(crate) fn sent(&self, now: Instant) -> SentWait {
        let milliseconds = self.since.map(|(_, since)| (now - since).as_millis());
        SentWait {
            what: self.what.clone(),
            milliseconds: milliseconds.map(|millis| u64::try_from(millis).unwrap_or(u64::MAX)),
        }
    }
}

impl SentWait {
    /// In words, so long after it was sent.
    pub(crate) fn words(&self, later: Duration) -> String {
        match self.milliseconds {
            Some(millis) => {
                format!("{NO_COMMIT} for {}: {}", spent(Duration::from_millis(millis) + later), self.what)
            }
            None => self.what.clone(),
        }
    }
}

const NO_COMMIT: &str = "no commit";

/// What there is none of meanwhile.
fn nothing(during: Activity) -> &'static str {
    match during {
        Activity::Load | Activity::Remove => NO_COMMIT,
        Activity::Fetch | Activity::ReadKeys | Activity::ReadLog => "no document",
        Activity::ConnectSource | Activity::ConnectTarget | Activity::CreateTables | Activity::Count => {
            "no answer"
        }
    }
}

/// `25 s`, `2 min 05 s`
fn spent(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        _ => duration(time),
    }
}

/// The time of day so long from now, as in the lines of the log.
fn clock(from_now: Duration) -> String {
    let at = jiff::SignedDuration::try_from(from_now)
        .ok()
        .and_then(|span| jiff::Timestamp::now().checked_add(span).ok());
    at.map_or_else(|| "the end".to_owned(), |at| at.strftime("%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_engine::ports::LockHolder;

    fn waiting(seconds: u64, holder: Option<LockHolder>) -> Event {
        Event::Waiting { during: Activity::Load, since: Duration::from_secs(seconds), holder }
    }

    fn committed() -> Event {
        Event::Committed {
            success_count: 1,
            failed_count: 0,
            skipped_count: 0,
            already_done_count: 0,
            byte_count: 1,
            table_row_counts: Vec::new(),
            issues: Vec::new(),
            duration: Duration::ZERO,
        }
    }

    fn retrying(trouble: Trouble) -> Event {
        let (delay, patience) = (Duration::ZERO, Duration::from_secs(300));
        Event::Retrying { attempt: 2, delay, reason: "loading rows: gone".to_owned(), trouble, patience }
    }

    #[test]
    fn a_lock_is_told_with_its_holder_and_counts_on_until_the_next_commit() {
        let now = Instant::now() + Duration::from_secs(100);
        let mut wait = None;
        let holder = LockHolder { pid: 9120, program: "psql".to_owned() };
        let told = Wait::follow(&mut wait, &waiting(25, Some(holder)), now);
        assert_eq!(
            told,
            Some(Told::Waits("no commit for 25 s: waiting for a lock of pid 9120 (psql)".to_owned()))
        );
        let later = now + Duration::from_secs(60);
        let words = "no commit for 1 min 25 s: waiting for a lock of pid 9120 (psql)";
        assert_eq!(wait.as_ref().unwrap().words(later), words);
        assert_eq!(wait.as_ref().unwrap().sent(now).words(Duration::from_secs(60)), words);
        let told = Wait::follow(&mut wait, &committed(), later);
        assert_eq!((told, wait), (Some(Told::GoesOn("goes on after 1 min 25 s".to_owned())), None));
    }

    #[test]
    fn a_server_that_is_gone_is_told_once_and_when_it_is_back() {
        let now = Instant::now();
        let mut wait = None;
        let Some(Told::Waits(words)) = Wait::follow(&mut wait, &retrying(Trouble::Gone), now) else {
            panic!("nothing is told")
        };
        assert!(
            words.starts_with("server gone, tries until ") && words.ends_with("Z: loading rows: gone"),
            "{words}"
        );
        assert_eq!(Wait::follow(&mut wait, &retrying(Trouble::Gone), now + Duration::from_secs(3)), None);
        let recovered = Event::Recovered { during: Activity::Load, after: Duration::from_secs(9) };
        let told = Wait::follow(&mut wait, &recovered, now + Duration::from_secs(9));
        assert_eq!((told, wait), (Some(Told::GoesOn("back after 9 s".to_owned())), None));
    }

    #[test]
    fn what_passes_at_once_is_no_news() {
        let now = Instant::now();
        let mut wait = None;
        assert_eq!(Wait::follow(&mut wait, &retrying(Trouble::Busy), now), None);
        let recovered = Event::Recovered { during: Activity::Load, after: Duration::from_millis(80) };
        assert_eq!(Wait::follow(&mut wait, &recovered, now), None);
        assert_eq!(Wait::follow(&mut wait, &committed(), now), None);
    }
}

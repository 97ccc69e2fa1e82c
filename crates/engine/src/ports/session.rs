//! Runs that are at work, as the database sees them.

use xmlshred_model::Share;

/// A session of a run, or what else of it can be seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSession {
    /// What it says of itself.
    pub name: SessionName,
    /// The machine that it comes from, where the database tells.
    pub host: Option<String>,
    /// The lock that it waits for.
    pub waits_for: Option<LockHolder>,
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockHolder {
    /// Number of its session, as the server counts them.
    pub pid: i64,
    /// What its program calls itself. Another's word: shown with care, and cut.
    pub program: String,
}

impl std::fmt::Display for LockHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pid, program } = self;
        match SessionName::parse(program) {
            Some(name) => write!(f, "pid {pid} (instance {})", name.instance()),
            None if program.trim().is_empty() => write!(f, "pid {pid}"),
            None => {
                let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
                let program: String = program.trim().chars().map(plain).take(MAX_PROGRAM).collect();
                write!(f, "pid {pid} ({program})")
            }
        }
    }
}

/// Characters of a foreign program's name that are shown.
const MAX_PROGRAM: usize = 30;
/// Servers keep so many bytes of a session's name; the end is the session of the run, of which enough is left to tell it.
const MAX_KEPT: usize = 63;

/// What a run calls its sessions: `xmlshred 0.1.0 instance 1/3 pid 11705 c3f1 20261128_115512_7f3a`, so that administrators see who is who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionName {
    /// Of the program.
    pub version: String,
    /// Which instance.
    pub share: Share,
    /// Of its process.
    pub pid: u32,
    /// Four hexadecimal digits that tell contracts apart.
    pub contract: String,
    /// What people call the run; its beginning where the server has cut the name.
    pub session_id: String,
}

impl SessionName {
    /// The name of this process's sessions.
    pub fn new(version: &str, share: Share, contract_name: &str, session_id: &str) -> Self {
        let (version, session_id) = (version.to_owned(), session_id.to_owned());
        Self { version, share, pid: std::process::id(), contract: contract_tag(contract_name), session_id }
    }

    /// What a session's name says; `None` where it is none of a run.
    pub fn parse(name: &str) -> Option<Self> {
        let mut words = name.strip_prefix("xmlshred ")?.split(' ');
        let version = words.next()?.to_owned();
        let share = match (words.next()?, words.next()?.split_once('/')?) {
            ("instance", (number, count)) => {
                Share::new(number.parse::<u32>().ok()?.checked_sub(1)?, count.parse().ok()?).ok()?
            }
            _ => return None,
        };
        let pid = if words.next()? == "pid" { words.next()?.parse().ok()? } else { return None };
        let contract = words.next()?.to_owned();
        Some(Self { version, share, pid, contract, session_id: words.next().unwrap_or_default().to_owned() })
    }

    /// Whether it is of a run of this contract.
    pub fn is_of(&self, contract_name: &str) -> bool {
        self.contract == contract_tag(contract_name)
    }

    /// Whether it is of the run that people call so.
    pub fn is_of_session(&self, session_id: &str) -> bool {
        let is_cut = self.to_string().len() >= MAX_KEPT;
        self.session_id == session_id || is_cut && session_id.starts_with(&self.session_id)
    }

    /// `1/3`
    pub fn instance(&self) -> String {
        format!("{}/{}", u64::from(self.share.index()) + 1, self.share.count())
    }
}

fn contract_tag(name: &str) -> String {
    format!("{:04x}", xxhash_rust::xxh3::xxh3_64(name.as_bytes()) & 0xffff)
}

impl std::fmt::Display for SessionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { version, share: _, pid, contract, session_id } = self;
        write!(f, "xmlshred {version} instance {} pid {pid} {contract} {session_id}", self.instance())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(session_id: &str) -> SessionName {
        SessionName {
            pid: 11705,
            ..SessionName::new("0.1.0", Share::new(0, 3).unwrap(), "invoice", session_id)
        }
    }

    #[test]
    fn a_name_says_what_it_was_made_of_also_when_it_was_cut() {
        let whole = name("20261128_115512_7f3a");
        assert_eq!(whole.to_string().len(), MAX_KEPT);
        assert_eq!(SessionName::parse(&whole.to_string()), Some(whole.clone()));
        assert!(whole.is_of("invoice") && !whole.is_of("order"));
        assert!(whole.is_of_session("20261128_115512_7f3a") && !whole.is_of_session("20261128_115512_7f3b"));
        let long = name("every-night-after-closing-time").to_string();
        let cut = SessionName::parse(&long[..MAX_KEPT]).unwrap();
        assert!(cut.is_of_session("every-night-after-closing-time") && !cut.is_of_session("every-day"));
        let short = name("a");
        assert!(short.is_of_session("a") && !short.is_of_session("ab"));
    }

    #[test]
    fn names_of_others_are_none() {
        for other in [
            "psql",
            "",
            "xmlshred",
            "xmlshred 0.1.0",
            "xmlshred 0.1.0 instance 4/3 pid 1 c3f1 s",
            "xmlshred 0.1.0 instance x pid",
        ] {
            assert_eq!(SessionName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn who_holds_a_lock_is_told_by_number_and_program() {
        let told = |program: &str| LockHolder { pid: 9120, program: program.to_owned() }.to_string();
        assert_eq!(told("psql"), "pid 9120 (psql)");
        assert_eq!(told(""), "pid 9120");
        assert_eq!(told(&name("s").to_string()), "pid 9120 (instance 1/3)");
        assert_eq!(told("\u{1b}[31m"), "pid 9120 (\u{fffd}[31m)");
    }
}

//! Why a run failed.

use std::time::Duration;

use xmlshred_model::DocumentKey;

use crate::activity::Activity;
use crate::ports::{Fault, PortError};
use crate::settings::MaxFailures;

/// A run that stopped before its end. What is committed stays, what is not is untouched: the same run can be started
/// again.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A fault that no second try can mend.
    #[error("{}", once(*during, error))]
    Port {
        /// What was being done.
        during: Activity,
        /// The fault.
        #[source]
        error: PortError,
    },
    /// A fault that passes in most cases, but did not in time.
    #[error("{} (gave up after {attempts} tries in {} s)", once(*during, error), elapsed.as_secs())]
    RetriesExhausted {
        /// What was being done.
        during: Activity,
        /// How often.
        attempts: u32,
        /// From the first fault to the last.
        elapsed: Duration,
        /// The last fault.
        #[source]
        error: Box<PortError>,
    },
    /// The target refused the log row of a document that failed.
    #[error("the log takes no row for document {key}: {error}")]
    LogRefused {
        /// The document.
        key: Box<DocumentKey>,
        /// The fault.
        #[source]
        error: PortError,
    },
    /// Many documents, one after the other, met one and the same error that no rule knows.
    #[error("{during}: {count} documents in a row, and none between them that went through: {error}")]
    RefusedInARow {
        /// What was being done.
        during: Activity,
        /// How many, with the last, which is not logged.
        count: u32,
        /// The fault of the last.
        #[source]
        error: PortError,
    },
    /// More documents failed than allowed.
    #[error("{failed} of {processed} documents failed, the limit is {limit}")]
    TooManyFailures {
        /// Documents that failed.
        failed: u64,
        /// Documents processed.
        processed: u64,
        /// The limit.
        limit: MaxFailures,
    },
    /// A stop was requested before the run began.
    #[error("interrupted")]
    Interrupted,
    /// A defect: a thread of the pipeline panicked.
    #[error("internal error: the {thread} panicked")]
    ThreadPanicked {
        /// Which one.
        thread: &'static str,
    },
    /// The system gives no thread.
    #[error("cannot start a thread for the {thread}: {error}")]
    NoThread {
        /// For what.
        thread: &'static str,
        /// The system's error.
        #[source]
        error: std::io::Error,
    },
}

/// What was being done, and the fault. Where the fault's own words begin with the same verb, it is said once; what a connection that came
/// about has shown stands alone.
pub(crate) fn once(during: Activity, error: &PortError) -> String {
    if matches!(during, Activity::ConnectSource | Activity::ConnectTarget) && is_found_behind_it(error) {
        return error.to_string();
    }
    let (during, error) = (during.as_str(), error.to_string());
    let verb = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    if verb(during) != verb(&error) {
        return format!("{during}: {error}");
    }
    match during.strip_prefix("connecting to ") {
        Some(side) if error.starts_with("connecting to ") => format!("{side}: {error}"),
        _ => error,
    }
}

/// Whether a fault met while connecting says nothing about that: tables, rights, a file that is not there.
fn is_found_behind_it(error: &PortError) -> bool {
    let words = error.to_string();
    match error.fault {
        Fault::MissingTable { .. } | Fault::WrongTable { .. } | Fault::ReadOnly => true,
        Fault::AccessDenied | Fault::CannotConnect => !words.starts_with("connecting to "),
        _ => false,
    }
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Port { error, .. } => error.hint.as_deref(),
            Self::RetriesExhausted { error, .. } => Some(
                error
                    .hint
                    .as_deref()
                    .unwrap_or("when the database answers again, start the same command again"),
            ),
            Self::LogRefused { error, .. } => Some(
                error.hint.as_deref().unwrap_or("compare the log tables with what `xmlshred ddl` prints"),
            ),
            Self::RefusedInARow { during: Activity::Fetch, .. } => Some(
                "so many in a row are hardly the documents' fault: mend the cause, then run again; \
                 --show-database-messages shows the database's own words on the console",
            ),
            Self::RefusedInARow { .. } => Some(
                "so many in a row are hardly the documents' fault: mend the cause, then run again and say `xmlshred retry`, as all but \
                 the last are logged as failed; --show-database-messages shows the database's own words on the console",
            ),
            Self::TooManyFailures { .. } => Some(
                "`xmlshred failures` tells why; mend the contract, say `xmlshred retry`, then run again; \
                 --max-failures sets another limit",
            ),
            Self::Interrupted => None,
            Self::ThreadPanicked { .. } => Some("this is a defect of xmlshred: please report it"),
            Self::NoThread { .. } => Some("use fewer --workers, or raise the limit of threads"),
        }
    }
}

//! What a fault means: the one place where that is decided.

use xmlshred_model::{Failure, FailureCode, Stage};

use crate::activity::Activity;
use crate::event::Trouble;
use crate::ports::{Fault, PortError};

/// So many documents in a row that are refused with one and the same error that no rule knows, and none that goes through between
/// them, are not to blame: the run stops.
pub const REFUSED_IN_A_ROW: u32 = 20;

/// Whom a fault that does not pass may be blamed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Several documents: fewer at a time take less, and the guilty one among them comes to stand alone.
    Several,
    /// One document alone.
    One,
    /// No document.
    Nobody,
}

/// After so many tries in a row that ended in silence or a lost connection, although the database was reached anew before each,
/// documents are tried in smaller parts.
pub const TRIES_TOGETHER: u32 = 3;
/// And after so many, a document that is tried alone is to blame: its trigger runs for ever, or ends the server's process.
pub const TRIES_ALONE: u32 = 8;

/// Whether a fault of this kind that came up this often in a row, or for as long as anybody has patience, is to be blamed on
/// documents; on which code.
pub fn blame_after(
    fault: &Fault,
    during: Activity,
    subject: Subject,
    tries: u32,
    patience: Patience,
) -> Option<FailureCode> {
    let code = match during {
        Activity::Load => FailureCode::RefusedByTarget,
        Activity::Fetch => FailureCode::RefusedBySource,
        _ => return None,
    };
    let enough = match subject {
        Subject::Several => TRIES_TOGETHER,
        Subject::One => TRIES_ALONE,
        Subject::Nobody => return None,
    };
    let is_meant = matches!(fault, Fault::ConnectionLost | Fault::Timeout);
    (is_meant && (tries >= enough || patience == Patience::Over && tries > 1)).then_some(code)
}

/// What kind of fault this is, for those who wait.
pub(crate) fn trouble(fault: &Fault) -> Trouble {
    match fault {
        Fault::ConnectionLost | Fault::CannotConnect => Trouble::Gone,
        Fault::Timeout => Trouble::Silent,
        Fault::Busy | Fault::Deadlock => Trouble::Busy,
        _ => Trouble::Session,
    }
}

/// Whether there is patience left for another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// There is.
    Left,
    /// There is not.
    Over,
}

/// What follows from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again with the same connection.
    Retry,
    /// Try again with a new connection.
    Reconnect,
    /// Try again with a new connection if the database was reached before in this run; else the address is wrong.
    ReconnectIfReachedBefore,
    /// Some document is guilty: split until it stands alone, then it failed with this code. Where the code is
    /// [`FailureCode::RefusedByTarget`] or [`FailureCode::RefusedBySource`] that is a suspicion, until [`REFUSED_IN_A_ROW`]
    /// documents prove otherwise.
    BlameDocument(FailureCode),
    /// The run cannot go on.
    Stop,
}

/// What follows from this fault, met while doing this.
pub fn decide(fault: &Fault, during: Activity) -> Decision {
    match fault {
        Fault::Busy | Fault::Deadlock => Decision::Retry,
        // A commit under way may have happened: the log knows, and `Sink::commit` asks it.
        Fault::ConnectionLost | Fault::Timeout => Decision::Reconnect,
        Fault::CannotConnect => Decision::ReconnectIfReachedBefore,
        Fault::UniqueViolation { .. }
        | Fault::ForeignKeyViolation { .. }
        | Fault::NotNullViolation { .. }
        | Fault::CheckViolation { .. }
        | Fault::ValueRejected { .. }
        | Fault::Refused { .. }
        | Fault::AccessDenied
        | Fault::MissingTable { .. }
        | Fault::WrongTable { .. }
        | Fault::Corrupt
        | Fault::DiskFull
        | Fault::ReadOnly
        | Fault::Other => match during {
            Activity::Load => decide_loading(fault),
            Activity::Fetch => decide_fetching(fault),
            Activity::ConnectSource
            | Activity::ConnectTarget
            | Activity::CreateTables
            | Activity::Count
            | Activity::ReadKeys
            | Activity::ReadLog
            | Activity::Remove => Decision::Stop,
        },
    }
}

fn decide_loading(fault: &Fault) -> Decision {
    let code = match fault {
        Fault::UniqueViolation { .. } => FailureCode::UniqueViolation,
        Fault::ForeignKeyViolation { .. } => FailureCode::ForeignKeyViolation,
        Fault::NotNullViolation { .. } => FailureCode::NotNullViolation,
        Fault::CheckViolation { .. } => FailureCode::CheckViolation,
        Fault::ValueRejected { .. } => FailureCode::ValueRejected,
        // A log row finds room for longer than a document's rows: that it can be committed proves nothing.
        Fault::DiskFull => return Decision::Stop,
        // Triggers and policies of the target refuse one row with the same codes that tell of a table that is gone, or of a server that takes
        // no writes: whether it does, the log row alone tells.
        _ => FailureCode::RefusedByTarget,
    };
    Decision::BlameDocument(code)
}

fn decide_fetching(fault: &Fault) -> Decision {
    match fault {
        Fault::DiskFull | Fault::ReadOnly => Decision::Stop,
        // One damaged page is one document's.
        _ => Decision::BlameDocument(FailureCode::RefusedBySource),
    }
}

/// Whether the same fault is to be expected of the connection itself, so that opening it anew, which looks at tables, columns and rights,
/// tells whether a document is to blame.
pub(crate) fn is_told_by_opening(fault: &Fault) -> bool {
    match fault {
        Fault::AccessDenied
        | Fault::MissingTable { .. }
        | Fault::WrongTable { .. }
        | Fault::DiskFull
        | Fault::ReadOnly
        | Fault::Corrupt
        | Fault::Other => true,
        Fault::UniqueViolation { .. }
        | Fault::ForeignKeyViolation { .. }
        | Fault::NotNullViolation { .. }
        | Fault::CheckViolation { .. }
        | Fault::ValueRejected { .. }
        | Fault::Refused { .. }
        | Fault::Busy
        | Fault::Deadlock
        | Fault::ConnectionLost
        | Fault::Timeout
        | Fault::CannotConnect => false,
    }
}

/// Whether what was done before in the same session may be the reason: a trigger that ran for another document can have changed its role,
/// its search path or its prepared statements. Then a new session tells, before anybody is blamed or the run stops.
pub(crate) fn may_be_of_the_session(error: &PortError, during: Activity, subject: Subject) -> bool {
    if during != Activity::Load {
        return false;
    }
    let is_refused_alone = matches!(error.fault, Fault::Refused { .. }) && subject != Subject::Several;
    let passes = matches!(
        error.fault,
        Fault::Busy | Fault::Deadlock | Fault::ConnectionLost | Fault::Timeout | Fault::CannotConnect
    );
    is_refused_alone || is_told_by_opening(&error.fault) || error.is_of_log && !passes
}

/// Whether the database itself is as it must not be, so that the run cannot go on when even a log row is refused.
pub(crate) fn is_of_the_database(fault: &Fault) -> bool {
    matches!(fault, Fault::DiskFull | Fault::ReadOnly | Fault::Corrupt)
}

/// Whether one row of the source may be the reason that keys cannot be read: a condition, a view or a policy fails for it.
pub(crate) fn is_of_a_row(fault: &Fault) -> bool {
    matches!(fault, Fault::Refused { .. } | Fault::ValueRejected { .. } | Fault::CheckViolation { .. })
}

/// Whether a document that is not handed over alone has itself to blame, however many others are like it: a whole delivery may be in
/// another encoding.
pub(crate) fn is_of_the_document(fault: &Fault) -> bool {
    matches!(fault, Fault::ValueRejected { .. })
}

/// Whether two documents were refused for the same reason, as far as that can be told.
pub(crate) fn is_same_reason(one: &Fault, other: &Fault) -> bool {
    match (one, other) {
        (Fault::Refused { code: one, .. }, Fault::Refused { code: other, .. }) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// Why a document failed that the target refused alone.
pub(crate) fn load_failure(code: FailureCode, error: &PortError) -> Failure {
    let (table, column) = error.fault.place();
    Failure::new(Stage::Load, code, blame_message(error)).at(table, column)
}

/// Why a document failed that the source did not hand over alone.
pub(crate) fn fetch_failure(code: FailureCode, error: &PortError) -> Failure {
    Failure::new(Stage::Fetch, code, error.message.clone())
}

/// The words for a document that the target refused: table, column and kind, never a value.
fn blame_message(error: &PortError) -> String {
    let place = |table: &Option<String>| match table {
        Some(table) => format!("table `{table}`"),
        None => "a target table".to_owned(),
    };
    match &error.fault {
        Fault::UniqueViolation { table } => format!("{} has a row with this key already", place(table)),
        Fault::ForeignKeyViolation { table } => {
            format!("a row of {} refers to a row that is not there", place(table))
        }
        Fault::NotNullViolation { table, column: None } => {
            format!("{} takes no null in a column", place(table))
        }
        Fault::NotNullViolation { table, column: Some(column) } => {
            format!("{} takes no null in column `{column}`", place(table))
        }
        Fault::CheckViolation { table } => {
            format!("a check constraint or a trigger of {} refuses the row", place(table))
        }
        Fault::ValueRejected { table, column: None } => {
            format!("{} refuses a value by type, length or range", place(table))
        }
        Fault::ValueRejected { table, column: Some(column) } => {
            format!("{} refuses a value of column `{column}` by type, length or range", place(table))
        }
        Fault::Refused { code, table, column: None } => format!("{} refuses a row with {code}", place(table)),
        Fault::Refused { code, table, column: Some(column) } => {
            format!("{} refuses a row with {code} for column `{column}`", place(table))
        }
        Fault::Busy
        | Fault::Deadlock
        | Fault::ConnectionLost
        | Fault::Timeout
        | Fault::DiskFull
        | Fault::ReadOnly
        | Fault::AccessDenied
        | Fault::MissingTable { .. }
        | Fault::WrongTable { .. }
        | Fault::CannotConnect
        | Fault::Corrupt
        | Fault::Other => error.message.clone(),
    }
}

//! What a fault means: the one place where that is decided.

use xmlshred_model::FailureCode;

use crate::ports::Fault;

/// What follows from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again with the same connection.
    Retry,
    /// Try again with a new connection.
    Reconnect,
    /// Try again with a new connection if the database was reached before in this run; else the address is wrong.
    ReconnectIfReachedBefore,
    /// Some document of the batch is guilty: split until it stands alone, then it failed with this code.
    BlameDocument(FailureCode),
    /// The run cannot go on.
    Stop,
}

/// What follows from this fault.
pub fn decide(fault: &Fault) -> Decision {
    match fault {
        Fault::UniqueViolation { .. } => Decision::BlameDocument(FailureCode::UniqueViolation),
        Fault::ForeignKeyViolation { .. } => Decision::BlameDocument(FailureCode::ForeignKeyViolation),
        Fault::NotNullViolation { .. } => Decision::BlameDocument(FailureCode::NotNullViolation),
        Fault::CheckViolation { .. } => Decision::BlameDocument(FailureCode::CheckViolation),
        Fault::ValueRejected { .. } => Decision::BlameDocument(FailureCode::ValueRejected),
        Fault::Busy => Decision::Retry,
        // A commit under way may have happened: the log knows, and `Sink::commit` asks it.
        Fault::ConnectionLost | Fault::Timeout => Decision::Reconnect,
        Fault::CannotConnect => Decision::ReconnectIfReachedBefore,
        Fault::DiskFull
        | Fault::ReadOnly
        | Fault::AccessDenied
        | Fault::MissingTable { .. }
        | Fault::WrongTable { .. }
        | Fault::Corrupt
        | Fault::Other => Decision::Stop,
    }
}

/// The words for a document that the target refused: table and kind, never a value.
pub(crate) fn blame_message(fault: &Fault) -> String {
    let place = |table: &Option<String>| match table {
        Some(table) => format!("table `{table}`"),
        None => "a target table".to_owned(),
    };
    match fault {
        Fault::UniqueViolation { table } => format!("{} has a row with this key already", place(table)),
        Fault::ForeignKeyViolation { table } => {
            format!("a row of {} refers to a row that is not there", place(table))
        }
        Fault::NotNullViolation { table } => format!("{} takes no null in a column", place(table)),
        Fault::CheckViolation { table } => format!("a check constraint of {} fails", place(table)),
        Fault::ValueRejected { table } => {
            format!("{} refuses a value by type, length or range", place(table))
        }
        Fault::Busy
        | Fault::ConnectionLost
        | Fault::Timeout
        | Fault::DiskFull
        | Fault::ReadOnly
        | Fault::AccessDenied
        | Fault::MissingTable { .. }
        | Fault::WrongTable { .. }
        | Fault::CannotConnect
        | Fault::Corrupt
        | Fault::Other => "refused by the target".to_owned(),
    }
}

//! What can go wrong at a port, sorted by what it is and not by what to do: that is `policy`'s to decide.

use std::fmt;

use xmlshred_model::DocumentKey;

/// Kinds of faults of databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A row with this key is there already, or twice in the document.
    UniqueViolation {
        /// Table, when the database tells.
        table: Option<String>,
    },
    /// The row referred to is not there.
    ForeignKeyViolation {
        /// Table, when the database tells.
        table: Option<String>,
    },
    /// A null where the target takes none.
    NotNullViolation {
        /// Table, when the database tells.
        table: Option<String>,
        /// Its column, when the database tells.
        column: Option<String>,
    },
    /// A check constraint, or a trigger that refuses the row without a code of its own.
    CheckViolation {
        /// Table, when the database tells.
        table: Option<String>,
    },
    /// A value that the target's type, length or range does not take.
    ValueRejected {
        /// Table, when the database tells.
        table: Option<String>,
        /// Its column, when the database tells.
        column: Option<String>,
    },
    /// The database refuses with a code that no rule knows: a trigger's own, a policy's, a function's.
    Refused {
        /// The code with its kind, such as `SQLSTATE 45000`.
        code: String,
        /// Table, when the database tells.
        table: Option<String>,
        /// Its column, when the database tells.
        column: Option<String>,
    },
    /// Locked by others for longer than it was worth waiting, or no room for more work now.
    Busy,
    /// Two transactions waited for each other, and this one was chosen to end.
    Deadlock,
    /// The connection broke; a commit under way may or may not have happened.
    ConnectionLost,
    /// No answer in time.
    Timeout,
    /// No room left.
    DiskFull,
    /// The database or file cannot be written.
    ReadOnly,
    /// No right to do this.
    AccessDenied,
    /// A table of the contract or the log is missing.
    MissingTable {
        /// Its name.
        table: String,
    },
    /// A column of the contract or the log is missing, or of a type that cannot work.
    WrongTable {
        /// The table's name.
        table: String,
    },
    /// The address leads nowhere, or the file is none of this database.
    CannotConnect,
    /// The database is damaged.
    Corrupt,
    /// Anything else: the driver's troubles and our own.
    Other,
}

impl Fault {
    /// The table of the target whose row was refused, and its column, where the database tells.
    pub fn place(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::UniqueViolation { table }
            | Self::ForeignKeyViolation { table }
            | Self::CheckViolation { table } => (table.as_deref(), None),
            Self::NotNullViolation { table, column }
            | Self::ValueRejected { table, column }
            | Self::Refused { table, column, .. } => (table.as_deref(), column.as_deref()),
            Self::Busy
            | Self::Deadlock
            | Self::ConnectionLost
            | Self::Timeout
            | Self::DiskFull
            | Self::ReadOnly
            | Self::AccessDenied
            | Self::MissingTable { .. }
            | Self::WrongTable { .. }
            | Self::CannotConnect
            | Self::Corrupt
            | Self::Other => (None, None),
        }
    }

    /// The same about this column, where it is not known yet and belongs to the fault.
    #[must_use]
    pub fn of_column(self, name: Option<&str>) -> Self {
        let named = || name.map(str::to_owned);
        match self {
            Self::NotNullViolation { table, column: None } => {
                Self::NotNullViolation { table, column: named() }
            }
            Self::ValueRejected { table, column: None } => Self::ValueRejected { table, column: named() },
            Self::Refused { code, table, column: None } => Self::Refused { code, table, column: named() },
            fault => fault,
        }
    }
}

/// What a database said itself. It may quote values, so it is in no message, log, metric or table: who wants to see it says so, and sees
/// it on the console.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseWords(Box<str>);

impl DatabaseWords {
    /// Words as the database gave them.
    pub fn new(words: impl Into<Box<str>>) -> Self {
        Self(words.into())
    }

    /// The words, for somebody who may see values of documents.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseWords(…)")
    }
}

/// A fault with the words for it. No word is a value of a document, nor a database's own but for names that the contract knows.
#[derive(Debug)]
pub struct PortError {
    /// Which kind.
    pub fault: Fault,
    /// What happened, lower case, no full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<Box<str>>,
    /// The document whose row it was, when the database tells rows apart. A suspicion: nothing but speed may rest on it.
    pub suspect: Option<Box<DocumentKey>>,
    /// Whether it was writing the log that failed, and not a document's rows.
    pub is_of_log: bool,
    /// What the database said.
    pub words: Option<DatabaseWords>,
    /// The error behind it, of the system and not of a database.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PortError {
    /// An error without hint or cause.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            hint: None,
            suspect: None,
            is_of_log: false,
            words: None,
            source: None,
        }
    }

    /// The same about a row of this document, if it is known.
    #[must_use]
    pub fn about(self, suspect: Option<DocumentKey>) -> Self {
        Self { suspect: suspect.map(Box::new), ..self }
    }

    /// The same about the log.
    #[must_use]
    pub fn of_log(self) -> Self {
        Self { is_of_log: true, ..self }
    }

    /// The same with what the database said.
    #[must_use]
    pub fn with_words(self, words: impl Into<Box<str>>) -> Self {
        Self { words: Some(DatabaseWords::new(words)), ..self }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into().into_boxed_str()), ..self }
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PortError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| &**error as &(dyn std::error::Error + 'static))
    }
}

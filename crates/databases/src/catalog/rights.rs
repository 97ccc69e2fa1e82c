//! What a run may do to which table: told before the first document, all that is missing at once, with the statements that give it.

use xmlshred_engine::ports::{FailedDocuments, Fault, PortError};
use xmlshred_model::log_table::{FILE, ISSUE, LOG};
use xmlshred_model::{OnExisting, TargetSchema};

use crate::address::OpenOptions;

/// What may be done to a table. In the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    Insert,
    Select,
    Update,
    Delete,
    /// Setting identity values.
    Alter,
}

impl Right {
    /// As `GRANT` names it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Select => "SELECT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Alter => "ALTER",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Insert => "insert into",
            Self::Select => "read",
            Self::Update => "update",
            Self::Delete => "delete from",
            Self::Alter => "set identity values of",
        }
    }
}

/// What asks for a right, where not every run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    EveryRun,
    OnExisting(OnExisting),
    RetryFailed,
    Replacing,
    Versions,
    Files,
}

/// A right on a table, by its name without schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needed<'a> {
    pub(crate) table: &'a str,
    pub(crate) right: Right,
    pub(crate) why: Why,
}

/// How a server takes failed documents again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retrying {
    /// It updates their log rows.
    Updates,
    /// It deletes them, and inserts new ones.
    Deletes,
}

/// The rights that loading takes.
pub(crate) fn needed<'a>(
    schema: &'a TargetSchema,
    options: &OpenOptions,
    retrying: Retrying,
) -> Vec<Needed<'a>> {
    let mut needed = Vec::new();
    let replacing = match (options.tried_again, schema.has_versions) {
        (FailedDocuments::Replace, _) => Some(Why::Replacing),
        (_, true) => Some(Why::Versions),
        (_, false) => None,
    };
    let mut add = |table, right, why| needed.push(Needed { table, right, why });
    for (index, table) in schema.tables.iter().enumerate() {
        add(&*table.name, Right::Insert, Why::EveryRun);
        if let Some(why) = replacing {
            add(&*table.name, Right::Select, why);
            add(&*table.name, Right::Delete, why);
        }
        if schema.on_existing == OnExisting::Fail || table.primary_key.is_empty() {
            continue;
        }
        let why = Why::OnExisting(schema.on_existing);
        add(&*table.name, Right::Select, why);
        let has_others = table.columns.len() > table.primary_key.len();
        let is_ranked = schema.ranking_column(index).is_some();
        if has_others && (schema.on_existing == OnExisting::Replace || is_ranked) {
            add(&*table.name, Right::Update, why);
        }
    }
    add(LOG, Right::Insert, Why::EveryRun);
    add(LOG, Right::Select, Why::EveryRun);
    add(ISSUE, Right::Insert, Why::EveryRun);
    let retrying_failed = (options.tried_again == FailedDocuments::Retry).then_some(Why::RetryFailed);
    if let Some(why) = replacing.or(retrying_failed) {
        let log = if retrying == Retrying::Updates { Right::Update } else { Right::Delete };
        add(LOG, log, why);
        add(ISSUE, Right::Select, why);
        add(ISSUE, Right::Delete, why);
    }
    needed
}

/// The rights that keeping the names of files takes.
pub(crate) const OF_FILES: [Needed<'static>; 2] = [
    Needed { table: FILE, right: Right::Insert, why: Why::Files },
    Needed { table: FILE, right: Right::Select, why: Why::Files },
];

/// A right that is missing, on a table as SQL names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lacking {
    pub(crate) table: String,
    pub(crate) right: Right,
    pub(crate) why: Why,
}

/// # Errors
/// Names every right that is missing, and the statements that give them to `user`, who is given as SQL names it. `object` stands before
/// each table there.
pub(crate) fn none_lacking(mut lacking: Vec<Lacking>, user: &str, object: &str) -> Result<(), PortError> {
    if lacking.is_empty() {
        return Ok(());
    }
    lacking.sort_by_key(|lacking| lacking.right);
    let (mut missing, mut grants) = (Vec::new(), Vec::new());
    for of_right in lacking.chunk_by(|one, other| one.right == other.right) {
        let right = of_right[0].right;
        let tables: Vec<_> = of_right.iter().map(|lacking| lacking.table.as_str()).collect();
        missing.push(format!("{} {}", right.verb(), tables.join(", ")));
        match object {
            "" => grants.push(format!("GRANT {} ON {} TO {user}", right.word(), tables.join(", "))),
            object => grants.extend(
                tables.iter().map(|table| format!("GRANT {} ON {object}{table} TO {user}", right.word())),
            ),
        }
    }
    let mut whys: Vec<_> = lacking.iter().filter_map(|lacking| reason(lacking.why)).collect();
    whys.dedup();
    let message = match &whys[..] {
        [] => format!("no right to {}", missing.join(", or to ")),
        whys => format!("no right to {}, as {} does", missing.join(", or to "), whys.join(" or ")),
    };
    let hint = format!("{}; docs/databases.md lists all rights that a run needs", grants.join("; "));
    Err(PortError::new(Fault::AccessDenied, message).with_hint(hint))
}

fn reason(why: Why) -> Option<&'static str> {
    match why {
        Why::EveryRun | Why::OnExisting(OnExisting::Fail) => None,
        Why::OnExisting(OnExisting::Skip) => Some("`on_existing: skip`"),
        Why::OnExisting(OnExisting::Replace) => Some("`on_existing: replace`"),
        Why::RetryFailed => Some("--retry-failed"),
        Why::Replacing => Some("`xmlshred retry`"),
        Why::Versions => Some("`source.version`"),
        Why::Files => Some("--files"),
    }
}

//! From addresses to ports: any source with any target.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use xmlshred_engine::Activity;
use xmlshred_engine::ports::{
    CauseTally, Entries, FailedDocuments, Fault, IssueTally, Journal, LockHolder, LogEntry, LogTally, Logged,
    PortError, Ports, Selection, SessionName, Sink, Source,
};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyType, TargetSchema};

use crate::address::OpenOptions;
use crate::catalog::name_problems::check_names;
use crate::files::{FilesSource, Listing};
use crate::postgres::{PostgresFileNames, PostgresJournal, PostgresSink, PostgresSource};
use crate::sqlite::{Presence, SqliteFileNames, SqliteJournal, SqliteSink, SqliteSource, folder_must_exist};
use crate::sqlserver::{SqlServerFileNames, SqlServerJournal, SqlServerSink, SqlServerSource};

use crate::sql::names::listed;
use crate::transfer::{FileNames, KnownFiles};

use super::overview::open_overview;
use super::url::DatabaseUrl;

/// Where documents come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceAddress {
    /// The contract's source table in this database.
    Database(DatabaseUrl),
    /// The files that match this pattern.
    Files(String),
}

/// Loaders that a server takes at the same time with profit: beyond a few, one core of the server each, they wait for each other.
const MAX_SERVER_LOADERS: usize = 4;

/// Ports for a run.
///
/// # Errors
/// When the files of the source cannot be listed, or the target does not take names of the contract as they are. Databases are reached later,
/// by the ports.
pub fn open(
    source: &SourceAddress,
    target: &DatabaseUrl,
    spec: &SourceSpec,
    schema: &Arc<TargetSchema>,
    options: OpenOptions,
) -> Result<Box<dyn Ports>, PortError> {
    check_names(target.dialect(), schema)?;
    let from = match source {
        SourceAddress::Database(url) => From::Table(url.clone(), spec.clone()),
        SourceAddress::Files(pattern) => {
            From::Files(files(pattern, spec, options.waits_for_files)?, Mutex::default())
        }
    };
    let (target, schema, typed) = (target.clone(), Arc::clone(schema), OnceLock::new());
    Ok(Box::new(DatabasePorts { from, target, schema, options, typed, presence: OnceLock::new() }))
}

/// Where the documents of a run come from.
#[derive(Debug)]
enum From {
    Table(DatabaseUrl, SourceSpec),
    /// With what the last source that was opened made of them.
    Files(Listing, Mutex<Option<FilesSource>>),
}

/// Ports of a run.
#[derive(Debug)]
struct DatabasePorts {
    from: From,
    target: DatabaseUrl,
    /// As the contract has it: nobody knows from there what the keys are.
    schema: Arc<TargetSchema>,
    options: OpenOptions,
    /// The same with the type of the source's keys.
    typed: OnceLock<Arc<TargetSchema>>,
    /// What others see of a run where there are no sessions, from its first sink on.
    presence: OnceLock<Option<Presence>>,
}

impl DatabasePorts {
    /// The schema with the type of the source's keys, for all that writes or reads the log.
    ///
    /// # Errors
    /// When the source cannot be reached or lacks what the contract names.
    fn typed_schema(&self) -> Result<&Arc<TargetSchema>, PortError> {
        if let Some(typed) = self.typed.get() {
            return Ok(typed);
        }
        let key_type = match &self.from {
            From::Table(url, spec) => open_table(url, spec, None, &self.options)?.key_type(),
            // As the contract says, which has been looked at.
            From::Files(..) => self.schema.key_type,
        };
        Ok(self.typed.get_or_init(|| with_key_type(&self.schema, key_type)))
    }

    fn journal_for(&self, schema: &Arc<TargetSchema>) -> Result<Box<dyn Journal>, PortError> {
        let Self { target, options, .. } = self;
        Ok(match target {
            DatabaseUrl::Sqlite(file) => {
                folder_must_exist(file)?;
                Box::new(SqliteJournal::new(file.clone(), Arc::clone(schema), options.clone()))
            }
            DatabaseUrl::Postgres(address) => Box::new(PostgresJournal::open(address, schema, options)?),
            DatabaseUrl::SqlServer(address) => Box::new(SqlServerJournal::open(address, schema, options)?),
        })
    }
}

/// A log of which nobody knows what its keys are to be, because the source cannot be opened: it is read as it is, and not made.
struct UntypedJournal {
    journal: Box<dyn Journal>,
    /// Why, until it was told.
    reason: Option<PortError>,
}

impl Journal for UntypedJournal {
    fn create_tables(&mut self) -> Result<(), PortError> {
        Err(self.reason.take().unwrap_or_else(|| PortError::new(Fault::Other, "the source was not opened")))
    }

    fn processed(
        &mut self,
        keys: &[DocumentKey],
        versions: Option<&[Option<String>]>,
        failed: FailedDocuments,
    ) -> Result<Vec<DocumentKey>, PortError> {
        self.journal.processed(keys, versions, failed)
    }

    fn logged(&mut self, selection: &Selection) -> Result<Logged, PortError> {
        self.journal.logged(selection)
    }

    fn tally(&mut self) -> Result<Vec<LogTally>, PortError> {
        self.journal.tally()
    }

    fn contracts(&mut self) -> Result<Option<Vec<(String, u64)>>, PortError> {
        self.journal.contracts()
    }

    fn causes(&mut self) -> Result<Vec<CauseTally>, PortError> {
        self.journal.causes()
    }

    fn entries(
        &mut self,
        which: Entries,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<LogEntry>, PortError> {
        self.journal.entries(which, after, limit)
    }

    fn issues(&mut self, session: Option<&str>) -> Result<Vec<IssueTally>, PortError> {
        self.journal.issues(session)
    }

    fn entries_of(&mut self, which: Entries, keys: &[DocumentKey]) -> Result<Vec<LogEntry>, PortError> {
        self.journal.entries_of(which, keys)
    }
}

/// The schema for keys of this type.
fn with_key_type(schema: &Arc<TargetSchema>, key_type: KeyType) -> Arc<TargetSchema> {
    if schema.key_type == key_type {
        return Arc::clone(schema);
    }
    Arc::new(TargetSchema { key_type, ..TargetSchema::clone(schema) })
}

impl Ports for DatabasePorts {
    fn source(&self) -> Result<Box<dyn Source>, PortError> {
        match &self.from {
            From::Table(url, spec) => {
                let log = url.is_same_database(&self.target).then_some(&self.schema);
                let source = open_table(url, spec, log, &self.options)?;
                self.typed.get_or_init(|| with_key_type(&self.schema, source.key_type()));
                Ok(source)
            }
            From::Files(files, opened) => {
                let mut names = file_names(&self.target, &self.schema, &self.options)?;
                if self.options.binds_files || self.options.asks_for_rights {
                    names.check_rights()?;
                }
                let source = match self.options.binds_files {
                    true => files.bound(&mut *names)?,
                    false => files.unbound(names.known()?)?,
                };
                // Both share one list.
                *opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(source.clone());
                Ok(Box::new(source))
            }
        }
    }

    fn sink(&self) -> Result<Box<dyn Sink>, PortError> {
        let Self { target, schema, options, .. } = self;
        // Nobody loads before the source is opened.
        let schema = self.typed.get().unwrap_or(schema);
        Ok(match target {
            DatabaseUrl::Sqlite(file) => {
                let sink = SqliteSink::open(file, schema, options)?;
                let name = || SessionName::parse(&options.application_name);
                self.presence.get_or_init(|| Presence::take(file, &name()?));
                Box::new(sink)
            }
            DatabaseUrl::Postgres(address) => Box::new(PostgresSink::open(address, schema, options)?),
            DatabaseUrl::SqlServer(address) => Box::new(SqlServerSink::open(address, schema, options)?),
        })
    }

    fn journal(&self) -> Result<Box<dyn Journal>, PortError> {
        match self.typed_schema() {
            Ok(schema) => self.journal_for(schema),
            Err(reason) => {
                let journal = self.journal_for(&self.schema)?;
                Ok(Box::new(UntypedJournal { journal, reason: Some(reason) }))
            }
        }
    }

    fn key_type(&self) -> Result<KeyType, PortError> {
        self.typed_schema().map(|schema| schema.key_type)
    }

    fn name(&self, key: &DocumentKey) -> Option<String> {
        match &self.from {
            From::Table(..) => None,
            From::Files(_, opened) => {
                opened.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.name(key)
            }
        }
    }

    fn lock_holder(&self, during: Activity) -> Result<Option<LockHolder>, PortError> {
        let Self { from, target, options, .. } = self;
        let url = match from {
            From::Table(url, _) if during.is_of_source() => url,
            _ => target,
        };
        let Some(own) = SessionName::parse(&options.application_name) else { return Ok(None) };
        let sessions = open_overview(url, &OpenOptions::default())?.sessions()?.unwrap_or_default();
        let is_own = |name: &SessionName| {
            (name.pid, name.share, &name.contract) == (own.pid, own.share, &own.contract)
                && own.session_id.starts_with(&name.session_id)
        };
        Ok(sessions.into_iter().filter(|session| is_own(&session.name)).find_map(|session| session.waits_for))
    }

    fn max_loaders(&self) -> usize {
        match self.target {
            DatabaseUrl::Sqlite(_) => 1,
            DatabaseUrl::Postgres(_) | DatabaseUrl::SqlServer(_) => MAX_SERVER_LOADERS,
        }
    }
}

/// The source table of a database; `log` is given when the log is in the same database.
fn open_table(
    url: &DatabaseUrl,
    spec: &SourceSpec,
    log: Option<&Arc<TargetSchema>>,
    options: &OpenOptions,
) -> Result<Box<dyn Source>, PortError> {
    let source: Box<dyn Source> = match url {
        DatabaseUrl::Sqlite(file) => Box::new(SqliteSource::open(file, spec, log)?),
        DatabaseUrl::Postgres(address) => Box::new(PostgresSource::open(address, spec, log, options)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerSource::open(address, spec, log, options)?),
    };
    match spec.key_type {
        Some(said) if said != source.key_type() => Err(other_keys(spec, said, source.key_type())),
        _ => Ok(source),
    }
}

/// The contract says of the keys what they are not.
fn other_keys(spec: &SourceSpec, said: KeyType, found: KeyType) -> PortError {
    let SourceSpec { table, key, .. } = spec;
    let message = format!(
        "the keys in {table}.{key} are {}, and `source.key_type` says {}",
        found.plural(),
        said.plural()
    );
    PortError::new(Fault::WrongTable { table: table.clone() }, message)
        .with_hint("mend `source.key_type`, or leave it out: the column says what its keys are")
}

/// The files of a pattern, which have nothing beside them, and keys that are numbers or text.
fn files(pattern: &str, spec: &SourceSpec, may_be_none: bool) -> Result<Listing, PortError> {
    let (key, names) = match &spec.version {
        None if spec.columns.is_empty() => {
            return Listing::of(pattern, key_type_of_files(spec)?, may_be_none);
        }
        Some(version) => ("version", std::slice::from_ref(version)),
        None => ("columns", &spec.columns[..]),
    };
    let message = format!("files have no columns: `source.{key}` of the contract names {}", listed(names));
    Err(PortError::new(Fault::WrongTable { table: spec.table.clone() }, message).with_hint(format!(
        "take `source.{key}` and what needs it out of the contract, or load the files into a table that has these columns"
    )))
}

/// What the contract says of keys, where documents are files.
fn key_type_of_files(spec: &SourceSpec) -> Result<KeyType, PortError> {
    match spec.key_type.unwrap_or_default() {
        known @ (KeyType::Integer | KeyType::Text) => Ok(known),
        other => {
            let message = format!(
                "files have keys that are numbers or text, and `source.key_type` says {}",
                other.plural()
            );
            Err(PortError::new(Fault::WrongTable { table: spec.table.clone() }, message).with_hint(
                "say `key_type: text`, and a file's key is its name; or leave it out, and the key is the number in the name, or one that is counted",
            ))
        }
    }
}

/// The names of files that the target knows.
fn file_names(
    target: &DatabaseUrl,
    schema: &Arc<TargetSchema>,
    options: &OpenOptions,
) -> Result<Box<dyn FileNames>, PortError> {
    Ok(match target {
        DatabaseUrl::Sqlite(file) => {
            Box::new(SqliteFileNames::new(file.clone(), Arc::clone(schema), options.clone()))
        }
        DatabaseUrl::Postgres(address) => Box::new(PostgresFileNames::open(address, schema, options)?),
        DatabaseUrl::SqlServer(address) => Box::new(SqlServerFileNames::open(address, schema, options)?),
    })
}

/// The source alone, for reading documents by the keys that a run gives them: those of files are bound in the target.
///
/// # Errors
/// When source or target cannot be reached, or lack what the contract names.
pub fn open_source_beside(
    source: &SourceAddress,
    target: &DatabaseUrl,
    spec: &SourceSpec,
    schema: &Arc<TargetSchema>,
) -> Result<Box<dyn Source>, PortError> {
    let options = OpenOptions::default();
    match source {
        SourceAddress::Database(url) => open_table(url, spec, None, &options),
        SourceAddress::Files(pattern) => {
            let known = file_names(target, schema, &options)?.known()?;
            Ok(Box::new(files(pattern, spec, false)?.unbound(known)?))
        }
    }
}

/// The source alone, before there is a target. Files have the keys that they would get in an empty one.
///
/// # Errors
/// When it cannot be reached, or lacks what the contract names.
pub fn open_source(source: &SourceAddress, spec: &SourceSpec) -> Result<Box<dyn Source>, PortError> {
    match source {
        SourceAddress::Database(url) => open_table(url, spec, None, &OpenOptions::default()),
        SourceAddress::Files(pattern) => {
            Ok(Box::new(files(pattern, spec, false)?.unbound(KnownFiles::default())?))
        }
    }
}

//! Opens what a [`Connection`] names.

use std::io::IsTerminal as _;

use xmlshred_databases::{
    Dialect, Difference, DocumentRows, OpenOptions, Overview, POSTGRES, Password, SQL_SERVER, SQLITE,
};
use xmlshred_engine::ports::{
    FailedDocuments, FetchedRow, PortError, Ports, RunIdentity, Selection, SessionName, Source,
};
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyRange, KeyType, Share};

use crate::args::{DatabaseArgs, DialectArg, KeyTypeArg};
use crate::console;
use crate::error::CommandError;
use crate::settings::{Connection, SettingsError};

/// What the arguments name; warns of a password that others can see, and asks for one that is missing.
///
/// # Errors
/// When they name nothing or half of it.
pub(crate) fn resolve(args: &DatabaseArgs) -> Result<Connection, CommandError> {
    Ok(resolve_if_any(args)?.ok_or(SettingsError::NoDatabase)?)
}

/// [`resolve`] for commands that can do without a database.
///
/// # Errors
/// When the arguments name half of a database.
pub(crate) fn resolve_if_any(args: &DatabaseArgs) -> Result<Option<Connection>, CommandError> {
    if args.password.is_some() {
        console::warn(
            "a password on the command line can be seen by other users of this machine and stays in the shell's \
             history: use XMLSHRED_PASSWORD or --password-file",
        );
    }
    let connection = Connection::if_any(args, &|name| std::env::var(name).ok())?;
    match connection {
        Some(connection) if connection.lacks_password() && std::io::stdin().is_terminal() => {
            let prompt = format!("Password for {}: ", connection.target_text());
            let password = rpassword::prompt_password(prompt)?;
            Ok(Some(connection.with_password(&Password::from(password))))
        }
        connection => Ok(connection),
    }
}

/// The schema that the contract names for its target, where that has none and leaves it out.
pub(crate) fn ignored_schema<'a>(connection: &Connection, plan: &'a Plan) -> Option<&'a str> {
    let schema = plan.schema().namespace.as_deref()?;
    (!connection.target.dialect().has_schemas).then_some(schema)
}

/// What keys are, as the arguments say it.
pub(crate) fn key_type(arg: KeyTypeArg) -> KeyType {
    match arg {
        KeyTypeArg::Integer => KeyType::Integer,
        KeyTypeArg::Decimal => KeyType::Decimal,
        KeyTypeArg::Uuid => KeyType::Uuid,
        KeyTypeArg::Text => KeyType::Text,
    }
}

/// The SQL of a database.
pub(crate) fn dialect(arg: DialectArg) -> &'static Dialect {
    match arg {
        DialectArg::Sqlite => &SQLITE,
        DialectArg::Postgres => &POSTGRES,
        DialectArg::Sqlserver => &SQL_SERVER,
    }
}

/// Ports to source, target and log, whose connections are named after the run, if they are of one. A missing target file is made when tables
/// are to be made.
///
/// # Errors
/// When the files of the source cannot be listed. Databases are reached later, by the ports.
pub(crate) fn open(
    connection: &Connection,
    plan: &Plan,
    missing: MissingTables,
    (names, none): (NewNames, NoFiles),
    tried_again: FailedDocuments,
    run: Option<&RunIdentity>,
) -> Result<Box<dyn Ports>, CommandError> {
    let Connection { source, target, asked_password: _ } = connection;
    let defaults = OpenOptions::default();
    let application_name = match run {
        None => defaults.application_name,
        Some(RunIdentity { session_id, share, .. }) => {
            let contract = &plan.schema().contract_name;
            SessionName::new(env!("CARGO_PKG_VERSION"), *share, contract, session_id).to_string()
        }
    };
    let options = OpenOptions {
        create: missing != MissingTables::Refuse,
        adopt_log: missing == MissingTables::CreateAndAdoptLog,
        tried_again,
        binds_files: names == NewNames::Bind,
        waits_for_files: none == NoFiles::Wait,
        asks_for_rights: false,
        application_name,
    };
    xmlshred_databases::open(source, target, &plan.contract().source, plan.schema(), options)
        .map_err(|error| failed("cannot open the source", error))
}

/// What happens when the target lacks tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MissingTables {
    /// They are made; a log of an earlier version is brought up, when its rows are this contract's without doubt.
    Create,
    /// They are made; a log of an earlier version is brought up, and its rows become this contract's.
    CreateAndAdoptLog,
    /// The run stops before it begins.
    Refuse,
}

/// What becomes of names of files that have no key yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewNames {
    /// The target binds them to keys, for good.
    Bind,
    /// Nothing is written: they have the keys that they would get.
    Leave,
}

/// What it means that no file matches, while there is a folder for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoFiles {
    /// A mistake.
    Refuse,
    /// They are still to come, or were taken away when they were done.
    Wait,
}

/// Ports that look at what runs have done.
///
/// # Errors
/// When the files of the source cannot be listed. Databases are reached later, by the ports.
pub(crate) fn open_to_read(
    connection: &Connection,
    plan: &Plan,
    none: NoFiles,
) -> Result<Box<dyn Ports>, CommandError> {
    let files = (NewNames::Leave, none);
    open(connection, plan, MissingTables::Refuse, files, FailedDocuments::Leave, None)
}

/// Rows of the target by document.
///
/// # Errors
/// When it cannot be reached.
pub(crate) fn document_rows(
    connection: &Connection,
    plan: &Plan,
) -> Result<Box<dyn DocumentRows>, CommandError> {
    let namespace = plan.schema().namespace.as_deref();
    xmlshred_databases::open_document_rows(&connection.target, namespace, &OpenOptions::default())
        .map_err(|error| failed("cannot open the target", error))
}

/// The target, seen from outside.
///
/// # Errors
/// When it cannot be reached.
pub(crate) fn overview(connection: &Connection) -> Result<Box<dyn Overview>, CommandError> {
    xmlshred_databases::open_overview(&connection.target, &OpenOptions::default())
        .map_err(|error| failed("cannot open the target", error))
}

/// The source alone, for reading single documents by the keys that a run gives them.
///
/// # Errors
/// When it cannot be reached, or lacks what the contract names.
pub(crate) fn source(connection: &Connection, plan: &Plan) -> Result<Box<dyn Source>, CommandError> {
    let Connection { source, target, asked_password: _ } = connection;
    xmlshred_databases::open_source_beside(source, target, &plan.contract().source, plan.schema())
        .map_err(|error| failed("cannot open the source", error))
}

/// The source alone, before there is a contract.
///
/// # Errors
/// When it cannot be reached, or lacks what `spec` names.
pub(crate) fn source_of(connection: &Connection, spec: &SourceSpec) -> Result<Box<dyn Source>, CommandError> {
    xmlshred_databases::open_source(&connection.source, spec)
        .map_err(|error| failed("cannot open the source", error))
}

/// The first keys of a source, in order.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn first_keys(source: &mut dyn Source, limit: usize) -> Result<Vec<DocumentKey>, CommandError> {
    let selection =
        Selection { range: KeyRange::default(), share: Share::WHOLE, failed: FailedDocuments::Retry };
    source.keys(&selection, None, limit).map_err(|error| failed("cannot list the documents", error))
}

/// The key of the source that somebody has typed.
///
/// # Errors
/// When it is none of the source's type.
fn key_of(source: &dyn Source, typed: &DocumentKey) -> Result<DocumentKey, CommandError> {
    let no_key = |reason| CommandError::NoKey { key: typed.clone(), reason };
    source.key_type().adopt(typed).map_err(no_key)
}

/// The keys of the source that somebody has typed. Text may hold commas; of other types one word may be a list.
///
/// # Errors
/// When one is none of the source's type.
pub(crate) fn keys_of(source: &dyn Source, typed: &[DocumentKey]) -> Result<Vec<DocumentKey>, CommandError> {
    let mut keys = Vec::with_capacity(typed.len());
    for typed in typed {
        if source.key_type() == KeyType::Text {
            keys.push(key_of(source, typed)?);
            continue;
        }
        for part in typed.spelled().split(',') {
            keys.push(key_of(source, &DocumentKey::typed(part))?);
        }
    }
    Ok(keys)
}

/// The value of a key in JSON: integers are numbers, all others text.
pub(crate) fn key_json(key: &DocumentKey) -> serde_json::Value {
    match key {
        DocumentKey::Int(number) => (*number).into(),
        key => key.spelled().into(),
    }
}

/// One document of the source.
///
/// # Errors
/// When there is none with this key, or more than one, or it cannot be read.
pub(crate) fn read_document(
    source: &mut dyn Source,
    key: &DocumentKey,
    max_bytes: u64,
) -> Result<FetchedRow, CommandError> {
    // A key that stands twice is told as a run tells it: nobody can say which document is meant.
    let range = KeyRange::only(key);
    let selection = Selection { range, share: Share::WHOLE, failed: FailedDocuments::Retry };
    source.keys(&selection, None, 1).map_err(|error| failed("cannot look for the document", error))?;
    let mut found = None;
    source
        .fetch(std::slice::from_ref(key), max_bytes, &mut |_, fetched| {
            found = Some(fetched);
            std::ops::ControlFlow::Break(())
        })
        .map_err(|error| failed("cannot read the document", error))?;
    found.ok_or_else(|| CommandError::NoSuchKey { key: key.clone() })
}

/// How the tables of the target differ from what the contract would load.
///
/// # Errors
/// When it cannot be reached.
pub(crate) fn differences(connection: &Connection, plan: &Plan) -> Result<Vec<Difference>, CommandError> {
    xmlshred_databases::differences(&connection.target, plan.schema(), &OpenOptions::default())
        .map_err(|error| failed("cannot read the target's tables", error))
}

/// Ports that only see whether source and target have what a run needs: it asks the same at its start.
///
/// # Errors
/// When the files of the source cannot be listed.
pub(crate) fn open_to_check(connection: &Connection, plan: &Plan) -> Result<Box<dyn Ports>, CommandError> {
    let Connection { source, target, asked_password: _ } = connection;
    let options = OpenOptions { asks_for_rights: true, ..OpenOptions::default() };
    xmlshred_databases::open(source, target, &plan.contract().source, plan.schema(), options)
        .map_err(|error| failed("cannot open the source", error))
}

fn failed(during: &str, error: PortError) -> CommandError {
    CommandError::port(during, error)
}

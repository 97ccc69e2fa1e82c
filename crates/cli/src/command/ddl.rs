//! `xmlshred ddl`: CREATE TABLE for the target and the log.

use std::io::Write;

use xmlshred_databases::ddl::{self, Existing};
use xmlshred_databases::{SQLITE, log_upgrade, name_diagnostics};
use xmlshred_mapping::contract::{self, Places, SourceSpec};
use xmlshred_model::{KeyType, TargetSchema};

use crate::args::{DatabaseArgs, DdlArgs};
use crate::console;
use crate::database;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::{Connection, ContractFile, ContractProblems};

/// What the source that is set says of its keys; integers where none is, or none that can be asked.
fn key_type_of_source(args: &DatabaseArgs, spec: &SourceSpec) -> KeyType {
    let Ok(Some(connection)) = Connection::if_any(args, &|name| std::env::var(name).ok()) else {
        return KeyType::Integer;
    };
    match database::source_of(&connection, spec) {
        Ok(source) => source.key_type(),
        Err(error) => {
            console::note(format_args!(
                "the source cannot be asked what its keys are ({}): the log is made for integers; say --key-type where they are others",
                console::with_causes(&error)
            ));
            KeyType::Integer
        }
    }
}

/// Prints the statements.
pub(crate) fn ddl(args: &DdlArgs) -> Result<Exit, CommandError> {
    let DdlArgs { contract, dialect, database: target, key_type, if_not_exists, upgrade, json } = args;
    let file = ContractFile::read(contract)?;
    let (contract, warnings) = file.checked()?;
    if !warnings.is_empty() {
        console::note_rendered(&file.render(&warnings, console::render_style()));
    }
    let existing = if *if_not_exists { Existing::Keep } else { Existing::Fail };
    let dialect = match dialect {
        Some(dialect) => database::dialect(*dialect),
        None => Connection::target_if_any(target, &|name| std::env::var(name).ok())?
            .map_or(&SQLITE, |target| target.dialect()),
    };
    let key_type = match key_type {
        Some(key_type) => database::key_type(*key_type),
        None => contract.source.key_type.unwrap_or_else(|| key_type_of_source(target, &contract.source)),
    };
    let schema = TargetSchema { key_type, ..contract::target_schema(&contract) };
    let diagnostics = name_diagnostics(dialect, &schema, &contract, &Places::of(&file.text));
    if !diagnostics.is_empty() {
        return Err(Box::new(ContractProblems { file, diagnostics }).into());
    }
    if *json {
        let statements = match upgrade {
            Some(version) => log_upgrade::all_statements(dialect, &schema, *version),
            None => ddl::statements(dialect, &schema, existing),
        };
        let answer = serde_json::json!({ "version": 1, "dialect": dialect.name, "statements": statements });
        writeln!(std::io::stdout().lock(), "{answer}")?;
        return Ok(Exit::Done);
    }
    let script = match upgrade {
        Some(version) => log_upgrade::script(dialect, &schema, *version),
        None => ddl::script(dialect, &schema, existing),
    };
    std::io::stdout().lock().write_all(script.as_bytes())?;
    Ok(Exit::Done)
}

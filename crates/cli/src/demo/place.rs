//! Where the demo keeps things.

use std::path::PathBuf;

use xmlshred_databases::DatabaseUrl;
use xmlshred_mapping::{Plan, contract};

use super::args::ServerArgs;
use super::contract::text;
use super::line::Line;
use super::{DemoArgs, DemoError};
use crate::database;
use crate::error::CommandError;

/// Files, databases and contract of a demo.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder.
    pub(super) dir: PathBuf,
    /// Documents, target tables and log.
    pub(super) database: DatabaseUrl,
    /// How other instances of this program are told of it: variables, which may hold a password, and arguments.
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) arguments: Vec<String>,
    /// Target tables and log of the single instance.
    pub(super) single: PathBuf,
    /// The contract.
    pub(super) contract: PathBuf,
    /// To the instances at work.
    pub(super) line: Line,
}

impl Place {
    /// The usual names in the folder, and the database that the arguments name.
    ///
    /// # Errors
    /// When they name none, or a file.
    pub(super) fn new(args: &DemoArgs) -> Result<Self, CommandError> {
        let dir = args.dir.clone();
        let ServerArgs { url, server, .. } = &args.server;
        let mut variables = Vec::new();
        let database = if url.is_none() && server.is_none() {
            let file = dir.join("demo.db");
            variables.push(("XMLSHRED_URL", format!("sqlite:{}", file.display())));
            DatabaseUrl::Sqlite(file)
        } else {
            let connection = database::resolve(&args.server.to_database_args())?;
            variables.extend(url.clone().map(|url| ("XMLSHRED_URL", url)));
            variables.extend(
                connection
                    .asked_password
                    .as_ref()
                    .map(|asked| ("XMLSHRED_PASSWORD", asked.reveal().to_owned())),
            );
            connection.target
        };
        if url.is_some() && matches!(database, DatabaseUrl::Sqlite(_)) {
            return Err(DemoError::NoServer.into());
        }
        let line = Line::closed_by_ctrl_c();
        let (single, contract) = (dir.join("demo-single.db"), dir.join("contract.yaml"));
        Ok(Self { dir, database, variables, arguments: args.server.arguments(), single, contract, line })
    }

    /// The plan of the demo's contract.
    pub(super) fn plan(&self) -> Plan {
        let loaded = contract::load(&text(&self.database));
        Plan::new(loaded.contract.expect("a test loads the demo's contract"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_of_a_server_has_the_demos_schema_on_both_sides() {
        let url = DatabaseUrl::parse("postgres://me@host/db", &|_| None).unwrap();
        let contract = contract::load(&text(&url)).contract.unwrap();
        assert_eq!(contract.source.schema.as_deref(), Some("xmlshred_demo"));
        assert_eq!(Plan::new(contract).schema().namespace.as_deref(), Some("xmlshred_demo"));
    }
}

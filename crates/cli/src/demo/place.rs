//! Where the demo keeps things.

use std::path::PathBuf;

use xmlshred_databases::DatabaseUrl;
use xmlshred_mapping::{Plan, contract};

use super::contract::text;
use super::{DemoArgs, DemoError};

/// Files, databases and contract of a demo.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder.
    pub(super) dir: PathBuf,
    /// Documents, target tables and log.
    pub(super) database: DatabaseUrl,
    /// The same as it was typed: with a password, perhaps.
    pub(super) typed_url: String,
    /// Target tables and log of the single instance.
    pub(super) single: PathBuf,
    /// The contract.
    pub(super) contract: PathBuf,
}

impl Place {
    /// The usual names in the folder, and the database that the arguments name.
    ///
    /// # Errors
    /// When they name none, or a file.
    pub(super) fn new(args: &DemoArgs) -> Result<Self, DemoError> {
        let dir = args.dir.clone();
        let typed_url = match &args.url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", dir.join("demo.db").display()),
        };
        let database = DatabaseUrl::parse(&typed_url, &|name| std::env::var(name).ok())?;
        if args.url.is_some() && matches!(database, DatabaseUrl::Sqlite(_)) {
            return Err(DemoError::NoServer);
        }
        let (single, contract) = (dir.join("demo-single.db"), dir.join("contract.yaml"));
        Ok(Self { dir, database, typed_url, single, contract })
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

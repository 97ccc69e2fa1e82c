//! Names of files and their keys, kept in the target.

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::log_table::FILE;
use xmlshred_model::{DocumentKey, KeyType};

/// A name that has a key, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) key: DocumentKey,
    pub(crate) name: String,
}

impl Binding {
    /// What stands in the table, with the key as text.
    ///
    /// # Errors
    /// When the key is none of this type.
    pub(crate) fn read(key_type: KeyType, key: &str, name: String) -> Result<Self, PortError> {
        let key = key_type.parse(key).map_err(|error| {
            let message = format!("{FILE} has a key that is {error}");
            PortError::new(Fault::WrongTable { table: FILE.to_owned() }, message).with_hint(
                "the target was made for files with other keys: `source.key_type` of the contract must say what it said then, or the contract needs another `name` and an empty target",
            )
        })?;
        Ok(Self { key, name })
    }
}

/// What the target knows of the files of a contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownFiles {
    pub(crate) bound: Vec<Binding>,
    /// Whether the log has documents of the contract.
    pub(crate) has_log_rows: bool,
}

/// `processing_file` of one contract.
pub(crate) trait FileNames {
    /// What is there; nothing where there is no such table.
    fn known(&mut self) -> Result<KnownFiles, PortError>;

    /// That names may be read and added, where there is the table.
    ///
    /// # Errors
    /// Names the rights that are missing.
    fn check_rights(&mut self) -> Result<(), PortError>;

    /// Adds bindings, all or none, in one transaction that no other instance has at the same time: `decide` sees what is bound then, and all
    /// that is bound in the end is returned.
    ///
    /// # Errors
    /// When there is no such table, or `decide` gives an error.
    fn bind(
        &mut self,
        decide: &mut dyn FnMut(&KnownFiles) -> Result<Vec<Binding>, PortError>,
    ) -> Result<Vec<Binding>, PortError>;
}

/// The target was made before files had names in it.
pub(crate) fn no_file_table() -> PortError {
    PortError::new(
        Fault::MissingTable { table: FILE.to_owned() },
        format!("the target lacks the table {FILE}, which keeps the keys of files"),
    )
    .with_hint("create it with `--create-tables`, or with the statement of `xmlshred ddl`")
}

/// What names are unique by: they are longer than keys of tables may be.
pub(crate) fn name_hash(name: &str) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(name.as_bytes()))
}

//! How databases are opened.

use xmlshred_engine::ports::FailedDocuments;

/// How databases are opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether a missing target file may be made. Tables are made by `Journal::create_tables` only.
    pub create: bool,
    /// Whether the rows of a log of an earlier version are the contract's, whatever contract they name: somebody said so.
    pub adopt_log: bool,
    /// Which documents of the log are taken again, which takes more rights.
    pub tried_again: FailedDocuments,
    /// Whether the documents are files, whose names the target binds to keys.
    pub binds_files: bool,
    /// Whether files that match may still come, or have gone: then none is as good as some, where there is a folder for them.
    pub waits_for_files: bool,
    /// Whether somebody only wants to know whether a run would have all rights, also to what it writes before the first document.
    pub asks_for_rights: bool,
    /// The name that servers show their administrators: `xmlshred <version> instance 1/3`.
    pub application_name: String,
}

impl Default for OpenOptions {
    fn default() -> Self {
        let application_name = concat!("xmlshred ", env!("CARGO_PKG_VERSION")).to_owned();
        Self {
            create: false,
            adopt_log: false,
            tried_again: FailedDocuments::Leave,
            binds_files: false,
            waits_for_files: false,
            asks_for_rights: false,
            application_name,
        }
    }
}

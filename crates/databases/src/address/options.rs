//! How databases are opened.

/// How databases are opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether a missing target file may be made. Tables are made by `Journal::create_tables` only.
    pub create: bool,
    /// The name that servers show their administrators: `xmlshred <version> instance 1/3`.
    pub application_name: String,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { create: false, application_name: concat!("xmlshred ", env!("CARGO_PKG_VERSION")).to_owned() }
    }
}

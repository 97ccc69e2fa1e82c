//! What is asked for when a contract is inferred.

use xmlshred_model::KeyType;

/// What the samples do not say.
#[derive(Clone, Debug)]
pub struct InferOptions {
    /// Name of the contract; by default that of the root element.
    pub name: Option<String>,
    /// Which root element, by local name, when the samples have several.
    pub root: Option<String>,
    /// `document.key`; by default guessed from documents whose key is known.
    pub key_path: Option<String>,
    /// `source.table`
    pub source_table: String,
    /// `source.key`
    pub source_key: String,
    /// What its keys are.
    pub source_key_type: KeyType,
    /// `source.xml`
    pub source_xml: String,
    /// Whether codes of the documents may stand in the contract.
    pub values: Values,
}

/// Whether values of documents may stand in a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// No; comments count them.
    #[default]
    Hidden,
    /// Short codes, of which there are few, as `codes:` lists.
    Shown,
}

//! From sample documents to a first contract that loses nothing of them.
//!
//! [`Profile::observe`] reads one document after the other and keeps statistics only (`profile`); [`infer`] decides what a document is
//! about (`main_element`), which elements are tables and which are columns (`shapes`, `alike`, `structure`, `draft`), what their types are (`types`, `could_be`) and what they are called (`names`), lets a schema correct
//! that (`xsd`), and writes the contract's text (`render`). Nothing here keeps or prints a value of a document, except
//! short codes when [`Values::Shown`] asks for them. `offer` drafts for a contract that is there what it does not read.

mod alike;
mod codes;
mod could_be;
mod draft;
mod evidence;
mod key_path;
mod main_element;
mod meaning;
mod names;
mod offer;
mod options;
mod owners;
mod present;
mod profile;
mod reason;
mod render;
mod shapes;
mod structure;
mod types;
mod words;
mod written;
mod xsd;

use std::fmt;

use crate::contract::{self, Diagnostic};

pub use offer::Offer;
pub(crate) use offer::{Gap, Offerer};
pub use options::{InferOptions, Values};
pub use profile::{ObserveError, Profile, ProfileLimits, Root};
pub use xsd::{OtherFile, Schema, XsdError, XsdFile, XsdReference};

/// A contract made from samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The contract, which `contract::load` accepts.
    pub text: String,
    /// The documents that it is made of: those with the chosen root.
    pub document_count: u64,
    /// Its tables.
    pub table_count: usize,
    /// Their columns.
    pub column_count: usize,
    /// What the user should know: subtrees kept as markup, a guessed key.
    pub notes: Vec<String>,
}

/// Why there is no contract.
#[derive(Clone, Debug, thiserror::Error)]
pub enum InferError {
    /// No document was observed.
    #[error("no document to infer a contract from")]
    NoDocuments,
    /// The documents are of several kinds.
    #[error("the documents have {} different root elements: {}", .0.len(), Listed(.0))]
    SeveralRoots(Vec<Root>),
    /// No document has the root that was asked for.
    #[error("no document has the root element `{0}`")]
    NoSuchRoot(String),
    /// No document has anything at the path of the key.
    #[error("no document has anything at the key path `{path}`{}", did_you_mean(meant.as_deref()))]
    NoSuchKeyPath {
        /// As given.
        path: String,
        /// What it may have been meant to be.
        meant: Option<String>,
    },
    /// The schema does not say which root element is meant.
    #[error("the schema declares {} elements that may be the root: {}", .0.len(), some(.0))]
    SeveralElements(Vec<String>),
    /// The schema has no such element.
    #[error("the schema declares no element `{name}`{}", declares(elements))]
    NoSuchElement {
        /// As asked for.
        name: String,
        /// Those that may be meant.
        elements: Vec<String>,
    },
    /// No document has the element that was asked for: others stand in its place.
    #[error("`{name}` is abstract: documents have one of {} in its place", some(members))]
    AbstractElement {
        /// As asked for.
        name: String,
        /// The others.
        members: Vec<String>,
    },
    /// The schema is a library of types.
    #[error("the schema declares no element that could be the root of a document")]
    NoElements,
    /// The options do not make a contract, such as a key path that is no path.
    #[error("the contract would not be valid: {}", .0.first().map_or("", |problem| &problem.message))]
    Invalid(Vec<Diagnostic>),
}

impl InferError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::SeveralRoots(_) => Some(
                "choose one with --root NAME; or, where they are one kind of document, one contract for several with --root NAME,NAME",
            ),
            Self::SeveralElements(_) => {
                Some("choose one with --root NAME (or {namespace}NAME), and infer one contract each")
            }
            Self::NoElements => {
                Some("give the schema file that declares the root element; it includes or imports this one")
            }
            Self::AbstractElement { .. } => Some("choose one of them with --root NAME"),
            Self::NoSuchKeyPath { .. } => Some(
                "paths start below the root element, as in `--key-path @id` or `--key-path Header/Number`",
            ),
            Self::NoDocuments | Self::NoSuchRoot(_) | Self::NoSuchElement { .. } => None,
            Self::Invalid(_) => Some("look at --key-path, --source-table and the other names given"),
        }
    }
}

/// As many names as fit into a message.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown}, and {more} more") } else { shown }
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
}

fn declares(elements: &[String]) -> String {
    if elements.is_empty() { String::new() } else { format!("; it declares {}", some(elements)) }
}

/// Roots with their counts.
struct Listed<'a>(&'a [Root]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (at, root) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            let plural = if root.document_count == 1 { "" } else { "s" };
            write!(f, "{comma}{} ({} document{plural})", root.local, root.document_count)?;
        }
        if self.0.len() > SHOWN { write!(f, ", and {} more", self.0.len() - SHOWN) } else { Ok(()) }
    }
}

/// The contract that the observed documents ask for; a schema, where there is one, corrects what they leave open.
///
/// # Errors
/// When there are no documents, or of several kinds, or the options make no contract of it.
pub fn infer(
    profile: &Profile,
    schema: Option<&Schema>,
    options: &InferOptions,
) -> Result<Inferred, InferError> {
    let root = choose_root(profile, options)?;
    let hints = schema.map(|schema| xsd::hints(schema, profile, root)).unwrap_or_default();
    let notes = schema.map(|schema| notes_about(schema, &hints)).unwrap_or_default();
    contract_of(profile, root, &hints, notes, options)
}

/// The contract of the documents that a schema allows, without having seen one.
///
/// # Errors
/// When the schema does not say which root element is meant, or the options make no contract of it.
pub fn infer_from_schema(
    schema: &Schema,
    limits: ProfileLimits,
    options: &InferOptions,
) -> Result<Inferred, InferError> {
    let root = xsd::choose(schema, options.root.as_deref()).map_err(|problem| {
        let name = options.root.clone().unwrap_or_default();
        match problem {
            xsd::NoRoot::NoElements => InferError::NoElements,
            xsd::NoRoot::Unknown(elements) => InferError::NoSuchElement { name, elements },
            xsd::NoRoot::Several(elements) => InferError::SeveralElements(elements),
            xsd::NoRoot::Abstract(members) => InferError::AbstractElement { name, members },
        }
    })?;
    let contract = |limits| {
        let found = xsd::from_schema(schema, &root, limits).ok_or(InferError::NoElements)?;
        let xsd::FromSchema { profile, hints, root, mut notes } = found;
        notes.extend(not_understood(schema));
        contract_of(&profile, root, &hints, notes, options)
    };
    let mut inferred = match contract(limits) {
        // Deep tables have long keys: what has room by its paths may still be too long for a file.
        Err(InferError::Invalid(_)) => contract(limits.of_many())?,
        other => other?,
    };
    inferred.document_count = 0;
    Ok(inferred)
}

fn contract_of(
    profile: &Profile,
    root: profile::ElementId,
    hints: &xsd::Hints,
    notes: Vec<String>,
    options: &InferOptions,
) -> Result<Inferred, InferError> {
    let draft = structure::draft(profile, root, hints, options);
    if let Some(path) = options.key_path.as_deref().filter(|_| profile.origin == profile::Origin::Documents) {
        key_path::check(profile, draft.root, path).map_err(|key_path::NotThere { meant }| {
            InferError::NoSuchKeyPath { path: path.to_owned(), meant }
        })?;
    }
    let mut named = names::named(profile, draft, options);
    named.notes.extend(notes);
    let text = render::contract(profile, &named, options);
    let mut problems = contract::load(&text).diagnostics;
    problems.retain(|problem| problem.severity() == contract::Severity::Error);
    if !problems.is_empty() {
        return Err(InferError::Invalid(problems));
    }
    let column_count = named.tables.iter().map(|table| table.columns.len()).sum();
    let document_count = profile.elements.get(root).instance_count;
    Ok(Inferred { text, document_count, table_count: named.tables.len(), column_count, notes: named.notes })
}

fn notes_about(schema: &Schema, hints: &xsd::Hints) -> Vec<String> {
    let known = match hints.len() {
        0 => "the schema does not declare the root element of the documents: it changes nothing".to_owned(),
        count => format!("the schema knows {count} of the elements of the documents"),
    };
    let wildcards = schema.wildcards();
    let open = (!wildcards.is_empty()).then(|| {
        let listed = wildcards.join(", ");
        format!("where the schema lets documents have what it does not name, the contract has what they have: {listed}")
    });
    [Some(known), open, not_understood(schema)].into_iter().flatten().collect()
}

fn not_understood(schema: &Schema) -> Option<String> {
    let count = schema.alternative_count();
    (count > 0).then(|| {
        format!("not understood in the schema: types that depend on conditions (alternative, {count} times)")
    })
}

fn choose_root(profile: &Profile, options: &InferOptions) -> Result<profile::ElementId, InferError> {
    if let Some(missing) = profile.elements.roots().missing() {
        return Err(InferError::NoSuchRoot(missing.to_owned()));
    }
    let roots = profile.roots();
    match (&options.root, &roots[..]) {
        (_, []) => Err(InferError::NoDocuments),
        (None, [root]) => Ok(root.element),
        (None, _) => Err(InferError::SeveralRoots(roots)),
        (Some(name), _) => {
            let chosen = roots.iter().filter(|root| root.local == *name).collect::<Vec<_>>();
            match chosen[..] {
                [] => Err(InferError::NoSuchRoot(name.clone())),
                [root] => Ok(root.element),
                _ => Err(InferError::SeveralRoots(chosen.into_iter().cloned().collect())),
            }
        }
    }
}

//! What a file is that was given as a schema and is none, and what to do with it.

use crate::xml::{DecodeError, Place, XmlErrorKind};

use super::names::XSD_NAMESPACE;

/// Why a file is no schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XsdError {
    /// Bytes that are no text.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// Not well-formed.
    #[error("{kind}, at {place}")]
    Xml {
        /// Which rule.
        kind: XmlErrorKind,
        /// Where.
        place: Place,
    },
    /// Entities that make a file of any size.
    #[error("its entities make it larger than any schema")]
    TooLarge,
    /// Another language than XML Schema.
    #[error("it is {0}, no XML Schema")]
    Other(OtherFile),
}

/// Files that are taken for schemas.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtherFile {
    /// Declarations of a document type.
    #[error("a DTD")]
    Dtd,
    /// RELAX NG, in XML.
    #[error("a RELAX NG schema")]
    RelaxNg,
    /// RELAX NG in its compact syntax.
    #[error("a RELAX NG schema in compact syntax")]
    RelaxNgCompact,
    /// Rules about documents, not their structure.
    #[error("a Schematron schema")]
    Schematron,
    /// A description of services.
    #[error("a WSDL description")]
    Wsdl,
    /// A schema for JSON, or any JSON.
    #[error("a JSON file")]
    Json,
    /// A draft of XML Schema that nobody uses any more.
    #[error("a schema in a draft of the language ({0})")]
    Draft(String),
    /// A document, perhaps.
    #[error("an XML document with the root element `{0}`")]
    Document(String),
}

impl XsdError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let Self::Other(other) = self else { return None };
        let hint = match other {
            OtherFile::Dtd | OtherFile::RelaxNg | OtherFile::RelaxNgCompact => {
                "translate it once, as with `trang FILE schema.xsd`, or infer from documents alone".to_owned()
            }
            OtherFile::Schematron => {
                "it says what documents must fulfil, not what they are made of: give the schema that it belongs to"
                    .to_owned()
            }
            OtherFile::Wsdl => format!(
                "save the `schema` element ({XSD_NAMESPACE}) within its `types` as a file of its own, with the namespace declarations around it, or give the file that it imports"
            ),
            OtherFile::Json => "documents are XML here, and so are their schemas (*.xsd)".to_owned(),
            OtherFile::Draft(_) => format!("the language is {XSD_NAMESPACE} since 2001: a later edition of the schema will have that"),
            OtherFile::Document(_) => {
                "the root element of a schema is `schema` (*.xsd); documents are given without --xsd: `xmlshred infer DOC`"
                    .to_owned()
            }
        };
        Some(hint)
    }
}

/// The name of a root element.
#[derive(Debug)]
pub(super) struct RootName {
    pub(super) namespace: Box<str>,
    pub(super) local: Box<str>,
}

/// Languages that are no XML.
pub(super) fn other_language(text: &str) -> Result<(), XsdError> {
    let mut rest = text.trim_start();
    // What may stand before declarations and says nothing.
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?xml") => "?>",
            _ => break,
        };
        let Some(at) = rest.find(end) else { break };
        rest = rest[at + end.len()..].trim_start();
    }
    let begins = |marks: &[&str]| marks.iter().any(|mark| rest.starts_with(mark));
    let other = if begins(&["<!ELEMENT", "<!ATTLIST", "<!ENTITY", "<!NOTATION", "<!["]) {
        OtherFile::Dtd
    } else if begins(&["{", "["]) {
        OtherFile::Json
    } else if begins(&[
        "default namespace",
        "namespace ",
        "datatypes ",
        "start =",
        "start=",
        "grammar",
        "element ",
    ]) || (rest.starts_with('#') && rest.contains("element "))
    {
        OtherFile::RelaxNgCompact
    } else {
        return Ok(());
    };
    Err(XsdError::Other(other))
}

/// What a file with another root element than a schema's is.
pub(super) fn other_root(root: Option<&RootName>) -> XsdError {
    let (namespace, local) = root.map_or(("", ""), |root| (&*root.namespace, &*root.local));
    let is_draft = namespace.starts_with("http://www.w3.org/") && namespace.ends_with("XMLSchema");
    XsdError::Other(match namespace {
        "http://relaxng.org/ns/structure/1.0" => OtherFile::RelaxNg,
        "http://purl.oclc.org/dsdl/schematron" | "http://www.ascc.net/xml/schematron" => {
            OtherFile::Schematron
        }
        "http://schemas.xmlsoap.org/wsdl/" | "http://www.w3.org/ns/wsdl" => OtherFile::Wsdl,
        _ if is_draft && namespace != XSD_NAMESPACE => OtherFile::Draft(namespace.to_owned()),
        _ => OtherFile::Document(local.to_owned()),
    })
}

//! Names of the schema language.

/// The namespace of schema documents.
pub(super) const XSD_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema";

/// A name in a namespace.
pub(super) type QName = (String, String);

/// Whether a name is of the schema language itself.
pub(super) fn is_built_in(name: &QName) -> bool {
    name.0 == XSD_NAMESPACE
}

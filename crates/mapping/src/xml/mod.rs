//! XML 1.0 (fifth edition) and Namespaces in XML 1.0: one pass over a document in memory, strict about well-formedness,
//! without external entities.
//!
//! [`scan`] drives a [`Handler`] over a document and vouches for every rule of well-formedness that does not need a DTD:
//! one root, matched tags, legal names and characters, unique attributes, bound prefixes, only the five predefined
//! entities. [`decode`] turns bytes into text beforehand, and [`resolve`] that text into one without other entities and without what an
//! internal DTD says about attributes.
//!
//! Why not a library parser underneath: see `docs/decisions/0001-own-xml-scanner.md`.

pub(crate) mod chars;

mod any_tag;
mod around_root;
mod attribute_value;
mod attributes;
mod content;
mod declaration;
mod decode;
mod doctype;
mod encoding_name;
mod end_tag;
mod entities;
mod error;
mod handler;
mod known_tag;
mod names;
mod namespace;
mod passed;
mod plain;
mod reference;
mod repair;
mod resolve;
mod scan;
mod scanner;

pub use attributes::{RawAttribute, RawText};
pub use decode::{Charset, DecodeError, decode, decode_as, decode_leniently};
pub use entities::Entities;
pub use error::{Place, XmlError, XmlErrorKind};
pub use handler::{AttributeSpan, Handler, Nobody, StartTag, Taker, Taking, TextKind};
pub use names::Names;
pub use namespace::{XML_NAMESPACE, XMLNS_NAMESPACE};
pub(crate) use reference::{each_part_of_text, push_attribute, push_text, unescape_attribute, unescape_text};
pub use repair::repair;
pub use resolve::{ResolveError, resolve};
pub(crate) use scan::scan_part;
pub use scan::{scan, scan_with};
pub use scanner::ScanLimits;

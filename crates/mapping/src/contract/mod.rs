//! Contracts: YAML or JSON text to a checked [`Contract`], or every problem at once as [`Diagnostic`]s.
//!
//! [`load`] reads the text into a tree with places (`node`), reads each key as what it should be (`fields`, `raw`), and resolves names,
//! paths, expressions and constants (`table`, `resolve`, `constants`, `scope`). [`render`] shows problems to people, also those that
//! only documents or tables bring to light; [`Places`] tells where the contract says what they are about.

mod checked;
mod constants;
mod diagnostic;
mod document;
mod document_key;
mod doubted;
mod doubts;
mod excerpt;
mod expressions;
mod fields;
mod formats;
pub mod language;
mod load;
mod node;
mod paths;
mod places;
mod raw;
mod render;
mod resolve;
mod scalar;
mod schema;
mod scope;
mod source;
mod table;
mod unpivot;
mod versions;
mod words;
mod yaml_mistakes;

pub use checked::*;
pub use diagnostic::{Code, Diagnostic, Severity};
pub use document_key::{document_key_column, is_given_the_key};
pub(crate) use doubts::repeated_root;
pub use load::{Loaded, hash_of, load};
pub use places::{Places, Step};
pub use render::{RenderStyle, render};
pub use schema::{is_always_filled, target_schema};
pub use versions::{Untraced, untraced_tables};
pub(crate) use words::CLEANERS;
pub use xmlshred_expr::most_similar;

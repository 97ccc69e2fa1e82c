//! Document type declarations: what of an internal subset changes the document is read, the rest read past. Their grammar is checked to
//! the end.
//!
//! No external identifier is fetched. Of the internal subset count defaults and types of attributes, and entities where the contract asks
//! for them. Else entities (whose replacement is what attacks on XML are made of) are refused, and references to parameter entities
//! always: what stands behind them could be anything.

mod attributes;
mod cursor;
mod elements;
mod entities;
mod rule;
mod verdict;

use super::entities::Declared;
use super::error::{XmlError, XmlErrorKind};
use super::passed;

use cursor::Cursor;
pub(super) use rule::AttributeRule;
use verdict::{Entities, Verdict};

/// What a declaration says about the document.
#[derive(Debug, Default)]
pub(super) struct Dtd<'t> {
    pub(super) entities: Declared<'t>,
    /// In order.
    pub(super) attributes: Vec<AttributeRule<'t>>,
    /// The offset after it.
    pub(super) end: usize,
}

/// The offset after the declaration that begins at `start` (`<!DOCTYPE`).
///
/// # Errors
/// As [`read`] that takes no entities.
pub(super) fn skip(text: &str, start: usize) -> Result<usize, XmlError> {
    read(text, start, false).map(|dtd| dtd.end)
}

/// Reads the declaration that begins at `start`.
///
/// # Errors
/// The first broken rule of its grammar (XML 1.0, productions 28 to 29, 45 to 60, 69 to 76 and 82 to 83, as far as they concern
/// an internal subset; names as Namespaces in XML has them); when there is none, the first declaration that is refused.
pub(super) fn read(text: &str, start: usize, takes_entities: bool) -> Result<Dtd<'_>, XmlError> {
    let mut cursor = Cursor::new(text, start);
    let mut dtd = Dtd::default();
    cursor.expect("<!DOCTYPE")?;
    cursor.expect_space()?;
    cursor.expect_qualified_name()?;
    let mut entities = Entities::None;
    if cursor.skip_space() && cursor.skip_external_id()? {
        entities = Entities::Possible;
        cursor.skip_space();
    }
    let mut refused = None;
    if cursor.skip("[") {
        refused = read_internal_subset(&mut cursor, entities, takes_entities, &mut dtd)?;
        cursor.skip_space();
    }
    cursor.expect(">")?;
    dtd.end = cursor.offset();
    match refused {
        None => Ok(dtd),
        Some(offset) => Err(XmlError { kind: XmlErrorKind::RefusedDoctype, offset }),
    }
}

/// To after the `]`; answers where the first declaration stands that is refused.
fn read_internal_subset<'t>(
    cursor: &mut Cursor<'t>,
    mut entities: Entities,
    takes_entities: bool,
    dtd: &mut Dtd<'t>,
) -> Result<Option<usize>, XmlError> {
    let mut refused = None;
    loop {
        cursor.skip_space();
        let start = cursor.offset();
        let verdict = if cursor.skip("]") {
            return Ok(refused);
        } else if cursor.is_at("<!--") {
            cursor.go_to(passed::skip_comment(cursor.text(), start)?);
            Verdict::Permitted
        } else if cursor.is_at("<?") {
            cursor.go_to(passed::skip_instruction(cursor.text(), start)?);
            Verdict::Permitted
        } else if cursor.skip("<!ELEMENT") {
            elements::skip_element(cursor)?;
            Verdict::Permitted
        } else if cursor.skip("<!ATTLIST") {
            // What a reference to no entity of the document stands for is said outside of it.
            let verdict = attributes::read_attribute_list(cursor, entities, &mut dtd.attributes)?;
            if takes_entities { Verdict::Permitted } else { verdict }
        } else if cursor.skip("<!NOTATION") {
            entities::skip_notation(cursor)?;
            Verdict::Permitted
        } else if cursor.skip("<!ENTITY") {
            entities = Entities::Possible;
            let verdict = entities::read_entity(cursor, &mut dtd.entities)?;
            if takes_entities { verdict } else { Verdict::Refused }
        } else {
            entities::skip_parameter_reference(cursor)?;
            entities = Entities::Possible;
            Verdict::Refused
        };
        if verdict == Verdict::Refused {
            refused = refused.or(Some(start));
        }
    }
}

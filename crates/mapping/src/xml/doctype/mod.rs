//! Document type declarations: read past, never followed. Their grammar is checked to the end; what would change the document's
//! content is refused.
//!
//! No external identifier is fetched. An internal subset may declare elements, notations, and attributes that are `CDATA` and have no
//! default; comments and processing instructions are read past. Entities (whose replacement is what attacks on XML are made of) and
//! references to parameter entities are refused, and so are attributes of other types or with a default: they would change values, or
//! add some that the document does not show.

mod attributes;
mod cursor;
mod elements;
mod entities;
mod verdict;

use super::error::{XmlError, XmlErrorKind};
use super::passed;

use cursor::Cursor;
use verdict::{Entities, Verdict};

/// The offset after the declaration that begins at `start` (`<!DOCTYPE`).
///
/// # Errors
/// The first broken rule of its grammar (XML 1.0, productions 28 to 29, 45 to 60, 69 to 76 and 82 to 83, as far as they concern
/// an internal subset; names as Namespaces in XML has them); when there is none, the first declaration that is refused.
pub(super) fn skip(text: &str, start: usize) -> Result<usize, XmlError> {
    let mut cursor = Cursor::new(text, start);
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
        refused = skip_internal_subset(&mut cursor, entities)?;
        cursor.skip_space();
    }
    cursor.expect(">")?;
    match refused {
        None => Ok(cursor.offset()),
        Some(offset) => Err(XmlError { kind: XmlErrorKind::RefusedDoctype, offset }),
    }
}

/// To after the `]`; answers where the first declaration stands that is refused.
fn skip_internal_subset(cursor: &mut Cursor<'_>, mut entities: Entities) -> Result<Option<usize>, XmlError> {
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
            attributes::skip_attribute_list(cursor, entities)?
        } else if cursor.skip("<!NOTATION") {
            entities::skip_notation(cursor)?;
            Verdict::Permitted
        } else if cursor.skip("<!ENTITY") {
            entities::skip_entity(cursor)?;
            entities = Entities::Possible;
            Verdict::Refused
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

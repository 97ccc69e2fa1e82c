//! `<!ENTITY …>`, `<!NOTATION …>` and references to parameter entities.

use super::cursor::Cursor;
use super::verdict::Verdict;
use crate::xml::entities::Declared;
use crate::xml::error::{XmlError, XmlErrorKind};
use crate::xml::reference::reference;

/// After `<!ENTITY`, to after its `>` (XML 1.0, productions 70 to 76). Refused unless it is an entity whose text stands here.
pub(super) fn read_entity<'t>(
    cursor: &mut Cursor<'t>,
    declared: &mut Declared<'t>,
) -> Result<Verdict, XmlError> {
    cursor.expect_space()?;
    let is_parameter = cursor.skip("%");
    if is_parameter {
        cursor.expect_space()?;
    }
    let name = cursor.expect_name()?;
    cursor.expect_space()?;
    let mut verdict = Verdict::Refused;
    if cursor.skip_external_id()? {
        let has_space = cursor.skip_space();
        if !is_parameter && has_space && cursor.skip("NDATA") {
            cursor.expect_space()?;
            cursor.expect_name()?;
        }
    } else {
        let (offset, value) = expect_entity_value(cursor)?;
        if !is_parameter {
            declared.add(name, value, offset);
            verdict = Verdict::Permitted;
        }
    }
    cursor.skip_space();
    cursor.expect(">")?;
    Ok(verdict)
}

/// A literal in which `&` begins references. `%` begins some too, and those may not stand inside declarations of an internal subset.
fn expect_entity_value<'t>(cursor: &mut Cursor<'t>) -> Result<(usize, &'t str), XmlError> {
    let (start, value) = cursor.expect_literal()?;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'%', b'&', &value.as_bytes()[at..]) {
        at += found;
        let error = |kind| XmlError { kind, offset: start + at };
        if value.as_bytes()[at] == b'%' {
            return Err(error(XmlErrorKind::InvalidDoctype));
        }
        at += match reference(&value[at..]) {
            Ok((_, length)) => length,
            // It is bypassed in an entity's value; the rest of the name holds nothing that matters here.
            Err(XmlErrorKind::UnknownEntity) => 1,
            Err(kind) => return Err(error(kind)),
        };
    }
    Ok((start, value))
}

/// After `<!NOTATION`, to after its `>` (XML 1.0, productions 82 and 83).
pub(super) fn skip_notation(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    cursor.expect_space()?;
    cursor.expect_name()?;
    cursor.expect_space()?;
    if cursor.skip("PUBLIC") {
        cursor.expect_space()?;
        cursor.expect_public_literal()?;
        // A notation's public identifier may stand alone.
        if cursor.skip_space() && !cursor.is_at(">") {
            cursor.expect_literal()?;
        }
    } else if !cursor.skip_external_id()? {
        return Err(cursor.wrong());
    }
    cursor.skip_space();
    cursor.expect(">")
}

/// `%name;`
pub(super) fn skip_parameter_reference(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    cursor.expect("%")?;
    cursor.expect_name()?;
    cursor.expect(";")
}

//! `<!ATTLIST …>`: types and defaults of attributes.

use super::cursor::Cursor;
use super::rule::AttributeRule;
use super::verdict::{Entities, Verdict};
use crate::xml::error::{XmlError, XmlErrorKind};
use crate::xml::reference::reference;

/// Types whose values are tokens: a processor that knows them removes blanks.
const TOKEN_TYPES: [&str; 7] = ["IDREFS", "IDREF", "ID", "ENTITIES", "ENTITY", "NMTOKENS", "NMTOKEN"];

/// After `<!ATTLIST`, to after its `>` (XML 1.0, productions 52 to 60). Refused when a default refers to an entity that may be one.
pub(super) fn read_attribute_list<'t>(
    cursor: &mut Cursor<'t>,
    entities: Entities,
    rules: &mut Vec<AttributeRule<'t>>,
) -> Result<Verdict, XmlError> {
    cursor.expect_space()?;
    let element = cursor.expect_qualified_name()?;
    let mut verdict = Verdict::Permitted;
    loop {
        let has_space = cursor.skip_space();
        if cursor.skip(">") {
            return Ok(verdict);
        }
        if !has_space {
            return Err(cursor.wrong());
        }
        let attribute = cursor.expect_qualified_name()?;
        cursor.expect_space()?;
        let is_tokens = read_type(cursor)?;
        cursor.expect_space()?;
        let (default, of_default) = read_default(cursor, entities)?;
        if of_default == Verdict::Refused {
            verdict = Verdict::Refused;
        }
        rules.push(AttributeRule { element, attribute, is_tokens, default });
    }
}

/// Whether values are tokens.
fn read_type(cursor: &mut Cursor<'_>) -> Result<bool, XmlError> {
    if cursor.skip("CDATA") {
        return Ok(false);
    }
    if cursor.skip_any(&TOKEN_TYPES) {
        return Ok(true);
    }
    let of_names = cursor.skip("NOTATION");
    if of_names {
        cursor.expect_space()?;
    }
    cursor.expect("(")?;
    loop {
        cursor.skip_space();
        if of_names {
            cursor.expect_name()?;
        } else {
            cursor.expect_name_token()?;
        }
        cursor.skip_space();
        if cursor.skip(")") {
            return Ok(true);
        }
        cursor.expect("|")?;
    }
}

/// The default, if there is one.
fn read_default<'t>(
    cursor: &mut Cursor<'t>,
    entities: Entities,
) -> Result<(Option<&'t str>, Verdict), XmlError> {
    if cursor.skip_any(&["#IMPLIED", "#REQUIRED"]) {
        return Ok((None, Verdict::Permitted));
    }
    if cursor.skip("#FIXED") {
        cursor.expect_space()?;
    }
    let (start, value) = cursor.expect_literal()?;
    let mut verdict = Verdict::Permitted;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'<', b'&', &value.as_bytes()[at..]) {
        at += found;
        let error = |kind| XmlError { kind, offset: start + at };
        if value.as_bytes()[at] == b'<' {
            return Err(error(XmlErrorKind::LessInAttribute));
        }
        at += match reference(&value[at..]) {
            Ok((_, length)) => length,
            // Declared or not: there are entities at all.
            Err(XmlErrorKind::UnknownEntity) if entities == Entities::Possible => {
                verdict = Verdict::Refused;
                1
            }
            Err(kind) => return Err(error(kind)),
        };
    }
    Ok((Some(value), verdict))
}

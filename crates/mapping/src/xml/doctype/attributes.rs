//! `<!ATTLIST …>`: types and defaults of attributes.

use super::cursor::Cursor;
use super::verdict::{Entities, Verdict};
use crate::xml::error::{XmlError, XmlErrorKind};
use crate::xml::reference::reference;

/// Types whose values are tokens: a processor that knows them removes blanks.
const TOKEN_TYPES: [&str; 7] = ["IDREFS", "IDREF", "ID", "ENTITIES", "ENTITY", "NMTOKENS", "NMTOKEN"];

/// After `<!ATTLIST`, to after its `>` (XML 1.0, productions 52 to 60). Refused unless every attribute is `CDATA` and has no default.
pub(super) fn skip_attribute_list(cursor: &mut Cursor<'_>, entities: Entities) -> Result<Verdict, XmlError> {
    cursor.expect_space()?;
    cursor.expect_qualified_name()?;
    let mut verdict = Verdict::Permitted;
    loop {
        let has_space = cursor.skip_space();
        if cursor.skip(">") {
            return Ok(verdict);
        }
        if !has_space {
            return Err(cursor.wrong());
        }
        cursor.expect_qualified_name()?;
        cursor.expect_space()?;
        let of_type = skip_type(cursor)?;
        cursor.expect_space()?;
        let of_default = skip_default(cursor, entities)?;
        if of_type == Verdict::Refused || of_default == Verdict::Refused {
            verdict = Verdict::Refused;
        }
    }
}

fn skip_type(cursor: &mut Cursor<'_>) -> Result<Verdict, XmlError> {
    if cursor.skip("CDATA") {
        return Ok(Verdict::Permitted);
    }
    if cursor.skip_any(&TOKEN_TYPES) {
        return Ok(Verdict::Refused);
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
            return Ok(Verdict::Refused);
        }
        cursor.expect("|")?;
    }
}

fn skip_default(cursor: &mut Cursor<'_>, entities: Entities) -> Result<Verdict, XmlError> {
    if cursor.skip_any(&["#IMPLIED", "#REQUIRED"]) {
        return Ok(Verdict::Permitted);
    }
    if cursor.skip("#FIXED") {
        cursor.expect_space()?;
    }
    let (start, value) = cursor.expect_literal()?;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'<', b'&', &value.as_bytes()[at..]) {
        at += found;
        let error = |kind| XmlError { kind, offset: start + at };
        if value.as_bytes()[at] == b'<' {
            return Err(error(XmlErrorKind::LessInAttribute));
        }
        at += match reference(&value[at..]) {
            Ok((_, length)) => length,
            // Declared or not: as there are entities at all, the whole declaration is refused.
            Err(XmlErrorKind::UnknownEntity) if entities == Entities::Possible => 1,
            Err(kind) => return Err(error(kind)),
        };
    }
    Ok(Verdict::Refused)
}

//! `<!ELEMENT …>`: content models.

use super::cursor::Cursor;
use crate::xml::error::XmlError;

/// After `<!ELEMENT`, to after its `>` (XML 1.0, productions 45 to 51).
pub(super) fn skip_element(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    cursor.expect_space()?;
    cursor.expect_qualified_name()?;
    cursor.expect_space()?;
    if !cursor.skip_any(&["EMPTY", "ANY"]) {
        cursor.expect("(")?;
        cursor.skip_space();
        if cursor.skip("#PCDATA") { skip_mixed(cursor)? } else { skip_children(cursor)? }
    }
    cursor.skip_space();
    cursor.expect(">")
}

/// After `(#PCDATA`: names between bars, and then the group must be repeated.
fn skip_mixed(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    let mut has_names = false;
    loop {
        cursor.skip_space();
        if cursor.skip("|") {
            cursor.skip_space();
            cursor.expect_qualified_name()?;
            has_names = true;
        } else if has_names {
            return cursor.expect(")*");
        } else {
            cursor.expect(")")?;
            cursor.skip("*");
            return Ok(());
        }
    }
}

/// After the first `(`: names and groups, separated by commas or by bars, never both in one group.
///
/// Groups may be nested as deep as a document likes, so they are counted here and not by recursion: one separator for each open one.
fn skip_children(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    let mut open: Vec<Option<&str>> = vec![None];
    loop {
        cursor.skip_space();
        if cursor.skip("(") {
            open.push(None);
            continue;
        }
        cursor.expect_qualified_name()?;
        cursor.skip_any(&["?", "*", "+"]);
        cursor.skip_space();
        while cursor.skip(")") {
            cursor.skip_any(&["?", "*", "+"]);
            open.pop();
            if open.is_empty() {
                return Ok(());
            }
            cursor.skip_space();
        }
        let separator = open.last_mut().expect("the loop ends with the last group");
        let known = separator.as_slice();
        let wanted = if known.is_empty() { &[",", "|"] } else { known };
        let found = wanted.iter().find(|wanted| cursor.skip(wanted)).copied();
        *separator = Some(found.ok_or_else(|| cursor.wrong())?);
    }
}

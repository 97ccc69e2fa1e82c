//! What is said of each cause of failure and each issue beyond its one sentence: usual reasons, what to do, an example. The manual and
//! `xmlshred help CODE` are made from it.

use crate::outcome::{FailureCode, IssueCode};

/// What helps with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeHelp {
    /// Usual reasons, the most frequent first.
    pub reasons: &'static [&'static str],
    /// What to do.
    pub remedy: &'static str,
    /// A document, a part of a contract or a statement, and what is said then.
    pub example: &'static str,
}

const fn help(reasons: &'static [&'static str], remedy: &'static str, example: &'static str) -> CodeHelp {
    CodeHelp { reasons, remedy, example }
}

impl FailureCode {
    /// Reasons, remedy and example.
    pub fn help(self) -> CodeHelp {
        match self {
            Self::DocumentMissing => help(
                &["the row was made before its document arrived", "the document was taken out to save room"],
                "leave such rows out with `source.where: \"xml IS NOT NULL\"`, or fill them and say `xmlshred retry --cause document-missing`",
                "INSERT INTO app_xml (app_id, xml) VALUES (7, NULL)\nfetch: document-missing: the column is null",
            ),
            Self::DocumentTooShort => help(
                &[
                    "a placeholder or an empty document in the column",
                    "`source.min_bytes` is larger than real documents are",
                ],
                "lower `source.min_bytes`, or leave such rows out with `source.where`",
                "source: { table: app_xml, key: app_id, xml: xml, min_bytes: 100 }\nfetch: document-too-short: 12 bytes, the contract asks for 100",
            ),
            Self::DocumentTooLarge => help(
                &["scans or archives as base64 inside the document", "several documents in one row"],
                "raise `document.limits.bytes`; memory grows with it, for each worker",
                "document: { root: /R, limits: { bytes: 1000 } }\nfetch: document-too-large: 52000 bytes, the limit is 1000",
            ),
            Self::InvalidEncoding => help(
                &[
                    "bytes of windows-1252 in a document that declares UTF-8, or nothing",
                    "a document that was cut in the middle of a character",
                    "a declaration that was not changed when the document was converted",
                ],
                "say what the bytes are with `document.encoding: windows-1252` where documents say nothing; let what cannot be saved pass with `document.invalid_characters: replace`",
                "<?xml version=\"1.0\" encoding=\"us-ascii\"?><R a=\"Müller\"/>\nfetch: invalid-encoding: bytes that are not US-ASCII",
            ),
            Self::NotWellFormed => help(
                &[
                    "a document that was cut off",
                    "`&` or `<` written without escaping by a program that joins text",
                    "two documents, or text, behind each other",
                ],
                "mend the document in the source and say `xmlshred retry --cause not-well-formed`; the message has line and column. Control characters alone may pass with `document.invalid_characters: drop`",
                "<R a=\"1\"><skipped><x y=\"1\" y=\"2\"/></skipped></R>\nparse: not-well-formed: an attribute stands twice, at line 1 column 19",
            ),
            Self::TooDeep => help(
                &["markup of editors nested without need", "a document made to do harm"],
                "raise `document.limits.depth`",
                "document: { root: /R, limits: { depth: 8 } }\nparse: too-deep: elements nested deeper than 8 levels, at line 1 column 25",
            ),
            Self::TooManyAttributes => help(
                &["records written as attributes of one element", "a document made to do harm"],
                "raise `document.limits.attributes`",
                "document: { root: /R, limits: { attributes: 2 } }\n<R a=\"1\" b=\"2\" c=\"3\"/> fails with parse: too-many-attributes",
            ),
            Self::DoctypeRefused => help(
                &[
                    "`<!DOCTYPE …>` with entities of its own, as old editors write it",
                    "a document that asks for a file of the machine that reads it",
                ],
                "take the declaration out in the source; entities are never fetched, and expanded only where the contract says so",
                "<!DOCTYPE R [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><R a=\"1\">&e;</R>\nparse: doctype-refused",
            ),
            Self::WrongRoot => help(
                &[
                    "documents of several kinds in one table",
                    "`document.root` says the element around the main one, or one below it",
                    "the root is in another case, or in a namespace that the path names",
                ],
                "compare `document.root` with the root that the message names; name the roots of several kinds in a list; leave documents of other kinds out with `on_wrong_root: skip` or `source.where`",
                "document: { root: /R }\n<Q a=\"1\"/> fails with parse: wrong-root: no element /R; the root element is Q",
            ),
            Self::KeyMissing => help(
                &[
                    "a document without its key",
                    "`document.key` leads elsewhere: it starts at the main element",
                ],
                "correct `document.key`, or leave it out: then the key of the row is not compared",
                "document: { root: /R, key: \"@id\" }\n<R/> fails with shred: key-missing: nothing at @id",
            ),
            Self::KeyMismatch => help(
                &[
                    "a document in the row of another one",
                    "`document.key` reads another number",
                    "a key that is no integer",
                ],
                "look into the row of the source: one of the two is wrong. Leave `document.key` out only when the number in the document is none of its key",
                "document: { root: /R, key: \"@id\" }\nthe row 17 with <R id=\"18\"/> fails with shred: key-mismatch: @id differs from the key of the row",
            ),
            Self::MissingElement => help(
                &[
                    "a document of another kind or version",
                    "a path in `document.require` that not every document has",
                ],
                "take the path out of `document.require` where documents may do without it",
                "document: { root: /R, require: [a/b] }\n<R><a/></R> fails with shred: missing-element: nothing at a/b, which `document.require` names",
            ),
            Self::InvalidValue => help(
                &[
                    "dates in another order or with a time, numbers with a decimal comma or a currency",
                    "words for nothing, such as `N/A` or `unknown`",
                    "more digits than the type has",
                ],
                "say how it is written (`format`, `clean: [\"number(',')\"]`, `null_values`, `on_inexact`, `on_zone`), or what becomes of it (`on_invalid: null`); `xmlshred explain DOC TABLE.COLUMN` shows every step",
                "a: { path: \"@a\", type: int }\n<R a=\"12 pcs\"/> fails with shred: invalid-value: t.a: not a value of type int, at line 1 column 7",
            ),
            Self::TooLong => help(
                &["a column that is shorter than what documents hold", "white space that was not cleaned"],
                "make the type longer, add `clean: [trim]`, or say `on_too_long: truncate`",
                "a: { path: \"@a\", type: varchar(3) }\n<R a=\"abcd\"/> fails with shred: too-long: t.a: 4 characters, and 3 are allowed",
            ),
            Self::UnmappedCode => help(
                &["a new code", "another case, or blanks around it"],
                "add the code to the list, an entry `\"*\"` for all others, `codes_case: insensitive`, or `on_unmapped_code: null`",
                "codes: { role: { PR: 1 } }\n<R role=\"XX\"/> fails with shred: unmapped-code",
            ),
            Self::MissingValue => help(
                &[
                    "an attribute or element that some documents do not have",
                    "blank text, which is null unless `blank: keep`",
                    "`key: true` on something that may be missing: keys are required",
                ],
                "take `required` away, give the column a `default`, or read it from where every document has it",
                "a: { path: \"@a\", type: int, required: true }\n<R a=\"\"/> fails with shred: missing-value: t.a: null in a required column, at line 1 column 7",
            ),
            Self::MissingParent => help(
                &["the parent's row was left out by `where`, `one_per` or `skip_row_when`"],
                "leave the child's rows out by the same condition, or let the parent keep its rows",
                "tables: { p: { where: \"a > 1\", columns: … }, c: { columns: { p_id: { parent: p.id } } } }\nshred: missing-parent: c.p_id: there is no row of p",
            ),
            Self::ExpressionError => help(
                &["a division by zero", "text that `CAST` cannot read", "a number beyond its type"],
                "guard it, as in `CASE WHEN n <> 0 THEN a / n END` or `a / NULLIF(n, 0)`; `TRY_CAST` gives null where `CAST` fails",
                "q: { expr: \"a / n\", type: int }\n<R a=\"1\" n=\"0\"/> fails with shred: expression-error",
            ),
            Self::TooManyRows => help(
                &[
                    "a document with very many repeated elements",
                    "an `each` with `//` that matches more than was meant",
                ],
                "raise `document.limits.row_bytes`; memory grows with it, for each worker",
                "document: { root: /R, limits: { row_bytes: 100000 } }\nshred: too-many-rows",
            ),
            Self::TooMuchWork => help(
                &[
                    "`//` within `//`, or predicates over all of a large document for each row",
                    "text of a large part of the document in every row",
                    "a document made to do harm",
                ],
                "start paths further down; raise `document.limits.steps` or `value_bytes`",
                "document: { root: /R, limits: { steps: 1000 } }\nshred: too-much-work",
            ),
            Self::InternalError => help(
                &["a defect of this program"],
                "tell its authors, with the version, the contract and, where that may be shown, the document; all other documents are loaded",
                "shred: internal-error: the shredder failed on this document",
            ),
            Self::UniqueViolation => help(
                &[
                    "the key of a table does not tell its rows apart: `key: true` is missing on a column, or `one_per` on the table",
                    "rows of an earlier load, whose log was emptied",
                    "two documents with one key",
                ],
                "add what tells rows apart to the key (`generate: row_number`, the parent's key), keep one with `one_per`, or say `target.on_existing: replace` or `skip`",
                "load: unique-violation: table `contact` has a row with this key already",
            ),
            Self::ForeignKeyViolation => help(
                &[
                    "the parent's row was left out, or is of a document that failed",
                    "the parent is loaded by another contract, later",
                    "a code that a table of the target does not have",
                ],
                "load the parent first, and stand parents before children in `tables`",
                "load: foreign-key-violation: a row of table `phone` refers to a row that is not there",
            ),
            Self::NotNullViolation => help(
                &["the target's column is NOT NULL, the contract's is not `required`"],
                "say `required: true` and see what documents lack it, or give the column a `default`; `xmlshred check` with the target's address finds such columns before a run",
                "load: not-null-violation: table `person` takes no null in column `born`",
            ),
            Self::CheckViolation => help(
                &["a value outside what the target's CHECK constraint takes", "a trigger that refuses rows"],
                "look at the constraints and triggers of that table; leave such rows out with `where`, or correct the value with an expression",
                "load: check-violation: a check constraint or a trigger of table `person` refuses the row",
            ),
            Self::ValueRejected => help(
                &[
                    "text longer than the target's column",
                    "a date or number beyond what the target's type takes",
                    "a character that the target's encoding or code page lacks",
                ],
                "run `xmlshred check` with the target's address: it compares types and lengths; then make the column larger, or the contract's type smaller",
                "load: value-rejected: table `person` refuses a value of column `name` by type, length or range",
            ),
            Self::RefusedByTarget => help(
                &["a trigger, a policy or a function of the target that fails for these rows"],
                "`--show-database-messages` shows what the database says itself; try the rows by hand with `xmlshred preview --format sql`",
                "load: refused-by-target: table `person` refuses a row with SQLSTATE P0001",
            ),
            Self::RefusedBySource => help(
                &[
                    "a damaged page of the source",
                    "a view or a function that fails for this row",
                    "text that the source's encoding cannot give",
                ],
                "read the row by hand with the database's own tool; `--show-database-messages` shows what the database says",
                "fetch: refused-by-source: reading documents: the server refuses a value (SQLSTATE 22021)",
            ),
        }
    }
}

impl IssueCode {
    /// Reasons, remedy and example.
    pub fn help(self) -> CodeHelp {
        match self {
            Self::RepeatedValue => help(
                &["an element that most documents have once, and some several times"],
                "make a table of it (`each`), or say which is meant: `pick: first`, `last`, `only` or `join(', ')`",
                "phone: { path: phone, type: text }\n<R><phone>1</phone><phone>2</phone></R> gives phone=\"1\" and the issue repeated-value",
            ),
            Self::InvalidValue => help(
                &["words for nothing, such as `N/A`", "another way of writing dates or numbers"],
                "say how it is written (`format`, `clean`, `null_values`); `on_invalid: fail` fails such documents",
                "a: { path: \"@a\", type: int, on_invalid: null }\n<R a=\"x\"/> gives a=null and the issue invalid-value",
            ),
            Self::Truncated => help(
                &["text that is longer than its column"],
                "make the type longer; `on_too_long: fail` fails such documents",
                "a: { path: \"@a\", type: varchar(3), on_too_long: truncate }\n<R a=\"abcd\"/> gives a=\"abc\" and the issue truncated",
            ),
            Self::UnmappedCode => help(
                &["a new code", "another case, or blanks around it"],
                "add the code to its list; `on_unmapped_code: fail` fails such documents",
                "role: { path: \"@role\", codes: role, type: int, on_unmapped_code: null }\n<R role=\"XX\"/> gives role=null and the issue unmapped-code",
            ),
            Self::Inexact => help(
                &["more digits behind the point than the type has", "a time of day in a date"],
                "give the type more digits; `on_inexact: fail` fails such documents",
                "a: { path: \"@a\", type: \"decimal(9,2)\", on_inexact: round }\n<R a=\"1.005\"/> gives a=1.01 and the issue inexact",
            ),
            Self::InvalidCharacter => help(
                &["control characters of terminals and printers inside text", "bytes of another encoding"],
                "mend the documents, or say what they are with `document.encoding`; `invalid_characters: fail` fails them",
                "document: { root: /R, invalid_characters: replace }\n<R a=\"x\u{FFFD}y\"/> is what is read, with the issue invalid-character",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_reasons_a_remedy_and_an_example_that_names_it() {
        let failures = FailureCode::ALL.iter().map(|code| (code.as_str(), code.help()));
        let issues = IssueCode::ALL.iter().map(|code| (code.as_str(), code.help()));
        for (code, CodeHelp { reasons, remedy, example }) in failures.chain(issues) {
            assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.len() >= 10), "{code}");
            assert!(remedy.len() > 20 && !remedy.ends_with('.'), "{code}");
            assert!(example.contains(code), "{code}: {example}");
        }
    }
}

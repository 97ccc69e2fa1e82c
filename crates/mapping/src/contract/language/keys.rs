//! The tables of keys, one per section.

use super::super::words::{INVALID_CHARACTERS, KEEPS, KEY_TYPES, ON_EXISTING, SKIPS, WRONG_ROOTS};
use super::section::{Absent, Rule, Section, Shape, key, names};
use super::values::{CASE, CODE_LIST, COLUMN, DEFAULTS, LET, STEPS};

/// The whole contract.
pub const CONTRACT: Section = Section {
    name: "a contract",
    meaning: "How one kind of XML document becomes rows of tables.",
    keys: &[
        key("xmlshred", Shape::Version, Absent::Wrong, "version of the language, `1`"),
        key(
            "name",
            Shape::Text,
            Absent::Is("contract"),
            "of the contract, at most 128 characters. The log is kept by it: contracts that share a log need names that differ, and another name starts anew",
        ),
        key("source", Shape::Section(&SOURCE), Absent::Wrong, "where documents come from"),
        key("target", Shape::Section(&TARGET), Absent::Nothing, "where rows go"),
        key("document", Shape::Section(&DOCUMENT), Absent::Wrong, "what every document looks like"),
        key(
            "defaults",
            Shape::Section(&DEFAULTS),
            Absent::Nothing,
            "policies of all columns that say nothing else",
        ),
        key(
            "codes",
            Shape::Map(&CODE_LIST),
            Absent::Nothing,
            "lists of codes, by name: text of the document → value",
        ),
        key(
            "let",
            Shape::Map(&Shape::Section(&LET)),
            Absent::Nothing,
            "names for expressions, evaluated at most once per document",
        ),
        key(
            "tables",
            Shape::Map(&Shape::Section(&TABLE)),
            Absent::Wrong,
            "the target tables, in the order of inserts: parents first",
        ),
        key(
            "ignore",
            Shape::OneOrMore(&Shape::Path),
            Absent::Nothing,
            "paths that are left out on purpose: `coverage` does not count them",
        ),
    ],
    rules: &[],
};

/// `source`
pub const SOURCE: Section = Section {
    name: "source",
    meaning: "The table of documents.",
    keys: &[
        key("table", Shape::Text, Absent::Wrong, "table of documents, may be qualified (`dbo.app_xml`)"),
        key(
            "key",
            Shape::Text,
            Absent::Wrong,
            "its key, of integers, decimals without fraction, text or uuids: order, resume and partition; also the name of the key column of the log",
        ),
        key(
            "key_type",
            Shape::Word(|| names(&KEY_TYPES)),
            Absent::Means("what the column says; of files, `integer`"),
            "what the keys are, for those who cannot ask the table: `check` and `ddl` without a connection; files, whose keys are their names where it is `text`. A run refuses keys of another type",
        ),
        key("xml", Shape::Text, Absent::Wrong, "its column of documents: text, XML or binary"),
        key("min_bytes", Shape::Count, Absent::Is("0"), "shorter documents fail as `document-too-short`"),
        key(
            "where",
            Shape::Text,
            Absent::Nothing,
            "a condition on rows of the table, **passed to the database as it is**",
        ),
        key(
            "version",
            Shape::Text,
            Absent::Nothing,
            "a column that changes when the document does (a time, a `rowversion`, a number): `run` processes a document again whose version is not that of the log; not for files",
        ),
        key(
            "columns",
            Shape::OneOrMore(&Shape::Text),
            Absent::Nothing,
            "other columns of the table, which columns and `let`s take with `source`; not for files, which have none",
        ),
    ],
    rules: &[],
};

/// `target`
pub const TARGET: Section = Section {
    name: "target",
    meaning: "The database of the rows.",
    keys: &[
        key(
            "schema",
            Shape::Text,
            Absent::Means("the database's"),
            "schema of the target tables; not for SQLite",
        ),
        key(
            "on_existing",
            Shape::Word(|| names(&ON_EXISTING)),
            Absent::Is("fail"),
            "a row with this primary key is there already: `fail` the document, `skip` the row, `replace` it. Where the table has the document's key, the row of the lowest document stays with `skip`, that of the highest with `replace`, whoever comes first",
        ),
    ],
    rules: &[],
};

/// `document`
pub const DOCUMENT: Section = Section {
    name: "document",
    meaning: "What every document looks like; others fail.",
    keys: &[
        key(
            "root",
            Shape::OneOrMore(&Shape::Path),
            Absent::Wrong,
            "path of the main element, where every path starts; of several paths a document has exactly one",
        ),
        key(
            "on_wrong_root",
            Shape::Word(|| names(&WRONG_ROOTS)),
            Absent::Is("fail"),
            "a document without such an element fails as `wrong-root`, or is skipped: it has no rows, its status in the log is `skipped`, and it is not tried again",
        ),
        key(
            "key",
            Shape::Path,
            Absent::Means("not checked"),
            "path of the key in the document; must equal the row's key, else `key-mismatch`",
        ),
        key(
            "require",
            Shape::OneOrMore(&Shape::Path),
            Absent::Nothing,
            "paths that must match, else `missing-element`",
        ),
        key(
            "namespaces",
            Shape::Map(&Shape::Text),
            Absent::Nothing,
            "prefixes that paths may use; a name without prefix matches any namespace; a prefix for `\"\"` stands for no namespace",
        ),
        key(
            "case",
            CASE,
            Absent::Is("sensitive"),
            "`insensitive`: names of elements and attributes match without case (ASCII letters)",
        ),
        key(
            "encoding",
            Shape::Text,
            Absent::Is("UTF-8"),
            "encoding of binary columns and files that have neither a byte order mark nor a declaration that names one",
        ),
        key(
            "invalid_characters",
            Shape::Word(|| names(&INVALID_CHARACTERS)),
            Absent::Is("fail"),
            "what characters do that XML forbids, references to them, and bytes that mean nothing in the encoding: `fail` the document, `replace` each by U+FFFD or `drop` it, with an issue `invalid-character`",
        ),
        key(
            "embedded",
            Shape::OneOrMore(&Shape::Path),
            Absent::Nothing,
            "paths of elements whose text is a document: it is read, and its root element hangs below the element, for all paths",
        ),
        key(
            "entities",
            Shape::Either(&[Shape::Word(|| vec!["html", "internal"]), Shape::Map(&Shape::Text)]),
            Absent::Means("those of XML"),
            "what else documents may refer to: the names of `html`, a map of names to texts, or what the document's own DTD declares (`internal`: text without markup)",
        ),
        key(
            "limits",
            Shape::Section(&LIMITS),
            Absent::Nothing,
            "what one document may be and cost; one beyond them fails, and the run goes on",
        ),
    ],
    rules: &[],
};

/// `document.limits`
pub const LIMITS: Section = Section {
    name: "limits",
    meaning: "What one document may be and cost, in whole numbers; one beyond a limit fails, and the run goes on.",
    keys: &[
        // Places in a document are kept as 32-bit numbers.
        key("bytes", Shape::Limit(u32::MAX as u64), Absent::Is("67108864"), "bytes of a document, as UTF-8"),
        key("depth", Shape::Limit(10_000), Absent::Is("256"), "elements within each other"),
        key("attributes", Shape::Limit(1_000_000), Absent::Is("4096"), "attributes of one element"),
        // Arrays of text have 32-bit offsets.
        key(
            "row_bytes",
            Shape::Limit(1 << 30),
            Absent::Is("268435456"),
            "bytes of the rows that a document gives",
        ),
        key(
            "steps",
            Shape::Limit(1_000_000_000_000_000),
            Absent::Is("1000000000"),
            "steps of work: nodes visited, cells made, text compared; an ordinary document takes some thousand",
        ),
        key(
            "value_bytes",
            Shape::Limit(1 << 36),
            Absent::Is("268435456"),
            "bytes of values that are made and not only copied: joined text, results of expressions, markup",
        ),
    ],
    rules: &[],
};

/// `tables.NAME`
pub const TABLE: Section = Section {
    name: "a table",
    meaning: "A target table: what makes its rows, and their columns.",
    keys: &[
        key(
            "each",
            Shape::Path,
            Absent::Means("one row per document"),
            "one row per matching element or attribute, in document order; of an attribute's row `.` is its value and `..` its element",
        ),
        key(
            "within",
            Shape::Text,
            Absent::Nothing,
            "a table before this one: the paths start at the element of each row of it that was kept",
        ),
        key(
            "rows",
            Shape::Either(&[
                Shape::List(&Shape::Either(&[Shape::Section(&ROW), Shape::Section(&UNPIVOT_ROW)])),
                Shape::Map(&Shape::Either(&[Shape::Path, Shape::Section(&COLUMN)])),
            ]),
            Absent::Means("one row"),
            "a list of row templates; with `unpivot` a map of names to paths (or to columns), or a list of rows that `set` their names",
        ),
        key(
            "unpivot",
            Shape::Section(&UNPIVOT),
            Absent::Nothing,
            "one row per entry of `rows`: its name in one column, its value in another",
        ),
        key(
            "where",
            Shape::Expression,
            Absent::Means("all rows"),
            "keeps rows for which the expression is true; false and null drop it",
        ),
        key("one_per", Shape::Section(&ONE_PER), Absent::Means("all rows"), "keeps one row per key"),
        key(
            "skip_row_when",
            Shape::Word(|| names(&SKIPS)),
            Absent::Means("`never`; with `unpivot` `blank`"),
            "`blank` drops rows in which no column has a value of the document, be it by a `path` or by an `expr` over `let`s; keys, parents, constants, defaults and columns with `counts: false` do not count",
        ),
        key(
            "let",
            Shape::Map(&Shape::Section(&LET)),
            Absent::Nothing,
            "names for expressions of these rows and of rows within them",
        ),
        key(
            "columns",
            Shape::Map(&Shape::Section(&COLUMN)),
            Absent::Means("those of `unpivot`"),
            "the columns by name, in the table's order",
        ),
    ],
    rules: &[Rule::AnyOf(&["columns", "unpivot"]), Rule::Needs("unpivot", "rows")],
};

/// An item of `rows`.
pub const ROW: Section = Section {
    name: "a row",
    meaning: "A row template: what this row has in the columns of its table.",
    keys: &[
        key("set", Shape::Map(&Shape::Constant), Absent::Nothing, "constants, by column"),
        key(
            "let",
            Shape::Map(&Shape::Section(&LET)),
            Absent::Nothing,
            "names for the expressions of this row alone, behind those of the table",
        ),
        key(
            "columns",
            Shape::Map(&Shape::Section(&COLUMN)),
            Absent::Nothing,
            "sources and steps of this row, laid over the table's `columns`; a column without a source is null",
        ),
    ],
    rules: &[],
};

/// `unpivot`
pub const UNPIVOT: Section = Section {
    name: "unpivot",
    meaning: "The columns of a table of names and values.",
    keys: &[
        key(
            "name",
            Shape::OneOrMore(&Shape::Text),
            Absent::Wrong,
            "column of the names; of several, every row has to `set` them",
        ),
        key("value", Shape::Text, Absent::Wrong, "column of the values"),
        key("type", Shape::Type, Absent::Means("as in `columns`"), "type of the values"),
        key("name_type", Shape::Type, Absent::Means("`varchar` of the longest"), "type of the names"),
    ],
    rules: &[],
};

/// An item of `rows` beside `unpivot`.
pub const UNPIVOT_ROW: Section = Section {
    name: "an unpivot row",
    meaning: "A row of names and a value: its names, and where its value comes from. The steps from there are those of a column.",
    keys: &STEPS,
    rules: &[Rule::AnyOf(&["path", "expr"])],
};

/// `one_per`
pub const ONE_PER: Section = Section {
    name: "one_per",
    meaning: "Which of several rows with the same key stays. Rows without a key all stay.",
    keys: &[
        key("key", Shape::Path, Absent::Wrong, "path of the key, compared as text"),
        key("prefer", Shape::Section(&PREFER), Absent::Nothing, "the first choice"),
        key("keep", Shape::Word(|| names(&KEEPS)), Absent::Is("first"), "which of equals"),
    ],
    rules: &[],
};

/// `one_per.prefer`
pub const PREFER: Section = Section {
    name: "prefer",
    meaning: "The row whose text stands first in a list; others come last.",
    keys: &[
        key("path", Shape::Path, Absent::Wrong, "path of the text"),
        key("order", Shape::OneOrMore(&Shape::Text), Absent::Nothing, "texts, the best first"),
    ],
    rules: &[],
};

//! The keys of values: `defaults`, columns and `let`s.

use super::super::words::{
    BLANKS, CASES, CLEANERS, DEFAULT_GENERATORS, DEFAULT_PICKS, GENERATORS, INEXACT_POLICIES,
    LENGTH_POLICIES, POLICIES, ZONE_POLICIES,
};
use super::section::{Absent, Key, Rule, Section, Shape, key, names};

/// Text of the document to value.
pub(super) const CODE_LIST: Shape = Shape::Map(&Shape::Constant);

const BLANK: Shape = Shape::Word(|| names(&BLANKS));
const POLICY: Shape = Shape::Word(|| names(&POLICIES));
const LENGTH_POLICY: Shape = Shape::Word(|| names(&LENGTH_POLICIES));
const BLANK_MEANS: &str = "what an empty or all-blank text is: `null`, or itself (`keep`)";
const INVALID_MEANS: &str = "what a text that is no value of its type does: `fail` the document, become `null` or the `default`, with an issue";
const TOO_LONG_MEANS: &str =
    "what text with more characters than its type does: `fail` the document, or `truncate`, with an issue";
const UNMAPPED_MEANS: &str = "what a text without entry in its code list does: `fail` the document, become `null` or the `default`, with an issue";
const NULL_VALUES: Shape = Shape::OneOrMore(&Shape::Constant);
const NULL_VALUES_MEAN: &str = "texts that mean null, compared without case after `clean`";
pub(super) const CASE: Shape = Shape::Word(|| names(&CASES));
const CODES_CASE_MEANS: &str =
    "`insensitive`: codes are found without case where none has the text as it is written";
const INEXACT_POLICY: Shape = Shape::Word(|| names(&INEXACT_POLICIES));
const INEXACT_MEANS: &str = "what a number or time with more digits of a fraction than its type does: `fail` makes it invalid, `round` (half away from zero) and `truncate` leave an issue; a date with a time of day is cut by both";
const ZONE_POLICY: Shape = Shape::Word(|| names(&ZONE_POLICIES));
const ZONE_MEANS: &str = "what a zone in a `date`, `time` or `timestamp` does: `fail` makes the value invalid, `ignore` keeps it as it is written, `utc` makes it the one in UTC";
const CLEANING: Shape = Shape::OneOrMore(&Shape::Word(|| names(&CLEANERS)));
const FORMAT_TEXTS: Shape = Shape::OneOrMore(&Shape::Text);
const DEFAULTS_SAY: Absent = Absent::Means("as `defaults` says");

/// `defaults`
pub const DEFAULTS: Section = Section {
    name: "defaults",
    meaning: "Policies of all columns that say nothing else.",
    keys: &[
        key("blank", BLANK, Absent::Is("null"), BLANK_MEANS),
        key("on_invalid", POLICY, Absent::Is("fail"), INVALID_MEANS),
        key("on_too_long", LENGTH_POLICY, Absent::Is("fail"), TOO_LONG_MEANS),
        key("on_unmapped_code", POLICY, Absent::Is("fail"), UNMAPPED_MEANS),
        key("on_inexact", INEXACT_POLICY, Absent::Is("fail"), INEXACT_MEANS),
        key("on_zone", ZONE_POLICY, Absent::Is("fail"), ZONE_MEANS),
        key("null_values", NULL_VALUES, Absent::Nothing, NULL_VALUES_MEAN),
        key("codes_case", CASE, Absent::Is("sensitive"), CODES_CASE_MEANS),
        key(
            "pick",
            Shape::Word(|| names(&DEFAULT_PICKS)),
            Absent::Means("the first, **with an issue** `repeated-value`"),
            "which node, when the path matches several: `first`, `last`, `only` (several are invalid); a column's own takes its place",
        ),
        key(
            "clean",
            CLEANING,
            Absent::Nothing,
            "as in a column, of all text of documents but `type: xml`; a column's own takes its place",
        ),
        key(
            "formats",
            Shape::Section(&FORMATS),
            Absent::Nothing,
            "patterns of dates and times by type; a column's own `format` takes their place",
        ),
    ],
    rules: &[],
};

/// `defaults.formats`
pub const FORMATS: Section = Section {
    name: "formats",
    meaning: "Patterns of dates and times, by type; tried in order.",
    keys: &[
        key("date", FORMAT_TEXTS, Absent::Means("ISO 8601"), "of columns of type `date`"),
        key("time", FORMAT_TEXTS, Absent::Means("ISO 8601"), "of columns of type `time`"),
        key("timestamp", FORMAT_TEXTS, Absent::Means("ISO 8601"), "of columns of type `timestamp`"),
        key("timestamptz", FORMAT_TEXTS, Absent::Means("ISO 8601"), "of columns of type `timestamptz`"),
    ],
    rules: &[],
};

/// `columns.NAME`
pub const COLUMN: Section = Section {
    name: "a column",
    meaning: "One value of a row: exactly one source, and the steps from there to the column.",
    keys: &[
        PATH,
        EXPR,
        key(
            "parent",
            Shape::ColumnOfTable,
            Absent::Nothing,
            "*source*: a column of the row that this row lies within, or of the document's one row of that table",
        ),
        key("value", Shape::Constant, Absent::Nothing, "*source*: a constant"),
        SOURCE_COLUMN,
        key(
            "generate",
            Shape::Word(|| names(&GENERATORS)),
            Absent::Nothing,
            "*source*: `row_number` (from 1 within the parent row, or the document), `document_key`, `uuid` (the same in every run), `session`, `now` (new in every run)",
        ),
        TYPE,
        key("key", Shape::Flag, Absent::Is("false"), "part of the primary key"),
        key(
            "required",
            Shape::Flag,
            Absent::Is("false"),
            "a null fails the document; implied by `key: true`",
        ),
        key(
            "counts",
            Shape::Flag,
            Absent::Means("`true`, `false` of a key"),
            "`false` leaves the column out where `skip_row_when: blank` looks for values; so is what an `expr` reads of it",
        ),
        SENSITIVE,
        PICK,
        CLEAN,
        BLANK_OF_COLUMN,
        NULL_VALUES_OF_COLUMN,
        CODES,
        CODES_CASE,
        FORMAT,
        DEFAULT,
        ON_INVALID,
        ON_TOO_LONG,
        ON_UNMAPPED_CODE,
        ON_INEXACT,
        ON_ZONE,
    ],
    // A column of which row templates tell the source has none of its own.
    rules: &[Rule::Sources(&["parent", "value", "source", "generate"], &["path", "expr"])],
};

/// `let.NAME`
pub const LET: Section = Section {
    name: "a `let`",
    meaning: "A name for expressions: a column that is not stored.",
    keys: &[
        PATH,
        key(
            "expr",
            Shape::Expression,
            Absent::Nothing,
            "*source*: an expression over `let` names defined before it, columns and `let`s of the parents, `let`s of the document; beside `path` as in a column",
        ),
        SOURCE_COLUMN,
        key(
            "type",
            Shape::Type,
            Absent::Means("that of `expr`; of a path `text`"),
            "the whole text must be a value of it",
        ),
        SENSITIVE,
        PICK,
        CLEAN,
        BLANK_OF_COLUMN,
        NULL_VALUES_OF_COLUMN,
        CODES,
        CODES_CASE,
        FORMAT,
        DEFAULT,
        ON_INVALID,
        ON_TOO_LONG,
        ON_UNMAPPED_CODE,
        ON_INEXACT,
        ON_ZONE,
    ],
    rules: &[Rule::AnyOf(&["path", "expr", "source"])],
};

/// Where the value of an unpivoted row comes from, and the steps from there.
pub(super) const STEPS: [Key; 16] = [
    key("set", Shape::Map(&Shape::Constant), Absent::Nothing, "its names, by column; also other constants"),
    PATH,
    EXPR,
    PICK,
    CLEAN,
    BLANK_OF_COLUMN,
    NULL_VALUES_OF_COLUMN,
    CODES,
    CODES_CASE,
    FORMAT,
    DEFAULT,
    ON_INVALID,
    ON_TOO_LONG,
    ON_UNMAPPED_CODE,
    ON_INEXACT,
    ON_ZONE,
];

/// `default` as a map.
pub const GENERATED_DEFAULT: Section = Section {
    name: "a generated default",
    meaning: "A default that is made when it is needed.",
    keys: &[key(
        "generate",
        Shape::Word(|| names(&DEFAULT_GENERATORS)),
        Absent::Wrong,
        "as in a column: `now` (one instant per document, in UTC; of a `date` or `time` its part), `session`, `document_key`, `uuid` (the same in every run)",
    )],
    rules: &[],
};

const PATH: Key = key(
    "path",
    Shape::OneOrMore(&Shape::Path),
    Absent::Nothing,
    "*source*: text of an attribute or element; for `type: xml` the element itself. Of a list the first that gives a text that is not null after `clean`, `blank` and `null_values`",
);
const EXPR: Key = key(
    "expr",
    Shape::Expression,
    Absent::Nothing,
    "*source*: an expression over columns of the row defined before and `let` names of the row, its parents, the document; beside `path` it also sees the path's text, as `value`, and `codes` come after it",
);
const SOURCE_COLUMN: Key = key(
    "source",
    Shape::Text,
    Absent::Nothing,
    "*source*: a column of the document's row in the source, of those that `source.columns` names; its text takes the same steps as text of the document",
);
const TYPE: Key = key(
    "type",
    Shape::Type,
    Absent::Means("that of `parent`, `expr` or `generate`"),
    "the whole text must be a value of it",
);
const PICK: Key = key(
    "pick",
    Shape::Pick,
    Absent::Means("the first, **with an issue** `repeated-value`"),
    "which node, when the path matches several: `first`, `last`, `only` (several are invalid), all by `join(', ')`",
);
const CLEAN: Key = key(
    "clean",
    CLEANING,
    DEFAULTS_SAY,
    "what is done to the text first, in order: `trim`, `upper`, `lower`, `digits` (keeps digits), `number` (takes currencies and separators of groups of three digits out; `number(',')` where the decimal sign is a comma), `first_number` (the first one inside text), `collapse_spaces`",
);
const BLANK_OF_COLUMN: Key = key("blank", BLANK, DEFAULTS_SAY, BLANK_MEANS);
const CODES: Key = key(
    "codes",
    Shape::Either(&[Shape::Text, CODE_LIST]),
    Absent::Nothing,
    "a list of `codes` by name, or in place; entry `\"\"` is what a blank or missing value is, `\"*\"` any other text",
);
const NULL_VALUES_OF_COLUMN: Key = key("null_values", NULL_VALUES, DEFAULTS_SAY, NULL_VALUES_MEAN);
const CODES_CASE: Key = key("codes_case", CASE, DEFAULTS_SAY, CODES_CASE_MEANS);
const ON_INEXACT: Key = key("on_inexact", INEXACT_POLICY, DEFAULTS_SAY, INEXACT_MEANS);
const ON_ZONE: Key = key("on_zone", ZONE_POLICY, DEFAULTS_SAY, ZONE_MEANS);
const FORMAT: Key = key(
    "format",
    FORMAT_TEXTS,
    Absent::Means("ISO 8601, or as `defaults` says; `base64`"),
    "of dates and times: patterns such as `%m/%d/%Y %H:%M:%S`, or `iso8601`, `rfc2822`, `epoch`, `epoch_ms`, tried in order; of `binary`: `hex` or `base64`",
);
const DEFAULT: Key = key(
    "default",
    Shape::Either(&[Shape::Constant, Shape::Section(&GENERATED_DEFAULT)]),
    Absent::Means("null"),
    "the value in place of null: a constant, or `{ generate: now }`",
);
const ON_INVALID: Key = key("on_invalid", POLICY, DEFAULTS_SAY, INVALID_MEANS);
const ON_TOO_LONG: Key = key("on_too_long", LENGTH_POLICY, DEFAULTS_SAY, TOO_LONG_MEANS);
const ON_UNMAPPED_CODE: Key = key("on_unmapped_code", POLICY, DEFAULTS_SAY, UNMAPPED_MEANS);
const SENSITIVE: Key = key("sensitive", Shape::Flag, Absent::Is("false"), "masked where values are shown");

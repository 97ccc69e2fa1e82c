//! The whole contract: sections in order, then everything that refers to something.

use std::collections::{BTreeMap, HashMap, HashSet};

use xmlshred_model::lexical::Leniency;
use xmlshred_model::log_table::{
    FILE, ISSUE, LOG, LOG_ID, LogColumn, MAX_CONTRACT_NAME, file_columns, issue_columns, log_columns,
};
use xmlshred_model::{OnExisting, Work};

use crate::limits::Limits;
use crate::path::{Axis, NodeTest, Path};
use crate::xml::{Charset, Entities};

use super::checked::{Contract, DocumentSpec, SourceSpec, TargetSpec};
use super::diagnostic::{Code, Diagnostic, Problems};
use super::document_key::{may_be_shared, ranking_column};
use super::doubted::Doubts;
use super::fields::{Fields, Spanned, map, missing_key, one_or_list, text};
use super::language::{self, Key};
use super::node::{self, Node, NodeKind};
use super::raw::{cleaners, null_values, texts};
use super::resolve::{Checker, Defaults};
use super::scope::{Scope, Surroundings};
use super::words::{
    BLANKS, CASES, INEXACT_POLICIES, INVALID_CHARACTERS, LENGTH_POLICIES, ON_EXISTING, POLICIES,
    ZONE_POLICIES,
};

/// What came of loading a contract.
#[derive(Debug)]
pub struct Loaded {
    /// The contract, when no problem is an error.
    pub contract: Option<Contract>,
    /// All problems, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a contract without a name is called.
const DEFAULT_NAME: &str = "contract";
/// Steps that computing the constants of a contract may take.
const MAX_CONSTANT_STEPS: u64 = 100_000_000;
/// Bytes of text that the constants of a contract may make on the way.
const MAX_CONSTANT_BYTES: u64 = 64 << 20;

/// Reads and checks a contract, YAML or JSON. Tells every problem that it finds, not only the first.
pub fn load(text: &str) -> Loaded {
    let mut problems = Problems::default();
    let Some(root) = node::parse(text, &mut problems) else {
        return Loaded { contract: None, diagnostics: problems.into_sorted(text) };
    };
    let mut checker = Checker {
        text,
        problems,
        work: Work::new(MAX_CONSTANT_STEPS, MAX_CONSTANT_BYTES, None),
        namespaces: BTreeMap::new(),
        whole_namespaces: HashSet::new(),
        defaults: Defaults::default(),
        codes: HashMap::new(),
        code_names: Vec::new(),
        used_codes: HashSet::new(),
        lets: Vec::new(),
        tables: Vec::new(),
        variables: Vec::new(),
        table_places: HashMap::new(),
        surroundings: Surroundings::default(),
        code_lists: HashMap::new(),
        untyped: HashSet::new(),
        used_lets: HashSet::new(),
        known_lets: Vec::new(),
        doubts: Doubts::default(),
    };
    let contract = checker.contract(&root);
    debug_assert!(
        checker.untyped.is_empty() || checker.problems.has_errors(),
        "only mistakes leave types open"
    );
    let contract = contract.filter(|_| !checker.problems.has_errors());
    Loaded { contract, diagnostics: checker.problems.into_sorted(text) }
}

impl<'n> Checker<'n> {
    fn contract(&mut self, root: &'n Node) -> Option<Contract> {
        let fields = Fields::read(root, &language::CONTRACT, &mut self.problems)?;
        self.version(&fields, root);
        let name = self.name(&fields);
        let source = self.source_section(&fields, root);
        let target = self.target_section(&fields);
        let document = self.document_section(&fields, root);
        self.defaults_section(&fields);
        self.codes_section(&fields);
        let mut lets = Vec::new();
        self.lets(fields.get("let"), &mut Scope::default(), usize::MAX, &mut lets);
        self.lets = lets;
        match fields.entry("tables") {
            None => missing_key("tables", "a contract", &root.span, &mut self.problems),
            Some(entry) => {
                let tables = map(&entry.value, "tables", &mut self.problems).unwrap_or_default();
                if tables.is_empty() {
                    let message = "a contract without tables";
                    let hint =
                        "add a table, as in `orders: { columns: { id: { path: \"@id\", type: int } } }`";
                    self.problems.report(Code::MissingKey, entry.key_span.clone(), message, hint);
                }
                self.table_places = tables.iter().enumerate().map(|(at, table)| (&*table.key, at)).collect();
                for table in tables {
                    self.table(table);
                }
            }
        }
        let ignore = fields.get("ignore").map(one_or_list).unwrap_or_default();
        let ignore = ignore
            .iter()
            .filter_map(|item| text(item, "ignore", &mut self.problems))
            .collect::<Vec<_>>()
            .iter()
            .map(|found| self.path(found))
            .collect();
        self.warnings(&fields);
        let contract = Contract {
            name,
            source: source?,
            target,
            document: document?,
            lets: std::mem::take(&mut self.lets),
            tables: std::mem::take(&mut self.tables),
            ignore,
            variables: std::mem::take(&mut self.variables),
            hash: format!("{:032x}", xxhash_rust::xxh3::xxh3_128(self.text.as_bytes())),
        };
        self.warn_of_order(&contract, &fields);
        self.warn_of_doubts(&contract, &fields);
        Some(contract)
    }

    /// Rows that documents share need a rank, or instances and workers decide which one stays.
    fn warn_of_order(&mut self, contract: &Contract, fields: &Fields<'n>) {
        let stays = match contract.target.on_existing {
            _ if self.problems.has_errors() => return,
            OnExisting::Fail => return,
            OnExisting::Skip => "lowest",
            OnExisting::Replace => "highest",
        };
        let Some(Node { kind: NodeKind::Map(tables), .. }) = fields.get("tables") else { return };
        for (table, entry) in tables.iter().enumerate() {
            if may_be_shared(contract, table) && ranking_column(contract, table).is_none() {
                let message = format!(
                    "when two documents have a row of `{}` with one key, the order of loading decides which stays",
                    entry.key
                );
                let hint = format!(
                    "add a column with the document's key, as in `document_key: {{ generate: document_key, type: bigint }}`: then the row of the {stays} key stays"
                );
                self.problems.report(Code::OrderDecides, entry.key_span.clone(), message, &hint);
            }
        }
    }

    /// The log is kept by the name, so there is one always.
    fn name(&mut self, fields: &Fields<'n>) -> String {
        let Some(found) = fields.text("name", &mut self.problems) else { return DEFAULT_NAME.to_owned() };
        let length = found.value.chars().count();
        if length == 0 || length > MAX_CONTRACT_NAME as usize {
            let message =
                format!("a contract's name has 1 to {MAX_CONTRACT_NAME} characters, this one has {length}");
            let hint = "the log is kept by it: give it a short name that stays";
            self.problems.report(Code::InvalidName, found.span, message, hint);
        }
        found.value.to_owned()
    }

    fn version(&mut self, fields: &Fields<'n>, root: &Node) {
        let Some(found) = fields.required_text("xmlshred", "a contract", &root.span, &mut self.problems)
        else {
            return;
        };
        if found.value != "1" {
            let message = format!("version `{}` of the contract language is not known", found.value);
            let hint = "this program reads `xmlshred: 1`";
            self.problems.report(Code::WrongVersion, found.span, message, hint);
        }
    }

    fn source_section(&mut self, fields: &Fields<'n>, root: &Node) -> Option<SourceSpec> {
        let Some(entry) = fields.entry("source") else {
            missing_key("source", "a contract", &root.span, &mut self.problems);
            return None;
        };
        let problems = &mut self.problems;
        let fields = Fields::read(&entry.value, &language::SOURCE, problems)?;
        let table = fields.required_text("table", "source", &entry.key_span, problems);
        let key = fields.required_text("key", "source", &entry.key_span, problems);
        let xml = fields.required_text("xml", "source", &entry.key_span, problems);
        let min_bytes = fields.number("min_bytes", problems).unwrap_or(0);
        if let Some(key) = &key
            && let Some(log) = clashes_with_log(key.value)
        {
            let message =
                format!("`{}` is also the name of a column of `{log}`, which is keyed by it", key.value);
            let hint = "name a view of the table as the source, with another name for this column";
            problems.report(Code::InvalidName, key.span.clone(), message, hint);
        }
        let where_sql = fields.text("where", problems).map(|found| found.value.to_owned());
        let (schema, table) = match table?.value.rsplit_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (None, fields.get("table").and_then(scalar)?.to_owned()),
        };
        Some(SourceSpec {
            schema,
            table,
            key: key?.value.to_owned(),
            xml: xml?.value.to_owned(),
            min_bytes,
            where_sql,
        })
    }

    fn target_section(&mut self, fields: &Fields<'n>) -> TargetSpec {
        let fields =
            fields.get("target").and_then(|node| Fields::read(node, &language::TARGET, &mut self.problems));
        let Some(fields) = fields else { return TargetSpec { schema: None, on_existing: OnExisting::Fail } };
        TargetSpec {
            schema: fields.text("schema", &mut self.problems).map(|found| found.value.to_owned()),
            on_existing: fields.word("on_existing", &ON_EXISTING, &mut self.problems).unwrap_or_default(),
        }
    }

    fn document_section(&mut self, fields: &Fields<'n>, root: &Node) -> Option<DocumentSpec> {
        let Some(entry) = fields.entry("document") else {
            missing_key("document", "a contract", &root.span, &mut self.problems);
            return None;
        };
        let fields = Fields::read(&entry.value, &language::DOCUMENT, &mut self.problems)?;
        let namespaces =
            fields.get("namespaces").and_then(|node| map(node, "namespaces", &mut self.problems));
        for entry in namespaces.unwrap_or_default() {
            if let Some(uri) = text(&entry.value, "a namespace", &mut self.problems) {
                self.namespaces.insert(entry.key.clone(), uri.value.to_owned());
            }
        }
        let case = fields.word("case", &CASES, &mut self.problems).unwrap_or_default();
        let encoding = fields.text("encoding", &mut self.problems).and_then(|found| {
            let charset = Charset::for_label(found.value.trim());
            if charset.is_none() {
                let message = format!("`encoding` cannot be `{}`", found.value);
                let hint = "write a name such as UTF-8, windows-1252, ISO-8859-2 or Shift_JIS";
                self.problems.report(Code::UnknownValue, found.span, message, hint);
            }
            charset
        });
        let invalid_characters =
            fields.word("invalid_characters", &INVALID_CHARACTERS, &mut self.problems).unwrap_or_default();
        let entities = fields.get("entities").map(|node| self.entities(node)).unwrap_or_default();
        let limits = self.limits(fields.get("limits"));
        let key = fields.text("key", &mut self.problems).map(|found| self.path(&found));
        let require = fields.get("require").map(one_or_list).unwrap_or_default();
        let require =
            require.iter().filter_map(|item| text(item, "require", &mut self.problems)).collect::<Vec<_>>();
        let require = require.iter().map(|found| self.path(found)).collect();
        let found = fields.required_text("root", "document", &entry.key_span, &mut self.problems)?;
        let before = self.problems.count();
        let path = self.path(&found);
        let is_read = self.problems.count() == before;
        if is_read && !is_plain_root(&path) {
            self.problems.report(
                Code::InvalidRoot,
                found.span,
                "the root must be an absolute path of names",
                "write it from the document's root element down, as in `/Orders/Order`",
            );
        }
        let embedded = if is_read { self.embedded(&fields, &path) } else { Vec::new() };
        Some(DocumentSpec {
            root: path,
            key,
            require,
            case,
            encoding,
            invalid_characters,
            embedded,
            entities,
            limits,
        })
    }

    /// Paths of names, with `..` before them where the main element itself lies in such a document.
    fn embedded(&mut self, fields: &Fields<'n>, root: &Path) -> Vec<Path> {
        let items = fields.get("embedded").map(one_or_list).unwrap_or_default();
        let items = items.iter().filter_map(|item| text(item, "embedded", &mut self.problems));
        let mut paths = Vec::new();
        for found in items.collect::<Vec<_>>() {
            let before = self.problems.count();
            let path = self.path(&found);
            if self.problems.count() > before {
                continue;
            }
            match below_document(root, path) {
                Some(path) => paths.push(path),
                None => {
                    let message = "an embedded document stands at a path of names";
                    let hint = "write the names from the main element down, as in `Body/Payload`";
                    self.problems.report(Code::InvalidPath, found.span, message, hint);
                }
            }
        }
        paths
    }

    fn entities(&mut self, node: &'n Node) -> Entities {
        if let NodeKind::Map(_) = node.kind {
            let entries = map(node, "entities", &mut self.problems).unwrap_or_default();
            let named = entries.iter().filter_map(|entry| {
                let text = text(&entry.value, "an entity", &mut self.problems)?;
                Some((entry.key.clone(), text.value.to_owned()))
            });
            return Entities::Named(named.collect());
        }
        match text(node, "entities", &mut self.problems) {
            Some(Spanned { value: "html", .. }) => Entities::Html,
            Some(Spanned { value: "internal", .. }) => Entities::Internal,
            Some(found) => {
                let message = format!("`entities` cannot be `{}`", found.value);
                let hint = "write `html`, `internal`, or a map such as `{ nbsp: \"\\u00A0\" }`";
                self.problems.report(Code::UnknownValue, found.span, message, hint);
                Entities::Predefined
            }
            None => Entities::Predefined,
        }
    }

    /// Those that are set; the others are the program's.
    fn limits(&mut self, node: Option<&'n Node>) -> Limits {
        let fields = node.and_then(|node| Fields::read(node, &language::LIMITS, &mut self.problems));
        let mut limits = Limits::default();
        let Some(fields) = fields else { return limits };
        let mut read = |key| fields.limit(key, &language::LIMITS, &mut self.problems);
        let Limits { max_bytes, max_depth, max_attributes, max_row_bytes, max_steps, max_value_bytes } =
            &mut limits;
        assign(max_bytes, read("bytes"));
        assign(max_depth, read("depth"));
        assign(max_attributes, read("attributes"));
        assign(max_row_bytes, read("row_bytes"));
        assign(max_steps, read("steps"));
        assign(max_value_bytes, read("value_bytes"));
        limits
    }

    fn defaults_section(&mut self, fields: &Fields<'n>) {
        let problems = &mut self.problems;
        let fields =
            fields.get("defaults").and_then(|node| Fields::read(node, &language::DEFAULTS, problems));
        let Some(fields) = fields else { return };
        let formats = fields.get("formats").and_then(|node| Fields::read(node, &language::FORMATS, problems));
        let formats = formats.map(|formats| {
            let of_type = |key: &Key| {
                let node = formats.get(key.name)?;
                let data_type = key.name.parse().expect("the keys of `formats` are types");
                Some((data_type, texts(node, key.name, problems)))
            };
            language::FORMATS.keys.iter().filter_map(of_type).collect()
        });
        self.defaults = Defaults {
            clean: fields.get("clean").map(|node| cleaners(node, problems)).unwrap_or_default(),
            null_values: fields
                .get("null_values")
                .map(|node| null_values(node, problems))
                .unwrap_or_default(),
            formats: formats.unwrap_or_default(),
            codes_case: fields.word("codes_case", &CASES, problems).unwrap_or_default(),
            leniency: Leniency {
                on_inexact: fields.word("on_inexact", &INEXACT_POLICIES, problems).unwrap_or_default(),
                on_zone: fields.word("on_zone", &ZONE_POLICIES, problems).unwrap_or_default(),
            },
            blank: fields.word("blank", &BLANKS, problems).unwrap_or_default(),
            on_invalid: fields.word("on_invalid", &POLICIES, problems).unwrap_or_default(),
            on_too_long: fields.word("on_too_long", &LENGTH_POLICIES, problems).unwrap_or_default(),
            on_unmapped_code: fields.word("on_unmapped_code", &POLICIES, problems).unwrap_or_default(),
        };
    }

    fn codes_section(&mut self, fields: &Fields<'n>) {
        let entries = fields.get("codes").and_then(|node| map(node, "codes", &mut self.problems));
        for entry in entries.unwrap_or_default() {
            let list = map(&entry.value, "a code list", &mut self.problems).unwrap_or_default();
            self.codes.insert(&entry.key, list);
            self.code_names.push(&entry.key);
        }
    }

    fn warnings(&mut self, fields: &Fields<'n>) {
        // What a broken part would have used is not known.
        if self.problems.has_errors() {
            return;
        }
        self.warn_unused_lets();
        if let Some(Node { kind: NodeKind::Map(lists), .. }) = fields.get("codes") {
            for entry in lists.iter().filter(|entry| !self.used_codes.contains(&*entry.key)) {
                let message = format!("no column uses code list `{}`", entry.key);
                self.problems.report(Code::UnusedCodes, entry.key_span.clone(), message, "remove it");
            }
        }
    }
}

/// Takes a limit that is set. The language's ranges fit these numbers.
fn assign<T: TryFrom<u64>>(limit: &mut T, set: Option<u64>) {
    if let Some(set) = set.and_then(|set| T::try_from(set).ok()) {
        *limit = set;
    }
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar { text, .. } => Some(text),
        NodeKind::List(_) | NodeKind::Map(_) => None,
    }
}

/// The table of the log that has a column of this name beside its key.
fn clashes_with_log(key: &str) -> Option<&'static str> {
    let has =
        |columns: Vec<LogColumn>| columns[1..].iter().any(|column| column.name.eq_ignore_ascii_case(key));
    if key.eq_ignore_ascii_case(LOG_ID) || has(log_columns(key)) {
        return Some(LOG);
    }
    if has(issue_columns(key)) {
        return Some(ISSUE);
    }
    has(file_columns(key)).then_some(FILE)
}

fn is_plain_root(path: &Path) -> bool {
    path.absolute && has_plain_steps(path)
}

/// A path of names that begins at the main element, from the document down.
fn below_document(root: &Path, mut path: Path) -> Option<Path> {
    let up = path.steps.iter().take_while(|step| step.axis == Axis::Parent).count();
    let mut steps = root.steps[..root.steps.len().checked_sub(up)?].to_vec();
    steps.extend(path.steps.drain(up..));
    let path = Path { steps, absolute: true, ..path };
    has_plain_steps(&path).then_some(path)
}

/// Whether a path has names of elements and nothing else.
fn has_plain_steps(path: &Path) -> bool {
    let is_plain = |step: &crate::path::Step| {
        step.axis == Axis::Child && matches!(step.test, NodeTest::Name { .. }) && step.predicates.is_empty()
    };
    let is_whole = path.naming.is_some() || path.group.is_some();
    !is_whole && !path.steps.is_empty() && path.steps.iter().all(is_plain)
}

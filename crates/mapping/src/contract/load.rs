//! The whole contract: sections in order, then everything that refers to something.

use std::collections::{BTreeMap, HashMap, HashSet};

use xmlshred_model::lexical::Leniency;
use xmlshred_model::log_table::MAX_CONTRACT_NAME;
use xmlshred_model::{OnExisting, Work};

use super::checked::{Contract, TargetSpec};
use super::diagnostic::{Code, Diagnostic, Problems};
use super::document_key::{may_be_shared, ranking_column};
use super::doubted::Doubts;
use super::fields::{Fields, map, missing_key, one_or_list, text};
use super::language::{self, Key};
use super::node::{self, Node, NodeKind};
use super::raw::{cleaners, null_values, texts};
use super::resolve::{Checker, Defaults};
use super::scope::{Scope, Surroundings};
use super::source::check_name;
use super::words::{
    BLANKS, CASES, DEFAULT_PICKS, INEXACT_POLICIES, LENGTH_POLICIES, ON_EXISTING, POLICIES, ZONE_POLICIES,
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

/// What tells texts of contracts apart: XXH3-128, in hexadecimal.
pub fn hash_of(text: &str) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
}

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
        source_columns: Vec::new(),
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
            hash: hash_of(self.text),
        };
        self.check_replaceable(&contract, &fields);
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
        } else {
            check_name(&found, &mut self.problems);
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

    fn target_section(&mut self, fields: &Fields<'n>) -> TargetSpec {
        let fields =
            fields.get("target").and_then(|node| Fields::read(node, &language::TARGET, &mut self.problems));
        let Some(fields) = fields else { return TargetSpec { schema: None, on_existing: OnExisting::Fail } };
        let schema = fields.text("schema", &mut self.problems);
        schema.iter().for_each(|found| check_name(found, &mut self.problems));
        TargetSpec {
            schema: schema.map(|found| found.value.to_owned()),
            on_existing: fields.word("on_existing", &ON_EXISTING, &mut self.problems).unwrap_or_default(),
        }
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
            pick: fields.word("pick", &DEFAULT_PICKS, problems),
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
        self.warn_unused_source_columns();
        if let Some(Node { kind: NodeKind::Map(lists), .. }) = fields.get("codes") {
            for entry in lists.iter().filter(|entry| !self.used_codes.contains(&*entry.key)) {
                let message = format!("no column uses code list `{}`", entry.key);
                self.problems.report(Code::UnusedCodes, entry.key_span.clone(), message, "remove it");
            }
        }
    }
}

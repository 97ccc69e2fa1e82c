//! From JSON to an [`OldContract`].

use super::contract::{BitTable, Enumeration, OldContract, Ordered, Relationship};
use super::fault::{Fault, FaultKind, Problem};
use super::kinds::Step;
use super::mapping::{Mapping, OldType};
use super::reader::{Reader, steps};
use super::rules::{ElementType, Rule, Rules};
use crate::import_legacy::json::{Kind, Node, Spot};

const KEYS: [&str; 12] = [
    "xml_root_element",
    "xml_application_path",
    "source_table",
    "source_column",
    "source_application_table",
    "target_schema",
    "table_insertion_order",
    "element_filtering",
    "relationships",
    "enum_mappings",
    "bit_conversions",
    "mappings",
];

const MAPPING_KEYS: [&str; 14] = [
    "xml_path",
    "xml_attribute",
    "target_table",
    "target_column",
    "data_type",
    "data_length",
    "nullable",
    "required",
    "default_value",
    "exclude_default_when_record_empty",
    "expression",
    "enum_name",
    "mapping_type",
    "description",
];

/// The log of the old program: ours has a place of its own.
const LOG: &str = "processing_log";

/// Reads all of it; what is wrong is answered with it.
pub(crate) fn read(root: &Node) -> (OldContract, Vec<Problem>, Vec<Fault>) {
    let mut reader = Reader::default();
    let contract = reader.contract(&Spot::of(root));
    (contract, reader.problems, reader.faults)
}

impl Reader {
    fn contract(&mut self, spot: &Spot<'_>) -> OldContract {
        if let Some((message, hint)) = other_kind(spot) {
            self.problem(spot.place(), message, hint);
            return OldContract::default();
        }
        self.object(spot, "the contract", &KEYS);
        let mappings = self.list(spot, "mappings");
        let mappings: Vec<_> =
            mappings.iter().enumerate().filter_map(|(at, item)| self.mapping(at, item)).collect();
        let main_path = self.main_path(spot, &mappings);
        let (char_to_bit, boolean_to_bit) = self.bits(spot, &mappings);
        let mut needed = |key: &str, without: &str| {
            self.text(spot, key).unwrap_or_else(|| {
                self.fault(FaultKind::MissingKey, spot.place(), format!("no `{key}`: `{without}` is taken"));
                without.to_owned()
            })
        };
        let (source_table, source_column) =
            (needed("source_table", "app_xml"), needed("source_column", "xml"));
        OldContract {
            main_path,
            source_table,
            source_column,
            application_table: self.text(spot, "source_application_table"),
            target_schema: self.text(spot, "target_schema"),
            order: self.order(spot),
            rules: self.rules(spot),
            relationships: self.relationships(spot),
            enums: self.enums(spot),
            char_to_bit,
            boolean_to_bit,
            mappings,
        }
    }

    fn main_path(&mut self, spot: &Spot<'_>, mappings: &[Mapping]) -> Vec<String> {
        let root = self.text(spot, "xml_root_element");
        let Some(text) = self.text(spot, "xml_application_path") else {
            let common = common_path(mappings);
            let message =
                format!("no `xml_application_path`: /{} is taken, which all mappings have", common.join("/"));
            self.fault(FaultKind::MissingKey, spot.place(), message);
            return common;
        };
        let mut path = steps(&text);
        if let (Some(root), false) = (&root, text.starts_with('/'))
            && path.first() != Some(root)
        {
            path.insert(0, root.clone());
        }
        let place = spot.get("xml_application_path").map(|found| found.place()).unwrap_or_default();
        if let (Some(root), Some(first)) = (&root, path.first())
            && root != first
        {
            let message =
                format!("`xml_root_element` is {root}, and `xml_application_path` begins with {first}");
            self.problem(place.clone(), message, "the main element lies within the root element");
        }
        if let Some(outside) =
            mappings.iter().find(|mapping| !mapping.path.is_empty() && mapping.path.first() != path.first())
        {
            let message =
                format!("/{} lies in another document than the main element", outside.path.join("/"));
            self.problem(
                outside.place.clone(),
                message,
                format!("paths begin with /{}", path.first().map_or("", String::as_str)),
            );
        }
        path
    }

    fn order(&mut self, spot: &Spot<'_>) -> Vec<Ordered> {
        let items = self.list(spot, "table_insertion_order");
        let text = |item: &Spot<'_>| item.node.scalar().map(|table| Ordered { table, place: item.place() });
        let mut order: Vec<Ordered> = Vec::new();
        for item in items.iter().filter_map(text).filter(|item| item.table != LOG) {
            if order.iter().any(|known| known.table == item.table) {
                let message = format!("table `{}` stands twice in `table_insertion_order`", item.table);
                self.fault(FaultKind::DuplicateKey, item.place, message);
            } else {
                order.push(item);
            }
        }
        order
    }

    fn rules(&mut self, spot: &Spot<'_>) -> Rules {
        let mut rules = Rules::default();
        let Some(filtering) = spot.get("element_filtering") else { return rules };
        if !self.object(&filtering, "`element_filtering`", &["filter_rules"]) {
            return rules;
        }
        for item in self.list(&filtering, "filter_rules") {
            let known = ["element_type", "xml_parent_path", "xml_child_path", "required_attributes"];
            if !self.object(&item, "a filter rule", &known) {
                continue;
            }
            let name = self.text(&item, "element_type").unwrap_or_default();
            let place = match &*name {
                "contact" => (ElementType::Contact, &mut rules.contact),
                "address" => (ElementType::Address, &mut rules.address),
                "employment" => (ElementType::Employment, &mut rules.employment),
                _ => {
                    let message = format!("unknown element type `{name}`");
                    self.problem(item.place(), message, "known are contact, address and employment");
                    continue;
                }
            };
            let rule = self.rule(&item);
            if place.1.is_some() {
                let message = format!("a second rule for {name}: the first one counts");
                self.fault(FaultKind::DuplicateKey, item.place(), message);
            } else {
                *place.1 = Some(rule);
            }
        }
        rules
    }

    fn rule(&mut self, item: &Spot<'_>) -> Rule {
        let parent = self.text(item, "xml_parent_path").unwrap_or_default();
        let child = self.text(item, "xml_child_path").unwrap_or_default();
        let mut rule = Rule { path: joined(&parent, &child), ..Rule::default() };
        if rule.path.is_empty() {
            self.problem(
                item.place(),
                "a filter rule without `xml_child_path`",
                "add the path of its elements",
            );
        }
        let Some(required) = item.get("required_attributes") else { return rule };
        if !self.object(&required, "`required_attributes`", &[]) {
            return rule;
        }
        for (attribute, value) in required.entries() {
            match &value.node.kind {
                Kind::List(items) => {
                    let values = items.iter().filter_map(Node::scalar).collect::<Vec<_>>();
                    rule.one_of.push((attribute.to_owned(), values));
                }
                Kind::Bool(true) => rule.present.push(attribute.to_owned()),
                Kind::Text(text) if text.eq_ignore_ascii_case("true") => {
                    rule.present.push(attribute.to_owned());
                }
                Kind::Text(text) => rule.one_of.push((attribute.to_owned(), vec![text.clone()])),
                Kind::Bool(false) | Kind::Null => {}
                Kind::Number(_) | Kind::Object(_) => {
                    self.wrong(&value, attribute, "true or a list of allowed values");
                }
            }
        }
        rule
    }

    fn relationships(&mut self, spot: &Spot<'_>) -> Vec<Relationship> {
        let known =
            ["parent_table", "child_table", "foreign_key_column", "xml_parent_path", "xml_child_path"];
        let mut relationships = Vec::new();
        for item in self.list(spot, "relationships") {
            if !self.object(&item, "a relationship", &known) {
                continue;
            }
            let (parent, child) = (self.text(&item, "parent_table"), self.text(&item, "child_table"));
            let (Some(parent), Some(child)) = (parent, child) else {
                let hint = "add `parent_table` and `child_table`";
                self.problem(item.place(), "a relationship without its tables", hint);
                continue;
            };
            let column = self.text(&item, "foreign_key_column");
            let from = self.text(&item, "xml_parent_path").unwrap_or_default();
            let to = self.text(&item, "xml_child_path").unwrap_or_default();
            relationships.push(Relationship { parent, child, column, child_path: joined(&from, &to) });
        }
        relationships
    }

    fn enums(&mut self, spot: &Spot<'_>) -> Vec<Enumeration> {
        let Some(found) = spot.get("enum_mappings") else { return Vec::new() };
        if !self.object(&found, "`enum_mappings`", &[]) {
            return Vec::new();
        }
        let mut enums = Vec::new();
        for (name, list) in found.entries() {
            if !self.object(&list, "an enum", &[]) {
                continue;
            }
            let codes = list.entries().map(|(text, code)| {
                (text.trim().to_owned(), code.node.scalar().map(|code| code.trim().to_owned()), code.place())
            });
            enums.push(Enumeration { name: name.to_owned(), place: list.place(), codes: codes.collect() });
        }
        enums
    }

    fn bits(&mut self, spot: &Spot<'_>, mappings: &[Mapping]) -> (BitTable, BitTable) {
        let found = spot.get("bit_conversions");
        if let Some(found) = &found {
            self.object(found, "`bit_conversions`", &["char_to_bit", "boolean_to_bit"]);
        }
        let mut table = |key: &str, step: Step, usual: &[(&str, bool)]| {
            let entries = found.as_ref().and_then(|found| found.get(key));
            if let Some(entries) = entries
                && self.object(&entries, &format!("`{key}`"), &[])
            {
                return BitTable {
                    entries: entries.entries().filter_map(|(text, bit)| self.bit(text, &bit)).collect(),
                };
            }
            if mappings.iter().any(|mapping| mapping.has(&step)) {
                let message = format!(
                    "mappings use `{key}`, and `bit_conversions` has no such table: the usual one is taken"
                );
                self.fault(FaultKind::MissingKey, spot.place(), message);
            }
            BitTable { entries: usual.iter().map(|(text, bit)| ((*text).to_owned(), *bit)).collect() }
        };
        let char_to_bit = table("char_to_bit", Step::CharToBit, &[("Y", true), ("N", false)]);
        let boolean_to_bit = table("boolean_to_bit", Step::BooleanToBit, &[("true", true), ("false", false)]);
        (char_to_bit, boolean_to_bit)
    }

    fn bit(&mut self, text: &str, bit: &Spot<'_>) -> Option<(String, bool)> {
        match bit.node.scalar().as_deref() {
            Some("1" | "true") => Some((text.trim().to_owned(), true)),
            Some("0" | "false") => Some((text.trim().to_owned(), false)),
            _ => {
                self.wrong(bit, text, "0 or 1");
                None
            }
        }
    }

    fn mapping(&mut self, index: usize, spot: &Spot<'_>) -> Option<Mapping> {
        if !self.object(spot, "a mapping", &MAPPING_KEYS) {
            return None;
        }
        let table = self.text(spot, "target_table");
        let place = spot.place();
        let steps_of_mapping = self.steps(spot);
        let data_type = self.data_type(spot);
        let mut path = steps(&self.text(spot, "xml_path").unwrap_or_default());
        let mut attribute = self.text(spot, "xml_attribute");
        // Some write the attribute into the path.
        if let Some(last) = path.pop_if(|last| last.starts_with('@')) {
            attribute = attribute.or_else(|| last.strip_prefix('@').map(str::to_owned));
        }
        let expression = self.text(spot, "expression");
        let expression = expression.zip(spot.get("expression")).map(|(text, found)| (text, found.place()));
        let mapping = Mapping {
            index,
            place: place.clone(),
            path,
            attribute,
            table: table.clone().unwrap_or_default(),
            column: self.text(spot, "target_column").unwrap_or_default(),
            data_type,
            length: self.number(spot, "data_length"),
            is_nullable: self.flag(spot, "nullable").unwrap_or(true),
            default: self.text(spot, "default_value"),
            excludes_default: self.flag(spot, "exclude_default_when_record_empty").unwrap_or(false),
            expression,
            enum_name: self.text(spot, "enum_name"),
            steps: steps_of_mapping?,
            description: self.text(spot, "description"),
        };
        if table.is_none() {
            self.problem(place, "a mapping without `target_table`", "say which table it is for");
            return None;
        }
        if mapping.column.is_empty() && mapping.row().is_none() {
            let hint =
                "say which column it is for; only types that make rows, such as add_score(ID), need none";
            self.problem(place, "a mapping without `target_column`", hint);
            return None;
        }
        if let Some(wrong) = mapping.path.iter().chain(&mapping.attribute).find(|name| !is_name(name)) {
            let hint = "paths are absolute, without predicates: /a/b/c";
            self.problem(place, format!("`{wrong}` is no name of an element or attribute"), hint);
            return None;
        }
        Some(mapping)
    }

    fn steps(&mut self, spot: &Spot<'_>) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        let mut is_right = true;
        for item in self.list(spot, "mapping_type") {
            let text = item.node.scalar().unwrap_or_default();
            if text.trim().is_empty() {
                continue;
            }
            match Step::parse(&text) {
                Ok(step) => steps.push(step),
                Err((message, hint)) => {
                    self.problem(item.place(), message, hint);
                    is_right = false;
                }
            }
        }
        is_right.then_some(steps)
    }

    fn data_type(&mut self, spot: &Spot<'_>) -> OldType {
        let Some(name) = self.text(spot, "data_type") else { return OldType::Text };
        match OldType::named(&name.to_ascii_lowercase()) {
            Some((data_type, true)) => data_type,
            found => {
                let (data_type, words) = match found {
                    Some((data_type, _)) => (data_type, "a type of databases, not of the old format"),
                    None => (OldType::Text, "taken as string"),
                };
                let place = spot.get("data_type").map(|found| found.place()).unwrap_or_default();
                self.fault(FaultKind::UnknownType, place, format!("unknown data type `{name}`: {words}"));
                data_type
            }
        }
    }
}

/// What else the file may be, and what to do about it.
fn other_kind(spot: &Spot<'_>) -> Option<(&'static str, &'static str)> {
    const EXPECTED: &str = "a contract of the predecessor is an object with `mappings`, a list of objects with `xml_path` and `target_table`";
    if !matches!(spot.node.kind, Kind::Object(_)) {
        return Some(("this JSON is no contract of the predecessor", EXPECTED));
    }
    if spot.get("xmlshred").is_some() || spot.get("tables").is_some() && spot.get("mappings").is_none() {
        return Some((
            "this is a contract of xmlshred already",
            "`xmlshred check --contract FILE` checks it",
        ));
    }
    match spot.get("mappings") {
        None => Some(("this JSON has no `mappings`", EXPECTED)),
        Some(found) if found.node.items().is_empty() => Some(("`mappings` has no mapping", EXPECTED)),
        Some(_) => None,
    }
}

/// A path below another, unless it is absolute.
fn joined(parent: &str, child: &str) -> Vec<String> {
    if child.starts_with('/') || child.is_empty() {
        return steps(child);
    }
    steps(parent).into_iter().chain(steps(child)).collect()
}

fn common_path(mappings: &[Mapping]) -> Vec<String> {
    let mut paths = mappings.iter().map(|mapping| &mapping.path).filter(|path| !path.is_empty());
    let first = paths.next().cloned().unwrap_or_default();
    paths.fold(first, |common, path| {
        common.into_iter().zip(path).take_while(|(a, b)| a == *b).map(|(a, _)| a).collect()
    })
}

/// What a path of ours can say.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

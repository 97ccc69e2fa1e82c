//! `document`: what documents look like.

use std::ops::Range;

use crate::limits::Limits;
use crate::path::{Axis, NodeTest, Path, Step};
use crate::xml::{Charset, Entities};

use super::checked::{Case, DocumentSpec};
use super::diagnostic::Code;
use super::fields::{Fields, Spanned, map, missing_key, one_or_list, text};
use super::language;
use super::node::{Node, NodeKind};
use super::resolve::Checker;
use super::words::{CASES, INVALID_CHARACTERS, WRONG_ROOTS};

impl<'n> Checker<'n> {
    pub(super) fn document_section(&mut self, fields: &Fields<'n>, root: &Node) -> Option<DocumentSpec> {
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
        let on_wrong_root =
            fields.word("on_wrong_root", &WRONG_ROOTS, &mut self.problems).unwrap_or_default();
        let roots = self.roots(&fields, case, &entry.key_span)?;
        let embedded = self.embedded(&fields, &roots);
        Some(DocumentSpec {
            roots,
            on_wrong_root,
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

    /// The paths that may lead to the main element. What is wrong with one is reported, and no reason to say more about others.
    fn roots(&mut self, fields: &Fields<'n>, case: Case, section: &Range<usize>) -> Option<Vec<Path>> {
        let Some(entry) = fields.entry("root") else {
            missing_key("root", "document", section, &mut self.problems);
            return None;
        };
        let items = one_or_list(&entry.value);
        if items.is_empty() {
            let hint = "write the path of the element that a document is about, as in `/Orders/Order`";
            self.problems.report(Code::InvalidRoot, entry.key_span.clone(), "`root` names no element", hint);
        }
        let mut roots: Vec<Path> = Vec::new();
        for item in items {
            let Some(found) = text(item, "root", &mut self.problems) else { continue };
            let before = self.problems.count();
            let path = self.path(&found);
            if self.problems.count() > before {
                continue;
            }
            if !(path.absolute && has_plain_steps(&path)) {
                self.problems.report(
                    Code::InvalidRoot,
                    found.span,
                    "the root must be an absolute path of names",
                    "write it from the document's root element down, as in `/Orders/Order`",
                );
                continue;
            }
            if let Some(other) = roots.iter().find(|other| overlap(other, &path, case)) {
                let message = format!("no document has exactly one of `{}` and `{}`", other.text, path.text);
                let hint = "a document has one of the roots: leave out the one that lies within the other, or is the same";
                self.problems.report(Code::InvalidRoot, found.span, message, hint);
            }
            roots.push(path);
        }
        (roots.len() == items.len() && !roots.is_empty()).then_some(roots)
    }

    /// Paths of names, with `..` before them where the main element itself lies in such a document; for each root that there is room above.
    fn embedded(&mut self, fields: &Fields<'n>, roots: &[Path]) -> Vec<Path> {
        let items = fields.get("embedded").map(one_or_list).unwrap_or_default();
        let items = items.iter().filter_map(|item| text(item, "embedded", &mut self.problems));
        let mut paths: Vec<Path> = Vec::new();
        for found in items.collect::<Vec<_>>() {
            let before = self.problems.count();
            let path = self.path(&found);
            if self.problems.count() > before {
                continue;
            }
            let below = roots.iter().filter_map(|root| below_document(root, path.clone()));
            let below = below.collect::<Vec<_>>();
            if below.is_empty() {
                let message = "an embedded document stands at a path of names";
                let hint = "write the names from the main element down, as in `Body/Payload`";
                self.problems.report(Code::InvalidPath, found.span, message, hint);
            }
            for path in below {
                if !paths.iter().any(|known| known.steps == path.steps) {
                    paths.push(path);
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
}

/// Takes a limit that is set. The language's ranges fit these numbers.
fn assign<T: TryFrom<u64>>(limit: &mut T, set: Option<u64>) {
    if let Some(set) = set.and_then(|set| T::try_from(set).ok()) {
        *limit = set;
    }
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
    let is_plain = |step: &Step| {
        step.axis == Axis::Child && matches!(step.test, NodeTest::Name { .. }) && step.predicates.is_empty()
    };
    let is_whole = path.naming.is_some() || path.group.is_some();
    !is_whole && !path.steps.is_empty() && path.steps.iter().all(is_plain)
}

/// Whether an element that one path of names leads to may also be one that the other leads to, or have one within it.
fn overlap(one: &Path, other: &Path, case: Case) -> bool {
    let may_be_same = |(one, other): (&Step, &Step)| match (&one.test, &other.test) {
        (NodeTest::Name { namespace, local }, NodeTest::Name { namespace: of_other, local: other }) => {
            let is_same_name = match case {
                Case::Sensitive => local == other,
                Case::Insensitive => local.eq_ignore_ascii_case(other),
            };
            is_same_name && (namespace == of_other || namespace.is_none() || of_other.is_none())
        }
        _ => true,
    };
    one.steps.iter().zip(&other.steps).all(may_be_same)
}

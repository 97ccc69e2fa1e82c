//! Which elements are tables and which are columns.
//!
//! The root is a table with one row per document. An element that stands several times within its parent is a table within the
//! parent's; its key is the parent's key and a row number. Everything else is a column: attributes, texts, and those of elements that
//! stand once. What columns cannot hold without loss is one column of type `xml`: text mixed with elements, elements within
//! themselves, more names than can be told apart.

use std::collections::HashMap;

use super::draft::{Content, Draft, DraftColumn, DraftTable, Extra, MAX_COLUMNS, spread};
use super::main_element::{guess_key, main_element};
use super::options::InferOptions;
use super::present::{present_attributes, present_children};
use super::profile::{Attribute, Element, ElementId, Name, Origin, Profile};
use super::reason::Reason;
use super::shapes::Shapes;
use super::written::is_writable;
use super::xsd::{Hints, SimpleType};
use crate::path::Namespaces;

/// A subtree that stands once becomes a table of its own when its parent is too wide and it has more columns than this.
const MIN_SPLIT_COLUMNS: usize = 10;
/// Attributes of these names say what their element is for: `status/@value` is the status.
const VALUE_NAMES: [&str; 2] = ["value", "val"];

/// The prefix of names in no namespace, where they must be told from others.
const NO_NAMESPACE: &str = "none";

/// The tables and columns that the documents with this main element ask for.
pub(super) fn draft(profile: &Profile, root: ElementId, hints: &Hints, options: &InferOptions) -> Draft {
    let root = main_element(profile, hints, root);
    let (tables, namespaces) = tables_from(profile, hints, root);
    let mut notes = Vec::new();
    let document_count = profile.elements.get(root).instance_count;
    let guess = || guess_key(profile, document_count, &tables[0].columns, &mut notes);
    let key_path = options.key_path.clone().or_else(guess);
    let tables = spread(tables);
    Draft { root, tables, namespaces, key_path, notes }
}

/// The table of an element, one row each, and those within it.
pub(super) fn tables_from(
    profile: &Profile,
    hints: &Hints,
    root: ElementId,
) -> (Vec<DraftTable>, Namespaces) {
    let mut drafter = Drafter {
        profile,
        hints,
        shapes: Shapes::new(profile, hints, root),
        root,
        tables: Vec::new(),
        namespaces: Namespaces::new(),
        prefixes: HashMap::new(),
        next_numbers: HashMap::new(),
    };
    let local = profile.elements.get(root).name.local.to_string();
    drafter.table(root, None, None, &[local]);
    (drafter.tables, drafter.namespaces)
}

struct Drafter<'p> {
    profile: &'p Profile,
    hints: &'p Hints,
    shapes: Shapes<'p>,
    root: ElementId,
    tables: Vec<DraftTable>,
    namespaces: Namespaces,
    /// By namespace.
    prefixes: HashMap<String, String>,
    /// The next number behind a prefix that is taken.
    next_numbers: HashMap<String, u32>,
}

/// Where the drafter is: an element that a row or columns of a row are made of.
#[derive(Clone)]
struct Place {
    path: Vec<String>,
    names: Vec<String>,
    /// Whether every row has the element, where a schema says so.
    is_required: Option<bool>,
}

impl<'p> Drafter<'p> {
    fn element(&self, id: ElementId) -> &'p Element {
        self.profile.elements.get(id)
    }

    /// Adds the table of an element, and the tables within it.
    fn table(&mut self, element: ElementId, parent: Option<usize>, each: Option<String>, names: &[String]) {
        let index = self.tables.len();
        self.tables.push(DraftTable {
            element,
            parent,
            each,
            names: names.to_vec(),
            columns: Vec::new(),
            continues: None,
            except: Vec::new(),
        });
        let is_wide = self.width(element) > MAX_COLUMNS;
        let mut repeated = Vec::new();
        let place = Place { path: Vec::new(), names: Vec::new(), is_required: Some(true) };
        self.columns(element, index, &place, is_wide, &mut repeated);
        for (child, path, below) in repeated {
            let names = names.iter().cloned().chain(below).collect::<Vec<_>>();
            self.table(child, Some(index), Some(path), &names);
        }
    }

    /// Adds the columns of an element and of those below it that stand once; the others are answered with their paths and names.
    fn columns(
        &mut self,
        id: ElementId,
        table: usize,
        place: &Place,
        is_wide: bool,
        repeated: &mut Vec<(ElementId, String, Vec<String>)>,
    ) {
        let element = self.element(id);
        if let Some(reason) = self.shapes.markup(id) {
            self.push(table, id, place, None, Content::Markup(reason));
            return;
        }
        let is_choice = self.shapes.is_choice(id);
        let text = self.profile.elements.text(id);
        let text_content = self.text_content(id);
        let takes_element_name = text_content.is_none();
        for (at, attribute) in element.attributes.iter().enumerate() {
            if self.profile.elements.value(attribute).count == 0 {
                continue;
            }
            let step = self.attribute_step(id, attribute);
            let is_the_value = takes_element_name
                && !place.names.is_empty()
                && VALUE_NAMES.contains(&&*attribute.name.local.to_ascii_lowercase());
            let name = if is_the_value { None } else { Some(display_name(&step)) };
            let hint = self.hints.attribute(id, at);
            let below = Place {
                path: appended(&place.path, format!("@{step}")),
                names: place.names.clone(),
                is_required: both(place.is_required, hint.map(|hint| hint.is_required)),
            };
            self.push(table, id, &below, name, Content::Attribute(at));
        }
        if let Some(content) = text_content {
            let own = text_name(element);
            // The text of a row's own element is called `value`, other texts like their element.
            let name = place.names.is_empty().then_some(own);
            let place = match content {
                Content::OwnText => {
                    Place { path: appended(&place.path, "text()".to_owned()), ..place.clone() }
                }
                // The row is there; that it has text is known where a schema says so.
                _ if place.names.is_empty() && self.hints.element(id).is_none() => {
                    Place { is_required: None, ..place.clone() }
                }
                _ => place.clone(),
            };
            debug_assert!(text.count > 0);
            self.push(table, id, &place, name, content);
        }
        for (child, known) in self.children_in_order(id) {
            let step = self.element_step(id, known);
            let name = display_name(&step);
            let hint = self.hints.element(child);
            let below = Place {
                path: appended(&place.path, step),
                names: appended(&place.names, name),
                is_required: both(place.is_required, hint.map(|hint| hint.value.is_required)),
            };
            let is_split = is_wide && self.width(child) > MIN_SPLIT_COLUMNS;
            if is_choice || self.shapes.is_repeated(child) || is_split {
                repeated.push((child, below.path.join("/"), below.names));
            } else {
                self.columns(child, table, &below, is_wide, repeated);
            }
        }
        if is_choice {
            let except = self.child_names(id).map(|name| name.local.to_string()).collect();
            self.other_table(id, table, place, "*", Content::Markup(Reason::OtherKinds), except);
        }
        self.others(id, table, place);
    }

    /// The tables of what the schema lets stand beside the elements and attributes that it names.
    fn others(&mut self, id: ElementId, table: usize, place: &Place) {
        let Some(hint) = self.hints.element(id) else { return };
        let (has_elements, has_attributes) = (hint.has_other_elements, hint.has_other_attributes);
        if has_elements {
            let except = self.child_names(id).map(|name| name.local.to_string()).collect();
            self.other_table(id, table, place, "*", Content::Markup(Reason::Anything), except);
        }
        if has_attributes {
            let except = present_attributes(self.profile, id).map(|name| name.local.to_string()).collect();
            self.other_table(id, table, place, "@*", Content::Extra(Extra::Value), except);
        }
    }

    fn other_table(
        &mut self,
        element: ElementId,
        table: usize,
        place: &Place,
        step: &str,
        content: Content,
        except: Vec<String>,
    ) {
        let column = |path: &str, name: &str, content| DraftColumn {
            path: path.to_owned(),
            content,
            element,
            names: vec![name.to_owned()],
            is_required: None,
            declared: None,
        };
        let columns = vec![
            column("name()", "name", Content::Extra(Extra::Name)),
            column("namespace-uri()", "namespace", Content::Extra(Extra::Namespace)),
            column(".", if step == "*" { "content" } else { "value" }, content),
        ];
        let kind = if step == "*" { "other_element" } else { "other_attribute" };
        let mut names = self.tables[table].names.iter().chain(&place.names).cloned().collect::<Vec<_>>();
        let around = names.pop().unwrap_or_default();
        names.push(format!("{around}_{kind}"));
        let each = Some(appended(&place.path, step.to_owned()).join("/"));
        let parent = Some(table);
        self.tables.push(DraftTable { element, parent, each, names, columns, continues: None, except });
    }

    fn push(
        &mut self,
        table: usize,
        element: ElementId,
        place: &Place,
        name: Option<String>,
        content: Content,
    ) {
        let path = if place.path.is_empty() { ".".to_owned() } else { place.path.join("/") };
        let mut names = place.names.clone();
        names.extend(name);
        if names.is_empty() {
            names.push("content".to_owned());
        }
        let declared = match content {
            Content::Attribute(at) => {
                self.hints.attribute(element, at).and_then(|hint| hint.data_type.clone())
            }
            Content::Text => self.hints.element(element).and_then(|hint| hint.value.data_type.clone()),
            Content::OwnText | Content::Presence | Content::Markup(_) | Content::Extra(_) => None,
        };
        let is_required = place.is_required;
        let zone = self.has_zone(&content, declared.as_ref()).then(|| DraftColumn {
            path: path.clone(),
            content: Content::Extra(Extra::Zone),
            element,
            names: appended(&names, "zone".to_owned()),
            is_required: None,
            declared: None,
        });
        let column = DraftColumn { path, content, element, names, is_required, declared };
        self.tables[table].columns.extend([column].into_iter().chain(zone));
    }

    /// Without documents nobody knows whether dates and times have a zone, so that it gets a column.
    fn has_zone(&self, content: &Content, declared: Option<&SimpleType>) -> bool {
        self.profile.origin == Origin::Schema
            && matches!(content, Content::Attribute(_) | Content::Text)
            && declared.is_some_and(|declared| declared.may_have_zone)
    }

    /// Children that there are, in the schema's order where it knows them.
    fn children_in_order(&self, id: ElementId) -> Vec<(ElementId, &'p Element)> {
        let mut children = present_children(self.profile, id).collect::<Vec<_>>();
        children.sort_by_key(|&(child, _)| self.hints.element(child).map_or(usize::MAX, |hint| hint.order));
        children
    }

    /// Whether and how the text of an element is a column.
    fn text_content(&self, id: ElementId) -> Option<Content> {
        let element = self.element(id);
        let text = self.profile.elements.text(id);
        let is_row = id == self.root || self.shapes.is_repeated(id);
        let has_attributes = present_attributes(self.profile, id).next().is_some();
        match (text.filled_count() > 0, element.container_count > 0) {
            (true, true) => Some(Content::OwnText),
            (true, false) => Some(Content::Text),
            (false, false) if !is_row && !has_attributes => Some(Content::Presence),
            (false, _) => None,
        }
    }

    /// Columns that an element and everything below it that stands once would make.
    fn width(&self, id: ElementId) -> usize {
        if self.shapes.markup(id).is_some() {
            return 1;
        }
        let single = present_children(self.profile, id).filter(|&(id, _)| !self.shapes.is_repeated(id));
        let below = single.map(|(child, _)| self.width(child));
        self.element(id).attributes.len()
            + usize::from(self.text_content(id).is_some())
            + below.sum::<usize>()
    }

    /// Names of the children that there are.
    fn child_names(&self, id: ElementId) -> impl Iterator<Item = &'p Name> + use<'p> {
        present_children(self.profile, id).map(|(_, child)| &child.name)
    }

    /// A child's name as a path writes it: with a prefix only where another namespace has the same name here.
    fn element_step(&mut self, parent: ElementId, child: &Element) -> String {
        let is_ambiguous = is_ambiguous(&child.name, self.child_names(parent));
        self.step(&child.name, is_ambiguous)
    }

    fn attribute_step(&mut self, element: ElementId, attribute: &Attribute) -> String {
        let is_ambiguous = is_ambiguous(&attribute.name, present_attributes(self.profile, element));
        self.step(&attribute.name, is_ambiguous)
    }

    fn step(&mut self, name: &Name, is_ambiguous: bool) -> String {
        if !is_ambiguous {
            return name.local.to_string();
        }
        let prefix = self.prefix(name);
        format!("{prefix}:{}", name.local)
    }

    /// The prefix of a name's namespace: that of the documents where it is free.
    fn prefix(&mut self, name: &Name) -> String {
        let namespace = self.profile.elements.namespace(name.namespace);
        if *namespace.uri == *crate::xml::XML_NAMESPACE {
            return "xml".to_owned();
        }
        if let Some(prefix) = self.prefixes.get(&*namespace.uri) {
            return prefix.clone();
        }
        let wanted = match (&*namespace.uri, &*namespace.prefix) {
            ("", _) => NO_NAMESPACE.to_owned(),
            (_, "") => "ns".to_owned(),
            (_, prefix) if is_writable(prefix) => prefix.to_owned(),
            _ => "ns".to_owned(),
        };
        let is_free = |prefix: &String| !self.namespaces.contains_key(prefix) && prefix != "xml";
        // Numbers are not tried again: they are taken, and stay so.
        let next = self.next_numbers.get(&wanted).copied().unwrap_or(1);
        let numbered = (next..).map(|number| match number {
            1 => (number, wanted.clone()),
            _ => (number, format!("{wanted}{number}")),
        });
        let (number, prefix) =
            numbered.into_iter().find(|(_, prefix)| is_free(prefix)).expect("some number is free");
        self.next_numbers.insert(wanted, number + 1);
        self.prefixes.insert(namespace.uri.to_string(), prefix.clone());
        self.namespaces.insert(prefix.clone(), namespace.uri.to_string());
        prefix
    }
}

/// Whether something is required within something that may be.
fn both(outer: Option<bool>, inner: Option<bool>) -> Option<bool> {
    match (outer, inner) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn appended(list: &[String], item: String) -> Vec<String> {
    list.iter().cloned().chain([item]).collect()
}

/// A step as part of a name. That a name is in no namespace is nothing to say.
fn display_name(step: &str) -> String {
    step.strip_prefix(NO_NAMESPACE).and_then(|rest| rest.strip_prefix(':')).unwrap_or(step).replace(':', "_")
}

/// What the text of a row's own element is called: a name that none of its attributes and children has.
fn text_name(element: &Element) -> String {
    let is_taken =
        |name: &str| element.attributes.iter().any(|known| known.name.local.eq_ignore_ascii_case(name));
    let name = if is_taken("value") { "text" } else { "value" };
    name.to_owned()
}

fn is_ambiguous<'n>(name: &Name, mut others: impl Iterator<Item = &'n Name>) -> bool {
    others.any(|other| other.local == name.local && other.namespace != name.namespace)
}

//! What is suspicious about a contract after it has met sample documents. Names and counts, no value of a document.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::contract::{
    Code, Column, ColumnSource, Diagnostic, OnTooLong, Places, Step, most_similar, repeated_root,
};
use crate::path::{NodeTest, Path};
use crate::plan::Plan;
use crate::shred::{CellPlace, OnePerPath};

use super::observe::{Elements, Fates, Seen, Slot};

/// Warnings in order of place.
pub(super) fn findings(
    plan: &Plan,
    seen: &Seen,
    ignored_seen: &[bool],
    names: &BTreeSet<&str>,
    text: &str,
) -> Vec<Diagnostic> {
    let mut finder = Finder { plan, names, places: Places::of(text), found: Vec::new() };
    for (table, elements) in seen.elements.borrow().iter().enumerate() {
        finder.table(table, elements);
        if elements.candidates > 0 {
            finder.one_per(table, seen);
        }
    }
    finder.ignored(ignored_seen);
    for (slot, fates) in seen.fates.borrow().iter() {
        finder.cells(*slot, fates);
    }
    finder.codes(seen);
    finder.found.sort_by_key(|problem| (problem.span.start, problem.code));
    finder.found
}

/// What to do about a path that never matches.
const COMPARE: &str = "compare it with the documents; `xmlshred coverage` lists what is read by nothing";

struct Finder<'p> {
    plan: &'p Plan,
    /// How elements and attributes of the samples are called.
    names: &'p BTreeSet<&'p str>,
    places: Places,
    found: Vec<Diagnostic>,
}

impl Finder<'_> {
    /// A path that matches nothing; one that begins with the name of the root, as XPath's do, is told so.
    fn never_matches(&mut self, span: Range<usize>, path: &Path, message: &str) {
        match repeated_root(self.plan.contract(), path) {
            Some((_, hint)) => {
                let message = format!("{message}: it repeats the root");
                self.report(Code::PathNeverMatches, span, message, &hint);
            }
            None => {
                let hint = self.meant(path).unwrap_or_else(|| COMPARE.to_owned());
                self.report(Code::PathNeverMatches, span, message.to_owned(), &hint);
            }
        }
    }

    /// What the samples call what a path calls by a name that they do not have.
    fn meant(&self, path: &Path) -> Option<String> {
        let inner = path.group.as_ref().and_then(|group| self.meant(&group.path));
        let unknown = path.steps.iter().filter_map(|step| match &step.test {
            NodeTest::Name { local, .. } if !self.names.contains(&**local) => Some(local),
            _ => None,
        });
        let mut meant = unknown.filter_map(|local| {
            let known = most_similar(local, self.names.iter().copied())?;
            Some(format!("the samples have no `{local}`: did you mean `{known}`?"))
        });
        inner.or_else(|| meant.next())
    }

    fn report(&mut self, code: Code, span: Range<usize>, message: String, hint: &str) {
        self.found.push(Diagnostic::new(code, span, message, hint));
    }

    fn table(&mut self, at: usize, elements: &Elements) {
        let table = &self.plan.contract().tables[at];
        let Some(each) = table.each.as_ref().filter(|_| elements.candidates == 0) else { return };
        let way = [Step::Key("tables"), Step::Key(&table.name), Step::Key("each")];
        let span = self.places.first_of(&[&way]);
        if elements.filtered > 0 {
            let (each, count) = (&each.text, elements.filtered);
            let message =
                format!("`{each}`: its predicates let none of {count} elements of the samples through");
            let hint = "`xmlshred explain DOC TABLE` tells which predicate removed which element";
            self.report(Code::PathNeverMatches, span, message, hint);
        } else {
            let message = format!("`{}` matches nothing in the samples", each.text);
            self.never_matches(span, each, &message);
        }
    }

    fn one_per(&mut self, at: usize, seen: &Seen) {
        let table = &self.plan.contract().tables[at];
        let Some(one_per) = &table.one_per else { return };
        let ranked = seen.ranked.borrow();
        let way = [Step::Key("tables"), Step::Key(&table.name), Step::Key("one_per")];
        let key_is_found = ranked.contains(&(at, OnePerPath::Key));
        if !key_is_found {
            let message = format!(
                "`{}` matches nothing in the samples: every row of {} is kept",
                one_per.key.text, table.name
            );
            let span = self.places.first_of(&[&[&way[..], &[Step::Key("key")]].concat()]);
            self.report(Code::PathNeverMatches, span, message, COMPARE);
        }
        if let Some((path, _)) = &one_per.prefer
            && key_is_found
            && !ranked.contains(&(at, OnePerPath::Prefer))
        {
            let message = format!(
                "`{}` matches nothing in the samples: no row of {} is preferred",
                path.text, table.name
            );
            let span =
                self.places.first_of(&[&[&way[..], &[Step::Key("prefer"), Step::Key("path")]].concat()]);
            self.report(Code::PathNeverMatches, span, message, COMPARE);
        }
    }

    fn ignored(&mut self, seen: &[bool]) {
        for (at, path) in self.plan.contract().ignore.iter().enumerate().filter(|(at, _)| !seen[*at]) {
            let message = format!("`{}` is ignored, and matches nothing in the samples", path.text);
            let span =
                self.places.first_of(&[&[Step::Key("ignore"), Step::Index(at)], &[Step::Key("ignore")]]);
            self.report(Code::PathNeverMatches, span, message, COMPARE);
        }
    }

    fn cells(&mut self, slot: Slot, fates: &Fates) {
        let contract = self.plan.contract();
        let (column, name) = match (slot.row, slot.place) {
            (Some((table, template)), CellPlace::Column(index)) => {
                let column = &contract.tables[table].templates[template].columns[index];
                (column, format!("{}.{}", contract.tables[table].name, column.name))
            }
            (Some((table, _)), CellPlace::Let(index)) => {
                let item = &contract.tables[table].lets[index];
                (&item.column, format!("{}.{}", contract.tables[table].name, item.name))
            }
            (_, CellPlace::DocumentLet(index)) => {
                (&contract.lets[index].column, contract.lets[index].name.clone())
            }
            (None, CellPlace::Column(_) | CellPlace::Let(_)) => return,
        };
        let cells = fates.cells;
        let has_no_code = fates.unmapped > 0 && fates.coded == 0;
        match &column.source {
            ColumnSource::Path(path) if fates.matched == 0 => {
                let message = format!(
                    "`{}` of {name} matches nothing in the samples, looked for {}",
                    path.text,
                    if cells == 1 { "once".to_owned() } else { format!("{cells} times") }
                );
                self.never_matches(self.span(slot, column, "path"), path, &message);
            }
            ColumnSource::Path(_) | ColumnSource::Expression(_)
                if fates.values == 0 && fates.failed == 0 && !has_no_code =>
            {
                let key = if matches!(column.source, ColumnSource::Path(_)) { "path" } else { "expr" };
                let rows = if cells == 1 { "the one row".to_owned() } else { format!("all {cells} rows") };
                let message = format!("{name} is null in {rows} of the samples");
                let hint = "`xmlshred explain DOC TABLE.COLUMN` tells how it became null";
                self.report(Code::ColumnAlwaysNull, self.span(slot, column, key), message, hint);
            }
            _ => {}
        }
        if has_no_code {
            let (list, count) = (column.codes.as_ref().map_or("", |list| &list.name), fates.unmapped);
            let message =
                format!("code list `{list}` has none of the {count} values of {name} in the samples");
            let hint = "is it the right list? codes compare with case; `clean: [trim, upper]` may be missing";
            self.report(Code::CodesAlwaysMissing, self.span(slot, column, "codes"), message, hint);
        }
        if fates.too_long > 0 {
            let (count, longest, data_type) = (fates.too_long, fates.longest, column.data_type);
            let what = match column.on_too_long {
                OnTooLong::Truncate => "are cut off",
                OnTooLong::Fail => "fail their documents",
            };
            let message =
                format!("{count} values of {name} with up to {longest} characters {what}: it is {data_type}");
            let hint = "make the type longer; `on_too_long` says what becomes of what is longer still";
            self.report(Code::ValueTooLong, self.span(slot, column, "type"), message, hint);
        }
    }

    /// Where the contract says this of a column: in its row template, or for all of them.
    fn span(&self, slot: Slot, column: &Column, key: &str) -> Range<usize> {
        let contract = self.plan.contract();
        let tables = Step::Key("tables");
        let ((table, template), section) = match (slot.row, slot.place) {
            (Some(row), CellPlace::Column(_)) => (row, "columns"),
            (Some(row), CellPlace::Let(_) | CellPlace::DocumentLet(_)) => (row, "let"),
            (None, _) => {
                let CellPlace::DocumentLet(index) = slot.place else { return 0..0 };
                let name = Step::Key(&contract.lets[index].name);
                return self
                    .places
                    .first_of(&[&[Step::Key("let"), name, Step::Key(key)], &[Step::Key("let"), name]]);
            }
        };
        let name = match slot.place {
            CellPlace::Let(index) => &contract.tables[table].lets[index].name,
            CellPlace::Column(_) | CellPlace::DocumentLet(_) => &column.name,
        };
        let (table, name, section, key) =
            (Step::Key(&contract.tables[table].name), Step::Key(name), Step::Key(section), Step::Key(key));
        let (rows, row) = (Step::Key("rows"), Step::Index(template));
        self.places.first_of(&[
            &[tables, table, rows, row, section, name, key],
            &[tables, table, section, name, key],
            // `unpivot`: the row itself is the path, the type is told once.
            &[tables, table, Step::Key("unpivot"), key],
            &[tables, table, rows, row],
            &[tables, table, section, name],
            &[tables, table],
        ])
    }

    fn codes(&mut self, seen: &Seen) {
        let contract = self.plan.contract();
        let columns = contract.tables.iter().flat_map(|table| &table.templates).flat_map(|row| &row.columns);
        let lets = contract.lets.iter().chain(contract.tables.iter().flat_map(|table| &table.lets));
        let mut lists = std::collections::BTreeMap::new();
        for column in columns.chain(lets.map(|item| &item.column)) {
            if let Some(list) = &column.codes {
                lists.insert(&*list.name, list);
            }
        }
        let used = seen.entries.borrow();
        for (list, codes) in lists {
            // A list none of whose values was there at all is the column's affair.
            let Some(used) = used.get(list) else { continue };
            let count = codes.entries.len();
            let mut entries = codes.entries.keys().filter(|entry| !used.contains(*entry)).collect::<Vec<_>>();
            entries.sort();
            if entries.is_empty() {
                continue;
            }
            let span = self.places.first_of(&[&[Step::Key("codes"), Step::Key(list)]]);
            let names = entries.iter().map(|entry| format!("`{entry}`")).collect::<Vec<_>>().join(", ");
            let message = format!("{} of {count} codes of `{list}` are in no sample: {names}", entries.len());
            let hint = "nothing to do when they are only rare; else look for a mistake in them";
            self.report(Code::CodesNeverUsed, span, message, hint);
        }
    }
}

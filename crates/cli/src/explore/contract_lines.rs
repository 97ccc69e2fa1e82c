//! On which lines a contract says what, and where something is to be added.

use xmlshred_mapping::contract::{Contract, Places, Step, Table};

/// The text of a contract, to be asked for lines; all from 1.
pub(super) struct ContractLines<'t> {
    places: Places,
    text: &'t str,
    lines: Vec<&'t str>,
}

impl<'t> ContractLines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { places: Places::of(text), text, lines: text.lines().collect() }
    }

    fn line(&self, way: &[Step<'_>]) -> Option<usize> {
        let span = self.places.if_any_key_of(way)?;
        Some(self.text[..span.start].matches('\n').count() + 1)
    }

    /// Of a table.
    pub(super) fn table(&self, table: &Table) -> Option<usize> {
        self.line(&[Step::Key("tables"), Step::Key(&table.name)])
    }

    /// Of a column of a table, of its first template.
    pub(super) fn column(&self, table: &Table, name: &str) -> Option<usize> {
        self.member(table, "columns", name)
    }

    /// Of a `let` of a table.
    pub(super) fn row_let(&self, table: &Table, name: &str) -> Option<usize> {
        self.member(table, "let", name)
    }

    /// Of a `let` of the document.
    pub(super) fn document_let(&self, name: &str) -> Option<usize> {
        self.line(&[Step::Key("let"), Step::Key(name)])
    }

    fn member(&self, table: &Table, section: &str, name: &str) -> Option<usize> {
        let (tables, table) = (Step::Key("tables"), Step::Key(&table.name));
        let (section, name) = (Step::Key(section), Step::Key(name));
        let ways: [&[Step<'_>]; 4] = [
            &[tables, table, section, name],
            &[tables, table, Step::Key("rows"), Step::Index(0), section, name],
            // `unpivot` has names as values.
            &[tables, table, Step::Key("unpivot")],
            &[tables, table],
        ];
        ways.iter().find_map(|way| self.line(way))
    }

    /// Where another column of a table is pasted: behind which line, and how far indented. `None` where columns stand in braces.
    pub(super) fn next_column(&self, table: &Table) -> Option<(usize, usize)> {
        let way = [Step::Key("tables"), Step::Key(&table.name), Step::Key("columns")];
        let section = self.line(&way)?;
        let columns = table.templates[0].columns.iter();
        let lines = columns.filter_map(|column| self.line(&[&way[..], &[Step::Key(&column.name)]].concat()));
        let last = lines.max().filter(|&last| last > section)?;
        Some((self.end(last), indent(self.lines[last - 1])))
    }

    /// The same of another table.
    pub(super) fn next_table(&self, contract: &Contract, table: &Table) -> Option<(usize, usize)> {
        let section = self.line(&[Step::Key("tables")])?;
        let line = self.table(table).filter(|&line| line > section)?;
        // Tables of one line each stand in braces, mostly.
        let is_apart =
            contract.tables.iter().all(|other| other.name == table.name || self.table(other) != Some(line));
        is_apart.then(|| (self.end(line), indent(self.lines[line - 1])))
    }

    /// The last line of what begins on a line and goes on further to the right.
    fn end(&self, first: usize) -> usize {
        let width = indent(self.lines[first - 1]);
        let below = self.lines[first..].iter().enumerate();
        let filled = below.filter(|(_, line)| !line.trim().is_empty());
        let within =
            filled.take_while(|(_, line)| indent(line) > width || line.trim_start().starts_with('}'));
        within.last().map_or(first, |(at, _)| first + at + 1)
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

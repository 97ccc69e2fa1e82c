//! Tables that fit the terminal: columns that matter least are left out where there is no room, and counted.

use comfy_table::{CellAlignment, Table, presets};

use super::width;

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    /// Above it.
    pub(crate) title: &'a str,
    /// Where its cells stand.
    pub(crate) align: Align,
    /// The smallest goes first when there is no room.
    pub(crate) matters: u8,
}

/// Where cells stand in their column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How wide a table may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// So many columns of the terminal.
    Columns(usize),
    /// As many as it takes: `--wide`.
    Endless,
}

impl Room {
    /// That of the terminal, unless all is asked for.
    pub(crate) fn of_terminal(is_wide: bool) -> Self {
        if is_wide { Self::Endless } else { Self::Columns(width::columns()) }
    }
}

/// Blanks between two columns.
const BETWEEN: usize = 2;

/// The rows below their titles, two blanks between columns; the last line says how many columns are left out.
pub(crate) fn table(columns: &[Column<'_>], rows: &[Vec<String>], room: Room) -> String {
    let widths = widths(columns, rows);
    let shown = shown(columns, &widths, BETWEEN, room);
    let mut text = String::new();
    let titles: Vec<_> = columns.iter().map(|column| column.title.to_owned()).collect();
    for row in std::iter::once(&titles).chain(rows) {
        let mut line = String::new();
        for (nth, &at) in shown.iter().enumerate() {
            if nth > 0 {
                line.push_str(&" ".repeat(BETWEEN));
            }
            let blanks = " ".repeat(widths[at] - row[at].chars().count());
            let cell = &row[at];
            match columns[at].align {
                Align::Left => line.extend([cell.as_str(), blanks.as_str()]),
                Align::Right => line.extend([blanks.as_str(), cell.as_str()]),
            }
        }
        text.push_str(&cut(line.trim_end(), room));
        text.push('\n');
    }
    text.push_str(&left_out(columns.len() - shown.len()));
    text
}

/// The same with a border, for values that may hold blanks.
pub(crate) fn bordered(columns: &[Column<'_>], rows: &[Vec<String>], room: Room) -> String {
    let inner = match room {
        Room::Columns(columns) => Room::Columns(columns.saturating_sub(BORDERS)),
        Room::Endless => Room::Endless,
    };
    let shown = shown(columns, &widths(columns, rows), BETWEEN_BORDERED, inner);
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(shown.iter().map(|&at| cut(columns[at].title, inner)));
    for row in rows {
        table.add_row(shown.iter().map(|&at| cut(&row[at], inner)));
    }
    for (&at, column) in shown.iter().zip(table.column_iter_mut()) {
        if columns[at].align == Align::Right {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n{}", left_out(columns.len() - shown.len()))
}

/// Columns of the terminal that a border takes.
const BORDERS: usize = 4;
/// Blanks between two columns within one.
const BETWEEN_BORDERED: usize = 3;

fn widths(columns: &[Column<'_>], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([columns[at].title.chars().count()]).max().unwrap_or(0)
    };
    (0..columns.len()).map(width).collect()
}

/// The columns for which there is room, in their order: never none.
fn shown(columns: &[Column<'_>], widths: &[usize], between: usize, room: Room) -> Vec<usize> {
    let mut shown: Vec<_> = (0..columns.len()).collect();
    let Room::Columns(room) = room else { return shown };
    while shown.iter().map(|&at| widths[at] + between).sum::<usize>() > room + between && shown.len() > 1 {
        // Of equals the last.
        let least = shown.iter().enumerate().rev().min_by_key(|(_, at)| columns[**at].matters);
        let least = least.map_or(0, |(nth, _)| nth);
        shown.remove(least);
    }
    shown
}

/// What says that columns are left out; nothing where none are.
fn left_out(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "(1 column left out: --wide)\n".to_owned(),
        count => format!("({count} columns left out: --wide)\n"),
    }
}

/// The line as far as there is room.
pub(crate) fn cut(line: &str, room: Room) -> String {
    match room {
        Room::Columns(columns) if line.chars().count() > columns => {
            line.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
        }
        Room::Columns(_) | Room::Endless => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<'static>; 3] = [
        Column { title: "inst", align: Align::Left, matters: 9 },
        Column { title: "/min", align: Align::Right, matters: 1 },
        Column { title: "where", align: Align::Left, matters: 5 },
    ];

    #[test]
    fn the_least_columns_are_left_out_and_counted() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["1/2", "66,549", "10.0.0.4 pid 11705"]), row(["2/2", "–", ""])];
        let check = |room, expected: &str| assert_eq!(table(&COLUMNS, &rows, room), expected);
        let all = "inst    /min  where\n1/2   66,549  10.0.0.4 pid 11705\n2/2        –\n";
        check(Room::Endless, all);
        check(Room::Columns(32), all);
        let two = "inst  where\n1/2   10.0.0.4 pid 11705\n2/2\n(1 column left out: --wide)\n";
        check(Room::Columns(31), two);
        check(Room::Columns(20), "inst\n1/2\n2/2\n(2 columns left out: --wide)\n");
        check(Room::Columns(3), "in…\n1/2\n2/2\n(2 columns left out: --wide)\n");
    }

    #[test]
    fn a_table_with_a_border_fits_as_well() {
        let rows = [vec!["1/2".to_owned(), "66,549".to_owned(), "a b  c".to_owned()]];
        for (room, lines) in
            [(Room::Endless, 5), (Room::Columns(26), 5), (Room::Columns(25), 6), (Room::Columns(8), 6)]
        {
            let text = bordered(&COLUMNS, &rows, room);
            assert_eq!(text.lines().count(), lines, "{text}");
            let Room::Columns(columns) = room else { continue };
            let is_table = |line: &&str| !line.starts_with('(');
            assert!(
                text.lines().filter(is_table).all(|line| line.chars().count() <= columns),
                "{columns}: {text}"
            );
        }
    }
}

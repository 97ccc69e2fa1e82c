//! What was measured, as tables for people and as JSON for programs.

use std::fmt;
use std::fs;
use std::process::Command;

use serde_json::{Map, Value, json};

use super::extent::Extent;
use super::place::folder;
use crate::workspace::Error;

/// Version of the JSON: changes when a field changes its meaning.
const VERSION: u32 = 3;

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Shredding alone, on one thread.
    Shred,
    /// Whole runs on SQLite.
    Sqlite,
    /// Loading into PostgreSQL, and whole runs there.
    Postgres,
    /// Keys of PostgreSQL, page by page.
    Paging,
    /// Loading into SQL Server.
    SqlServer,
    /// Commands around a contract.
    Tools,
    /// What it costs to look for drift.
    Drift,
    /// Pages in a browser.
    Pages,
    /// Instructions of shredding alone.
    Instructions,
}

impl Part {
    /// In the order of measuring.
    pub(super) const ALL: [Self; 9] = [
        Self::Shred,
        Self::Sqlite,
        Self::Postgres,
        Self::Paging,
        Self::SqlServer,
        Self::Tools,
        Self::Drift,
        Self::Pages,
        Self::Instructions,
    ];

    /// The word for it in the arguments, and in the JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shred => "shred",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Paging => "paging",
            Self::SqlServer => "sqlserver",
            Self::Tools => "tools",
            Self::Drift => "drift",
            Self::Pages => "pages",
            Self::Instructions => "instructions",
        }
    }

    /// Whether the released program takes part, and code of it in this process.
    pub(super) fn needs_product(self) -> bool {
        !matches!(self, Self::Shred | Self::Instructions)
    }

    /// The part with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// What became of a part.
#[derive(Clone, Debug)]
pub(super) enum Measured {
    /// It was measured.
    Done(Figures),
    /// It cannot be measured here.
    Skipped {
        /// Which part, or part of a part.
        what: &'static str,
        /// Why, and what would help.
        why: String,
    },
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(Figures { tables, notes, json: _ }) => {
                for table in tables {
                    write!(f, "\n{table}")?;
                }
                notes.iter().try_for_each(|note| writeln!(f, "{note}"))
            }
            Self::Skipped { what, why } => writeln!(f, "skipped: {what}: {why}"),
        }
    }
}

/// The figures of a part.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    /// For people.
    pub(super) tables: Vec<Table>,
    /// What they must know to read them.
    pub(super) notes: Vec<String>,
    /// The same for programs.
    pub(super) json: Map<String, Value>,
}

impl Figures {
    /// Adds those of another half of the part.
    pub(super) fn extend(&mut self, more: Self) {
        let Self { tables, notes, json } = more;
        self.tables.extend(tables);
        self.notes.extend(notes);
        self.json.extend(json);
    }
}

/// A table on the console.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Heading of the first column.
    pub(super) title: String,
    /// Headings of the others, which are figures.
    pub(super) columns: Vec<&'static str>,
    /// Name and figures.
    pub(super) rows: Vec<(String, Vec<String>)>,
}

/// Characters of the first column.
const NAME_WIDTH: usize = 52;
/// Characters of each other column.
const FIGURE_WIDTH: usize = 12;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, columns, rows } = self;
        write!(f, "{title:<NAME_WIDTH$}")?;
        columns.iter().try_for_each(|column| write!(f, "{column:>FIGURE_WIDTH$}"))?;
        writeln!(f)?;
        for (name, figures) in rows {
            write!(f, "  {name:<width$}", width = NAME_WIDTH - 2)?;
            figures.iter().try_for_each(|figure| write!(f, "{figure:>FIGURE_WIDTH$}"))?;
            writeln!(f)?;
        }
        Ok(())
    }
}

/// `target/bench/latest.json`: of each part the figures of its last measurement.
#[derive(Debug)]
pub(super) struct Results {
    extent: &'static str,
    machine: String,
    parts: Map<String, Value>,
    load: Option<String>,
}

impl Results {
    /// Figures of other parts that this machine measured earlier stay.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(super) fn begin(extent: &Extent) -> Result<Self, Error> {
        fs::create_dir_all(folder())?;
        let machine = machine();
        let load = load_average();
        println!("{} · {machine} · load average {}", date(), load.as_deref().unwrap_or("unknown"));
        let earlier: Option<Value> =
            fs::read(folder().join("latest.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let parts = earlier
            .filter(|earlier| earlier["version"] == VERSION && earlier["machine"] == machine)
            .and_then(|earlier| earlier["parts"].as_object().cloned())
            .unwrap_or_default();
        Ok(Self { extent: extent.flag.unwrap_or("full"), machine, parts, load })
    }

    /// Writes the figures of a part down.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn keep(&mut self, part: Part, figures: &Figures) -> Result<(), Error> {
        let mut json = figures.json.clone();
        json.insert("date".to_owned(), date().into());
        json.insert("extent".to_owned(), self.extent.into());
        json.insert("load_average_before".to_owned(), self.load.take().into());
        self.load = load_average();
        self.parts.insert(part.name().to_owned(), json.into());
        let all = json!({ "version": VERSION, "machine": self.machine, "parts": self.parts });
        Ok(fs::write(folder().join("latest.json"), format!("{all:#}\n"))?)
    }

    /// Says where they are, if anything was measured.
    pub(super) fn finish(&self) {
        let file = folder().join("latest.json");
        if file.exists() {
            println!("\nfigures of every part's last measurement: {}", file.display());
        }
    }
}

fn date() -> String {
    let output =
        Command::new("date").args(["-u", "+%F"]).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// Of the last minute: others on the machine take part of what is measured.
fn load_average() -> Option<String> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next().map(ToOwned::to_owned)
}

fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?.split_once(':').map(|(_, model)| model.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_their_headings() {
        let rows = vec![("one".to_owned(), vec!["1.00".to_owned()])];
        let table = Table { title: "speed".to_owned(), columns: vec!["ratio"], rows };
        let text = table.to_string();
        let ends: Vec<_> = text.lines().map(str::len).collect();
        assert_eq!(ends, [64, 64]);
    }
}

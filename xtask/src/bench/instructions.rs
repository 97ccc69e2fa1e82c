//! Instructions that the shredder takes for a document of the mix, counted by callgrind: a figure that no other program on the
//! machine disturbs, so that CI can hold a budget.
//!
//! `instructions.json` has the figures of the last release. More than [`ALLOWED_PERCENT`] above them is a loss and fails, with
//! the words what to do; `--record` writes what is counted now. quick-xml over the same documents and the program written by
//! hand are counted to compare with; under another compiler than that of the record, budgets move as quick-xml's figure does.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value, json};

use super::one_thread::{Build, Documents, REFERENCE, answer};
use super::place::folder;
use super::results::{Figures, Measured, Table};
use super::verdict::{ALLOWED_PERCENT, Counted, Verdict};
use crate::workspace::{Error, root};

/// The mix: most documents are small, few are large, nearly everything of the small ones is mapped.
const DOCUMENTS: Documents = Documents { average_bytes: 5_000, count: 1_000, seed: 7, below: None };

/// Who is counted.
struct Contestant {
    name: &'static str,
    /// The name of its cells in the answer, when it makes rows.
    cells: Option<&'static str>,
    /// Whether more than recorded is a loss.
    has_budget: bool,
}

const COUNTED: [Contestant; 4] = [
    Contestant { name: "shred", cells: Some("shred"), has_budget: true },
    Contestant { name: "shred-3-tables", cells: Some("shred-3-tables"), has_budget: true },
    Contestant { name: "by-hand-3-tables", cells: Some("shred-3-tables"), has_budget: false },
    Contestant { name: REFERENCE, cells: None, has_budget: false },
];
/// Version of the file.
const VERSION: u32 = 1;

/// What becomes of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// It is the budget.
    Hold,
    /// It is written anew.
    Write,
}

/// Counts, and holds the result against the record or records it.
///
/// # Errors
/// When the program cannot be built or fails, or a budget is exceeded.
pub(super) fn measure(record: Record) -> Result<Measured, Error> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        let why = "there is no valgrind (install Debian's package valgrind)".to_owned();
        return Ok(Measured::Skipped { what: "instructions", why });
    }
    Build::Instructions.make()?;
    fs::create_dir_all(folder())?;
    let mut words = DOCUMENTS.words("time");
    words.extend([format!("only={REFERENCE}"), "rounds=0".to_owned()]);
    let totals = Build::Instructions.ask(&words)?;
    let document_count = totals["documents"].as_u64().ok_or("an answer without documents")?;
    let mut counted = Vec::new();
    for Contestant { name, cells, has_budget } in COUNTED {
        println!("counting the instructions of {name} …");
        let cell_count = cells.and_then(|cells| totals["cells"][cells].as_u64());
        counted.push(Counted {
            name,
            has_budget,
            instruction_count: count(name)?,
            document_count,
            cell_count,
        });
    }
    match record {
        Record::Write => {
            fs::write(file(), format!("{:#}\n", to_json(&counted, &compiler()?)))?;
            println!("recorded in {}", file().display());
            Ok(Measured::Done(figures(&counted, None)))
        }
        Record::Hold => hold(&counted, &recorded()?),
    }
}

/// What was counted, against the record.
fn hold(counted: &[Counted], recorded: &Value) -> Result<Measured, Error> {
    let figures = figures(counted, Some(recorded));
    if recorded["machine"] != std::env::consts::ARCH {
        let why = format!("the record is of another kind of processor, {}", recorded["machine"]);
        print!("{}", Measured::Done(figures));
        return Ok(Measured::Skipped { what: "the budget of instructions", why });
    }
    match Verdict::of(counted, &recorded["per_document"], recorded["compiler"] == compiler()?.as_str()) {
        Verdict::Kept => Ok(Measured::Done(figures)),
        Verdict::Exceeded(what) => {
            print!("{}", Measured::Done(figures));
            Err(format!("{what}\n{HELP}").into())
        }
    }
}

/// What to do about a loss.
const HELP: &str = "\
    `callgrind_annotate target/bench/callgrind.NAME.out` shows which functions take them; the same file of the commit before shows what they took\n\
    is the loss worth what it buys? then say so in the commit message and record it: cargo xtask bench instructions --record";

fn file() -> PathBuf {
    root().join("xtask/src/bench/instructions.json")
}

fn recorded() -> Result<Value, Error> {
    let bytes = fs::read(file()).map_err(|error| format!("no record ({error}): --record writes it"))?;
    let recorded: Value = serde_json::from_slice(&bytes)?;
    if recorded["version"] != VERSION {
        return Err("the record is of another version: --record writes it anew".into());
    }
    Ok(recorded)
}

/// One pass under callgrind; the profile stays in `target/bench/callgrind.NAME.out`.
fn count(name: &str) -> Result<u64, Error> {
    let profile = folder().join(format!("callgrind.{name}.out"));
    let mut out = std::ffi::OsString::from("--callgrind-out-file=");
    out.push(&profile);
    let mut words = DOCUMENTS.words("count");
    words.push(format!("only={name}"));
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*counted_pass*"])
        .arg(out)
        .arg(Build::Instructions.program())
        .args(words);
    answer(&mut command)?;
    let text = fs::read_to_string(&profile)?;
    let total =
        text.lines().find_map(|line| line.strip_prefix("totals: ")).and_then(|total| total.parse().ok());
    total.filter(|&total| total > 0).ok_or_else(|| "callgrind counted nothing".into())
}

/// As `rustc --version` says it.
fn compiler() -> Result<String, Error> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn to_json(counted: &[Counted], compiler: &str) -> Value {
    let per_document: Map<_, _> =
        counted.iter().map(|counted| (counted.name.to_owned(), counted.per_document().into())).collect();
    json!({
        "version": VERSION,
        "machine": std::env::consts::ARCH,
        "compiler": compiler,
        "per_document": per_document,
    })
}

fn figures(counted: &[Counted], recorded: Option<&Value>) -> Figures {
    let rows = counted.iter().map(|counted| {
        let now = counted.per_document();
        let recorded = recorded.and_then(|recorded| recorded["per_document"][counted.name].as_u64());
        let difference =
            recorded.map(|recorded| format!("{:+.1} %", (now as f64 / recorded as f64 - 1.0) * 100.0));
        let figures = vec![
            now.to_string(),
            counted.per_cell().map_or_else(|| "-".to_owned(), |per_cell| per_cell.to_string()),
            recorded.map_or_else(|| "-".to_owned(), |recorded| recorded.to_string()),
            difference.unwrap_or_else(|| "-".to_owned()),
        ];
        (counted.name.to_owned(), figures)
    });
    let title = format!("instructions, {} documents of 5 KB on average", counted[0].document_count);
    let table = Table {
        title,
        columns: vec!["a document", "a cell", "recorded", "difference"],
        rows: rows.collect(),
    };
    let json = counted.iter().map(|counted| {
        let figures = json!({ "per_document": counted.per_document(), "per_cell": counted.per_cell() });
        (counted.name.to_owned(), figures)
    });
    let note = format!("budget: the recorded figure and {ALLOWED_PERCENT} %, of ours");
    Figures { tables: vec![table], notes: vec![note], json: json.collect() }
}

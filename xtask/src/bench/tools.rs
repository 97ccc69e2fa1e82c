//! The tools around a contract, as whole commands on one core: `check` of a large contract, `infer`, `coverage` and `check` over sample
//! documents, in ratio to a bare parse of the same bytes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::documents;
use super::extent::Extent;
use super::old_contract::{self, Imported};
use super::one_thread::{self, Speed};
use super::place::{folder, program};
use super::results::{Figures, Measured, Table};
use crate::workspace::Error;

/// How often a command is run; its median counts.
const ROUND_COUNT: usize = 5;
/// A contract of as many columns as users write.
const TABLE_COUNT: usize = 20;
const COLUMNS_PER_TABLE: usize = 20;

/// Measures.
///
/// # Errors
/// When something cannot be built or a command fails.
pub(super) fn measure(extent: &Extent) -> Result<Measured, Error> {
    let demo = documents::prepare(extent.sample_count, 50_000)?;
    let (samples, byte_count) = demo.export()?;
    let (reference, parsed_byte_count) = one_thread::reference(demo.average_bytes, extent.sample_count)?;
    if parsed_byte_count != byte_count {
        return Err("the reference parsed other documents than the demo wrote".into());
    }
    let pattern = samples.join("*.xml").display().to_string();
    let contract = demo.contract().display().to_string();
    let large = folder().join("400-columns.yaml");
    fs::write(&large, contract_of_400_columns())?;
    let out = folder().join("inferred.yaml").display().to_string();

    let check = median(&["check", "--contract", &large.display().to_string()])?;
    let imported = old_contract::measure(median)?;
    let over_samples = [
        ("infer", vec!["infer", &pattern, "--out", &out, "--force"]),
        ("coverage", vec!["coverage", &pattern, "--contract", &contract]),
        ("check", vec!["check", &pattern, "--contract", &contract]),
    ];
    let mut speeds = vec![reference];
    for (name, arguments) in over_samples {
        let seconds = median(&arguments)?.as_secs_f64();
        speeds.push(Speed { name, bytes_per_second: byte_count as f64 / seconds });
    }
    Ok(Measured::Done(figures(check, &imported, &speeds, extent)))
}

fn figures(check: Duration, imported: &Imported, speeds: &[Speed], extent: &Extent) -> Figures {
    let reference = speeds[0].bytes_per_second;
    let rows = speeds.iter().map(|speed| {
        let megabytes = format!("{:.0}", speed.bytes_per_second / 1e6);
        (speed.name.to_owned(), vec![megabytes, format!("{:.2}", speed.bytes_per_second / reference)])
    });
    let title = format!("{} documents of 50 KB, one core, whole commands", extent.sample_count);
    let table = Table { title, columns: vec!["MB/s", "ratio"], rows: rows.collect() };
    let check_ms = check.as_secs_f64() * 1e3;
    let note =
        format!("check of a contract of {} columns: {check_ms:.1} ms", TABLE_COUNT * COLUMNS_PER_TABLE);
    let Imported { mapping_count, import, check } = imported;
    let (import_ms, check_import_ms) = (import.as_secs_f64() * 1e3, check.as_secs_f64() * 1e3);
    let import_note = format!(
        "import-legacy of {mapping_count} mappings: {import_ms:.1} ms, check of the result: {check_import_ms:.1} ms"
    );
    let by_name = speeds.iter().map(|speed| (speed.name.to_owned(), json!(speed.bytes_per_second)));
    let json = json!({
        "check_400_columns_ms": check_ms,
        "import_legacy_ms": import_ms,
        "check_imported_ms": check_import_ms,
        "bytes_per_second": by_name.collect::<serde_json::Map<_, _>>(),
    });
    let json = json.as_object().cloned().unwrap_or_default();
    Figures { tables: vec![table], notes: vec![note, import_note], json }
}

/// From start to exit of the process, on one core where `taskset` can say so.
fn median(arguments: &[&str]) -> Result<Duration, Error> {
    let has_taskset = Path::new("/usr/bin/taskset").exists();
    let mut rounds = Vec::with_capacity(ROUND_COUNT);
    for _ in 0..ROUND_COUNT {
        let mut command = if has_taskset {
            let mut command = Command::new("/usr/bin/taskset");
            command.args(["-c", "0"]).arg(program());
            command
        } else {
            Command::new(program())
        };
        let start = Instant::now();
        let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        rounds.push(start.elapsed());
        if !status.success() {
            return Err(format!("xmlshred {} failed", arguments.join(" ")).into());
        }
    }
    rounds.sort();
    Ok(rounds[ROUND_COUNT / 2])
}

/// Every kind of column that contracts have: paths with conditions, codes, formats, expressions, parents.
fn contract_of_400_columns() -> String {
    let mut text = String::from(
        "xmlshred: 1\nname: large\nsource: { table: app_xml, key: app_id, xml: xml }\ndocument: { root: /R }\ncodes: { kind: { A: 1, B: 2, \"*\": 0 } }\ntables:\n  base: { columns: { id: { path: \"@id\", type: int, key: true } } }\n",
    );
    for table in 0..TABLE_COUNT {
        writeln!(text, "  table_{table}:\n    each: \"part_{table}/item[@kind in ('A', 'B') and not(@gone)]\"\n    columns:")
            .expect("writing to a string succeeds");
        for column in 0..COLUMNS_PER_TABLE {
            let definition = match column {
                0 => "{ parent: base.id, key: true }".to_owned(),
                1 => "{ generate: row_number, key: true }".to_owned(),
                _ if column % 6 == 0 => format!("{{ path: \"@a{column}\", codes: kind, type: smallint }}"),
                _ if column % 6 == 1 => {
                    format!("{{ path: \"b/c[@n = '{column}']/@a\", type: date, format: \"%m/%d/%Y\" }}")
                }
                _ if column % 6 == 2 => {
                    "{ expr: \"CASE WHEN c1 > 1 THEN c1 * 2 ELSE COALESCE(c1, 0) END\", type: int }"
                        .to_owned()
                }
                _ if column % 6 == 3 => format!(
                    "{{ path: d{column}, clean: [trim, number], type: \"decimal(12,2)\", on_invalid: null }}"
                ),
                _ => format!("{{ path: \"@t{column}\", type: varchar(50), on_too_long: truncate }}"),
            };
            writeln!(text, "      c{column}: {definition}").expect("writing to a string succeeds");
        }
    }
    text
}

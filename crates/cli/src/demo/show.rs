//! Tells what was prepared, lets instances run and shows what came out.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use comfy_table::{Table, presets};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use xmlshred_databases::{DatabaseUrl, OpenOptions, open_rows};
use xmlshred_demo::{Fault, repeated_contact_count};
use xmlshred_model::OwnedValue;
use xmlshred_model::log_table::log_table;

use super::compare::{compare, compared_tables};
use super::contract::CHANGING_COLUMNS;
use super::place::Place;
use super::prepare::Prepared;
use super::{DemoEnding, DemoError};

/// Exit code of a run in which some documents failed: the demo has bad documents, so this is what must come.
const SOME_FAILED: u8 = 3;

/// Says what was written and what is expected to fail.
pub(super) fn prepared(prepared: &Prepared, place: &Place, out: &mut dyn Write) -> Result<(), DemoError> {
    let Prepared { document_count, byte_count, min_bytes, max_bytes, duration, kept_contract } = prepared;
    let megabytes = *byte_count as f64 / 1e6;
    writeln!(
        out,
        "{document_count} documents, {megabytes:.1} MB ({:.1} KB on average, {:.1} to {:.1} KB) in {} after {:.1} s ({:.0} MB/s)",
        *byte_count as f64 / 1e3 / *document_count as f64,
        *min_bytes.min(max_bytes) as f64 / 1e3,
        *max_bytes as f64 / 1e3,
        place.database,
        duration.as_secs_f64(),
        megabytes / duration.as_secs_f64(),
    )?;
    writeln!(out, "contract: {}", place.contract.display())?;
    if let Some(kept) = kept_contract {
        writeln!(out, "the contract that was there is now {}", kept.display())?;
    }
    let mut table = plain_table(["expected failure", "documents", "because of"]);
    let expected = expected_failures(*document_count);
    for (cause, (count, descriptions)) in &expected {
        table.add_row([(*cause).to_owned(), count.to_string(), descriptions.join(", ")]);
    }
    let failing: u64 = expected.values().map(|(count, _)| count).sum();
    writeln!(out, "\n{table}\n")?;
    writeln!(
        out,
        "{failing} documents are bad on purpose; {} more name a contact twice, which `one_per` resolves.",
        repeated_contact_count(*document_count)
    )?;
    Ok(())
}

/// Documents that must fail, by stage and code, with what is wrong with them.
fn expected_failures(document_count: i64) -> BTreeMap<&'static str, (u64, Vec<&'static str>)> {
    let mut expected = BTreeMap::<_, (u64, Vec<_>)>::new();
    for fault in (1..=document_count).filter_map(Fault::of) {
        let (count, descriptions) = expected.entry(fault.cause()).or_default();
        *count += 1;
        if !descriptions.contains(&fault.description()) {
            descriptions.push(fault.description());
        }
    }
    expected
}

/// Runs several instances, then one, and compares.
pub(super) fn instances(
    prepared: &Prepared,
    place: &Place,
    instances: u32,
    out: &mut dyn Write,
) -> Result<DemoEnding, DemoError> {
    let url = place.database.to_string();
    let count = instances.to_string();
    let contract = place.contract.display().to_string();
    let mut arguments = vec!["launch", "--instances", &count, "--contract", &contract];
    let (logs, metrics) = (folder(&place.dir, "logs"), folder(&place.dir, "metrics"));
    arguments.extend(["--log-dir", &logs, "--metrics-dir", &metrics]);
    writeln!(out, "\n$ xmlshred {} --url {url}\n", arguments.join(" "))?;
    out.flush()?;
    let started = Instant::now();
    let code = start(place, &arguments, Output::Shown)?;
    if code != 0 && code != SOME_FAILED {
        return Ok(DemoEnding::Stopped(code));
    }
    let seconds = started.elapsed().as_secs_f64();
    writeln!(
        out,
        "\n{count} instances: {} documents in {seconds:.1} s, {:.0} documents/min, {:.1} MB/s",
        prepared.document_count,
        prepared.document_count as f64 * 60.0 / seconds,
        prepared.byte_count as f64 / 1e6 / seconds
    )?;
    writeln!(out, "One instance now loads the same documents into {} …", place.single.display())?;
    out.flush()?;
    let single_url = sqlite_url(&place.single);
    let (logs, metrics) = (folder(&place.dir, "logs-single"), folder(&place.dir, "metrics-single"));
    let code = start(
        place,
        &[
            "run",
            "--contract",
            &contract,
            "--target-url",
            &single_url,
            "--create-tables",
            "--progress",
            "off",
            "--log-level",
            "ERROR",
            "--log-dir",
            &logs,
            "--metrics-dir",
            &metrics,
        ],
        Output::Hidden,
    )?;
    if code != 0 && code != SOME_FAILED {
        writeln!(out, "it ended with exit code {code}: see {logs}")?;
        return Ok(DemoEnding::Stopped(code));
    }
    let equal = comparison(place, &count, out)?;
    let failures = failures(prepared, place, out)?;
    samples(place, out)?;
    commands(place, instances, out)?;
    Ok(if equal && failures { DemoEnding::Good } else { DemoEnding::Wrong })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    Shown,
    Hidden,
}

/// Starts this program again on the demo's database and waits for its exit code. What may hold a password goes through the environment.
fn start(place: &Place, arguments: &[&str], output: Output) -> Result<u8, DemoError> {
    let program =
        std::env::current_exe().map_err(|source| DemoError::Start { program: "xmlshred".into(), source })?;
    let mut command = Command::new(&program);
    command.args(arguments).arg("--stop-with-stdin").args(&place.arguments).stdin(Stdio::piped());
    command.envs(place.variables.iter().map(|(name, value)| (name, value)));
    if output == Output::Hidden {
        command.stdout(Stdio::null());
    }
    let started = command.spawn().and_then(|mut child| place.line.wait(&mut child));
    let status = started.map_err(|source| DemoError::Start { program, source })?;
    // No code: a signal ended it.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn comparison(place: &Place, instances: &str, out: &mut dyn Write) -> Result<bool, DemoError> {
    let plan = place.plan();
    let schema = plan.schema();
    let options = OpenOptions::default();
    let mut many = open_rows(&place.database, schema.namespace.as_deref(), &options)?;
    let mut one = open_rows(&DatabaseUrl::Sqlite(place.single.clone()), None, &options)?;
    let comparison = compare(&mut *many, &mut *one, &compared_tables(schema, CHANGING_COLUMNS))?;
    for (table, many, one) in &comparison.different {
        writeln!(out, "{table} differs: {many} rows of {instances} instances, {one} rows of one")?;
    }
    let equal = comparison.different.is_empty();
    let left_out: Vec<_> =
        CHANGING_COLUMNS.iter().map(|(table, column)| format!("{table}.{column}")).collect();
    writeln!(
        out,
        "\n{instances} instances {} 1 instance: {} rows in {} tables identical (without {}, which are new in every run)\n",
        if equal { "=" } else { "≠" },
        comparison.equal_row_count(),
        comparison.equal.len(),
        left_out.join(" and "),
    )?;
    Ok(equal)
}

/// Compares the failures in the log with the expected ones.
fn failures(prepared: &Prepared, place: &Place, out: &mut dyn Write) -> Result<bool, DemoError> {
    let found = failures_in_log(place)?;
    let expected: BTreeMap<String, u64> = expected_failures(prepared.document_count)
        .into_iter()
        .map(|(cause, (count, _))| (cause.to_owned(), count))
        .collect();
    if found == expected {
        writeln!(out, "Failures: {}, all of them expected, by cause too.\n", found.values().sum::<u64>())?;
        return Ok(true);
    }
    for cause in expected.keys().chain(found.keys().filter(|cause| !expected.contains_key(*cause))) {
        let (found, expected) =
            (found.get(cause).copied().unwrap_or(0), expected.get(cause).copied().unwrap_or(0));
        if found != expected {
            writeln!(out, "{cause}: {found} documents failed, {expected} were expected to")?;
        }
    }
    Ok(false)
}

/// Failed documents by cause, `<stage>: <code>`.
fn failures_in_log(place: &Place) -> Result<BTreeMap<String, u64>, DemoError> {
    let plan = place.plan();
    let schema = plan.schema();
    let mut log = log_table(&schema.key_column, schema.key_type);
    log.columns.retain(|column| column.name == "failure_reason");
    let mut found = BTreeMap::new();
    let mut reader = open_rows(&place.database, schema.namespace.as_deref(), &OpenOptions::default())?;
    reader.rows(&log, &mut |row| {
        if let [OwnedValue::Text(reason)] = row {
            let cause = reason.splitn(3, ": ").take(2).collect::<Vec<_>>().join(": ");
            *found.entry(cause).or_default() += 1;
        }
    })?;
    Ok(found)
}

/// Rows to look at; no column of them is marked as sensitive in the contract.
const SAMPLES: &[(&str, &str)] = &[
    (
        "applications",
        "SELECT b.app_id, received_date, channel_enum, product_code, amount, apr, price_band, loan_to_value \
         FROM app_base b JOIN app_product p ON p.app_id = b.app_id ORDER BY b.app_id LIMIT 4",
    ),
    (
        "contacts and their addresses",
        "SELECT c.app_id, c.con_id, role_enum, age_at_application, email_domain, address_no, city, zip, months_at_address \
         FROM contact c LEFT JOIN contact_address a ON a.con_id = c.con_id ORDER BY c.con_id, address_no LIMIT 4",
    ),
    (
        "issues, most frequent first",
        "SELECT table_name, column_name, code, sum(count) AS cells FROM processing_issue \
         GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2 LIMIT 6",
    ),
];

fn samples(place: &Place, out: &mut dyn Write) -> Result<(), DemoError> {
    // Those of the single instance, which are the same: its database is always a file.
    let error = |source| DemoError::Samples { path: place.single.clone(), source };
    let connection =
        Connection::open_with_flags(&place.single, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(error)?;
    for (title, sql) in SAMPLES {
        let table = query(&connection, sql).map_err(error)?;
        writeln!(out, "{title}\n{table}\n")?;
    }
    Ok(())
}

fn query(connection: &Connection, sql: &str) -> Result<Table, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let column_count = names.len();
    let mut table = plain_table(names);
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells: Result<Vec<_>, _> = (0..column_count).map(|index| row.get_ref(index).map(cell)).collect();
        table.add_row(cells?);
    }
    Ok(table)
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn plain_table<T: Into<String>>(header: impl IntoIterator<Item = T>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.into_iter().map(Into::into).collect::<Vec<String>>());
    table
}

/// What to try next.
pub(super) fn commands(place: &Place, instances: u32, out: &mut dyn Write) -> Result<(), DemoError> {
    let (contract, url) = (place.contract.display(), &place.database);
    writeln!(out, "Try next:")?;
    for (command, what) in [
        (
            format!("launch --instances {instances} --contract {contract} --url {url}"),
            "the rest, or nothing: a run goes on where the last one ended",
        ),
        (
            format!("preview --key 7 --contract {contract} --url {url}"),
            "the rows of one document, nothing written",
        ),
        (format!("check --contract {contract} --url {url}"), "after you changed the contract"),
        (format!("ddl --contract {contract}"), "the tables"),
        (format!("failures --contract {contract} --url {url}"), "what failed, why, and what to do about it"),
        (
            format!("retry --contract {contract} --url {url}"),
            "failed documents again, after you mended the contract",
        ),
    ] {
        writeln!(out, "  xmlshred {command}\n      {what}")?;
    }
    Ok(())
}

fn sqlite_url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn folder(dir: &Path, name: &str) -> String {
    dir.join(name).display().to_string()
}

//! Shredding on one thread against parsers over the same bytes: exports documents, runs the criterion benchmark of
//! `mapping` and reads its estimates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use super::documents::Documents;
use super::place::folder;
use crate::workspace::{Error, root};

/// What is compared, in the order of the table. The first is what ratios refer to.
const NAMES: [&str; 5] = ["quick-xml", "quick-xml-unchecked", "shred", "infer", "roxmltree"];

/// Speed of one of [`NAMES`].
#[derive(Clone, Debug)]
pub(super) struct Speed {
    /// Which.
    pub(super) name: &'static str,
    /// Bytes per second.
    pub(super) bytes_per_second: f64,
}

/// Measures over `count` good documents.
///
/// # Errors
/// When the benchmark cannot be built or fails.
pub(super) fn measure(documents: &Documents, count: u32) -> Result<Vec<Speed>, Error> {
    let byte_count = export(documents, count, &samples())?;
    println!("shredding {:.1} MB on one thread …", byte_count as f64 / 1e6);
    benchmark(None)?;
    NAMES.iter().map(|name| estimate(name, byte_count)).collect()
}

/// Measures the reference of all ratios alone; leaves the documents in [`samples`] and tells their bytes.
///
/// # Errors
/// When the benchmark cannot be built or fails.
pub(super) fn reference(documents: &Documents, count: u32) -> Result<(Speed, u64), Error> {
    let byte_count = export(documents, count, &samples())?;
    println!("parsing {:.1} MB on one thread …", byte_count as f64 / 1e6);
    benchmark(Some(NAMES[0]))?;
    Ok((estimate(NAMES[0], byte_count)?, byte_count))
}

/// Where the documents are.
pub(super) fn samples() -> PathBuf {
    folder().join("documents")
}

/// Runs the benchmark; only the one with this name, if there is one.
fn benchmark(name: Option<&str>) -> Result<(), Error> {
    let status = Command::new("cargo")
        .args([
            "bench",
            "--quiet",
            "--package",
            "xmlshred-mapping",
            "--bench",
            "shred",
            "--",
            "--noplot",
            "--quiet",
        ])
        .args(name.map(|name| format!("one_thread/{name}$")))
        .env("XMLSHRED_BENCH_DIR", samples())
        .current_dir(root())
        .status()?;
    if status.success() { Ok(()) } else { Err("the benchmark of shredding failed".into()) }
}

fn estimate(name: &'static str, byte_count: u64) -> Result<Speed, Error> {
    let path = root().join(format!("target/criterion/one_thread/{name}/new/estimates.json"));
    let estimates: serde_json::Value = serde_json::from_slice(&fs::read(&path)?)?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64().ok_or("criterion wrote no median")?;
    Ok(Speed { name, bytes_per_second: byte_count as f64 / nanoseconds * 1e9 })
}

/// Writes good documents (of every 50 of the demo, the 37th is bad) and the contract into a folder; returns the bytes.
fn export(documents: &Documents, count: u32, folder: &Path) -> Result<u64, Error> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    fs::copy(documents.contract(), folder.join("contract.yaml"))?;
    let connection = Connection::open(documents.dir.join("demo.db"))?;
    let mut statement = connection
        .prepare("SELECT app_id, xml FROM app_xml WHERE (app_id - 1) % 50 <> 36 ORDER BY app_id LIMIT ?1")?;
    let mut rows = statement.query([count])?;
    let mut byte_count = 0;
    while let Some(row) = rows.next()? {
        let (app_id, text): (i64, String) = (row.get(0)?, row.get(1)?);
        fs::write(folder.join(format!("{app_id:09}.xml")), &text)?;
        byte_count += text.len() as u64;
    }
    Ok(byte_count)
}

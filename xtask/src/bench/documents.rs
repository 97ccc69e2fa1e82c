//! Demo databases to measure with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;

use super::program;
use crate::{Error, root};

/// A prepared demo.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    /// Where `demo.db` and `contract.yaml` are.
    pub(super) dir: PathBuf,
    /// What was asked for.
    pub(super) average_bytes: u32,
    /// Documents, bad ones included.
    pub(super) count: u64,
    /// Their bytes.
    pub(super) byte_count: u64,
}

/// Writes a demo database of `count` documents.
///
/// # Errors
/// When the demo cannot be prepared.
pub(super) fn prepare(count: u32, average_bytes: u32) -> Result<Documents, Error> {
    let dir = root().join("target/bench").join(format!("{average_bytes}-bytes"));
    println!("preparing {count} documents of {average_bytes} bytes on average …");
    fs::create_dir_all(&dir)?;
    let status = Command::new(program())
        .args(["demo", "--prepare-only", "--documents", &count.to_string()])
        .args(["--bytes-per-document", &average_bytes.to_string(), "--dir"])
        .arg(&dir)
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err("xmlshred demo --prepare-only failed".into());
    }
    let (count, byte_count) = totals(&dir.join("demo.db"), u32::MAX)?;
    Ok(Documents { dir, average_bytes, count, byte_count })
}

/// Documents and bytes among the first `limit` of a demo database.
///
/// # Errors
/// When it cannot be read.
pub(super) fn totals(database: &Path, limit: u32) -> Result<(u64, u64), Error> {
    let connection = Connection::open(database)?;
    let totals = connection.query_row(
        "SELECT count(*), sum(length(CAST(xml AS BLOB))) FROM (SELECT xml FROM app_xml ORDER BY app_id LIMIT ?1)",
        [limit],
        |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned())),
    )?;
    Ok(totals)
}

//! The same documents by xml2db, a Python package that makes tables from an XML schema and loads documents into them. Its
//! batch mode, driven by `driver.py`; the schema is `demo.xsd`.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::documents::IS_GOOD;
use super::place::folder;
use super::postgres::Database;
use crate::workspace::{Error, root};

/// What is installed. The version is part of the figures.
const PACKAGES: &[&str] = &["xml2db==0.15.1", "psycopg2-binary"];

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loaded {
    /// Good documents.
    pub(super) document_count: u64,
    /// For parsing and inserting; reading from the source table is not part of it.
    pub(super) seconds: f64,
}

impl Loaded {
    /// Documents per second.
    pub(super) fn documents_per_second(&self) -> f64 {
        self.document_count as f64 / self.seconds
    }
}

/// Loads the first `count` documents of `app_xml`, the bad ones among them left out. `Err` in the answer says why there is no
/// xml2db here.
///
/// # Errors
/// When it is there and does not work.
pub(super) fn load(database: &Database<'_>, count: u32) -> Result<Result<Loaded, String>, Error> {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    println!("xml2db over {count} documents …");
    let sources = root().join("xtask/src/bench/xml2db");
    let url = database.url().replacen("postgres://", "postgresql+psycopg2://", 1);
    let output = Command::new(python)
        .arg(sources.join("driver.py"))
        .arg(sources.join("demo.xsd"))
        .arg(url)
        .arg(format!("app_id <= {count} AND {IS_GOOD}"))
        .stderr(Stdio::inherit())
        .output()?;
    let Output { status, stdout, .. } = output;
    if !status.success() {
        return Err(format!("xml2db's driver ended with {status}").into());
    }
    let answer: Value = serde_json::from_slice(&stdout)?;
    match (answer["documents"].as_u64(), answer["seconds"].as_f64()) {
        (Some(document_count), Some(seconds)) => Ok(Ok(Loaded { document_count, seconds })),
        _ => Err("xml2db's driver gave another answer".into()),
    }
}

/// The interpreter of an environment with xml2db, which is made where it is missing; or why there is none.
fn python() -> Result<PathBuf, String> {
    let environment = folder().join("venv");
    let python = environment.join("bin/python");
    let is_there = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    if is_there(Command::new(&python).args(["-c", "import xml2db, psycopg2"])) {
        return Ok(python);
    }
    println!("installing xml2db …");
    if !is_there(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment)) {
        return Err("python3 -m venv fails (install Debian's package python3-venv)".to_owned());
    }
    if !is_there(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES)) {
        return Err(format!("pip cannot install {}", PACKAGES.join(" ")));
    }
    Ok(python)
}

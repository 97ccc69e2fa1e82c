//! Demo documents to measure with.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::Type;
use rusqlite::Connection;

use super::place::{folder, program};
use crate::workspace::Error;

/// A prepared demo.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    /// Where `demo.db` and `contract.yaml` are.
    pub(super) dir: PathBuf,
    /// What was asked for.
    pub(super) average_bytes: u32,
}

/// Of every 50 documents of the demo the 37th is bad; this is true of the others.
pub(super) const IS_GOOD: &str = "(app_xml.app_id - 1) % 50 <> 36";

/// Writes a demo database of `count` documents.
///
/// # Errors
/// When the demo cannot be prepared.
pub(super) fn prepare(count: u32, average_bytes: u32) -> Result<Documents, Error> {
    let dir = folder().join(format!("{average_bytes}-bytes"));
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
    Ok(Documents { dir, average_bytes })
}

impl Documents {
    /// The demo's contract.
    pub(super) fn contract(&self) -> PathBuf {
        self.dir.join("contract.yaml")
    }

    /// The address of the demo's database.
    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.dir.join("demo.db").display())
    }

    /// Writes a contract that is the demo's, for its good documents only: rows that are loaded to be compared with other ways
    /// of loading them should all be taken.
    ///
    /// # Errors
    /// When files cannot be read or written.
    pub(super) fn contract_of_good(&self) -> Result<PathBuf, Error> {
        let text = fs::read_to_string(self.contract())?;
        let good = text.replace("app_xml.app_id > 0", IS_GOOD);
        if good == text {
            return Err("the demo's contract has another condition on its source".into());
        }
        let path = self.dir.join("contract-of-good.yaml");
        fs::write(&path, good)?;
        Ok(path)
    }

    /// Writes the good documents as files, `KEY.xml`; tells the folder and the bytes.
    ///
    /// # Errors
    /// When the database cannot be read or files cannot be written.
    pub(super) fn export(&self) -> Result<(PathBuf, u64), Error> {
        let files = folder().join("documents");
        if files.exists() {
            fs::remove_dir_all(&files)?;
        }
        fs::create_dir_all(&files)?;
        let connection = Connection::open(self.dir.join("demo.db"))?;
        let mut statement = connection
            .prepare(&format!("SELECT app_id, xml FROM app_xml WHERE {IS_GOOD} ORDER BY app_id"))?;
        let mut rows = statement.query([])?;
        let mut byte_count = 0;
        while let Some(row) = rows.next()? {
            let (app_id, text): (i64, String) = (row.get(0)?, row.get(1)?);
            fs::write(files.join(format!("{app_id:09}.xml")), &text)?;
            byte_count += text.len() as u64;
        }
        Ok((files, byte_count))
    }

    /// Makes the table `app_xml` in PostgreSQL and copies the documents there; leaves it as it is when nothing happened to it
    /// for a while: with statistics, and on disk.
    ///
    /// # Errors
    /// When one of the databases fails.
    pub(super) fn copy_to(&self, client: &mut postgres::Client) -> Result<(), Error> {
        println!("copying the documents to PostgreSQL …");
        client.batch_execute("CREATE TABLE app_xml (app_id bigint PRIMARY KEY, xml text)")?;
        let demo = Connection::open(self.dir.join("demo.db"))?;
        let mut statement = demo.prepare("SELECT app_id, xml FROM app_xml ORDER BY app_id")?;
        let mut rows = statement.query([])?;
        let writer = client.copy_in("COPY app_xml FROM STDIN (FORMAT binary)")?;
        let mut writer = BinaryCopyInWriter::new(writer, &[Type::INT8, Type::TEXT]);
        while let Some(row) = rows.next()? {
            let (app_id, xml): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
            writer.write(&[&app_id, &xml])?;
        }
        writer.finish()?;
        client.batch_execute("VACUUM ANALYZE app_xml")?;
        Ok(client.batch_execute("CHECKPOINT")?)
    }
}

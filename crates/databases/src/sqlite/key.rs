//! Keys of documents in a SQLite file: what they are, and as parameters.

use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Connection, OptionalExtension};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DocumentKey, KeyType};

use crate::sql::dialect::SQLITE;
use crate::sql::paging::no_key_type;

use super::fault::port_error;
use super::target_check::is_numeric;

/// A key as a parameter: what is neither an integer nor text stands in files as its canonical text.
pub(super) struct KeyParameter<'k>(pub(super) &'k DocumentKey);

impl ToSql for KeyParameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            DocumentKey::Int(number) => ToSqlOutput::from(*number),
            DocumentKey::Text(text) => ToSqlOutput::from(&**text),
            key @ (DocumentKey::Decimal(_) | DocumentKey::Uuid(_)) => ToSqlOutput::from(key.spelled()),
        })
    }
}

/// What the keys of the source are: what stands there, since a declared type promises nothing here; where nothing stands there, what is
/// declared. Integers sort before text and text before bytes, so that the first and the last key tell.
///
/// # Errors
/// When they are of several kinds, or of one that keys do not have.
pub(super) fn key_type(connection: &Connection, spec: &SourceSpec) -> Result<KeyType, PortError> {
    let Some([mut first, mut last]) = kinds(connection, spec, None) else {
        return declared(connection, spec);
    };
    if first != last && spec.where_sql.is_some() {
        let Some(kinds) = kinds(connection, spec, spec.where_sql.as_deref()) else {
            return declared(connection, spec);
        };
        [first, last] = kinds;
    }
    match (first.as_str(), last.as_str()) {
        ("integer", "integer") => Ok(KeyType::Integer),
        ("text", "text") => Ok(KeyType::Text),
        (first, last) if first == last => Err(no_key_type(spec, first)),
        (first, last) => {
            let message = format!(
                "the key column {}.{} holds keys of several kinds: {first} and {last}",
                spec.table, spec.key
            );
            Err(PortError::new(Fault::WrongTable { table: spec.table.clone() }, message).with_hint(
                "declare the column as INTEGER or as TEXT, so that all keys are of one kind: `CAST` and `typeof` show which rows are others",
            ))
        }
    }
}

/// The first row whose key is of another kind than the first and the last key are, by its rowid where the table has one: a number with a
/// fraction stands between integers, whatever type the column is declared with.
pub(super) fn other_kind(
    connection: &Connection,
    spec: &SourceSpec,
    key_type: KeyType,
) -> rusqlite::Result<Option<Option<i64>>> {
    let (table, key) = (SQLITE.quote(&spec.table), SQLITE.quote(&spec.key));
    let kind = if key_type == KeyType::Integer { "integer" } else { "text" };
    let condition =
        spec.where_sql.as_ref().map_or_else(String::new, |condition| format!(" AND ({condition}\n)"));
    let from =
        format!("FROM {table} WHERE typeof({table}.{key}) NOT IN ('{kind}', 'null'){condition} LIMIT 1");
    let has_rowid = connection.prepare(&format!("SELECT {table}.rowid {from}")).is_ok();
    // There nothing but integers can be.
    if has_rowid && is_rowid(connection, spec)? {
        return Ok(None);
    }
    let row = if has_rowid { format!("{table}.rowid") } else { "NULL".to_owned() };
    connection.query_row(&format!("SELECT {row} {from}"), [], |row| row.get(0)).optional()
}

/// Whether the key column is another name of the `rowid`, in a table that has one: <https://sqlite.org/lang_createtable.html#rowid>
fn is_rowid(connection: &Connection, spec: &SourceSpec) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) = 1 AND max(name = ?2 COLLATE NOCASE AND upper(type) = 'INTEGER') FROM pragma_table_info(?1) WHERE pk > 0";
    let found: Option<bool> = connection.query_row(sql, [&spec.table, &spec.key], |row| row.get(0))?;
    Ok(found == Some(true))
}

/// The kinds of the first and the last key; none where there is none, or where one of the rows cannot be looked at: reading keys tells at which.
fn kinds(connection: &Connection, spec: &SourceSpec, condition: Option<&str>) -> Option<[String; 2]> {
    let (table, key) = (SQLITE.quote(&spec.table), SQLITE.quote(&spec.key));
    let condition = condition.map_or_else(String::new, |condition| format!(" AND ({condition}\n)"));
    let kind = |order: &str| {
        let sql = format!(
            "SELECT typeof({table}.{key}) FROM {table} WHERE {table}.{key} IS NOT NULL{condition} \
             ORDER BY {table}.{key} {order} LIMIT 1"
        );
        connection.query_row(&sql, [], |row| row.get::<_, String>(0)).ok()
    };
    Some([kind("ASC")?, kind("DESC")?])
}

fn declared(connection: &Connection, spec: &SourceSpec) -> Result<KeyType, PortError> {
    let sql = "SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE";
    let declared: Option<String> = connection
        .query_row(sql, [&spec.table, &spec.key], |row| row.get(0))
        .optional()
        .map_err(|error| port_error("reading the source's columns", error))?;
    let declared = declared.unwrap_or_default();
    // Whatever number is put into such a column is a floating point number there.
    let has = |part: &str| declared.to_ascii_uppercase().contains(part);
    if is_numeric(&declared) && !has("INT") && (has("REAL") || has("FLOA") || has("DOUB")) {
        return Err(no_key_type(spec, &declared));
    }
    let is_text = !declared.is_empty() && !is_numeric(&declared) && !declared.eq_ignore_ascii_case("BLOB");
    Ok(if is_text { KeyType::Text } else { KeyType::Integer })
}

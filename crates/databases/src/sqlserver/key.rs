//! Keys of documents in SQL Server: what a column of them is, and keys as parameters and in answers. Integers travel as such, others as their
//! canonical text, which the server reads as what the column is.

use xmlshred_engine::ports::PortError;
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_model::{DataType, DocumentKey, KeyError, KeyType, OwnedValue, Value};

use crate::sql::dialect::SQL_SERVER;
use crate::sql::paging::no_key_type;
use xmlshred_model::log_table::CONTRACT_NAME;

use super::catalog::Column;
use super::driver::{Driver, DriverError};
use super::fault::port_error;

/// How a column of keys is compared and read: what stands before and behind a parameter, and the column.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeySql {
    pub(super) key_type: KeyType,
    parameter: (&'static str, &'static str),
    read: (&'static str, &'static str),
}

impl KeySql {
    /// Of the log.
    pub(super) fn of_log(key_type: KeyType) -> Self {
        let (parameter, read) = match key_type {
            KeyType::Integer => (("", ""), ("CAST(", " AS bigint)")),
            KeyType::Decimal => (("CAST(", " AS decimal(38,0))"), ("CAST(", " AS nvarchar(40))")),
            KeyType::Uuid => (("CAST(", " AS uniqueidentifier)"), ("CAST(", " AS nvarchar(36))")),
            KeyType::Text => (("", ""), ("", "")),
        };
        Self { key_type, parameter, read }
    }

    /// Of the source. A parameter for text of one byte a character is made such text: an index of the column would not serve the server otherwise.
    /// Blanks that fill up are none of the key.
    ///
    /// # Errors
    /// When the column is of a type that keys do not have.
    pub(super) fn of_source(spec: &SourceSpec, column: &Column) -> Result<Self, PortError> {
        let narrow = ("CAST(", " AS varchar(8000))");
        let text = |parameter, read| Ok(Self { key_type: KeyType::Text, parameter, read });
        match column.type_name.as_str() {
            "tinyint" | "smallint" | "int" | "bigint" => Ok(Self::of_log(KeyType::Integer)),
            "decimal" | "numeric" if column.scale == 0 => Ok(Self::of_log(match column.precision {
                ..=19 => KeyType::Integer,
                _ => KeyType::Decimal,
            })),
            "uniqueidentifier" => Ok(Self::of_log(KeyType::Uuid)),
            "nvarchar" => text(("", ""), ("CAST(", " AS nvarchar(4000))")),
            "nchar" => text(("", ""), ("RTRIM(", ")")),
            "varchar" => text(narrow, ("CAST(", " AS nvarchar(4000))")),
            "char" => text(narrow, ("CAST(RTRIM(", ") AS nvarchar(4000))")),
            other => Err(no_key_type(spec, other)),
        }
    }

    /// The column, read.
    pub(super) fn read(self, column: &str) -> String {
        let (before, behind) = self.read;
        format!("{before}{column}{behind}")
    }

    /// That a column of the target of this type holds the same key as another column, one of the log.
    pub(super) fn is_same(self, column: &str, data_type: DataType, logged: &str) -> String {
        match self.key_type {
            KeyType::Text => format!("{column} COLLATE Latin1_General_BIN2 = {logged}"),
            KeyType::Uuid if data_type.is_text() => {
                format!("{column} = LOWER(CAST({logged} AS nvarchar(36)))")
            }
            _ if data_type.is_text() => format!("{column} = CAST({logged} AS nvarchar(40))"),
            _ => format!("{column} = {logged}"),
        }
    }

    /// A key in the parameter with this number.
    pub(super) fn parameter(self, number: usize) -> String {
        let (before, behind) = self.parameter;
        format!("{before}@P{number}{behind}")
    }

    /// A key for such a parameter.
    pub(super) fn value(self, key: &DocumentKey) -> OwnedValue {
        match key {
            DocumentKey::Int(number) if self.key_type == KeyType::Integer => {
                OwnedValue::Inline(Value::Int(*number))
            }
            key => OwnedValue::Text(key.spelled()),
        }
    }

    /// Some key for such a parameter, where it does not matter which.
    pub(super) fn any_value(self) -> Value<'static> {
        match self.key_type {
            KeyType::Integer => Value::Int(0),
            KeyType::Decimal => Value::Text("0"),
            KeyType::Uuid => Value::Text("00000000-0000-0000-0000-000000000000"),
            KeyType::Text => Value::Text(""),
        }
    }

    /// A key of an answer.
    ///
    /// # Errors
    /// When it is none, or none that every database can keep.
    pub(super) fn key(self, cell: &OwnedValue) -> Result<DocumentKey, KeyError> {
        match cell {
            OwnedValue::Inline(Value::Int(number)) if self.key_type == KeyType::Integer => {
                Ok(DocumentKey::Int(*number))
            }
            OwnedValue::Text(text) => self.key_type.parse(text),
            _ => Err(KeyError::NotA(self.key_type)),
        }
    }
}

/// What to say behind the log's name where rows are looked up by their key: a server that takes the log for small reads all of it, and
/// then waits for rows that other instances are writing. Nothing where the server takes no such hint, or has no index to follow it with.
pub(super) fn seeking(
    driver: &mut dyn Driver,
    log: &str,
    (key, key_sql): (&str, KeySql),
) -> Result<&'static str, PortError> {
    let (key, parameter) = (SQL_SERVER.quote(key), key_sql.parameter(2));
    let sql = format!(
        "SELECT TOP (0) 1 FROM {log} AS log{FORCE_SEEK} WHERE log.{CONTRACT_NAME} = @P1 AND log.{key} = {parameter}"
    );
    match driver.query(&sql, &[Value::Text(""), key_sql.any_value()], &mut |_| {}) {
        Ok(()) => Ok(FORCE_SEEK),
        Err(DriverError::Server { .. }) => Ok(""),
        Err(error) => Err(port_error("reading the log", error)),
    }
}

const FORCE_SEEK: &str = " WITH (FORCESEEK)";

/// The same hint for a look-up that keeps what it finds from others until the transaction ends.
pub(super) fn with_update_lock(hint: &str) -> String {
    match hint.strip_suffix(')') {
        Some(begun) => format!("{begun}, UPDLOCK)"),
        None => " WITH (UPDLOCK)".to_owned(),
    }
}

//! What the server knows of tables and columns.

use xmlshred_engine::ports::PortError;
use xmlshred_model::{OwnedValue, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::catalog::log_keys::{self, Holds};
use crate::catalog::log_layout::Layout;
use crate::catalog::rights::{Retrying, needed};
use crate::catalog::target_names::{self, Known};
use crate::sql::dialect::SQL_SERVER;
use xmlshred_model::log_table::{ISSUE, LOG};

use super::driver::Driver;
use super::fault::port_error;
use super::rights;

/// A column of a table on the server.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The system type, or the one under an alias type, without length.
    pub(super) type_name: String,
    /// The same with its length or precision.
    pub(super) declared: String,
    /// Digits after the point, of a number or of seconds.
    pub(super) scale: u8,
    /// Digits of a number.
    pub(super) precision: u8,
    /// Bytes that a value has at most; none where only the server's memory is the limit.
    pub(super) byte_length: Option<u16>,
    /// Whether it takes nulls.
    pub(super) is_nullable: bool,
    /// What fills it when a row leaves it out.
    pub(super) filled_by: Option<FilledBy>,
    /// How its text is compared; none when it holds no text.
    pub(super) collation: Option<String>,
    /// The code page of text that is not UTF-16.
    pub(super) code_page: Option<u16>,
}

/// What fills a column by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilledBy {
    /// A count of the server's; other values take the setting `IDENTITY_INSERT`.
    Identity,
    /// An expression, or the server's count of changes (`rowversion`); it takes no other values.
    Itself,
}

impl Column {
    /// Whether nobody writes it but the server.
    pub(super) fn is_computed(&self) -> bool {
        self.filled_by == Some(FilledBy::Itself)
    }

    /// The type of a column of a temporary table that takes and compares the same values in the same way: the database for temporary
    /// tables may have another collation.
    pub(super) fn temporary_type(&self) -> String {
        self.collated(&self.declared)
    }

    /// The type of a column of a temporary table that takes any text, and compares it in the same way.
    pub(super) fn temporary_text(&self) -> String {
        self.collated("nvarchar(max)")
    }

    fn collated(&self, declared: &str) -> String {
        match &self.collation {
            Some(collation) => format!("{declared} COLLATE {collation}"),
            None => declared.to_owned(),
        }
    }
}

/// Names as databases compare them that nobody set up otherwise.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// The columns of this table, given as SQL names it; `None` when there is no such table.
pub(super) fn columns(driver: &mut dyn Driver, table: &str) -> Result<Option<Vec<Column>>, PortError> {
    Ok(columns_of_all(driver, &[table.to_owned()])?.pop().flatten())
}

/// The columns of these tables, by one query: the server's catalog takes its time.
fn columns_of_all(driver: &mut dyn Driver, tables: &[String]) -> Result<Vec<Option<Vec<Column>>>, PortError> {
    let ids = (0..tables.len()).map(|at| format!("({at}, OBJECT_ID(@P{}))", at + 1));
    let sql = format!(
        "SELECT c.name, coalesce(b.name, t.name), CAST(c.scale AS int), CAST(c.precision AS int), \
         CAST(c.max_length AS int), CAST(c.is_nullable AS int), CAST(c.is_identity AS int), \
         CAST(c.is_computed AS int), CAST(COLLATIONPROPERTY(c.collation_name, 'CodePage') AS int), \
         c.collation_name, CAST(wanted.at AS int) FROM (VALUES {}) AS wanted (at, id) \
         JOIN sys.columns c ON c.object_id = wanted.id JOIN sys.types t ON t.user_type_id = c.user_type_id \
         LEFT JOIN sys.types b ON b.user_type_id = t.system_type_id AND t.user_type_id <> t.system_type_id \
         ORDER BY wanted.at, c.column_id",
        ids.collect::<Vec<_>>().join(", ")
    );
    let names: Vec<_> = tables.iter().map(|table| Value::Text(table)).collect();
    let mut found = vec![None; tables.len()];
    driver
        .query(&sql, &names, &mut |row| {
            let [OwnedValue::Text(name), OwnedValue::Text(type_name), rest @ ..] = &row[..] else { return };
            let number = |at: usize| match rest.get(at).map(OwnedValue::as_value) {
                Some(Value::Int(number)) => number,
                _ => 0,
            };
            let Some(columns) = usize::try_from(number(8)).ok().and_then(|at| found.get_mut(at)) else {
                return;
            };
            let type_name = type_name.to_lowercase();
            columns.get_or_insert_with(Vec::new).push(Column {
                declared: declared(&type_name, number(0), number(1), number(2)),
                name: name.clone(),
                scale: u8::try_from(number(0)).unwrap_or(0),
                precision: u8::try_from(number(1)).unwrap_or(0),
                byte_length: u16::try_from(number(2)).ok(),
                is_nullable: number(3) == 1,
                filled_by: match (number(4), number(5)) {
                    (1, _) => Some(FilledBy::Identity),
                    (_, 1) => Some(FilledBy::Itself),
                    // As the catalog calls `rowversion`.
                    _ if type_name == "timestamp" => Some(FilledBy::Itself),
                    _ => None,
                },
                code_page: u16::try_from(number(6))
                    .ok()
                    .filter(|page| *page > 0 && matches!(type_name.as_str(), "varchar" | "char" | "text")),
                collation: match rest.get(7) {
                    Some(OwnedValue::Text(name)) => Some(name.clone()),
                    _ => None,
                },
                type_name,
            });
        })
        .map_err(|error| port_error("reading the tables' columns", error))?;
    Ok(found)
}

/// The type as a declaration has it.
fn declared(type_name: &str, scale: i64, precision: i64, max_bytes: i64) -> String {
    let length = |bytes_per_character: i64| match max_bytes {
        1.. => format!("{type_name}({})", max_bytes / bytes_per_character),
        _ => format!("{type_name}(max)"),
    };
    match type_name {
        "nvarchar" | "nchar" => length(2),
        "varchar" | "char" | "varbinary" | "binary" => length(1),
        "decimal" | "numeric" => format!("{type_name}({precision},{scale})"),
        "time" | "datetime2" | "datetimeoffset" => format!("{type_name}({scale})"),
        _ => type_name.to_owned(),
    }
}

/// That the target can take what will be loaded, told all at once; the columns of its tables in schema order, of the log and of the
/// issues.
pub(super) fn check_target(
    driver: &mut dyn Driver,
    schema: &TargetSchema,
    options: &OpenOptions,
) -> Result<Vec<Vec<Column>>, PortError> {
    let expected = target_names::expected(schema);
    let tables: Vec<_> = expected.iter().map(|table| qualified(schema, table.name)).collect();
    let found = columns_of_all(driver, &tables)?;
    let known = found
        .iter()
        .map(|columns| {
            columns.as_ref().map(|columns| columns.iter().map(|column| column.name.clone()).collect())
        })
        .collect();
    target_names::check(schema, &expected, &Known { columns: known, is_same: is_same_name }, &SQL_SERVER)?;
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    let keys = [0, 1].map(|at| {
        let key = found[schema.tables.len() + at]
            .iter()
            .find(|column| is_same_name(&column.name, &schema.key_column));
        key.map_or((Holds::Others, ""), |key| (holds(key), key.declared.as_str()))
    });
    log_keys::check(schema, &SQL_SERVER, keys)?;
    rights::check(driver, schema, &needed(schema, options, Retrying::Deletes))?;
    for (table, columns) in tables.iter().zip(&mut found) {
        ask_for_scales(driver, table, columns)?;
    }
    Ok(found)
}

fn holds(key: &Column) -> Holds {
    match key.type_name.as_str() {
        "tinyint" | "smallint" | "int" | "bigint" => Holds::Integers,
        "decimal" | "numeric" => Holds::Decimals,
        "uniqueidentifier" => Holds::Uuids,
        "nvarchar" => Holds::Text,
        _ => Holds::Others,
    }
}

/// The scales of columns with time, as bulk loads see them: Babelfish's catalog has another number for those that were declared with the
/// finest.
fn ask_for_scales(driver: &mut dyn Driver, table: &str, columns: &mut [Column]) -> Result<(), PortError> {
    let mut timed: Vec<_> = columns
        .iter_mut()
        .filter(|column| matches!(column.type_name.as_str(), "time" | "datetimeoffset"))
        .collect();
    if timed.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = timed.iter().map(|column| SQL_SERVER.quote(&column.name)).collect();
    let scales = driver
        .time_scales(table, &names)
        .map_err(|error| port_error("reading the tables' columns", error))?;
    for (column, scale) in timed.iter_mut().zip(scales) {
        column.scale = scale.unwrap_or(column.scale);
        column.declared = declared(&column.type_name, column.scale.into(), 0, 0);
    }
    Ok(())
}

/// Whether all target tables, the log and the issues are there, and these as they are today.
pub(super) fn has_all_tables(driver: &mut dyn Driver, schema: &TargetSchema) -> Result<bool, PortError> {
    let is_there = target_tables_there(driver, schema)?.into_iter().all(|is_there| is_there);
    Ok(is_there && layouts(driver, schema)? == [Layout::Current; 2])
}

/// Which of the target tables are there, in schema order.
pub(super) fn target_tables_there(
    driver: &mut dyn Driver,
    schema: &TargetSchema,
) -> Result<Vec<bool>, PortError> {
    let tables: Vec<_> = schema.tables.iter().map(|table| qualified(schema, &table.name)).collect();
    Ok(columns_of_all(driver, &tables)?.iter().map(Option::is_some).collect())
}

/// The layouts of the log and of the issues.
pub(super) fn layouts(driver: &mut dyn Driver, schema: &TargetSchema) -> Result<[Layout; 2], PortError> {
    let found = columns_of_all(driver, &[LOG, ISSUE].map(|table| qualified(schema, table)))?;
    let layout = |at: usize| {
        let columns = found[at].as_ref();
        let names: Option<Vec<_>> =
            columns.map(|columns| columns.iter().map(|column| column.name.clone()).collect());
        Layout::of([LOG, ISSUE][at], names.as_deref())
    };
    Ok([layout(0), layout(1)])
}

/// Whether the log is there.
pub(super) fn has_log(driver: &mut dyn Driver, schema: &TargetSchema) -> Result<bool, PortError> {
    layouts(driver, schema)?[0].is_there()
}

/// A target table as SQL names it.
pub(super) fn qualified(schema: &TargetSchema, table: &str) -> String {
    SQL_SERVER.table(schema.namespace.as_deref(), table)
}

/// Names of the tables and views of a schema, or of the user's own.
pub(super) fn table_names(driver: &mut dyn Driver, schema: Option<&str>) -> Result<Vec<String>, PortError> {
    let sql = "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = \
               CASE WHEN @P1 = N'' THEN SCHEMA_NAME() ELSE @P1 END ORDER BY TABLE_NAME";
    let mut names = Vec::new();
    driver
        .query(sql, &[Value::Text(schema.unwrap_or_default())], &mut |row| {
            if let Some(OwnedValue::Text(name)) = row.into_iter().next() {
                names.push(name);
            }
        })
        .map_err(|error| port_error("listing tables", error))?;
    Ok(names)
}

/// Whether the column alone is a key of the table, given as SQL names it: nothing promises it for a view without an index.
pub(super) fn is_unique(driver: &mut dyn Driver, table: &str, column: &str) -> Result<bool, PortError> {
    let sql = "SELECT COUNT_BIG(*) FROM sys.indexes i WHERE i.object_id = OBJECT_ID(@P1) AND i.is_unique = 1 AND i.has_filter = 0 \
               AND i.is_disabled = 0 AND @P2 = ALL (SELECT COL_NAME(k.object_id, k.column_id) FROM sys.index_columns k \
               WHERE k.object_id = i.object_id AND k.index_id = i.index_id AND k.is_included_column = 0)";
    let mut count = 0;
    driver
        .query(sql, &[Value::Text(table), Value::Text(column)], &mut |row| {
            if let Some(OwnedValue::Inline(Value::Int(found))) = row.first() {
                count = *found;
            }
        })
        .map_err(|error| port_error("reading the source table's keys", error))?;
    Ok(count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_declared_with_their_lengths() {
        assert_eq!(declared("nvarchar", 0, 0, 100), "nvarchar(50)");
        assert_eq!(declared("nvarchar", 0, 0, -1), "nvarchar(max)");
        assert_eq!(declared("varbinary", 0, 0, 16), "varbinary(16)");
        assert_eq!(declared("decimal", 2, 12, 9), "decimal(12,2)");
        assert_eq!(declared("datetime2", 6, 26, 8), "datetime2(6)");
        assert_eq!(declared("datetime", 3, 23, 8), "datetime");
    }
}

//! The target's tables as they are.

use xmlshred_engine::ports::PortError;
use xmlshred_model::{OwnedValue, TableSchema, TargetSchema, Value};

use crate::address::OpenOptions;
use crate::catalog::real_table::{Keeps, Magnitude, Nulls, RealColumn, RealForeignKey, RealTable};

use super::address::{Intent, SqlServerAddress};
use super::catalog::{self, Column, is_same_name, qualified};
use super::connect::connect;
use super::conversion::ColumnWay;
use super::driver::{Driver, NoUnicode};
use super::fault::port_error;

/// The contract's tables, in its order.
pub(crate) fn real_tables(
    address: &SqlServerAddress,
    schema: &TargetSchema,
    options: &OpenOptions,
) -> Result<Vec<Option<RealTable>>, PortError> {
    let mut driver = connect(address, &options.application_name, Intent::ReadWrite, NoUnicode::Refused)?;
    let mut tables = Vec::with_capacity(schema.tables.len());
    for table in &schema.tables {
        let name = qualified(schema, &table.name);
        tables.push(match catalog::columns(&mut *driver, &name)? {
            Some(columns) => Some(real_table(&mut *driver, table, &name, &columns)?),
            None => None,
        });
    }
    Ok(tables)
}

fn real_table(
    driver: &mut dyn Driver,
    table: &TableSchema,
    name: &str,
    columns: &[Column],
) -> Result<RealTable, PortError> {
    let defaults =
        "SELECT N'', name FROM sys.columns WHERE object_id = OBJECT_ID(@P1) AND default_object_id <> 0";
    let has_default = groups(driver, name, defaults)?.pop().map_or_else(Vec::new, |(_, names)| names);
    let columns = columns.iter().map(|column| real_column(table, column, &has_default)).collect();
    let unique = "SELECT i.name, c.name FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id \
                  AND k.index_id = i.index_id AND k.is_included_column = 0 JOIN sys.columns c ON c.object_id = i.object_id \
                  AND c.column_id = k.column_id WHERE i.object_id = OBJECT_ID(@P1) AND i.is_unique = 1 \
                  AND i.has_filter = 0 ORDER BY i.name, k.key_ordinal";
    let unique = groups(driver, name, unique)?.into_iter().map(|(_, columns)| columns).collect();
    let keys = "SELECT CAST(f.name AS nvarchar(128)) + N'/' + OBJECT_NAME(f.referenced_object_id), c.name \
                FROM sys.foreign_keys f JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id \
                JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id \
                WHERE f.parent_object_id = OBJECT_ID(@P1) AND f.is_disabled = 0 ORDER BY 1";
    let foreign_keys = groups(driver, name, keys)?.into_iter().map(|(key, columns)| {
        let parent = key.rsplit_once('/').map_or("", |(_, parent)| parent).to_owned();
        RealForeignKey { parent, columns }
    });
    Ok(RealTable { columns, unique, foreign_keys: foreign_keys.collect() })
}

/// Rows of a name and a column, by name.
fn groups(driver: &mut dyn Driver, table: &str, sql: &str) -> Result<Vec<(String, Vec<String>)>, PortError> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    driver
        .query(sql, &[Value::Text(table)], &mut |row| {
            let [OwnedValue::Text(name), OwnedValue::Text(column)] = &row[..] else { return };
            match groups.last_mut() {
                Some((last, columns)) if last == name => columns.push(column.clone()),
                _ => groups.push((name.clone(), vec![column.clone()])),
            }
        })
        .map_err(|error| port_error("reading the target's tables", error))?;
    Ok(groups)
}

fn real_column(table: &TableSchema, column: &Column, has_default: &[String]) -> RealColumn {
    let is_filled =
        column.filled_by.is_some() || has_default.iter().any(|name| is_same_name(name, &column.name));
    let nulls = match (column.is_nullable, is_filled) {
        (true, _) => Nulls::Taken,
        (false, true) => Nulls::Filled,
        (false, false) => Nulls::Refused,
    };
    let length =
        column.declared.rsplit_once('(').and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok());
    let max_chars = match column.type_name.as_str() {
        "nvarchar" | "nchar" | "varchar" | "char" => length,
        _ => None,
    };
    let magnitude = match column.type_name.as_str() {
        // Without a sign.
        "tinyint" => Some(Magnitude::Bits(8)),
        "smallint" => Some(Magnitude::Bits(16)),
        "int" => Some(Magnitude::Bits(32)),
        "bigint" => Some(Magnitude::Bits(64)),
        "decimal" | "numeric" => {
            let precision =
                column.declared.split(['(', ',']).nth(1).and_then(|digits| digits.parse::<u8>().ok());
            precision.map(|precision| Magnitude::Digits(precision.saturating_sub(column.scale)))
        }
        _ => None,
    };
    let wanted = table.columns.iter().find(|wanted| is_same_name(&wanted.name, &column.name));
    let keeps = match wanted {
        Some(_) if column.is_computed() => Keeps::Computed,
        Some(wanted) if ColumnWay::between(wanted.data_type, column).is_none() => Keeps::Changed,
        Some(_) | None => Keeps::Unchanged,
    };
    let declared = column.declared.clone();
    RealColumn { name: column.name.clone(), declared, nulls, max_chars, magnitude, keeps }
}

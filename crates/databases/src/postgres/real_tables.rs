//! The target's tables as they are.

use postgres::Client;
use postgres::types::Type;
use xmlshred_engine::ports::PortError;
use xmlshred_model::{TableSchema, TargetSchema};

use crate::address::OpenOptions;
use crate::catalog::real_table::{Keeps, Magnitude, Nulls, RealColumn, RealForeignKey, RealTable};

use super::address::PostgresAddress;
use super::catalog::{self, Column, Own, qualified};
use super::connect::{Purpose, connect};
use super::conversion::{Conversion, numeric_scale};
use super::fault::port_error;

/// The contract's tables, in its order.
pub(crate) fn real_tables(
    address: &PostgresAddress,
    schema: &TargetSchema,
    options: &OpenOptions,
) -> Result<Vec<Option<RealTable>>, PortError> {
    let mut client = connect(address, &options.application_name, Purpose::Read)?;
    let names: Vec<_> = schema.tables.iter().map(|table| qualified(schema, &table.name)).collect();
    let found = catalog::columns(&mut client, &names)?;
    let tables = schema.tables.iter().zip(&names).zip(found).map(|((table, name), columns)| {
        columns.map(|columns| real_table(&mut client, table, name, &columns)).transpose()
    });
    tables.collect::<Result<_, _>>().map_err(|error| port_error("reading the target's tables", error))
}

fn real_table(
    client: &mut Client,
    table: &TableSchema,
    name: &str,
    columns: &[Column],
) -> Result<RealTable, postgres::Error> {
    let rows = client.query(
        "SELECT a.attnotnull OR t.typnotnull, a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        &[&name],
    )?;
    let columns = columns.iter().zip(&rows).map(|(column, row)| {
        let nulls = match (row.get(0), row.get(1)) {
            (false, _) => Nulls::Taken,
            (true, true) => Nulls::Filled,
            (true, false) => Nulls::Refused,
        };
        real_column(table, column, nulls)
    });
    let columns = columns.collect();
    let unique = client.query(
        "SELECT array_agg(a.attname::text) FROM pg_catalog.pg_index i \
         CROSS JOIN unnest(i.indkey[:i.indnkeyatts - 1]) AS number \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = number \
         WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL \
         GROUP BY i.indexrelid ORDER BY i.indexrelid",
        &[&name],
    )?;
    let foreign_keys = client.query(
        "SELECT p.relname::text, (SELECT array_agg(a.attname::text) FROM unnest(k.conkey) AS number \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = number) \
         FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class p ON p.oid = k.confrelid \
         WHERE k.conrelid = to_regclass($1) AND k.contype = 'f' AND NOT k.condeferred ORDER BY k.oid",
        &[&name],
    )?;
    Ok(RealTable {
        columns,
        unique: unique.iter().map(|row| row.get(0)).collect(),
        foreign_keys: foreign_keys
            .iter()
            .map(|row| RealForeignKey { parent: row.get(0), columns: row.get(1) })
            .collect(),
    })
}

fn real_column(table: &TableSchema, column: &Column, nulls: Nulls) -> RealColumn {
    const HEADER: i32 = 4;
    let base_type = Type::from_oid(column.base_type);
    let max_chars = match base_type {
        Some(Type::VARCHAR | Type::BPCHAR) => u64::try_from(column.type_modifier - HEADER).ok(),
        _ => None,
    };
    let magnitude = match base_type {
        Some(Type::INT2) => Some(Magnitude::Bits(16)),
        Some(Type::INT4) => Some(Magnitude::Bits(32)),
        Some(Type::INT8) => Some(Magnitude::Bits(64)),
        Some(Type::NUMERIC) if column.type_modifier >= HEADER => {
            let precision = (column.type_modifier - HEADER) >> 16;
            u8::try_from(precision - numeric_scale(column.type_modifier)).ok().map(Magnitude::Digits)
        }
        _ => None,
    };
    let wanted = table.columns.iter().find(|wanted| wanted.name == column.name);
    let keeps = match wanted {
        Some(_) if column.own == Own::Computed => Keeps::Computed,
        Some(wanted) if Conversion::between(wanted.data_type, column).is_none() => Keeps::Changed,
        Some(_) | None => Keeps::Unchanged,
    };
    let declared = column.type_name.clone();
    RealColumn { name: column.name.clone(), declared, nulls, max_chars, magnitude, keeps }
}

//! Rows into one table: straight by `COPY`, or through a temporary table when the server has to decide or convert.

use std::io::{self, Write as _};
use std::ops::Range;

use postgres::{Statement, Transaction};
use xmlshred_engine::ports::PortError;
use xmlshred_model::{Batch, OnExisting, TargetSchema};

use crate::sql::dialect::POSTGRES;
use crate::sql::rank::in_postgres;
use crate::sql::statement::takes_place;
use crate::transfer::dropped::Dropped;
use crate::transfer::runs::document_of_row;

use super::catalog::{WayIn, qualified};
use super::conversion::Conversion;
use super::copy_format::{Encoding, HEADER, Numbered, TRAILER, write_rows};
use super::fault::{refused_row, table_error};

/// Bytes per message: more makes nothing faster.
const PORTION: usize = 64 << 10;
/// The number of a row of a temporary table.
const NUMBER: &str = "xmlshred_number";

/// How the rows of one table are loaded: decided once per connection.
#[derive(Debug)]
pub(super) struct TableLoader {
    encodings: Vec<Encoding>,
    copy_sql: String,
    /// The table that the server copies into, without schema and quotes.
    copied_into: String,
    copy: Option<Statement>,
    staging: Option<Staging>,
    /// Whether the target has dropped rows of a batch, so that it must be told whose they are.
    pub(super) by_document: bool,
    is_out_of_step: bool,
}

/// What became of rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loaded {
    /// Rows that the target took.
    pub(super) row_count: u64,
    /// Rows that it took without an error and does not have.
    pub(super) dropped_count: u64,
}

/// A temporary table between `COPY` and the target.
#[derive(Debug)]
struct Staging {
    create: String,
    /// The temporary table, and what of it goes into each of the target's columns.
    name: String,
    cells: Vec<String>,
    insert: String,
    drop: String,
    /// How many rows have no row of their key in the target; none where each row must be new.
    missing: Option<String>,
}

impl TableLoader {
    /// For table `index` of the schema, into whose columns these are the ways.
    pub(super) fn new(
        schema: &TargetSchema,
        index: usize,
        conversions: &[Conversion],
        way_in: WayIn,
    ) -> Self {
        let table = &schema.tables[index];
        let direct: Option<Vec<_>> = conversions
            .iter()
            .map(|conversion| match conversion {
                Conversion::Direct(encoding) => Some(*encoding),
                Conversion::ByServer(_) => None,
            })
            .collect();
        let names = POSTGRES.quote_all(table.columns.iter().map(|column| column.name.as_str()));
        let copy = |table: &str, names: &str| format!("COPY {table} ({names}) FROM STDIN (FORMAT binary)");
        let may_exist = schema.on_existing != OnExisting::Fail && !table.primary_key.is_empty();
        match direct {
            Some(encodings) if !may_exist && way_in == WayIn::Copy => {
                let copy_sql = copy(&qualified(schema, &table.name), &names);
                Self {
                    encodings,
                    copy_sql,
                    copied_into: table.name.clone(),
                    copy: None,
                    staging: None,
                    by_document: false,
                    is_out_of_step: false,
                }
            }
            _ => {
                let copied_into = format!("xmlshred_rows_{index}");
                let staged = POSTGRES.quote(&copied_into);
                let staging = Staging::new(schema, index, &staged, conversions);
                let encodings =
                    table.columns.iter().map(|column| Encoding::natural(column.data_type).0).collect();
                let copy_sql = copy(&format!("pg_temp.{staged}"), &format!("{NUMBER}, {names}"));
                Self {
                    encodings,
                    copy_sql,
                    copied_into,
                    copy: None,
                    staging: Some(staging),
                    by_document: false,
                    is_out_of_step: false,
                }
            }
        }
    }

    /// Whether rows go through a temporary table.
    pub(super) fn is_staged(&self) -> bool {
        self.staging.is_some()
    }

    /// Whether the connection answers for statements that are over: the driver sends one synchronisation too many when the server
    /// refuses a `COPY` before its first row (a statement trigger, a lock that is not given). Only another connection helps.
    pub(super) fn is_out_of_step(&self) -> bool {
        self.is_out_of_step
    }

    /// Loads the rows of each of these documents on its own, and notes what the target drops of them: nothing else is dropped.
    pub(super) fn load_by_document(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
        (buffer, dropped): (&mut Vec<u8>, &mut Dropped),
    ) -> Result<Loaded, PortError> {
        let table = &batch.schema().tables[index];
        let mut row_count = 0;
        for at in documents.iter().cloned().flatten().filter(|at| !batch.row_range(index, *at).is_empty()) {
            let one = at..at + 1;
            let loaded = self.load(transaction, batch, index, std::slice::from_ref(&one), buffer)?;
            row_count += loaded.row_count;
            dropped.add(index, at, loaded.dropped_count);
            if let Some(staging) = &self.staging {
                let failed = |error| table_error(&format!("loading table {}", table.name), table, error);
                transaction.batch_execute(&staging.drop).map_err(failed)?;
            }
        }
        Ok(Loaded { row_count, dropped_count: 0 })
    }

    /// Loads the rows of these documents of the batch.
    pub(super) fn load(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
        buffer: &mut Vec<u8>,
    ) -> Result<Loaded, PortError> {
        let table = &batch.schema().tables[index];
        let row_counts = documents.iter().map(|run| batch.rows_of(index, run.clone()).num_rows() as u64);
        let sent_count: u64 = row_counts.sum();
        if sent_count == 0 {
            return Ok(Loaded::default());
        }
        let brought_count = self.bring(transaction, batch, index, documents, buffer)?;
        let Some(staging) = &self.staging else {
            let dropped_count = sent_count.saturating_sub(brought_count);
            return Ok(Loaded { row_count: brought_count, dropped_count });
        };
        let failed = |error| table_error(&format!("loading table {}", table.name), table, error);
        let row_count = transaction.execute(&staging.insert, &[]).map_err(failed)?;
        let left_count = sent_count.saturating_sub(row_count);
        let dropped_count = match &staging.missing {
            Some(missing) if left_count > 0 => {
                let row = transaction.query_one(missing, &[]).map_err(failed)?;
                row.get::<_, i64>(0).unsigned_abs()
            }
            _ => left_count,
        };
        Ok(Loaded { row_count, dropped_count })
    }

    /// Brings the rows into a temporary table and goes no further; answers which table it is, and what of it goes into each of the
    /// target's columns.
    pub(super) fn bring_near(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
    ) -> Result<Option<(&str, &[String])>, PortError> {
        self.bring(transaction, batch, index, documents, &mut Vec::new())?;
        Ok(self.staging.as_ref().map(|staging| (staging.name.as_str(), &*staging.cells)))
    }

    /// Brings the rows to the server, into the target or a temporary table; answers how many.
    fn bring(
        &mut self,
        transaction: &mut Transaction<'_>,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
        buffer: &mut Vec<u8>,
    ) -> Result<u64, PortError> {
        let table = &batch.schema().tables[index];
        let failed = |error| table_error(&format!("loading table {}", table.name), table, error);
        if let Some(staging) = &self.staging {
            transaction.batch_execute(&staging.create).map_err(failed)?;
        }
        // Prepared after the temporary table is there, and kept: later batches save a round trip.
        let copy = match &self.copy {
            Some(copy) => copy.clone(),
            None => transaction.prepare(&self.copy_sql).map_err(failed)?,
        };
        let copied = self.copy(transaction, &copy, batch, index, documents, buffer);
        let row_count = copied.map_err(|error| {
            let row = refused_row(&error, &self.copied_into);
            failed(error).about(row.and_then(|row| document_of_row(batch, index, documents, row)))
        })?;
        if self.staging.is_none() {
            self.copy = Some(copy);
        }
        Ok(row_count)
    }

    fn copy(
        &mut self,
        transaction: &mut Transaction<'_>,
        copy: &Statement,
        batch: &Batch,
        index: usize,
        documents: &[Range<usize>],
        buffer: &mut Vec<u8>,
    ) -> Result<u64, postgres::Error> {
        let table = &batch.schema().tables[index];
        self.is_out_of_step = true;
        let mut writer = transaction.copy_in(copy)?;
        self.is_out_of_step = false;
        buffer.clear();
        buffer.extend_from_slice(HEADER);
        let mut number = 0;
        let mut written = Ok(());
        for run in documents {
            let rows = batch.rows_of(index, run.clone());
            let numbered = match self.staging {
                None => Numbered::No,
                Some(_) => Numbered::From(number),
            };
            number += rows.num_rows() as i64;
            written = write_rows(table, &self.encodings, &rows, numbered, PORTION, buffer, |buffer| {
                writer.write_all(buffer)?;
                buffer.clear();
                Ok::<_, io::Error>(())
            });
            if written.is_err() {
                break;
            }
        }
        if written.is_ok() {
            buffer.extend_from_slice(TRAILER);
            written = writer.write_all(buffer);
        }
        match (written, writer.finish()) {
            (Ok(()), finished) => finished,
            // The server ended the copy early: its own error says why.
            (Err(_), Err(error)) if error.as_db_error().is_some() => Err(error),
            (Err(error), finished) => Err(driver_error(error, finished)),
        }
    }
}

/// The driver's error inside the one of `Write`.
fn driver_error(error: io::Error, finished: Result<u64, postgres::Error>) -> postgres::Error {
    let inner = error.into_inner().and_then(|error| error.downcast::<postgres::Error>().ok());
    match (inner, finished) {
        (Some(error), _) => *error,
        (None, Err(error)) => error,
        (None, Ok(_)) => unreachable!("the driver wraps its own errors, and ends a copy with one"),
    }
}

impl Staging {
    fn new(schema: &TargetSchema, index: usize, staged: &str, conversions: &[Conversion]) -> Self {
        let table = &schema.tables[index];
        let rank = schema.ranking_column(index).map(|column| POSTGRES.quote(&table.columns[column].name));
        let names: Vec<_> = table.columns.iter().map(|column| POSTGRES.quote(&column.name)).collect();
        let declared: Vec<_> = table
            .columns
            .iter()
            .zip(&names)
            .map(|(column, name)| format!("{name} {}", Encoding::natural(column.data_type).1))
            .collect();
        let create =
            format!("CREATE TEMP TABLE {staged} ({NUMBER} bigint, {}) ON COMMIT DROP", declared.join(", "));
        let staged = format!("pg_temp.{staged}");
        let cells: Vec<_> = names
            .iter()
            .zip(conversions)
            .map(|(name, conversion)| match conversion {
                Conversion::ByServer(Some(server_type)) => format!("{name}::{server_type} AS {name}"),
                // Values of JSON and XML are text in the temporary table.
                Conversion::Direct(Encoding::Jsonb) => format!("{name}::jsonb AS {name}"),
                Conversion::Direct(Encoding::Json) => format!("{name}::json AS {name}"),
                Conversion::Direct(Encoding::Xml) => format!("{name}::xml AS {name}"),
                Conversion::Direct(_) | Conversion::ByServer(None) => name.clone(),
            })
            .collect();
        let keys: Vec<_> = table.primary_key.iter().map(|&column| names[column].clone()).collect();
        let may_exist = schema.on_existing != OnExisting::Fail && !keys.is_empty();
        let keys_of_table = keys.clone();
        let columns = cells.clone();
        let (names, cells, keys) = (names.join(", "), cells.join(", "), keys.join(", "));
        let target = qualified(schema, &table.name);
        let start = format!("INSERT INTO {target} AS old ({names}) OVERRIDING SYSTEM VALUE");
        let insert = match schema.on_existing {
            _ if keys.is_empty() => format!("{start} SELECT {cells} FROM {staged} ORDER BY {NUMBER}"),
            OnExisting::Fail => format!("{start} SELECT {cells} FROM {staged} ORDER BY {NUMBER}"),
            OnExisting::Skip if rank.is_none() => format!(
                "{start} SELECT {cells} FROM {staged} ORDER BY {NUMBER} ON CONFLICT ({keys}) DO NOTHING"
            ),
            on_existing @ (OnExisting::Skip | OnExisting::Replace) => {
                // Of several rows with one key the one that would be left if they had come one after the other.
                let direction = if on_existing == OnExisting::Skip { "ASC" } else { "DESC" };
                let by_rank = rank
                    .as_ref()
                    .map(|rank| format!("{} {direction} NULLS LAST, ", in_postgres(schema.key_type, rank)));
                let last = format!(
                    "SELECT DISTINCT ON ({keys}) {names} FROM {staged} ORDER BY {keys}, {}{NUMBER} {direction}",
                    by_rank.unwrap_or_default()
                );
                let others: Vec<_> = (0..table.columns.len())
                    .filter(|column| !table.primary_key.contains(column))
                    .map(|column| POSTGRES.quote(&table.columns[column].name))
                    .map(|name| format!("{name} = EXCLUDED.{name}"))
                    .collect();
                let condition = rank.map_or_else(String::new, |rank| {
                    let [new, old] =
                        ["EXCLUDED", "old"].map(|row| in_postgres(schema.key_type, &format!("{row}.{rank}")));
                    format!(" WHERE {}", takes_place(on_existing, &new, &old))
                });
                let action = match others.is_empty() {
                    true => "NOTHING".to_owned(),
                    false => format!("UPDATE SET {}{condition}", others.join(", ")),
                };
                format!("{start} SELECT {cells} FROM ({last}) AS last ON CONFLICT ({keys}) DO {action}")
            }
        };
        let missing = may_exist.then(|| {
            let same: Vec<_> = keys_of_table.iter().map(|key| format!("old.{key} = new.{key}")).collect();
            format!(
                "SELECT count(*) FROM (SELECT {cells} FROM {staged}) AS new WHERE NOT EXISTS \
                 (SELECT 1 FROM {target} AS old WHERE {})",
                same.join(" AND ")
            )
        });
        let drop = format!("DROP TABLE {staged}");
        Self { create, name: staged, cells: columns, insert, drop, missing }
    }
}

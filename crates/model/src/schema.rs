//! What the target looks like: tables in insert order, with columns, keys and foreign keys.

use crate::{DataType, KeyType};

/// What to do when a row with the same primary key is already in the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnExisting {
    /// The document fails.
    #[default]
    Fail,
    /// The row that is there stays; of rows that are ranked, that of the lowest document key.
    Skip,
    /// The new row replaces it; of rows that are ranked, that of the highest document key stays.
    Replace,
}

/// All target tables of a contract, parents before children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSchema {
    /// Database schema that holds the tables, where the database has schemas and the contract names one.
    pub namespace: Option<String>,
    /// What an already existing primary key means.
    pub on_existing: OnExisting,
    /// The tables, in insert order.
    pub tables: Vec<TableSchema>,
    /// Name of the source key, which is also the key column of the log and issue tables.
    pub key_column: String,
    /// What the keys of the source are, where it is known: of this type are the key columns of the log and issue tables. Whoever opens a database
    /// for a run learns it from the source.
    pub key_type: KeyType,
    /// Per table the column by which rows of several documents with one primary key are ranked: it holds the document's key. Of those rows the
    /// highest document's stays with [`OnExisting::Replace`], the lowest's with [`OnExisting::Skip`]. `None`, or no entry: the order of loading
    /// decides.
    pub ranking_columns: Vec<Option<usize>>,
    /// Per table how its rows tell whose document's they are. `None`, or no entry: they do not.
    pub owners: Vec<Option<Owner>>,
    /// Documents have versions in the source: one whose version is not the log's takes the place of the one before, rows and all.
    pub has_versions: bool,
    /// Name of the contract: with the key, what a row of the log and issue tables is about.
    pub contract_name: String,
}

/// How a row tells whose document's it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This column holds the document's key.
    Key(usize),
    /// It is a row of the document that the row is of which this foreign key (index) refers to.
    Parent(usize),
}

impl TargetSchema {
    /// How the rows of a table tell whose document's they are.
    pub fn owner(&self, table: usize) -> Option<Owner> {
        self.owners.get(table).copied().flatten()
    }

    /// The column of a table by which rows with one primary key are ranked, where there may be several and one is to stay.
    pub fn ranking_column(&self, table: usize) -> Option<usize> {
        let column = self.ranking_columns.get(table).copied().flatten();
        column.filter(|_| self.on_existing != OnExisting::Fail)
    }
}

/// One target table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSchema {
    /// Unquoted name.
    pub name: String,
    /// Columns in contract order.
    pub columns: Vec<ColumnSchema>,
    /// Indices into `columns`; empty when the contract names no key.
    pub primary_key: Vec<usize>,
    /// One for each parent table whose whole primary key the columns repeat.
    pub foreign_keys: Vec<ForeignKey>,
}

/// One column of a target table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Unquoted name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether the column takes nulls.
    pub nullable: bool,
    /// Whether values are personal and must be masked where they are shown.
    pub sensitive: bool,
}

/// Columns of a table that refer to the primary key of a table before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// Indices of columns of the referring table.
    pub columns: Vec<usize>,
    /// Index of the parent table in [`TargetSchema::tables`].
    pub parent: usize,
    /// Indices of columns of the parent table: its primary key, in the order of `columns`.
    pub parent_columns: Vec<usize>,
}

//! What is needed of a driver for SQL Server, without naming one.

use xmlshred_model::{OwnedValue, Value};

/// A connection. After [`DriverError::Broken`] or [`DriverError::Timeout`] it must not be used again.
pub(super) trait Driver: Send {
    /// Runs a statement that gives no rows; answers how many rows it changed, without those that triggers did. Parameters are
    /// `@P1`, `@P2` ….
    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, DriverError>;

    /// Runs a query and hands over its rows as they come, until `each` has enough of them; then the rest is read and dropped.
    fn query(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(Vec<OwnedValue>),
    ) -> Result<(), DriverError>;

    /// Runs statements without parameters, as one batch of text.
    fn batch(&mut self, sql: &str) -> Result<(), DriverError>;

    /// Begins a transaction.
    fn begin(&mut self) -> Result<(), DriverError>;

    /// Commits it.
    fn commit(&mut self) -> Result<(), DriverError>;

    /// Digits of seconds that bulk loads into these columns have; none for columns without time.
    fn time_scales(&mut self, table: &str, columns: &[String]) -> Result<Vec<Option<u8>>, DriverError>;

    /// Loads rows in bulk; answers how many, without those of triggers. Constraints are checked, triggers fire, nulls stay nulls.
    fn bulk_load<'a>(&mut self, target: &'a BulkTarget, rows: BulkRows<'_, 'a>) -> Result<u64, DriverError>;
}

/// What becomes of text that is no Unicode: the server takes any 16-bit units, halves of characters included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoUnicode {
    /// The connection breaks.
    Refused,
    /// Replacement characters take the place of what is none: whoever reads must look for them.
    Replaced,
}

/// Rows for a bulk load: cells in the order of the columns.
pub(super) type BulkRows<'i, 'a> = &'i mut dyn Iterator<Item = Vec<Value<'a>>>;

/// Where a bulk load goes.
#[derive(Clone, Debug)]
pub(super) struct BulkTarget {
    /// The table, quoted.
    pub(super) table: String,
    /// Its columns.
    pub(super) columns: Vec<BulkColumn>,
    /// Whether one of them is an identity column.
    pub(super) sets_identity: bool,
}

/// A column of a bulk load.
#[derive(Clone, Debug)]
pub(super) struct BulkColumn {
    /// Its name, quoted.
    pub(super) name: String,
    /// How its cells are written.
    pub(super) field: Field,
    /// Whether it takes nulls.
    pub(super) takes_null: bool,
}

/// The server's newer types count seconds in steps of ten to the minus this at the finest.
pub(super) const FINEST_SCALE: u8 = 7;

/// How the cells of a column travel in a bulk load: in the form of the column's own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Bit,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    /// With as many digits after the point as the column has.
    Decimal(u8),
    Float,
    Text,
    Date,
    /// With as many digits of seconds as the column has.
    DateTime2(u8),
    /// The same, written with [`FINEST_SCALE`] digits, which the column that is loaded must have.
    Time(u8),
    DateTimeOffset(u8),
    /// To 1/300 s: other values are refused.
    DateTime,
    Guid,
    Binary,
}

/// What a driver reports.
#[derive(Clone, Debug)]
pub(super) enum DriverError {
    /// The server refuses.
    Server {
        /// Its number.
        number: u32,
        /// Its words, which may quote values.
        message: String,
    },
    /// A value cannot be written as the column's type.
    Value,
    /// A null for a column that takes none.
    Null,
    /// No answer in time.
    Timeout,
    /// No encrypted connection.
    Tls(NoTls),
    /// The connection broke, or could not be made.
    Broken(String),
    /// Anything else, in the driver's words, which quote no values.
    Other(String),
}

/// Why there is no encrypted connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoTls {
    /// Nobody known vouches for the server's certificate.
    Unknown,
    /// The certificate is for other names.
    WrongName,
    /// It is not valid yet, or no more.
    WrongTime,
    /// It is of a form that cannot be examined.
    OldForm,
    /// The two find no way to encrypt.
    Handshake,
    /// The server offers none.
    NotOffered,
}

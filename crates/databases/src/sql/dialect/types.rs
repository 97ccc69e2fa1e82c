//! Column types per database: the mapping table of the manual.

use xmlshred_model::DataType;

/// The names of all types in one database.
#[derive(Debug, PartialEq, Eq)]
pub struct TypeNames {
    /// `bool`
    pub bool: &'static str,
    /// `tinyint`
    pub tinyint: &'static str,
    /// The type of `tinyint` has other numbers: a constraint leaves those out.
    pub checks_tinyint: bool,
    /// `smallint`
    pub smallint: &'static str,
    /// `int`
    pub int: &'static str,
    /// `bigint`
    pub bigint: &'static str,
    /// `decimal(p,s)`; `None` appended arguments when it takes none.
    pub decimal: Decimal,
    /// `double`
    pub double: &'static str,
    /// `char(n)`
    pub char: Sized,
    /// `varchar(n)`
    pub varchar: Sized,
    /// `text`
    pub text: &'static str,
    /// `date`
    pub date: &'static str,
    /// `time`
    pub time: &'static str,
    /// `timestamp`
    pub timestamp: &'static str,
    /// `timestamptz`
    pub timestamptz: &'static str,
    /// `uuid`
    pub uuid: &'static str,
    /// `binary`
    pub binary: &'static str,
    /// `xml`
    pub xml: &'static str,
    /// `json`
    pub json: &'static str,
}

/// How exact decimals are declared.
#[derive(Debug, PartialEq, Eq)]
pub enum Decimal {
    /// With precision and scale behind this name.
    Native(&'static str),
    /// As text of this type.
    Text(&'static str),
}

/// A type with a length.
#[derive(Debug, PartialEq, Eq)]
pub struct Sized {
    /// Its name, before `(n)`.
    pub name: &'static str,
    /// The largest n.
    pub max: u32,
    /// The type for larger n.
    pub beyond: &'static str,
}

impl TypeNames {
    /// The declaration of a column of this type.
    pub fn name(&self, data_type: DataType) -> String {
        match data_type {
            DataType::Bool => self.bool.to_owned(),
            DataType::TinyInt => self.tinyint.to_owned(),
            DataType::SmallInt => self.smallint.to_owned(),
            DataType::Int => self.int.to_owned(),
            DataType::BigInt => self.bigint.to_owned(),
            DataType::Decimal { precision, scale } => match self.decimal {
                Decimal::Native(name) => format!("{name}({precision},{scale})"),
                Decimal::Text(name) => name.to_owned(),
            },
            DataType::Double => self.double.to_owned(),
            DataType::Char(length) => self.char.with_length(length),
            DataType::VarChar(length) => self.varchar.with_length(length),
            DataType::Text => self.text.to_owned(),
            DataType::Date => self.date.to_owned(),
            DataType::Time => self.time.to_owned(),
            DataType::Timestamp => self.timestamp.to_owned(),
            DataType::TimestampTz => self.timestamptz.to_owned(),
            DataType::Uuid => self.uuid.to_owned(),
            DataType::Binary => self.binary.to_owned(),
            DataType::Xml => self.xml.to_owned(),
            DataType::Json => self.json.to_owned(),
        }
    }
}

impl Sized {
    fn with_length(&self, length: u32) -> String {
        if length <= self.max { format!("{}({length})", self.name) } else { self.beyond.to_owned() }
    }
}

pub(super) const SQLITE: TypeNames = TypeNames {
    bool: "INTEGER",
    tinyint: "INTEGER",
    checks_tinyint: false,
    smallint: "INTEGER",
    int: "INTEGER",
    bigint: "INTEGER",
    decimal: Decimal::Text("TEXT"),
    double: "REAL",
    char: Sized { name: "CHAR", max: u32::MAX, beyond: "TEXT" },
    varchar: Sized { name: "VARCHAR", max: u32::MAX, beyond: "TEXT" },
    text: "TEXT",
    date: "TEXT",
    time: "TEXT",
    timestamp: "TEXT",
    timestamptz: "TEXT",
    uuid: "TEXT",
    binary: "BLOB",
    xml: "TEXT",
    json: "TEXT",
};

pub(super) const POSTGRES: TypeNames = TypeNames {
    bool: "boolean",
    tinyint: "smallint",
    checks_tinyint: true,
    smallint: "smallint",
    int: "integer",
    bigint: "bigint",
    decimal: Decimal::Native("numeric"),
    double: "double precision",
    char: Sized { name: "char", max: 10_485_760, beyond: "text" },
    varchar: Sized { name: "varchar", max: 10_485_760, beyond: "text" },
    text: "text",
    date: "date",
    time: "time",
    timestamp: "timestamp",
    timestamptz: "timestamptz",
    uuid: "uuid",
    binary: "bytea",
    xml: "xml",
    // Not jsonb: that reorders members and drops repeated ones.
    json: "json",
};

/// `nchar(n)` and `nvarchar(n)` count UTF-16 units, contracts count characters: text full of characters beyond the Basic
/// Multilingual Plane may be refused there although the contract takes it.
pub(super) const SQL_SERVER: TypeNames = TypeNames {
    bool: "bit",
    tinyint: "tinyint",
    checks_tinyint: false,
    smallint: "smallint",
    int: "int",
    bigint: "bigint",
    decimal: Decimal::Native("decimal"),
    double: "float(53)",
    char: Sized { name: "nchar", max: 4_000, beyond: "nvarchar(max)" },
    varchar: Sized { name: "nvarchar", max: 4_000, beyond: "nvarchar(max)" },
    text: "nvarchar(max)",
    date: "date",
    // The driver declares both in bulk loads without their scale, which is 7 then.
    time: "time(7)",
    timestamp: "datetime2(6)",
    timestamptz: "datetimeoffset(7)",
    uuid: "uniqueidentifier",
    binary: "varbinary(max)",
    // Not xml: that type drops white space, comments' places and prefixes that it finds redundant.
    xml: "nvarchar(max)",
    json: "nvarchar(max)",
};

//! Names that a database would cut off or take for another: told before anything is made. A server cuts off without a word, and two
//! tables would be one.

use std::collections::HashMap;

use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::TargetSchema;
use xmlshred_model::log_table::{FILE, ISSUE, LOG};

use crate::sql::dialect::Dialect;
use crate::sql::names::listed;

/// A name that a database does not take as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameProblem {
    /// Whose name.
    pub(crate) place: NamePlace,
    /// What is wrong with it there.
    pub(crate) message: String,
    /// What to do.
    pub(crate) remedy: String,
}

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamePlace {
    /// The target's schema.
    Schema,
    /// The source's key, after which columns of the log are called.
    Key,
    /// A table, by index.
    Table(usize),
    /// A column of a table, by index.
    Column(usize, usize),
}

/// All names of a target that the database of this dialect would cut off or take for another, in order of the contract.
pub(crate) fn name_problems(dialect: &Dialect, schema: &TargetSchema) -> Vec<NameProblem> {
    let mut finder = Finder { dialect, found: Vec::new() };
    if let Some(namespace) = schema.namespace.as_deref().filter(|_| dialect.has_schemas) {
        finder.length(NamePlace::Schema, "schema", namespace);
    }
    finder.length(NamePlace::Key, "key column", &schema.key_column);
    let tables = schema.tables.iter().enumerate();
    let own = [LOG, ISSUE, FILE].map(|name| (None, name));
    let names =
        own.into_iter().chain(tables.clone().map(|(at, table)| (Some(NamePlace::Table(at)), &*table.name)));
    finder.names("table", names);
    for (at, table) in tables {
        let columns = table.columns.iter().enumerate();
        finder.names(
            "column",
            columns.map(|(index, column)| (Some(NamePlace::Column(at, index)), &*column.name)),
        );
    }
    finder.found
}

/// # Errors
/// Names all of [`name_problems`].
pub(crate) fn check_names(dialect: &Dialect, schema: &TargetSchema) -> Result<(), PortError> {
    let problems = name_problems(dialect, schema);
    let Some(first) = problems.first() else { return Ok(()) };
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.clone()).collect();
    let table = match first.place {
        NamePlace::Table(table) | NamePlace::Column(table, _) => schema.tables[table].name.clone(),
        NamePlace::Schema | NamePlace::Key => LOG.to_owned(),
    };
    let message = messages[..messages.len().min(MAX_TOLD)].join("; ");
    let more = messages.len().saturating_sub(MAX_TOLD);
    let message = if more > 0 { format!("{message}; and {more} more names") } else { message };
    Err(PortError::new(Fault::WrongTable { table }, message).with_hint(first.remedy.clone()))
}

/// Problems that an error tells.
const MAX_TOLD: usize = 5;

struct Finder<'d> {
    dialect: &'d Dialect,
    found: Vec<NameProblem>,
}

impl Finder<'_> {
    /// Names of one kind that must differ; those without a place are ours.
    fn names<'n>(&mut self, what: &str, names: impl Iterator<Item = (Option<NamePlace>, &'n str)>) {
        let mut known: HashMap<String, &str> = HashMap::new();
        for (place, name) in names {
            if let Some(place) = place {
                self.length(place, what, name);
            }
            let folded = self.dialect.name_rule.folded(name);
            match (known.get(&*folded), place) {
                (Some(other), Some(place)) => {
                    let message = format!("{} takes the {what} `{name}` for `{other}`", self.dialect.title);
                    let remedy = "give one of them another name".to_owned();
                    self.found.push(NameProblem { place, message, remedy });
                }
                _ => drop(known.insert(folded, name)),
            }
        }
    }

    fn length(&mut self, place: NamePlace, what: &str, name: &str) {
        let Dialect { title, max_identifier_length: most, name_rule, .. } = *self.dialect;
        let (length, unit) = name_rule.length(name);
        if length > most {
            let message = format!(
                "the {what} name {} has {length} {unit}, and {title} takes {most}",
                listed(&[name.to_owned()])
            );
            self.found.push(NameProblem { place, message, remedy: "give it a shorter name".to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::dialect::{POSTGRES, SQL_SERVER, SQLITE};
    use xmlshred_model::{ColumnSchema, DataType, KeyType, OnExisting, TableSchema};

    fn schema(tables: &[(&str, &[&str])]) -> TargetSchema {
        let column = |name: &&str| ColumnSchema {
            name: (*name).to_owned(),
            data_type: DataType::Int,
            nullable: true,
            sensitive: false,
        };
        let table = |(name, columns): &(&str, &[&str])| TableSchema {
            name: (*name).to_owned(),
            columns: columns.iter().map(column).collect(),
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
        };
        TargetSchema {
            namespace: Some("s".to_owned()),
            on_existing: OnExisting::Fail,
            tables: tables.iter().map(table).collect(),
            key_column: "k".to_owned(),
            key_type: KeyType::Integer,
            ranking_columns: Vec::new(),
            owners: Vec::new(),
            has_versions: false,
            contract_name: "c".to_owned(),
        }
    }

    fn told(dialect: &Dialect, tables: &[(&str, &[&str])]) -> Vec<String> {
        name_problems(dialect, &schema(tables)).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn names_are_measured_as_each_database_counts_them() {
        let (ascii, umlauts, emoji) = ("a".repeat(64), "ä".repeat(32), "😀".repeat(65));
        assert_eq!(
            told(&POSTGRES, &[("t", &[&ascii, &umlauts])]),
            [
                format!("the column name `{ascii}` has 64 bytes, and PostgreSQL takes 63"),
                format!("the column name `{umlauts}` has 64 bytes, and PostgreSQL takes 63"),
            ]
        );
        assert_eq!(told(&POSTGRES, &[(&ascii[..63], &[&umlauts[..62]])]), [""; 0]);
        assert_eq!(
            told(&SQL_SERVER, &[("t", &[&ascii, &umlauts, &emoji])]),
            [format!("the column name `{emoji}` has 130 characters, and SQL Server takes 128")]
        );
        assert_eq!(told(&SQLITE, &[(&"x".repeat(1000), &[&emoji])]), [""; 0]);
    }

    #[test]
    fn names_that_become_the_same_are_told() {
        let tables: &[(&str, &[&str])] =
            &[("Äpfel", &["a", "ａ"]), ("äpfel", &["b", "b "]), ("Processing_Log ", &[])];
        assert_eq!(
            told(&SQL_SERVER, tables),
            [
                "SQL Server takes the table `äpfel` for `Äpfel`",
                "SQL Server takes the table `Processing_Log ` for `processing_log`",
                "SQL Server takes the column `ａ` for `a`",
                "SQL Server takes the column `b ` for `b`",
            ]
        );
        assert_eq!(told(&POSTGRES, tables), [""; 0]);
        assert_eq!(told(&SQLITE, tables), [""; 0]);
    }
}

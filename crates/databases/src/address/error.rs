//! Why text is no address.

/// Why text is no address. No message quotes the text: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not of the form `scheme:rest`.
    #[error("a database address begins with its kind, as in `sqlite:FILE`")]
    NoScheme,
    /// A kind of database that xmlshred does not know.
    #[error("unknown kind of database `{scheme}`")]
    UnknownScheme {
        /// The text before the colon.
        scheme: String,
    },
    /// `sqlite:` and nothing else.
    #[error("`sqlite:` without a file")]
    NoFile,
    /// `sqlite::memory:`
    #[error("a database in memory cannot be shared by the connections of a run, and ends with it")]
    InMemory,
    /// An option of the address, or a variable that stands for it, has a value that cannot be.
    #[error("{name} of the address is not {expected}")]
    Option {
        /// The option.
        name: String,
        /// What it could be.
        expected: &'static str,
    },
    /// An `@` where no host ends a login: a password, or a name, has it, or a character that ends it too soon.
    #[error(
        "the login of this {database} address cannot be told from its host: `@`, `/`, `?`, `#` and `:` in a name or password are escaped"
    )]
    At {
        /// The kind.
        database: &'static str,
    },
    /// `boss:SECRET` where the name of a user belongs.
    #[error("the name of the {database} user has a `:`, and what follows it may be a password")]
    UserWithPassword {
        /// The kind.
        database: &'static str,
    },
    /// The address does not follow the form of its kind.
    #[error("this is no address of a {database} database: {problem}")]
    Malformed {
        /// The kind.
        database: &'static str,
        /// In the parser's words, which name options but no values.
        problem: String,
    },
}

impl AddressError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoScheme | Self::UnknownScheme { .. } => {
                "addresses look like `sqlite:demo.db`, `postgres://USER@HOST:5432/DATABASE` or `sqlserver://USER@HOST:1433/DATABASE`"
            }
            Self::NoFile | Self::InMemory | Self::Malformed { database: "SQLite", .. } => {
                "name a file, as in `sqlite:demo.db`"
            }
            Self::At { .. } => {
                "write `%40` for an `@` in a name or password, `%2F` for a `/`, `%3F` for a `?`, `%3A` for a `:`; or leave the password \
                 out and set XMLSHRED_PASSWORD, or say --password-file"
            }
            Self::UserWithPassword { .. } => {
                "give the name alone, and set XMLSHRED_PASSWORD, or say --password-file"
            }
            Self::Malformed { database: "SQL Server", .. } => {
                "docs/databases.md lists the options; in the form with `;`, write a value with a `;` in braces (`{a;b}`), in \
                 the other `%40` for an `@` and `%2F` for a `/`"
            }
            Self::Option { .. } | Self::Malformed { .. } => {
                "docs/databases.md lists the options; write `%40` for an `@` and `%2F` for a `/` in names and passwords"
            }
        }
    }
}

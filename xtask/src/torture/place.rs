//! Where documents come from and rows go to: databases that may be crashed, cut off and locked, one schema or file per round.

use std::path::Path;

use postgres::NoTls;
use rusqlite::Connection;
use xmlshred_databases::{DatabaseUrl, OpenOptions, RowReader, open_rows, start_over};
use xmlshred_mapping::contract::SourceSpec;
use xmlshred_test_servers::{PostgresServer, Proxy};

use super::content::{Column, Content};
use super::contract;
use crate::workspace::Error;

/// Names a server of SQL Server, as for tests.
pub(super) const SQL_SERVER_VARIABLE: &str = "XMLSHRED_TEST_SQLSERVER";

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
    SqlServer,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::SqlServer];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::SqlServer => "sqlserver",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What its source column of documents may hold here.
    pub(super) fn takes(self, column: Column) -> bool {
        column == Column::Text || self != Self::SqlServer
    }
}

/// The servers of one row of rounds: nobody else's, because they are crashed. They end with this.
pub(super) struct Servers {
    postgres: Option<(PostgresServer, Proxy)>,
    sql_server: Option<String>,
}

impl Servers {
    /// # Errors
    /// The kinds that cannot be had, each with the way to get it.
    pub(super) fn start(kinds: &[Kind]) -> Result<Self, String> {
        let wants = |kind| kinds.contains(&kind);
        let postgres = match wants(Kind::Postgres) {
            true => Some(PostgresServer::start(&[]).map_err(|why| why.to_string())?),
            false => None,
        };
        let sql_server = match wants(Kind::SqlServer) {
            true => Some(std::env::var(SQL_SERVER_VARIABLE).map_err(|_| {
                format!("set {SQL_SERVER_VARIABLE} to the address of a database where schemas may be made")
            })?),
            false => None,
        };
        let postgres = postgres.map(|server| {
            let proxy = Proxy::before(server.port());
            (server, proxy)
        });
        Ok(Self { postgres, sql_server })
    }

    /// A new place of this kind: a file in the folder, or a schema.
    pub(super) fn place(&self, kind: Kind, folder: &Path, name: &str) -> Result<Place, Error> {
        let schema = Some(name.to_owned());
        Ok(match kind {
            Kind::Sqlite => {
                let url = format!("sqlite:{}", folder.join(format!("{name}.db")).display());
                Place { kind, line: url.clone(), url, schema: None }
            }
            Kind::Postgres => {
                let (server, proxy) = self.postgres.as_ref().expect("it was started for this kind");
                let url = server.url("postgres");
                let drop = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
                postgres::Client::connect(&url, NoTls)?.batch_execute(&drop)?;
                Place { kind, line: server.url_at(proxy.port(), "postgres"), url, schema }
            }
            Kind::SqlServer => {
                let url = self.sql_server.clone().expect("it was asked for this kind");
                let place = Place { kind, line: url.clone(), url, schema };
                start_over(&place.address()?, &place.source())?.finish()?;
                place
            }
        })
    }

    pub(super) fn postgres(&self) -> Option<&PostgresServer> {
        self.postgres.as_ref().map(|(server, _)| server)
    }

    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.postgres.as_ref().map(|(_, proxy)| proxy)
    }
}

/// A file, or a schema of a server.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// Its address for us.
    url: String,
    /// Its address for instances: over a line that is cut now and then.
    pub(super) line: String,
    pub(super) schema: Option<String>,
}

impl Place {
    fn address(&self) -> Result<DatabaseUrl, Error> {
        Ok(DatabaseUrl::parse(&self.url, &|_| None)?)
    }

    fn source(&self) -> SourceSpec {
        let text = contract::text(&contract::PLAIN, None, self.schema.as_deref(), None);
        xmlshred_mapping::contract::load(&text).contract.expect("a test loads every contract").source
    }

    pub(super) fn sqlite_file(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite:")
    }

    /// Makes the source table.
    pub(super) fn fill(&self, column: Column, documents: &[(i64, Content)]) -> Result<(), Error> {
        match self.kind {
            Kind::Sqlite => self.fill_sqlite(documents),
            Kind::Postgres => self.fill_postgres(column, documents),
            Kind::SqlServer => {
                let mut writer = start_over(&self.address()?, &self.source())?;
                for (key, content) in documents {
                    let text = match content {
                        Content::Null => None,
                        Content::Text(text) => Some(text.clone()),
                        Content::Bytes(_) => return Err("SQL Server gets documents as text here".into()),
                    };
                    writer.insert(&[(*key, text)])?;
                }
                Ok(writer.finish()?)
            }
        }
    }

    fn fill_sqlite(&self, documents: &[(i64, Content)]) -> Result<(), Error> {
        let mut database = self.sqlite()?;
        database.pragma_update(None, "journal_mode", "wal")?;
        let transaction = database.transaction()?;
        transaction.execute("CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml)", [])?;
        let sql = "INSERT INTO app_xml VALUES (?, ?)";
        for (key, content) in documents {
            match content {
                Content::Null => transaction.execute(sql, (key, None::<&str>))?,
                Content::Text(text) => transaction.execute(sql, (key, text))?,
                // SQLite takes any bytes for text; whoever wrote them declared them wrongly.
                Content::Bytes(bytes) if key % 5 == 0 => {
                    transaction.execute("INSERT INTO app_xml VALUES (?, CAST(? AS TEXT))", (key, bytes))?
                }
                Content::Bytes(bytes) => transaction.execute(sql, (key, bytes))?,
            };
        }
        Ok(transaction.commit()?)
    }

    fn fill_postgres(&self, column: Column, documents: &[(i64, Content)]) -> Result<(), Error> {
        let mut client = self.postgres()?;
        let data_type = if column == Column::Text { "text" } else { "bytea" };
        let schema = self.schema.as_deref().unwrap_or("public");
        let mut transaction = client.transaction()?;
        transaction.batch_execute(&format!(
            "CREATE TABLE {schema}.app_xml (app_id bigint PRIMARY KEY, xml {data_type})"
        ))?;
        let sql = transaction.prepare(&format!("INSERT INTO {schema}.app_xml VALUES ($1, $2)"))?;
        for (key, content) in documents {
            let bytes = (*content != Content::Null).then(|| content.bytes());
            match column {
                Column::Binary => transaction.execute(&sql, &[&key, &bytes])?,
                Column::Text => transaction.execute(&sql, &[&key, &bytes.map(String::from_utf8_lossy)])?,
            };
        }
        Ok(transaction.commit()?)
    }

    /// Rows that no document has made, so that documents of these keys meet them; and what the target refuses besides.
    pub(super) fn obstruct(&self, keys: &[i64]) -> Result<(), Error> {
        let rows = |table: &str| {
            keys.iter().map(|key| format!("INSERT INTO {table} (app_id) VALUES ({key});")).collect::<String>()
        };
        match self.kind {
            Kind::Sqlite => Ok(self.sqlite()?.execute_batch(&format!(
                "{} CREATE TRIGGER refused BEFORE INSERT ON person WHEN NEW.weight > 240 \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END;",
                rows("person")
            ))?),
            Kind::Postgres => {
                let schema = self.schema.as_deref().unwrap_or("public");
                let table = format!("{schema}.person");
                let check = format!("ALTER TABLE {table} ADD CHECK (weight IS NULL OR weight < 240);");
                let trigger = format!(
                    "CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                     IF NEW.weight BETWEEN 200 AND 220 THEN \
                     RAISE EXCEPTION 'not %', NEW.name USING ERRCODE = '45000', COLUMN = NEW.name; END IF; \
                     RETURN NEW; END $$; \
                     CREATE TRIGGER refused BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {schema}.refuse();"
                );
                Ok(self.postgres()?.batch_execute(&format!("{}{check}{trigger}", rows(&table)))?)
            }
            Kind::SqlServer => Ok(()),
        }
    }

    pub(super) fn rows(&self) -> Result<Box<dyn RowReader>, Error> {
        Ok(open_rows(&self.address()?, self.schema.as_deref(), &OpenOptions::default())?)
    }

    /// Removes the schema of a round that went well; files go with their folder.
    pub(super) fn remove(&self) -> Result<(), Error> {
        if let (Kind::Postgres, Some(schema)) = (self.kind, &self.schema) {
            self.postgres()?.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"))?;
        }
        Ok(())
    }

    fn sqlite(&self) -> Result<Connection, Error> {
        let file = self.sqlite_file().ok_or("no SQLite file")?;
        let database = Connection::open(file)?;
        database.busy_timeout(std::time::Duration::from_secs(30))?;
        Ok(database)
    }

    fn postgres(&self) -> Result<postgres::Client, Error> {
        Ok(postgres::Client::connect(&self.url, NoTls)?)
    }
}

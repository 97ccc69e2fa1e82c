//! Logs of earlier layouts with rows in them, brought up: of xmlshred 0.1 (version 1), and of version 2.

use std::sync::Arc;
use xmlshred_engine::testing::number;

use xmlshred_databases::{Dialect, OpenOptions, POSTGRES, SQL_SERVER, SQLITE, log_upgrade};
use xmlshred_engine::ports::{FailedDocuments, Fault, PortError, Ports};
use xmlshred_engine::testing::Fixture;
use xmlshred_model::{DocumentKey, DocumentRecord, Outcome, TargetSchema};

use crate::postgres::{PostgresBench, PostgresFixture};
use crate::several_writers::{batch, identity};
use crate::sqlite::{ALL, SqliteFixture, prepared};

/// The tables as version 0.1 made them, where text is `text` and the identity as it was.
fn version_1(identity: &str, time: &str) -> String {
    format!(
        r#"CREATE TABLE "processing_log" (
    "log_id" {identity},
    "app_id" bigint NOT NULL,
    "status" varchar(10) NOT NULL,
    "failure_reason" text,
    "processing_time" {time} NOT NULL,
    "session_id" varchar(100) NOT NULL,
    "instance_id" integer NOT NULL,
    "instance_count" integer NOT NULL,
    "row_count" bigint NOT NULL,
    "issue_count" bigint NOT NULL,
    "contract_hash" varchar(64) NOT NULL,
    "document_hash" varchar(64) NOT NULL,
    "duration_ms" bigint NOT NULL,
    UNIQUE ("app_id"),
    CHECK ("status" IN ('success', 'failed'))
);
CREATE TABLE "processing_issue" (
    "app_id" bigint NOT NULL,
    "table_name" varchar(128) NOT NULL,
    "column_name" varchar(128) NOT NULL,
    "code" varchar(40) NOT NULL,
    "count" bigint NOT NULL,
    PRIMARY KEY ("app_id", "table_name", "column_name", "code")
);
INSERT INTO processing_log (app_id, status, failure_reason, processing_time, session_id, instance_id, instance_count, row_count,
    issue_count, contract_hash, document_hash, duration_ms) VALUES
    (1, 'success', NULL, '2025-01-02T03:04:05.5Z', 'old', 1, 3, 7, 2, 'hash', '00', 4),
    (2, 'failed', 'parse: wrong-root: no element /a', '2025-01-02T03:04:06Z', 'old', 1, 3, 0, 0, 'hash', '00', 4);
INSERT INTO processing_issue VALUES (1, 'app_base', 'note', 'truncated', 2);"#
    )
}

/// The tables as version 2 had them.
fn version_2(identity: &str, time: &str) -> String {
    format!(
        r#"CREATE TABLE "processing_log" (
    "log_id" {identity},
    "app_id" bigint NOT NULL,
    "contract_name" varchar(128) NOT NULL,
    "status" varchar(10) NOT NULL,
    "failure_reason" text,
    "failure_code" varchar(40),
    "failure_table" varchar(128),
    "failure_column" varchar(128),
    "processing_time" {time} NOT NULL,
    "session_id" varchar(100) NOT NULL,
    "run_nonce" varchar(32),
    "instance_id" integer NOT NULL,
    "instance_count" integer NOT NULL,
    "row_count" bigint NOT NULL,
    "issue_count" bigint NOT NULL,
    "contract_hash" varchar(64) NOT NULL,
    "document_hash" varchar(64) NOT NULL,
    "duration_ms" bigint NOT NULL,
    UNIQUE ("contract_name", "app_id"),
    CHECK ("status" IN ('success', 'failed'))
);
CREATE TABLE "processing_issue" (
    "app_id" bigint NOT NULL,
    "contract_name" varchar(128) NOT NULL,
    "table_name" varchar(128) NOT NULL,
    "column_name" varchar(128) NOT NULL,
    "code" varchar(40) NOT NULL,
    "count" bigint NOT NULL,
    PRIMARY KEY ("contract_name", "app_id", "table_name", "column_name", "code")
);
INSERT INTO processing_log (app_id, contract_name, status, failure_reason, failure_code, processing_time, session_id, run_nonce,
    instance_id, instance_count, row_count, issue_count, contract_hash, document_hash, duration_ms) VALUES
    (1, 'contract', 'success', NULL, NULL, '2025-01-02T03:04:05.5Z', 'old', 'n', 1, 3, 7, 2, 'hash', '00', 4),
    (2, 'contract', 'failed', 'parse: wrong-root: no element /a', 'wrong-root', '2025-01-02T03:04:06Z', 'old', 'n', 1, 3, 0, 0, 'hash', '00', 4);
INSERT INTO processing_issue VALUES (1, 'contract', 'app_base', 'note', 'truncated', 2);"#
    )
}

/// The tables of a version.
fn old_tables(version: u32, identity: &str, time: &str) -> String {
    if version == 1 { version_1(identity, time) } else { version_2(identity, time) }
}

const DROP: &str = "DROP TABLE processing_issue; DROP TABLE processing_log;";

/// A target whose log is an earlier one.
trait OldTarget: Sync {
    fn fixture(&self) -> &dyn Fixture;
    fn try_to_execute(&self, sql: &str) -> Result<(), String>;
    fn open(&self, schema: &Arc<TargetSchema>, options: OpenOptions) -> Box<dyn Ports>;
    fn schema(&self) -> &Arc<TargetSchema>;
    fn dialect(&self) -> &'static Dialect;

    fn execute(&self, sql: &str) {
        self.try_to_execute(sql).unwrap();
    }

    fn as_it_is(&self) -> Box<dyn Ports> {
        self.open(self.schema(), OpenOptions::default())
    }
}

impl OldTarget for SqliteFixture {
    fn fixture(&self) -> &dyn Fixture {
        self
    }

    fn try_to_execute(&self, sql: &str) -> Result<(), String> {
        self.connection().execute_batch(sql).map_err(|error| error.to_string())
    }

    fn open(&self, schema: &Arc<TargetSchema>, options: OpenOptions) -> Box<dyn Ports> {
        self.open_for(&self.spec(), schema, options)
    }

    fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }

    fn dialect(&self) -> &'static Dialect {
        &SQLITE
    }
}

impl OldTarget for PostgresFixture {
    fn fixture(&self) -> &dyn Fixture {
        self
    }

    fn try_to_execute(&self, sql: &str) -> Result<(), String> {
        self.client().batch_execute(sql).map_err(|error| error.to_string())
    }

    fn open(&self, schema: &Arc<TargetSchema>, options: OpenOptions) -> Box<dyn Ports> {
        self.open_for(&self.spec(), schema, options)
    }

    fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }

    fn dialect(&self) -> &'static Dialect {
        &POSTGRES
    }
}

fn sqlite(version: u32) -> SqliteFixture {
    let fixture = prepared(3);
    fixture.execute(&format!("{DROP} {}", old_tables(version, "INTEGER PRIMARY KEY", "TEXT")));
    fixture
}

fn postgres(bench: &PostgresBench, version: u32) -> PostgresFixture {
    let fixture = bench.database(&prepared(0).schema, "text");
    let documents = "INSERT INTO app_xml SELECT key, '<a/>' FROM generate_series(1, 3) AS key;";
    fixture.ports().journal().unwrap().create_tables().unwrap();
    let old = old_tables(version, "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "timestamptz");
    fixture.execute(&format!("{documents} {DROP} {old}"));
    fixture
}

fn check_told(error: &PortError) {
    assert_eq!(error.fault, Fault::WrongTable { table: "processing_log".to_owned() }, "{error}");
    assert!(error.hint.as_ref().unwrap().contains("--create-tables"), "{error:?}");
}

/// An old log is told by everything that would use it.
fn check_refused(target: &dyn OldTarget) {
    let ports = target.as_it_is();
    check_told(&ports.sink().err().unwrap());
    check_told(&ports.source().err().unwrap());
    let mut journal = ports.journal().unwrap();
    check_told(&journal.tally().unwrap_err());
    check_told(&journal.processed(&[DocumentKey::Int(1)], None, FailedDocuments::Leave).unwrap_err());
}

/// The rows are there, belong to the contract, and a second contract is free to use the same keys.
fn check_brought_up(target: &dyn OldTarget) {
    let log = target.fixture().log();
    let mut rows: Vec<_> = log
        .iter()
        .map(|row| {
            (
                number(&row.key),
                &*row.contract_name,
                &*row.status,
                row.failure_reason.as_deref(),
                row.row_count,
            )
        })
        .collect();
    rows.sort_unstable();
    assert_eq!(
        rows,
        [
            (1, "contract", "success", None, 7),
            (2, "contract", "failed", Some("parse: wrong-root: no element /a"), 0)
        ]
    );
    let issues = target.fixture().issues();
    let issues: Vec<_> =
        issues.iter().map(|issue| (number(&issue.key), &*issue.contract_name, issue.count)).collect();
    assert_eq!(issues, [(1, "contract", 2)]);
    let ports = target.as_it_is();
    let left = |ports: &dyn Ports| {
        let keys = ports.source().unwrap().keys(&ALL, None, 9).unwrap();
        keys.into_iter().map(|key| number(&key)).collect::<Vec<_>>()
    };
    assert_eq!(left(&*ports), [3]);
    let loaded = batch(target.schema(), [2, 3], 1);
    let mut sink = ports.sink().unwrap();
    let answer = sink.commit(&loaded, &identity(0, 1), FailedDocuments::Retry).unwrap();
    assert_eq!((answer.already_done, answer.table_row_counts), (vec![], vec![2]));
    assert_eq!(left(&*ports), [] as [i64; 0]);
    let other = Arc::new(TargetSchema { contract_name: "other".to_owned(), ..(**target.schema()).clone() });
    let ports = target.open(&other, OpenOptions::default());
    assert_eq!(left(&*ports), [1, 2, 3]);
    let loaded = batch(&other, [4], 1);
    assert_eq!(
        ports
            .sink()
            .unwrap()
            .commit(&loaded, &identity(1, 2), FailedDocuments::Leave)
            .unwrap()
            .table_row_counts,
        [1]
    );
    // The log takes what an earlier one would have refused.
    let skipped = batch(&other, [5], 1).without_rows();
    let skipped =
        skipped.with_records(|record| Some(DocumentRecord { outcome: Outcome::Skipped, ..record.clone() }));
    ports.sink().unwrap().commit(&skipped, &identity(1, 2), FailedDocuments::Leave).unwrap();
    let statuses =
        target.fixture().log().into_iter().filter(|row| number(&row.key) == 5).map(|row| row.status);
    assert_eq!(statuses.collect::<Vec<_>>(), ["skipped"]);
    let wrong = "UPDATE processing_log SET status = 'odd' WHERE app_id = 5";
    assert!(target.try_to_execute(wrong).is_err(), "the status is checked");
}

/// Both ways of bringing a log up.
fn check_upgrade(make: &dyn Fn() -> Box<dyn OldTarget>, version: u32) {
    let target = make();
    check_refused(&*target);
    // Several instances at once.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| target.as_it_is().journal().unwrap().create_tables().unwrap());
        }
    });
    check_brought_up(&*target);

    let target = make();
    target.execute(&log_upgrade::script(target.dialect(), target.schema(), version));
    check_brought_up(&*target);
}

/// Whose the rows of version 1 are.
fn check_owners(make: &dyn Fn() -> Box<dyn OldTarget>) {
    // Two versions of the contract, or two contracts: somebody has to say so.
    let target = make();
    target.execute("UPDATE processing_log SET contract_hash = 'earlier' WHERE app_id = 1");
    let refused = target.as_it_is().journal().unwrap().create_tables().unwrap_err();
    assert!(refused.message.contains("2 contracts") && refused.hint.unwrap().contains("--adopt-log"));
    check_refused(&*target);
    let adopt = OpenOptions { adopt_log: true, ..OpenOptions::default() };
    target.open(target.schema(), adopt).journal().unwrap().create_tables().unwrap();
    check_brought_up(&*target);

    // Another contract, whose tables are not there.
    let target = make();
    let mut other = (**target.schema()).clone();
    other.contract_name = "other".to_owned();
    other.tables[0].name = "another_base".to_owned();
    let ports = target.open(&Arc::new(other), OpenOptions::default());
    let refused = ports.journal().unwrap().create_tables().unwrap_err();
    assert!(refused.message.contains("of another contract (hash)"), "{refused}");
    check_refused(&*target);
}

#[test]
fn an_earlier_log_is_brought_up_on_sqlite() {
    for version in [1, 2] {
        check_upgrade(&|| Box::new(sqlite(version)), version);
    }
    check_owners(&|| Box::new(sqlite(1)));
}

#[test]
fn an_earlier_log_is_brought_up_on_postgresql() {
    let Some(bench) = PostgresBench::start("bringing a log up on PostgreSQL", &[]) else { return };
    for version in [1, 2] {
        check_upgrade(&|| Box::new(postgres(&bench, version)), version);
    }
    check_owners(&|| Box::new(postgres(&bench, 1)));
}

#[test]
fn what_others_added_to_an_old_log_stays() {
    for version in [1, 2] {
        check_additions_of_others(version);
    }
}

fn check_additions_of_others(version: u32) {
    let target = sqlite(version);
    target.execute(
        "CREATE INDEX own ON processing_log (status);
         CREATE TABLE seen (app_id); CREATE TRIGGER own_trigger AFTER INSERT ON processing_log BEGIN INSERT INTO seen VALUES (new.app_id); END;
         CREATE VIEW failed AS SELECT app_id FROM processing_log WHERE status = 'failed'",
    );
    target.as_it_is().journal().unwrap().create_tables().unwrap();
    let count = |sql: &str| target.connection().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM sqlite_schema WHERE name IN ('own', 'own_trigger')"), 2);
    assert_eq!(count("SELECT count(*) FROM seen"), 0, "rows that are kept are not inserted again");
    assert_eq!(count("SELECT app_id FROM failed"), 2);
    assert_eq!(count("SELECT log_id FROM processing_log WHERE app_id = 2"), 2);

    let target = sqlite(version);
    target.execute("ALTER TABLE processing_log ADD COLUMN ticket TEXT");
    let refused = target.as_it_is().journal().unwrap().create_tables().unwrap_err();
    assert!(refused.message.contains("`ticket`"), "{refused}");
    check_refused(&target);
}

#[test]
fn the_old_key_is_found_whatever_it_is_called() {
    let Some(bench) = PostgresBench::start("keys of an old log on PostgreSQL", &[]) else { return };
    let target = postgres(&bench, 1);
    target.execute(
        "ALTER TABLE processing_log RENAME CONSTRAINT processing_log_app_id_key TO \"the key\";
         CREATE UNIQUE INDEX \"and again\" ON processing_log (app_id); CREATE INDEX own ON processing_log (app_id);
         ALTER TABLE processing_log ADD COLUMN ticket text;
         ALTER TABLE processing_log RENAME CONSTRAINT processing_log_status_check TO \"the check\";
         ALTER TABLE processing_log ADD CONSTRAINT own CHECK (status <> '')",
    );
    target.as_it_is().journal().unwrap().create_tables().unwrap();
    let count = "SELECT count(*) FROM pg_index WHERE indrelid = 'processing_log'::regclass";
    let indexes: i64 = target.client().query_one(count, &[]).unwrap().get(0);
    assert_eq!(indexes, 3, "the identity's, the new key's and the one that is not unique");
    let count =
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'processing_log'::regclass AND contype = 'c'";
    let checks: i64 = target.client().query_one(count, &[]).unwrap().get(0);
    assert_eq!(checks, 2, "the new one, and somebody's own");
    check_brought_up(&target);
}

#[test]
fn the_statements_for_sql_server_are_these() {
    insta::assert_snapshot!(log_upgrade::script(&SQL_SERVER, &prepared(0).schema, 1));
    insta::assert_snapshot!("from_version_2", log_upgrade::script(&SQL_SERVER, &prepared(0).schema, 2));
}

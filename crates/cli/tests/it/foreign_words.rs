//! No word of a database or a document is in anything that the program writes: errors of every class, raised for one document each, quote a
//! value wherever the database lets them. With `--show-database-messages` they are on the console, which shows that they were raised.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::Connection;

use crate::workplace::{Answer, Workplace};

/// The value that nobody must see.
const SECRET: &str = "078-05-1120";

/// Classes of SQLSTATE, with codes that mean something to the program among them: a trigger may raise any.
const CODES: [&str; 46] = [
    "01000", "02000", "08006", "08P01", "0A000", "21000", "22001", "22003", "22021", "22P02", "23502",
    "23503", "23505", "23514", "23P01", "25006", "25P02", "26000", "28P01", "2F005", "34000", "38000",
    "3D000", "3F000", "40001", "40P01", "42501", "42601", "42703", "42804", "42883", "42P01", "44000",
    "45000", "53100", "53300", "54000", "55P03", "57014", "57P01", "58030", "72000", "F0000", "HV000",
    "P0001", "XX001",
];

/// What the server itself says about a value that dynamic SQL puts where names, types and texts are.
const DYNAMIC: [&str; 16] = [
    "SELECT \"SECRET\"",
    "SELECT \"SECRET\" FROM person",
    "SELECT * FROM \"SECRET\"",
    "INSERT INTO \"SECRET\".t VALUES (1)",
    "INSERT INTO person (\"SECRET\") VALUES (1)",
    "SELECT \"SECRET\"()",
    "SELECT 1::\"SECRET\"",
    "SELECT 'SECRET'::int",
    "SELECT 'SECRET x'::json",
    "SELECT 'SECRET'::date + 'SECRET'",
    "SELECT jsonb_path_query('{}', 'SECRET x')",
    "SELECT 'SECRET' ~ 'SECRET['",
    "SECRET",
    "SET ROLE \"SECRET\"",
    "SET \"a.SECRET\" = 1",
    "SELECT set_config('SECRET', 'x', true)",
];

/// Where a document has words of its own. All of them fail.
const MARKUP: [&str; 16] = [
    "<?xml version=\"1.0\" encoding=\"SECRET\"?><request id=\"KEY\"/>",
    "<?xml version=\"SECRET\"?><request id=\"KEY\"/>",
    "<request id=\"KEY\"><?SECRET: x?></request>",
    "<request id=\"KEY\"><?a SECRET",
    "<x078-05-1120 id=\"KEY\"/>",
    "<!DOCTYPE request [<!ENTITY x078-05-1120 \"SECRET\">]><request id=\"KEY\"/>",
    "<!DOCTYPE request [<!ATTLIST x078-05-1120 b SECRET #IMPLIED>]><request id=\"KEY\"/>",
    "<!DOCTYPE request [<!SECRET]><request id=\"KEY\"/>",
    "<request id=\"KEY\">&x078-05-1120;</request>",
    "<request id=\"KEY\"><x078-05-1120></request>",
    "<request id=\"KEY\"></x078-05-1120>",
    "<request id=\"KEY\" x078-05-1120=\"\" x078-05-1120=\"\"/>",
    "<request id=\"KEY\"><x078-05-1120:a/></request>",
    "<request id=\"KEY\" xmlns:x078-05-1120=\"\"/>",
    "<request id=\"SECRET\"/>",
    "<request id=\"KEY\" member=\"SECRET\"/>",
];

fn ordinary(key: usize) -> String {
    format!("<request id=\"{key}\"><name>{SECRET}</name></request>")
}

/// Documents with words of their own, from this key on.
fn marked_up(first: usize) -> impl Iterator<Item = (usize, String)> {
    let filled = |text: &str, key: usize| text.replace("KEY", &key.to_string()).replace("SECRET", SECRET);
    MARKUP.iter().enumerate().map(move |(at, text)| (first + at, filled(text, first + at)))
}

/// Everything in these folders.
fn files(place: &Path) -> String {
    let mut text = String::new();
    for folder in ["logs", "metrics"] {
        for entry in std::fs::read_dir(place.join(folder)).unwrap() {
            text += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    text
}

/// Runs twice: nothing has the value, and then the console alone, of this many errors of the database at least.
fn check(place: &Workplace, url: &str, refused_count: usize, log: impl Fn() -> String) {
    let run = |arguments: &str| {
        let mut command = place.command(arguments);
        Answer::of(command.env("XMLSHRED_URL", url).output().unwrap())
    };
    let silent = run("run --log-level DEBUG --progress off").ends_with(3);
    let status = run("status --json").ends_with(3);
    let failures = ["failures", "failures --json"].map(|command| run(command).ends_with(3).out).concat();
    let again = run("run --log-level DEBUG --progress off").ends_with(0);
    for text in [
        &silent.out,
        &silent.err,
        &again.out,
        &again.err,
        &status.out,
        &failures,
        &files(place.path()),
        &log(),
    ] {
        for line in text.lines() {
            assert!(!line.contains(SECRET), "{line}");
        }
    }
    let loud =
        run("run --retry-failed --log-level DEBUG --progress off --show-database-messages").ends_with(3);
    let quotes = loud.err.lines().filter(|line| line.contains(SECRET)).inspect(|line| {
        assert!(line.starts_with("the database says: "), "{line}");
    });
    let quote_count = quotes.count();
    assert!(quote_count >= refused_count, "{quote_count} quotes for {refused_count} errors: {}", loud.err);
    assert!(!loud.out.contains(SECRET) && !files(place.path()).contains(SECRET) && !log().contains(SECRET));
}

#[cfg(unix)]
#[test]
fn no_error_of_postgresql_brings_a_value_into_what_is_written() {
    use postgres::{Client, NoTls};
    use xmlshred_test_servers::{PostgresServer, skip};

    let server = match PostgresServer::start(&[]) {
        Ok(server) => server,
        Err(unavailable) => return skip("foreign words of PostgreSQL", &unavailable),
    };
    let place = Workplace::new(0..0);
    let url = server.url("postgres");
    let mut client = Client::connect(&url, NoTls).unwrap();
    let raise = |code: &&str| {
        format!(
            "DO $do$ BEGIN RAISE EXCEPTION 'm \"SECRET\"' USING ERRCODE = '{code}', DETAIL = 'SECRET', HINT = 'SECRET', \
             COLUMN = 'SECRET', CONSTRAINT = 'SECRET', DATATYPE = 'SECRET', TABLE = 'SECRET', SCHEMA = 'SECRET'; END $do$"
        )
    };
    let actions: Vec<_> = CODES.iter().map(raise).chain(DYNAMIC.map(str::to_owned)).collect();
    // One that the source refuses to hand over, one that a deferred trigger refuses at the commit, and some that are loaded.
    let (unreadable, deferred, fine) = (actions.len() + 1, actions.len() + 2, actions.len() + 3);
    client
        .batch_execute(
            "CREATE TABLE raw (app_id bigint PRIMARY KEY, xml text); CREATE TABLE action (id int PRIMARY KEY, sql text);
             CREATE FUNCTION handed_over(key bigint, xml text) RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN
                IF EXISTS (SELECT FROM action WHERE id = -key) THEN
                    RAISE EXCEPTION '%', xml USING ERRCODE = '45000', TABLE = xml, COLUMN = xml;
                END IF; RETURN xml; END $$;
             CREATE VIEW app_xml AS SELECT app_id, handed_over(app_id, xml) AS xml FROM raw;
             CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE statement text; BEGIN
                FOR statement IN SELECT sql FROM action WHERE id = NEW.app_id LOOP
                    EXECUTE replace(statement, 'SECRET', NEW.name);
                END LOOP; RETURN NEW; END $$",
        )
        .unwrap();
    for (at, sql) in actions.iter().enumerate() {
        let id = i32::try_from(at + 1).unwrap();
        client.execute("INSERT INTO action VALUES ($1, $2)", &[&id, sql]).unwrap();
    }
    client.execute("INSERT INTO action VALUES ($1, '')", &[&-i32::try_from(unreadable).unwrap()]).unwrap();
    for (key, xml) in (1..fine).map(|key| (key, ordinary(key))).chain(marked_up(fine)) {
        client.execute("INSERT INTO raw VALUES ($1, $2)", &[&i64::try_from(key).unwrap(), &xml]).unwrap();
    }
    let mut command = place.command("run --create-tables --limit 0");
    Answer::of(command.env("XMLSHRED_URL", &url).output().unwrap()).ends_with(0);
    let triggers = format!(
        "CREATE TRIGGER act BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION act();
         CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.app_id = {deferred} THEN RAISE EXCEPTION '%', NEW.name USING ERRCODE = '45000', TABLE = NEW.name; END IF;
            RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()"
    );
    client.batch_execute(&triggers).unwrap();
    let client = std::cell::RefCell::new(client);
    let log = || {
        let sql = "SELECT l::text FROM processing_log l UNION ALL SELECT i::text FROM processing_issue i";
        let rows = client.borrow_mut().query(sql, &[]).unwrap();
        rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect::<String>()
    };
    check(&place, &url, fine - 1, log);
    let failed: i64 = client
        .borrow_mut()
        .query_one("SELECT count(*) FROM processing_log WHERE status = 'failed'", &[])
        .unwrap()
        .get(0);
    assert_eq!(failed, i64::try_from(fine - 1 + MARKUP.len()).unwrap());
}

#[test]
fn no_error_of_sqlite_brings_a_value_into_what_is_written() {
    const STATEMENTS: [&str; 10] = [
        "SELECT RAISE(ABORT, 'SECRET')",
        "SELECT RAISE(FAIL, 'SECRET')",
        "SELECT RAISE(ROLLBACK, 'SECRET')",
        "SELECT json_extract('{}', NEW.name)",
        "INSERT INTO \"SECRET\" (\"u SECRET\") VALUES (1)",
        "INSERT INTO \"SECRET\" (\"n SECRET\") VALUES (NULL)",
        "INSERT INTO \"SECRET\" (\"c SECRET\") VALUES (0)",
        "INSERT INTO \"SECRET\" (\"i SECRET\") VALUES ('SECRET')",
        "INSERT INTO \"SECRET\" (\"j SECRET\") VALUES (NEW.name)",
        "INSERT INTO found SELECT * FROM found WHERE found MATCH 'SECRET AND \"'",
    ];
    let place = Workplace::new(0..0);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    let database = place.database();
    let mut sql = "CREATE VIRTUAL TABLE found USING fts5(a);
        CREATE TABLE \"SECRET\" (\"u SECRET\" INT UNIQUE, \"n SECRET\" INT NOT NULL DEFAULT 0,
            \"c SECRET\" INT CONSTRAINT \"SECRET\" CHECK (\"c SECRET\" <> 0), \"i SECRET\" INT, \"j SECRET\" TEXT) STRICT;
        CREATE INDEX j ON \"SECRET\" (json_extract('{}', \"j SECRET\"));
        INSERT INTO \"SECRET\" (\"u SECRET\") VALUES (1);"
        .to_owned();
    for (key, statement) in (1..).zip(STATEMENTS) {
        write!(
            sql,
            "CREATE TRIGGER t{key} BEFORE INSERT ON person WHEN NEW.app_id = {key} BEGIN {statement}; END;"
        )
        .unwrap();
    }
    database.execute_batch(&sql.replace("SECRET", SECRET)).unwrap();
    let fine = STATEMENTS.len() + 1;
    for (key, xml) in (1..fine).map(|key| (key, ordinary(key))).chain(marked_up(fine)) {
        database.execute("INSERT INTO app_xml VALUES (?, ?)", (key.cast_signed(), xml)).unwrap();
    }
    let dump = |database: &Connection| {
        let sql = "SELECT concat_ws('|', status, failure_reason, failure_code, failure_table, failure_column) FROM processing_log
            UNION ALL SELECT concat_ws('|', table_name, column_name, code) FROM processing_issue";
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|row| row.unwrap() + "\n").collect::<String>()
    };
    // Not all errors of SQLite's quote something: a function that is used in the wrong place does not.
    check(&place, "sqlite:data.db", fine - 3, || dump(&database));
    let failed = "SELECT count(*) FROM processing_log WHERE status = 'failed'";
    assert_eq!(place.count(failed), i64::try_from(fine - 1 + MARKUP.len()).unwrap(), "{}", dump(&database));
}

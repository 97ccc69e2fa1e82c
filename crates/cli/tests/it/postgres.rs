//! The program on a real PostgreSQL: three instances, one of them killed, the server crashed in the middle; and the demo.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use postgres::{Client, NoTls};
use xmlshred_test_servers::{PostgresServer, skip};

use crate::workplace::{Workplace, document};

const DOCUMENT_COUNT: i64 = 1_500;
/// Everything that does not depend on when and by whom it was done.
const TARGET: [&str; 4] = [
    "SELECT p::text FROM person p ORDER BY 1",
    "SELECT p::text FROM phone p ORDER BY 1",
    "SELECT (app_id, status, failure_reason, row_count, issue_count, contract_hash, document_hash)::text \
     FROM processing_log ORDER BY 1",
    "SELECT i::text FROM processing_issue i ORDER BY 1",
];

fn server(what: &str) -> Option<PostgresServer> {
    PostgresServer::start(&[]).map_err(|unavailable| skip(what, &unavailable)).ok()
}

/// A database with documents.
fn filled(server: &PostgresServer, database: &str) -> Client {
    let mut client = Client::connect(&server.url("postgres"), NoTls).unwrap();
    client.batch_execute(&format!("CREATE DATABASE {database}")).unwrap();
    let mut client = Client::connect(&server.url(database), NoTls).unwrap();
    client.batch_execute("CREATE TABLE app_xml (app_id int PRIMARY KEY, xml text)").unwrap();
    let keys: Vec<i64> = (0..DOCUMENT_COUNT).collect();
    let documents: Vec<_> = keys.iter().map(|key| document(*key)).collect();
    client
        .execute("INSERT INTO app_xml SELECT * FROM unnest($1::bigint[], $2::text[])", &[&keys, &documents])
        .unwrap();
    client
}

fn target(client: &mut Client) -> Vec<Vec<String>> {
    let table = |sql: &&str| client.query(*sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    TARGET.iter().map(table).collect()
}

/// An instance that commits often and says so.
fn start(place: &Workplace, url: &str, index: u32) -> Child {
    let line = format!(
        "run --instance-count 3 --instance-id {index} --batch-size 5 --workers 1 --log-level DEBUG --progress off"
    );
    let mut command = place.command(&line);
    command.env("XMLSHRED_URL", url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn a_killed_instance_and_a_crashed_server_leave_nothing_half_done_and_a_second_run_completes_the_work() {
    let Some(server) = server("three instances on PostgreSQL") else { return };
    let place = Workplace::new(0..1);
    let mut clean = filled(&server, "clean");
    let run = |url: &str, arguments: &str| {
        let mut command = place.command(&format!("run {arguments}"));
        crate::workplace::Answer::of(command.env("XMLSHRED_URL", url).output().unwrap())
    };
    run(&server.url("clean"), "--create-tables").ends_with(3);
    let expected = target(&mut clean);
    assert_eq!(expected[2].len() as i64, DOCUMENT_COUNT);

    drop(filled(&server, "faults"));
    let url = server.url("faults");
    run(&url, "--create-tables --limit 0").ends_with(0);
    let mut instances: Vec<_> = (0..3).map(|index| start(&place, &url, index)).collect();
    let mut readers: Vec<_> =
        instances.iter_mut().map(|child| BufReader::new(child.stderr.take().unwrap())).collect();
    let wait_for = |reader: &mut BufReader<_>, count: usize| {
        let committed = reader.lines().map(Result::unwrap).filter(|line| line.contains("Committed"));
        assert_eq!(committed.take(count).count(), count, "it ended too soon");
    };
    // Nobody reads what the others say, so they wait; the first is killed between two commits.
    wait_for(&mut readers[0], 7);
    instances[0].kill().unwrap();
    instances[0].wait().unwrap();
    wait_for(&mut readers[1], 11);
    server.crash();
    server.up();
    for (child, reader) in instances.iter_mut().zip(readers).skip(1) {
        let said: Vec<_> = reader.lines().map(Result::unwrap).collect();
        for words in ["WARNING server gone, tries until ", "INFO back after "] {
            assert!(said.iter().any(|line| line.contains(words)), "{words}: {}", said.join("\n"));
        }
        assert_eq!(child.wait().unwrap().code(), Some(3), "{}", said.join("\n"));
    }
    let mut faults = Client::connect(&url, NoTls).unwrap();
    let unfinished = target(&mut faults);
    assert!(unfinished[2].len() < expected[2].len(), "the kill came too late to prove anything");
    for index in 0..3 {
        let answer = run(&url, &format!("--instance-count 3 --instance-id {index}"));
        assert!(matches!(answer.code, Some(0 | 3)), "{}", answer.err);
    }
    assert!(target(&mut faults) == expected, "the target differs from that of a run without faults");
}

#[test]
fn the_demo_runs_on_a_server_and_proves_itself() {
    let Some(server) = server("the demo on PostgreSQL") else { return };
    let place = Workplace::new(0..1);
    let url = server.url("postgres");
    let answer =
        place.run(&format!("demo --url {url} --documents 200 --bytes-per-document 5000")).ends_with(0);
    for words in ["3 instances = 1 instance", "all of them expected", "postgres://xmlshred@127.0.0.1"] {
        assert!(answer.out.contains(words), "{words:?} is not in {}", answer.out);
    }
    assert!(!answer.out.contains("xmlshred:xmlshred@"), "{}", answer.out);
    place.run("demo --url sqlite:data.db").ends_with(2).says(&["--url is for servers"]);
}

#[test]
fn what_the_server_refuses_before_a_session_begins_ends_a_run_with_exit_code_2() {
    let Some(server) = server("logins that PostgreSQL refuses") else { return };
    let place = Workplace::new(1..2);
    let mut client = Client::connect(&server.url("postgres"), NoTls).unwrap();
    client.batch_execute("CREATE DATABASE closed ALLOW_CONNECTIONS false").unwrap();
    let with_options = |options: &str| {
        let url = server.url("postgres");
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options={options}")
    };
    for (url, words) in [
        (server.url("closed"), "hint: the server refuses the session before it begins"),
        (with_options("-c%20nosuch%3D1"), "hint: the server refuses the session before it begins"),
        (with_options("-Z"), "hint: the server refuses the session before it begins"),
        (server.url("nowhere"), "hint: create the database, or correct its name in the address"),
    ] {
        let answer = place.run(&format!("run --url {url}")).ends_with(2).says(&[words]);
        assert_eq!(answer.err.matches("error:").count(), 1, "{}", answer.err);
    }
}

#[test]
fn what_a_server_holds_is_told_tried_again_and_compared() {
    let Some(server) = server("failures, retry and verify on PostgreSQL") else { return };
    let mut client = Client::connect(&server.url("postgres"), NoTls).unwrap();
    // Keys that are text, which are numbers in the target's tables.
    client.batch_execute("CREATE TABLE app_xml (app_id text PRIMARY KEY, xml text)").unwrap();
    for key in 0..60 {
        client.execute("INSERT INTO app_xml VALUES ($1, $2)", &[&key.to_string(), &document(key)]).unwrap();
    }
    let place = Workplace::new(0..1);
    let url = server.url("postgres");
    let run = |arguments: &str| {
        let mut command = place.command(arguments);
        crate::workplace::Answer::of(command.env("XMLSHRED_URL", &url).output().unwrap())
    };
    run("run --create-tables").ends_with(3);
    assert_eq!(run("failures --keys").ends_with(3).out, "57\n7\n");
    run("verify --all").ends_with(0);
    let changed = crate::workplace::CONTRACT
        .replace("number: {", "kind: { value: phone, type: text }\n      number: {");
    place.write("contract.yaml", &changed);
    client.batch_execute("ALTER TABLE phone ADD COLUMN kind text").unwrap();
    let retried = run("retry --contract-changed --yes").ends_with(3);
    assert!(retried.out.contains("60 documents: 2 failed, 58 succeeded\n"), "{}", retried.out);
    run("verify --all").ends_with(0);
    client
        .batch_execute(
            "DELETE FROM app_xml WHERE app_id IN ('3', '30');
             UPDATE phone SET number = 'secret' WHERE app_id = 10;
             UPDATE person SET weight = weight + 1 WHERE app_id = 11;
             DELETE FROM person WHERE app_id = 12;
             UPDATE app_xml SET xml = replace(xml, '61.5', '62') WHERE app_id = '13';",
        )
        .unwrap();
    let found = run("verify --all").ends_with(3);
    for line in [
        "2 in the log and not in the source any more (3, 30)",
        "10: phone: 2 rows missing, 2 rows too many",
        "11: person: weight differs",
        "12: person: 1 row missing",
        "changed since: 13;",
    ] {
        assert!(found.out.contains(line), "{line}: {}", found.out);
    }
    assert!(!found.out.contains("secret"), "{}", found.out);
    run("retry --vanished --yes").ends_with(0);
    run("retry --document-changed --yes").ends_with(0);
    run("retry --key 10 --key 11 --key 12 --yes").ends_with(0);
    run("verify --all").ends_with(0);
    let rows =
        client.query_one("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM processing_log)", &[]);
    let rows = rows.unwrap();
    assert_eq!((rows.get::<_, i64>(0), rows.get::<_, i64>(1)), (56, 58));
}

#[test]
fn a_run_that_waits_says_for_whom_and_status_sees_it_and_its_death() {
    let Some(server) = server("locks on PostgreSQL") else { return };
    let place = Workplace::new(0..1);
    let mut client = filled(&server, "locks");
    let url = server.url("locks");
    let run = |arguments: &str| {
        let mut command = place.command(arguments);
        crate::workplace::Answer::of(command.env("XMLSHRED_URL", &url).output().unwrap())
    };
    run("run --create-tables --limit 20").ends_with(3);
    client.batch_execute("SET application_name = 'psql'; BEGIN; LOCK TABLE person").unwrap();
    let holder: i32 = client.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    let mut child = place
        .command("run --workers 1 --progress off")
        .env("XMLSHRED_URL", &url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let words = format!(": waiting for a lock of pid {holder} (psql)");
    // Its first look at the tables waits already.
    let mut waits = said.filter(|line| line.contains(" WARNING no ") && line.contains(&words));
    assert!(waits.next().is_some(), "it does not say that it waits");
    let json = |answer: crate::workplace::Answer| -> serde_json::Value {
        serde_json::from_str(&answer.out).unwrap()
    };
    // Whether it stands still depends on how long ago its last commit was.
    let waiting = json(run("status --json"));
    let one = &waiting["instances"][0];
    assert_eq!((&one["state"], &one["pid"]), (&"waiting".into(), &child.id().into()), "{waiting}");
    assert_eq!(one["lock"], serde_json::json!({ "pid": holder, "program": "psql" }));
    let text = run("status").out;
    assert!(text.contains(&format!("lock of pid {holder} (psql)")), "{text}");
    child.kill().unwrap();
    child.wait().unwrap();
    // The server notices a client that is gone while it waits for a lock; before version 14 it did not.
    let killed = std::time::Instant::now();
    loop {
        let found = json(run("status --json"));
        if found["instances"][0]["state"] == "gone" {
            break;
        }
        assert!(killed.elapsed().as_secs() < 10, "it looks alive: {found}");
    }
    assert_eq!(json(run("status --json").ends_with(1))["next"][0], "xmlshred run");
}

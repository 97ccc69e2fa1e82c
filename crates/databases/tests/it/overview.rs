//! Runs that are at work, seen from outside: their sessions, whom they wait for, the room that the target takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use xmlshred_databases::{DatabaseUrl, OpenOptions, SourceAddress, open, open_overview};
use xmlshred_engine::Activity;
use xmlshred_engine::ports::{FailedDocuments, LockHolder, Ports, SessionName};
use xmlshred_model::{OnExisting, Share};

use crate::postgres::PostgresBench;
use crate::postgres_target::{batch, schema, with_table};
use crate::several_writers::identity;
use crate::sqlite::SqliteFixture;

fn name(index: u32) -> SessionName {
    SessionName::new("9.9", Share::new(index, 3).unwrap(), "contract", "night")
}

fn named(index: u32) -> OpenOptions {
    OpenOptions { application_name: name(index).to_string(), ..OpenOptions::default() }
}

/// Looks until it is so: what a server notices, it notices a moment later.
fn until(limit: Duration, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < limit, "it does not come about");
        std::thread::yield_now();
    }
}

#[test]
fn postgresql_tells_who_is_at_work_and_who_holds_the_lock() {
    let Some(bench) = PostgresBench::start("sessions on PostgreSQL", &[]) else { return };
    let schema = schema(&[], OnExisting::Fail);
    let fixture = with_table(&bench, &schema, "CREATE TABLE t (id bigint PRIMARY KEY)");
    let url = fixture.url();
    let source = SourceAddress::Database(url.clone());
    let ports = |index| open(&source, &url, &fixture.spec(), &schema, named(index)).unwrap();
    ports(0).journal().unwrap().create_tables().unwrap();
    let mut overview = open_overview(&url, &OpenOptions::default()).unwrap();
    let seen = |overview: &mut dyn xmlshred_databases::Overview| overview.sessions().unwrap().unwrap();
    until(Duration::from_secs(20), || seen(&mut *overview).is_empty());

    let [one, two] = [0, 1].map(ports);
    let (mut sink, idle) = (one.sink().unwrap(), two.sink().unwrap());
    let mut names: Vec<_> = seen(&mut *overview).iter().map(|session| session.name.to_string()).collect();
    names.sort();
    assert_eq!(names, [name(0).to_string(), name(1).to_string()]);
    assert!(seen(&mut *overview).iter().all(|session| session.waits_for.is_none()));
    assert_eq!(one.lock_holder(Activity::Load).unwrap(), None);

    let mut other = fixture.client();
    other.batch_execute("SET application_name = 'psql'; BEGIN; LOCK TABLE t").unwrap();
    let pid: i32 = other.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    let holder = LockHolder { pid: pid.into(), program: "psql".to_owned() };
    std::thread::scope(|scope| {
        let committed = scope.spawn(|| {
            sink.commit(
                &batch(&schema, 1, &[&[xmlshred_model::Value::Int(1)]]),
                &identity(0, 3),
                FailedDocuments::Leave,
            )
        });
        until(Duration::from_secs(20), || one.lock_holder(Activity::Load).unwrap().is_some());
        assert_eq!(one.lock_holder(Activity::Load).unwrap(), Some(holder.clone()));
        assert_eq!(two.lock_holder(Activity::Load).unwrap(), None);
        let waiting: Vec<_> =
            seen(&mut *overview).into_iter().filter_map(|session| session.waits_for).collect();
        assert_eq!(waiting, [holder]);
        other.batch_execute("COMMIT").unwrap();
        committed.join().unwrap().unwrap();
    });
    drop((sink, idle));
    until(Duration::from_secs(20), || seen(&mut *overview).is_empty());
    assert!(overview.byte_count(&schema).unwrap().unwrap() > 0);
}

#[test]
fn sqlite_tells_who_is_at_work_by_files_that_are_locked() {
    let schema = schema(&[], OnExisting::Fail);
    let fixture = SqliteFixture { folder: tempfile::tempdir().unwrap(), schema: Arc::clone(&schema) };
    let create = "CREATE TABLE app_xml (app_id INTEGER PRIMARY KEY, xml TEXT); CREATE TABLE t (id INTEGER PRIMARY KEY)";
    fixture.connection().execute_batch(create).unwrap();
    let url = DatabaseUrl::Sqlite(fixture.file());
    let source = SourceAddress::Database(url.clone());
    let ports =
        |index| -> Box<dyn Ports> { open(&source, &url, &fixture.spec(), &schema, named(index)).unwrap() };
    ports(0).journal().unwrap().create_tables().unwrap();
    let mut overview = open_overview(&url, &OpenOptions::default()).unwrap();
    let mut names = || -> Vec<_> {
        let sessions = overview.sessions().unwrap().unwrap();
        let mut names: Vec<_> = sessions.iter().map(|session| session.name.to_string()).collect();
        names.sort();
        names
    };
    assert!(names().is_empty(), "reading is no work");
    let [one, two] = [0, 1].map(ports);
    let _sinks = (one.sink().unwrap(), two.sink().unwrap());
    assert_eq!(names(), [name(0).to_string(), name(1).to_string()]);
    drop(two);
    assert_eq!(names(), [name(0).to_string()]);
    drop(one);
    let left = std::fs::read_dir(fixture.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.map(|name| name.into_string().unwrap()).all(|name| !name.contains("xmlshred")));
    let elsewhere = DatabaseUrl::Sqlite(fixture.folder.path().join("mistyped.db"));
    assert!(open_overview(&elsewhere, &OpenOptions::default()).is_err());
}

//! Servers that take a connection and say nothing, and locks that nobody gives back: signals are heeded all the same.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::workplace::Workplace;

/// Longer than any test may last: who waits for it, fails by never ending.
const FOR_EVER: &str = "1000000";

/// A port that takes connections and says nothing.
struct Silence(TcpListener);

impl Silence {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn urls(&self) -> [String; 2] {
        let place = self.0.local_addr().unwrap();
        [
            format!("postgres://me:pw@{place}/db?connect_timeout={FOR_EVER}"),
            format!("sqlserver://me:pw@{place}/db?connectTimeout={FOR_EVER}"),
        ]
    }

    /// The next connection, held open.
    fn next(&self) -> TcpStream {
        self.0.accept().unwrap().0
    }
}

fn start(place: &Workplace, arguments: &str, url: &str) -> Child {
    let mut command = place.command(arguments);
    command.env("XMLSHRED_URL", url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn signal(name: &str, child: &Child) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn end(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

#[test]
fn a_server_that_says_nothing_holds_no_command_against_a_signal() {
    for arguments in [
        "run --create-tables",
        "run",
        "run --dry-run",
        "launch --instances 2",
        "check",
        "status",
        "preview --key 1",
        "explain --key 1 person",
        "coverage --key 1",
        "infer --source-table app_xml --source-key app_id --source-xml xml --sample 1",
        "demo",
    ] {
        for (at, name) in [(0, "-TERM"), (1, "-INT")] {
            let silence = Silence::new();
            let url = &silence.urls()[at];
            let place = Workplace::new(0..1);
            let child = match arguments {
                "demo" => start(&place, &format!("demo --url {url}"), "sqlite:none.db"),
                _ => start(&place, arguments, url),
            };
            let held = silence.next();
            signal(name, &child);
            let (code, said) = end(child);
            assert_eq!(code, Some(130), "{arguments} {url}: {said}");
            drop(held);
        }
    }
}

#[test]
fn a_silent_server_that_was_not_asked_for_is_left_after_the_limit_with_exit_code_2() {
    let silence = Silence::new();
    let place = Workplace::new(0..1);
    for url in silence.urls() {
        let url = url.replace(FOR_EVER, "1");
        let answer = place.run(&format!("run --url {url}")).ends_with(2);
        answer.says(&["no login within 1 s", "hint: "]);
    }
}

#[test]
fn a_second_host_is_tried_when_the_first_says_nothing() {
    let (silence, refusing) = (Silence::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let second = refusing.local_addr().unwrap();
    drop(refusing);
    let place = Workplace::new(0..1);
    let first = silence.0.local_addr().unwrap();
    let url = format!("postgres://me@{first},{second}/db?connect_timeout=1");
    place.run(&format!("status --url {url}")).ends_with(2).says(&["refused"]);
}

#[test]
fn two_signals_to_a_launch_end_it_with_130() {
    let silence = Silence::new();
    let place = Workplace::new(0..1);
    let child = start(&place, "launch --instances 2", &silence.urls()[0]);
    let held = [silence.next(), silence.next()];
    signal("-TERM", &child);
    signal("-TERM", &child);
    let (code, said) = end(child);
    assert_eq!(code, Some(130), "{said}");
    drop(held);
}

#[test]
fn a_lock_of_another_program_holds_no_run_against_a_signal() {
    let place = Workplace::new(0..100);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    let other = place.database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut child = start(&place, "run --log-level DEBUG --progress off", "sqlite:data.db");
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("Extracted") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended too soon");
    }
    signal("-TERM", &child);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(place.count("SELECT count(*) FROM processing_log"), 0);
    place.run("run --url sqlite:data.db").ends_with(3);
}

#[test]
fn check_waits_for_a_silent_server_once() {
    let silence = Silence::new();
    let place = Workplace::new(0..1);
    for url in silence.urls() {
        let url = url.replace(FOR_EVER, "1");
        place.run(&format!("check --url {url}")).ends_with(2).says(&["within 1 s"]);
        drop(silence.next());
        silence.0.set_nonblocking(true).unwrap();
        assert!(silence.0.accept().is_err(), "{url}: it connected once more");
        silence.0.set_nonblocking(false).unwrap();
    }
}

#[test]
fn no_command_line_of_an_instance_shows_a_secret() {
    let silence = Silence::new();
    let [url, _] = silence.urls();
    let place = Workplace::new(0..1);
    let file = std::path::absolute(place.path().join("data.db")).unwrap();
    for (arguments, variable) in [
        ("launch --instances 1".to_owned(), url.as_str()),
        (format!("launch --instances 1 --url {url}"), "sqlite:none.db"),
        (format!("launch --instances 1 --source-url {url} --target-url {url}"), "sqlite:none.db"),
        (format!("launch --instances 1 --source-url {url}"), &format!("sqlite:{}", file.display())),
        (format!("launch --instances 1 --password pw --url {url}"), ""),
    ] {
        let child = start(&place, &arguments, variable);
        let held = silence.next();
        let lines = command_lines_below(child.id());
        assert!(lines.iter().any(|line| line.contains("--stop-with-stdin")), "{arguments}: {lines:?}");
        for line in lines {
            assert!(!line.contains("pw"), "{arguments}: {line}");
        }
        signal("-TERM", &child);
        let (code, said) = end(child);
        assert_eq!(code, Some(130), "{said}");
        drop(held);
    }
}

/// The command lines of this process's children.
fn command_lines_below(parent: u32) -> Vec<String> {
    let read = |path: String| std::fs::read(path).map(|text| String::from_utf8_lossy(&text).into_owned());
    let children = read(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    children.split_whitespace().filter_map(|child| read(format!("/proc/{child}/cmdline")).ok()).collect()
}

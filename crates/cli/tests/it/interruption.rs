//! Killed, interrupted, out of room: the same command again completes the work, and nothing is there twice.
//!
//! The moments are lines that the program says. A program that says more than its reader takes has to wait, so it cannot
//! be finished before the reader has done what it came for.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Child, Command, Stdio};

use crate::workplace::Workplace;

const TALKATIVE: &str = "--batch-size 1 --workers 1 --log-level DEBUG --progress off --url sqlite:data.db";

fn start(place: &Workplace, arguments: &str) -> Child {
    let mut command = place.command(&format!("{arguments} {TALKATIVE}"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Reads until so many lines contain `words`.
fn read_until(stderr: &mut impl BufRead, words: &str, count: usize) {
    let mut line = String::new();
    let mut seen = 0;
    while seen < count {
        line.clear();
        assert_ne!(
            stderr.read_line(&mut line).unwrap(),
            0,
            "it ended before it said {words:?} {count} times"
        );
        seen += usize::from(line.contains(words));
    }
}

fn signal(name: &str, child: &Child) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_killed_instance_leaves_nothing_half_done_and_the_same_commands_complete_the_work() {
    let clean = Workplace::new(0..1800);
    clean.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let expected = clean.target();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..8 {
        let place = Workplace::new(0..1800);
        place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
        let victim = random.usize(..3);
        let (words, count) = if random.bool() { ("Extracted", 200) } else { ("Committed", 200) };
        let count = random.usize(1..=count);
        let mut instances: Vec<_> = (0..3)
            .map(|index| start(&place, &format!("run --instance-count 3 --instance-id {index}")))
            .collect();
        let mut killed = instances.remove(victim);
        let readers: Vec<_> = instances
            .iter_mut()
            .map(|child| {
                let mut stderr = child.stderr.take().unwrap();
                std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()))
            })
            .collect();
        read_until(&mut BufReader::new(killed.stderr.take().unwrap()), words, count);
        killed.kill().unwrap();
        assert_eq!(killed.wait().unwrap().code(), None);
        for (mut child, reader) in instances.into_iter().zip(readers) {
            reader.join().unwrap().unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(3));
        }
        assert!(place.target() != expected, "round {round}: the kill came too late to prove anything");
        for index in 0..3 {
            let answer =
                place.run(&format!("run --url sqlite:data.db --instance-count 3 --instance-id {index}"));
            assert!(matches!(answer.code, Some(0 | 3)), "{}", answer.err);
        }
        assert_eq!(place.target(), expected, "round {round}: killed {victim} after {words} {count}");
    }
}

#[test]
fn ctrl_c_ends_in_order_with_130_and_the_same_command_goes_on() {
    for name in ["-INT", "-TERM"] {
        let place = Workplace::new(0..3000);
        let mut child = start(&place, "run --create-tables --session-id first");
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        read_until(&mut stderr, "Extracted", 5);
        signal(name, &child);
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
        assert!(rest.contains("Stopping"), "{rest}");
        let metrics = place.metrics("1of1");
        assert_eq!(metrics["ended"], "interrupted");
        let logged = place.count("SELECT count(*) FROM processing_log");
        assert_eq!(metrics["documents"]["processed"], logged);
        assert!(logged < 3000);
        place.run("run --url sqlite:data.db --session-id second").ends_with(3);
        assert_eq!(place.count("SELECT count(*) FROM processing_log"), 3000);
        assert_eq!(place.count("SELECT count(*) FROM person"), 3000 - 60);
    }
}

#[test]
fn prometheus_can_ask_while_the_run_lasts() {
    let place = Workplace::new(0..3000);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = start(&place, &format!("run --create-tables --session-id s1 --metrics-listen {free}"));
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    read_until(&mut stderr, "Committed", 5);
    let mut connection = std::net::TcpStream::connect(free).unwrap();
    connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    for words in [
        "xmlshred_documents_total{session_id=\"s1\",instance_id=\"0\",instance_count=\"1\",status=\"success\"} ",
        "xmlshred_stage_seconds_count",
        "table=\"person\"",
    ] {
        assert!(answer.contains(words), "{words:?} is not in {answer}");
    }
}

#[test]
fn a_launch_passes_ctrl_c_on_and_its_instances_end_in_order() {
    let place = Workplace::new(0..6000);
    let mut child = start(&place, "launch --instances 3 --create-tables --session-id night");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    read_until(&mut stderr, "Extracted", 5);
    signal("-INT", &child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    for instance in ["1of3", "2of3", "3of3"] {
        assert_eq!(place.metrics(instance)["ended"], "interrupted");
    }
}

#[test]
fn a_launch_says_which_instance_was_killed_and_that_its_work_is_not_in_the_sum() {
    let place = Workplace::new(0..6000);
    let mut launch = place.command(&format!("launch --instances 2 --create-tables {TALKATIVE}"));
    let mut child =
        launch.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    read_until(&mut stderr, "Extracted", 5);
    let parent = child.id().to_string();
    let killed = Command::new("pkill").args(["--oldest", "--signal", "KILL", "--parent", &parent]).status();
    assert!(killed.unwrap().success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let answer = child.wait_with_output().unwrap();
    let out = String::from_utf8(answer.stdout).unwrap();
    assert_eq!(answer.status.code(), Some(1), "{rest}{out}");
    assert!(rest.contains("instance 1/2 was killed (signal: 9 (SIGKILL)); run it again"), "{rest}");
    for words in ["killed", "(1 of 2 instances", "Not counted: what instance 1/2 did"] {
        assert!(out.contains(words), "{words:?} is not in {out}");
    }
}

#[test]
fn instances_end_when_their_launch_is_killed() {
    let place = Workplace::new(0..6000);
    let mut child = start(&place, "launch --instances 2 --create-tables");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    read_until(&mut stderr, "Extracted", 5);
    child.kill().unwrap();
    child.wait().unwrap();
    // Standard error is held by nobody but the launch; the instances' logs end with their end.
    drop(stderr);
    let last_words = |instance: &str| loop {
        let log = std::fs::read_to_string(place.only_file("logs", &format!("_{instance}.log"))).unwrap();
        if log.contains("Time per stage") {
            break log;
        }
        std::thread::yield_now();
    };
    for instance in ["1of2", "2of2"] {
        assert!(last_words(instance).contains("(interrupted"));
    }
}

#[test]
fn no_room_left_stops_the_run_and_a_run_with_room_completes_it() {
    let place = Workplace::new(0..3000);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    let program = assert_cmd::cargo::cargo_bin!("xmlshred");
    let bytes = std::fs::metadata(place.path().join("data.db")).unwrap().len();
    // A limit on the size of files, in units of 512 bytes; exceeding it is an error of the write instead of a signal.
    let limits = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", bytes / 512 + 100);
    let output = Command::new("sh")
        .current_dir(place.path())
        .args(["-c", &limits, "sh"])
        .arg(program)
        .args("run --url sqlite:data.db --progress off --batch-size 50".split(' '))
        .output()
        .unwrap();
    let answer = crate::workplace::Answer::of(output).ends_with(1).says(&["error: "]);
    assert!(!answer.err.contains("panic"), "{}", answer.err);
    assert_eq!(
        place.count("SELECT count(*) FROM processing_log WHERE status = 'success'"),
        place.count("SELECT count(*) FROM person")
    );
    place.run("run --url sqlite:data.db").ends_with(3);
    assert_eq!(place.count("SELECT count(*) FROM person"), 3000 - 60);
}

#[test]
fn a_database_that_cannot_be_written_is_told_before_the_run_begins() {
    let place = Workplace::new(0..10);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    place.database().pragma_update(None, "journal_mode", "DELETE").unwrap();
    // Read-only for everyone, root included: the version of the format that writing takes.
    let mut file = std::fs::OpenOptions::new().write(true).open(place.path().join("data.db")).unwrap();
    file.seek(SeekFrom::Start(18)).unwrap();
    file.write_all(&[3]).unwrap();
    place.run("run --url sqlite:data.db").ends_with(2).says(&["data.db", "error: ", "hint: "]);
}

#[test]
fn a_stop_before_the_contract_is_read_ends_a_command_as_interrupted() {
    let place = Workplace::new(0..1);
    let pipe = place.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for command in ["run", "launch --instances 2", "check"] {
        let mut child = place.command(&format!("{command} --contract pipe --url sqlite:data.db"));
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // It opens the pipe to read when somebody opens it to write.
        let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        signal("-TERM", &child);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{command}");
        drop(writer);
    }
}

//! `status`: how far the work is, who is at it, and what looks like a mistake.

use crate::workplace::{Workplace, broken, document};

fn json(place: &Workplace, arguments: &str, code: i32) -> serde_json::Value {
    let answer = place.run(&format!("status --json {arguments}")).ends_with(code);
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

#[test]
fn a_run_that_was_stopped_is_told_with_the_command_that_goes_on() {
    let place = Workplace::new(0..60);
    let answer = place.run("status --url sqlite:data.db").ends_with(1);
    assert!(answer.out.contains("There is no log in sqlite:data.db"), "{}", answer.out);
    assert!(answer.out.contains("\n→ xmlshred run --create-tables\n"), "{}", answer.out);
    place.run("run --url sqlite:data.db --create-tables --limit 20").ends_with(3);
    let status = json(&place, "--url sqlite:data.db", 1);
    assert_eq!((&status["success"], &status["failed"], &status["left"]), (&19.into(), &1.into(), &40.into()));
    assert_eq!(status["version"], 2);
    assert_eq!(status["instances"][0]["state"], "gone");
    assert_eq!(status["causes"][0]["code"], "not-well-formed");
    let text = place.run("status --url sqlite:data.db").ends_with(1).out;
    for part in
        ["33 %  20/60  failed 1 (5.0 %)", "1/1   GONE     20", "\n→ xmlshred run\n→ xmlshred failures\n"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    place.run("run --url sqlite:data.db").ends_with(3);
    let text = place.run("status --url sqlite:data.db").ends_with(3).out;
    assert!(text.contains("100 %  60/60  failed 2 (3.3 %)  nothing left"), "{text}");
    assert!(text.contains("1/1   done     60     0"), "{text}");
    place.run("run --url sqlite:data.db --session-id once-more --retry-failed").ends_with(3);
    let text = place.run("status --url sqlite:data.db --sessions").ends_with(3).out;
    assert!(text.contains("once-more"), "{text}");
}

#[test]
fn every_instance_has_its_line_and_fits() {
    let place = Workplace::new(0..300);
    place.run("run --url sqlite:data.db --create-tables --instance-id 0 --instance-count 3").ends_with(3);
    place.run("run --url sqlite:data.db --instance-id 2 --instance-count 3 --limit 20").ends_with(0);
    for columns in [80, 60, 40] {
        let mut command = place.command("status --url sqlite:data.db");
        let answer =
            crate::workplace::Answer::of(command.env("COLUMNS", columns.to_string()).output().unwrap());
        let text = answer.ends_with(1).out;
        for line in text.lines().filter(|line| !line.starts_with('→')) {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        for part in ["1/3   done", "2/3   not begun", "3/3   GONE"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.contains("→ xmlshred run --instance-id 1 --instance-count 3\n"), "{text}");
        assert_eq!(text.contains("left out: --wide"), columns < 60, "{text}");
    }
    let wide = place.run("status --wide --url sqlite:data.db").ends_with(1).out;
    assert!(wide.contains("last") && !wide.contains("left out"), "{wide}");
}

#[test]
fn an_instance_that_is_killed_is_gone_at_once() {
    let place = Workplace::new(0..40);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    let mut child = place
        .command("run --url sqlite:data.db --follow 60 --log-level DEBUG")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let is_done = |line: &String| line.contains("Everything is processed");
    assert!(lines.map(Result::unwrap).any(|line| is_done(&line)));
    place.database().execute("INSERT INTO app_xml VALUES (1001, ?1)", [document(1001)]).unwrap();
    let status = json(&place, "--url sqlite:data.db", 0);
    let one = &status["instances"][0];
    assert_eq!((&one["state"], &one["left"]), (&"running".into(), &1.into()), "{status}");
    assert_eq!(one["pid"], child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    let status = json(&place, "--url sqlite:data.db", 1);
    assert_eq!(status["instances"][0]["state"], "gone", "{status}");
}

#[test]
fn what_looks_like_a_mistake_is_told() {
    let place = Workplace::new(0..10);
    place.run("status --url sqlite:mistyped.db").ends_with(2).says(&["mistyped.db does not exist", "hint: "]);
    assert!(!place.path().join("mistyped.db").exists());
    place.run("run --url sqlite:data.db --create-tables").ends_with(i32::from(broken(0..10) > 0) * 3);
    let other = crate::workplace::CONTRACT.replace("name: people", "name: other");
    place.write("other.yaml", &other);
    let text = place.run("status --url sqlite:data.db --contract other.yaml").ends_with(1).out;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("The log has no row of contract `other`, but 10 of `"), "{text}");
}

#[test]
fn it_is_watched_line_by_line_where_there_is_no_terminal() {
    let place = Workplace::new(0..10);
    place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let mut child = place
        .command("status --url sqlite:data.db --json --watch 1")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    for line in lines.take(2) {
        let status: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert_eq!(status["left"], 0);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

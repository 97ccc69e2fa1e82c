//! What somebody reads who has never run the program before: what happened, in true words, and what to do next.

use crate::workplace::{Workplace, broken, document};

#[test]
fn documents_that_failed_earlier_are_told_of_and_what_tries_them() {
    let place = Workplace::new(0..300);
    let failed = broken(0..300);
    let first = place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    assert!(!first.out.contains("earlier"), "{}", first.out);
    let told = format!("{failed} earlier failures remain: xmlshred failures");
    let again = place.run("run --url sqlite:data.db --session-id again").ends_with(0);
    assert_eq!(again.out.lines().last(), Some(&*told));
    let log = std::fs::read_to_string(place.path().join("logs/run_again_1of1.log")).unwrap();
    assert!(log.contains(&format!("INFO {told}\n")), "{log}");
    // Only those of the share and the range: 7, 57, 107 …
    let one = "1 earlier failure remains: xmlshred failures";
    for (flags, told) in
        [("--key-end 50", one), ("--key-start 258", ""), ("--instance-count 250 --instance-id 57", one)]
    {
        let out = place.run(&format!("run --url sqlite:data.db {flags}")).ends_with(0).out;
        assert!(
            if told.is_empty() { !out.contains("earlier") } else { out.contains(told) },
            "{flags}: {out}"
        );
    }
    let retried = place.run("run --url sqlite:data.db --retry-failed").ends_with(3);
    assert!(!retried.out.contains("earlier"), "{}", retried.out);
    let together = place.run("launch --instances 2 --url sqlite:data.db").ends_with(0);
    assert!(together.out.contains(&told), "{}", together.out);
}

#[test]
fn a_run_that_left_failed_documents_names_the_next_command() {
    let place = Workplace::new(0..10);
    let answer = place.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let last = answer.out.lines().last().unwrap();
    assert!(
        last.starts_with("Next: `xmlshred failures` tells why") && last.contains("`xmlshred retry`"),
        "{last}"
    );
    let answer = place.run("run --url sqlite:data.db").ends_with(0);
    assert!(!answer.out.contains("Next: "), "{}", answer.out);
}

/// The line with the verdict, without the time that it took.
fn verdict(out: &str) -> &str {
    let line =
        out.lines().find(|line| line.contains(" loaded, ")).unwrap_or_else(|| panic!("no verdict: {out}"));
    line.rsplit_once(" in ").unwrap().0
}

#[test]
fn a_run_ends_with_its_verdict_in_one_line() {
    let place = Workplace::new(0..60);
    for (command, code, expected) in [
        ("run --dry-run --create-tables", 3, "Done: 58 would be loaded, 2 would fail, 0 left"),
        ("run --create-tables --limit 20", 3, "Limit reached: 19 loaded, 1 failed, 40 left"),
        ("run --key-end 29", 0, "Done: 10 loaded, 0 failed, 0 left"),
        ("launch --instances 3", 3, "Done: 29 loaded, 1 failed, 0 left"),
        ("run", 0, "Done: 0 loaded, 0 failed, 0 left"),
        ("run --max-failures 0 --retry-failed", 1, "Stopped: 0 loaded, 2 failed, 0 left"),
    ] {
        let out = place.run(&format!("{command} --url sqlite:data.db")).ends_with(code).out;
        let line = if expected.contains("would") {
            out.lines().find(|line| line.contains("would be loaded")).unwrap().rsplit_once(" in ").unwrap().0
        } else {
            verdict(&out)
        };
        assert_eq!(line, expected, "{command}");
    }
}

#[test]
fn a_condition_that_is_no_sql_is_found_by_check_and_before_a_run_begins() {
    for (condition, word) in
        [("knd = 1", "`knd`"), ("app_id >", "source.where"), ("app_id = 1) (", "source.where")]
    {
        let place = Workplace::new(0..10);
        let contract =
            crate::workplace::CONTRACT.replace("xml: xml }", &format!("xml: xml, where: \"{condition}\" }}"));
        place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
        place.write("contract.yaml", &contract);
        for command in ["check", "run", "run --retry-failed", "run --create-tables"] {
            let answer = place.run(&format!("{command} --url sqlite:data.db")).ends_with(2);
            let answer = answer.says(&["`source.where` is not SQL", word, "hint: mend `source.where`"]);
            assert!(!answer.err.contains("connecting"), "{}", answer.err);
        }
        assert_eq!(place.count("SELECT count(*) FROM processing_log"), 0);
    }
}

#[test]
fn what_a_connection_that_came_about_shows_is_not_said_to_be_one_that_did_not() {
    let place = Workplace::new(0..10);
    std::fs::create_dir(place.path().join("in")).unwrap();
    place.write("in/1.xml", "<request id='1'/>");
    let answer = place.run("run --files in/*.xml --url sqlite:none.db").ends_with(2);
    assert!(answer.err.contains("error: the target none.db does not exist"), "{}", answer.err);
    place.run("run --url sqlite:data.db").ends_with(2).says(&["error: none of the 2 tables exist yet"]);
    place.database().execute_batch("CREATE TABLE person (app_id INTEGER PRIMARY KEY)").unwrap();
    let answer = place.run("run --url sqlite:data.db --create-tables").ends_with(2);
    let answer =
        answer.says(&["error: the target lacks columns", "ALTER TABLE \"person\" ADD \"name\" VARCHAR(20)"]);
    assert!(!answer.err.contains("--create-tables` makes"), "{}", answer.err);
    place
        .run("check --url sqlite:data.db")
        .ends_with(2)
        .says(&["ALTER TABLE \"person\" ADD \"name\" VARCHAR(20)"]);
}

#[test]
fn a_trigger_that_refuses_a_row_is_not_called_a_constraint() {
    let place = Workplace::new(0..2);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    let trigger =
        "CREATE TRIGGER no BEFORE INSERT ON person WHEN new.app_id = 1 BEGIN SELECT RAISE(ABORT, 'no'); END";
    place.database().execute_batch(trigger).unwrap();
    let words = "load: check-violation: a check constraint or a trigger of table `person` refuses the row";
    place.run("run --url sqlite:data.db").ends_with(3).says(&[words]);
    let help = place.run("help check-violation").ends_with(0).out;
    assert!(help.contains("or a trigger"), "{help}");
}

#[test]
fn a_failed_document_of_a_file_is_told_with_its_name() {
    let place = Workplace::new(0..1);
    std::fs::create_dir(place.path().join("in")).unwrap();
    place.write("in/17.xml", "<request id='17'>");
    place.write("in/named.xml", "<request id='18'>");
    let line = "run --files in/*.xml --url sqlite:data.db --create-tables --session-id f";
    place
        .run(line)
        .ends_with(3)
        .says(&["Document app_id 17 (in/17.xml) failed: ", "(in/named.xml) failed: "]);
    let log = std::fs::read_to_string(place.path().join("logs/run_f_1of1.log")).unwrap();
    assert!(log.contains("(in/named.xml) failed: "), "{log}");
}

#[test]
fn a_row_that_is_not_there_is_told_so() {
    let place = Workplace::new(0..2);
    place.write("3.xml", &crate::workplace::document(3));
    for flags in ["--row 99", "--row 4", "--row 0", "--row 99 --json"] {
        let answer = place.run(&format!("explain 3.xml phone {flags}")).ends_with(2);
        answer.says(&["3.xml has no row", "of phone: it has 3"]);
    }
    place.run("explain 3.xml phone --row 3").ends_with(0);
}

#[test]
fn documents_that_are_not_named_are_counted() {
    let place = Workplace::new(0..1);
    for n in 0..6 {
        place.write(&format!("b{n}.xml"), "<broken>");
        place.write(&format!("g{n}.xml"), "<good><a>1</a></good>");
        place.write(&format!("o{n}.xml"), "<other><a>1</a></other>");
    }
    place.run("infer b*.xml g*.xml").ends_with(3).says(&["documents left out: 6", "and 1 more"]);
    place.run("infer g*.xml o*.xml").ends_with(2).says(&["g4.xml and 1 more", "o4.xml and 1 more"]);
}

#[test]
fn no_help_is_about_the_tests_of_the_program() {
    let place = Workplace::new(0..1);
    for topic in ["errors", "W0807", "E0801", "contract", "running", "operating", "databases"] {
        let out = place.run(&format!("help {topic}")).ends_with(0).out;
        for machinery in ["UPDATE_CASES", "cargo ", "DROP TABLE"] {
            assert!(!out.contains(machinery), "{topic}: {machinery}");
        }
    }
}

/// `/dev/full` takes no byte, as a full disk.
#[test]
#[cfg(target_os = "linux")]
fn a_log_file_that_takes_nothing_is_told_once_and_stops_nothing() {
    let place = Workplace::new(1..6);
    std::fs::create_dir(place.path().join("logs")).unwrap();
    std::os::unix::fs::symlink("/dev/full", place.path().join("logs/run_full_1of1.log")).unwrap();
    let answer = place.run("run --url sqlite:data.db --create-tables --session-id full").ends_with(0);
    let line = "ERROR cannot write log file logs/run_full_1of1.log: No space left";
    assert_eq!(answer.err.matches(line).count(), 1, "{}", answer.err);
    assert_eq!(place.count("SELECT COUNT(*) FROM person"), 5);
}

#[test]
fn what_is_left_is_not_counted_where_the_source_is_not_named() {
    let place = Workplace::new(1..1);
    place.database().execute("DROP TABLE app_xml", []).unwrap();
    std::fs::create_dir(place.path().join("in")).unwrap();
    place.write("in/17.xml", &document(17));
    place.run("run --files in/*.xml --url sqlite:data.db --create-tables").ends_with(0);
    let answer = place.run("status --url sqlite:data.db").ends_with(0);
    let told = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "1 done, left: not counted",
        "the source has no table `app_xml`: what is left is not counted",
        "--files",
    ] {
        assert!(told.contains(part), "{part}: {}", answer.out);
    }
    let answer = place.run("status --files in/*.xml --url sqlite:data.db").ends_with(0);
    assert!(answer.out.contains("1/1  nothing left"), "{}", answer.out);
}

#[test]
fn a_trigger_that_needs_a_table_that_is_not_there_is_told_as_one() {
    let place = Workplace::new(1..3);
    place.run("run --url sqlite:data.db --create-tables --limit 1").ends_with(0);
    let trigger =
        "CREATE TRIGGER audit AFTER INSERT ON person BEGIN INSERT INTO hunter2 VALUES (new.app_id); END";
    place.database().execute(trigger, []).unwrap();
    let answer = place.run("run --url sqlite:data.db").ends_with(2);
    assert!(!answer.err.contains("hunter2") && !answer.err.contains("--create-tables"), "{}", answer.err);
    answer.says(&["preparing to load person: a table is missing", "hint: a trigger, view or function"]);
    let view = "CREATE VIEW phones AS SELECT * FROM phone; DROP TRIGGER audit; ALTER TABLE phone RENAME TO phone_old; \
                CREATE VIEW phone AS SELECT * FROM phone_old";
    place.database().execute_batch(view).unwrap();
    place.run("run --url sqlite:data.db").ends_with(2).says(&["phone"]);
}

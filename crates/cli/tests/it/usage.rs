//! Mistakes in what was asked for: exit code 2, the place, what to do.

use crate::workplace::{Answer, Workplace};

fn refused(arguments: &str, words: &[&str]) {
    let place = Workplace::new(1..3);
    let answer = place.run(arguments).ends_with(2).says(words);
    assert!(!answer.err.contains("panic"), "{}", answer.err);
    assert!(!place.path().join("metrics").exists(), "{arguments} got as far as a run");
}

#[test]
fn instances_that_cannot_be_are_refused_with_both_values() {
    refused(
        "run --url sqlite:data.db --instance-id 3 --instance-count 3",
        &["error: instance id 3 is not below instance count 3", "hint: "],
    );
    refused("run --url sqlite:data.db --instance-count 0", &["instance count is 0", "instance id was 0"]);
    refused(
        "run --url sqlite:data.db --instance-id -1 --instance-count 3",
        &["instance id -1 and instance count 3"],
    );
    refused("launch --url sqlite:data.db --instances 0", &["--instances"]);
}

#[test]
fn an_address_in_a_wrong_place_shows_no_password() {
    for address in ["postgres://me:CRET@h/db", "me:CRET@localhost/db", "sqlserver://h;user=sa;password=CRET"]
    {
        check_shows_no_password(address);
    }
}

fn check_shows_no_password(address: &str) {
    for arguments in [
        format!("run {address}"),
        format!("launch {address}"),
        format!("run --workers {address}"),
        format!("infer --sample {address}"),
        format!("check -c {address}"),
        format!("preview {address}"),
        format!("run --url sqlite:data.db --contract {address}"),
        "check --url postgres://h/d?host=x:CRET@127.0.0.1".to_owned(),
        format!("check --server h --database {address}"),
        format!("run --url sqlite:data.db --files {address}"),
        format!("run --url sqlite:data.db --password-file {address}"),
        format!("run --password CRET CRET {address}"),
    ] {
        let answer = Workplace::new(1..3).run(&arguments).ends_with(2);
        assert!(!answer.err.contains("CRET") && !answer.out.contains("CRET"), "{arguments}: {}", answer.err);
        assert!(answer.err.contains("error:"), "{arguments}: {}", answer.err);
    }
}

#[test]
fn a_missing_contract_is_named_with_where_it_was_looked_for() {
    refused("run --url sqlite:data.db --contract no/such.yaml", &["no/such.yaml", "hint: ", "xmlshred demo"]);
    let place = Workplace::new(1..2);
    std::fs::remove_file(place.path().join("contract.yaml")).unwrap();
    let looked_at = place.path().canonicalize().unwrap().join("contract.yaml");
    place
        .run("run --url sqlite:data.db")
        .ends_with(2)
        .says(&[&looked_at.display().to_string(), "--contract"]);
}

#[test]
fn a_missing_database_is_named_and_not_made() {
    let place = Workplace::new(1..2);
    place.run("run --url sqlite:nowhere.db").ends_with(2).says(&["nowhere.db"]);
    assert!(!place.path().join("nowhere.db").exists());
    place
        .run("run --url sqlite:data.db --target-url sqlite:no/folder/target.db --create-tables")
        .ends_with(2)
        .says(&["the folder of no/folder/target.db does not exist", "hint: "]);
}

#[test]
fn a_sql_server_that_is_not_there_is_told_with_what_to_look_at() {
    let place = Workplace::new(1..2);
    place
        .run("run --server 127.0.0.1,1 --database XmlConversionDB --username me --password x --workers 4")
        .ends_with(2)
        .says(&["connecting to sqlserver://me@127.0.0.1:1/XmlConversionDB", "hint: is the server up"]);
    if cfg!(all(unix, not(feature = "kerberos"))) {
        place
            .run("run --server 127.0.0.1,1 --database X")
            .ends_with(2)
            .says(&["Kerberos", "hint: say --username"]);
    }
    refused("run --database X --url sqlite:data.db", &["--database needs --server"]);
}

#[test]
fn passwords_are_never_shown() {
    let place = Workplace::new(1..2);
    for arguments in [
        "run --server 127.0.0.1,1 --database d --username u --password hunter2",
        "run --url postgres://me:hunter2@localhost:1/db",
        "run --url me:hunter2@host/db",
        "run --url sqlite:data.db --create-tables --password hunter2 --log-level debug",
    ] {
        let answer = place.run(arguments);
        assert!(!answer.err.contains("hunter2") && !answer.out.contains("hunter2"), "{}", answer.err);
    }
    for log in std::fs::read_dir(place.path().join("logs")).unwrap() {
        assert!(!std::fs::read_to_string(log.unwrap().path()).unwrap().contains("hunter2"));
    }
    place
        .run("run --server 127.0.0.1,x --database d --password hunter2")
        .ends_with(2)
        .says(&["warning: a password on the command line"]);
}

#[test]
fn a_password_in_place_of_its_file_is_not_shown() {
    let place = Workplace::new(1..2);
    let answer = place.run("run --url sqlite:data.db --password-file hunter2").ends_with(2);
    assert!(answer.err.contains("cannot read the file that --password-file names"), "{}", answer.err);
    assert!(answer.err.contains("not the password itself"), "{}", answer.err);
    assert!(!answer.err.contains("hunter2"), "{}", answer.err);
}

#[test]
#[cfg(unix)]
fn a_variable_that_is_no_text_is_named_and_not_left_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let no_text = std::ffi::OsStr::from_bytes(b"hunter2\xff");
    let place = Workplace::new(1..2);
    for name in ["XMLSHRED_PASSWORD", "XMLSHRED_URL", "XMLSHRED_CONTRACT", "PGPASSWORD"] {
        let mut command = place.command("run --create-tables");
        let answer =
            Answer::of(command.env("XMLSHRED_URL", "sqlite:data.db").env(name, no_text).output().unwrap());
        let answer = answer.ends_with(2).says(&[&format!("environment variable {name} is not UTF-8")]);
        assert!(!answer.err.contains("hunter2"), "{}", answer.err);
    }
}

#[test]
fn a_key_range_upside_down_is_refused() {
    refused("run --url sqlite:data.db --key-start 5 --app-id-end -5", &["--key-start 5", "--key-end -5"]);
}

#[test]
fn values_that_are_none_are_refused() {
    refused("run --url sqlite:data.db --log-level LOUD", &["LOUD", "CRITICAL"]);
    refused("run --url sqlite:data.db --max-failures 120%", &["120%"]);
    refused("run --url sqlite:data.db --workers 0", &["--workers"]);
    refused("run --url sqlite:data.db --session-id ../x", &["--session-id"]);
    refused("run --url data.db", &["sqlite:FILE"]);
    refused("run", &["no database given", "--url sqlite:FILE"]);
    refused("run --source-url sqlite:data.db", &["no target given"]);
}

#[test]
fn a_scheduler_that_is_not_there_is_told() {
    refused("run --url sqlite:data.db --instance-id auto --instance-count 2", &["JOB_COMPLETION_INDEX"]);
}

#[test]
fn a_contract_with_five_mistakes_shows_all_five_with_their_lines() {
    let place = Workplace::new(1..2);
    place.write(
        "contract.yaml",
        r#"xmlshred: 1
name: wrong
source: { table: app_xml, key: app_id, xml: xml, colour: red }
document: { root: /request, key: "@id" }
tables:
  person:
    columns:
      app_id: { path: "@id", type: integer, key: true }
      name:   { path: "name[", type: text }
      role:   { path: role, codes: roles, type: int }
      other:  { parent: nobody.app_id }
"#,
    );
    for command in ["check", "run --url sqlite:data.db", "preview -"] {
        let answer = place.run(command).ends_with(2);
        let said = format!("{}{}", answer.err, answer.out);
        for line in [3, 8, 9, 10, 11] {
            assert!(said.contains(&format!("contract.yaml:{line}:")), "line {line} is not in {said}");
        }
        assert!(said.contains("5 errors"), "{said}");
    }
}

#[test]
fn a_target_without_tables_is_refused_before_anything_is_read() {
    let place = Workplace::new(1..2);
    place
        .run("run --url sqlite:data.db")
        .ends_with(2)
        .says(&["none of the 2 tables exist yet", "--create-tables"]);
    assert_eq!(place.metrics("1of1")["ended"], "failed");
}

#[test]
fn exit_codes_are_in_the_help() {
    let place = Workplace::new(1..2);
    for arguments in ["--help", "run --help", "run -h"] {
        let answer = place.run(arguments).ends_with(0);
        assert!(answer.out.contains("Exit codes:") && answer.out.contains("130"), "{}", answer.out);
    }
    let answer = place.run("run --help").ends_with(0);
    assert!(answer.out.contains("SLURM_ARRAY_TASK_ID"));
}

#[test]
fn completions_say_where_they_belong_and_ask_the_program() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = Workplace::new(1..2).run(&format!("completions {shell}")).ends_with(0);
        assert!(answer.out.starts_with("# "), "{}", answer.out);
        for words in [&format!("xmlshred completions {shell}"), "XMLSHRED_COMPLETE"] {
            assert!(answer.out.contains(words), "{words}: {}", answer.out);
        }
    }
}

/// What a shell is offered for the last of these words.
fn offered(place: &Workplace, words: &str) -> Vec<String> {
    let words: Vec<_> = words.split(' ').collect();
    let mut command = place.command("");
    command.env("XMLSHRED_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let answer = Answer::of(command.arg("--").args(words).output().unwrap()).ends_with(0);
    answer.out.lines().map(str::to_owned).collect()
}

#[test]
fn a_shell_is_offered_commands_topics_and_tables_and_columns_of_the_contract_at_hand() {
    let place = Workplace::new(1..2);
    assert_eq!(offered(&place, "xmlshred stat"), ["status"]);
    assert_eq!(offered(&place, "xmlshred help inst"), ["instances"]);
    assert_eq!(offered(&place, "xmlshred run --instance-"), ["--instance-id", "--instance-count"]);
    assert_eq!(offered(&place, "xmlshred failures --cause key-m"), ["key-missing", "key-mismatch"]);
    assert_eq!(offered(&place, "xmlshred failures --column p"), ["person", "phone"]);
    assert_eq!(offered(&place, "xmlshred retry --column phone."), ["phone.app_id", "phone.number"]);
    assert_eq!(offered(&place, "xmlshred explain --key 7 person.m"), ["person.member"]);
    place.write("a.xml", "<a/>");
    assert_eq!(offered(&place, "xmlshred explain a"), ["a.xml"]);
    assert_eq!(offered(&place, "xmlshred failures -c none.yaml --column p"), [""; 0]);
    place.write("broken.yaml", "tables: [");
    assert_eq!(offered(&place, "xmlshred failures -c broken.yaml --column p"), [""; 0]);
}

#[test]
fn there_is_a_manual_page_of_every_command() {
    let place = Workplace::new(1..2);
    place.run("man pages/new").ends_with(0).says(&["xmlshred-run.1", "man1"]);
    let help = place.run("--help").ends_with(0).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let mut count = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        let page = place.path().join(format!("pages/new/xmlshred-{command}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains(".SH SYNOPSIS") && text.contains(".SH OPTIONS"), "{command}: {text}");
        count += 1;
    }
    assert!(count > 15, "{help}");
    place.write("file", "");
    place.run("man file").ends_with(2).says(&["cannot write manual pages to file"]);
}

#[test]
fn help_prints_the_manual_by_topic_command_and_code() {
    let place = Workplace::new(1..2);
    for (about, words) in [
        ("contract", ["# Contracts", "| `one_per` |"]),
        ("paths", ["## Paths", "line[last()]/@no"]),
        ("expressions", ["## Expressions", "DATEDIFF(day"]),
        ("types", ["## Types", "| `timestamptz` |"]),
        ("errors", ["# Errors and warnings", "E0107 unknown-codes"]),
        ("E0107", ["E0107 unknown-codes", "help: "]),
        ("key-mismatch", ["key-mismatch\n\nThe key", "What to do: "]),
        ("run", ["Usage: xmlshred run", "--instance-id"]),
        ("infer", ["Usage: xmlshred infer", "# "]),
        ("instances", ["# Instances", "XXH3-64"]),
        ("recipes", ["# Recipes", "one_per"]),
    ] {
        let answer = place.run(&format!("help {about}")).ends_with(0);
        assert!(words.iter().all(|word| answer.out.contains(word)), "{about}: {}", answer.out);
    }
    place
        .run("help colours")
        .ends_with(2)
        .says(&["no help about `colours`", "hint: there is help about contract"]);
}

#[test]
fn a_server_or_folder_that_is_not_there_is_told_at_once_and_once() {
    for (arguments, words, once) in [
        ("run --url postgres://me:pw@127.0.0.1:1/db", &["hint: is the server up"][..], "Connection refused"),
        ("status --url postgres://me:pw@127.0.0.1:1/db", &["hint: is the server up"], "Connection refused"),
        ("run --create-tables --url postgres://me:pw@127.0.0.1:1/db", &["hint: is"], "Connection refused"),
        (
            "run --url sqlite:data.db --target-url sqlite:none/t.db",
            &["does not exist", "hint: "],
            "none/t.db",
        ),
        (
            "run --url sqlite:data.db --target-url sqlite:none/t.db --create-tables",
            &["does not exist", "hint: "],
            "none/t.db",
        ),
        ("launch --instances 2 --url sqlite:data.db --target-url sqlite:none/t.db --create-tables", &[], ""),
    ] {
        let place = Workplace::new(0..1);
        let answer = place.run(arguments).ends_with(2).says(words);
        let said = answer.err.lines().filter(|line| line.starts_with("error: ")).collect::<String>();
        assert!(once.is_empty() || said.matches(once).count() == 1, "{arguments}: {said}");
        assert!(!answer.err.contains("attempt 2"), "{arguments}: {}", answer.err);
    }
}

#[test]
fn what_was_probably_meant_is_asked() {
    for command in ["check", "preview", "coverage"] {
        refused(
            &format!("{command} contract.yaml"),
            &["contract.yaml looks like a contract", "hint: did you mean `--contract contract.yaml`?"],
        );
    }
    refused("explain contract.yaml person", &["did you mean `--contract contract.yaml`?"]);
    refused("explain 1.xml person.nam", &["table person has no column nam", "hint: did you mean `name`?"]);
    refused("explain 1.xml persn", &["no table persn", "hint: did you mean `person`?"]);
    refused("explain 1.xml person.zzz", &["hint: there are app_id, name,"]);
    refused("infer", &["infer needs documents", "--sample 500"]);
    refused(
        "run --url sqlite:data.db --instance-count 3",
        &[
            "--instance-count 3 without --instance-id",
            "add --instance-id 0 to 2",
            "xmlshred launch --instances 3",
        ],
    );
}

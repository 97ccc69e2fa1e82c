//! Foreign text on its way to a terminal: nothing of it steers the terminal, begins a line, or turns the line around.

use crate::workplace::Workplace;

/// A file name that would colour the line, begin a new one, and turn the rest of it around.
const NAME: &str = "a\u{1b}[31m\nerror: made up\u{202E}lmx.xml";

/// What must not stand in any output, whatever the input.
fn acts(c: char) -> bool {
    c.is_control() && c != '\n' || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn check(place: &Workplace, arguments: &[&str]) {
    let answer = place.run_with(arguments);
    for (what, text) in [("standard output", &answer.out), ("standard error", &answer.err)] {
        let found: Vec<_> = text.chars().filter(|&c| acts(c)).collect();
        assert!(found.is_empty(), "{arguments:?}: {found:?} in {what}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error: made up")), "{arguments:?}: {text:?}");
    }
    assert!(!answer.err.is_empty() || !answer.out.is_empty(), "{arguments:?} says something");
}

#[test]
fn no_name_and_no_word_of_a_contract_steers_the_terminal() {
    let place = Workplace::new(0..1);
    place.write(NAME, "<request id='1'><unclosed>");
    std::fs::create_dir(place.path().join("in")).unwrap();
    place.write(&format!("in/{NAME}"), "<request id='1'><unclosed>");
    let words = format!("{{ \"{}\": 1 }}", NAME.replace('\u{1b}', "\\e").replace('\n', "\\n"));
    let encoded = "<?xml version=\"1.0\" encoding=\"x\u{202E}y\"?><request id='1'/>";
    place.write("encoding.xml", encoded);
    for contract in [
        crate::workplace::CONTRACT.replace("tables:", &format!("codes: {{ c: {words} }}\ntables:")),
        crate::workplace::CONTRACT.replace("tables:", &format!("{words}\ntables:")),
        crate::workplace::CONTRACT.replace("path: weight", "path: \"we\\e[1mi\\nght[\u{202E}]\""),
        crate::workplace::CONTRACT.replace("type: date", "type: \"da\\ete\\nerror: made up\u{202E}\""),
        crate::workplace::CONTRACT.replace("name: ", "n\u{202E}ame: "),
        crate::workplace::CONTRACT.replace("xml: xml }", "xml: \"x\\eml\u{202E}\" }"),
        crate::workplace::CONTRACT.replace("xml: xml }", "xml: xml, where: \"\\e[31m\u{202E}\" }"),
        crate::workplace::CONTRACT.to_owned(),
    ] {
        place.write("contract.yaml", &contract);
        for arguments in [
            &["check", NAME, "encoding.xml"][..],
            &["check", "--url", "sqlite:data.db"],
            &["preview", NAME],
            &["preview", "encoding.xml"],
            &["coverage", NAME],
            &["explain", NAME, "person"],
            &["explain", "encoding.xml", "no\u{1b}table"],
            &["infer", NAME],
            &["run", "--url", "sqlite:data.db", "--create-tables"],
            &["run", "--url", "sqlite:files.db", "--create-tables", "--files", "in/*.xml"],
            &["status", "--url", "sqlite:files.db"],
            &["check", "--url", "sqlite:no\u{1b}[31mfile.db"],
            &["check", "--contract", NAME],
            &["check", "--contract", "no\u{1b}[31m\nerror: made up\u{202E}file.yaml"],
        ] {
            check(&place, arguments);
        }
    }
    // The log of a run is read in terminals, too.
    for log in std::fs::read_dir(place.path().join("logs")).unwrap() {
        let text = std::fs::read_to_string(log.unwrap().path()).unwrap();
        assert!(!text.chars().any(acts), "{text:?}");
    }
}

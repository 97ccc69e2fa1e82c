//! `xmlshred help`: of a command what `--help` says, of a topic a part of the manual, of a code what it means.

use std::io::Write;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, HelpArgs};
use crate::error::CommandError;
use crate::exit::Exit;

const CONTRACT: &str = include_str!("../../../../docs/contract.md");
const ERRORS: &str = include_str!("../../../../docs/errors.md");

/// Pages that are printed as they are.
const PAGES: [(&str, &str); 4] = [
    ("errors", ERRORS),
    ("running", include_str!("../../../../docs/running.md")),
    ("operating", include_str!("../../../../docs/operating.md")),
    ("databases", include_str!("../../../../docs/databases.md")),
];

/// Topics, and where the manual has them: from one heading to another.
const TOPICS: [(&str, &str, &str); 4] = [
    ("contract", "# Contracts\n", "## Types\n"),
    ("types", "## Types\n", "## Paths\n"),
    ("paths", "## Paths\n", "## Expressions\n"),
    ("expressions", "## Expressions\n", "## Errors\n"),
];

/// Prints it.
pub(crate) fn help(args: &HelpArgs) -> Result<Exit, CommandError> {
    let HelpArgs { about } = args;
    let Some(about) = about else { return of_command(None) };
    if Cli::command().find_subcommand(about).is_some() {
        return of_command(Some(about));
    }
    let Some(text) = of_topic(about).or_else(|| of_code(about)) else {
        return Err(CommandError::NoSuchTopic { about: about.clone() });
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

/// What clap says, with its colours.
fn of_command(name: Option<&str>) -> Result<Exit, CommandError> {
    let line = ["xmlshred"].into_iter().chain(name).chain(["--help"]);
    if let Err(help) = Cli::try_parse_from(line) {
        help.print()?;
    }
    Ok(Exit::Done)
}

fn of_topic(name: &str) -> Option<String> {
    if let Some((_, page)) = PAGES.iter().find(|(page, _)| *page == name) {
        return Some((*page).to_owned());
    }
    let (_, from, to) = TOPICS.iter().find(|(topic, ..)| *topic == name)?;
    Some(between(CONTRACT, from, to).to_owned())
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).expect("the manual has this heading");
    let end = text[start..].find(&format!("\n{to}")).map_or(text.len(), |end| start + end);
    &text[start..end]
}

/// The parts of the page of errors about a number (`E0107`), a name (`unknown-codes`), or the code of a failure or an issue: some codes
/// are both.
fn of_code(code: &str) -> Option<String> {
    let named = |heading: &str| heading.split(' ').any(|word| word.eq_ignore_ascii_case(code));
    let sections = ERRORS.split("\n### ").skip(1);
    let sections = sections.map(|section| section.split("\n## ").next().unwrap_or(section));
    let found = sections.filter(|section| section.lines().next().is_some_and(named));
    let found: Vec<_> = found.map(|section| format!("{}\n", section.trim_end())).collect();
    (!found.is_empty()).then(|| found.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_a_part_of_the_manual() {
        for (topic, from, to) in TOPICS {
            let text = of_topic(topic).unwrap();
            assert!(text.starts_with(from) && !text.contains(to) && text.len() > 1000, "{topic}");
        }
    }

    #[test]
    fn every_code_has_help() {
        let codes = xmlshred_mapping::contract::Code::ALL.iter();
        for word in codes.flat_map(|code| [code.number(), code.name()]) {
            assert!(of_code(word).is_some(), "{word}");
        }
        let failures =
            xmlshred_model::FailureCode::ALL.iter().map(|code| (code.as_str(), code.explanation()));
        let issues = xmlshred_model::IssueCode::ALL.iter().map(|code| (code.as_str(), code.explanation()));
        for (code, explanation) in failures.chain(issues) {
            let text = of_code(code).unwrap();
            assert!(
                [explanation, "Usual reasons:", "What to do: ", "```text"]
                    .iter()
                    .all(|part| text.contains(part)),
                "{text}"
            );
        }
    }
}

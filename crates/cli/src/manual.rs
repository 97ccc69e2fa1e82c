//! The manual, as the program carries it: pages, parts of the page about contracts, and what a code means.

const CONTRACT: &str = include_str!("../../../docs/contract.md");
const ERRORS: &str = include_str!("../../../docs/errors.md");

/// Pages that are printed as they are.
const PAGES: [(&str, &str); 17] = [
    ("tutorial", include_str!("../../../docs/tutorial.md")),
    ("recipes", include_str!("../../../docs/recipes.md")),
    ("tools", include_str!("../../../docs/tools.md")),
    ("infer", include_str!("../../../docs/infer.md")),
    ("explore", include_str!("../../../docs/explore.md")),
    ("import-legacy", include_str!("../../../docs/import-legacy.md")),
    ("errors", ERRORS),
    ("running", include_str!("../../../docs/running.md")),
    ("instances", include_str!("../../../docs/instances.md")),
    ("operating", include_str!("../../../docs/operating.md")),
    ("report", include_str!("../../../docs/report.md")),
    ("databases", include_str!("../../../docs/databases.md")),
    ("metrics", include_str!("../../../docs/metrics.md")),
    ("upgrade", include_str!("../../../docs/upgrade.md")),
    ("windows", include_str!("../../../docs/windows.md")),
    ("python", include_str!("../../../docs/python.md")),
    ("scale", include_str!("../../../docs/scale.md")),
];

/// Topics, and where the manual has them: from one heading to another.
const TOPICS: [(&str, &str, &str); 4] = [
    ("contract", "# Contracts\n", "## Types\n"),
    ("types", "## Types\n", "## Paths\n"),
    ("paths", "## Paths\n", "## Expressions\n"),
    ("expressions", "## Expressions\n", "## Errors\n"),
];

/// What there is help about, besides commands and codes.
pub(crate) fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(topic, ..)| *topic).chain(PAGES.iter().map(|(page, _)| *page))
}

/// A page, or a part of the page about contracts.
pub(crate) fn of_topic(name: &str) -> Option<&'static str> {
    if let Some((_, page)) = PAGES.iter().find(|(page, _)| *page == name) {
        return Some(page);
    }
    let (_, from, to) = TOPICS.iter().find(|(topic, ..)| *topic == name)?;
    Some(between(CONTRACT, from, to))
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).expect("the manual has this heading");
    let end = text[start..].find(&format!("\n{to}")).map_or(text.len(), |end| start + end);
    &text[start..end]
}

/// The parts of the page of errors about a number (`E0107`), a name (`unknown-codes`), or the code of a failure or an issue: some codes
/// are both.
pub(crate) fn of_code(code: &str) -> Option<String> {
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
    fn every_page_for_users_is_in_the_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let files = files.map(|name| name.into_string().unwrap());
        for page in files.filter_map(|name| name.strip_suffix(".md").map(str::to_owned)) {
            assert!(of_topic(&page).is_some_and(|text| text.starts_with("# ")), "help {page}");
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

//! The page, from its verdict to its last section.

use maud::{Markup, html};

use super::sections;
use super::tables::{command, time};
use crate::page::{COPY, DOM, Page};
use crate::sessions::{Found, State};

const STYLE: &str = include_str!("page.css");
const COMMANDS: &str = include_str!("commands.js");

/// The page about what was found.
pub(crate) fn page(found: &Found) -> String {
    let parts = parts(found);
    let subject = match &found.session {
        Some(session) => format!("session {session}"),
        None if found.session_count == 1 => "one session".to_owned(),
        None => format!("{} sessions", found.session_count),
    };
    let title = format!("{} – xmlshred report", found.contract.name);
    let class = match found.state {
        State::Gone | State::Failed => "bad",
        State::Interrupted | State::Running => "warn",
        State::Completed | State::LimitReached | State::Unknown if found.failed > 0 => "warn",
        State::Completed | State::LimitReached | State::Unknown => "good",
    };
    let body = html! {
        header {
            h1 { (found.contract.name) }
            p.faint { "xmlshred report · " (subject) " · made " (time(&found.made_at)) }
            p id="verdict" class=(class) { (found.verdict) }
            @if !found.next.is_empty() {
                section aria-label="Next" { p.label { "Next" } @for next in &found.next { (command(next)) } }
            }
            nav aria-label="On this page" { ul { @for (id, title, _) in &parts { li { a href=(format!("#{id}")) { (title) } } } } }
        }
        main {
            @for (id, title, content) in &parts {
                section id=(id) aria-labelledby=(format!("{id}-title")) {
                    h2 id=(format!("{id}-title")) { (title) }
                    (content)
                }
            }
        }
        footer { p.faint { "No value of a document is on this page. Times are UTC. Written by " (found.program) "." } }
    };
    let title = html! { (title) }.into_string();
    let body = body.into_string();
    let scripts = [DOM, COPY, COMMANDS];
    Page { command: "report", title: &title, style: STYLE, body: &body, data: "", scripts: &scripts }.text()
}

/// Id, title and content of each section; what has nothing to say is left out.
fn parts(found: &Found) -> Vec<(&'static str, &'static str, Markup)> {
    let some =
        |holds: bool, id, title, content: fn(&Found) -> Markup| holds.then(|| (id, title, content(found)));
    let has_documents = found.success + found.failed + found.skipped > 0;
    let has_tables = found.metrics.tables.iter().any(|table| table.rows > 0);
    let parts = [
        some(true, "totals", "Totals", sections::totals),
        some(has_documents, "throughput", "Throughput", sections::throughput),
        some(found.failed > 0, "failures-over-time", "Failures over time", sections::failures_over_time),
        some(!found.instances.is_empty(), "instances", "Instances", sections::instances),
        some(has_documents, "stages", "Time per stage", sections::stages),
        some(found.failed > 0, "failures", "Failures by cause", sections::failures),
        some(!found.issues.is_empty(), "issues", "Issues", sections::issues),
        some(has_documents || has_tables, "tables", "Rows per table", sections::rows),
        some(true, "contract", "Contract", sections::contract),
        some(!found.slowest.is_empty(), "slowest", "Slowest documents", sections::slowest),
        some(!found.largest.is_empty(), "largest", "Documents with most rows", sections::largest),
        some(found.drift.is_some(), "drift", "Drift", sections::drift),
        some(true, "faults", "Warnings and faults", sections::faults),
        some(!found.environments.is_empty(), "environment", "Environment", sections::environment),
    ];
    parts.into_iter().flatten().collect()
}

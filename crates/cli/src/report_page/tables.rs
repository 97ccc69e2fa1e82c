//! Tables of the page: each scrolls by itself where it is wider than the page.

use maud::{Markup, html};

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    /// To the right.
    Number,
}
pub(super) use Column::{Number, Text};

/// A table; the first cell of a row names it.
pub(super) fn table(caption: &str, columns: &[(&str, Column)], rows: &[Vec<Markup>]) -> Markup {
    let class = |column: usize| (columns[column].1 == Number).then_some("number");
    html! {
        div.table role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for (at, (title, _)) in columns.iter().enumerate() { th scope="col" class=[class(at)] { (title) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" class=[class(at)] { (cell) } } @else { td class=[class(at)] { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A cell of text.
pub(super) fn text(text: &str) -> Markup {
    html! { (text) }
}

/// A cell of a name of the contract, or of a key.
pub(super) fn code(text: &str) -> Markup {
    html! { code { (text) } }
}

/// A command to copy.
pub(super) fn command(command: &str) -> Markup {
    html! { div.command { pre tabindex="0" aria-label="Command" { (command) } } }
}

/// A moment: on one line, to the second.
pub(super) fn time(at: &str) -> Markup {
    html! { span.time { (at.replace('T', " ").trim_end_matches('Z')) } }
}

/// Text of ours, in which names stand between backticks.
pub(super) fn prose(text: &str) -> Markup {
    html! { @for (at, part) in text.split('`').enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } } }
}

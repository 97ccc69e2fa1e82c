//! Problems as people read them: the line, underlined, with code and hint.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use xmlshred_model::shown;

use super::diagnostic::{Diagnostic, Severity};
use crate::lines::Lines;

/// Whether rendered diagnostics have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderStyle {
    /// No escape sequences.
    Plain,
    /// ANSI colours.
    Coloured,
}

/// No more problems than these are shown: nobody reads further before mending them.
const MAX_SHOWN: usize = 100;
/// A longer line is not shown, only its place is told.
const MAX_LINE_BYTES: usize = 4096;

/// Renders diagnostics for people: file, line, column, source line underlined, code, hint. One blank line between two. Behind the first
/// hundred it says only how many more there are. Takes time in proportion to the text, and not for each of them.
pub fn render(diagnostics: &[Diagnostic], file: &str, text: &str, style: RenderStyle) -> String {
    let renderer = match style {
        RenderStyle::Plain => Renderer::plain(),
        RenderStyle::Coloured => Renderer::styled(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let file = &*shown(file);
    let mut lines = Lines::of(text);
    let shown = diagnostics.iter().take(MAX_SHOWN);
    let mut rendered =
        shown.map(|diagnostic| render_one(diagnostic, file, text, &mut lines, &renderer)).collect::<Vec<_>>();
    if let Some(more @ 1..) = diagnostics.len().checked_sub(MAX_SHOWN) {
        rendered.push(format!("and {more} more, which `xmlshred check --json` lists\n"));
    }
    rendered.join("\n")
}

fn render_one(
    diagnostic: &Diagnostic,
    file: &str,
    text: &str,
    lines: &mut Lines<'_>,
    renderer: &Renderer,
) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let id = format!("{} {}", diagnostic.code.number(), diagnostic.code.name());
    let span = shown_span(diagnostic, text);
    let (number, column) = lines.place(span.start);
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].split_inclusive('\n').next().unwrap_or_default();
    let title = level.primary_title(&diagnostic.message).id(&id);
    let group = if line.len() > MAX_LINE_BYTES {
        title.element(Origin::path(file).line(number).char_column(column))
    } else {
        let shown = AnnotationKind::Primary.span(span.start - start..span.end - start);
        title.element(Snippet::source(line).line_start(number).path(file).annotation(shown))
    };
    let group = group.element(Level::HELP.message(&diagnostic.hint));
    let mut rendered = renderer.render(&[group]);
    rendered.push('\n');
    rendered
}

/// One line is enough to find the place; an empty range is shown as one character.
fn shown_span(diagnostic: &Diagnostic, text: &str) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(diagnostic.span.start), floor(diagnostic.span.end));
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    let end = end.clamp(start, line_end);
    if end > start {
        start..end
    } else {
        start..text[start..line_end].chars().next().map_or(start, |c| start + c.len_utf8())
    }
}

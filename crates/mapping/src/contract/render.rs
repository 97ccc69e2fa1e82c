//! Problems as people read them: the line, underlined, with code and hint.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Severity};

/// Whether rendered diagnostics have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderStyle {
    /// No escape sequences.
    Plain,
    /// ANSI colours.
    Coloured,
}

/// Renders diagnostics for people: file, line, column, source line underlined, code, hint. One blank line between two.
pub fn render(diagnostics: &[Diagnostic], file: &str, text: &str, style: RenderStyle) -> String {
    let renderer = match style {
        RenderStyle::Plain => Renderer::plain(),
        RenderStyle::Coloured => Renderer::styled(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let rendered = diagnostics.iter().map(|diagnostic| render_one(diagnostic, file, text, &renderer));
    rendered.collect::<Vec<_>>().join("\n")
}

fn render_one(diagnostic: &Diagnostic, file: &str, text: &str, renderer: &Renderer) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let id = format!("{} {}", diagnostic.code.number(), diagnostic.code.name());
    let span = shown_span(diagnostic, text);
    let snippet = Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(span));
    let title = level.primary_title(&diagnostic.message).id(&id);
    let group = title.element(snippet).element(Level::HELP.message(&diagnostic.hint));
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

//! Contracts: YAML or JSON text to a checked [`Contract`], or every problem at once as [`Diagnostic`]s.

mod checked;
mod schema;

pub use checked::*;
pub use schema::target_schema;

/// A problem of a contract, at a place in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, such as `E0107`.
    pub code: &'static str,
    /// Its name, such as `unknown-codes`.
    pub name: &'static str,
    /// Whether the contract cannot be used.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Byte range in the contract's text.
    pub span: std::ops::Range<usize>,
    /// What to do.
    pub hint: Option<String>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The contract cannot be used.
    Error,
    /// The contract can be used.
    Warning,
}

/// What came of loading a contract.
#[derive(Debug)]
pub struct Loaded {
    /// The contract, when no problem is an error.
    pub contract: Option<Contract>,
    /// All problems, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and checks a contract, YAML or JSON.
pub fn load(text: &str) -> Loaded {
    let _ = text;
    Loaded { contract: None, diagnostics: Vec::new() }
}

/// Renders diagnostics for people: file, line, column, source line underlined, code, hint.
pub fn render(diagnostics: &[Diagnostic], file: &str, text: &str, style: RenderStyle) -> String {
    let _ = (diagnostics, file, text, style);
    String::new()
}

/// Whether rendered diagnostics have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderStyle {
    /// No escape sequences.
    Plain,
    /// ANSI colours.
    Coloured,
}

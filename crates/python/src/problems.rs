//! Problems of a contract, as Python's `Diagnostic`s and `ContractError`.

use pyo3::prelude::*;
use pyo3::types::PyList;
use xmlshred_mapping::Lines;
use xmlshred_mapping::contract::{self, Diagnostic, RenderStyle, Severity};

/// The module of Python that defines both classes.
const MODULE: &str = "xmlshred.errors";

/// Problems as a list of `Diagnostic`.
pub(crate) fn diagnostics<'py>(
    py: Python<'py>,
    problems: &[Diagnostic],
    text: &str,
) -> PyResult<Bound<'py, PyList>> {
    let class = py.import(MODULE)?.getattr("Diagnostic")?;
    let mut lines = Lines::of(text);
    let list = PyList::empty(py);
    for problem in problems {
        let Diagnostic { code, message, span, hint } = problem;
        let (line, column) = lines.place(span.start);
        let severity = match problem.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        list.append(class.call1((code.number(), code.name(), severity, message, hint, line, column))?)?;
    }
    Ok(list)
}

/// The exception of a contract that cannot be used, or not with what was asked for.
pub(crate) fn contract_error(py: Python<'_>, problems: &[Diagnostic], file: &str, text: &str) -> PyErr {
    let error = || {
        let rendered = contract::render(problems, file, text, RenderStyle::Plain);
        let diagnostics = diagnostics(py, problems, text)?;
        py.import(MODULE)?.getattr("ContractError")?.call1((rendered, diagnostics))
    };
    error().map_or_else(|error| error, PyErr::from_value)
}

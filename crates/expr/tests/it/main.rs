//! What expressions mean, as text: every file under `tests/cases` has one case per line.

mod bounds;
mod cases;
mod errors;
mod manual;
mod mistakes;
mod robustness;

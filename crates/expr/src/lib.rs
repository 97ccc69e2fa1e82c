//! The SQL expression language of contracts: parsed by a maintained SQL parser, checked against names and types,
//! compiled to a program, evaluated without lookups. Pure.
//!
//! Life of an expression: `parse` (text → syntax tree, by the SQL parser) → `check` (names → slots, types, constants
//! computed; all problems at once) → `node` (the program) → `evaluate` (per row).
//!
//! Where databases differ: whole numbers are `bigint`, overflow is an error, and their quotient is cut towards zero. Decimals are exact;
//! a quotient has six digits behind the point, or those of the dividend if they are more, and rounding is half away from zero. A number cast
//! to an integer loses its fraction. A string literal next to a value of another type is read as that type. Text compares by code
//! point and is case-sensitive, `LIKE` has no escape character unless given. `||` binds weaker than `+`, and is null when an
//! operand is; `CONCAT` skips nulls. `TRIM` takes off spaces. `DATEDIFF` counts the boundaries crossed, weeks begin on Sunday there,
//! while `EXTRACT(week …)` is the ISO week. Instants with offset are taken in UTC. Text too long for a `CAST` is an error.
//!
//! [`compile`] turns text into an [`Expression`] once, when the contract loads; [`Expression::evaluate`] runs it per row, within the
//! [`Work`](xmlshred_model::Work) that its document may cost.

mod calendar;
mod check;
mod decimal;
mod dialect;
mod error;
mod evaluate;
mod expression;
mod like;
mod mistake;
mod names;
mod node;
mod parse;
mod problem;
mod similar;

pub use error::EvaluationError;
pub use expression::{Expression, compile, functions};
pub use names::{Name, Names};
pub use problem::{Problem, ProblemKind};
pub use similar::most_similar;

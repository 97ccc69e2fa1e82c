//! SQL Server at protocol level, where no server can be had: what is sent, and what becomes of every kind of answer.

#![expect(clippy::unwrap_used, reason = "these are tests: a failed unwrap is a failed test")]

mod certificates;
mod keys;
mod login;
mod mock;
mod peer;
mod secure;
mod sink;
mod source;
mod tokens;

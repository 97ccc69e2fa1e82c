//! The program as its users meet it: real processes on real SQLite files in a folder of their own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod check;
mod coverage;
mod deployment;
mod drift;
mod editor;
mod explain;
mod explore;
mod failures;
mod foreign_words;
mod import_legacy;
mod infer;
mod instances;
mod interruption;
mod keys;
mod manners;
mod messages;
mod operating;
mod pages;
mod postgres;
mod preview;
mod report;
mod retry;
mod run;
mod schema;
mod silence;
mod status;
mod terminal;
mod usage;
mod verify;
mod workplace;

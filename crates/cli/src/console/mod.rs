//! What people see: log lines, progress, colours, errors.

mod log;
mod numbers;
mod pace;
mod progress;
mod table;
mod tell;
mod times;
mod wait;
mod width;

pub(crate) use log::{ATTEMPTS, CRITICAL, FAILURES, SUMMARY, log_to};
pub(crate) use numbers::{count, duration, megabytes, seconds};
pub(crate) use pace::{Pace, fitted, time_left};
pub(crate) use progress::{Beat, Progress};
pub(crate) use table::{Align, Column, Room, bordered, cut, table};
pub(crate) use tell::{
    has_colours, is_closed_pipe, note, note_rendered, quote, render_style, show_database_words,
    shows_database_words, tell, tell_panics_without_their_message, tell_usage, warn, with_causes,
};
pub(crate) use times::{formatted, utc};
pub(crate) use wait::Told;
pub(crate) use width::{columns, wrapped};

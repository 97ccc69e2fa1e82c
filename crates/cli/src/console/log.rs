//! Log lines, to the console and to the file of the run: `2026-11-23T18:40:12.345Z INFO message`.
//!
//! Levels are the predecessor's: CRITICAL, ERROR, WARNING, INFO, DEBUG. `tracing` has no CRITICAL: an error with target
//! [`CRITICAL`] is one.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use anstyle::{AnsiColor, Style};
use indicatif::MultiProgress;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter};

use xmlshred_databases::without_passwords;
use xmlshred_model::shown;

use super::tell::has_colours;
use crate::args::LogLevel;
use crate::error::CommandError;

/// Target of events with which a run stops. For the file only: the console gets `error:` with its hint.
pub(crate) const CRITICAL: &str = "xmlshred::critical";
/// Target of the lines of the final summary. For the file only: the console gets it from standard output.
pub(crate) const SUMMARY: &str = "xmlshred::summary";
/// Target of further tries after a fault that was told: for the file only.
pub(crate) const ATTEMPTS: &str = "xmlshred::attempts";
/// Target of failed documents beyond the first few: for the file only.
pub(crate) const FAILURES: &str = "xmlshred::failures";

/// Sends the log of this process to the console and to `file`, which is appended to. Called once.
///
/// # Errors
/// When the file cannot be opened.
pub(crate) fn log_to(file: &Path, level: LogLevel, bars: &MultiProgress) -> Result<(), CommandError> {
    let open = || {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        OpenOptions::new().create(true).append(true).open(file)
    };
    let opened = open().map_err(|source| CommandError::File {
        doing: "write log file",
        path: file.to_owned(),
        source,
    })?;
    let log_file =
        LogFile { file: opened, path: file.to_owned(), console: AboveBars(bars.clone()), told: Once::new() };
    // A log that cannot be written is no reason to stop; what goes wrong is told once, by the file itself.
    let to_file = tracing_subscriber::fmt::layer()
        .log_internal_errors(false)
        .event_format(Line { colours: false })
        .with_ansi(false)
        .with_writer(Arc::new(log_file))
        .with_filter(filter::filter_fn(move |metadata| is_said(metadata, level)));
    let to_console = tracing_subscriber::fmt::layer()
        .log_internal_errors(false)
        .event_format(Line { colours: has_colours() })
        .with_writer(AboveBars(bars.clone()))
        .with_filter(filter::filter_fn(move |metadata| {
            is_said(metadata, level) && ![CRITICAL, SUMMARY, FAILURES, ATTEMPTS].contains(&metadata.target())
        }));
    let subscriber = tracing_subscriber::registry().with(to_file).with(to_console);
    tracing::subscriber::set_global_default(subscriber).expect("the log is set up once, by the command");
    Ok(())
}

/// Libraries talk at debug level about themselves; only what xmlshred says belongs here.
fn is_said(metadata: &Metadata<'_>, level: LogLevel) -> bool {
    metadata.target().starts_with("xmlshred") && level_of(metadata) <= level
}

fn level_of(metadata: &Metadata<'_>) -> LogLevel {
    match *metadata.level() {
        Level::ERROR if metadata.target() == CRITICAL => LogLevel::Critical,
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warning,
        Level::INFO => LogLevel::Info,
        Level::DEBUG | Level::TRACE => LogLevel::Debug,
    }
}

/// One line per event.
struct Line {
    colours: bool,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        let level = level_of(event.metadata());
        if self.colours {
            let style = style_of(level);
            let dim = Style::new().dimmed();
            write!(writer, "{dim}{now}{dim:#} {style}{}{style:#} ", level.as_str())?;
        } else {
            write!(writer, "{now} {} ", level.as_str())?;
        }
        let mut message = String::new();
        context.field_format().format_fields(Writer::new(&mut message), event)?;
        writeln!(writer, "{}", shown(&without_passwords(&message)))
    }
}

fn style_of(level: LogLevel) -> Style {
    match level {
        LogLevel::Critical | LogLevel::Error => AnsiColor::Red.on_default().bold(),
        LogLevel::Warning => AnsiColor::Yellow.on_default(),
        LogLevel::Info => AnsiColor::Green.on_default(),
        LogLevel::Debug => AnsiColor::Blue.on_default(),
    }
}

/// The file of the run. What it does not take, because the disk is full, is said once, on the console: the lines are lost.
struct LogFile {
    file: File,
    path: PathBuf,
    console: AboveBars,
    told: Once,
}

impl Write for &LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // At once, so that no line is written in part and its rest lost.
        match (&self.file).write_all(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.told.call_once(|| {
                    let path = self.path.display().to_string();
                    let style = if has_colours() { style_of(LogLevel::Error) } else { Style::new() };
                    let line = format!(
                        "{style}ERROR{style:#} cannot write log file {}: {error}; lines are missing there, the run goes on\n",
                        shown(&path)
                    );
                    // Nobody may listen any more.
                    let _ = self.console.clone().write_all(line.as_bytes());
                });
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.file).flush()
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

/// Standard error, above the progress bar if there is one.
#[derive(Clone)]
struct AboveBars(MultiProgress);

impl Write for AboveBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().lock().write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for AboveBars {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

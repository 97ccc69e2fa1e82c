//! Messages on standard error, with colours where a terminal shows them.

use std::error::Error;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use xmlshred_databases::without_passwords;
use xmlshred_engine::ports::{DatabaseWords, PortError};
use xmlshred_mapping::contract::RenderStyle;
use xmlshred_model::{shown, shown_lines};

use crate::demo::DemoError;
use crate::error::CommandError;
use crate::exit::Exit;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Whether standard error takes colours: on a terminal, unless NO_COLOR or the like is set.
pub(crate) fn has_colours() -> bool {
    let stream = std::io::stderr();
    match anstream::AutoStream::choice(&stream) {
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto => stream.is_terminal(),
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => true,
    }
}

/// How diagnostics on standard error are rendered.
pub(crate) fn render_style() -> RenderStyle {
    if has_colours() { RenderStyle::Coloured } else { RenderStyle::Plain }
}

/// Tells an error: what is wrong with a contract, `error:` with its causes, `hint:`.
pub(crate) fn tell(error: &CommandError) {
    let mut err = anstream::stderr().lock();
    if let CommandError::Contract(problems) = error {
        let _ = write!(err, "{}", problems.file.render(&problems.diagnostics, render_style()));
    }
    let _ = writeln!(err, "{ERROR}error:{ERROR:#} {}", shown(&without_passwords(&with_causes(error))));
    if let Some(hint) = error.hint() {
        let _ = writeln!(err, "{HINT}hint:{HINT:#} {}", shown(&without_passwords(&hint)));
    }
    drop(err);
    if let Some(words) = words_behind(error) {
        quote(words);
    }
}

static SHOWS_DATABASE_WORDS: AtomicBool = AtomicBool::new(false);

/// From now on the console shows what databases say themselves. Once, at the start: `--show-database-messages`.
pub(crate) fn show_database_words() {
    SHOWS_DATABASE_WORDS.store(true, Ordering::Relaxed);
}

/// Whether it does.
pub(crate) fn shows_database_words() -> bool {
    SHOWS_DATABASE_WORDS.load(Ordering::Relaxed)
}

/// Shows what a database said, on the console and nowhere else, if somebody asked for it.
pub(crate) fn quote(words: &DatabaseWords) {
    if shows_database_words() {
        let mut err = anstream::stderr().lock();
        let _ = writeln!(err, "{HINT}the database says:{HINT:#} {}", shown(words.reveal()));
    }
}

/// What a database said about the error, which may stand anywhere among its causes.
fn words_behind(error: &CommandError) -> Option<&DatabaseWords> {
    let mut error: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = error {
        let port_error = cause.downcast_ref::<PortError>();
        let port_error = port_error.or_else(|| cause.downcast_ref::<Box<PortError>>().map(|boxed| &**boxed));
        if let Some(PortError { words: Some(words), .. }) = port_error {
            return Some(words);
        }
        error = cause.source();
    }
    None
}

/// Tells what is wrong with the arguments, which may be addresses in a wrong place; help and version are no mistake.
pub(crate) fn tell_usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // Nobody may read any more.
        let _ = error.print();
        return Exit::Done;
    }
    let message = error.render().ansi().to_string();
    let message =
        std::env::args().skip(1).zip(std::env::args().skip(2)).fold(message, |message, (flag, value)| {
            // One that was typed twice, or has a blank.
            let is_long_enough = value.chars().nth(2).is_some();
            if flag == "--password" && is_long_enough { message.replace(&value, "***") } else { message }
        });
    let _ = write!(anstream::stderr(), "{}", without_passwords(&message));
    Exit::Usage
}

/// Tells a warning before there is a log.
pub(crate) fn warn(message: impl Display) {
    let message = message.to_string();
    let message = shown(&without_passwords(&message)).into_owned();
    let _ = writeln!(anstream::stderr(), "{WARNING}warning:{WARNING:#} {message}");
}

/// Tells something on standard error.
pub(crate) fn note(message: impl Display) {
    let _ = writeln!(anstream::stderr(), "{}", shown_lines(&message.to_string()));
}

/// Tells what was rendered, which may have colours.
pub(crate) fn note_rendered(rendered: &str) {
    let _ = writeln!(anstream::stderr(), "{}", rendered.trim_end());
}

/// The error and its causes in one line; a cause that its effect already quotes is not said twice.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        let message = without_activity(&text, &message);
        if !text.contains(message) {
            text.push_str(": ");
            text.push_str(message);
        }
        cause = error.source();
    }
    text
}

/// The cause without the activity that it begins with, such as `reading the log: `, where its effect says already what could not be done.
fn without_activity<'m>(effect: &str, cause: &'m str) -> &'m str {
    match cause.split_once(": ") {
        Some((activity, rest))
            if effect.starts_with("cannot ")
                && !activity.starts_with("connecting ")
                && activity.split(' ').next().is_some_and(|verb| verb.ends_with("ing")) =>
        {
            rest
        }
        _ => cause,
    }
}

/// Whether nobody reads standard output any more, as in `xmlshred preview … | head -1`.
pub(crate) fn is_closed_pipe(error: &CommandError) -> bool {
    let (CommandError::Output(error) | CommandError::Demo(DemoError::Console(error))) = error else {
        return false;
    };
    error.kind() == std::io::ErrorKind::BrokenPipe
}

/// A panic is a defect of xmlshred; its message may quote a document, so only its place is told.
pub(crate) fn tell_panics_without_their_message() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |location| format!(" at {location}"));
        let _ = writeln!(
            anstream::stderr(),
            "{ERROR}internal error:{ERROR:#} panic{place}; this is a defect of xmlshred: please report this line"
        );
    }));
}

//! Ctrl-C, SIGTERM and their like.

use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use xmlshred_engine::StopSignal;

use crate::error::CommandError;
use crate::exit::Exit;

/// What a run may still take after a stop was asked for; a healthy one needs far less. Nobody may be able to write its last words any
/// more, when the console takes none: then the process ends without them.
const LAST_RESORT: Duration = Duration::from_secs(5);

/// A stop that may be asked for, and the news that it was.
#[derive(Clone, Debug)]
pub(crate) struct Interruption {
    /// For those who look now and then.
    pub(crate) stop: Arc<StopSignal>,
    /// For those who wait: one message when a stop is asked for.
    pub(crate) requested: Receiver<()>,
    request: Sender<()>,
}

impl Interruption {
    fn new() -> Self {
        let (request, requested) = bounded(1);
        Self { stop: Arc::new(StopSignal::new()), requested, request }
    }

    fn ask(&self) {
        self.stop.request();
        // Whoever waits needs to hear it once.
        let _ = self.request.try_send(());
        end_at_last();
    }
}

/// What Ctrl-C does once a command has begun what it must finish or take back.
static ACTION: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// Ends the process at the first Ctrl-C (or SIGTERM), until a command says otherwise. Called once, before anything else.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn heed() -> Result<(), CommandError> {
    let heed = || match ACTION.get() {
        Some(action) => action(),
        None => end(),
    };
    Ok(ctrlc::set_handler(heed)?)
}

/// From now on every Ctrl-C (or SIGTERM) does this. Called once, by the command.
pub(crate) fn on_ctrl_c(action: impl Fn() + Send + Sync + 'static) {
    let is_first = ACTION.set(Box::new(action)).is_ok();
    debug_assert!(is_first, "a command says once what Ctrl-C does");
}

/// A stop that the first Ctrl-C (or SIGTERM) requests. The second one ends the process at once.
pub(crate) fn stop_on_ctrl_c() -> Interruption {
    let interruption = Interruption::new();
    let asked = interruption.clone();
    on_ctrl_c(move || {
        if asked.stop.is_requested() {
            end();
        }
        asked.ask();
    });
    interruption
}

/// Requests a stop when standard input ends: `launch` holds the other end, so this comes also when `launch` dies.
///
/// # Errors
/// When there is no thread to be had.
pub(crate) fn stop_with_stdin(interruption: &Interruption) -> Result<(), CommandError> {
    let interruption = interruption.clone();
    when_stdin_ends(move || interruption.ask())
}

/// Calls this once, when standard input ends.
///
/// # Errors
/// When there is no thread to be had.
pub(crate) fn when_stdin_ends(then: impl FnOnce() + Send + 'static) -> Result<(), CommandError> {
    std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let mut byte = [0];
        while matches!(std::io::stdin().read(&mut byte), Ok(1..)) {}
        then();
    })?;
    Ok(())
}

/// Ends the process a while from now, if it still lives then.
pub(crate) fn end_at_last() {
    // Without a thread there is no last resort but the second Ctrl-C.
    let _ = std::thread::Builder::new().name("last resort".to_owned()).spawn(|| {
        std::thread::sleep(LAST_RESORT);
        end();
    });
}

/// Ends the process, as interrupted.
pub(crate) fn end() {
    std::process::exit(i32::from(Exit::Interrupted.code()));
}

//! Ctrl-C, SIGTERM and their like.

use std::io::Read;
use std::sync::Arc;

use xmlshred_engine::StopSignal;

use crate::error::CommandError;
use crate::exit::Exit;

/// A stop that the first Ctrl-C (or SIGTERM) requests. The second one ends the process at once.
///
/// # Errors
/// When the system refuses the handler.
pub(super) fn stop_on_ctrl_c() -> Result<Arc<StopSignal>, CommandError> {
    let stop = Arc::new(StopSignal::new());
    let requested = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if requested.is_requested() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        requested.request();
    })?;
    Ok(stop)
}

/// Requests a stop when standard input ends: `launch` holds the other end, so this comes also when `launch` dies.
///
/// # Errors
/// When there is no thread to be had.
pub(super) fn stop_with_stdin(stop: &Arc<StopSignal>) -> Result<(), CommandError> {
    let stop = Arc::clone(stop);
    std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let mut byte = [0];
        while matches!(std::io::stdin().read(&mut byte), Ok(1..)) {}
        stop.request();
    })?;
    Ok(())
}

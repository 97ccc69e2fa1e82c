//! A port that is opened when needed, opened again when lost, and used with patience.

use std::time::{Duration, Instant};

use xmlshred_model::FailureCode;

use crate::activity::Activity;
use crate::backoff::Backoff;
use crate::control::Control;
use crate::error::{RunError, once};
use crate::event::Event;
use crate::policy::{Decision, Patience, Subject, blame_after, decide, may_be_of_the_session, trouble};
use crate::ports::{Fault, PortError};
use crate::under_way::Begun;

type Open<'a, P> = Box<dyn Fn() -> Result<Box<P>, PortError> + Send + 'a>;

/// A port with the way to open it. Faults that may pass are waited for within the run's retry settings.
pub(crate) struct Connection<'a, P: ?Sized> {
    open: Open<'a, P>,
    connecting: Activity,
    port: Option<Box<P>>,
    reached: bool,
    /// Nothing was done in this session yet.
    is_fresh: bool,
}

/// Why a use of a port came to nothing.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A stop was asked for, or the run was lost elsewhere, while waiting for the next try.
    Ended,
    /// Some document of the batch is guilty.
    Document(FailureCode, PortError),
    /// The run cannot go on.
    Fatal(RunError),
}

impl<'a, P: ?Sized> Connection<'a, P> {
    /// A connection that is not open yet.
    pub(crate) fn new(
        connecting: Activity,
        open: impl Fn() -> Result<Box<P>, PortError> + Send + 'a,
    ) -> Self {
        Self { open: Box::new(open), connecting, port: None, reached: false, is_fresh: true }
    }

    /// The same to a database that was reached before in this run: failing to connect may pass.
    pub(crate) fn reached_before(self) -> Self {
        self.reached(true)
    }

    /// The same, with whether its database was reached before.
    pub(crate) fn reached(self, before: bool) -> Self {
        Self { reached: before, ..self }
    }

    /// Opens the port when it is not open.
    pub(crate) fn connect(&mut self, control: &Control<'_>) -> Result<(), Refusal> {
        self.with(control, self.connecting, |_| Ok(()))
    }

    /// Opens the port anew: what it looks at then is as it must be, or this fails.
    pub(crate) fn reopen(&mut self, control: &Control<'_>) -> Result<(), Refusal> {
        self.port = None;
        self.connect(control)
    }

    /// Uses the port; `operation` must be repeatable.
    pub(crate) fn with<T>(
        &mut self,
        control: &Control<'_>,
        during: Activity,
        operation: impl FnMut(&mut P) -> Result<T, PortError>,
    ) -> Result<T, Refusal> {
        self.with_documents(control, during, Subject::Nobody, operation)
    }

    /// Uses the port for these documents, which are to blame when the connection is lost, or nothing is answered, again and again;
    /// `operation` must be repeatable.
    pub(crate) fn with_documents<T>(
        &mut self,
        control: &Control<'_>,
        during: Activity,
        subject: Subject,
        mut operation: impl FnMut(&mut P) -> Result<T, PortError>,
    ) -> Result<T, Refusal> {
        let mut backoff = Backoff::new(control.retry());
        let mut first_fault = None;
        let mut attempts = 1;
        // Tries in a row that came to their operation: a database that cannot be reached says nothing about documents.
        let mut tries = 0;
        let begun = control.under_way().begin(during);
        loop {
            let was_fresh = self.port.is_none() || self.is_fresh;
            let (during, error) = match self.opened() {
                Err(error) => (self.connecting, error),
                Ok(port) => {
                    let result = operation(port);
                    self.is_fresh = was_fresh && during == self.connecting;
                    // Some ports open what they stand for when it is first needed.
                    self.reached |= !matches!(&result, Err(error) if error.fault == Fault::CannotConnect);
                    match result {
                        Ok(value) => {
                            if let Some(first) = first_fault {
                                control.emit(&Event::Recovered { during, after: Instant::elapsed(&first) });
                            }
                            return Ok(value);
                        }
                        Err(error) => (during, error),
                    }
                }
            };
            if error.fault == Fault::Deadlock && during == Activity::Load {
                control.met_deadlock();
            }
            if !was_fresh && may_be_of_the_session(&error, during, subject) {
                self.port = None;
                attempts += 1;
                let patience = control.retry().give_up_after;
                self.wait(control, &begun, (attempts, Duration::ZERO, patience), during, &error)?;
                continue;
            }
            tries = if during == self.connecting { 0 } else { tries + 1 };
            match decide(&error.fault, during) {
                Decision::BlameDocument(code) => return Err(Refusal::Document(code, error)),
                Decision::Retry => {}
                Decision::Reconnect => self.port = None,
                Decision::ReconnectIfReachedBefore if self.reached => self.port = None,
                Decision::ReconnectIfReachedBefore | Decision::Stop => {
                    return Err(Refusal::Fatal(RunError::Port { during, error }));
                }
            }
            let elapsed = first_fault.get_or_insert_with(Instant::now).elapsed();
            let left = control.retry().give_up_after.saturating_sub(elapsed);
            let patience = if left.is_zero() { Patience::Over } else { Patience::Left };
            if let Some(code) = blame_after(&error.fault, during, subject, tries, patience) {
                self.port = None;
                return Err(Refusal::Document(code, error));
            }
            if patience == Patience::Over {
                let error = RunError::RetriesExhausted { during, attempts, elapsed, error: Box::new(error) };
                return Err(Refusal::Fatal(error));
            }
            attempts += 1;
            self.wait(control, &begun, (attempts, backoff.next_delay().min(left), left), during, &error)?;
        }
    }

    fn wait(
        &self,
        control: &Control<'_>,
        begun: &Begun<'_>,
        (attempt, delay, patience): (u32, Duration, Duration),
        during: Activity,
        error: &PortError,
    ) -> Result<(), Refusal> {
        control.quote(error);
        let (reason, trouble) = (once(during, error), trouble(&error.fault));
        control.emit(&Event::Retrying { attempt, delay, reason, trouble, patience });
        begun.rests(true);
        let goes_on = control.sleep(delay);
        begun.rests(false);
        if goes_on { Ok(()) } else { Err(Refusal::Ended) }
    }

    fn opened(&mut self) -> Result<&mut P, PortError> {
        let port = match self.port.take() {
            Some(port) => port,
            None => (self.open)()?,
        };
        Ok(self.port.insert(port))
    }
}

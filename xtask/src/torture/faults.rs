//! One act: starts its runs, does to them what the scenario says, and waits until all have ended.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use xmlshred_test_servers::Cut;

use super::place::{Place, Servers};
use super::scenario::{Act, FaultKind, Moment, Run};
use super::summary::Counts;
use crate::workspace::Error;

/// Longer than any act of such small documents takes, servers that come back included.
const DEADLINE: Duration = Duration::from_secs(180);
/// How often the act looks after its runs, where they say nothing.
const GLANCE: Duration = Duration::from_millis(2);

/// What an act needs to know of its round.
pub(super) struct Stage<'a> {
    pub(super) program: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) contract: PathBuf,
    pub(super) source: &'a Place,
    pub(super) target: &'a Place,
    pub(super) servers: &'a Servers,
    /// How long the clean run took.
    pub(super) pace: Duration,
}

/// A run that has been started.
struct Process {
    child: Child,
    ended: Option<ExitStatus>,
    /// Its faults are ours: any end is right.
    is_killed: bool,
    is_terminated: bool,
}

/// A line of a run that a fault waits for.
struct Said {
    run: usize,
    line: String,
}

impl Stage<'_> {
    /// Starts a run; what it says goes to a file, and to `listener`.
    fn start(
        &self,
        run: &Run,
        name: &str,
        number: usize,
        listener: Option<Sender<Said>>,
    ) -> Result<Process, Error> {
        let mut command = Command::new(self.program);
        command.current_dir(self.folder).args(run.arguments()).arg("--contract").arg(&self.contract);
        command.args(["--progress", "off", "--max-failures", "100%"]);
        command.args(["--source-url", &self.source.line, "--target-url", &self.target.line]);
        if listener.is_some() {
            command.args(["--log-level", "DEBUG"]);
        }
        for variable in ["XMLSHRED_CONTRACT", "XMLSHRED_URL", "XMLSHRED_PASSWORD", "JOB_COMPLETION_INDEX"] {
            command.env_remove(variable);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let stderr = child.stderr.take().ok_or("standard error is piped")?;
        let mut file = File::create(self.folder.join(format!("said-{name}-{number}.txt")))?;
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = writeln!(file, "{line}");
                if let Some(listener) = &listener {
                    let _ = listener.send(Said { run: number, line });
                }
            }
        });
        Ok(Process { child, ended: None, is_killed: false, is_terminated: false })
    }

    /// Runs one command to its end; answers its exit code.
    pub(super) fn run_alone(&self, run: &Run, extra: &[&str], name: &str) -> Result<Option<i32>, Error> {
        let mut command = Command::new(self.program);
        command.current_dir(self.folder).args(run.arguments()).arg("--contract").arg(&self.contract);
        command.args(["--progress", "off", "--max-failures", "100%"]).args(extra);
        command.args(["--source-url", &self.source.line, "--target-url", &self.target.line]);
        let said = File::create(self.folder.join(format!("said-{name}.txt")))?;
        Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said).status()?.code())
    }

    /// Performs the act. Answers what no fault of ours explains, if anything.
    pub(super) fn perform(
        &self,
        act: &Act,
        name: &str,
        counts: &mut Counts,
    ) -> Result<Option<String>, Error> {
        counts.overlaps += u64::from(act.overlaps());
        if let Some(proxy) = self.servers.proxy() {
            proxy.cut(Cut::Never);
        }
        let is_heard = act.faults.iter().any(|fault| matches!(fault.moment, Moment::Line { .. }));
        let (sender, said) = channel();
        let processes = act.runs.iter().enumerate().map(|(number, run)| {
            counts.runs += 1;
            self.start(run, name, number, is_heard.then(|| sender.clone()))
        });
        let processes = processes.collect::<Result<Vec<_>, _>>()?;
        let mut performance = Performance {
            stage: self,
            act,
            processes,
            said,
            _sender: sender,
            heard: vec![0; act.faults.len()],
            counts,
        };
        let verdict = performance.until_all_have_ended();
        if let Some(proxy) = self.servers.proxy() {
            performance.counts.cuts += proxy.cut_count() as u64;
            proxy.cut(Cut::Never);
        }
        verdict
    }
}

struct Performance<'a> {
    stage: &'a Stage<'a>,
    act: &'a Act,
    processes: Vec<Process>,
    said: Receiver<Said>,
    /// Kept, so that nobody's silence is the end of the line.
    _sender: Sender<Said>,
    /// For each fault, lines that it waits for.
    heard: Vec<u32>,
    counts: &'a mut Counts,
}

impl Performance<'_> {
    fn until_all_have_ended(&mut self) -> Result<Option<String>, Error> {
        let started = Instant::now();
        let mut pending: Vec<usize> = (0..self.act.faults.len()).collect();
        let mut is_disrupted = false;
        loop {
            self.listen();
            let due: Vec<_> =
                pending.iter().copied().filter(|&fault| self.is_due(fault, started.elapsed())).collect();
            for fault in due {
                pending.retain(|&other| other != fault);
                is_disrupted |= self.happen(self.act.faults[fault].kind)?;
            }
            for process in &mut self.processes {
                if process.ended.is_none() {
                    process.ended = process.child.try_wait()?;
                }
            }
            if self.processes.iter().all(|process| process.ended.is_some()) {
                return Ok(self.unexplained_end(is_disrupted));
            }
            if started.elapsed() > DEADLINE {
                self.processes.iter_mut().for_each(|process| drop(process.child.kill()));
                self.processes.iter_mut().for_each(|process| drop(process.child.wait()));
                return Ok(Some(format!("a run did not end within {} s", DEADLINE.as_secs())));
            }
        }
    }

    /// Waits a glance for a line that faults wait for, and counts it and all others that have been said.
    fn listen(&mut self) {
        let first = self.said.recv_timeout(GLANCE).ok();
        for Said { run: said_by, line } in first.into_iter().chain(self.said.try_iter()) {
            for (fault, heard) in self.act.faults.iter().zip(&mut self.heard) {
                if let Moment::Line { run, words, .. } = fault.moment {
                    *heard += u32::from(run == said_by && line.contains(words));
                }
            }
        }
    }

    fn is_due(&self, fault: usize, elapsed: Duration) -> bool {
        match self.act.faults[fault].moment {
            Moment::Time(share) => elapsed >= self.stage.pace.mul_f64(share),
            Moment::Line { count, .. } => self.heard[fault] >= count,
        }
    }

    /// Does it. Whether runs may be stopped by it that were not killed.
    fn happen(&mut self, kind: FaultKind) -> Result<bool, Error> {
        match kind {
            FaultKind::Kill(run) => self.kill(run)?,
            FaultKind::KillAll => (0..self.processes.len()).try_for_each(|run| self.kill(run))?,
            FaultKind::Terminate(run) => self.terminate(run)?,
            FaultKind::Cut(chunk) => self.cut(Cut::BeforeChunk(chunk)),
            FaultKind::CutCommit => self.cut(Cut::AfterServerGot(|chunk| {
                chunk.windows(b"COMMIT".len()).any(|window| window == b"COMMIT")
            })),
            FaultKind::Crash(pause) => {
                let Some(server) = self.stage.servers.postgres() else { return Ok(false) };
                server.crash();
                std::thread::sleep(pause);
                server.up();
                self.counts.crashes += 1;
            }
            FaultKind::Lock(pause) => self.lock(pause),
        }
        Ok(matches!(kind, FaultKind::Cut(_) | FaultKind::CutCommit | FaultKind::Crash(_)))
    }

    fn kill(&mut self, run: usize) -> Result<(), Error> {
        let process = &mut self.processes[run];
        if process.ended.is_none() && process.child.try_wait()?.is_none() {
            process.child.kill()?;
            process.is_killed = true;
            self.counts.kills += 1;
        }
        Ok(())
    }

    fn terminate(&mut self, run: usize) -> Result<(), Error> {
        let process = &mut self.processes[run];
        if process.ended.is_none() && process.child.try_wait()?.is_none() {
            // Nobody has waited for it, so the number is still its own.
            Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status()?;
            process.is_terminated = true;
            self.counts.terminations += 1;
        }
        Ok(())
    }

    fn cut(&mut self, cut: Cut) {
        if let Some(proxy) = self.stage.servers.proxy() {
            self.counts.cuts += proxy.cut_count() as u64;
            proxy.cut(cut);
        }
    }

    /// Holds the file's only right to write. Takes it when it is free; the runs wait meanwhile.
    fn lock(&mut self, pause: Duration) {
        let places = [self.stage.target, self.stage.source];
        let Some(file) = places.into_iter().find_map(Place::sqlite_file) else { return };
        let file = file.to_owned();
        self.counts.locks += 1;
        std::thread::spawn(move || {
            let Ok(database) = Connection::open(file) else { return };
            let _ = database.busy_timeout(Duration::from_secs(5));
            if database.execute_batch("BEGIN IMMEDIATE").is_ok() {
                std::thread::sleep(pause);
                let _ = database.execute_batch("ROLLBACK");
            }
        });
    }

    /// An exit that no fault of ours explains.
    fn unexplained_end(&self, is_disrupted: bool) -> Option<String> {
        self.processes.iter().zip(&self.act.runs).find_map(|(process, run)| {
            let Process { child: _, ended, is_killed, is_terminated } = process;
            let code = ended.as_ref().and_then(ExitStatus::code);
            let is_right = match code {
                Some(0 | 3) => true,
                Some(130) => *is_terminated,
                // Before the program listens to signals, one ends it.
                None => *is_killed || *is_terminated,
                // What was not reached at the start, or not again in time.
                Some(1 | 2) => is_disrupted,
                Some(_) => false,
            };
            (!is_right).then(|| format!("`{}` ended with {code:?}", run.arguments().join(" ")))
        })
    }
}

//! A run with everything resolved: nothing of it depends on arguments or environment any more.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use xmlshred_engine::RunSettings;
use xmlshred_engine::chosen::ChosenPorts;
use xmlshred_engine::ports::{FailedDocuments, Ports, RunIdentity};
use xmlshred_mapping::Plan;
use xmlshred_mapping::drift::Watch;
use xmlshred_model::DocumentKey;

use crate::args::RunArgs;
use crate::database::{self, MissingTables, NewNames, NoFiles};
use crate::error::CommandError;
use crate::settings::{self, Connection, ContractFile, DriftSample, Reporting};

/// What to run.
pub(in crate::command) struct Job {
    pub(super) contract_file: ContractFile,
    pub(in crate::command) plan: Arc<Plan>,
    pub(super) connection: Connection,
    pub(in crate::command) identity: RunIdentity,
    pub(in crate::command) settings: RunSettings,
    pub(super) reporting: Reporting,
    pub(super) create_tables: bool,
    /// What becomes of tables that are missing or of an earlier version.
    missing: MissingTables,
    /// The documents to process, where somebody has chosen some; else all that are not yet processed.
    pub(super) chosen: Option<Vec<DocumentKey>>,
    /// When everything is processed, it goes on after this time.
    pub(super) follow: Option<Duration>,
    /// Whether the end is told as JSON.
    pub(super) json: bool,
    /// Looks for what nobody reads, unless that is off.
    pub(super) watch: Option<Arc<Watch>>,
    /// The sample that it looks at, and what is known.
    pub(super) drift: Option<DriftSample>,
    /// How many problems of the contract do not forbid its use.
    pub(super) contract_warning_count: usize,
}

impl Job {
    /// Resolves the arguments; reads and checks the contract. Connects to nothing.
    ///
    /// # Errors
    /// When they cannot be meant, or the contract cannot be used.
    pub(in crate::command) fn new(args: &RunArgs) -> Result<Self, CommandError> {
        let RunArgs { contract, database, instance, work, report, json, stop_with_stdin: _ } = args;
        let share = settings::share(instance, &|name| std::env::var(name).ok())?;
        let settings = settings::run_settings(work)?;
        let reporting = Reporting::new(report)?;
        let connection = database::resolve(database)?;
        let file = ContractFile::read(contract)?;
        let (contract, warnings) = file.checked()?;
        let settings = RunSettings { limits: contract.document.limits, ..settings };
        let identity = RunIdentity {
            session_id: reporting.session_id.clone(),
            run_nonce: nonce(),
            share,
            contract_hash: contract.hash.clone(),
        };
        let drift = DriftSample::new(work, &file.path)?;
        let plan = Arc::new(Plan::new(contract));
        let missing = match (work.create_tables && settings.dry_run.writes(), work.adopt_log) {
            (false, _) => MissingTables::Refuse,
            (true, false) => MissingTables::Create,
            (true, true) => MissingTables::CreateAndAdoptLog,
        };
        Ok(Self {
            contract_file: file,
            watch: drift.as_ref().map(|drift| Arc::new(drift.watch(&plan))),
            drift,
            plan,
            connection,
            identity,
            settings,
            reporting,
            create_tables: missing != MissingTables::Refuse,
            missing,
            chosen: None,
            follow: work.follow.map(|seconds| Duration::from_secs(seconds.into())),
            json: *json,
            contract_warning_count: warnings.len(),
        })
    }

    /// The same for these documents alone.
    pub(in crate::command) fn choose(
        self,
        keys: Vec<DocumentKey>,
        failed: FailedDocuments,
        json: bool,
    ) -> Self {
        let settings = RunSettings { failed, ..self.settings };
        Self { chosen: Some(keys), settings, json, ..self }
    }

    /// As many of so many documents as the run's limit permits.
    pub(super) fn at_most(&self, documents: u64) -> u64 {
        self.settings.limit.map_or(documents, |limit| documents.min(limit))
    }

    /// Source, target and log.
    ///
    /// # Errors
    /// When the files of the source cannot be listed.
    pub(in crate::command) fn ports(&self) -> Result<Box<dyn Ports>, CommandError> {
        self.ports_with(if self.settings.dry_run.writes() { NewNames::Bind } else { NewNames::Leave })
    }

    /// The same for somebody who only looks: files get no keys by it.
    ///
    /// # Errors
    /// As [`Self::ports`].
    pub(in crate::command) fn ports_to_look(&self) -> Result<Box<dyn Ports>, CommandError> {
        self.ports_with(NewNames::Leave)
    }

    fn ports_with(&self, names: NewNames) -> Result<Box<dyn Ports>, CommandError> {
        let Self { connection, plan, missing, settings, identity, chosen, follow, .. } = self;
        let none = if follow.is_some() { NoFiles::Wait } else { NoFiles::Refuse };
        let ports =
            database::open(connection, plan, *missing, (names, none), settings.failed, Some(identity))?;
        Ok(match chosen {
            None => ports,
            Some(keys) => Box::new(ChosenPorts::new(ports.into(), keys.clone())),
        })
    }
}

/// 128 random bits, from the system: no two processes draw the same.
fn nonce() -> String {
    let random = RandomState::new();
    format!("{:016x}{:016x}", random.hash_one(0_u8), random.hash_one(1_u8))
}

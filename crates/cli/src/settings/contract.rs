//! The contract: found, read and checked.

use std::path::PathBuf;

use xmlshred_mapping::contract::{self, Contract, Diagnostic, Loaded, RenderStyle, Severity};

use super::SettingsError;
use super::connection::absolute;
use crate::args::ContractArgs;

/// Where a contract is looked for when nobody says.
const DEFAULT_CONTRACT: &str = "contract.yaml";

/// A contract's text, with its name for messages.
#[derive(Clone, Debug)]
pub(crate) struct ContractFile {
    /// As the user named it.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
}

/// A contract that cannot be used, with everything that is wrong with it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} {}", file.path.display(), has(diagnostics))]
pub(crate) struct ContractProblems {
    /// The contract.
    pub(crate) file: ContractFile,
    /// At least one error.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl ContractFile {
    /// Finds and reads the contract that the arguments name.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(crate) fn read(args: &ContractArgs) -> Result<Self, SettingsError> {
        let ContractArgs { contract } = args;
        let path = contract.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_CONTRACT));
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(SettingsError::NoContract { looked_at: absolute(&path) })
            }
            Err(source) => Err(SettingsError::Unreadable { what: "contract", path, source }),
        }
    }

    /// All problems of the contract, and the contract when none is an error.
    pub(crate) fn load(&self) -> Loaded {
        contract::load(&self.text)
    }

    /// The contract, with its warnings.
    ///
    /// # Errors
    /// All its problems, when one of them is an error.
    pub(crate) fn checked(&self) -> Result<(Contract, Vec<Diagnostic>), Box<ContractProblems>> {
        let Loaded { contract, diagnostics } = self.load();
        match contract {
            Some(contract) => Ok((contract, diagnostics)),
            None => Err(Box::new(ContractProblems { file: self.clone(), diagnostics })),
        }
    }

    /// Problems for people.
    pub(crate) fn render(&self, diagnostics: &[Diagnostic], style: RenderStyle) -> String {
        contract::render(diagnostics, &self.path.display().to_string(), &self.text, style)
    }
}

/// `has 5 errors and 1 warning`
pub(crate) fn has(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("has {}, {}", plural(errors, "error"), plural(warnings, "warning"))
}

//! The program of `crates/bench`: builds it, runs it over documents that it makes itself, reads its answer.

use std::process::Command;

use serde_json::Value;

use super::median::median;
use crate::workspace::{Error, root};

/// What ratios of bytes per second refer to: the bare event loop of quick-xml with attributes.
pub(super) const REFERENCE: &str = "quick-xml";

/// Speed of one contestant.
#[derive(Clone, Debug)]
pub(super) struct Speed {
    /// Which.
    pub(super) name: &'static str,
    /// Bytes per second.
    pub(super) bytes_per_second: f64,
}

/// A build of the program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Build {
    /// As it is released, with everyone it is compared with.
    Release,
    /// Fewer crates, and what runs once per contract not optimised.
    Instructions,
}

impl Build {
    fn profile(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Instructions => "instructions",
        }
    }

    /// Builds it.
    ///
    /// # Errors
    /// When the build fails.
    pub(super) fn make(self) -> Result<(), Error> {
        let features: &[&str] = match self {
            Self::Release => &["--features", "xml2arrow"],
            Self::Instructions => &[],
        };
        let status = Command::new("cargo")
            .args(["build", "--quiet", "--package", "xmlshred-bench", "--profile", self.profile()])
            .args(features)
            .current_dir(root())
            .status()?;
        if status.success() { Ok(()) } else { Err("the benchmark of one thread cannot be built".into()) }
    }

    /// The program, once it is made.
    pub(super) fn program(self) -> std::path::PathBuf {
        root().join("target").join(self.profile()).join("xmlshred-bench")
    }

    /// Runs the program and reads its answer.
    ///
    /// # Errors
    /// When it fails; it has said why.
    pub(super) fn ask(self, words: &[String]) -> Result<Value, Error> {
        answer(Command::new(self.program()).args(words))
    }
}

/// The answer of the program, however it is started.
///
/// # Errors
/// When it fails; it has said why.
pub(super) fn answer(command: &mut Command) -> Result<Value, Error> {
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the benchmark of one thread failed".into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Documents, as words of the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Documents {
    /// Their size on average.
    pub(super) average_bytes: u32,
    /// How many, the one bad of every 50 included.
    pub(super) count: u32,
    /// The same seed gives the same documents; the demo's is 1.
    pub(super) seed: u64,
    /// Those of fewer bytes only.
    pub(super) below: Option<u32>,
}

impl Documents {
    /// After `task`, the words for these documents.
    pub(super) fn words(&self, task: &str) -> Vec<String> {
        let Self { average_bytes, count, seed, below } = *self;
        let mut words = vec![
            task.to_owned(),
            format!("bytes={average_bytes}"),
            format!("documents={count}"),
            format!("seed={seed}"),
        ];
        words.extend(below.map(|below| format!("below={below}")));
        words
    }
}

/// Measures the reference alone, over the good ones of the demo's first `count` documents; tells their bytes too.
///
/// # Errors
/// When the program cannot be built or fails.
pub(super) fn reference(average_bytes: u32, count: u32) -> Result<(Speed, u64), Error> {
    println!("parsing {count} documents of {average_bytes} bytes on one thread …");
    Build::Release.make()?;
    let mut words = Documents { average_bytes, count, seed: 1, below: None }.words("time");
    words.push(format!("only={REFERENCE}"));
    let answer = Build::Release.ask(&words)?;
    let byte_count = answer["bytes"].as_u64().ok_or("an answer without bytes")?;
    let bytes_per_second = byte_count as f64 / median(&seconds(&answer, REFERENCE)?);
    Ok((Speed { name: REFERENCE, bytes_per_second }, byte_count))
}

/// The seconds of every pass of a contestant, in the order of rounds.
///
/// # Errors
/// When the answer has none of them.
pub(super) fn seconds(answer: &Value, name: &str) -> Result<Vec<f64>, Error> {
    let passes = answer["seconds"][name].as_array().ok_or_else(|| format!("an answer without {name}"))?;
    passes.iter().map(|pass| pass.as_f64().ok_or_else(|| "a time that is no number".into())).collect()
}

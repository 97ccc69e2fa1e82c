//! Chores of the workspace: `cargo xtask ci` is what the runner does, `cargo xtask bench` measures, `cargo xtask torture`
//! breaks what can be broken around the program, `cargo xtask infer-score` tries drafted contracts on documents that they have not seen.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the one who started it")]

#[cfg(test)]
mod arrows;
mod bench;
mod ci;
mod infer_score;
#[cfg(test)]
mod python_lints;
mod torture;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask ci
       cargo xtask bench [shred] [sqlite] [postgres] [paging] [sqlserver] [tools] [drift] [pages] [instructions] [--quick]
       cargo xtask bench instructions --record
       cargo xtask torture [--rounds N] [--minutes M] [--seed S] [--database sqlite|postgres|sqlserver …]
                           [--workers N] [--parallel N] [--release | --program FILE] [--json]
       cargo xtask infer-score DIR [--k 2,6,20] [--seed N] [--draws N] [--release | --program FILE] [--json]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["ci"] => ci::run(),
        ["bench", ref words @ ..] => match bench::Request::parse(words) {
            Some(request) => bench::run(&request),
            None => return usage(),
        },
        ["torture", ref words @ ..] => match torture::Request::parse(words) {
            Some(request) => torture::run(&request),
            None => return usage(),
        },
        ["infer-score", ref words @ ..] => match infer_score::Request::parse(words) {
            Some(request) => infer_score::run(&request),
            None => return usage(),
        },
        _ => return usage(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

//! Pages of `docs` that readers type along: their blocks are done one after the other in an empty folder, and what the page shows must be what
//! comes. `UPDATE_CASES=1` writes what comes now; read the difference before committing it.
//!
//! - `console run`: each `$ ` line in bash, with what it says below; a line `…` stands for any lines.
//! - `console together`: the same, all started before the first is waited for, as in several terminals.
//! - `sql FILE`, `yaml FILE`: a file of this text. `diff FILE`: the file's lines with `-` or a blank are replaced by those with `+` or a blank.
//!
//! Other blocks are not touched. Times, rates, names of sessions and hashes differ from day to day: the page has those of the day it was written.
#![cfg(unix)]

mod mask;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use xmlshred_test_servers::skip;

use mask::is_shown;
use read::{Block, Step, blocks, steps};

#[test]
fn the_tutorial_shows_what_its_commands_say() {
    check("tutorial.md", 20);
}

#[test]
fn the_page_about_instances_shows_what_its_commands_say() {
    check("instances.md", 5);
}

#[test]
fn the_recipes_show_what_their_commands_say() {
    check("recipes.md", 2);
}

/// Runs the page, which has at least so many commands, and compares it with what comes, or writes that.
fn check(page: &str, at_least: usize) {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        return skip(&format!("docs/{page} as it is typed"), &"no sqlite3 (apt-get install sqlite3)");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let said = std::fs::read_to_string(&file).unwrap();
    let mut reader = Reader::new();
    let found = reader.follow(&said);
    assert!(reader.command_count >= at_least, "{page} has only {} commands", reader.command_count);
    if std::env::var_os("UPDATE_CASES").is_some() {
        return std::fs::write(&file, found).unwrap();
    }
    let differs = said.lines().zip(found.lines()).enumerate().find(|(_, (said, found))| said != found);
    assert!(said == found, "docs/{page} is not up to date, UPDATE_CASES=1 writes it: {differs:?}\n{found}");
}

/// Somebody who types along.
struct Reader {
    folder: TempDir,
    variables: BTreeMap<String, String>,
    exit_code: i32,
    command_count: usize,
}

impl Reader {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let variables = BTreeMap::new();
        Self { folder, variables, exit_code: 0, command_count: 0 }
    }

    /// The page, with what its commands say now wherever that is not what it shows.
    fn follow(&mut self, page: &str) -> String {
        let (mut out, mut copied) = (String::new(), 0);
        for block in blocks(page) {
            let text = self.done(&block).unwrap_or_else(|| block.text.to_owned());
            out += &page[copied..block.start];
            out += &text;
            copied = block.start + block.text.len();
        }
        out + &page[copied..]
    }

    /// Does what the block says; its new text, if it has one.
    fn done(&mut self, block: &Block<'_>) -> Option<String> {
        match block.info.split_once(' ')? {
            ("console", "run") => Some(steps(block.text).map(|step| self.typed(&step)).collect()),
            ("console", "together") => Some(self.typed_together(block.text)),
            ("sql" | "yaml", name) => self.write(name, block.text),
            ("diff", name) => {
                let old = std::fs::read_to_string(self.file(name)).unwrap();
                self.write(name, &read::patched(&old, block.text))
            }
            _ => None,
        }
    }

    fn write(&self, name: &str, text: &str) -> Option<String> {
        std::fs::write(self.file(name), text).unwrap();
        None
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn typed(&mut self, step: &Step<'_>) -> String {
        self.command_count += 1;
        if let Some(pairs) = step.command.strip_prefix("export ") {
            for pair in pairs.split_whitespace() {
                let (name, value) = pair.split_once('=').unwrap();
                self.variables.insert(name.to_owned(), value.to_owned());
            }
            return shown(step, "");
        }
        let (running, heard) = self.start(&step.command);
        self.ended(step, running, &heard)
    }

    fn typed_together(&mut self, text: &str) -> String {
        let steps: Vec<_> = steps(text).collect();
        self.command_count += steps.len();
        let running: Vec<_> = steps.iter().map(|step| self.start(&step.command)).collect();
        let ended = steps.iter().zip(running).map(|(step, (child, heard))| self.ended(step, child, &heard));
        ended.collect()
    }

    /// Both streams go into one file, in the order in which they come, as on a terminal.
    fn start(&self, command: &str) -> (Child, PathBuf) {
        let heard =
            tempfile::NamedTempFile::new_in(self.folder.path()).unwrap().into_temp_path().keep().unwrap();
        let file = std::fs::File::create(&heard).unwrap();
        let program = Path::new(assert_cmd::cargo::cargo_bin!("xmlshred")).parent().unwrap().to_owned();
        let path = std::env::var("PATH").unwrap();
        let mut shell = Command::new("bash");
        shell.arg("-c").arg(format!("(exit {}); {command}", self.exit_code)).current_dir(self.folder.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("XMLSHRED_")) {
            shell.env_remove(name);
        }
        shell.env("PATH", format!("{}:{path}", program.display())).env("COLUMNS", "80").envs(&self.variables);
        shell.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        (shell.spawn().unwrap(), heard)
    }

    fn ended(&mut self, step: &Step<'_>, mut running: Child, heard: &Path) -> String {
        self.exit_code = running.wait().unwrap().code().unwrap();
        let said = std::fs::read_to_string(heard).unwrap();
        std::fs::remove_file(heard).unwrap();
        assert!(self.exit_code < 126, "{}: {said}", step.command);
        shown(step, &said)
    }
}

/// The step with what it shows, if that is what was said, or else with what was said.
fn shown(step: &Step<'_>, said: &str) -> String {
    let said: Vec<_> = said.lines().map(str::trim_end).collect();
    let Step { typed, shows, .. } = step;
    let shows = if is_shown(shows, &said) { shows.clone() } else { said };
    shows.iter().fold((*typed).to_owned(), |text, line| text + line + "\n")
}

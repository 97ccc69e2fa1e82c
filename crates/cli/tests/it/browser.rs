//! Pages in a real browser: headless Chromium, driven by puppeteer-core, looked at by axe-core; the pages' scripts under TypeScript's strict eyes.
//! `./x test` fetches them; elsewhere `XMLSHRED_TEST_BROWSER` names the folder with their `node_modules`.

use std::path::{Path, PathBuf};
use std::process::Command;

use xmlshred_test_servers::skip;

/// Where the scripts are that drive the browser.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// The folder of npm's packages; `None`, and a word about it, where there is none, or no program.
fn packages(what: &str, program: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("XMLSHRED_TEST_BROWSER") else {
        skip(
            what,
            &"set XMLSHRED_TEST_BROWSER to a folder with puppeteer-core, axe-core and typescript, which `./x test` fetches",
        );
        return None;
    };
    if Command::new(program).arg("--version").output().is_err() {
        skip(what, &format!("there is no {program}"));
        return None;
    }
    Some(PathBuf::from(folder))
}

/// What a script saw; `None` where there is no browser.
pub(crate) fn run(what: &str, script: &str, arguments: &[&Path]) -> Option<serde_json::Value> {
    let chromium = std::env::var("XMLSHRED_TEST_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let folder = packages(what, &chromium)?;
    let mut command = Command::new("node");
    command.arg(scripts().join(script)).args(arguments).env("XMLSHRED_TEST_BROWSER", folder);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// TypeScript's strict compiler, which writes nothing.
pub(crate) fn typescript(what: &str) -> Option<Command> {
    let packages = packages(what, "node")?;
    let mut command = Command::new("node");
    command.arg(packages.join("node_modules/typescript/bin/tsc")).args(["--noEmit", "--strict"]);
    Some(command)
}

/// TypeScript's opinion of the scripts of a page, which are one script there.
pub(crate) fn check_types(files: &[String]) {
    let Some(mut command) = typescript("the types of the pages' scripts") else { return };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    command.args(["--allowJs", "--checkJs", "--target", "es2022"]);
    command.args(["--lib", "es2022,dom,dom.iterable"]).args(files).current_dir(source);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

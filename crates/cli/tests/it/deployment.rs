//! The examples of how the program is run and watched: units, manifests, alerts and a dashboard. Tools of others look at them where there are
//! some, and the program takes their arguments and serves what they ask for.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use xmlshred_test_servers::skip;

use crate::browser;
use crate::workplace::Workplace;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(example(name)).unwrap()
}

/// Where a tool is: in the variable that `./x test` sets, or on the path. `None`, and a word about it, where it is nowhere.
fn tool(what: &str, program: &str, variable: &str) -> Option<PathBuf> {
    let tool = std::env::var_os(variable).map_or_else(|| PathBuf::from(program), PathBuf::from);
    match Command::new(&tool).arg("--version").output() {
        Ok(_) => Some(tool),
        Err(_) => {
            skip(what, &format!("no {program}: set {variable}, which `./x test` does"));
            None
        }
    }
}

/// Runs a tool, which must have nothing to say against it.
fn agrees(command: &mut Command) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    assert!(output.status.success(), "{command:?}: {said}");
}

/// A program that goes on until it is told to end.
struct Service {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
}

impl Service {
    fn start(place: &Workplace, arguments: &str) -> Self {
        let mut command = place.command(arguments);
        command.env("XMLSHRED_URL", "sqlite:data.db").env("XMLSHRED_PASSWORD", "");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log }
    }

    fn wait_for(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "it ended before it said {words:?}");
        }
    }

    /// SIGTERM; its exit code.
    fn end(mut self) -> Option<i32> {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        std::io::copy(&mut self.log, &mut std::io::sink()).unwrap();
        self.child.wait().unwrap().code()
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn with_tables(keys: std::ops::Range<i64>) -> Workplace {
    let place = Workplace::new(keys);
    place.run("run --url sqlite:data.db --create-tables --limit 0").ends_with(0);
    place
}

#[test]
fn the_command_of_the_unit_runs_and_ends_in_order_when_it_is_stopped() {
    let unit = read("systemd/xmlshred@.service").replace("\\\n", " ");
    let command =
        unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/xmlshred ")).unwrap();
    let flags = format!("--metrics-listen {}", free_address());
    let command = [
        ("/etc/xmlshred/%i.yaml", "contract.yaml"),
        ("/var/log/xmlshred/%i", "logs"),
        ("/var/lib/xmlshred/%i", "metrics"),
        ("$XMLSHRED_FLAGS", &flags),
    ]
    .iter()
    .fold(command.to_owned(), |line, (from, to)| line.replace(from, to));
    assert!(!command.contains(['%', '$']), "{command}");
    let place = with_tables(0..40);
    let mut service = Service::start(&place, &command);
    service.wait_for("Extracted 40 XML records");
    assert_eq!(service.end(), Some(0));
}

#[test]
fn systemd_understands_the_unit() {
    let Some(tool) = tool("the unit of systemd", "systemd-analyze", "XMLSHRED_TEST_SYSTEMD_ANALYZE") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let program = assert_cmd::cargo::cargo_bin!("xmlshred").display().to_string();
    let unit = read("systemd/xmlshred@.service").replace("/usr/local/bin/xmlshred", &program);
    let file = folder.path().join("xmlshred@.service");
    std::fs::write(&file, unit).unwrap();
    agrees(Command::new(tool).args(["verify", "--man=no", "--recursive-errors=no"]).arg(file));
}

/// The arguments of a manifest's container, as a workplace has them.
fn arguments(manifest: &str) -> String {
    let first = manifest.split("\n---\n").next().unwrap();
    let value: yaml_serde::Value = yaml_serde::from_str(first).unwrap();
    let container = &value["spec"]["template"]["spec"]["containers"][0];
    let arguments = container["args"].as_sequence().unwrap().iter().map(|word| word.as_str().unwrap());
    let line = arguments.collect::<Vec<_>>().join(" ");
    let listen = format!("--metrics-listen={}", free_address());
    line.replace("/contract/contract.yaml", "contract.yaml")
        .replace("/work/", "")
        .replace("--metrics-listen=0.0.0.0:9187", &listen)
}

#[test]
fn the_pods_of_the_job_share_the_documents() {
    let manifest = read("kubernetes/job.yaml");
    let value: yaml_serde::Value = yaml_serde::from_str(&manifest).unwrap();
    let completions = value["spec"]["completions"].as_u64().unwrap();
    let place = with_tables(8..48);
    for index in 0..completions {
        let mut command = place.command(&arguments(&manifest));
        command.env("XMLSHRED_URL", "sqlite:data.db").env("JOB_COMPLETION_INDEX", index.to_string());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let done = i64::try_from(40 / completions * (index + 1)).unwrap();
        assert_eq!(place.count("SELECT count(*) FROM processing_log"), done);
    }
    assert_eq!(place.count("SELECT count(*) FROM processing_log"), 40);
}

#[test]
fn the_pod_of_the_deployment_runs_and_ends_in_order_when_it_is_stopped() {
    let place = with_tables(0..40);
    let mut service = Service::start(&place, &arguments(&read("kubernetes/follow.yaml")));
    service.wait_for("Extracted 40 XML records");
    assert_eq!(service.end(), Some(0));
}

#[test]
fn the_manifests_are_what_kubernetes_takes() {
    let what = "the manifests of Kubernetes";
    let Some(tool) = tool(what, "kubernetes-validate", "XMLSHRED_TEST_KUBERNETES_VALIDATE") else { return };
    for version in ["1.30", "1.37"] {
        let mut command = Command::new(&tool);
        command.args(["--strict", "--kubernetes-version", version]);
        agrees(command.args([example("kubernetes/job.yaml"), example("kubernetes/follow.yaml")]));
    }
}

#[test]
fn prometheus_takes_the_alerts_and_they_fire_when_they_should() {
    let Some(tool) = tool("the alerts of Prometheus", "promtool", "XMLSHRED_TEST_PROMTOOL") else { return };
    for line in [
        "check config --lint=all scrape.yml",
        "check rules --lint=all alerts.yml",
        "test rules alerts.test.yml",
    ] {
        agrees(Command::new(&tool).args(line.split(' ')).current_dir(example("prometheus")));
    }
}

#[test]
fn grafana_takes_the_dashboard() {
    let what = "the dashboard of Grafana";
    let Some(folder) = std::env::var_os("XMLSHRED_TEST_GRAFANA") else {
        return skip(
            what,
            &"set XMLSHRED_TEST_GRAFANA to a folder with npm's @grafana/schema, which `./x test` fetches",
        );
    };
    let place = TempDir::new().unwrap();
    std::os::unix::fs::symlink(Path::new(&folder).join("node_modules"), place.path().join("node_modules"))
        .unwrap();
    let types = "@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen";
    let script = format!(
        "import type {{ Dashboard }} from '{types}';\nexport const dashboard: Dashboard = {}",
        read("prometheus/dashboard.json")
    );
    std::fs::write(place.path().join("dashboard.ts"), script).unwrap();
    let Some(mut compiler) = browser::typescript(what) else { return };
    compiler.args(["--skipLibCheck", "--target", "es2022", "--module", "nodenext", "dashboard.ts"]);
    agrees(compiler.current_dir(place.path()));
}

/// What a run serves, once it has had a failure, an issue and a dropped row.
fn served() -> String {
    let place = with_tables(0..100);
    let trigger =
        "CREATE TRIGGER lost BEFORE INSERT ON phone WHEN new.app_id = 1 BEGIN SELECT RAISE(IGNORE); END";
    place.database().execute_batch(trigger).unwrap();
    let address = free_address();
    let line = format!("run --follow 1 --progress off --metrics-listen {address}");
    let mut service = Service::start(&place, &line);
    service.wait_for("Extracted 100 XML records");
    // Each look is answered by the program, which goes on meanwhile.
    let mut looks = (0..100_000).map(|_| get(&address));
    let has =
        |text: &str, parts: &[&str]| text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    let served = looks.find(|text| {
        has(text, &["xmlshred_dropped_rows_total{"])
            && has(text, &["documents_total{", "status=\"failed\"", "} 2"])
    });
    assert_eq!(service.end(), Some(0));
    served.expect("it never served what it had committed")
}

fn get(address: &str) -> String {
    let mut text = String::new();
    if let Ok(mut stream) = TcpStream::connect(address) {
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        stream.read_to_string(&mut text).unwrap();
    }
    text
}

/// Words of a text that begin so.
fn words<'t>(text: &'t str, start: &str) -> BTreeSet<&'t str> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    words.filter(|word| word.starts_with(start)).collect()
}

#[test]
fn what_alerts_and_dashboard_ask_for_is_what_a_run_serves() {
    let served = served();
    let samples = served.lines().filter(|line| line.starts_with("xmlshred_"));
    let (mut names, mut labels) = (BTreeSet::new(), BTreeSet::new());
    for sample in samples {
        names.insert(&sample[..sample.find(['{', ' ']).unwrap()]);
        labels.extend(
            sample.split(['{', ',']).filter_map(|part| part.split_once("=\"")).map(|(label, _)| label),
        );
    }
    let manual = include_str!("../../../../docs/metrics.md");
    for name in &names {
        let family = name.trim_end_matches("_sum").trim_end_matches("_count");
        assert!(manual.contains(&format!("`{family}`")), "docs/metrics.md does not have {family}");
    }
    // What Prometheus and scrape.yml add.
    labels.extend(["instance", "job", "contract"]);
    for file in ["alerts.yml", "dashboard.json"] {
        let text = read(&format!("prometheus/{file}"));
        let asked = words(&text, "xmlshred_");
        assert!(asked.len() > 3 && asked.is_subset(&names), "{file}: {asked:?}, and there are {names:?}");
        for list in text.split("by (").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            for label in list.split(", ") {
                assert!(labels.contains(label), "{file}: by ({list}), and there are {labels:?}");
            }
        }
    }
}

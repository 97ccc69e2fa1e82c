//! What editors make of the JSON Schema: yaml-language-server is driven over its protocol, as VS Code, Vim and Emacs do it. It comes from npm;
//! `./x test` fetches it, elsewhere `XMLSHRED_TEST_YAML_LANGUAGE_SERVER` names its folder.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use xmlshred_mapping::contract::language::{Absent, Key, Section, sections};
use xmlshred_test_servers::skip;

use crate::workplace::Workplace;

/// A language server with our schema for every file.
struct Editor {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    diagnostics: HashMap<String, Value>,
    request_count: u64,
    document_count: u64,
    schema: PathBuf,
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `None`, and a word about it, where there is no server.
fn editor(place: &Workplace) -> Option<Editor> {
    let what = "the JSON Schema in yaml-language-server";
    let Some(folder) = std::env::var_os("XMLSHRED_TEST_YAML_LANGUAGE_SERVER") else {
        let why = "set XMLSHRED_TEST_YAML_LANGUAGE_SERVER to the folder of its npm package, which `./x test` fetches";
        skip(what, &why);
        return None;
    };
    let program = Path::new(&folder).join("bin/yaml-language-server");
    let mut command = Command::new("node");
    command.arg(program).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut process) = command.spawn() else {
        skip(what, &"there is no node");
        return None;
    };
    let schema = place.path().join("contract.schema.json");
    std::fs::write(&schema, place.run("schema").ends_with(0).out).unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let (sender, messages) = channel();
    std::thread::spawn(move || {
        while let Some(message) = read_message(&mut output) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    let input = process.stdin.take().unwrap();
    let mut editor = Editor {
        process,
        input,
        messages,
        diagnostics: HashMap::new(),
        request_count: 0,
        document_count: 0,
        schema,
    };
    let capabilities = json!({
        "textDocument": { "hover": { "contentFormat": ["markdown"] }, "completion": {} },
        "workspace": { "configuration": true },
    });
    editor.ask("initialize", &json!({ "processId": null, "rootUri": null, "capabilities": capabilities }));
    editor.tell("initialized", &json!({}));
    editor.tell("workspace/didChangeConfiguration", &json!({ "settings": { "yaml": editor.settings() } }));
    Some(editor)
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().ok()?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl Editor {
    fn settings(&self) -> Value {
        let schema = format!("file://{}", self.schema.display());
        json!({
            "schemas": { schema: "*.yaml" },
            "validate": true,
            "hover": true,
            "completion": true,
            "schemaStore": { "enable": false },
        })
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.request_count += 1;
        let id = self.request_count;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        loop {
            let message = self.next();
            if message["id"] == id && message["method"].is_null() {
                return message["result"].clone();
            }
            self.answer(&message);
        }
    }

    fn next(&mut self) -> Value {
        self.messages.recv_timeout(Duration::from_secs(60)).expect("the language server answers")
    }

    /// What the server asks and tells by itself.
    fn answer(&mut self, message: &Value) {
        let parameters = &message["params"];
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = parameters["uri"].as_str().unwrap().to_owned();
            self.diagnostics.insert(uri, parameters["diagnostics"].clone());
        } else if !message["id"].is_null() && message["method"].is_string() {
            let settings = self.settings();
            let of = |item: &Value| if item["section"] == "yaml" { settings.clone() } else { Value::Null };
            let result: Option<Vec<_>> =
                parameters["items"].as_array().map(|items| items.iter().map(of).collect());
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
        }
    }

    /// Opens a text, whose cursor is `|`; answers its address, the cursor, and what the server has against it.
    fn open(&mut self, text: &str) -> (String, Value, Vec<String>) {
        self.document_count += 1;
        let uri = format!("file:///contracts/{}.yaml", self.document_count);
        let before = &text[..text.find('|').unwrap_or(0)];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let document =
            json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text.replace('|', "") });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        while !self.diagnostics.contains_key(&uri) {
            let message = self.next();
            self.answer(&message);
        }
        let found = self.diagnostics.remove(&uri).unwrap();
        let found =
            found.as_array().unwrap().iter().map(|found| found["message"].as_str().unwrap().to_owned());
        (uri, json!({ "line": line, "character": character }), found.collect())
    }

    fn objections(&mut self, text: &str) -> Vec<String> {
        self.open(text).2
    }

    fn hover(&mut self, text: &str) -> String {
        let (uri, position, _) = self.open(text);
        let at = json!({ "textDocument": { "uri": uri }, "position": position });
        let shown =
            self.ask("textDocument/hover", &at)["contents"]["value"].as_str().unwrap_or_default().to_owned();
        shown.split("\n\nSource: ").next().unwrap_or_default().trim().to_owned()
    }

    fn completions(&mut self, text: &str) -> Vec<String> {
        let (uri, position, _) = self.open(text);
        let at = json!({ "textDocument": { "uri": uri }, "position": position });
        let found = self.ask("textDocument/completion", &at);
        let items = if found.is_array() { &found } else { &found["items"] };
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }
}

const HEAD: &str = "xmlshred: 1\nsource: { table: t, key: k, xml: x }\ndocument: { root: /R }\n";

/// A contract with `columns` in a table.
fn with_columns(columns: &str) -> String {
    format!("{HEAD}tables:\n  t:\n    columns:\n{columns}\n")
}

/// Where a section stands in a contract, with a hole for one of its keys: `…`.
fn around(section: &Section) -> Option<&'static str> {
    Some(match section.name {
        "a contract" => "…\n",
        "source" => "source:\n  …\n",
        "target" => "target:\n  …\n",
        "document" => "document:\n  …\n",
        "limits" => "document:\n  limits:\n    …\n",
        "defaults" => "defaults:\n  …\n",
        "a table" => "tables:\n  t:\n    …\n",
        "unpivot" => "tables:\n  t:\n    unpivot:\n      …\n",
        "one_per" => "tables:\n  t:\n    one_per:\n      …\n",
        "prefer" => "tables:\n  t:\n    one_per:\n      prefer:\n        …\n",
        "a column" => "tables:\n  t:\n    columns:\n      a:\n        …\n",
        "a `let`" => "let:\n  a:\n    …\n",
        _ => return None,
    })
}

/// Text without the escapes of Markdown.
fn plain(markdown: &str) -> String {
    markdown.replace('\\', "").replace("&nbsp;", " ")
}

fn description(key: &Key) -> String {
    match key.absent {
        Absent::Wrong | Absent::Nothing => key.meaning.to_owned(),
        Absent::Is(value) | Absent::Means(value) => format!("{}. Without it: {value}.", key.meaning),
    }
}

#[test]
fn hovering_over_a_key_shows_what_it_means_once_and_nothing_else() {
    let place = Workplace::new(0..1);
    let Some(mut editor) = editor(&place) else { return };
    let mut count = 0;
    for section in sections() {
        let Some(around) = around(section) else { continue };
        for key in section.keys {
            let (first, rest) = key.name.split_at(1);
            let shown = plain(&editor.hover(&around.replace('…', &format!("{first}|{rest}: x"))));
            let (description, name) = (plain(&description(key)), key.name);
            assert_eq!(shown.matches(&*description).count(), 1, "{} {name}: {shown}", section.name);
            assert!(!shown.contains("||"), "{} {name}: {shown}", section.name);
            // Behind it may stand the words that the key takes.
            let before = shown.split(&*description).next().unwrap();
            assert_eq!(before.trim(), "", "{} {name}: {shown}", section.name);
            count += 1;
        }
    }
    assert!(count > 60, "{count} keys");
}

#[test]
fn mistakes_are_told_by_key_and_not_by_schema() {
    let place = Workplace::new(0..1);
    let Some(mut editor) = editor(&place) else { return };
    let good = std::fs::read_to_string(place.path().join("contract.yaml")).unwrap();
    assert_eq!(editor.objections(&good), [""; 0]);
    for (column, told) in [
        ("a: { path: a, type: int }", &[][..]),
        ("a: { path: a, parent: b.c, type: int }", &["parent"]),
        ("a: { path: a, value: 3, generate: now, type: int }", &["value", "generate"]),
        ("a: { path: a, type: strng }", &["no type; the types are bool, "]),
        ("a: { path: a, type: 'varchar(0)' }", &["no type; the types are bool, "]),
        ("a: { path: a, tipe: int }", &["tipe"]),
        ("a: { path: a, type: text, clean: trm }", &["\"trim\""]),
        ("a: { path: a, type: text, clean: [trim, uper] }", &["\"upper\""]),
    ] {
        let found = editor.objections(&with_columns(&format!("      {column}")));
        assert_eq!(found.len(), told.len(), "{column}: {found:?}");
        for word in told {
            assert!(found.iter().any(|found| found.contains(word)), "{column}: {found:?}");
        }
        assert!(found.iter().all(|found| !found.contains("multiple schemas")), "{column}: {found:?}");
    }
    let found = editor.objections(&format!("{HEAD}let: {{ l: {{ type: int }} }}\ntables: {{ t: {{ columns: {{ a: {{ path: a, type: int }} }} }} }}\n"));
    assert!(found.len() == 1 && found[0].contains("path"), "{found:?}");
}

#[test]
fn keys_and_words_are_offered_in_block_and_in_flow_style() {
    let place = Workplace::new(0..1);
    let Some(mut editor) = editor(&place) else { return };
    for (columns, offered) in [
        ("      a: { path: a, t| }", "type"),
        ("      a: { p| }", "path"),
        ("      a: { path: a, type: int, on_| }", "on_invalid"),
        ("      a: { path: a, type: i| }", "int"),
        ("      a: { path: a, type: d| }", "decimal(12,2)"),
        ("      a: { path: a, clean: [t|] }", "trim"),
        ("      a:\n        path: a\n        |", "type"),
        ("      a:\n        path: a\n        type: |", "varchar(50)"),
        ("      a:\n        path: a\n        clean: |", "trim"),
        ("      a:\n        path: a\n        clean:\n          - |", "trim"),
        ("      a:\n        path: a\n        on_invalid: |", "default"),
    ] {
        let found = editor.completions(&with_columns(columns));
        assert!(found.iter().any(|label| label == offered), "{columns}: {found:?}");
    }
    for (text, offered) in [
        ("source: { ta| }\n", "table"),
        ("document: { root: /R, c| }\n", "case"),
        ("document: { root: /R, case: i| }\n", "insensitive"),
        ("tables: { t: { e| } }\n", "each"),
        ("|\n", "tables"),
    ] {
        let found = editor.completions(text);
        assert!(found.iter().any(|label| label == offered), "{text}: {found:?}");
    }
}

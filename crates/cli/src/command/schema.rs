//! `xmlshred schema`: the contract language as a JSON Schema, so that editors complete and check contracts while they are written.

use std::io::Write;

use serde_json::{Map, Value, json};
use xmlshred_mapping::contract::language::{self, Absent, Key, Rule, Section, Shape, sections};
use xmlshred_model::DataType;

use crate::error::CommandError;
use crate::exit::Exit;

/// Prints the schema.
pub(crate) fn schema() -> Result<Exit, CommandError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &of_language()).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(Exit::Done)
}

/// JSON Schema 2020-12. What a schema cannot say (names that exist, paths, expressions) is left to `check`.
fn of_language() -> Value {
    let mut definitions = Map::new();
    for section in sections() {
        definitions.insert(id(section), of_section(section));
    }
    definitions.insert("type".into(), of_types());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "xmlshred contract, version 1",
        "$ref": reference(&id(&language::CONTRACT)),
        "$defs": definitions,
    })
}

/// "a `let`" → "let"
fn id(section: &Section) -> String {
    let name = section.name.trim_start_matches("an ").trim_start_matches("a ");
    name.replace('`', "").replace(' ', "-")
}

fn reference(id: &str) -> String {
    format!("#/$defs/{id}")
}

fn of_section(section: &'static Section) -> Value {
    let properties = section.keys.iter().map(|key| (key.name.to_owned(), of_key(key)));
    let required = section.keys.iter().filter(|key| key.absent == Absent::Wrong).map(|key| key.name);
    let mut schema = json!({
        "type": "object",
        "description": section.meaning,
        "properties": properties.collect::<Map<_, _>>(),
        "required": required.collect::<Vec<_>>(),
        "additionalProperties": false,
    });
    let schema_map = schema.as_object_mut().expect("made as an object");
    let rules = section.rules.iter().flat_map(of_rule).collect::<Vec<_>>();
    if !rules.is_empty() {
        schema_map.insert("allOf".into(), rules.into());
    }
    schema
}

/// Schemas that hold together. Editors say of each which key it is about; of a `oneOf` they say that several schemas match.
fn of_rule(rule: &Rule) -> Vec<Value> {
    let any = |names: &[&str]| {
        let each = names.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>();
        json!({ "anyOf": each })
    };
    let exclusive = |names: &[&str]| {
        let first = names.iter().enumerate().take(names.len() - 1).map(|(at, name)| {
            let others = names[at + 1..].iter().map(|other| ((*other).to_owned(), Value::Bool(false)));
            if_present(name, json!({ "properties": others.collect::<Map<_, _>>() }))
        });
        first.collect::<Vec<_>>()
    };
    match rule {
        Rule::Sources(alone, together) => {
            let others = alone.iter().map(|other| ((*other).to_owned(), Value::Bool(false)));
            let others = json!({ "properties": others.collect::<Map<_, _>>() });
            let apart = together.iter().map(|name| if_present(name, others.clone())).collect();
            [exclusive(alone), apart].concat()
        }
        Rule::AnyOf(names) => vec![any(names)],
        Rule::Needs(key, other) => vec![if_present(key, json!({ "required": [other] }))],
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `json!` makes")]
fn if_present(key: &str, then: Value) -> Value {
    json!({ "if": { "required": [key] }, "then": then })
}

fn of_key(key: &Key) -> Value {
    let mut schema = of_shape(&key.shape);
    let schema_map = schema.as_object_mut().expect("every shape gives an object");
    let description = match key.absent {
        Absent::Wrong | Absent::Nothing => key.meaning.to_owned(),
        Absent::Is(value) | Absent::Means(value) => format!("{}. Without it: {value}.", key.meaning),
    };
    schema_map.insert("description".into(), description.into());
    if let Absent::Is(value) = key.absent {
        let value = match key.shape {
            Shape::Flag | Shape::Count | Shape::Limit(_) => {
                serde_json::from_str(value).expect("flags and numbers are JSON")
            }
            _ => Value::from(value),
        };
        schema_map.insert("default".into(), value);
    }
    schema
}

fn of_shape(shape: &Shape) -> Value {
    match shape {
        Shape::Version => json!({ "enum": [1, "1"] }),
        Shape::Text | Shape::Expression => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Path | Shape::ColumnOfTable => json!({ "type": "string", "minLength": 1 }),
        Shape::Type => json!({ "$ref": reference("type") }),
        Shape::Constant => json!({ "type": ["string", "number", "boolean", "null"] }),
        Shape::Count => json!({ "type": "integer", "minimum": 0 }),
        Shape::Limit(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Word(words) => {
            let names = words();
            let words = names.iter().copied().map(Value::from);
            // YAML reads the word null as nothing.
            let words = json!({ "enum": words.flat_map(|word| if word == "null" { vec![word, Value::Null] } else { vec![word] }).collect::<Vec<_>>() });
            let with_arguments =
                names.iter().filter_map(|name| of_word_with_argument(name)).collect::<Vec<_>>();
            if with_arguments.is_empty() {
                words
            } else {
                let all = [vec![words], with_arguments].concat();
                json!({ "anyOf": all })
            }
        }
        Shape::Pick => json!({
            "anyOf": [
                { "enum": ["first", "last", "only"] },
                { "type": "string", "pattern": r#"^join\(\s*('.*'|".*")\s*\)$"# },
            ],
            "examples": ["join(', ')"],
        }),
        Shape::OneOrMore(item) => {
            let one = of_shape(item);
            let mut schema = json!({ "if": { "type": "array" }, "then": { "items": one }, "else": one });
            // Editors look for values to offer in no branch.
            if let Shape::Word(words) = item {
                let snippets = words().into_iter().map(snippet).collect::<Vec<_>>();
                schema["defaultSnippets"] = snippets.into();
            }
            schema
        }
        Shape::List(item) => json!({ "type": "array", "minItems": 1, "items": of_shape(item) }),
        Shape::Map(item) => json!({ "type": "object", "additionalProperties": of_shape(item) }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of_shape).collect::<Vec<_>>() }),
        Shape::Section(section) => json!({ "$ref": reference(&id(section)) }),
    }
}

/// `number(',')`: blanks and the kind of quotes do not matter.
fn of_word_with_argument(word: &str) -> Option<Value> {
    let (name, argument) = word.split_once('(')?;
    let argument = argument.trim_end_matches(')').trim_matches('\'').replace('.', "[.]");
    Some(json!({ "type": "string", "pattern": format!(r#"^\s*{name}\s*\(\s*['"]{argument}['"]\s*\)\s*$"#) }))
}

/// A value that editors offer.
fn snippet(value: &str) -> Value {
    json!({ "label": value, "body": value })
}

/// One pattern, because editors show every branch of an `anyOf`; the names are offered all the same.
fn of_types() -> Value {
    let plain = DataType::NAMES.into_iter().filter(|name| name.parse::<DataType>().is_ok());
    let plain = plain.collect::<Vec<_>>();
    let offered = plain.iter().copied().chain(["varchar(50)", "char(9)", "decimal(12,2)"]);
    json!({
        "type": "string",
        "pattern": format!(
            r"^\s*(({})|(char|varchar)\s*\(\s*0*[1-9][0-9]*\s*\)|decimal\s*\(\s*0*([1-9]|[12][0-9]|3[0-8])\s*,\s*0*([0-9]|[12][0-9]|3[0-8])\s*\))\s*$",
            plain.join("|")
        ),
        "patternErrorMessage": format!("no type; the types are {}, char(n), varchar(n), decimal(p,s)", plain.join(", ")),
        "defaultSnippets": offered.map(snippet).collect::<Vec<_>>(),
    })
}

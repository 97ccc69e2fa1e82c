//! `xmlshred infer`: a first contract from sample documents.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use xmlshred_engine::ports::Fetched;
use xmlshred_mapping::contract::{SourceSpec, most_similar};
use xmlshred_mapping::infer::{
    InferError, InferOptions, Inferred, Profile, ProfileLimits, Schema, Values, infer as infer_contract,
    infer_from_schema,
};
use xmlshred_mapping::{Content, Limits};
use xmlshred_model::{DocumentKey, KeyType};

use super::output_file::{Existing, OutputFile};
use super::schema_files;
use crate::args::InferArgs;
use crate::console;
use crate::database;
use crate::documents;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::SettingsError;

/// Documents that are named before the rest is only counted.
const MAX_NAMED: usize = 5;

/// Reads the documents, one at a time, and writes the contract; ends with 3 when a document could not be read as XML.
pub(crate) fn infer(args: &InferArgs) -> Result<Exit, CommandError> {
    let InferArgs {
        documents: given, key, sample, out, force, name, root, key_path, xsd, show_values, ..
    } = args;
    let InferArgs { source_table, source_key, source_xml, .. } = args;
    let mut options = InferOptions {
        name: name.clone(),
        root: root.first().cloned(),
        key_path: key_path.clone(),
        source_table: source_table.clone(),
        source_key: source_key.clone(),
        source_key_type: KeyType::Integer,
        source_xml: source_xml.clone(),
        values: if *show_values { Values::Shown } else { Values::Hidden },
    };
    let has_documents = !given.is_empty() || !key.is_empty() || sample.is_some();
    if !has_documents && xsd.is_none() {
        return Err(SettingsError::NoSamples.into());
    }
    // Before the work, not behind it.
    let existing = if *force { Existing::Replace } else { Existing::Keep };
    let target = out.as_deref().map(|path| OutputFile::new(path, existing)).transpose()?;
    let schema = xsd.as_deref().map(schema_files::read).transpose()?;
    if let (false, Some(schema)) = (has_documents, &schema) {
        if root.len() > 1 {
            return Err(SettingsError::SeveralRootsOfSchema.into());
        }
        return from_schema(schema, &options, target.as_ref(), out.as_deref());
    }
    let mut files = Vec::new();
    for pattern in given {
        files.extend(documents::files(pattern)?);
    }
    let mut samples = Samples::new(files.len() as u64, root);
    for path in &files {
        let name = path.display().to_string();
        let fetched = documents::fetch(path, samples.max_bytes)
            .map_err(|source| CommandError::Document { name: name.clone(), source })?;
        samples.observe(&name, documents::number_in_name(path), &fetched);
    }
    if !key.is_empty() || sample.is_some() {
        from_source(args, &mut options, &mut samples)?;
    }
    samples.bar.finish_and_clear();
    let inferred = samples.contract(schema.as_ref(), &options)?;
    write(target.as_ref(), &inferred)?;
    samples.tell(&inferred, out.as_deref());
    Ok(if samples.failed_count > 0 { Exit::SomeFailed } else { Exit::Done })
}

fn write(target: Option<&OutputFile>, inferred: &Inferred) -> Result<(), CommandError> {
    match target {
        Some(target) => target.write(&inferred.text)?,
        None => std::io::stdout().lock().write_all(inferred.text.as_bytes())?,
    }
    Ok(())
}

/// The contract of what a schema allows, when there is no document.
fn from_schema(
    schema: &Schema,
    options: &InferOptions,
    target: Option<&OutputFile>,
    out: Option<&Path>,
) -> Result<Exit, CommandError> {
    let inferred = infer_from_schema(schema, ProfileLimits::default(), options)
        .map_err(|error| CommandError::Infer { error, where_: String::new() })?;
    write(target, &inferred)?;
    tell(&inferred, out, "the schema");
    Ok(Exit::Done)
}

/// Notes, and what the contract has.
fn tell(inferred: &Inferred, out: Option<&Path>, source: &str) {
    let Inferred { text: _, document_count: _, table_count, column_count, notes } = inferred;
    for note in notes {
        console::note(format_args!("note: {note}"));
    }
    let place = out.map_or_else(|| "contract".to_owned(), |path| path.display().to_string());
    console::note(format_args!(
        "{place}: {table_count} tables, {column_count} columns besides keys, from {source}"
    ));
}

/// What was read so far.
struct Samples {
    profile: Profile,
    max_bytes: u64,
    /// Some documents of each root, by its name.
    by_root: BTreeMap<String, Named>,
    failed_count: u64,
    bar: ProgressBar,
}

/// Some documents by name, and how many there are.
#[derive(Default)]
struct Named {
    count: u64,
    names: Vec<String>,
}

/// How many are not named.
fn and_more(count: u64) -> String {
    match count.saturating_sub(MAX_NAMED as u64) {
        0 => String::new(),
        more => format!(" and {} more", console::count(more)),
    }
}

impl Samples {
    fn new(expected: u64, roots: &[String]) -> Self {
        let style =
            ProgressStyle::with_template("reading documents [{bar:40}] {human_pos}/{human_len} {eta}")
                .expect("the template is a constant");
        Self {
            profile: Profile::of_roots(ProfileLimits::default(), roots),
            max_bytes: Limits::default().max_bytes,
            by_root: BTreeMap::new(),
            failed_count: 0,
            bar: ProgressBar::new(expected).with_style(style),
        }
    }

    fn observe(&mut self, name: &str, key: Option<DocumentKey>, fetched: &Fetched) {
        self.bar.inc(1);
        let observed = match fetched {
            Fetched::Text(text) => {
                self.profile.observe(Content::Text(text), key).map_err(|error| error.to_string())
            }
            Fetched::Bytes(bytes) => {
                self.profile.observe(Content::Bytes(bytes), key).map_err(|error| error.to_string())
            }
            Fetched::Null => Err("the column is null".to_owned()),
            Fetched::TooLarge(byte_count) => {
                Err(format!("{byte_count} bytes, the limit is {}", self.max_bytes))
            }
        };
        match observed {
            Ok(root) => {
                let Named { count, names } = self.by_root.entry(root).or_default();
                *count += 1;
                if names.len() < MAX_NAMED {
                    names.push(name.to_owned());
                }
            }
            Err(problem) => {
                self.failed_count += 1;
                if self.failed_count <= MAX_NAMED as u64 {
                    self.bar
                        .suspend(|| console::warn(format_args!("document {name} is left out: {problem}")));
                }
            }
        }
    }

    fn contract(&self, schema: Option<&Schema>, options: &InferOptions) -> Result<Inferred, CommandError> {
        infer_contract(&self.profile, schema, options).map_err(|error| {
            let where_ = match &error {
                InferError::SeveralRoots(_) => format!(": {}", self.roots_text()),
                InferError::NoSuchRoot(name) => {
                    let known = self.by_root.keys().map(String::as_str);
                    let meant = most_similar(name, known).map(|meant| format!("; did you mean `{meant}`?"));
                    format!("{}; they have {}", meant.unwrap_or_default(), self.roots_text())
                }
                _ => String::new(),
            };
            CommandError::Infer { error, where_ }
        })
    }

    /// The roots, with some of their documents.
    fn roots_text(&self) -> String {
        let of_root = |(root, Named { count, names }): (&String, &Named)| {
            format!("{root} in {}{}", names.join(", "), and_more(*count))
        };
        self.by_root.iter().map(of_root).collect::<Vec<_>>().join("; ")
    }

    /// Those that could be read.
    fn document_count(&self) -> u64 {
        self.by_root.values().map(|of_root| of_root.count).sum()
    }

    fn tell(&self, inferred: &Inferred, out: Option<&Path>) {
        if self.failed_count > 0 {
            let more = and_more(self.failed_count);
            let named = if more.is_empty() { String::new() } else { format!(" (those named above{more})") };
            console::warn(format_args!("documents left out: {}{named}", console::count(self.failed_count)));
        }
        let others = self.document_count().saturating_sub(inferred.document_count);
        if others > 0 {
            let (count, roots) = (console::count(others), self.roots_text());
            console::note(format_args!(
                "note: documents with other roots, which are left out: {count} ({roots})"
            ));
        }
        tell(inferred, out, &format!("{} documents", console::count(inferred.document_count)));
    }
}

/// Documents of the source, by key or the first of them.
fn from_source(
    args: &InferArgs,
    options: &mut InferOptions,
    samples: &mut Samples,
) -> Result<(), CommandError> {
    let InferArgs { key, sample, database, .. } = args;
    let connection = database::resolve(database)?;
    let spec = spec(options);
    let mut source = database::source_of(&connection, &spec)?;
    options.source_key_type = source.key_type();
    let mut keys = database::keys_of(&*source, key)?;
    if let Some(limit) = *sample {
        keys.extend(database::first_keys(&mut *source, limit)?);
    }
    samples.bar.inc_length(keys.len() as u64);
    for key in keys {
        let row = database::read_document(&mut *source, &key, samples.max_bytes)?;
        samples.observe(&key.to_string(), Some(key), &row.document);
    }
    Ok(())
}

fn spec(options: &InferOptions) -> SourceSpec {
    let InferOptions { source_table, source_key, source_xml, .. } = options;
    let (schema, table) = match source_table.rsplit_once('.') {
        Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
        None => (None, source_table.clone()),
    };
    SourceSpec {
        schema,
        table,
        key: source_key.clone(),
        key_type: None,
        xml: source_xml.clone(),
        min_bytes: 0,
        where_sql: None,
        version: None,
        columns: Vec::new(),
    }
}

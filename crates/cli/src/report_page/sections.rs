//! The sections of the page.

use maud::{Markup, html};

use super::plots::{Plot, Series, per_minute};
use super::tables::{Number, Text, code, command, prose, table, text, time};
use crate::console::{count, formatted, megabytes, seconds};
use crate::failures::GroupAnswer;
use crate::report::{DriftPathFields, StageTime};
use crate::sessions::{DocumentFound, Found, InstanceFound, State, TextChange, TextLine};

/// Rows of the tables beside plots.
const MAX_TABLE_STEPS: usize = 30;

pub(super) fn totals(found: &Found) -> Markup {
    let documents = &found.metrics.documents;
    let fact = |name: &str, value: String| html! { div { dt { (name) } dd { (value) } } };
    html! {
        dl.facts {
            (fact("Loaded", count(found.success)))
            (fact("Failed", count(found.failed)))
            @if found.skipped > 0 { (fact("Skipped", count(found.skipped))) }
            @if let Some(left) = found.left { (fact("Left", count(left))) }
            (fact("Rows", count(found.rows)))
            (fact("Time at work", seconds(found.active_seconds)))
            (fact("Documents a minute", count(found.documents_per_minute as u64)))
            @if documents.bytes > 0 { (fact("Read", megabytes(documents.bytes))) }
            @if documents.already_done > 0 { (fact("Done by others meanwhile", count(documents.already_done))) }
        }
        @if let (Some(first), Some(last)) = (&found.first, &found.last) {
            p { "From " (time(first)) " to " (time(last)) "." }
        }
        @if documents.processed > found.success + found.failed + found.skipped {
            p.faint {
                "The metrics files count " (count(documents.processed)) " documents: some were processed again later, and the log has what they came to last."
            }
        }
    }
}

pub(super) fn throughput(found: &Found) -> Markup {
    let timeline = &found.timeline;
    let rates = per_minute(&timeline.documents, &timeline.axis);
    let most = rates.iter().copied().fold(0.0, f64::max);
    let description = format!(
        "Documents a minute in steps of {}; on average {}, at most {}. The table below has the figures.",
        seconds(timeline.seconds_per_step),
        count(found.documents_per_minute as u64),
        count(most as u64)
    );
    let plot = Plot { id: "rate", title: "Documents a minute", description: &description };
    html! {
        figure {
            (plot.bars(&timeline.axis, &[(&rates, Series::Good)]))
            figcaption { "Documents a minute, failed ones included, by when they were shredded" (cuts(found)) }
        }
        (steps(found))
    }
}

pub(super) fn failures_over_time(found: &Found) -> Markup {
    let timeline = &found.timeline;
    let failed: Vec<_> = timeline.failed.iter().map(|count| *count as f64).collect();
    let most = timeline.failed.iter().copied().max().unwrap_or(0);
    let description = format!(
        "Failed documents in steps of {}: {} in all, at most {} in one step. The table under Throughput has the figures.",
        seconds(timeline.seconds_per_step),
        count(found.failed),
        count(most)
    );
    let plot = Plot { id: "failed", title: "Failed documents", description: &description };
    html! {
        figure {
            (plot.bars(&timeline.axis, &[(&failed, Series::Bad)]))
            figcaption { "Failed documents per " (seconds(timeline.seconds_per_step)) (cuts(found)) }
        }
    }
}

fn cuts(found: &Found) -> Markup {
    html! { @if found.timeline.parts.len() > 1 { "; dashed lines are pauses that are cut out" } }
}

/// The figures of the plots, in fewer steps.
fn steps(found: &Found) -> Markup {
    let timeline = &found.timeline;
    let together = timeline.documents.len().div_ceil(MAX_TABLE_STEPS).max(1);
    let rows: Vec<_> = (0..timeline.documents.len())
        .step_by(together)
        .map(|step| {
            let sum = |counts: &[u64]| counts[step..counts.len().min(step + together)].iter().sum::<u64>();
            let at = formatted(timeline.axis.begin_of(step), "%Y-%m-%d %H:%M:%S%.1f");
            vec![text(&at), text(&count(sum(&timeline.documents))), text(&count(sum(&timeline.failed)))]
        })
        .collect();
    let title = format!("Documents in steps of {}", seconds(timeline.seconds_per_step * together as f64));
    html! {
        details {
            summary { "The same as a table" }
            (table(&title, &[("from", Text), ("documents", Number), ("failed", Number)], &rows))
        }
    }
}

pub(super) fn instances(found: &Found) -> Markup {
    let one_session = found.session_count == 1;
    let name = |instance: &InstanceFound| match one_session {
        true => instance.instance.clone(),
        false => format!("{} {}", instance.session, instance.instance),
    };
    let names: Vec<_> = found.instances.iter().map(name).collect();
    let lines: Vec<_> = found
        .instances
        .iter()
        .zip(&names)
        .map(|(instance, name)| format!("{name}: {}", state(instance)))
        .collect();
    let description = format!("When each instance was at work. {}.", lines.join("; "));
    let plot = Plot { id: "lanes", title: "Instances over time", description: &description };
    let row = |(instance, name): (&InstanceFound, &String)| {
        let pause = instance.pauses.first();
        let pause =
            html! { @if let Some(pause) = pause { (seconds(pause.seconds)) " at " (time(&pause.from)) } };
        vec![
            text(name),
            html! { span class=(state_class(instance.state)) { (state(instance)) } },
            text(&count(instance.success)),
            text(&count(instance.failed)),
            text(&count(instance.begun.len() as u64)),
            text(&count(instance.killed.len() as u64)),
            pause,
            time(&instance.first),
            time(&instance.last),
        ]
    };
    let rows: Vec<_> = found.instances.iter().zip(&names).map(row).collect();
    let columns = [
        ("instance", Text),
        ("state", Text),
        ("loaded", Number),
        ("failed", Number),
        ("starts", Number),
        ("killed", Number),
        ("longest pause", Text),
        ("first heard of", Text),
        ("last heard of", Text),
    ];
    html! {
        @if !found.timeline.documents.is_empty() {
            figure {
                (plot.lanes(&found.timeline.axis, &found.instances, &names))
                figcaption { "Green: documents were shredded, the more the stronger. Line: a process began. Red cross: it ended without a word, killed or with its machine" }
            }
        }
        @if found.more_instances > 0 { p.faint { (count(found.more_instances as u64)) " earlier instances are not shown." } }
        (table("What each instance did", &columns, &rows))
        @for instance in found.instances.iter().filter(|instance| instance.error.is_some()) {
            p.bad { (name(instance)) ": " (instance.error.as_deref().unwrap_or_default()) }
        }
    }
}

fn state(instance: &InstanceFound) -> &'static str {
    match instance.state {
        State::Completed => "completed",
        State::LimitReached => "limit reached",
        State::Unknown => "no log or metrics file here",
        State::Running => "running, or killed just now",
        State::Interrupted => "interrupted",
        State::Failed => "stopped by a fault",
        State::Gone => "GONE: no word for a minute",
    }
}

fn state_class(state: State) -> &'static str {
    match state {
        State::Completed | State::LimitReached => "good",
        State::Unknown => "faint",
        State::Running | State::Interrupted => "warn",
        State::Failed | State::Gone => "bad",
    }
}

pub(super) fn stages(found: &Found) -> Markup {
    let metrics = &found.metrics;
    let missing = metrics.instances.saturating_sub(metrics.files);
    let rows = metrics.stages.map(|stages| {
        let all = [("fetch", stages.fetch), ("shred", stages.shred), ("load", stages.load)];
        let most = all.iter().map(|(_, time)| time.seconds).fold(f64::MIN_POSITIVE, f64::max);
        all.map(|(name, time)| stage(name, time, most)).to_vec()
    });
    let columns = [
        ("stage", Text),
        ("time", Number),
        ("share", Text),
        ("documents", Number),
        ("bytes", Number),
        ("steps", Number),
    ];
    html! {
        @if let Some(rows) = rows {
            (table("Time of all threads together", &columns, &rows))
            p.faint { "Stages overlap: together they may take longer than the run. Steps are pages, batches, transactions." }
        }
        @if missing > 0 {
            p {
                (count(missing)) " of " (count(metrics.instances)) " instances left no metrics file here: they were killed, still run, or wrote it elsewhere (" code { "--metrics-dir" }
                "). The log says that shredding took " (seconds(metrics.shred_seconds_logged)) " in all."
            }
        }
        @if metrics.retries + metrics.splits > 0 {
            p { (count(metrics.retries)) " further tries after faults, " (count(metrics.splits)) " batches split to find a guilty document." }
        }
    }
}

fn stage(name: &str, time: StageTime, most: f64) -> Vec<Markup> {
    let StageTime { seconds: took, steps, documents, bytes } = time;
    let width = (took / most * 100.0).clamp(0.0, 100.0);
    vec![
        text(name),
        text(&seconds(took)),
        html! { div.bar-back aria-hidden="true" { div.bar style=(format!("width: {width:.1}%")) {} } },
        text(&count(documents)),
        text(&megabytes(bytes)),
        text(&count(steps)),
    ]
}

pub(super) fn failures(found: &Found) -> Markup {
    html! {
        @for group in &found.failures { (failure(found, group)) }
        @if found.more_failures > 0 { p { (count(found.more_failures)) " documents failed for further reasons." } }
    }
}

fn failure(found: &Found, group: &GroupAnswer) -> Markup {
    let place = match (&group.table, &group.column) {
        (Some(table), Some(column)) => Some(format!("{table}.{column}")),
        (table, _) => table.clone(),
    };
    html! {
        article.cause {
            h3 {
                (count(group.count)) " × " (group.code)
                @if let Some(place) = place { " " code { (place) } }
            }
            @if let Some(line) = group.contract_line { p.faint { (found.contract.file) ", line " (line) } }
            @if let Some(meaning) = group.meaning { p { (prose(meaning)) } }
            ul {
                @for example in &group.examples {
                    li { "key " code { (key(&example.key)) } @if !example.message.is_empty() { ": " (prose(&example.message)) } }
                }
            }
            @if !group.reasons.is_empty() { p { b { "Usual reasons: " } (prose(&group.reasons.join("; "))) } }
            @if let Some(remedy) = group.remedy { p { b { "What to do: " } (prose(remedy)) } }
            @for next in &group.next { (command(next)) }
        }
    }
}

fn key(key: &serde_json::Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

pub(super) fn issues(found: &Found) -> Markup {
    let rows: Vec<_> = found
        .issues
        .iter()
        .map(|found| {
            let issue = &found.issue;
            vec![
                code(&format!("{}.{}", issue.table, issue.column)),
                text(&issue.code),
                text(&count(issue.count)),
                text(&count(found.documents)),
                prose(found.meaning.unwrap_or_default()),
            ]
        })
        .collect();
    let columns =
        [("column", Text), ("issue", Text), ("count", Number), ("documents", Number), ("meaning", Text)];
    table("Departures that the contract permits", &columns, &rows)
}

pub(super) fn rows(found: &Found) -> Markup {
    let metrics = &found.metrics;
    let rows: Vec<_> =
        metrics.tables.iter().map(|table| vec![code(&table.table), text(&count(table.rows))]).collect();
    let total: u64 = metrics.tables.iter().map(|table| table.rows).sum();
    html! {
        @if metrics.files > 0 {
            (table("Rows that were committed", &[("table", Text), ("rows", Number)], &rows))
        }
        @if metrics.files < metrics.instances || total != found.rows {
            p.faint {
                "The log counts " (count(found.rows)) " rows of all its documents; by table they are told by metrics files alone, which "
                (count(metrics.files)) " of " (count(metrics.instances)) " instances left. " code { "xmlshred verify" } " counts the tables themselves."
            }
        }
    }
}

pub(super) fn contract(found: &Found) -> Markup {
    let contract = &found.contract;
    let rows: Vec<_> = contract
        .uses
        .iter()
        .map(|used| {
            let now = if used.hash == contract.hash { " (the file as it is now)" } else { "" };
            vec![
                html! { code { (used.hash) } (now) },
                text(&count(used.documents)),
                time(&used.first),
                time(&used.last),
                text(&used.sessions.join(", ")),
            ]
        })
        .collect();
    let columns =
        [("hash", Text), ("documents", Number), ("first", Text), ("last", Text), ("sessions", Text)];
    html! {
        p { code { (contract.file) } ", hash " code { (contract.hash) } }
        @if rows.is_empty() { p.faint { "No document was processed with it yet." } }
        @else { (table("Texts of the contract in use", &columns, &rows)) }
        @if let Some(change) = &contract.change { h3 { "What changed against the last" } (changed(change)) }
        @if let Some(change) = &contract.change_since { h3 { "What changed in the file since" } (changed(change)) (command("xmlshred retry --contract-changed")) }
    }
}

fn changed(change: &TextChange) -> Markup {
    let name = |line: &TextLine| match line.sign {
        '-' => ("removed", "removed line "),
        '+' => ("added", "added line "),
        _ => ("same", ""),
    };
    html! {
        @match (change.removed, change.added) {
            (Some(removed), Some(added)) => {
                p { (count(removed)) " lines removed, " (count(added)) " added, from " code { (change.from) } " to " code { (change.to) } }
                pre.diff tabindex="0" aria-label="Changed lines" {
                    @for line in &change.lines {
                        @let (class, hidden) = name(line);
                        span class=(class) { span.hidden { (hidden) } (format!("{}{:>5}  {}", line.sign, line.number, line.text)) "\n" }
                    }
                }
                @if change.left_out > 0 { p.faint { (count(change.left_out)) " more lines" } }
            }
            _ => p.faint {
                "From " code { (change.from) } " to " code { (change.to) } ": one of the texts is not kept here. Runs keep it beside their metrics, as "
                code { "contract_HASH.yaml" } "."
            }
        }
    }
}

pub(super) fn slowest(found: &Found) -> Markup {
    documents("Documents that took longest to shred", &found.slowest)
}

pub(super) fn largest(found: &Found) -> Markup {
    documents("Documents that gave most rows", &found.largest)
}

fn documents(caption: &str, documents: &[DocumentFound]) -> Markup {
    let row = |document: &DocumentFound| {
        let DocumentFound { key: its, shred_milliseconds, rows } = document;
        vec![code(&key(its)), text(&format!("{} ms", count(*shred_milliseconds))), text(&count(*rows))]
    };
    let rows: Vec<_> = documents.iter().map(row).collect();
    table(caption, &[("key", Text), ("shredding", Number), ("rows", Number)], &rows)
}

pub(super) fn drift(found: &Found) -> Markup {
    let Some(drift) = &found.drift else { return html! {} };
    let row = |path: &DriftPathFields| {
        let DriftPathFields { path, documents, occurrences, example } = path;
        vec![code(path), text(&count(*documents)), text(&count(*occurrences)), code(&key(example))]
    };
    let rows: Vec<_> = drift.paths.iter().map(row).collect();
    let columns = [("path", Text), ("documents", Number), ("occurrences", Number), ("for example key", Text)];
    html! {
        p {
            "One document in " (drift.sample) " was looked at, " (count(drift.documents)) " in all, for what the contract neither reads nor ignores. "
            @if drift.known == 0 { "Nobody has accepted any of it: " (count(drift.path_count)) " paths." }
            @else { (count(drift.accepted)) " paths of it are known by " code { (drift.known_file) } ", " (count(drift.path_count)) " are not." }
        }
        @if !rows.is_empty() {
            (table("Read by no column, and accepted by nobody", &columns, &rows))
            @if drift.path_count > rows.len() as u64 { p.faint { (count(drift.path_count - rows.len() as u64)) " more." } }
            (command(&drift.showing()))
            (command(&drift.accepting()))
        }
    }
}

pub(super) fn faults(found: &Found) -> Markup {
    let rows: Vec<_> = found
        .faults
        .iter()
        .map(|fault| {
            let class = if fault.level == "WARNING" { "warn" } else { "bad" };
            vec![
                html! { span class=(class) { (fault.level) } },
                text(&fault.text),
                text(&count(fault.count)),
                time(&fault.first),
                time(&fault.last),
            ]
        })
        .collect();
    let columns = [("level", Text), ("what", Text), ("times", Number), ("first", Text), ("last", Text)];
    html! {
        @if rows.is_empty() { p.faint { "The log files that are here say of none." } }
        @else { (table("From the log files; failed documents are left out", &columns, &rows)) }
        @if found.more_faults > 0 { p.faint { (count(found.more_faults)) " more in the log files." } }
    }
}

pub(super) fn environment(found: &Found) -> Markup {
    let rows: Vec<_> = found
        .environments
        .iter()
        .map(|one| {
            let memory = one.peak_memory_bytes.map_or_else(|| "–".to_owned(), megabytes);
            let kind = if one.dry_run { " (dry run)" } else { "" };
            vec![
                text(&format!("{} {}{kind}", one.session, one.instance)),
                text(&one.program),
                text(&one.contract_file),
                text(&one.workers.to_string()),
                text(&count(one.batch_size as u64)),
                text(&one.max_failures),
                text(&memory),
            ]
        })
        .collect();
    let columns = [
        ("instance", Text),
        ("program", Text),
        ("contract", Text),
        ("workers", Number),
        ("batch", Number),
        ("most failures", Text),
        ("most memory", Number),
    ];
    html! {
        p { "From " (found.sources.join(", ")) " to " (found.targets.join(", ")) "." }
        (table("How instances were started", &columns, &rows))
    }
}

//! One summary of all instances, from their metrics files.

use std::io::Write;

use serde::Serialize;
use xmlshred_model::{Share, shown};

use crate::console::{Align, Column, Room, count, table};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::report::{self, RunReport};
use crate::settings::Reporting;

use super::instance::End;

const COLUMNS: [Column<'static>; 7] = [
    Column { title: "instance", align: Align::Left, matters: 9 },
    Column { title: "documents", align: Align::Right, matters: 8 },
    Column { title: "failed", align: Align::Right, matters: 7 },
    Column { title: "documents/min", align: Align::Right, matters: 2 },
    Column { title: "MB/s", align: Align::Right, matters: 1 },
    Column { title: "ended", align: Align::Left, matters: 6 },
    Column { title: "exit code", align: Align::Right, matters: 5 },
];

/// What `launch --json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    session_id: &'a str,
    exit_code: u8,
    /// All that told something.
    together: Option<&'a RunReport>,
    instances: &'a [InstanceAnswer],
}

#[derive(Serialize)]
struct InstanceAnswer {
    instance_id: u32,
    ended: String,
    exit_code: u8,
    report: Option<RunReport>,
}

/// Tells what the instances did together, and how each ended; answers how many documents they processed.
///
/// # Errors
/// None that can happen: everything in it is text or a number.
pub(super) fn tell(reporting: &Reporting, ends: &[End], json: bool) -> Result<u64, CommandError> {
    let instance_count = u32::try_from(ends.len()).expect("launch starts at most 256 instances");
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    let mut together: Option<RunReport> = None;
    let mut untold = Vec::new();
    for (index, End { exit, is_killed }) in (0..instance_count).zip(ends) {
        let share = Share::new(index, instance_count).expect("the index is below the count");
        let name = format!("{}/{instance_count}", index + 1);
        let Some(report) = report::read(&reporting.metrics_file(share)) else {
            let end = match exit {
                Exit::Usage => "not begun",
                _ if *is_killed => "killed",
                _ => "without metrics",
            };
            untold.extend((*exit != Exit::Usage).then(|| name.clone()));
            let empty = String::new;
            let code = exit.code().to_string();
            rows.push(vec![name, empty(), empty(), empty(), empty(), end.to_owned(), code]);
            let (ended, exit_code) = (end.to_owned(), exit.code());
            told.push(InstanceAnswer { instance_id: index, ended, exit_code, report: None });
            continue;
        };
        rows.push(vec![
            name,
            count(report.documents.processed),
            count(report.documents.failed),
            count(report.documents_per_minute.round() as u64),
            format!("{:.1}", report.megabytes_per_second),
            report.ended.clone(),
            exit.code().to_string(),
        ]);
        let (ended, exit_code) = (report.ended.clone(), exit.code());
        told.push(InstanceAnswer { instance_id: index, ended, exit_code, report: Some(report.clone()) });
        match &mut together {
            None => together = Some(report),
            Some(together) => together.add(&report),
        }
    }
    let processed = together.as_ref().map_or(0, |together| together.documents.processed);
    let exits: Vec<_> = ends.iter().map(|end| end.exit).collect();
    let worst = Exit::worst(&exits);
    if let Some(together) = &mut together {
        together.exit_code = worst.code();
        together.ended = match ends.len() - untold.len() {
            heard if untold.is_empty() => format!("{heard} instances"),
            heard => format!("{heard} of {instance_count} instances"),
        };
        if !untold.is_empty() {
            together.documents.left = None;
        }
    }
    let mut out = std::io::stdout().lock();
    if json {
        let (session_id, exit_code) = (&reporting.session_id, worst.code());
        let answer =
            Answer { version: 1, session_id, exit_code, together: together.as_ref(), instances: &told };
        let line = serde_json::to_string(&answer).map_err(std::io::Error::from)?;
        // As below.
        let _ = writeln!(out, "{line}");
        return Ok(processed);
    }
    let mut lines = vec![table(&COLUMNS, &rows, Room::of_terminal(false))];
    if let Some(together) = together
        && (processed > 0 || exits.contains(&Exit::Done))
    {
        lines.extend(report::lines(&together));
        lines.extend(report::next("launch", worst, &together.documents));
    }
    if !untold.is_empty() {
        lines.push(format!(
            "Not counted: what instance {} did, which told nothing at its end; what it committed is in the log: xmlshred status",
            untold.join(", ")
        ));
    }
    // The exit code tells about the documents, whether or not this was heard.
    let _ =
        lines.iter().flat_map(|lines| lines.lines()).try_for_each(|line| writeln!(out, "{}", shown(line)));
    Ok(processed)
}

//! One summary of all instances, from their metrics files.

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use xmlshred_model::{Share, shown};

use crate::console::count;
use crate::exit::Exit;
use crate::report::{self, RunReport};
use crate::settings::Reporting;

use super::instance::End;

/// Tells what the instances did together, and how each ended; answers how many documents they processed.
pub(super) fn tell(reporting: &Reporting, ends: &[End]) -> u64 {
    let instance_count = u32::try_from(ends.len()).expect("launch starts at most 256 instances");
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["instance", "documents", "failed", "documents/min", "MB/s", "ended", "exit code"]);
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
            table.add_row([&name, "", "", "", "", end, &exit.code().to_string()]);
            continue;
        };
        table.add_row([
            name,
            count(report.documents.processed),
            count(report.documents.failed),
            count(report.documents_per_minute.round() as u64),
            format!("{:.1}", report.megabytes_per_second),
            report.ended.clone(),
            exit.code().to_string(),
        ]);
        match &mut together {
            None => together = Some(report),
            Some(together) => together.add(&report),
        }
    }
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let processed = together.as_ref().map_or(0, |together| together.documents.processed);
    let mut lines = vec![table.to_string()];
    let exits: Vec<_> = ends.iter().map(|end| end.exit).collect();
    if let Some(mut together) = together
        && (processed > 0 || exits.contains(&Exit::Done))
    {
        together.ended = match ends.len() - untold.len() {
            told if untold.is_empty() => format!("{told} instances"),
            told => format!("{told} of {instance_count} instances"),
        };
        lines.extend(report::lines(&together));
        lines.extend(report::next("launch", Exit::worst(&exits), &together.documents));
    }
    if !untold.is_empty() {
        lines.push(format!(
            "Not counted: what instance {} did, which told nothing at its end; what it committed is in the log: xmlshred status",
            untold.join(", ")
        ));
    }
    let mut out = std::io::stdout().lock();
    // The exit code tells about the documents, whether or not this was heard.
    let _ =
        lines.iter().flat_map(|lines| lines.lines()).try_for_each(|line| writeln!(out, "{}", shown(line)));
    processed
}

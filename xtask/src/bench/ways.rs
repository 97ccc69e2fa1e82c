//! Ways of loading the same rows, side by side.

use std::time::Duration;

use serde_json::json;

use super::results::{Figures, Table};

/// A way of loading, with its times.
pub(super) type Way = (&'static str, Vec<Duration>);

/// Medians, and ratios to the first way.
pub(super) fn figures(row_count: u64, target: &str, ways: Vec<Way>) -> Figures {
    let round_count = ways.first().map_or(0, |(_, times)| times.len());
    let medians: Vec<_> = ways
        .into_iter()
        .map(|(name, mut times)| {
            times.sort_unstable();
            (name, times[times.len() / 2].as_secs_f64())
        })
        .collect();
    let reference = medians[0].1;
    let rows = medians.iter().map(|(name, seconds)| {
        let speed = row_count as f64 / seconds;
        let figures =
            vec![format!("{speed:.0}"), format!("{:.2}", reference / seconds), format!("{seconds:.2}")];
        ((*name).to_owned(), figures)
    });
    let table = Table {
        title: format!("loading {row_count} rows into {target}"),
        columns: vec!["rows/s", "ratio", "seconds"],
        rows: rows.collect(),
    };
    let json: Vec<_> = medians
        .iter()
        .map(|(name, seconds)| {
            let rows_per_second = row_count as f64 / seconds;
            json!({ "name": name, "seconds": seconds, "rows_per_second": rows_per_second, "ratio": reference / seconds })
        })
        .collect();
    let json = [("loading_rows".to_owned(), row_count.into()), ("loading".to_owned(), json.into())];
    let note =
        format!("loading: medians of {round_count}, ratios to the first; rows of log and issues included");
    Figures { tables: vec![table], notes: vec![note], json: json.into_iter().collect() }
}

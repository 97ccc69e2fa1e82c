//! The command line of one instance. Every field is named, so that no flag of `run` is forgotten.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use xmlshred_model::DocumentKey;

use crate::args::{ContractArgs, DatabaseArgs, LaunchArgs, PaceArgs, ProgressMode, ReportArgs, WorkArgs};
use crate::console;
use crate::settings::Reporting;

/// What instance `index` is started with. Addresses and passwords are not among it: [`super::secrets`] has them.
pub(super) fn arguments(
    args: &LaunchArgs,
    reporting: &Reporting,
    index: u32,
    progress: ProgressMode,
) -> Vec<OsString> {
    let LaunchArgs { instances, contract, database, work, report, json: _, stop_with_stdin: _ } = args;
    let mut line = Line(vec!["run".into(), "--stop-with-stdin".into()]);
    if console::shows_database_words() {
        line.0.push("--show-database-messages".into());
    }
    line.add("--instance-id", index.to_string());
    line.add("--instance-count", instances.to_string());
    let ContractArgs { contract } = contract;
    line.add_some("--contract", contract.as_ref());
    add_database(&mut line, database);
    add_work(&mut line, work, *instances);
    let ReportArgs { log_level, log_dir, metrics_dir, metrics_listen, progress: _, session_id: _ } = report;
    line.add("--session-id", &reporting.session_id);
    line.add("--log-level", log_level.as_str());
    line.add("--log-dir", log_dir);
    line.add("--metrics-dir", metrics_dir);
    line.add("--progress", progress.as_str());
    if let Some(mut address) = *metrics_listen {
        let offset = u16::try_from(index).unwrap_or(u16::MAX);
        address.set_port(address.port().saturating_add(offset));
        line.add("--metrics-listen", address.to_string());
    }
    line.0
}

fn add_database(line: &mut Line, args: &DatabaseArgs) {
    let DatabaseArgs {
        url: _,
        source_url: _,
        target_url: _,
        files,
        server,
        database,
        trust_server_certificate,
        username,
        password: _,
        password_file,
    } = args;
    line.add_some("--files", files.as_ref());
    line.add_some("--server", server.as_ref());
    line.add_some("--database", database.as_ref());
    if *trust_server_certificate {
        line.0.push("--trust-server-certificate".into());
    }
    line.add_some("--username", username.as_ref());
    line.add_some("--password-file", password_file.as_ref());
}

fn add_work(line: &mut Line, args: &WorkArgs, instances: u32) {
    let WorkArgs {
        pace: PaceArgs { workers, batch_size },
        key_start,
        key_end,
        limit,
        retry_failed,
        max_failures,
        create_tables,
        adopt_log,
        dry_run,
        drift_sample,
        drift_known,
        follow,
    } = args;
    let share_of_cores = || {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        (cores / instances as usize).max(1)
    };
    line.add("--workers", workers.map_or_else(share_of_cores, |workers| workers as usize).to_string());
    line.add("--batch-size", batch_size.to_string());
    line.add_some("--key-start", key_start.as_ref().map(DocumentKey::spelled));
    line.add_some("--key-end", key_end.as_ref().map(DocumentKey::spelled));
    line.add_some("--limit", limit.map(|limit| limit.to_string()));
    line.add_some("--follow", follow.map(|seconds| seconds.to_string()));
    line.add("--max-failures", max_failures.to_string());
    line.add("--drift-sample", drift_sample.to_string());
    line.add_some("--drift-known", drift_known.as_ref());
    for (flag, is_set) in [
        ("--retry-failed", retry_failed),
        ("--create-tables", create_tables),
        ("--adopt-log", adopt_log),
        ("--dry-run", dry_run),
    ] {
        if *is_set {
            line.0.push(flag.into());
        }
    }
}

struct Line(Vec<OsString>);

impl Line {
    /// As `--flag=value`, so that no value is mistaken for a flag.
    fn add(&mut self, flag: &str, value: impl Into<OsString>) {
        let mut argument = OsString::from(flag);
        argument.push("=");
        argument.push(value.into());
        self.0.push(argument);
    }

    fn add_some(&mut self, flag: &str, value: Option<impl Into<OsString>>) {
        if let Some(value) = value {
            self.add(flag, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    #[test]
    fn an_instance_understands_what_it_is_started_with() {
        let line = "xmlshred launch --instances 3 --url sqlite:a.db --key-start -7 --limit 9 --batch-size 10 --dry-run \
                    --max-failures 5% --log-level debug --workers 2 --metrics-listen 127.0.0.1:9000";
        let Command::Launch(args) =
            Cli::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{error}")).command
        else {
            panic!("not launch")
        };
        let reporting = Reporting::new(&args.report).unwrap();
        let arguments = arguments(&args, &reporting, 2, ProgressMode::Beats);
        let line = std::iter::once("xmlshred".into()).chain(arguments);
        let Command::Run(run) = Cli::try_parse_from(line).unwrap_or_else(|error| panic!("{error}")).command
        else {
            panic!("not run")
        };
        assert_eq!(run.work.key_start, Some(DocumentKey::Int(-7)));
        assert_eq!(run.work.limit, Some(9));
        assert!(run.work.dry_run && !run.work.create_tables && run.stop_with_stdin);
        assert_eq!(run.instance.instance_count, Some(3));
        assert_eq!(run.report.session_id, Some(reporting.session_id));
        assert_eq!(run.report.metrics_listen.unwrap().port(), 9002);
        assert_eq!(run.database.url, None);
    }
}

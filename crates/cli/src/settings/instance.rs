//! Which instance this is: as given, or from the scheduler that started it.

use xmlshred_databases::Environment;
use xmlshred_model::Share;

use super::SettingsError;
use crate::args::{InstanceArgs, InstanceId};

/// How a scheduler tells a task its number among how many.
#[derive(Debug)]
pub(crate) struct Scheduler {
    /// For people.
    pub(crate) name: &'static str,
    /// The variable with the number.
    pub(crate) index: &'static str,
    /// The variable with the first task's number, where that need not be 0.
    first: Option<&'static str>,
    /// The variable with the distance between numbers.
    step: Option<&'static str>,
    count: Count,
}

#[derive(Debug)]
enum Count {
    /// In this variable.
    Variable(&'static str),
    /// From the last task's number, in this variable.
    Last(&'static str),
    /// The scheduler does not tell.
    Unknown,
}

/// Schedulers that are known, in the order they are asked.
pub(crate) const SCHEDULERS: &[Scheduler] = &[
    Scheduler {
        name: "Kubernetes indexed job",
        index: "JOB_COMPLETION_INDEX",
        first: None,
        step: None,
        count: Count::Unknown,
    },
    Scheduler {
        name: "Slurm job array",
        index: "SLURM_ARRAY_TASK_ID",
        first: Some("SLURM_ARRAY_TASK_MIN"),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        count: Count::Variable("SLURM_ARRAY_TASK_COUNT"),
    },
    Scheduler {
        name: "AWS Batch array job",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: None,
        step: None,
        count: Count::Variable("AWS_BATCH_JOB_ARRAY_SIZE"),
    },
    Scheduler {
        name: "Google Cloud Run job",
        index: "CLOUD_RUN_TASK_INDEX",
        first: None,
        step: None,
        count: Count::Variable("CLOUD_RUN_TASK_COUNT"),
    },
    Scheduler {
        name: "Google Batch",
        index: "BATCH_TASK_INDEX",
        first: None,
        step: None,
        count: Count::Variable("BATCH_TASK_COUNT"),
    },
    Scheduler {
        name: "Grid Engine array job",
        index: "SGE_TASK_ID",
        first: Some("SGE_TASK_FIRST"),
        step: Some("SGE_TASK_STEPSIZE"),
        count: Count::Last("SGE_TASK_LAST"),
    },
    Scheduler {
        name: "PBS array job",
        index: "PBS_ARRAY_INDEX",
        first: None,
        step: None,
        count: Count::Unknown,
    },
];

impl Scheduler {
    /// Where the instance count comes from, in words.
    pub(crate) fn count_source(&self) -> String {
        match self.count {
            Count::Variable(name) => format!("count from {name}"),
            Count::Last(name) => format!("count up to {name}"),
            Count::Unknown => "with --instance-count".to_owned(),
        }
    }
}

/// The share of the work that the arguments, or the scheduler, give this instance.
///
/// # Errors
/// When they name no instance, or `auto` finds nothing to read.
pub(crate) fn share(args: &InstanceArgs, environment: Environment<'_>) -> Result<Share, SettingsError> {
    let InstanceArgs { instance_id, instance_count } = args;
    let (id, count) = match instance_id {
        None => match *instance_count {
            Some(count) if count > 1 => return Err(SettingsError::WhichInstance { count }),
            count => (0, count.unwrap_or(1)),
        },
        Some(InstanceId::Number(id)) => (*id, instance_count.unwrap_or(1)),
        Some(InstanceId::Auto) => from_scheduler(*instance_count, environment)?,
    };
    match (u32::try_from(id), u32::try_from(count)) {
        (Ok(id), Ok(count)) => Ok(Share::new(id, count)?),
        _ => Err(SettingsError::ShareOutOfRange { id, count }),
    }
}

fn from_scheduler(
    instance_count: Option<i64>,
    environment: Environment<'_>,
) -> Result<(i64, i64), SettingsError> {
    let number = |name: &'static str| match environment(name) {
        None => Ok(None),
        Some(text) => match text.trim().parse::<i64>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(SettingsError::SchedulerVariable { name }),
        },
    };
    for Scheduler { name: _, index, first, step, count } in SCHEDULERS {
        // Outside an array, Grid Engine says `undefined` instead of nothing.
        if environment(index).is_some_and(|text| text == "undefined") {
            continue;
        }
        let Some(task) = number(index)? else { continue };
        let first = first.map(number).transpose()?.flatten().unwrap_or(0);
        let step = step.map(number).transpose()?.flatten().filter(|&step| step > 0).unwrap_or(1);
        let counted = match count {
            Count::Variable(name) => number(name)?,
            Count::Last(name) => number(name)?.map(|last| (last.saturating_sub(first)) / step + 1),
            Count::Unknown => None,
        };
        let count = instance_count.or(counted).ok_or(SettingsError::NoInstanceCount { index })?;
        return Ok((task.saturating_sub(first) / step, count));
    }
    let looked_for = SCHEDULERS.iter().map(|scheduler| scheduler.index).collect::<Vec<_>>().join(", ");
    Err(SettingsError::NoScheduler { looked_for })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: Option<&str>, count: Option<i64>, environment: &[(&str, &str)], expected: &str) {
        let args = InstanceArgs { instance_id: id.map(|text| text.parse().unwrap()), instance_count: count };
        let lookup = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let found = match share(&args, &lookup) {
            Ok(share) => format!("{}/{}", share.index(), share.count()),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{id:?} {count:?} {environment:?}");
    }

    #[test]
    fn without_arguments_there_is_one_instance() {
        check(None, None, &[("JOB_COMPLETION_INDEX", "4")], "0/1");
    }

    #[test]
    fn impossible_instances_are_refused_with_both_values() {
        check(Some("3"), Some(3), &[], "instance id 3 is not below instance count 3: ids are 0 to 2");
        check(
            Some("0"),
            Some(0),
            &[],
            "instance count is 0, but it takes at least one instance (instance id was 0)",
        );
        check(
            Some("-1"),
            Some(3),
            &[],
            "instance id -1 and instance count 3 name no instance: it takes 0 <= id < count",
        );
    }

    #[test]
    fn auto_reads_the_scheduler() {
        check(Some("auto"), Some(3), &[("JOB_COMPLETION_INDEX", "2")], "2/3");
        check(
            Some("AUTO"),
            None,
            &[
                ("SLURM_ARRAY_TASK_ID", "7"),
                ("SLURM_ARRAY_TASK_MIN", "3"),
                ("SLURM_ARRAY_TASK_STEP", "2"),
                ("SLURM_ARRAY_TASK_COUNT", "4"),
            ],
            "2/4",
        );
        check(
            Some("auto"),
            None,
            &[
                ("SGE_TASK_ID", "3"),
                ("SGE_TASK_FIRST", "1"),
                ("SGE_TASK_LAST", "5"),
                ("SGE_TASK_STEPSIZE", "1"),
            ],
            "2/5",
        );
        check(
            Some("auto"),
            None,
            &[
                ("SGE_TASK_ID", "undefined"),
                ("AWS_BATCH_JOB_ARRAY_INDEX", "1"),
                ("AWS_BATCH_JOB_ARRAY_SIZE", "2"),
            ],
            "1/2",
        );
    }

    #[test]
    fn auto_without_a_count_says_so() {
        check(
            Some("auto"),
            None,
            &[("JOB_COMPLETION_INDEX", "2")],
            "JOB_COMPLETION_INDEX gives the instance id, but nothing gives the instance count",
        );
    }
}

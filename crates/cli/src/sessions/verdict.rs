//! The verdict in one line, and what to type next.

use super::found::{Found, InstanceFound, State};
use crate::console::{count, seconds};

/// `Done: 9,629 loaded, 371 failed, 0 left in 3.5 s`
pub(super) fn verdict(found: &Found) -> String {
    let Found { success, failed, skipped, left, active_seconds, .. } = found;
    if success + failed + skipped == 0 {
        return "Nothing yet: the log has no document of this contract".to_owned();
    }
    let mut text = format!("{}: {} loaded", word(found), count(*success));
    for (documents, what) in [(*failed, "failed"), (*skipped, "skipped")] {
        if documents > 0 {
            text += &format!(", {} {what}", count(documents));
        }
    }
    if let Some(left) = left {
        text += &format!(", {} left", count(*left));
    }
    text + &format!(" in {}", seconds(*active_seconds))
}

fn word(found: &Found) -> String {
    let those = |state| found.instances.iter().filter(move |instance| instance.state == state);
    let names = |state| {
        let names: Vec<_> = those(state).map(|instance| instance.instance.as_str()).take(5).collect();
        names.join(", ")
    };
    match found.state {
        State::Gone => format!("Broken off (instance {} ended without a word)", names(State::Gone)),
        State::Failed => format!("Stopped (instance {})", names(State::Failed)),
        State::Interrupted => "Interrupted".to_owned(),
        State::Running => "Running, or killed just now".to_owned(),
        State::Unknown => "In the log".to_owned(),
        State::LimitReached => "Limit reached".to_owned(),
        State::Completed if found.left.is_some_and(|left| left > 0) => "Done so far".to_owned(),
        State::Completed => "Done".to_owned(),
    }
}

/// What to type.
pub(super) fn next(found: &Found) -> Vec<String> {
    let mut next = Vec::new();
    let goes_on = |instance: &&InstanceFound| {
        matches!(instance.state, State::Gone | State::Failed | State::Interrupted)
    };
    let broken: Vec<_> = found.instances.iter().filter(goes_on).collect();
    for instance in broken.iter().take(5) {
        let shares = instance
            .instance
            .split_once('/')
            .and_then(|(number, of)| Some((number.parse::<u32>().ok()?, of)));
        next.push(match shares {
            Some((number, of)) if of != "1" => {
                format!("xmlshred run --instance-id {} --instance-count {of}", number.saturating_sub(1))
            }
            _ => "xmlshred run".to_owned(),
        });
    }
    next.dedup();
    if next.is_empty() && found.left.is_some_and(|left| left > 0) && found.state != State::Running {
        next.push("xmlshred run".to_owned());
    }
    if found.failed > 0 {
        next.push("xmlshred failures".to_owned());
        next.push("xmlshred retry".to_owned());
    }
    if next.is_empty() && found.success > 0 {
        next.push("xmlshred verify".to_owned());
    }
    next
}

//! Names that exist, for hints about a name that does not.

/// The longest list that a hint shows.
const MAX_NAMES: usize = 20;

/// `did you mean …?` when a name is close, else the list of names.
pub(crate) fn instead_of(wanted: &str, what: &str, names: &[String]) -> String {
    let closest = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .min();
    match closest {
        None => format!("there are no {what}"),
        Some((distance, name)) if distance <= 1 + wanted.chars().count() / 4 => {
            format!("did you mean `{name}`?")
        }
        Some(_) => format!("{what}: {}", listed(names)),
    }
}

/// The names in backticks, cut off where they become too many.
pub(crate) fn listed(names: &[String]) -> String {
    let mut shown: Vec<_> = names.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_NAMES {
        shown.push(format!("and {} more", names.len() - MAX_NAMES));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_name_is_proposed_and_others_are_listed() {
        let names = ["app_xml".to_owned(), "customer".to_owned()];
        assert_eq!(instead_of("APP_XLM", "tables", &names), "did you mean `app_xml`?");
        assert_eq!(instead_of("orders", "tables", &names), "tables: `app_xml`, `customer`");
        assert_eq!(instead_of("orders", "tables", &[]), "there are no tables");
    }
}

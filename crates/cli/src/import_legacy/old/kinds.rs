//! Mapping types: what `mapping_type` lists, left to right.

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// `identity_insert`, `extract_date`: the value as it is.
    Plain,
    /// `numbers_only`, `extract_numeric`
    Digits,
    CharToBit,
    BooleanToBit,
    Enum,
    Calculated,
    Of(Contact),
    /// `curr_address_only`
    CurrentAddress,
    /// `default_getutcdate_if_null`
    NowIfNull,
    Row(RowKind),
}

/// Which contact a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the old words all begin so, and others may come")]
pub(crate) enum Contact {
    /// `last_valid_pr_contact`
    LastValidPrimary,
    /// `last_valid_sec_contact`
    LastValidSecondary,
    /// `authu_contact`: the last of the second type, whatever else it lacks.
    LastSecondary,
}

/// A type that makes rows of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Score(String),
    Indicator(String),
    History,
    Report(Option<String>),
    PolicyReason(String),
    /// `policy_exceptions()`: the notes that all reasons share.
    PolicyNotes,
    Warranty(String),
    Collateral(String),
}

/// What is known, for messages.
const KNOWN: &str = "identity_insert, extract_date, numbers_only, extract_numeric, char_to_bit, boolean_to_bit, enum, calculated_field, \
    last_valid_pr_contact, last_valid_sec_contact, authu_contact, curr_address_only, default_getutcdate_if_null, add_score(ID), \
    add_indicator(NAME), add_history, add_report_lookup(KEY), policy_exceptions(N), warranty_field(N), add_collateral(N)";

impl Step {
    /// Reads one, or says what is wrong with it and what to do.
    pub(crate) fn parse(text: &str) -> Result<Self, (String, String)> {
        let text = text.trim();
        let (name, argument) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(argument) => (name.trim_end(), Some(unquoted(argument))),
                None => {
                    let hint = format!("write `{}(…)`", name.trim_end());
                    return Err((format!("mapping type `{text}` has no closing parenthesis"), hint));
                }
            },
        };
        let argument = argument.filter(|argument| !argument.is_empty());
        let row = |make: fn(String) -> RowKind| match argument {
            Some(argument) => Ok(Self::Row(make(argument.to_owned()))),
            None => Err((
                format!("mapping type `{name}` needs what its rows are called"),
                format!("write it in parentheses: `{name}(…)`"),
            )),
        };
        Ok(match name {
            "identity_insert" | "extract_date" => Self::Plain,
            "numbers_only" | "extract_numeric" => Self::Digits,
            "char_to_bit" => Self::CharToBit,
            "boolean_to_bit" => Self::BooleanToBit,
            "enum" => Self::Enum,
            "calculated_field" => Self::Calculated,
            "last_valid_pr_contact" => Self::Of(Contact::LastValidPrimary),
            "last_valid_sec_contact" => Self::Of(Contact::LastValidSecondary),
            "authu_contact" => Self::Of(Contact::LastSecondary),
            "curr_address_only" => Self::CurrentAddress,
            "default_getutcdate_if_null" => Self::NowIfNull,
            "add_score" => row(RowKind::Score)?,
            "add_indicator" => row(RowKind::Indicator)?,
            "add_history" => Self::Row(RowKind::History),
            "add_report_lookup" => Self::Row(RowKind::Report(argument.map(str::to_owned))),
            "policy_exceptions" => Self::Row(match argument {
                Some(argument) => RowKind::PolicyReason(argument.to_owned()),
                None => RowKind::PolicyNotes,
            }),
            "warranty_field" => row(RowKind::Warranty)?,
            "add_collateral" => row(RowKind::Collateral)?,
            _ => return Err((format!("unknown mapping type `{text}`"), format!("known are {KNOWN}"))),
        })
    }
}

fn unquoted(argument: &str) -> &str {
    argument.trim().trim_matches(['\'', '"']).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping_types_are_read_with_their_arguments() {
        for (text, expected) in [
            ("enum", Step::Enum),
            (" identity_insert ", Step::Plain),
            ("add_score(TU_DIE)", Step::Row(RowKind::Score("TU_DIE".to_owned()))),
            ("add_score( 'AJ' )", Step::Row(RowKind::Score("AJ".to_owned()))),
            ("add_report_lookup", Step::Row(RowKind::Report(None))),
            ("add_report_lookup()", Step::Row(RowKind::Report(None))),
            ("add_report_lookup(IL)", Step::Row(RowKind::Report(Some("IL".to_owned())))),
            ("policy_exceptions()", Step::Row(RowKind::PolicyNotes)),
            ("policy_exceptions(630)", Step::Row(RowKind::PolicyReason("630".to_owned()))),
        ] {
            assert_eq!(Step::parse(text).unwrap(), expected, "{text}");
        }
        for (text, message) in [
            ("add_scores(A)", "unknown mapping type `add_scores(A)`"),
            ("Enum", "unknown mapping type `Enum`"),
            ("add_score()", "mapping type `add_score` needs what its rows are called"),
            ("warranty_field", "mapping type `warranty_field` needs what its rows are called"),
            ("add_score(A", "mapping type `add_score(A` has no closing parenthesis"),
        ] {
            assert_eq!(Step::parse(text).unwrap_err().0, message, "{text}");
        }
    }
}

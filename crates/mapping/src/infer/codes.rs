//! Values that are codes: few, short, and each there again and again.

use super::profile::ValueProfile;

/// Few, short texts of letters, digits and `_ - . /`, each seen several times: codes.
pub(super) fn codes(values: &ValueProfile) -> Option<Vec<&str>> {
    const MIN_TIMES: u64 = 3;
    let texts = values.distinct.texts()?;
    let is_code = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'))
    };
    let is_repeated = texts.len() as u64 * MIN_TIMES <= values.filled_count();
    let are_codes = values.blank_count == 0 && is_repeated && texts.iter().all(|text| is_code(text));
    are_codes.then(|| {
        let mut texts = texts.iter().map(|text| &**text).collect::<Vec<_>>();
        texts.sort_unstable();
        texts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_few_short_and_repeated() {
        let codes_of = |texts: &[&str]| {
            let mut values = ValueProfile::default();
            texts.iter().for_each(|text| values.observe(text, None));
            codes(&values).map(|codes| codes.join(" "))
        };
        assert_eq!(codes_of(&["B", "A", "B", "A", "A", "B"]).as_deref(), Some("A B"));
        assert_eq!(codes_of(&["A", "B"]), None);
        assert_eq!(codes_of(&["A", "A", "A", ""]), None);
        assert_eq!(codes_of(&["two words", "two words", "two words"]), None);
    }
}

//! Names of elements and attributes as words: `IssueDate`, `issue-date` and `issue_date` are "issue date".

/// The words of a name, in lower case; none of a name without letters and digits.
pub(super) fn words(name: &str) -> Vec<String> {
    let chars = name.chars().collect::<Vec<_>>();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = at.checked_sub(1).map(|at| chars[at]);
        let begins_word = c.is_uppercase()
            && before.is_some_and(|before| {
                let next_is_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_numeric() || (before.is_uppercase() && next_is_lower)
            });
        if begins_word {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        word.extend(c.to_lowercase());
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// `IssueDate`, `issue-date` and `issue_date` are `issue_date`.
pub(super) fn snake(name: &str) -> String {
    let words = words(name);
    if words.is_empty() { "x".to_owned() } else { words.join("_") }
}

/// Whether one name is that of several things of another: `lines` of `line`, `PubmedArticleSet` of `PubmedArticle`.
pub(super) fn is_plural_of(many: &str, one: &str) -> bool {
    const COLLECTIONS: [&str; 8] =
        ["list", "set", "collection", "array", "seq", "sequence", "items", "entries"];
    let is_collection = words(many).last().is_some_and(|last| COLLECTIONS.contains(&&**last));
    is_collection && !words(one).is_empty() || is_plural_word_of(many, one)
}

/// Whether the last word of one name is the plural of the other's: `lines` of `line`, and not `PubmedArticleSet` of `PubmedArticle`.
pub(super) fn is_plural_word_of(many: &str, one: &str) -> bool {
    let (many, one) = (words(many), words(one));
    let (Some(last), Some(single)) = (many.last(), one.last()) else { return false };
    let stem = single.strip_suffix('y').unwrap_or(single);
    [format!("{single}s"), format!("{single}es"), format!("{stem}ies")].contains(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_however_they_are_written() {
        for (name, expected) in [
            ("IssueDate", "issue_date"),
            ("issue-date", "issue_date"),
            ("con_id", "con_id"),
            ("ID", "id"),
            ("CustData", "cust_data"),
            ("HTTPServer2", "http_server2"),
            ("IL_collateral", "il_collateral"),
            ("Größe", "größe"),
            ("_", "x"),
            ("a..b_", "a_b"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn plurals_and_collections_hold_several() {
        for (many, one) in [
            ("lines", "line"),
            ("Taxes", "Tax"),
            ("categories", "category"),
            ("ArticleSet", "Article"),
            ("OrderLines", "Line"),
        ] {
            assert!(is_plural_of(many, one), "{many} {one}");
        }
        for (many, one) in [("status", "code"), ("address", "line"), ("party", "name")] {
            assert!(!is_plural_of(many, one), "{many} {one}");
        }
    }
}

//! Whether more documents failed than allowed.

use crate::settings::MaxFailures;

/// Whether `failed` of `processed` documents are more than `limit` allows.
pub(crate) fn too_many(limit: MaxFailures, failed: u64, processed: u64) -> bool {
    match limit {
        MaxFailures::Count(count) => failed > count,
        MaxFailures::Percent { percent, after } => {
            processed >= after.max(1) && failed as f64 * 100.0 > percent * processed as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_may_be_reached_but_not_passed() {
        assert!(!too_many(MaxFailures::Count(3), 3, 3));
        assert!(too_many(MaxFailures::Count(3), 4, 1_000_000));
        assert!(too_many(MaxFailures::Count(0), 1, 1));
    }

    #[test]
    fn a_percentage_is_looked_at_only_after_enough_documents() {
        let limit = MaxFailures::Percent { percent: 50.0, after: 1000 };
        assert!(!too_many(limit, 999, 999));
        assert!(too_many(limit, 501, 1000));
        assert!(!too_many(limit, 500, 1000));
        assert!(!too_many(MaxFailures::Percent { percent: 0.0, after: 0 }, 0, 0));
    }
}

//! Whether counted instructions stay within the record.

use serde_json::Value;

use super::one_thread::REFERENCE;

/// What a document may take more than recorded: the counts of two builds of one commit differ by less than one in a thousand,
/// those of a change that means nothing by up to two in a hundred.
pub(super) const ALLOWED_PERCENT: u64 = 3;
/// The same under another compiler than that of the record, which makes more of one program than of the other.
const ALLOWED_PERCENT_OF_ANOTHER_COMPILER: u64 = 10;

/// What one contestant took for all documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// Who.
    pub(super) name: &'static str,
    /// Whether the record is a budget: others are counted to compare with.
    pub(super) has_budget: bool,
    /// For all documents.
    pub(super) instruction_count: u64,
    /// Documents.
    pub(super) document_count: u64,
    /// Cells of their rows, where rows are made.
    pub(super) cell_count: Option<u64>,
}

impl Counted {
    /// Instructions for a document.
    pub(super) fn per_document(&self) -> u64 {
        self.instruction_count / self.document_count
    }

    /// Instructions for a cell, where there are cells.
    pub(super) fn per_cell(&self) -> Option<u64> {
        self.cell_count.map(|cells| self.instruction_count / cells)
    }
}

/// What the record says to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Kept,
    /// Who takes how much too much.
    Exceeded(String),
}

impl Verdict {
    /// Of what was counted, when `recorded` has the instructions for a document by name. Under another compiler, budgets grow and
    /// shrink as the reference does.
    pub(super) fn of(counted: &[Counted], recorded: &Value, is_same_compiler: bool) -> Self {
        let recorded_of = |name: &str| recorded[name].as_u64();
        let reference = counted.iter().find(|counted| counted.name == REFERENCE);
        let scale = match (reference, recorded_of(REFERENCE)) {
            (Some(now), Some(recorded)) if !is_same_compiler => now.per_document() as f64 / recorded as f64,
            _ => 1.0,
        };
        let (allowed_percent, compiler) = if is_same_compiler {
            (ALLOWED_PERCENT, "")
        } else {
            (ALLOWED_PERCENT_OF_ANOTHER_COMPILER, " (another compiler: scaled as quick-xml is)")
        };
        let lines = counted.iter().filter(|counted| counted.has_budget).filter_map(|counted| {
            let Some(recorded) = recorded_of(counted.name) else {
                return Some(format!("{} has no recorded figure", counted.name));
            };
            let budget = recorded as f64 * scale * (100 + allowed_percent) as f64 / 100.0;
            let now = counted.per_document();
            (now as f64 > budget).then(|| {
                format!(
                    "{} takes {now} instructions for a document, {recorded} are recorded and {budget:.0} allowed{compiler}",
                    counted.name
                )
            })
        });
        let lines: Vec<_> = lines.collect();
        if lines.is_empty() { Self::Kept } else { Self::Exceeded(lines.join("\n")) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn counted(name: &'static str, per_document: u64) -> Counted {
        let has_budget = name != REFERENCE;
        Counted {
            name,
            has_budget,
            instruction_count: per_document * 10,
            document_count: 10,
            cell_count: None,
        }
    }

    fn check(shred: u64, quick_xml: u64, is_same_compiler: bool) -> Verdict {
        let recorded = json!({ "shred": 400_000, "quick-xml": 200_000 });
        Verdict::of(&[counted("shred", shred), counted(REFERENCE, quick_xml)], &recorded, is_same_compiler)
    }

    #[test]
    fn three_percent_more_than_recorded_are_kept_and_more_is_told() {
        assert_eq!(check(300_000, 200_000, true), Verdict::Kept);
        assert_eq!(check(412_000, 200_000, true), Verdict::Kept);
        let says = "shred takes 412001 instructions for a document, 400000 are recorded and 412000 allowed"
            .to_owned();
        assert_eq!(check(412_001, 200_000, true), Verdict::Exceeded(says));
    }

    #[test]
    fn under_another_compiler_the_budget_moves_with_quick_xml() {
        assert_eq!(check(480_000, 220_000, false), Verdict::Kept);
        assert!(matches!(check(480_000, 220_000, true), Verdict::Exceeded(_)));
        assert!(matches!(check(400_000, 180_000, false), Verdict::Exceeded(_)));
    }

    #[test]
    fn who_is_counted_to_compare_with_may_take_what_it_takes() {
        let by_hand = Counted { has_budget: false, ..counted("by-hand", 900) };
        assert_eq!(Verdict::of(&[by_hand], &json!({ "by-hand": 100 }), true), Verdict::Kept);
    }

    #[test]
    fn who_has_no_record_is_told() {
        let says = "new has no recorded figure".to_owned();
        assert_eq!(Verdict::of(&[counted("new", 1)], &json!({}), true), Verdict::Exceeded(says));
    }
}

//! Whether counted instructions stay within the record.

use serde_json::Value;

use super::one_thread::REFERENCE;

/// What a document may take more than recorded: the counts of two builds of one commit differ by less than one in a thousand,
/// those of a change that means nothing by up to two in a hundred.
pub(super) const ALLOWED_PERCENT: u64 = 3;

/// What one contestant took for all documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// Who.
    pub(super) name: &'static str,
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
    /// Of what was counted, when `recorded` has the instructions for a document by name. The reference has no budget; under
    /// another compiler, budgets grow and shrink as it does.
    pub(super) fn of(counted: &[Counted], recorded: &Value, is_same_compiler: bool) -> Self {
        let recorded_of = |name: &str| recorded[name].as_u64();
        let reference = counted.iter().find(|counted| counted.name == REFERENCE);
        let scale = match (reference, recorded_of(REFERENCE)) {
            (Some(now), Some(recorded)) if !is_same_compiler => now.per_document() as f64 / recorded as f64,
            _ => 1.0,
        };
        let compiler = if is_same_compiler { "" } else { " (another compiler: scaled as quick-xml is)" };
        let lines = counted.iter().filter(|counted| counted.name != REFERENCE).filter_map(|counted| {
            let Some(recorded) = recorded_of(counted.name) else {
                return Some(format!("{} has no recorded figure", counted.name));
            };
            let budget = recorded as f64 * scale * (100 + ALLOWED_PERCENT) as f64 / 100.0;
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

    fn check(shred: u64, quick_xml: u64, is_same_compiler: bool) -> Verdict {
        let counted = |name, per_document: u64| Counted {
            name,
            instruction_count: per_document * 10,
            document_count: 10,
            cell_count: None,
        };
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
        assert_eq!(check(440_000, 220_000, false), Verdict::Kept);
        assert!(matches!(check(440_000, 220_000, true), Verdict::Exceeded(_)));
        assert!(matches!(check(400_000, 180_000, false), Verdict::Exceeded(_)));
    }

    #[test]
    fn who_has_no_record_is_told() {
        let counted = Counted { name: "new", instruction_count: 1, document_count: 1, cell_count: None };
        let says = "new has no recorded figure".to_owned();
        assert_eq!(Verdict::of(&[counted], &json!({}), true), Verdict::Exceeded(says));
    }
}

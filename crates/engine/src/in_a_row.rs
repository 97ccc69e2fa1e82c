//! How many documents in a row were refused for one and the same reason.

use crate::policy::is_same_reason;
use crate::ports::Fault;

/// Counts refusals until a document goes through or another reason comes.
#[derive(Debug, Default)]
pub(crate) struct InARow {
    reason: Option<Fault>,
    count: u32,
}

impl InARow {
    /// One more document was refused; answers how many in a row now.
    pub(crate) fn refused(&mut self, fault: &Fault) -> u32 {
        if !self.reason.as_ref().is_some_and(|reason| is_same_reason(reason, fault)) {
            *self = Self { reason: Some(fault.clone()), count: 0 };
        }
        self.count += 1;
        self.count
    }

    /// A document went through.
    pub(crate) fn went_through(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reason_or_a_document_that_goes_through_starts_the_count_anew() {
        let refused = |code: &str| Fault::Refused { code: code.to_owned(), table: None, column: None };
        let mut in_a_row = InARow::default();
        assert_eq!(in_a_row.refused(&refused("SQLSTATE 45000")), 1);
        let elsewhere =
            Fault::Refused { code: "SQLSTATE 45000".to_owned(), table: Some("t".to_owned()), column: None };
        assert_eq!(in_a_row.refused(&elsewhere), 2);
        assert_eq!(in_a_row.refused(&refused("SQLSTATE AB123")), 1);
        assert_eq!(in_a_row.refused(&Fault::AccessDenied), 1);
        in_a_row.went_through();
        assert_eq!(in_a_row.refused(&Fault::AccessDenied), 1);
    }
}

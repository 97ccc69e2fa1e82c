//! Which documents are compared.

use xmlshred_engine::ports::LogEntry;

/// Some of the successful documents, each with the same chance, however many there are; or all.
#[derive(Debug)]
pub(crate) struct Sample {
    /// `None` for all.
    size: Option<usize>,
    rng: fastrand::Rng,
    seen: usize,
    taken: Vec<LogEntry>,
}

impl Sample {
    pub(crate) fn new(size: Option<usize>) -> Self {
        Self { size, rng: fastrand::Rng::new(), seen: 0, taken: Vec::new() }
    }

    /// Takes note of a document, or not.
    pub(crate) fn offer(&mut self, entry: &LogEntry) {
        let Some(size) = self.size else { return };
        self.seen += 1;
        if self.taken.len() < size {
            self.taken.push(entry.clone());
        } else if let Some(place) = self.taken.get_mut(self.rng.usize(..self.seen)) {
            *place = entry.clone();
        }
    }

    /// Those that were taken, in order of the keys; `None` for all that there are.
    pub(crate) fn into_taken(mut self) -> Option<Vec<LogEntry>> {
        self.size?;
        self.taken.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Some(self.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmlshred_model::DocumentKey;

    fn entry(key: i64) -> LogEntry {
        LogEntry {
            key: DocumentKey::Int(key),
            status: "success".to_owned(),
            failure_reason: None,
            failure_code: None,
            failure_table: None,
            failure_column: None,
            processed_at: 0,
            session_id: String::new(),
            row_count: 0,
            contract_hash: String::new(),
            document_hash: String::new(),
            source_version: None,
            instance_id: 0,
            instance_count: 1,
            duration_ms: 0,
        }
    }

    #[test]
    fn every_document_has_a_chance_and_none_is_taken_twice() {
        let mut counts = [0; 20];
        for _ in 0..500 {
            let mut sample = Sample::new(Some(5));
            (0..20).for_each(|key| sample.offer(&entry(key)));
            let taken = sample.into_taken().unwrap();
            assert_eq!(taken.len(), 5);
            assert!(taken.windows(2).all(|two| two[0].key < two[1].key));
            for entry in taken {
                let DocumentKey::Int(key) = entry.key else { unreachable!() };
                counts[key as usize] += 1;
            }
        }
        // 125 are to be expected of each.
        assert!(counts.iter().all(|count| (60..200).contains(count)), "{counts:?}");
    }
}

//! Before anything is timed: others make the same rows as ours, cell by cell.

use arrow_array::ArrayRef;

use crate::by_hand;
use crate::shredder::Ours;
use crate::three_tables::{self, TABLES};

/// Two mappings that should be the same are not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disagreement(String);

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(place) = self;
        write!(f, "other rows than ours: {place}")
    }
}

impl std::error::Error for Disagreement {}

/// The program written by hand.
///
/// # Errors
/// When a column of a batch differs, or a document gives no rows.
pub(crate) fn check_by_hand(documents: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let mut theirs = Vec::new();
    by_hand::shred(documents, |rows| theirs.push(rows))?;
    let mut ours = Vec::new();
    Ours::new(&three_tables::contract(&TABLES)).shred(documents, |batch| ours.push(batch));
    if theirs.len() != ours.len() {
        return Err(Disagreement("by hand: the number of batches".to_owned()).into());
    }
    for (number, (batch, theirs)) in ours.iter().zip(&theirs).enumerate() {
        for (at, table) in TABLES.iter().enumerate() {
            let place = || format!("by hand: batch {number}, table {}", table.name);
            compare(batch.rows(at).columns(), &theirs[at], place)?;
        }
    }
    Ok(())
}

fn compare(ours: &[ArrayRef], theirs: &[ArrayRef], place: impl Fn() -> String) -> Result<(), Disagreement> {
    if ours.len() != theirs.len() {
        return Err(Disagreement(format!("{}: the number of columns", place())));
    }
    match ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs) {
        None => Ok(()),
        Some(column) => Err(Disagreement(format!("{}, column {column}", place()))),
    }
}

/// xml2arrow, document by document.
#[cfg(feature = "xml2arrow")]
mod of_xml2arrow {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray};
    use arrow_array_59 as other;

    use super::{Disagreement, compare};
    use crate::by_xml2arrow::Parsers;
    use crate::shredder::Ours;
    use crate::three_tables::{self, Table};

    /// Its passes over these documents against our contract of the same tables, without the parents' keys, which it has not.
    ///
    /// # Errors
    /// When a column of a document differs.
    pub(crate) fn check_xml2arrow(
        tables: &[Table],
        passes: &[&[Table]],
        documents: &[String],
    ) -> Result<(), Disagreement> {
        let parsers = Parsers::new(passes);
        let mut texts = documents.iter();
        let mut result = Ok(());
        Ours::new(&three_tables::contract(tables)).shred(documents, |batch| {
            for document in 0..batch.documents().len() {
                let theirs =
                    parsers.rows(texts.next().expect("a batch has the documents that were shredded"));
                for (at, table) in tables.iter().enumerate() {
                    let ours = batch.rows_of(at, document..document + 1);
                    let parent_count = usize::from(table.each.is_some());
                    let key = &batch.documents()[document].key;
                    let place = || format!("xml2arrow: document {key}, table {}", table.name);
                    let found = theirs.iter().find(|(name, _)| name == table.name);
                    let agreement = match found {
                        None => Err(Disagreement(place())),
                        Some((_, rows)) => {
                            let theirs: Vec<_> = rows.columns().iter().map(in_our_arrow).collect();
                            compare(&ours.columns()[parent_count..], &theirs, place)
                        }
                    };
                    if result.is_ok() {
                        result = agreement;
                    }
                }
            }
        });
        result
    }

    fn in_our_arrow(column: &other::ArrayRef) -> ArrayRef {
        let column = column.as_any();
        if let Some(texts) = column.downcast_ref::<other::StringArray>() {
            Arc::new(texts.iter().collect::<StringArray>())
        } else if let Some(numbers) = column.downcast_ref::<other::Int32Array>() {
            Arc::new(numbers.iter().collect::<Int32Array>())
        } else if let Some(numbers) = column.downcast_ref::<other::Int64Array>() {
            Arc::new(numbers.iter().collect::<Int64Array>())
        } else {
            let numbers = column.downcast_ref::<other::Float64Array>().expect("no other type was asked for");
            Arc::new(numbers.iter().collect::<Float64Array>())
        }
    }
}

#[cfg(feature = "xml2arrow")]
pub(crate) use of_xml2arrow::check_xml2arrow;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Corpus, Wanted};

    #[test]
    fn the_program_written_by_hand_makes_the_rows_of_the_contract() {
        let wanted = Wanted { average_bytes: 5_000, count: 300, seed: 7, below: usize::MAX };
        let Corpus { mut documents, .. } = Corpus::generate(&wanted);
        check_by_hand(&documents).unwrap();

        let changed = documents[100].replace(" adults=\"1\"", " adults=\"7\"");
        assert_ne!(changed, documents[100]);
        let mut theirs = Vec::new();
        by_hand::shred(&documents, |rows| theirs.push(rows)).unwrap();
        documents[100] = changed;
        let mut ours = Vec::new();
        Ours::new(&three_tables::contract(&TABLES)).shred(&documents, |batch| ours.push(batch));
        let differs = compare(ours[1].rows(0).columns(), &theirs[1][0], || "batch 1".to_owned());
        assert_eq!(differs, Err(Disagreement("batch 1, column 4".to_owned())));
    }
}

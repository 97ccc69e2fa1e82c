//! How much a benchmark measures.

/// How much is measured.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// The word for it in the arguments, and in the results.
    pub(super) flag: Option<&'static str>,
    /// Documents of 5 KB on average, of which a tenth is the smaller of the two memory measurements.
    pub(super) small_count: u32,
    /// Documents of 50 KB on average.
    pub(super) large_count: u32,
    /// Bytes of documents of each size that are shredded without a database.
    pub(super) shredded_bytes: u32,
    /// How often.
    pub(super) shredding_rounds: usize,
    /// Documents of 5 KB whose rows are loaded.
    pub(super) loaded_count: u32,
    /// Documents of 5 KB that PostgreSQL shreds by itself.
    pub(super) xml_table_count: u32,
    /// Documents of 5 KB that xml2db loads.
    pub(super) xml2db_count: u32,
    /// Keys of the source tables that are paged through.
    pub(super) key_counts: &'static [u32],
    /// Documents whose rows are loaded into SQL Server, 500 each.
    pub(super) line_document_count: u32,
    /// Sample documents of 50 KB for the tools around a contract.
    pub(super) sample_count: u32,
}

/// Minutes: for numbers that are quoted.
pub(super) const FULL: Extent = Extent {
    flag: None,
    small_count: 200_000,
    large_count: 10_000,
    shredded_bytes: 40_000_000,
    shredding_rounds: 11,
    loaded_count: 20_000,
    xml_table_count: 3_000,
    xml2db_count: 600,
    key_counts: &[10_000, 100_000, 1_000_000],
    line_document_count: 400,
    sample_count: 1_000,
};

/// About a minute, once everything is built: for a look.
pub(super) const QUICK: Extent = Extent {
    flag: Some("--quick"),
    small_count: 3_000,
    large_count: 1_000,
    shredded_bytes: 5_000_000,
    shredding_rounds: 5,
    loaded_count: 2_000,
    xml_table_count: 500,
    xml2db_count: 100,
    key_counts: &[10_000, 100_000],
    line_document_count: 40,
    sample_count: 200,
};

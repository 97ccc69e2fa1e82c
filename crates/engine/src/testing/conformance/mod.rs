//! The promises that every database keeps, as tests over a [`Bench`].
//!
//! A database's own test runs [`cases`] one by one; each makes its own fixtures and panics when the promise is broken.

mod key_rows;
mod keys;
mod lines;
mod loading;
mod reading;
mod repeating;
mod replacing;
mod running;
mod scene;
mod sharing;
mod types;

use crate::testing::fixture::Bench;

/// A promise, and the test that would fail without it.
pub type Case = (&'static str, fn(&dyn Bench));

macro_rules! cases {
    ($($module:ident: $($case:ident)*;)*) => {
        const CASES: &[Case] = &[$($((stringify!($case), $module::$case),)*)*];
    };
}

cases! {
    reading:
        keys_come_in_order_and_page_by_page
        ranges_are_inclusive
        every_key_belongs_to_one_instance_negative_ones_too
        the_smallest_and_the_largest_key_are_found
        text_documents_arrive_as_they_are_stored
        binary_documents_arrive_as_they_are_stored
        nulls_large_documents_and_vanished_rows_are_told_apart
        columns_beside_documents_arrive_as_text_of_their_types
        fetching_stops_when_told_to;
    loading:
        tables_are_created_once_by_several_instances_at_a_time
        missing_tables_are_named_before_anything_is_loaded
        rows_log_and_issues_are_committed_together
        a_refused_batch_leaves_nothing_and_the_sink_goes_on
        a_row_without_parent_is_refused
        a_null_where_none_may_be_is_refused
        a_part_of_a_batch_loads_its_own_documents_only
        existing_rows_stay_when_they_are_to_be_skipped
        existing_rows_are_replaced_when_they_are_to_be_replaced;
    keys:
        keys_of_every_type_are_listed_and_read_once
        instances_share_keys_of_every_type
        runs_go_on_with_keys_of_every_type
        the_log_tells_texts_apart_that_any_source_may
        entries_of_the_log_are_found_by_keys_of_every_type
        shared_rows_are_ranked_by_keys_of_every_type
        documents_share_rows_alike_whatever_their_keys_are;
    key_rows:
        a_key_that_stands_twice_is_told_whatever_its_type
        documents_of_other_versions_are_taken_again_whatever_their_keys_are;
    sharing:
        of_rows_that_documents_share_rank_decides_and_not_order
        documents_that_share_rows_end_alike_however_they_are_run;
    repeating:
        a_repeated_commit_loads_nothing_and_says_who_did
        a_session_that_is_used_again_is_another_run
        contracts_that_share_a_log_do_not_see_each_others_documents
        processed_documents_are_left_out
        failed_documents_are_left_out_or_taken_again
        skipped_documents_are_left_out_for_good
        a_second_failure_replaces_the_first
        a_document_of_another_version_takes_the_place_of_the_one_before
        the_tally_counts_by_session_instance_and_contract;
    replacing:
        the_log_tells_in_which_column_a_document_failed
        entries_of_the_log_come_in_order_and_page_by_page
        issues_are_told_by_column_for_all_documents_or_one_session
        the_log_tells_its_contracts_and_why_documents_failed
        whatever_a_document_was_another_takes_its_place
        removed_documents_leave_nothing_behind
        chosen_documents_are_processed_again_and_no_others
        a_retry_killed_at_any_step_is_completed_by_the_next
        documents_and_contract_change_at_random_between_killed_runs;
    types:
        every_type_comes_back_as_it_was_loaded
        random_values_of_every_type_come_back
        long_text_comes_back_whole;
    running:
        several_instances_do_what_one_would
        overlapping_instances_load_nothing_twice
        guilty_documents_fail_alone
        a_lost_answer_loads_nothing_twice
        a_run_killed_at_any_step_is_completed_by_the_next;
    lines:
        lines_cut_at_any_request_lose_and_double_nothing
        a_commit_whose_answer_is_cut_off_counts_once
        a_server_that_crashes_and_comes_back_is_waited_for;
}

/// All promises.
pub fn cases() -> &'static [Case] {
    CASES
}

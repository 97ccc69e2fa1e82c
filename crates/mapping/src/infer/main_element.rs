//! What a document is about, and where it holds its key.

use super::draft::{DraftColumn, values_of};
use super::present::{has_own_values, present_children};
use super::profile::{ElementId, Profile};
use super::shapes::is_entry_of_list;
use super::written::is_writable;
use super::xsd::Hints;

/// So many documents with one say that there is never another, where no schema does.
const MIN_DOCUMENTS: u64 = 20;

/// The element that a document is about: the root, or the first below it that is not only there to hold the next. One that could stand
/// several times in a document is not what it is about: it would be lost, or fail, from the second on.
pub(super) fn main_element(profile: &Profile, hints: &Hints, root: ElementId) -> ElementId {
    let mut main = root;
    if profile.elements.roots().are_several() {
        return root;
    }
    loop {
        let element = profile.elements.get(main);
        let mut children = present_children(profile, main);
        let (Some((id, child)), None) = (children.next(), children.next()) else { return main };
        let is_never_more = match hints.element(id) {
            Some(hint) => !hint.is_repeated,
            None => element.instance_count >= MIN_DOCUMENTS && !is_entry_of_list(profile, id),
        };
        let is_always_one =
            child.instance_count == element.instance_count && child.max_per_parent == 1 && is_never_more;
        let is_empty = !has_own_values(profile, main) && !element.has_too_many_names;
        let is_wrapper = is_empty && is_always_one && child.container_count == child.instance_count;
        if !is_wrapper || child.mixed_count > 0 || child.is_closed || !is_writable(&child.name.local) {
            return main;
        }
        main = id;
    }
}

/// The path of the value that is the key of every document, when there is just one; two documents at least, or it may be chance.
/// What is found is said in `notes`.
pub(super) fn guess_key(
    profile: &Profile,
    document_count: u64,
    columns: &[DraftColumn],
    notes: &mut Vec<String>,
) -> Option<String> {
    let key_count = |column: &DraftColumn| values_of(profile, column).key_count;
    let keys = columns.iter().filter(|column| key_count(column) == document_count && document_count > 1);
    let keys = keys.filter(|column| values_of(profile, column).count == document_count).collect::<Vec<_>>();
    match keys[..] {
        [key] => {
            let path = &key.path;
            notes.push(format!(
                "document.key is {path}: it is the key of each of the {document_count} documents"
            ));
            Some(path.clone())
        }
        [] => {
            // A few documents under a wrong key are what `document.key` is there to find; that is for the user to say.
            let most = columns.iter().max_by_key(|column| key_count(column));
            let is_nearly = |column: &&DraftColumn| key_count(column) * 10 >= document_count * 9;
            if let Some(column) = most.filter(is_nearly).filter(|_| document_count > 1) {
                notes.push(format!(
                    "{0} is the key of {1} of {document_count} documents: with --key-path '{0}' the others would fail",
                    column.path,
                    key_count(column),
                ));
            }
            None
        }
        _ => {
            notes.push(
                "several values are the key of their document: give --key-path to check one".to_owned(),
            );
            None
        }
    }
}

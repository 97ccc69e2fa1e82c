//! What the language of this program can say. The importer writes what reads best of it, and something longer where it cannot.

use xmlshred_mapping::contract::language::{COLUMN, UNPIVOT};
use xmlshred_model::DataType;

/// Whether there is the type `tinyint`.
pub(super) fn has_tinyint() -> bool {
    "tinyint".parse::<DataType>().is_ok()
}

/// Whether values may come from a list of paths, by an expression beside a path, and from a generated default; and whether
/// `skip_row_when` sees what comes by expressions.
pub(super) fn has_ways_of_values() -> bool {
    COLUMN.key("counts").is_some()
}

/// Whether an `unpivot` may have several columns of names, and leaves out what has no value.
pub(super) fn has_names_in_unpivot() -> bool {
    has_ways_of_values() && UNPIVOT.key("name").is_some()
}

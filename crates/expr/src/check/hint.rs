//! Hints: what was probably meant.

use super::signatures;
use crate::similar::most_similar;

/// `did you mean …?` when one of the known names looks like the written one.
pub(super) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    most_similar(written, known).map(|name| format!("did you mean `{name}`?"))
}

/// What to write instead of a function that is none, in upper case.
pub(super) fn instead_of_function(function: &str) -> String {
    instead_of(function)
        .map(str::to_owned)
        .or_else(|| did_you_mean(function, signatures::names_alike()))
        .unwrap_or_else(|| "`xmlshred help expressions` has all functions, with examples".to_owned())
}

/// What to write instead of a function that other databases have.
fn instead_of(function: &str) -> Option<&'static str> {
    Some(match function {
        "DATE" | "TIME" | "TIMESTAMP" => "write `DATE '2024-01-31'`, or `CAST(x AS date)`",
        "ROW_NUMBER" | "RANK" => "an expression sees one row: use a column with `generate: row_number`",
        "CONCAT_WS" | "STRING_AGG" | "GROUP_CONCAT" | "LISTAGG" => {
            "use `a || ', ' || b`, or `pick: join(', ')` for several nodes"
        }
        "REGEXP_REPLACE" | "REGEXP_LIKE" | "REGEXP_SUBSTR" => "use `LIKE`, `REPLACE` and `SUBSTRING`",
        "ISNULL" | "IFNULL" | "NVL" => "use `COALESCE(x, y)`",
        "IIF" | "IF" | "DECODE" => "use `CASE WHEN … THEN … ELSE … END`, or `codes` for a list of values",
        "CONVERT" | "TRY_CONVERT" | "TO_NUMBER" | "TO_CHAR" | "TO_DATE" | "STR" => "use `CAST(x AS type)`",
        "CHARINDEX" | "INSTR" | "STRPOS" | "LOCATE" => "use `POSITION(x IN y)`",
        "UCASE" => "use `UPPER(x)`",
        "LCASE" => "use `LOWER(x)`",
        "MOD" => "use `x % y`",
        "MID" => "use `SUBSTRING(x FROM start FOR length)`",
        "DATEPART" | "DATE_PART" | "HOUR" | "MINUTE" | "SECOND" => "use `EXTRACT(part FROM x)`",
        "DATE_ADD" | "DATE_SUB" | "TIMESTAMPADD" | "ADD_MONTHS" => "use `DATEADD(unit, count, x)`",
        "DATE_DIFF" | "TIMESTAMPDIFF" => "use `DATEDIFF(unit, from, to)`",
        "NOW" | "GETDATE" | "GETUTCDATE" | "SYSDATETIME" | "CURRENT_DATE" | "CURRENT_TIME"
        | "CURRENT_TIMESTAMP" | "LOCALTIME" | "LOCALTIMESTAMP" => {
            "an expression gives the same result every time: use a column with `generate: now`"
        }
        "NEWID" | "UUID" | "GEN_RANDOM_UUID" => {
            "an expression gives the same result every time: use a column with `generate: uuid`"
        }
        "SUM" | "COUNT" | "MIN" | "MAX" | "AVG" => "an expression sees one row: aggregates are not available",
        _ => return None,
    })
}

//! What a target or a source has against a contract, at the places of the contract that say otherwise.

use xmlshred_databases::{Difference, DifferenceKind};
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::{self, Code, Diagnostic, Places, SourceSpec, Step, Untraced};
use xmlshred_model::{DataType, KeyType};

/// Differences between contract and target, without those that cannot matter.
pub(crate) fn differences(found: Vec<Difference>, plan: &Plan, places: &Places) -> Vec<Diagnostic> {
    let matters = |found: &Difference| {
        let Difference { kind, table, column, .. } = found;
        let is_filled = |&column: &usize| contract::is_always_filled(plan.contract(), *table, column);
        *kind != DifferenceKind::MayBeNull || !column.as_ref().is_some_and(is_filled)
    };
    found.into_iter().filter(matters).map(|found| in_contract(found, plan, places)).collect()
}

fn in_contract(difference: Difference, plan: &Plan, places: &Places) -> Diagnostic {
    let Difference { kind, table, column, message, remedy } = difference;
    let code = match kind {
        DifferenceKind::NoTables | DifferenceKind::Missing => Code::TargetMissing,
        DifferenceKind::TypeDiffers => Code::TargetTypeDiffers,
        DifferenceKind::NeedsValue => Code::TargetNeedsValue,
        DifferenceKind::MayRefuse | DifferenceKind::MayBeNull => Code::TargetMayRefuse,
        DifferenceKind::KeyDiffers => Code::TargetKeyDiffers,
        DifferenceKind::ParentLater => Code::TargetParentLater,
    };
    let tables = Step::Key("tables");
    if kind == DifferenceKind::NoTables {
        return Diagnostic::new(code, places.first_of(&[&[tables]]), message, remedy);
    }
    let table = &plan.schema().tables[table];
    let to_table = [tables, Step::Key(&table.name)];
    let span = match column.map(|column| Step::Key(&table.columns[column].name)) {
        None => places.first_of(&[&to_table]),
        Some(column) => {
            let [tables, table] = to_table;
            let to_column = [tables, table, Step::Key("columns"), column];
            let to_type = [tables, table, Step::Key("columns"), column, Step::Key("type")];
            let is_about_type = matches!(kind, DifferenceKind::TypeDiffers | DifferenceKind::MayRefuse);
            let first = if is_about_type { &to_type[..] } else { &to_column[..] };
            places.first_of(&[first, &to_column, &to_table])
        }
    };
    Diagnostic::new(code, span, message, remedy)
}

/// Columns for the document's key that cannot hold what the keys of the source are, or not all of them.
pub(crate) fn document_keys(plan: &Plan, key_type: KeyType, places: &Places) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for table in &plan.contract().tables {
        for column in table.templates[0].columns.iter().filter(|column| contract::is_given_the_key(column)) {
            let (name, data_type) = (&column.name, column.data_type);
            let (code, consequence) = match holds(key_type, data_type) {
                Holds::All => continue,
                Holds::Some => (Code::DocumentKeyMayNotFit, "those that do not fit fail their documents"),
                Holds::None => (Code::DocumentKeyType, "every document would fail"),
            };
            let message = format!(
                "{}.{name} is of type {data_type}, and the keys of the source are {}: {consequence}",
                table.name,
                key_type.plural()
            );
            let to_column =
                [Step::Key("tables"), Step::Key(&table.name), Step::Key("columns"), Step::Key(name)];
            let to_type = [&to_column[..], &[Step::Key("type")]].concat();
            let fit = match key_type {
                KeyType::Integer => "bigint".to_owned(),
                KeyType::Text => "varchar(n), with the length of the source's column".to_owned(),
                KeyType::Decimal | KeyType::Uuid => key_type.data_type().to_string(),
            };
            let hint = format!("give it the type {fit}");
            let span = places.first_of(&[&to_type, &to_column, &to_column[..2]]);
            found.push(Diagnostic::new(code, span, message, hint));
        }
    }
    found
}

/// Tables whose rows `retry` cannot replace with their document; all in one, at the first.
pub(crate) fn not_replaceable(plan: &Plan, places: &Places) -> Option<Diagnostic> {
    let contract = plan.contract();
    let untraced = contract::untraced_tables(contract);
    let (first, why) = *untraced.first()?;
    let name = |table: usize| format!("`{}`", contract.tables[table].name);
    let (shown, more) = untraced.split_at(untraced.len().min(MAX_NAMED));
    let mut names = shown.iter().map(|(table, _)| name(*table)).collect::<Vec<_>>().join(", ");
    if !more.is_empty() {
        names += &format!(" and {} more", more.len());
    }
    let message = match why {
        Untraced::Untold => format!(
            "nothing in a row of {names} tells whose document's it is: `retry` tries failed documents only"
        ),
        Untraced::Shared => format!("documents share rows of {names}: `retry` tries failed documents only"),
    };
    let span = places.key_of(&[Step::Key("tables"), Step::Key(&contract.tables[first].name)]);
    let hint = format!("{}; nothing to do where documents and contract do not change", why.remedy());
    Some(Diagnostic::new(Code::RowsNotReplaceable, span, message, hint))
}

/// Tables that a message names.
const MAX_NAMED: usize = 5;

/// How many keys of a type a column holds.
enum Holds {
    All,
    /// Those that are spelled as one of its values.
    Some,
    None,
}

fn holds(key_type: KeyType, data_type: DataType) -> Holds {
    let length = data_type.max_chars();
    match (key_type, data_type) {
        (KeyType::Uuid, _) if length.is_some_and(|length| length < UUID_LENGTH) => Holds::None,
        _ if data_type.is_text() => Holds::All,
        (KeyType::Integer | KeyType::Decimal, DataType::Uuid) => Holds::None,
        (KeyType::Integer, _)
        | (KeyType::Uuid, DataType::Uuid)
        | (KeyType::Decimal, DataType::Decimal { .. }) => Holds::All,
        (KeyType::Uuid, _) => Holds::None,
        (KeyType::Decimal | KeyType::Text, _) => Holds::Some,
    }
}

/// Characters of a uuid.
const UUID_LENGTH: u32 = 36;

/// The source does not promise that keys are unique.
pub(crate) fn repeatable_key(plan: &Plan, places: &Places) -> Diagnostic {
    let SourceSpec { table, key, .. } = &plan.contract().source;
    Diagnostic::new(
        Code::SourceKeyRepeatable,
        places.first_of(&[&[Step::Key("source"), Step::Key("key")], &[Step::Key("source")]]),
        format!("nothing in the database keeps two rows of {table} from having one {key}"),
        format!(
            "a run stops at a key that stands twice, and scans the keys once more to see it: make {key} the primary key, or unique"
        ),
    )
}

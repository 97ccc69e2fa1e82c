//! What a target or a source has against a contract, at the places of the contract that say otherwise.

use xmlshred_databases::{Dialect, Difference, DifferenceKind, NamePlace, NameProblem, name_problems};
use xmlshred_mapping::Plan;
use xmlshred_mapping::contract::{self, Code, Contract, Diagnostic, Places, SourceSpec, Step};
use xmlshred_model::TargetSchema;

/// Names that a database of this dialect would cut off or take for another.
pub(crate) fn names(
    dialect: &Dialect,
    schema: &TargetSchema,
    contract: &Contract,
    places: &Places,
) -> Vec<Diagnostic> {
    let found = name_problems(dialect, schema).into_iter();
    let diagnostic = |NameProblem { place, message, remedy }: NameProblem| {
        let (tables, columns) = (Step::Key("tables"), Step::Key("columns"));
        let table = |at: usize| Step::Key(&schema.tables[at].name);
        let span = match place {
            NamePlace::Schema => places.first_of(&[&[Step::Key("target"), Step::Key("schema")]]),
            NamePlace::Key => places.first_of(&[&[Step::Key("source"), Step::Key("key")]]),
            NamePlace::Table(at) => places.key_of(&[tables, table(at)]),
            NamePlace::Column(at, column) => {
                let name = Step::Key(&contract.tables[at].templates[0].columns[column].name);
                let unpivot = Step::Key("unpivot");
                places.if_any_key_of(&[tables, table(at), columns, name]).unwrap_or_else(|| {
                    places.first_of(&[&[tables, table(at), unpivot], &[tables, table(at)]])
                })
            }
        };
        Diagnostic::new(Code::TargetName, span, message, remedy)
    };
    found.map(diagnostic).collect()
}

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

//! Names that a database would cut off or take for another, told where the contract has them.

use xmlshred_mapping::contract::{Code, Contract, Diagnostic, Places, Step};
use xmlshred_model::TargetSchema;

use crate::sql::dialect::Dialect;

use super::name_problems::{NamePlace, NameProblem, name_problems};

/// Names that a database of this dialect would cut off or take for another, at their places in the contract.
pub fn name_diagnostics(
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

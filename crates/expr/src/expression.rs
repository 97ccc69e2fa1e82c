//! From the text of an expression to its values.

use std::ops::Range;
use std::sync::Arc;

use bumpalo::Bump;
use xmlshred_model::{DataType, Value, Work};

use crate::check::{self, Checked};
use crate::error::EvaluationError;
use crate::evaluate;
use crate::names::Names;
use crate::node::Node;
use crate::parse;
use crate::problem::Problem;

/// A checked, compiled expression.
#[derive(Clone, Debug)]
pub struct Expression {
    inputs: Vec<String>,
    data_type: Option<DataType>,
    program: Arc<Node>,
    compared_with_blank: Vec<(usize, Range<usize>)>,
}

/// Parses, checks and compiles an expression. Every name it uses is found now, every type is known afterwards. `work` is what the
/// constants of this and other expressions may cost together: they are computed now.
///
/// # Errors
/// All mistakes at once, in order of place.
pub fn compile(source: &str, names: &dyn Names, work: &Work<'_>) -> Result<Expression, Vec<Problem>> {
    let (expr, tokens) = parse::parse(source).map_err(|problem| vec![problem])?;
    let Checked { node, data_type, inputs, compared_with_blank } =
        check::check(&expr, &tokens, source, names, work)?;
    Ok(Expression { inputs, data_type, program: Arc::new(node), compared_with_blank })
}

/// The names of all functions, in upper case.
pub fn functions() -> impl Iterator<Item = &'static str> {
    check::function_names()
}

impl Expression {
    /// The names that the expression reads, each once, as `Names` spells them; `evaluate` takes their values in this order.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The type of the result; `None` for an expression that is always null.
    pub fn data_type(&self) -> Option<DataType> {
        self.data_type
    }

    /// Inputs, by number, that are compared with the empty text as they are, and where.
    pub fn compared_with_blank(&self) -> &[(usize, Range<usize>)] {
        &self.compared_with_blank
    }

    /// The value for one row. `inputs` has one value per entry of [`Expression::inputs`]; text made on the way lives in `arena` and is
    /// counted by `work` before it is made, as is what is read.
    ///
    /// # Errors
    /// When an operation has no result, such as a division by zero, or the work is used up.
    #[inline]
    pub fn evaluate<'a>(
        &'a self,
        inputs: &[Value<'a>],
        arena: &'a Bump,
        work: &Work<'_>,
    ) -> Result<Value<'a>, EvaluationError> {
        evaluate::evaluate(&self.program, inputs, arena, work)
    }
}

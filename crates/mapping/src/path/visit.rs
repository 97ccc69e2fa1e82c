//! Everything that a path consists of, paths in its conditions included.

use super::{Condition, Operand, Path, Predicate, Step, Variable};

impl Path {
    /// Visits all steps: its own, those in parentheses and those of its conditions.
    pub fn for_each_step(&self, visit: &mut dyn FnMut(&Step)) {
        if let Some(group) = &self.group {
            group.path.for_each_step(visit);
        }
        for step in &self.steps {
            visit(step);
            for predicate in &step.predicates {
                if let Predicate::Condition(condition) = predicate {
                    condition.for_each_path(&mut |path| path.for_each_step(visit));
                }
            }
        }
    }

    /// Visits the variables of all conditions.
    pub fn for_each_variable(&self, visit: &mut dyn FnMut(&Variable)) {
        self.for_each_step(&mut |step| {
            for predicate in &step.predicates {
                if let Predicate::Condition(condition) = predicate {
                    condition.for_each_operand(&mut |operand| {
                        if let Some(variable) = operand.variable() {
                            visit(variable);
                        }
                    });
                }
            }
        });
    }

    /// [`Path::for_each_variable`], to set their numbers.
    pub(crate) fn for_each_variable_mut(&mut self, visit: &mut dyn FnMut(&mut Variable)) {
        if let Some(group) = &mut self.group {
            group.path.for_each_variable_mut(visit);
        }
        let predicates = self.steps.iter_mut().flat_map(|step| &mut step.predicates);
        for predicate in predicates {
            if let Predicate::Condition(condition) = predicate {
                condition.for_each_variable_mut(visit);
            }
        }
    }
}

impl Condition {
    /// Visits the paths that it looks at.
    pub(crate) fn for_each_path(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.for_each_path(visit);
                right.for_each_path(visit);
            }
            Self::Not(inner) => inner.for_each_path(visit),
            Self::Exists(path) => visit(path),
            _ => self.for_each_operand(&mut |operand| {
                if let Some(path) = operand.path() {
                    visit(path);
                }
            }),
        }
    }

    /// Visits what is compared.
    fn for_each_operand(&self, visit: &mut dyn FnMut(&Operand)) {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.for_each_operand(visit);
                right.for_each_operand(visit);
            }
            Self::Not(inner) => inner.for_each_operand(visit),
            Self::Exists(_) => {}
            Self::In(operand, _) => visit(operand),
            Self::Compare { left, operator: _, right }
            | Self::StartsWith(left, right)
            | Self::EndsWith(left, right)
            | Self::Contains(left, right) => {
                visit(left);
                visit(right);
            }
        }
    }

    fn for_each_variable_mut(&mut self, visit: &mut dyn FnMut(&mut Variable)) {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.for_each_variable_mut(visit);
                right.for_each_variable_mut(visit);
            }
            Self::Not(inner) => inner.for_each_variable_mut(visit),
            Self::Exists(path) => path.for_each_variable_mut(visit),
            Self::In(operand, _) => operand.for_each_variable_mut(visit),
            Self::Compare { left, operator: _, right }
            | Self::StartsWith(left, right)
            | Self::EndsWith(left, right)
            | Self::Contains(left, right) => {
                left.for_each_variable_mut(visit);
                right.for_each_variable_mut(visit);
            }
        }
    }
}

impl Operand {
    fn variable(&self) -> Option<&Variable> {
        match self {
            Self::Variable(variable) => Some(variable),
            Self::Normalized(inner) | Self::Length(inner) => inner.variable(),
            Self::Path(_) | Self::Count(_) | Self::Text(_) | Self::Number(_) => None,
        }
    }

    fn for_each_variable_mut(&mut self, visit: &mut dyn FnMut(&mut Variable)) {
        match self {
            Self::Variable(variable) => visit(variable),
            Self::Normalized(inner) | Self::Length(inner) => inner.for_each_variable_mut(visit),
            Self::Path(path) | Self::Count(path) => path.for_each_variable_mut(visit),
            Self::Text(_) | Self::Number(_) => {}
        }
    }
}

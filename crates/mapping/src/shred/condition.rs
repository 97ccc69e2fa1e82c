//! Conditions of predicates, with the meaning of XPath 1.0. Text that a condition looks at lives as long as it is looked at.

use std::borrow::Cow;

use xmlshred_model::WorkEnd;

use crate::path::Comparison;
use crate::plan::{CompiledCondition, CompiledOperand};

use super::view::{Item, Named, Stop, View};

/// Bytes of text that are compared in one step.
const BYTES_PER_STEP: usize = 64;

/// The texts of an operand.
enum Only<'a> {
    None,
    One(&'a str),
    /// Who asks must look at all.
    Unknown,
}

impl<'a> View<'a> {
    pub(crate) fn holds(&self, condition: &CompiledCondition, item: Item) -> Result<bool, WorkEnd> {
        Ok(match condition {
            CompiledCondition::And(left, right) => self.holds(left, item)? && self.holds(right, item)?,
            CompiledCondition::Or(left, right) => self.holds(left, item)? || self.holds(right, item)?,
            CompiledCondition::Not(inner) => !self.holds(inner, item)?,
            CompiledCondition::Exists(path) => self.first_from(path, item)?.is_some(),
            CompiledCondition::In(operand, texts) => {
                let is_in = &mut |text: &str| {
                    self.work.steps(texts.len() as u64)?;
                    Ok(texts.iter().any(|wanted| wanted == text))
                };
                match self.only_text(operand, item) {
                    Only::None => false,
                    Only::One(text) => {
                        self.work.steps(1)?;
                        is_in(text)?
                    }
                    Only::Unknown => self.any_text(operand, item, is_in)?,
                }
            }
            CompiledCondition::StartsWith(of, start) => {
                let (of, start) = (self.operand_text(of, item)?, self.operand_text(start, item)?);
                of.starts_with(&*start)
            }
            CompiledCondition::Contains(of, part) => {
                let (of, part) = (self.operand_text(of, item)?, self.operand_text(part, item)?);
                // Searching takes as many steps as both have bytes, whatever they are.
                self.reads(of.len() + part.len())?;
                match part.as_bytes() {
                    [byte] => memchr::memchr(*byte, of.as_bytes()).is_some(),
                    _ => of.contains(&*part),
                }
            }
            CompiledCondition::Compare { left, operator, right } => {
                self.compares(left, *operator, right, item)?
            }
            CompiledCondition::Above(levels, condition) => self.holds_above(*levels, condition, item)?,
        })
    }

    /// Whether a condition holds that depends on nothing but a node so many levels above.
    fn holds_above(&self, levels: u32, condition: &CompiledCondition, item: Item) -> Result<bool, WorkEnd> {
        let Some(start) = self.above(item, levels) else { return self.holds(condition, item) };
        self.work.steps(1)?;
        let known = &self.findings.conditions;
        if let Some(holds) = known.get(condition, start, item.node) {
            return Ok(holds);
        }
        let holds = self.holds(condition, item)?;
        known.keep(condition, self.extent_of(start), holds);
        Ok(holds)
    }

    /// Comparison of node sets: true when some pair of nodes compares true (XPath 1.0, section 3.4).
    fn compares(
        &self,
        left: &CompiledOperand,
        operator: Comparison,
        right: &CompiledOperand,
        item: Item,
    ) -> Result<bool, WorkEnd> {
        let constant = match right {
            CompiledOperand::Text(text) => Some(text.as_str()),
            CompiledOperand::Number(_) => Some(""),
            CompiledOperand::Path(_) => None,
        };
        match (self.only_text(left, item), constant) {
            (Only::None, Some(_)) => return Ok(false),
            (Only::One(text), Some(constant)) => {
                self.work.steps(1)?;
                return self.compares_texts((left, text), operator, (right, constant));
            }
            _ => {}
        }
        self.any_text(left, item, &mut |left_text| {
            self.any_text(right, item, &mut |right_text| {
                self.compares_texts((left, left_text), operator, (right, right_text))
            })
        })
    }

    #[inline]
    fn compares_texts(
        &self,
        (left, left_text): (&CompiledOperand, &str),
        operator: Comparison,
        (right, right_text): (&CompiledOperand, &str),
    ) -> Result<bool, WorkEnd> {
        let is_equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
        let is_number = |operand: &CompiledOperand| matches!(operand, CompiledOperand::Number(_));
        self.reads(left_text.len().min(right_text.len()))?;
        if is_equality && !is_number(left) && !is_number(right) {
            return Ok((left_text == right_text) == (operator == Comparison::Equal));
        }
        self.reads(left_text.len() + right_text.len())?;
        let (left, right) = (to_number(left, left_text), to_number(right, right_text));
        Ok(match operator {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Greater => left > right,
            Comparison::GreaterOrEqual => left >= right,
        })
    }

    /// The text of an operand that is an attribute of the element itself, as most are; nothing is counted.
    #[inline]
    fn only_text(&self, operand: &CompiledOperand, item: Item) -> Only<'a> {
        if let CompiledOperand::Path(path) = operand
            && let Some(symbol) = path.own_attribute()
            && item.attribute == 0
        {
            return match self.attribute(item.node, symbol) {
                Named::None => Only::None,
                Named::One(item) => self.plain_text(item).map_or(Only::Unknown, Only::One),
                Named::Several => Only::Unknown,
            };
        }
        Only::Unknown
    }

    /// Counts a walk over text.
    pub(super) fn reads(&self, bytes: usize) -> Result<(), WorkEnd> {
        self.work.steps((bytes / BYTES_PER_STEP) as u64)
    }

    /// Whether some text of the operand passes. A number has no text here: `to_number` knows it.
    fn any_text(
        &self,
        operand: &CompiledOperand,
        item: Item,
        passes: &mut dyn FnMut(&str) -> Result<bool, WorkEnd>,
    ) -> Result<bool, WorkEnd> {
        match operand {
            CompiledOperand::Text(text) => passes(text),
            CompiledOperand::Number(_) => passes(""),
            CompiledOperand::Path(path) => {
                let mut has_passed = false;
                self.select_from(path, item, &mut |found| {
                    self.work.steps(1)?;
                    has_passed = passes(&self.string_value(found)?)?;
                    if has_passed { Err(Stop::Enough) } else { Ok(()) }
                })?;
                Ok(has_passed)
            }
        }
    }

    fn operand_text<'t>(&self, operand: &'t CompiledOperand, item: Item) -> Result<Cow<'t, str>, WorkEnd>
    where
        'a: 't,
    {
        match self.only_text(operand, item) {
            Only::None => return Ok(Cow::Borrowed("")),
            Only::One(text) => return Ok(Cow::Borrowed(text)),
            Only::Unknown => {}
        }
        Ok(match operand {
            CompiledOperand::Text(text) => Cow::Borrowed(text),
            CompiledOperand::Number(number) => {
                // XPath's zero has no sign.
                let number = if *number == 0.0 { 0.0 } else { *number };
                Cow::Owned(number.to_string())
            }
            CompiledOperand::Path(path) => match self.first_from(path, item)? {
                Some(found) => self.string_value(found)?,
                None => Cow::Borrowed(""),
            },
        })
    }
}

/// XPath's `number()`: optional minus, digits with at most one point, white space around; anything else is no number.
fn to_number(operand: &CompiledOperand, text: &str) -> f64 {
    if let CompiledOperand::Number(number) = operand {
        return *number;
    }
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if is_number { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

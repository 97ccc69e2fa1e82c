//! Conditions of predicates, with the meaning of XPath 1.0. Text that a condition looks at lives as long as it is looked at.

use std::borrow::Cow;

use xmlshred_model::WorkEnd;

use crate::path::Comparison;
use crate::plan::{CompiledCondition, CompiledOperand, CompiledPath, Symbol};

use super::bound::{Kind, WHITE_SPACE, exact, to_number};
use super::near::Text;
use super::tree::NodeId;
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

/// A value that is compared.
#[derive(Clone, Copy)]
enum Side<'t> {
    Text(&'t str),
    Number(f64),
    /// A number with all its digits, as [`exact`] writes it.
    Exact(&'t str),
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
            CompiledCondition::EndsWith(of, end) => {
                let (of, end) = (self.operand_text(of, item)?, self.operand_text(end, item)?);
                of.ends_with(&*end)
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
            CompiledOperand::Text(text) => Some(Side::Text(text)),
            CompiledOperand::Number(number) => Some(Side::Number(*number)),
            _ => None,
        };
        match (self.only_text(left, item), constant) {
            (Only::None, Some(_)) => return Ok(false),
            (Only::One(text), Some(constant)) => {
                self.work.steps(1)?;
                return self.compares_sides(Side::Text(text), operator, constant);
            }
            _ => {}
        }
        self.any_side(left, item, &mut |left| {
            self.any_side(right, item, &mut |right| self.compares_sides(left, operator, right))
        })
    }

    #[inline]
    fn compares_sides(&self, left: Side<'_>, operator: Comparison, right: Side<'_>) -> Result<bool, WorkEnd> {
        self.reads(left.len().min(right.len()))?;
        if matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            let is_equal = match (left, right) {
                (Side::Text(left), Side::Text(right)) | (Side::Exact(left), Side::Exact(right)) => {
                    Some(left == right)
                }
                (Side::Exact(number), Side::Text(text)) | (Side::Text(text), Side::Exact(number)) => {
                    self.reads(text.len())?;
                    Some(exact(text).as_deref() == Some(number))
                }
                _ => None,
            };
            if let Some(is_equal) = is_equal {
                return Ok(is_equal == (operator == Comparison::Equal));
            }
        }
        self.reads(left.len() + right.len())?;
        let (left, right) = (left.number(), right.number());
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
            return match self.attribute_nearby(item.node, symbol) {
                Text::None => Only::None,
                Text::Plain(_, text) => Only::One(text),
                Text::Elsewhere => self.only_text_elsewhere(item.node, symbol),
            };
        }
        Only::Unknown
    }

    #[cold]
    fn only_text_elsewhere(&self, node: NodeId, symbol: Symbol) -> Only<'a> {
        match self.attribute(node, symbol) {
            Named::None => Only::None,
            Named::One(item) => self.plain_text(item).map_or(Only::Unknown, Only::One),
            Named::Several => Only::Unknown,
        }
    }

    /// Counts a walk over text.
    pub(super) fn reads(&self, bytes: usize) -> Result<(), WorkEnd> {
        self.work.steps((bytes / BYTES_PER_STEP) as u64)
    }

    /// Whether some text of the operand passes; that of a number is as XPath writes it.
    fn any_text(
        &self,
        operand: &CompiledOperand,
        item: Item,
        passes: &mut dyn FnMut(&str) -> Result<bool, WorkEnd>,
    ) -> Result<bool, WorkEnd> {
        if let CompiledOperand::Variable(variable) = operand {
            let bound = self.findings.variables.get(*variable);
            return if bound.kind == Kind::Null { Ok(false) } else { passes(&bound.text) };
        }
        self.any_side(operand, item, &mut |side| match side {
            Side::Text(text) | Side::Exact(text) => passes(text),
            Side::Number(number) => passes(&written(number)),
        })
    }

    /// Whether some value of the operand passes.
    fn any_side(
        &self,
        operand: &CompiledOperand,
        item: Item,
        passes: &mut dyn FnMut(Side<'_>) -> Result<bool, WorkEnd>,
    ) -> Result<bool, WorkEnd> {
        match operand {
            CompiledOperand::Text(text) => passes(Side::Text(text)),
            CompiledOperand::Number(number) => passes(Side::Number(*number)),
            CompiledOperand::Path(path) => {
                let mut has_passed = false;
                self.select_around(path, item, &mut |found| {
                    self.work.steps(1)?;
                    has_passed = passes(Side::Text(&self.string_value(found)?))?;
                    if has_passed { Err(Stop::Enough) } else { Ok(()) }
                })?;
                Ok(has_passed)
            }
            CompiledOperand::Normalized(_) => passes(Side::Text(&self.operand_text(operand, item)?)),
            CompiledOperand::Length(inner) => {
                let text = self.operand_text(inner, item)?;
                self.reads(text.len())?;
                passes(Side::Number(text.chars().count() as f64))
            }
            CompiledOperand::Count(path) => passes(Side::Number(self.count(path, item)?)),
            CompiledOperand::Variable(variable) => {
                let bound = self.findings.variables.get(*variable);
                match bound.kind {
                    // As an empty set of nodes.
                    Kind::Null => Ok(false),
                    Kind::Text => passes(Side::Text(&bound.text)),
                    Kind::Exact => passes(Side::Exact(&bound.exact)),
                    Kind::Double => passes(Side::Number(bound.number)),
                }
            }
        }
    }

    fn count(&self, path: &CompiledPath, item: Item) -> Result<f64, WorkEnd> {
        if let Some(found) = self.matches_around(path, item)? {
            return Ok(found.len() as f64);
        }
        let mut count = 0_u32;
        self.select_from(path, item, &mut |_| {
            self.work.steps(1)?;
            count += 1;
            Ok(())
        })?;
        Ok(f64::from(count))
    }

    /// XPath's `string()` of an operand.
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
            CompiledOperand::Number(number) => Cow::Owned(written(*number)),
            CompiledOperand::Path(path) => match self.first_around(path, item)? {
                Some(found) => self.string_value(found)?,
                None => Cow::Borrowed(""),
            },
            CompiledOperand::Normalized(inner) => {
                let text = self.operand_text(inner, item)?;
                self.reads(text.len())?;
                if is_normalized(&text) {
                    text
                } else {
                    self.work.value_bytes(text.len())?;
                    Cow::Owned(normalized(&text))
                }
            }
            CompiledOperand::Variable(variable) => {
                let text = self.findings.variables.get(*variable).text.clone();
                self.work.value_bytes(text.len())?;
                Cow::Owned(text)
            }
            CompiledOperand::Length(_) | CompiledOperand::Count(_) => {
                let mut text = String::new();
                self.any_text(operand, item, &mut |number| {
                    self.work.value_bytes(number.len())?;
                    number.clone_into(&mut text);
                    Ok(true)
                })?;
                Cow::Owned(text)
            }
        })
    }
}

impl Side<'_> {
    /// Bytes that are read to compare it.
    fn len(self) -> usize {
        match self {
            Self::Text(text) | Self::Exact(text) => text.len(),
            Self::Number(_) => 0,
        }
    }

    /// XPath's `number()`.
    fn number(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Text(text) | Self::Exact(text) => to_number(text),
        }
    }
}

/// XPath's `string()` of a number: no exponent, and zero has no sign.
fn written(number: f64) -> String {
    let number = if number == 0.0 { 0.0 } else { number };
    number.to_string()
}

fn is_normalized(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends_in_space = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    !ends_in_space
        && !bytes.iter().any(|byte| matches!(byte, b'\t' | b'\r' | b'\n'))
        && !bytes.array_windows().any(|pair| pair == b"  ")
}

/// XPath's `normalize-space()`.
fn normalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(WHITE_SPACE).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

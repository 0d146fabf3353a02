//! Expressions.

use std::sync::Arc;

use rustle_value::{Map, Value};

use super::{Frame, State};
use crate::ast::{Binary, Comparator};
use crate::code::{Code, Op};
use crate::error::Error;

impl State<'_> {
    /// The value of an expression; it may be undefined.
    ///
    /// # Errors
    /// If something undefined is used, or an operator or function fails. The error says where.
    pub(crate) fn eval(&self, code: &Code, frame: Frame<'_>) -> Result<Value, Error> {
        match &code.op {
            Op::Literal(value) => Ok(value.clone()),
            _ => self.compute(code, frame).map_err(|error| error.at(code.at as usize)),
        }
    }

    fn compute(&self, code: &Code, frame: Frame<'_>) -> Result<Value, Error> {
        match &code.op {
            Op::Literal(value) => Ok(value.clone()),
            Op::Global(name) => self.global(name, frame),
            Op::Local(local) => self.local(local, frame),
            Op::Attribute(value, name) => {
                let value = self.eval(value, frame)?;
                self.attribute(&value, name)
            }
            Op::Item(pair) => {
                let (value, item) = &**pair;
                let value = self.eval(value, frame)?;
                let item = self.operand(item, frame)?;
                self.item(&value, &item)
            }
            Op::Defined(value, undefined) => {
                let value = self.eval(value, frame)?;
                if self.is_deferred(&value) {
                    return Ok(value);
                }
                Ok(Value::Bool(value.is_undefined() == *undefined))
            }
            Op::Not(inner) => Ok(Value::Bool(!self.condition_of(inner, frame)?)),
            Op::And(pair) => self.and_or(pair, true, frame),
            Op::Or(pair) => self.and_or(pair, false, frame),
            Op::Compare(first, rest) => self.compare_chain(first, rest, frame).map(Value::Bool),
            Op::Conditional(parts) => {
                let (condition, then, otherwise) = &**parts;
                match (self.condition_of(condition, frame)?, otherwise) {
                    (true, _) => self.eval(then, frame),
                    (false, Some(otherwise)) => self.eval(otherwise, frame),
                    (false, None) => Ok(Value::undefined(super::finish::MISSING_ELSE)),
                }
            }
            _ => self.compute_more(code, frame),
        }
    }

    /// What is rarer, and needs more room on the stack.
    fn compute_more(&self, code: &Code, frame: Frame<'_>) -> Result<Value, Error> {
        self.check_stack()?;
        match &code.op {
            Op::Embedded(text) => {
                self.world.warn(
                    "Jinja constant strings should not contain embedded templates. \
                     This feature will be disabled by default in ansible-core 2.23.",
                );
                self.render_embedded(text)
            }
            Op::List(items) => self.eval_all(items, frame).map(|items| Value::List(Arc::new(items))),
            Op::Tuple(items) => self.eval_all(items, frame).map(|items| Value::Tuple(Arc::new(items))),
            Op::Dict(entries) => self.dict(entries, frame),
            Op::Minus(inner) => {
                let value = self.needed(inner, frame)?;
                super::arithmetic::minus(&value)
            }
            Op::Plus(inner) => {
                let value = self.needed(inner, frame)?;
                super::arithmetic::plus(&value)
            }
            Op::Binary(op, pair) => {
                let left = self.operand(&pair.0, frame)?;
                let right = self.operand(&pair.1, frame)?;
                self.defined(&left, &pair.0)?;
                self.defined(&right, &pair.1)?;
                if let (Binary::Mod, Value::Str(format)) = (op, &left) {
                    // Of a dictionary, only what the format names is looked at.
                    let named = right.as_map().is_some() && (format.contains("%(") || !format.contains('%'));
                    if !named {
                        self.check_defined(&right).map_err(|error| error.at(pair.1.at as usize))?;
                    }
                }
                super::arithmetic::binary(*op, &left, &right)
            }
            Op::Concat(parts) => {
                let values = self.eval_all(parts, frame)?;
                let mut text = String::new();
                for (value, part) in values.iter().zip(parts) {
                    text.push_str(&self.text(value).map_err(|error| error.at(part.at as usize))?);
                }
                Ok(Value::from(text))
            }
            Op::Slice(parts) => {
                let (value, [start, stop, step]) = &**parts;
                let value = self.eval(value, frame)?;
                let bound = |bound: &Option<Code>| match bound {
                    Some(code) => self.eval(code, frame),
                    None => Ok(Value::None),
                };
                let bounds = [bound(start)?, bound(stop)?, bound(step)?];
                self.slice(&value, &bounds)
            }
            Op::Call(call) => self.call_code(&call.0, &call.1, frame),
            Op::Method(call) => self.method_code(&call.0, &call.1, &call.2, frame),
            Op::Filter(call) => self.filter_code(call, code.at, frame),
            Op::Test(call) => self.test_code(call, code.at, frame),
            // `compute` has dealt with all others.
            _ => Ok(Value::None),
        }
    }

    pub(super) fn eval_all(&self, codes: &[Code], frame: Frame<'_>) -> Result<Vec<Value>, Error> {
        codes.iter().map(|code| self.eval(code, frame)).collect()
    }

    /// The value of an operand, settled. Ranges stay what they are.
    fn operand(&self, code: &Code, frame: Frame<'_>) -> Result<Value, Error> {
        let value = self.eval(code, frame)?;
        if matches!(value, Value::Object(_)) { Ok(value) } else { self.settle(value) }
    }

    /// Fails if the value of an operand is undefined. Python evaluates all operands before it looks at them.
    fn defined(&self, value: &Value, code: &Code) -> Result<(), Error> {
        match value {
            Value::Undefined(undefined) => Err(self.trip(undefined).at(code.at as usize)),
            _ => Ok(()),
        }
    }

    fn needed(&self, code: &Code, frame: Frame<'_>) -> Result<Value, Error> {
        let value = self.operand(code, frame)?;
        self.defined(&value, code)?;
        Ok(value)
    }

    /// Whether an expression holds.
    pub(super) fn condition_of(&self, code: &Code, frame: Frame<'_>) -> Result<bool, Error> {
        let value = self.eval(code, frame)?;
        self.truth(&value).map_err(|error| error.at(code.at as usize))
    }

    fn and_or(&self, pair: &(Code, Code), and: bool, frame: Frame<'_>) -> Result<Value, Error> {
        let left = self.eval(&pair.0, frame)?;
        let holds = self.truth(&left).map_err(|error| error.at(pair.0.at as usize))?;
        if holds == and { self.eval(&pair.1, frame) } else { Ok(left) }
    }

    fn compare_chain(
        &self,
        first: &Code,
        rest: &[(Comparator, Code)],
        frame: Frame<'_>,
    ) -> Result<bool, Error> {
        let (mut left, mut left_code) = (self.operand(first, frame)?, first);
        for (comparator, code) in rest {
            let right = self.operand(code, frame)?;
            let contained = matches!(comparator, Comparator::In | Comparator::NotIn);
            if contained {
                // What is looked for is looked at last, and not at all by what holds nothing.
                self.defined(&right, code)?;
            } else {
                self.defined(&left, left_code)?;
                self.defined(&right, code)?;
            }
            if !self.compare(*comparator, &left, &right)? {
                return Ok(false);
            }
            (left, left_code) = (right, code);
        }
        Ok(true)
    }

    fn compare(&self, comparator: Comparator, left: &Value, right: &Value) -> Result<bool, Error> {
        Ok(match comparator {
            Comparator::Eq => self.equal(left, right)?,
            Comparator::Ne => !self.equal(left, right)?,
            Comparator::In => self.contains(right, left)?,
            Comparator::NotIn => !self.contains(right, left)?,
            _ => super::arithmetic::order(comparator, left, right)?,
        })
    }

    pub(super) fn equal(&self, left: &Value, right: &Value) -> Result<bool, Error> {
        if left == right {
            return Ok(true);
        }
        // Something undefined within a container is equal to nothing, and says so.
        let comparable = matches!(
            (left, right),
            (Value::List(_), Value::List(_))
                | (Value::Tuple(_), Value::Tuple(_))
                | (Value::Map(_), Value::Map(_))
        );
        if comparable {
            self.check_defined(left)?;
            self.check_defined(right)?;
        }
        Ok(false)
    }

    fn dict(&self, entries: &[(Code, Code)], frame: Frame<'_>) -> Result<Value, Error> {
        let mut evaluated = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            evaluated.push((self.operand(key, frame)?, self.eval(value, frame)?));
        }
        let mut map = Map::with_capacity(entries.len());
        for ((key, value), (code, _)) in evaluated.into_iter().zip(entries) {
            self.defined(&key, code)?;
            hashable(&key).map_err(|error| error.at(code.at as usize))?;
            map.insert(key, value);
        }
        Ok(Value::Map(map))
    }
}

/// Fails if Python could not use `key` in a dictionary.
pub(super) fn hashable(key: &Value) -> Result<(), Error> {
    match key {
        Value::List(_) | Value::Map(_) => {
            Err(Error::type_error(format!("unhashable type: '{}'", key.type_name())))
        }
        Value::Tuple(items) => items.iter().try_for_each(hashable),
        _ => Ok(()),
    }
}

//! Python's `range`.

use std::any::Any;

use rustle_value::{Object, Value};

use super::super::arguments::Arguments;
use crate::error::{Error, ErrorKind};

/// The most items that a range may have when they are all needed.
const LONGEST_RANGE: usize = 10_000_000;

/// Python's `range`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RangeValue {
    start: i64,
    stop: i64,
    step: i64,
}

impl RangeValue {
    pub(super) fn call(args: Arguments) -> Result<RangeValue, Error> {
        if let Some(name) = args.named.keys().next() {
            return Err(Error::type_error(format!("range() takes no keyword arguments, got '{name}'")));
        }
        let numbers = args.positional.iter().map(|value| match value {
            Value::Int(int) => Ok(*int),
            Value::Bool(bool) => Ok(i64::from(*bool)),
            other => Err(Error::type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                other.type_name()
            ))),
        });
        let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
        let (start, stop, step) = match numbers.as_slice() {
            [] => return Err(Error::type_error("range expected at least 1 argument, got 0")),
            [stop] => (0, *stop, 1),
            [start, stop] => (*start, *stop, 1),
            [start, stop, step] => (*start, *stop, *step),
            more => {
                let message = format!("range expected at most 3 arguments, got {}", more.len());
                return Err(Error::type_error(message));
            }
        };
        if step == 0 {
            return Err(Error::value_error("range() arg 3 must not be zero"));
        }
        Ok(RangeValue { start, stop, step })
    }

    /// How many items it has.
    pub(crate) fn len(&self) -> usize {
        let span = if self.step > 0 {
            i128::from(self.stop) - i128::from(self.start)
        } else {
            i128::from(self.start) - i128::from(self.stop)
        };
        let step = i128::from(self.step).abs();
        usize::try_from(((span + step - 1) / step).max(0)).unwrap_or(usize::MAX)
    }

    pub(crate) fn item(&self, index: usize) -> Option<Value> {
        let index = i64::try_from(index).ok().filter(|_| index < self.len())?;
        Some(Value::Int(self.start.saturating_add(index.saturating_mul(self.step))))
    }

    /// The items at `start`, `start + step` and so on, before `stop`.
    pub(crate) fn slice(&self, start: i64, stop: i64, step: i64) -> RangeValue {
        let at = |index: i64| self.start.saturating_add(index.saturating_mul(self.step));
        RangeValue { start: at(start), stop: at(stop), step: self.step.saturating_mul(step) }
    }

    pub(crate) fn contains(&self, value: &Value) -> bool {
        let Value::Int(int) = value else { return false };
        let (low, high) = if self.step > 0 {
            (self.start, self.stop.saturating_sub(1))
        } else {
            (self.stop.saturating_add(1), self.start)
        };
        (low..=high).contains(int) && (i128::from(*int) - i128::from(self.start)) % i128::from(self.step) == 0
    }

    /// All items.
    pub(crate) fn items(&self) -> Result<Vec<Value>, Error> {
        let len = self.len();
        if len > LONGEST_RANGE {
            let message = format!("a range of {len} items is too long; {LONGEST_RANGE} are the most");
            return Err(Error::new(ErrorKind::Value, message));
        }
        Ok((0..len).filter_map(|index| self.item(index)).collect())
    }
}

impl Object for RangeValue {
    fn type_name(&self) -> &str {
        "range"
    }

    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "start" => Some(Value::Int(self.start)),
            "stop" => Some(Value::Int(self.stop)),
            "step" => Some(Value::Int(self.step)),
            _ => None,
        }
    }

    fn text(&self) -> String {
        match self.step {
            1 => format!("range({}, {})", self.start, self.stop),
            step => format!("range({}, {}, {step})", self.start, self.stop),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

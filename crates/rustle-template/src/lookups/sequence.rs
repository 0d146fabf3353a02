//! Sequences of numbers in a format.

use num_traits::ToPrimitive;
use rustle_value::{Map, Value, coerce, format, numbers};

use super::no_more_options;
use crate::call::Call;
use crate::error::Error;
use crate::registry::Lookup;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("sequence", sequence)];

/// The most numbers that a sequence has.
const MAX_RESULTS: u64 = 1_000_000;

/// What a sequence is made of.
#[derive(Clone)]
struct Range {
    start: i64,
    end: Option<i64>,
    count: Option<i64>,
    stride: i64,
    format: String,
}

/// `sequence`: terms are `5`, `2-10/2`, `4:host%02d`, or `start=0 end=8 stride=2 format=%02x`; the options are named
/// arguments too
fn sequence(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let mut defaults = Range { start: 1, end: None, count: None, stride: 1, format: "%d".to_owned() };
    let mut named = Map::new();
    for name in ["start", "end", "count", "stride", "format"] {
        if let Some(value) = call.named(name) {
            named.insert(name, value);
        }
    }
    no_more_options(call)?;
    for (name, value) in &named {
        defaults.set(&call.text(name)?, value)?;
    }
    let mut terms = call.rest(0);
    if terms.is_empty() && !named.is_empty() {
        terms.push(Value::str(""));
    }
    let mut out = Vec::new();
    for term in terms {
        let text = call.text(&term)?;
        let mut range = defaults.clone();
        if !range.shortcut(&text) {
            let options = coerce::parse_kv(&text, false).map_err(|error| Error::value_error(error.0))?;
            for (name, value) in &options.options {
                range.set(name, &Value::str(value))?;
            }
            if options.raw.is_some() {
                return Err(Error::value_error("unrecognized arguments to with_sequence: ['_raw_params']"));
            }
        }
        range.generate(&mut out)?;
    }
    Ok(out)
}

impl Range {
    fn set(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        if name == "format" {
            self.format = rustle_value::python::str(value);
            return Ok(());
        }
        // Base 0 reads `0x1f` and `0o17`; a leading zero alone means octal, as it did once.
        let number = match value {
            Value::Int(int) => Some(*int),
            other => number(&rustle_value::python::str(other)),
        };
        let number =
            number.ok_or_else(|| Error::value_error(format!("can't parse {name}={value} as integer")))?;
        match name {
            "start" => self.start = number,
            "end" => self.end = Some(number),
            "count" => self.count = Some(number),
            "stride" => self.stride = number,
            _ => {
                return Err(Error::value_error(format!(
                    "unrecognized arguments to with_sequence: ['{name}']"
                )));
            }
        }
        Ok(())
    }

    /// Reads `[start-]end[/stride][:format]`; whether the text was that.
    fn shortcut(&mut self, text: &str) -> bool {
        let (numbers, format) = match text.split_once(':') {
            Some((numbers, format)) if !format.is_empty() => (numbers, Some(format)),
            Some(_) => return false,
            None => (text, None),
        };
        let (bounds, stride) = match numbers.split_once('/') {
            Some((bounds, stride)) => (bounds, Some(stride)),
            None => (numbers, None),
        };
        let (start, end) = match bounds.split_once('-') {
            Some((start, end)) => (Some(start), end),
            None => (None, bounds),
        };
        let read = |text: Option<&str>| text.map(|text| number(text).ok_or(())).transpose();
        let (Ok(start), Ok(Some(end)), Ok(stride)) = (read(start), read(Some(end)), read(stride)) else {
            return false;
        };
        self.start = start.unwrap_or(self.start);
        self.end = Some(end);
        self.stride = stride.unwrap_or(self.stride);
        self.format = format.unwrap_or(&self.format).to_owned();
        true
    }

    fn generate(&self, out: &mut Vec<Value>) -> Result<(), Error> {
        let overflow = || Error::value_error("the sequence is too long");
        let end = match (self.count, self.end) {
            (None, None) => return Err(Error::value_error("must specify count or end in with_sequence")),
            (Some(_), Some(_)) => {
                return Err(Error::value_error("can't specify both count and end in with_sequence"));
            }
            (Some(0), None) => return Ok(()),
            (Some(count), None) => {
                let last = count.checked_mul(self.stride).and_then(|it| it.checked_add(self.start));
                last.and_then(|last| last.checked_sub(1)).ok_or_else(overflow)?
            }
            (None, Some(end)) => end,
        };
        if self.stride > 0 && end < self.start {
            return Err(Error::value_error("to count backwards make stride negative"));
        }
        if self.stride < 0 && end > self.start {
            return Err(Error::value_error("to count forward don't make stride negative"));
        }
        if self.stride == 0 {
            return Ok(());
        }
        if self.format.matches('%').count() != 1 {
            return Err(Error::value_error(format!("bad formatting string: {}", self.format)));
        }
        if self.start.abs_diff(end) / self.stride.unsigned_abs() >= MAX_RESULTS {
            return Err(overflow());
        }
        let mut at = self.start;
        while if self.stride > 0 { at <= end } else { at >= end } {
            let text = format::percent(&self.format, &Value::Int(at)).map_err(|_| {
                Error::value_error(format!("problem formatting {at} with {:?}", Value::str(&self.format)))
            })?;
            out.push(Value::from(text));
            at = at.checked_add(self.stride).ok_or_else(overflow)?;
        }
        Ok(())
    }
}

/// A decimal number, or an octal (`017`) or hexadecimal (`0x1f`) one.
fn number(text: &str) -> Option<i64> {
    let octal = text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers::parse_int(text, if octal { 8 } else { 0 })?.to_i64()
}

//! Types and choices of single arguments.

use rustle_value::coerce::{self, CoerceError};
use rustle_value::{Map, Value};

use super::{FaultKind, Level};
use crate::module_spec::{ArgSpec, ArgType};

impl Level<'_> {
    /// Coerces every argument to its type; the names of those that cannot be are returned.
    pub(super) fn types(&mut self, args: &[ArgSpec], params: &mut Map) -> Vec<String> {
        let mut failed = Vec::new();
        for arg in args {
            let Some(value) = params.get(&arg.name) else { continue };
            let optional = !arg.required && arg.default.is_none();
            if matches!(value, Value::Template(_)) || value.is_none() && optional {
                continue;
            }
            let value = match (&arg.kind, value) {
                (ArgType::List(_), value) if arg.expression && value.as_items().is_none() => {
                    Value::list([value.clone()])
                }
                (_, value) => value.clone(),
            };
            match self.coerced(arg, &value) {
                Some(value) => {
                    if let Some(place) = params.get_mut(&arg.name) {
                        *place = value;
                    }
                }
                None => failed.push(arg.name.clone()),
            }
        }
        failed
    }

    fn coerced(&mut self, arg: &ArgSpec, value: &Value) -> Option<Value> {
        let coerced = match coerce(&arg.kind, value) {
            Ok(value) => value,
            Err(error) if arg.kind == ArgType::Mode => {
                self.fault(FaultKind::Mode, &[&arg.name], error.0);
                return Some(value.clone());
            }
            Err(error) => {
                let message = self.type_message(arg, value, arg.kind.wanted(), &error);
                self.fault(FaultKind::Type, &[&arg.name], message);
                return None;
            }
        };
        match (&arg.kind, coerced) {
            (ArgType::List(of), Value::List(items)) => {
                let items: Vec<_> = items.iter().map(|item| self.element(arg, of, item)).collect();
                Some(Value::from(items.into_iter().collect::<Option<Vec<Value>>>()?))
            }
            (ArgType::Map(of), Value::Map(map)) => {
                let items: Vec<_> =
                    map.iter().map(|(key, item)| Some((key.clone(), self.element(arg, of, item)?))).collect();
                Some(Value::Map(items.into_iter().collect::<Option<Vec<_>>>()?.into_iter().collect()))
            }
            (_, value) => Some(value),
        }
    }

    /// Coerces one element of a list or mapping.
    fn element(&mut self, arg: &ArgSpec, kind: &ArgType, item: &Value) -> Option<Value> {
        if matches!(item, Value::Template(_)) {
            return Some(item.clone());
        }
        match coerce(kind, item) {
            Ok(value) => Some(value),
            Err(error) => {
                let place = if self.context.is_empty() {
                    String::new()
                } else {
                    format!(" found in '{}'", self.context.join(" -> "))
                };
                let message = format!(
                    "Elements value for option '{}'{place} is of type {} and we were unable to convert to {}: {}",
                    arg.name,
                    item.type_name(),
                    kind.wanted(),
                    shown(arg, item, &error)
                );
                self.fault(FaultKind::Type, &[&arg.name], message);
                None
            }
        }
    }

    fn type_message(&self, arg: &ArgSpec, value: &Value, wanted: &str, error: &CoerceError) -> String {
        let place = if self.context.is_empty() {
            String::new()
        } else {
            format!(" found in '{}'.", self.context.join(" -> "))
        };
        let (name, is) = (&arg.name, value.type_name());
        let why = shown(arg, value, error);
        format!("argument '{name}' is of type {is}{place} and we were unable to convert to {wanted}: {why}")
    }

    /// Compares every argument that has choices with them; the names of those that are none of them are returned.
    pub(super) fn choices(&mut self, args: &[ArgSpec], params: &mut Map) -> Vec<String> {
        let mut failed = Vec::new();
        for arg in args {
            let (words, many) = match &arg.kind {
                ArgType::Choice(words) => (words, false),
                ArgType::List(of) => match &**of {
                    ArgType::Choice(words) => (words, true),
                    _ => continue,
                },
                _ => continue,
            };
            let Some(value) = params.get(&arg.name) else { continue };
            let is_choice = |value: &Value| match value {
                Value::Template(_) => true,
                value => value.as_str().is_some_and(|text| words.iter().any(|word| word == text)),
            };
            if let (true, Some(items)) = (many, value.as_items()) {
                let others: Vec<&Value> = items.iter().filter(|item| !is_choice(item)).collect();
                if !others.is_empty() {
                    let others: Vec<String> = others.into_iter().map(|other| masked(arg, other)).collect();
                    let message = format!(
                        "value of {} must be one or more of: {}. Got no match for: {}",
                        arg.name,
                        words.join(", "),
                        others.join(", ")
                    );
                    let message = self.found_in(message);
                    self.fault(FaultKind::Choice, &[&arg.name], message);
                    failed.push(arg.name.clone());
                }
            } else if !is_choice(value) {
                if let Some(word) = word_for_boolean(value, words) {
                    let word = Value::str(word);
                    params.insert(&arg.name, word);
                    continue;
                }
                let got = masked(arg, value);
                let message =
                    format!("value of {} must be one of: {}, got: {got}", arg.name, words.join(", "));
                let message = self.found_in(message);
                self.fault(FaultKind::Choice, &[&arg.name], message);
                failed.push(arg.name.clone());
            }
        }
        failed
    }
}

/// The choice that YAML turned into a boolean (`no` among `yes, no`), if only one can be meant.
fn word_for_boolean<'a>(value: &Value, words: &'a [String]) -> Option<&'a str> {
    let meant: &[&str] = match value.as_str()? {
        "True" => &["y", "yes", "on", "1", "true", "t"],
        "False" => &["n", "no", "off", "0", "false", "f"],
        _ => return None,
    };
    let mut matching = words.iter().filter(|word| meant.contains(&word.as_str()));
    match (matching.next(), matching.next()) {
        (Some(word), None) => Some(word),
        _ => None,
    }
}

/// The text of a value in a message.
fn masked(arg: &ArgSpec, value: &Value) -> String {
    if arg.no_log { "********".into() } else { value.to_string() }
}

/// Why a value cannot be coerced, without the value itself if it must not be shown.
fn shown(arg: &ArgSpec, value: &Value, error: &CoerceError) -> String {
    match value {
        Value::None | Value::Bool(_) => error.0.clone(),
        _ if arg.no_log => format!("a {} was given, which is not shown", value.type_name()),
        _ => error.0.clone(),
    }
}

/// Makes `value` one of `kind`, a container without looking into it.
fn coerce(kind: &ArgType, value: &Value) -> Result<Value, CoerceError> {
    Ok(match kind {
        ArgType::Str | ArgType::Choice(_) | ArgType::Path => match value {
            Value::Str(_) => value.clone(),
            other => Value::from(coerce::str(other)?),
        },
        ArgType::Bool => Value::Bool(coerce::boolean(value)?),
        ArgType::Int => Value::Int(coerce::int(value)?),
        ArgType::Float => Value::Float(coerce::float(value)?),
        ArgType::Raw | ArgType::Custom(_) => value.clone(),
        ArgType::Mode => {
            let is_word = value.as_str() == Some("preserve");
            if let (Err(error), false) = (coerce::mode(value), is_word) {
                let octal = error.0.starts_with("Invalid");
                let message = if octal { error.0 } else { "mode must be in octal or symbolic form".into() };
                return Err(CoerceError(message));
            }
            value.clone()
        }
        ArgType::Json => Value::from(coerce::jsonarg(value)?),
        ArgType::List(_) => Value::from(coerce::list(value)?),
        ArgType::Map(_) | ArgType::Options(..) => Value::Map(coerce::dict(value)?),
    })
}

//! `'{}'.format(…)`.

use super::spec::format_value;
use crate::map::Map;
use crate::ops::{self, OpError};
use crate::python;
use crate::value::Value;

/// How deep specifications may nest (`{:{width}}`).
const MAX_DEPTH: usize = 2;

/// Python's `template.format(*args, **kwargs)`.
///
/// # Errors
/// As Python's. Attributes are those of objects; Jinja2's sandbox allows no others that a playbook needs.
pub fn braces(template: &str, args: &[Value], kwargs: &Map) -> Result<String, OpError> {
    Formatter { args, kwargs, next: Numbering::Unknown }.format(template, MAX_DEPTH)
}

/// Whether fields name their positions.
enum Numbering {
    Unknown,
    Automatic(usize),
    Manual,
}

struct Formatter<'a> {
    args: &'a [Value],
    kwargs: &'a Map,
    next: Numbering,
}

fn error(message: impl Into<String>) -> OpError {
    OpError::Value(message.into())
}

impl Formatter<'_> {
    fn format(&mut self, template: &str, depth: usize) -> Result<String, OpError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(error("Max string recursion exceeded"));
        };
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = brace.strip_prefix("{{") {
                out.push('{');
                rest = after;
            } else if let Some(after) = brace.strip_prefix("}}") {
                out.push('}');
                rest = after;
            } else if brace.starts_with('}') {
                return Err(error("Single '}' encountered in format string"));
            } else {
                let inner = &brace[1..];
                if inner.is_empty() {
                    return Err(error("Single '{' encountered in format string"));
                }
                let length = field_length(inner).ok_or_else(|| error("expected '}' before end of string"))?;
                out.push_str(&self.field(&inner[..length], depth)?);
                rest = &inner[length + 1..];
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// One field: `name!conversion:specification`.
    fn field(&mut self, field: &str, depth: usize) -> Result<String, OpError> {
        let mut in_brackets = false;
        let end = field.find(|c| match c {
            '[' => {
                in_brackets = true;
                false
            }
            ']' => {
                in_brackets = false;
                false
            }
            '!' | ':' => !in_brackets,
            _ => false,
        });
        let (name, tail) = field.split_at(end.unwrap_or(field.len()));
        let (conversion, spec) = match tail.strip_prefix('!') {
            None => (None, tail.strip_prefix(':').unwrap_or_default()),
            Some(tail) => {
                let conversion = tail
                    .chars()
                    .next()
                    .ok_or_else(|| error("end of string while looking for conversion specifier"))?;
                match &tail[conversion.len_utf8()..] {
                    "" => (Some(conversion), ""),
                    rest => {
                        let spec = rest.strip_prefix(':');
                        (
                            Some(conversion),
                            spec.ok_or_else(|| error("expected ':' after conversion specifier"))?,
                        )
                    }
                }
            }
        };
        let value = self.value(name)?;
        let value = match conversion {
            None => value,
            Some('s') => Value::from(python::str(&value)),
            Some('r') => Value::from(python::repr(&value)),
            Some('a') => Value::from(python::ascii(&value)),
            Some(other) => return Err(error(format!("Unknown conversion specifier {other}"))),
        };
        if spec.contains(['{', '}']) {
            let spec = self.format(spec, depth)?;
            format_value(&value, &spec)
        } else {
            format_value(&value, spec)
        }
    }

    fn value(&mut self, name: &str) -> Result<Value, OpError> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut path) = name.split_at(end);
        let mut value = self.argument(first)?;
        while !path.is_empty() {
            if let Some(attribute) = path.strip_prefix('.') {
                let end = attribute.find(['.', '[']).unwrap_or(attribute.len());
                let (attribute, rest) = attribute.split_at(end);
                if attribute.is_empty() {
                    return Err(error("Empty attribute in format string"));
                }
                value = self.attribute(&value, attribute)?;
                path = rest;
            } else if let Some((key, rest)) = path[1..].split_once(']') {
                value = item(&value, key)?;
                path = rest;
                if !path.is_empty() && !path.starts_with(['.', '[']) {
                    return Err(error("Only '.' or '[' may follow ']' in format field specifier"));
                }
            } else {
                return Err(error("Missing ']' in format string"));
            }
        }
        Ok(value)
    }

    fn argument(&mut self, name: &str) -> Result<Value, OpError> {
        let index = if name.is_empty() {
            match self.next {
                Numbering::Manual => {
                    return Err(error(
                        "cannot switch from manual field specification to automatic field numbering",
                    ));
                }
                Numbering::Unknown => {
                    self.next = Numbering::Automatic(1);
                    0
                }
                Numbering::Automatic(next) => {
                    self.next = Numbering::Automatic(next + 1);
                    next
                }
            }
        } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
            if matches!(self.next, Numbering::Automatic(_)) {
                return Err(error(
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            self.next = Numbering::Manual;
            name.parse().map_err(|_| error("Too many decimal digits in format string"))?
        } else {
            let found = self.kwargs.get(name).cloned();
            return found.ok_or_else(|| error(python::repr(&Value::str(name))));
        };
        self.args
            .get(index)
            .cloned()
            .ok_or_else(|| error(format!("Replacement index {index} out of range for positional args tuple")))
    }

    fn attribute(&self, value: &Value, name: &str) -> Result<Value, OpError> {
        let found = match (value, name) {
            (Value::Object(object), name) => object.get(name),
            (Value::Int(_) | Value::BigInt(_) | Value::Float(_), "real") => Some(value.clone()),
            (Value::Int(_) | Value::BigInt(_), "imag") => Some(Value::Int(0)),
            (Value::Float(_), "imag") => Some(Value::Float(0.0)),
            _ => None,
        };
        found.ok_or_else(|| error(format!("'{}' object has no attribute '{name}'", value.type_name())))
    }
}

fn item(value: &Value, key: &str) -> Result<Value, OpError> {
    let is_index = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let index = key.parse().ok().filter(|_| is_index).map_or_else(|| Value::str(key), Value::Int);
    if let Some(found) = ops::item(value, &index) {
        return Ok(found);
    }
    Err(match value {
        Value::Map(_) => error(python::repr(&index)),
        Value::List(_) | Value::Tuple(_) | Value::Str(_) => {
            let kind = if matches!(value, Value::Str(_)) { "string" } else { value.type_name() };
            if is_index {
                error(format!("{kind} index out of range"))
            } else {
                let kind = if kind == "string" { "string indices must be integers" } else { kind };
                OpError::Type(if matches!(value, Value::Str(_)) {
                    format!("{kind}, not 'str'")
                } else {
                    format!("{kind} indices must be integers or slices, not str")
                })
            }
        }
        other => OpError::Type(format!("'{}' object is not subscriptable", other.type_name())),
    })
}

/// How long a field is up to the brace that closes it.
fn field_length(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::literal_eval;

    fn formatted(template: &str, args: &str, kwargs: &str) -> String {
        let args = literal_eval(args).unwrap();
        let kwargs = literal_eval(kwargs).unwrap();
        match braces(template, args.as_items().unwrap(), kwargs.as_map().unwrap()) {
            Ok(text) => text,
            Err(error) => format!("{}: {error}", error.kind()),
        }
    }

    /// Recorded from CPython.
    #[test]
    fn results_are_pythons() {
        for (template, args, kwargs, wanted) in [
            ("{}-{}", "[1, 'a']", "{}", "1-a"),
            ("{1}{0}{1}", "[1, 'a']", "{}", "a1a"),
            ("{a!r:>5}", "[]", "{'a': 'b'}", "  'b'"),
            ("{0[a]}|{0[b][1]}", "[{'a': 1, 'b': [1, 2]}]", "{}", "1|2"),
            ("{:{}}|", "['a', 5]", "{}", "a    |"),
            ("{:>{w}}", "['a']", "{'w': 4}", "   a"),
            ("{{}}{!s}", "[None]", "{}", "{}None"),
            ("{!a}", "['é']", "{}", "'\\xe9'"),
            ("{:}", "[[1]]", "{}", "[1]"),
            ("{0.real}", "[1]", "{}", "1"),
            ("{}", "[]", "{}", "ValueError: Replacement index 0 out of range for positional args tuple"),
            (
                "{0}{}",
                "[1]",
                "{}",
                "ValueError: cannot switch from manual field specification to automatic field numbering",
            ),
            ("{a}", "[]", "{}", "ValueError: 'a'"),
            ("{", "[]", "{}", "ValueError: Single '{' encountered in format string"),
            ("}", "[]", "{}", "ValueError: Single '}' encountered in format string"),
            ("{a", "[]", "{}", "ValueError: expected '}' before end of string"),
            ("{!x}", "[1]", "{}", "ValueError: Unknown conversion specifier x"),
            ("{0[x]}", "[[1]]", "{}", "TypeError: list indices must be integers or slices, not str"),
            ("{0.x}", "[1]", "{}", "ValueError: 'int' object has no attribute 'x'"),
            ("{:{:{}}}", "[1, 2, 3]", "{}", "ValueError: Max string recursion exceeded"),
        ] {
            assert_eq!(formatted(template, args, kwargs), wanted, "{template:?}");
        }
    }
}

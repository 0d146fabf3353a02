//! The methods of Python's `str`.

mod case;
mod pad;
mod search;
mod split;

use crate::format;
use crate::map::Map;
use crate::ops::OpError;
use crate::python;
use crate::value::Value;

pub use case::{capitalize, is_space, title};
pub use split::{split, split_lines, split_words};

/// What the method `name` of `text` gives; `None` if there is no such method.
///
/// # Errors
/// As Python's: wrong or missing arguments, `substring not found`.
pub fn call(name: &str, text: &str, args: &[Value], kwargs: &Map) -> Option<Result<Value, OpError>> {
    let mut call = Arguments { name, args, kwargs: kwargs.clone(), asked: 0 };
    let called = match name {
        "format" => return Some(format::braces(text, args, kwargs).map(Value::from)),
        "format_map" => call.required(0, "mapping").and_then(|mapping| match mapping {
            Value::Map(map) => format::braces(text, &[], &map).map(Value::from),
            other => Err(call.wrong_type("a mapping", &other)),
        }),
        "encode" => encode(text, &mut call),
        "join" => join(text, &mut call),
        _ => case::call(name, text)
            .map(Ok)
            .or_else(|| pad::call(name, text, &mut call))
            .or_else(|| search::call(name, text, &mut call))
            .or_else(|| split::call(name, text, &mut call))?,
    };
    Some(called.and_then(|value| call.finish().map(|()| value)))
}

/// The arguments of one call. Each is taken once; what nobody took is refused at the end.
struct Arguments<'a> {
    name: &'a str,
    args: &'a [Value],
    kwargs: Map,
    asked: usize,
}

impl Arguments<'_> {
    fn arg(&mut self, index: usize, name: &str) -> Result<Option<Value>, OpError> {
        self.asked = self.asked.max(index + 1);
        let value = self.args.get(index).cloned().or_else(|| self.kwargs.remove(name));
        match value {
            Some(Value::Undefined(undefined)) => Err(OpError::Undefined(undefined)),
            other => Ok(other),
        }
    }

    fn required(&mut self, index: usize, name: &str) -> Result<Value, OpError> {
        let (method, given) = (self.name, self.args.len());
        self.arg(index, name)?.ok_or_else(|| {
            let plural = if index == 0 { "" } else { "s" };
            OpError::Type(format!("{method} expected at least {} argument{plural}, got {given}", index + 1))
        })
    }

    fn text(&mut self, index: usize, name: &str) -> Result<String, OpError> {
        match self.required(index, name)? {
            Value::Str(text) | Value::Template(text) => Ok(text.to_string()),
            other => Err(self.wrong_type("str", &other)),
        }
    }

    /// An integer, or what holds if it is left out or `None`.
    fn int(&mut self, index: usize, name: &str, default: i64) -> Result<i64, OpError> {
        match self.arg(index, name)? {
            None | Some(Value::None) => Ok(default),
            Some(Value::Int(int)) => Ok(int),
            Some(Value::Bool(bool)) => Ok(i64::from(bool)),
            Some(other) => Err(OpError::Type(format!(
                "'{}' object cannot be interpreted as an integer",
                other.type_name()
            ))),
        }
    }

    fn wrong_type(&self, wanted: &str, value: &Value) -> OpError {
        OpError::Type(format!("{}() argument must be {wanted}, not {}", self.name, value.type_name()))
    }

    fn finish(&self) -> Result<(), OpError> {
        if let Some(name) = self.kwargs.keys().next() {
            return Err(OpError::Type(format!(
                "{}() got an unexpected keyword argument '{name}'",
                self.name
            )));
        }
        if self.args.len() > self.asked {
            return Err(OpError::Type(match self.asked {
                0 => format!("str.{}() takes no arguments ({} given)", self.name, self.args.len()),
                most => format!("{} expected at most {most} arguments, got {}", self.name, self.args.len()),
            }));
        }
        Ok(())
    }
}

fn encode(text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let encoding = call.arg(0, "encoding")?.map_or("utf-8".into(), |name| python::str(&name));
    let errors = call.arg(1, "errors")?.map_or("strict".into(), |name| python::str(&name));
    let (label, last) = match encoding.to_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => return Ok(Value::Bytes(text.as_bytes().into())),
        "ascii" | "us-ascii" => ("'ascii'", 0x7f),
        "latin-1" | "latin1" | "iso-8859-1" => ("'latin-1'", 0xff),
        _ => return Err(OpError::Value(format!("unknown encoding: {encoding}"))),
    };
    let mut bytes = Vec::with_capacity(text.len());
    for (index, c) in text.chars().enumerate() {
        match (u8::try_from(u32::from(c)).ok().filter(|byte| *byte <= last), errors.as_str()) {
            (Some(byte), _) => bytes.push(byte),
            (None, "ignore") => {}
            (None, "replace") => bytes.push(b'?'),
            (None, _) => {
                return Err(OpError::Value(format!(
                    "{label} codec can't encode character {} in position {index}: ordinal not in range({})",
                    python::ascii(&Value::from(c.to_string())),
                    u32::from(last) + 1
                )));
            }
        }
    }
    Ok(Value::Bytes(bytes.into()))
}

fn join(between: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let items: Vec<Value> = match call.required(0, "iterable")? {
        Value::List(items) | Value::Tuple(items) => items.to_vec(),
        Value::Map(map) => map.keys().cloned().collect(),
        Value::Str(text) | Value::Template(text) => {
            text.chars().map(|c| Value::from(c.to_string())).collect()
        }
        _ => return Err(OpError::Type("can only join an iterable".into())),
    };
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        match item {
            Value::Str(text) | Value::Template(text) => out.push_str(text),
            Value::Undefined(undefined) => return Err(OpError::Undefined(undefined.clone())),
            other => {
                return Err(OpError::Type(format!(
                    "sequence item {index}: expected str instance, {} found",
                    other.type_name()
                )));
            }
        }
    }
    Ok(Value::from(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::literal_eval;

    fn shown(text: &str, name: &str, args: &str) -> String {
        let args = literal_eval(args).unwrap();
        match call(name, text, args.as_items().unwrap(), &Map::new()) {
            None => "no such method".into(),
            Some(Ok(value)) => python::repr(&value),
            Some(Err(error)) => format!("{}: {error}", error.kind()),
        }
    }

    /// Recorded from CPython.
    #[test]
    fn methods_are_pythons() {
        for (text, name, args, wanted) in [
            ("a,b,,c", "split", "[',']", "['a', 'b', '', 'c']"),
            (" a  b\t c ", "split", "[]", "['a', 'b', 'c']"),
            (" a  b\t c ", "split", "[None, 1]", "['a', 'b\\t c ']"),
            ("a,b,c", "split", "[',', 1]", "['a', 'b,c']"),
            ("a,b,c", "rsplit", "[',', 1]", "['a,b', 'c']"),
            (" a b  c ", "rsplit", "[None, 1]", "[' a b', 'c']"),
            ("", "split", "[',']", "['']"),
            ("", "split", "[]", "[]"),
            ("a", "split", "['']", "ValueError: empty separator"),
            ("a\r\nb\x0bc\n", "splitlines", "[]", "['a', 'b', 'c']"),
            ("a\nb", "splitlines", "[True]", "['a\\n', 'b']"),
            ("a=b=c", "partition", "['=']", "('a', '=', 'b=c')"),
            ("a=b=c", "rpartition", "['=']", "('a=b', '=', 'c')"),
            ("abc", "partition", "['=']", "('abc', '', '')"),
            ("abc", "rpartition", "['=']", "('', '', 'abc')"),
            ("  a ", "strip", "[]", "'a'"),
            ("xyaxy", "lstrip", "['yx']", "'axy'"),
            ("a\n", "rstrip", "[]", "'a'"),
            ("abc", "startswith", "[('x', 'a')]", "True"),
            ("abc", "startswith", "['b', 1]", "True"),
            ("abc", "endswith", "['b', 0, 2]", "True"),
            (
                "abc",
                "startswith",
                "[1]",
                "TypeError: startswith first arg must be str or a tuple of str, not int",
            ),
            ("héllo", "find", "['l']", "2"),
            ("héllo", "rfind", "['l']", "3"),
            ("héllo", "find", "['h', 1]", "-1"),
            ("abc", "index", "['x']", "ValueError: substring not found"),
            ("aaaa", "count", "['aa']", "2"),
            ("abc", "count", "['']", "4"),
            ("a-b-c", "replace", "['-', '+', 1]", "'a+b-c'"),
            ("abc", "replace", "['', '-']", "'-a-b-c-'"),
            ("hello wORLD's", "title", "[]", "\"Hello World'S\""),
            ("hELLO", "capitalize", "[]", "'Hello'"),
            ("aBß", "upper", "[]", "'ABSS'"),
            ("aB", "swapcase", "[]", "'Ab'"),
            ("42", "zfill", "[5]", "'00042'"),
            ("-42", "zfill", "[5]", "'-0042'"),
            ("ab", "center", "[5, '*']", "'**ab*'"),
            ("abc", "center", "[6]", "' abc  '"),
            ("ab", "ljust", "[4]", "'ab  '"),
            ("ab", "rjust", "[4, '0']", "'00ab'"),
            ("12", "isdigit", "[]", "True"),
            ("", "isdigit", "[]", "False"),
            ("1²", "isdigit", "[]", "True"),
            ("1²", "isdecimal", "[]", "False"),
            ("aé", "isalpha", "[]", "True"),
            ("Hello World", "istitle", "[]", "True"),
            ("a1", "isidentifier", "[]", "True"),
            ("A1", "isupper", "[]", "True"),
            (" \t", "isspace", "[]", "True"),
            ("a\tb", "expandtabs", "[4]", "'a   b'"),
            ("é", "encode", "[]", "b'\\xc3\\xa9'"),
            ("é", "encode", "['ascii', 'ignore']", "b''"),
            (", ", "join", "[['a', 'b']]", "'a, b'"),
            (", ", "join", "[[1]]", "TypeError: sequence item 0: expected str instance, int found"),
            ("{}!", "format", "[1]", "'1!'"),
            ("prefix-x", "removeprefix", "['prefix-']", "'x'"),
            ("x.yml", "removesuffix", "['.yml']", "'x'"),
            ("a", "upper", "[1]", "TypeError: str.upper() takes no arguments (1 given)"),
            ("a", "nope", "[]", "no such method"),
        ] {
            assert_eq!(shown(text, name, args), wanted, "{text:?}.{name}(*{args})");
        }
    }

    #[test]
    fn named_arguments() {
        let named = |name, kwargs| call(name, "a b c", &[], &kwargs).unwrap();
        let split = named("split", Map::from([("maxsplit", 1)])).unwrap();
        assert_eq!(python::repr(&split), "['a', 'b c']");
        let error = named("split", Map::from([("nope", 1)])).unwrap_err();
        assert_eq!(error.to_string(), "split() got an unexpected keyword argument 'nope'");
    }
}

//! The methods of values that do not change: text, numbers, bytes, tuples.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rustle_value::{Map, Value, strings};

use super::super::arguments::Arguments;
use crate::error::Error;

const OF_TEXT: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

const OF_INTEGERS: &[&str] = &[
    "__and__",
    "__lshift__",
    "__or__",
    "__rshift__",
    "__xor__",
    "bit_count",
    "bit_length",
    "conjugate",
    "is_integer",
];

/// Whether a value has a method called `name`.
pub(in crate::eval) fn has(value: &Value, name: &str) -> bool {
    match value {
        Value::Str(_) => OF_TEXT.contains(&name),
        Value::Tuple(_) => matches!(name, "count" | "index"),
        Value::Int(_) | Value::BigInt(_) | Value::Bool(_) => OF_INTEGERS.contains(&name),
        Value::Float(_) => matches!(name, "is_integer" | "conjugate"),
        Value::Bytes(_) => matches!(name, "decode" | "hex"),
        _ => false,
    }
}

/// Calls the method `name`, which `value` has.
pub(in crate::eval) fn call(value: &Value, name: &str, args: Vec<Value>, named: Map) -> Result<Value, Error> {
    match value {
        Value::Str(text) => match strings::call(name, text, &args, &named) {
            Some(result) => Ok(result?),
            None => Err(Error::type_error(format!("str.{name}() is not supported here"))),
        },
        Value::Tuple(items) => super::list::sequence(items, "tuple", name, Arguments::new(args, named)),
        Value::Float(float) => {
            Arguments::new(args, named).check(name, 0, 0)?;
            Ok(if name == "is_integer" { Value::Bool(float.fract() == 0.0) } else { value.clone() })
        }
        Value::Bytes(bytes) => match name {
            "hex" => Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()),
            _ => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Value::str(text)),
                Err(error) => Err(Error::value_error(format!("'utf-8' codec can't decode bytes: {error}"))),
            },
        },
        Value::Bool(bool) => of_integer(&BigInt::from(u8::from(*bool)), name, Arguments::new(args, named)),
        Value::Int(int) => of_integer(&BigInt::from(*int), name, Arguments::new(args, named)),
        Value::BigInt(int) => of_integer(int, name, Arguments::new(args, named)),
        other => Err(Error::type_error(format!("'{}' object is not callable", other.type_name()))),
    }
}

fn of_integer(int: &BigInt, name: &str, mut args: Arguments) -> Result<Value, Error> {
    if !name.starts_with("__") {
        args.check(name, 0, 0)?;
        return Ok(match name {
            "bit_length" => Value::from(int.bits()),
            "bit_count" => Value::from(int.magnitude().count_ones()),
            "is_integer" => Value::Bool(true),
            _ => Value::big(int.clone()),
        });
    }
    args.check(name, 1, 1)?;
    let other = match args.take(0, "value").unwrap_or_default() {
        Value::Int(other) => BigInt::from(other),
        Value::Bool(other) => BigInt::from(u8::from(other)),
        Value::BigInt(other) => (*other).clone(),
        other => {
            let kind = other.type_name();
            return Err(Error::type_error(format!("unsupported operand type for {name}: '{kind}'")));
        }
    };
    let shift =
        || other.to_u32().filter(|bits| *bits <= 100_000).ok_or_else(|| Error::value_error("shift count"));
    Ok(Value::big(match name {
        "__and__" => int & other,
        "__or__" => int | other,
        "__xor__" => int ^ other,
        "__lshift__" => int << shift()?,
        _ => int >> shift()?,
    }))
}

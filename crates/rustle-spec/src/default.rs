//! Defaults of arguments.

use rustle_schema::module_spec::ArgType;
use rustle_value::{Map, Value, coerce};
use syn::{Expr, ExprLit, ExprUnary, Lit, Type, UnOp};

use crate::kind::Kind;
use crate::meta::peel;

/// The value that a literal is: a text, a number, a boolean, a list of such, or `{}`.
///
/// # Errors
/// If it is anything else.
pub fn literal(expr: &Expr) -> syn::Result<Value> {
    let wrong = || {
        syn::Error::new_spanned(
            expr,
            "a literal must stand here: a text, a number, true, false, a list of such in brackets, or {}",
        )
    };
    Ok(match peel(expr) {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Value::from(text.value()),
            Lit::Int(int) => Value::Int(int.base10_parse()?),
            Lit::Float(float) => Value::Float(float.base10_parse()?),
            Lit::Bool(bool) => Value::Bool(bool.value),
            _ => return Err(wrong()),
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr: inner, .. }) => match literal(inner)? {
            Value::Int(int) => Value::Int(-int),
            Value::Float(float) => Value::Float(-float),
            _ => return Err(wrong()),
        },
        Expr::Array(array) => Value::from(array.elems.iter().map(literal).collect::<syn::Result<Vec<_>>>()?),
        Expr::Block(block) if block.block.stmts.is_empty() => Value::Map(Map::new()),
        _ => return Err(wrong()),
    })
}

/// What `#[arg(default)]` without a value stands for, if `kind` has such a value.
pub fn of_kind(kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::List(_) => Value::list([]),
        Kind::Map(_) | Kind::Named(_) => Value::Map(Map::new()),
        Kind::Known(kind) => match kind {
            ArgType::Bool => Value::Bool(false),
            ArgType::Int => Value::Int(0),
            ArgType::Float => Value::Float(0.0),
            ArgType::Str => Value::str(""),
            ArgType::Map(_) => Value::Map(Map::new()),
            _ => return None,
        },
    })
}

/// Why `value` cannot be the default of a `kind`, if it cannot.
pub fn misfit(value: &Value, kind: &Kind, ty: &Type) -> Option<String> {
    match (kind, value) {
        (Kind::List(of), Value::List(items)) => items.iter().find_map(|item| misfit(item, of, ty)),
        (Kind::List(_), _) => Some("the default of a list is a list: `[…]`".into()),
        (Kind::Map(_), Value::Map(_)) | (Kind::Named(_), _) => None,
        (Kind::Map(_), _) => Some("the default of a mapping is `{}`".into()),
        (Kind::Known(kind), value) => match (kind, value) {
            (ArgType::Str | ArgType::Path, Value::Str(_))
            | (ArgType::Bool, Value::Bool(_))
            | (ArgType::Float, Value::Float(_) | Value::Int(_))
            | (ArgType::Map(_), Value::Map(_))
            | (ArgType::Raw, _) => None,
            (ArgType::Int, Value::Int(int)) => out_of_range(*int, ty),
            (ArgType::Mode, value) => coerce::mode(value).err().map(|error| error.0),
            (kind, _) => Some(match kind {
                ArgType::Str | ArgType::Path => "the default must be a text in quotes".into(),
                ArgType::Bool => "the default must be `true` or `false`".into(),
                ArgType::Int => "the default must be a whole number".into(),
                ArgType::Float => "the default must be a number".into(),
                _ => "the default must be `{}`".into(),
            }),
        },
    }
}

/// That `value` cannot be the default of a type called `name`: it is none of its choices, or not its arguments.
pub fn unfit(value: &Value, name: &str) -> String {
    match value {
        Value::Str(word) => format!("`{word}` cannot be the default of `{name}`"),
        Value::Map(_) => {
            format!("`{{}}` cannot be the default of `{name}`, which has no arguments of its own")
        }
        _ => format!("this cannot be the default of `{name}`"),
    }
}

/// That the type of an integer does not hold `int`.
fn out_of_range(int: i64, ty: &Type) -> Option<String> {
    let name = quote::quote!(#ty).to_string();
    let (low, high): (i64, i64) = match name.rsplit([' ', '<', ':']).find(|part| part.len() > 1)? {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "usize" => (0, i64::MAX),
        _ => return None,
    };
    (!(low..=high).contains(&int)).then(|| format!("{int} is not between {low} and {high}"))
}

//! Types of fields, as far as their tokens tell.

use rustle_schema::module_spec::ArgType;
use syn::{GenericArgument, PathArguments, Type};

/// The type of a field, as far as its tokens tell.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A type that the language or the runtime brings.
    Known(ArgType),
    /// `Vec` of a type.
    List(Box<Kind>),
    /// `BTreeMap` or `HashMap` from text to a type.
    Map(Box<Kind>),
    /// A type that is declared somewhere: a choice, nested arguments, or one with its own `FromArg`.
    Named(Box<Named>),
}

/// A type that is declared somewhere.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its path.
    pub path: syn::Path,
    /// The last segment.
    pub name: String,
}

/// What stands inside `Option`, or the type itself, and whether it was one.
pub fn optional(ty: &Type) -> (&Type, bool) {
    match generic(ty) {
        Some((name, arguments)) if name == "Option" && arguments.len() == 1 => (arguments[0], true),
        _ => (ty, false),
    }
}

/// The kind of `ty`.
///
/// # Errors
/// If it can be none, at the part that cannot.
pub fn kind(ty: &Type) -> syn::Result<Kind> {
    let wrong = |message: &str| Err(syn::Error::new_spanned(ty, message));
    let Some((name, arguments)) = generic(ty) else {
        return wrong(
            "this cannot be the type of an argument: use String, bool, a number, PathBuf, Value, Map, Vec, BTreeMap, \
             Option, or a type with #[derive(Choice)], #[derive(Options)] or FromArg",
        );
    };
    match (name.as_str(), &arguments[..]) {
        ("Vec", [of]) => Ok(Kind::List(Box::new(kind(of)?))),
        ("Vec", _) => wrong("a list is written `Vec<T>`"),
        ("BTreeMap" | "HashMap", [key, of]) if is_string(key) => Ok(Kind::Map(Box::new(kind(of)?))),
        ("BTreeMap" | "HashMap", _) => wrong("a mapping is written `BTreeMap<String, T>`: its keys are text"),
        ("Option", _) => wrong("`Option` may only stand outermost: an argument that need not be given"),
        (name, []) => Ok(named(ty, name)),
        (name, _) => wrong(&format!("`{name}` with type parameters cannot be the type of an argument")),
    }
}

fn is_string(ty: &Type) -> bool {
    matches!(generic(ty), Some((name, arguments)) if name == "String" && arguments.is_empty())
}

fn named(ty: &Type, name: &str) -> Kind {
    let Type::Path(path) = peel(ty) else { return Kind::Known(ArgType::Raw) };
    let root = path.path.segments.first().map(|it| it.ident.to_string()).unwrap_or_default();
    let known = path.path.segments.len() == 1
        || matches!(root.as_str(), "std" | "core" | "alloc" | "rustle_runtime" | "rustle_value");
    let kind = match name {
        "String" => ArgType::Str,
        "bool" => ArgType::Bool,
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => ArgType::Int,
        "f32" | "f64" => ArgType::Float,
        "PathBuf" => ArgType::Path,
        "Value" => ArgType::Raw,
        "Map" => ArgType::Map(Box::new(ArgType::Raw)),
        _ => return Kind::Named(Box::new(Named { path: path.path.clone(), name: name.to_owned() })),
    };
    if known {
        Kind::Known(kind)
    } else {
        Kind::Named(Box::new(Named { path: path.path.clone(), name: name.to_owned() }))
    }
}

/// Without parentheses and invisible groups.
fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        other => other,
    }
}

/// The last segment of a path, and its type parameters.
fn generic(ty: &Type) -> Option<(String, Vec<&Type>)> {
    let Type::Path(path) = peel(ty) else { return None };
    if path.qself.is_some() {
        return None;
    }
    let segment = path.path.segments.last()?;
    let arguments = match &segment.arguments {
        PathArguments::None => Vec::new(),
        PathArguments::AngleBracketed(arguments) => {
            let types = arguments.args.iter().map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.collect::<Option<Vec<_>>>()?
        }
        PathArguments::Parenthesized(_) => return None,
    };
    Some((segment.ident.to_string(), arguments))
}

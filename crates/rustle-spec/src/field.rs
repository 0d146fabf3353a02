//! One field of a struct of arguments.

use proc_macro2::Span;
use rustle_schema::module_spec::{ArgSpec, ArgType, FileArg};
use rustle_value::Value;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Type};

use crate::default;
use crate::doc;
use crate::errors::Errors;
use crate::kind::{self, Kind};
use crate::meta::{self, Entry};
use crate::names;

const KEYS: &[&str] = &[
    "alias",
    "aliases",
    "default",
    "deprecated",
    "expression",
    "file",
    "flatten",
    "free_form",
    "internal",
    "no_log",
    "rename",
    "rest",
];

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its type, without `Option`.
    pub ty: Type,
    /// What it is for.
    pub role: Role,
}

/// What a field is for.
#[derive(Clone, Debug)]
pub enum Role {
    /// An argument.
    Argument(Box<Argument>),
    /// Arguments of a shared group.
    Flatten,
    /// Everything that is not declared.
    Rest,
    /// Set by the module's `prepare`, under this key.
    Internal(String),
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name in a playbook.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Where its name stands.
    pub span: Span,
    /// Where the aliases stand, in their order.
    pub alias_spans: Vec<Span>,
    /// Its type.
    pub kind: Kind,
    /// Whether the field is an `Option`.
    pub optional: bool,
    /// `default`.
    pub default: Option<Value>,
    /// Where the default stands.
    pub default_span: Span,
    /// Its documentation.
    pub doc: String,
    /// `no_log`.
    pub no_log: bool,
    /// `expression`.
    pub expression: bool,
    /// `free_form`.
    pub free_form: bool,
    /// `file`.
    pub file: Option<FileArg>,
    /// `deprecated`.
    pub deprecated: Option<String>,
}

impl Argument {
    /// All its names, with where they stand.
    pub fn names(&self) -> impl Iterator<Item = (&str, Span)> {
        let aliases = self.aliases.iter().map(String::as_str).zip(self.alias_spans.iter().copied());
        [(self.name.as_str(), self.span)].into_iter().chain(aliases)
    }

    /// Its specification, where its type is `kind`.
    pub fn spec(&self, kind: ArgType) -> ArgSpec {
        ArgSpec {
            name: self.name.clone(),
            aliases: self.aliases.clone(),
            kind,
            required: !self.optional && self.default.is_none(),
            default: self.default.clone(),
            doc: self.doc.clone(),
            no_log: self.no_log,
            expression: self.expression,
            file: self.file,
            deprecated: self.deprecated.clone(),
        }
    }
}

/// Reads a field that has a name, of a module or of nested arguments.
pub fn read(field: &syn::Field, ident: &Ident, is_module: bool, errors: &mut Errors) -> Option<Field> {
    let conditional = |attr: &&Attribute| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr");
    if let (true, Some(attr)) = (is_module, field.attrs.iter().find(conditional)) {
        errors.at(
            attr,
            "an attribute macro cannot tell whether this holds: put the argument into a struct with #[derive(Options)], \
             which the compiler reads first, and flatten that",
        );
    }
    let entries = meta::entries_of(&field.attrs, "arg", KEYS, errors);
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let doc = doc::text(&field.attrs);
    let (ty, optional) = kind::optional(&field.ty);
    for role in ["flatten", "rest", "internal"] {
        if let Some(entry) = find(role) {
            entry.flag(errors);
            for other in entries.iter().filter(|other| other.key != role) {
                errors.push(syn::Error::new(
                    other.span(),
                    format!("`{}` means nothing beside `{role}`", other.key),
                ));
            }
            let role = special(role, &field.ty, ty, optional, ident, errors)?;
            return Some(Field { ident: ident.clone(), ty: ty.clone(), role });
        }
    }
    if doc.is_empty() {
        errors.at(
            ident,
            format!("`{ident}` needs a documentation comment: what does a playbook's author give here?"),
        );
    }
    let kind = errors.take(kind::kind(ty));
    let (name, span) = match find("rename").and_then(|entry| entry.text(errors)) {
        Some(name) => (name.value(), name.span()),
        None => (ident.unraw().to_string(), ident.span()),
    };
    let mut names = vec![(name.clone(), span)];
    let aliases = find("alias").and_then(|entry| entry.text(errors)).into_iter();
    let aliases: Vec<LitStr> =
        aliases.chain(find("aliases").map(|entry| entry.texts(errors)).unwrap_or_default()).collect();
    names.extend(aliases.iter().map(|alias| (alias.value(), alias.span())));
    for (name, span) in &names {
        if let Err(why) = names::argument(name) {
            errors.push(syn::Error::new(*span, why));
        }
    }
    for key in ["no_log", "expression", "free_form"] {
        if let Some(entry) = find(key) {
            entry.flag(errors);
        }
    }
    let kind = kind?;
    check_expression(&kind, find("expression"), ty, errors);
    let default =
        find("default").and_then(|entry| read_default(entry, &kind, &field.ty, ty, optional, errors));
    let argument = Argument {
        name,
        aliases: aliases.iter().map(LitStr::value).collect(),
        alias_spans: aliases.iter().map(LitStr::span).collect(),
        span,
        optional,
        default,
        default_span: find("default").map_or(span, Entry::value_span),
        doc,
        no_log: find("no_log").is_some(),
        expression: find("expression").is_some(),
        free_form: find("free_form").is_some(),
        file: find("file").and_then(|entry| read_file(entry, errors)),
        deprecated: find("deprecated").and_then(|entry| entry.text(errors)).map(|text| text.value()),
        kind,
    };
    Some(Field { ident: ident.clone(), ty: ty.clone(), role: Role::Argument(Box::new(argument)) })
}

fn special(
    role: &str,
    written: &Type,
    ty: &Type,
    optional: bool,
    ident: &Ident,
    errors: &mut Errors,
) -> Option<Role> {
    let kind = errors.take(kind::kind(ty))?;
    match role {
        "flatten" => {
            if optional || !matches!(kind, Kind::Named(_)) {
                errors.at(written, "a shared group is a struct with #[derive(Options)]");
            }
            Some(Role::Flatten)
        }
        "rest" => {
            if optional || !matches!(kind, Kind::Known(ArgType::Map(_))) {
                errors.at(written, "what is not declared arrives as a `Map`");
            }
            Some(Role::Rest)
        }
        _ => {
            if !optional {
                errors.at(written, "what `prepare` may set is an `Option`");
            }
            Some(Role::Internal(format!("_{}", ident.unraw())))
        }
    }
}

fn read_default(
    entry: &Entry,
    kind: &Kind,
    written: &Type,
    ty: &Type,
    optional: bool,
    errors: &mut Errors,
) -> Option<Value> {
    if optional {
        errors.at(written, "an argument with a default is never absent: write the type without `Option`");
    }
    let Some(expr) = &entry.value else {
        let value = default::of_kind(kind);
        if value.is_none() {
            errors
                .push(syn::Error::new(entry.span(), "this type has no natural default: write `default = …`"));
        }
        return value;
    };
    let value = errors.take(default::literal(expr))?;
    if let Some(why) = default::misfit(&value, kind, ty) {
        errors.at(expr, why);
        return None;
    }
    Some(value)
}

fn read_file(entry: &Entry, errors: &mut Errors) -> Option<FileArg> {
    let text = entry.text(errors)?;
    match text.value().as_str() {
        "files" => Some(FileArg::Files),
        "templates" => Some(FileArg::Templates),
        "vars" => Some(FileArg::Vars),
        other => {
            errors.at(&text, format!("`{other}` is none of: files, templates, vars"));
            None
        }
    }
}

/// That an expression arrives evaluated, and nothing else does.
fn check_expression(kind: &Kind, expression: Option<&Entry>, ty: &Type, errors: &mut Errors) {
    let evaluated = |kind: &Kind| matches!(kind, Kind::Named(named) if named.name == "Evaluated");
    let is_evaluated = match kind {
        Kind::List(of) => evaluated(of),
        other => evaluated(other),
    };
    match expression {
        Some(_) if !is_evaluated => {
            errors.at(ty, "an expression arrives as `Evaluated`, several as `Vec<Evaluated>`");
        }
        None if is_evaluated => {
            errors.push(syn::Error::new(ty.span(), "`Evaluated` needs `#[arg(expression)]`"));
        }
        _ => {}
    }
}

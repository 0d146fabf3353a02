//! Structs of arguments: modules, and arguments nested in them.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use rustle_schema::module_spec::{ModuleSpec, Rule};
use syn::ext::IdentExt;
use syn::{Attribute, Fields, Generics, Ident, LitStr};

use crate::attribute::{self, Attribute as Says};
use crate::doc::{self, Doc};
use crate::errors::Errors;
use crate::field::{self, Argument, Field, Role};
use crate::meta;
use crate::rules::{self, RuleKey, WrittenRule};

/// A module as it is written.
#[derive(Debug)]
pub struct Module {
    /// The struct's name.
    pub ident: Ident,
    /// What the attribute says.
    pub says: Says,
    /// What the documentation says.
    pub doc: Doc,
    /// Its fields and rules.
    pub body: Body,
}

/// The fields of a struct of arguments, and the rules over them.
#[derive(Debug, Default)]
pub struct Body {
    /// The fields in order.
    pub fields: Vec<Field>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Names in rules that no field here declares, which a shared group must.
    pub foreign: Vec<LitStr>,
}

impl Body {
    /// The arguments among the fields.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.fields.iter().filter_map(|field| match &field.role {
            Role::Argument(argument) => Some(&**argument),
            _ => None,
        })
    }

    /// The field that takes free-form text.
    pub fn free_form(&self) -> Option<&Argument> {
        self.arguments().find(|argument| argument.free_form)
    }

    /// The field that takes what is not declared.
    pub fn rest(&self) -> Option<&Ident> {
        self.fields.iter().find(|field| matches!(field.role, Role::Rest)).map(|field| &field.ident)
    }
}

impl Module {
    /// Its specification as far as it stands here: without arguments and rules, without the crate, and without the version
    /// where that is the crate's.
    pub fn spec(&self) -> ModuleSpec {
        ModuleSpec {
            name: self.says.name.clone(),
            aliases: self.says.aliases.clone(),
            version: self.says.version.clone().unwrap_or_default(),
            krate: String::new(),
            summary: self.doc.summary.clone(),
            description: self.doc.description.clone(),
            args: Vec::new(),
            rules: Vec::new(),
            free_form: self.body.free_form().map(|argument| argument.name.clone()),
            rest: self.body.rest().map(|ident| ident.unraw().to_string()),
            returns: self.doc.returns.clone(),
            examples: self.doc.examples.clone(),
            effects: self.says.effects.clone(),
            permissions: self.says.permissions.clone(),
            check_mode: self.says.check_mode,
            diff_mode: self.says.diff_mode,
        }
    }
}

/// Reads a module: the attribute's tokens and place, and the item that it stands on.
pub fn read(tokens: TokenStream, item: &syn::Item, span: Span, errors: &mut Errors) -> Option<Module> {
    let syn::Item::Struct(item) = item else {
        errors.at(item_head(item), "a module is a struct with named fields, which are its arguments");
        return None;
    };
    let says = attribute::read(tokens, span, &item.ident, errors);
    let text = doc::text(&item.attrs);
    if text.is_empty() {
        errors.at(
            &item.ident,
            format!("`{}` needs a documentation comment: what does the module do?", item.ident),
        );
    }
    let body = body(&item.ident, &item.generics, &item.fields, says.rules.clone(), true, errors)?;
    Some(Module { ident: item.ident.clone(), says, doc: doc::read(&text), body })
}

/// Reads a struct with `#[derive(Options)]`; its rules stand in `#[options(…)]`.
pub fn read_options(
    ident: &Ident,
    attrs: &[Attribute],
    generics: &Generics,
    fields: &Fields,
    errors: &mut Errors,
) -> Option<Body> {
    let entries = meta::entries_of(attrs, "options", &rules::KEYS, errors);
    let mut written = Vec::new();
    for entry in &entries {
        if let Some(key) = RuleKey::of(&entry.key) {
            written.extend(rules::read(key, entry, errors));
        }
    }
    body(ident, generics, fields, written, false, errors)
}

fn body(
    ident: &Ident,
    generics: &Generics,
    fields: &Fields,
    written: Vec<WrittenRule>,
    is_module: bool,
    errors: &mut Errors,
) -> Option<Body> {
    if !generics.params.is_empty() {
        errors.at(&generics.params, "arguments have no type parameters or lifetimes");
    }
    let list: Vec<&syn::Field> = match fields {
        Fields::Named(named) => named.named.iter().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(unnamed) => {
            errors.at(unnamed, "the fields are arguments, so they need names");
            return None;
        }
    };
    if !is_module && list.is_empty() {
        errors.at(ident, "nested arguments need at least one field");
    }
    let mut body = Body::default();
    for field in list {
        if let Some(ident) = &field.ident {
            body.fields.extend(field::read(field, ident, is_module, errors));
        }
    }
    check_names(&body, errors);
    check_roles(&body, is_module, errors);
    check_rules(&mut body, written, errors);
    Some(body)
}

/// That no two arguments share a name.
fn check_names(body: &Body, errors: &mut Errors) {
    let mut seen: BTreeMap<&str, &Ident> = BTreeMap::new();
    for field in &body.fields {
        let Role::Argument(argument) = &field.role else { continue };
        for (name, span) in argument.names() {
            if let Some(other) = seen.insert(name, &field.ident) {
                errors.push(syn::Error::new(
                    span,
                    format!("`{name}` is a name of the field `{other}` already"),
                ));
            }
        }
    }
}

/// That free-form text, the rest and internal fields stand where they can.
fn check_roles(body: &Body, is_module: bool, errors: &mut Errors) {
    let free_form: Vec<&Argument> = body.arguments().filter(|argument| argument.free_form).collect();
    if let Some(second) = free_form.get(1) {
        errors.push(syn::Error::new(second.span, "free-form text can arrive in one field only"));
    }
    let rest: Vec<&Field> = body.fields.iter().filter(|field| matches!(field.role, Role::Rest)).collect();
    if let Some(second) = rest.get(1) {
        errors.at(&second.ident, "what is not declared can arrive in one field only");
    }
    if is_module {
        return;
    }
    for field in &body.fields {
        let what = match &field.role {
            Role::Rest => "rest",
            Role::Internal(_) => "internal",
            Role::Argument(argument) if argument.free_form => "free_form",
            Role::Argument(argument) if argument.file.is_some() => "file",
            _ => continue,
        };
        errors.at(&field.ident, format!("`{what}` is for the fields of a module"));
    }
}

/// That rules name arguments by their own names.
fn check_rules(body: &mut Body, written: Vec<WrittenRule>, errors: &mut Errors) {
    let shared = body.fields.iter().any(|field| matches!(field.role, Role::Flatten));
    let mut foreign = Vec::new();
    for WrittenRule { rule, names } in written {
        for name in names {
            let text = name.value();
            if body.arguments().any(|argument| argument.name == text) {
                continue;
            }
            if let Some(argument) = body.arguments().find(|argument| argument.aliases.contains(&text)) {
                errors.at(&name, format!("`{text}` is an alias: write `{}`", argument.name));
            } else if shared {
                foreign.push(name);
            } else {
                let known: Vec<&str> = body.arguments().map(|argument| argument.name.as_str()).collect();
                let hint = meta::nearest(&text, &known);
                let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                errors.at(&name, format!("there is no argument `{text}`{hint}"));
            }
        }
        body.rules.push(rule);
    }
    body.foreign = foreign;
}

/// The tokens by which an item that is no struct is best pointed at.
fn item_head(item: &syn::Item) -> TokenStream {
    match item {
        syn::Item::Enum(item) => item.enum_token.to_token_stream(),
        syn::Item::Union(item) => item.union_token.to_token_stream(),
        syn::Item::Fn(item) => item.sig.to_token_stream(),
        other => other.to_token_stream(),
    }
}

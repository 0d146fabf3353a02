//! The entries of an attribute: `key`, `key = value`.

use proc_macro2::{Span, TokenStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Token};

use crate::errors::Errors;

/// One entry of an attribute.
#[derive(Debug)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// What stands behind `=`, if anything does.
    pub value: Option<Expr>,
    meta: Meta,
}

/// The entries of `tokens`, each of which must be one of `known`, once.
pub fn entries(tokens: TokenStream, known: &[&str], errors: &mut Errors) -> Vec<Entry> {
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Some(metas) = errors.take(syn::parse::Parser::parse2(parser, tokens)) else { return Vec::new() };
    let mut entries: Vec<Entry> = Vec::new();
    for meta in metas {
        let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        if !known.contains(&key.as_str()) {
            errors.at(meta.path(), unknown(&key, known));
        } else if entries.iter().any(|entry| entry.key == key) {
            errors.at(meta.path(), format!("`{key}` is given twice"));
        } else {
            match &meta {
                Meta::Path(_) => entries.push(Entry { key, value: None, meta }),
                Meta::NameValue(pair) => {
                    let value = Some(pair.value.clone());
                    entries.push(Entry { key, value, meta });
                }
                Meta::List(_) => errors.at(&meta, format!("write `{key} = …`")),
            }
        }
    }
    entries
}

/// The entries of every attribute called `name`.
pub fn entries_of(attrs: &[Attribute], name: &str, known: &[&str], errors: &mut Errors) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        let Meta::List(list) = &attr.meta else {
            errors.at(attr, format!("write `#[{name}(…)]`"));
            continue;
        };
        for entry in entries(list.tokens.clone(), known, errors) {
            if all.iter().any(|other| other.key == entry.key) {
                errors.at(entry.meta.path(), format!("`{}` is given twice", entry.key));
            } else {
                all.push(entry);
            }
        }
    }
    all
}

/// That nobody knows `name`, and who might be meant.
pub fn unknown(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("unknown key `{name}`; did you mean `{near}`?"),
        None => format!("unknown key `{name}`; known are {}", known.join(", ")),
    }
}

/// The one of `known` that is most like `name`, if any is like it.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |it: &&str| strsim::damerau_levenshtein(name, it);
    let best = known.iter().copied().min_by_key(distance)?;
    // A third of a word may be mistyped; more is another word.
    (distance(&best) * 3 <= best.len().max(name.len())).then_some(best)
}

impl Entry {
    /// Where it stands.
    pub fn span(&self) -> Span {
        self.meta.span()
    }

    /// Where its value stands, or itself if it has none.
    pub fn value_span(&self) -> Span {
        self.value.as_ref().map_or_else(|| self.span(), Spanned::span)
    }

    /// That it has no value.
    pub fn flag(&self, errors: &mut Errors) {
        if let Some(value) = &self.value {
            errors.at(value, format!("`{}` takes no value", self.key));
        }
    }

    /// Its value, which must be a text.
    pub fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        match &self.value {
            Some(value) => text(value, errors),
            None => {
                errors.at(&self.meta, format!("write `{} = \"…\"`", self.key));
                None
            }
        }
    }

    /// Its value, which must be a list of texts.
    pub fn texts(&self, errors: &mut Errors) -> Vec<LitStr> {
        match &self.value {
            Some(value) => texts(value, errors),
            None => {
                errors.at(&self.meta, format!("write `{} = [\"…\"]`", self.key));
                Vec::new()
            }
        }
    }
}

/// A text.
pub fn text(expr: &Expr, errors: &mut Errors) -> Option<LitStr> {
    match peel(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        other => {
            errors.at(
                other,
                "a text in quotes must stand here: the build reads it without running the compiler",
            );
            None
        }
    }
}

/// A list of texts.
pub fn texts(expr: &Expr, errors: &mut Errors) -> Vec<LitStr> {
    match peel(expr) {
        Expr::Array(array) => array.elems.iter().filter_map(|item| text(item, errors)).collect(),
        other => {
            errors.at(other, "a list of texts must stand here: `[\"…\", \"…\"]`");
            Vec::new()
        }
    }
}

/// Without the invisible groups that macros leave.
pub fn peel(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => peel(&group.expr),
        other => other,
    }
}

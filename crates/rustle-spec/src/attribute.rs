//! What `#[rustle_module(…)]` says.

use proc_macro2::{Span, TokenStream};
use rustle_schema::module_spec::Support;
use syn::{Ident, LitStr};

use crate::errors::Errors;
use crate::meta::{self, Entry};
use crate::names;
use crate::rules::{self, RuleKey, WrittenRule};

const KEYS: &[&str] = &[
    "name",
    "aliases",
    "version",
    "check_mode",
    "diff_mode",
    "effects",
    "permissions",
    "mutually_exclusive",
    "required_together",
    "required_one_of",
    "required_if",
    "required_by",
];

/// What `#[rustle_module(…)]` says.
#[derive(Debug, Default)]
pub struct Attribute {
    /// `name`.
    pub name: String,
    /// `aliases`.
    pub aliases: Vec<String>,
    /// `version`, where it is not that of the crate.
    pub version: Option<String>,
    /// `check_mode`.
    pub check_mode: Support,
    /// `diff_mode`.
    pub diff_mode: Support,
    /// `effects`.
    pub effects: Vec<String>,
    /// `permissions`.
    pub permissions: Vec<String>,
    /// The rules over several arguments.
    pub rules: Vec<WrittenRule>,
}

/// Reads the attribute that stands at `span` on `ident`.
pub fn read(tokens: TokenStream, span: Span, ident: &Ident, errors: &mut Errors) -> Attribute {
    let mut attribute = Attribute::default();
    let entries = meta::entries(tokens, KEYS, errors);
    let mut named = false;
    for entry in &entries {
        match entry.key.as_str() {
            "name" => {
                named = true;
                let name = entry.text(errors);
                attribute.name = name.and_then(|it| checked(&it, names::module, errors)).unwrap_or_default();
            }
            "aliases" => attribute.aliases = checked_all(entry, names::module, errors),
            "version" => {
                attribute.version = entry.text(errors).and_then(|it| checked(&it, names::version, errors));
            }
            "check_mode" => attribute.check_mode = support(entry, errors),
            "diff_mode" => attribute.diff_mode = support(entry, errors),
            "effects" => attribute.effects = checked_all(entry, names::effect, errors),
            "permissions" => attribute.permissions = checked_all(entry, names::permission, errors),
            key => {
                if let Some(key) = RuleKey::of(key) {
                    attribute.rules.extend(rules::read(key, entry, errors));
                }
            }
        }
    }
    if !named {
        errors
            .push(syn::Error::new(span, "a module needs a name: `#[rustle_module(name = \"acme.greet\")]`"));
    }
    if attribute.aliases.contains(&attribute.name) && !attribute.name.is_empty() {
        errors.at(ident, format!("`{}` is its own alias", attribute.name));
    }
    attribute
}

fn checked(text: &LitStr, check: fn(&str) -> Result<(), String>, errors: &mut Errors) -> Option<String> {
    match check(&text.value()) {
        Ok(()) => Some(text.value()),
        Err(why) => {
            errors.at(text, why);
            None
        }
    }
}

fn checked_all(entry: &Entry, check: fn(&str) -> Result<(), String>, errors: &mut Errors) -> Vec<String> {
    let texts = entry.texts(errors);
    let mut all: Vec<String> = Vec::new();
    for text in &texts {
        if all.contains(&text.value()) {
            errors.at(text, format!("`{}` stands here twice", text.value()));
        } else {
            all.extend(checked(text, check, errors));
        }
    }
    all
}

fn support(entry: &Entry, errors: &mut Errors) -> Support {
    let Some(text) = entry.text(errors) else { return Support::Full };
    match text.value().as_str() {
        "full" => Support::Full,
        "partial" => Support::Partial,
        "none" => Support::None,
        other => {
            errors.at(&text, format!("`{other}` is none of: full, partial, none"));
            Support::Full
        }
    }
}

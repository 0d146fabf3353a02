//! What attributes say of the code under them.

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{LitStr, Meta, Token};

use super::Capability;
use super::conditions::may_hold;
use super::mention::Position;
use super::scopes::Written;
use super::walk::Walk;

/// Attributes that give a symbol away to the linker, or take one from it.
const LINKING: [&str; 6] = ["no_mangle", "export_name", "link", "link_name", "link_ordinal", "link_section"];

/// Attributes that make a function a part of the compiler.
const IN_THE_COMPILER: [&str; 3] = ["proc_macro", "proc_macro_attribute", "proc_macro_derive"];

/// Attributes of the compiler in which no code stands.
const HARMLESS: [&str; 27] = [
    "allow",
    "automatically_derived",
    "cfg",
    "cold",
    "deny",
    "deprecated",
    "derive",
    "diagnostic",
    "doc",
    "expect",
    "feature",
    "forbid",
    "ignore",
    "inline",
    "macro_export",
    "macro_use",
    "must_use",
    "no_std",
    "non_exhaustive",
    "path",
    "recursion_limit",
    "repr",
    "should_panic",
    "test",
    "track_caller",
    "type_length_limit",
    "warn",
];

impl Walk<'_, '_> {
    /// Judges an attribute.
    pub(super) fn meta(&mut self, meta: &Meta) {
        let name = meta.path().segments.last().map(|it| it.ident.to_string()).unwrap_or_default();
        let span = meta.path().span();
        if LINKING.contains(&name.as_str()) {
            self.find(span, Capability::Ffi, &format!("#[{name}]"));
            return;
        }
        if IN_THE_COMPILER.contains(&name.as_str()) {
            self.find(span, Capability::ProcMacro, &format!("#[{name}]"));
            return;
        }
        match meta {
            // `#[doc = include_str!("…")]`.
            Meta::NameValue(pair) => self.visit_expr(&pair.value),
            Meta::List(list) => match name.as_str() {
                "unsafe" => {
                    self.find(span, Capability::Unsafe, "#[unsafe(…)]");
                    self.metas(list.tokens.clone());
                }
                "cfg_attr" => {
                    let metas = Punctuated::<Meta, Token![,]>::parse_terminated;
                    let metas = list.parse_args_with(metas).unwrap_or_default();
                    let mut metas = metas.iter();
                    let cfg = self.index.cfg();
                    if metas.next().is_some_and(|condition| may_hold(condition, cfg)) {
                        metas.for_each(|meta| self.meta(meta));
                    }
                }
                name if HARMLESS.contains(&name) => {}
                _ => {
                    self.notes.push(format!("in the attribute `{name}`"));
                    self.tokens(list.tokens.clone());
                    if name == "serde" {
                        self.paths_in_texts(list.tokens.clone());
                    }
                    self.notes.pop();
                }
            },
            Meta::Path(_) => {}
        }
    }

    fn metas(&mut self, tokens: TokenStream) {
        let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
        if let Ok(metas) = syn::parse::Parser::parse2(parse, tokens) {
            metas.iter().for_each(|meta| self.meta(meta));
        }
    }

    /// The functions that serde is told by texts: `#[serde(default = "std::env::temp_dir")]`.
    fn paths_in_texts(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Literal(literal) => {
                    let span = literal.span();
                    let text = syn::parse2::<LitStr>(TokenTree::Literal(literal).into());
                    if let Ok(path) = text.and_then(|text| text.parse::<syn::Path>()) {
                        self.mention(&Written::of(&path), span, Position::Value);
                    }
                }
                TokenTree::Group(group) => self.paths_in_texts(group.stream()),
                _ => {}
            }
        }
    }
}

//! `#[rustle_module]`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use rustle_schema::module_spec::Support;
use syn::{Attribute, Item, Meta};

use super::pieces::{Pieces, json};
use super::{fields, implementations};
use crate::errors::Errors;
use crate::module::{self, Module};

/// Expands `#[rustle_module(attribute)] item`.
pub fn module(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut parsed: Item = match syn::parse2(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    let read = module::read(attribute, &parsed, Span::call_site(), &mut errors);
    without_helpers(&mut parsed);
    match read {
        Some(module) if errors.is_empty() => {
            let implementation = implementation(&module);
            quote!(#parsed #implementation)
        }
        _ => {
            let errors = errors.to_compile_errors();
            let stub = match &parsed {
                Item::Struct(item) => fields::stub(&item.ident, &item.generics),
                Item::Enum(item) => fields::stub(&item.ident, &item.generics),
                Item::Union(item) => fields::stub(&item.ident, &item.generics),
                _ => return quote!(#parsed #errors),
            };
            let stub = implementations(&stub);
            quote!(#parsed #errors #stub)
        }
    }
}

/// Takes `#[arg]` off the fields, also where it is conditional: it means something to this macro only.
fn without_helpers(item: &mut Item) {
    if let Item::Struct(item) = item {
        for field in &mut item.fields {
            field.attrs.retain(|attr| !attr.path().is_ident("arg") && !holds_arg(attr));
        }
    }
}

fn holds_arg(attr: &Attribute) -> bool {
    let Meta::List(list) = &attr.meta else { return false };
    let is_arg = |token: TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "arg");
    list.path.is_ident("cfg_attr") && list.tokens.clone().into_iter().any(is_arg)
}

fn implementation(module: &Module) -> TokenStream {
    let ident = &module.ident;
    let from_args = fields::from_args(ident, &module.body, &quote!(SPEC));
    let checks = fields::checks(ident, &module.body);
    let spec = fields::constant(&pieces(module));
    let (name, aliases) = (&module.says.name, &module.says.aliases);
    let check_mode = module.says.check_mode != Support::None;
    implementations(&quote! {
        const SPEC: &str = #spec;

        #from_args

        #[::rustle_runtime::__private::linkme::distributed_slice(::rustle_runtime::registry::MODULES)]
        #[linkme(crate = ::rustle_runtime::__private::linkme)]
        static REGISTRATION: __rustle::Registration =
            __rustle::Registration {
                name: #name,
                aliases: &[#(#aliases),*],
                spec: SPEC,
                expressions: <#ident as __rustle::FromArgs>::EXPRESSIONS,
                secrets: <#ident as __rustle::FromArgs>::SECRETS,
                check_mode: #check_mode,
                prepare: __rustle::prepare::<#ident>,
                apply: __rustle::apply::<#ident>,
            };

        #checks
    })
}

/// The JSON of the specification, in the order in which serde writes it.
fn pieces(module: &Module) -> TokenStream {
    let ident = &module.ident;
    let spec = module.spec();
    let mut pieces = Pieces::default();
    let entries = [
        ("version", module.says.version.is_none().then(|| quote!(::core::env!("CARGO_PKG_VERSION")))),
        ("krate", Some(quote!(::core::env!("CARGO_PKG_NAME")))),
    ];
    let serde_json::Value::Object(fields) = serde_json::to_value(&spec).unwrap_or_default() else {
        return pieces.finish();
    };
    for (index, (key, value)) in fields.iter().enumerate() {
        pieces.text(if index == 0 { "{" } else { "," });
        pieces.text(&format!("\"{key}\":"));
        let from_cargo = entries.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.clone());
        match (key.as_str(), from_cargo) {
            (_, Some(value)) => {
                pieces.text("\"");
                pieces.piece(quote!(__rustle::Piece::Text(#value)));
                pieces.text("\"");
            }
            ("args" | "rules", _) => {
                let constant = if key == "args" { quote!(ARGS) } else { quote!(RULES) };
                pieces.text("[");
                pieces.piece(quote! {
                    __rustle::Piece::Pieces(
                        <#ident as __rustle::FromArgs>::#constant,
                    )
                });
                pieces.text("]");
            }
            _ => pieces.text(&json(value)),
        }
    }
    pieces.text("}");
    pieces.finish().into_token_stream()
}

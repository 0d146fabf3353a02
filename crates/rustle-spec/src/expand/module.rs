//! `#[rustle_module]`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use rustle_schema::module_spec::Support;
use syn::Item;

use super::fields;
use super::pieces::{Pieces, json};
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
                _ => TokenStream::new(),
            };
            quote!(#parsed #errors #stub)
        }
    }
}

/// Takes `#[arg]` off the fields: it means something to this macro only.
fn without_helpers(item: &mut Item) {
    if let Item::Struct(item) = item {
        for field in &mut item.fields {
            field.attrs.retain(|attr| !attr.path().is_ident("arg"));
        }
    }
}

fn implementation(module: &Module) -> TokenStream {
    let ident = &module.ident;
    let from_args = fields::from_args(ident, &module.body, &quote!(SPEC));
    let checks = fields::checks(ident, &module.body);
    let spec = fields::constant(&pieces(module));
    let (name, aliases) = (&module.says.name, &module.says.aliases);
    let check_mode = module.says.check_mode != Support::None;
    quote! {
        const _: () = {
            const SPEC: &str = #spec;

            #from_args

            #[::rustle_runtime::__private::linkme::distributed_slice(::rustle_runtime::registry::MODULES)]
            #[linkme(crate = ::rustle_runtime::__private::linkme)]
            static REGISTRATION: ::rustle_runtime::registry::Registration =
                ::rustle_runtime::registry::Registration {
                    name: #name,
                    aliases: &[#(#aliases),*],
                    spec: SPEC,
                    expressions: <#ident as ::rustle_runtime::args::FromArgs>::EXPRESSIONS,
                    secrets: <#ident as ::rustle_runtime::args::FromArgs>::SECRETS,
                    check_mode: #check_mode,
                    prepare: ::rustle_runtime::__private::prepare::<#ident>,
                    apply: ::rustle_runtime::__private::apply::<#ident>,
                };

            #checks
        };
    }
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
                pieces.piece(quote!(::rustle_runtime::__private::Piece::Text(#value)));
                pieces.text("\"");
            }
            ("args" | "rules", _) => {
                let constant = if key == "args" { quote!(ARGS) } else { quote!(RULES) };
                pieces.text("[");
                pieces.piece(quote! {
                    ::rustle_runtime::__private::Piece::Pieces(
                        <#ident as ::rustle_runtime::args::FromArgs>::#constant,
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

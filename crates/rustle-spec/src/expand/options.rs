//! `#[derive(Options)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Ident};

use super::{fields, implementations};
use crate::errors::Errors;
use crate::module::{self, Body};

/// Expands `#[derive(Options)]` on `item`.
pub fn options(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let body = match &item.data {
        Data::Struct(data) => {
            module::read_options(&item.ident, &item.attrs, &item.generics, &data.fields, &mut errors)
        }
        _ => {
            errors.at(&item.ident, "nested arguments are a struct with named fields");
            None
        }
    };
    match body {
        Some(body) if errors.is_empty() => implementation(&item.ident, &body),
        _ => {
            let errors = errors.to_compile_errors();
            let stub = fields::stub(&item.ident, &item.generics);
            let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
            let ident = &item.ident;
            let stub = implementations(&quote! {
                #stub

                #[automatically_derived]
                impl #impl_generics __rustle::FromArg for #ident #ty_generics #where_clause {
                    fn from_arg(
                        _: &__rustle::Value,
                    ) -> ::core::result::Result<Self, ::std::string::String> {
                        ::core::unreachable!()
                    }
                }
            });
            quote!(#errors #stub)
        }
    }
}

fn implementation(ident: &Ident, body: &Body) -> TokenStream {
    let pieces = quote! {
        &[
            __rustle::Piece::Text("{\"args\":["),
            __rustle::Piece::Pieces(<#ident as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<#ident as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("]}"),
        ]
    };
    let from_args = fields::from_args(ident, body, &fields::constant(&pieces));
    let checks = fields::checks(ident, body);
    implementations(&quote! {
        #from_args

        #[automatically_derived]
        impl __rustle::FromArg for #ident {
            const KIND: &'static [__rustle::Piece] = &[
                __rustle::Piece::Text("{\"options\":[["),
                __rustle::Piece::Pieces(<#ident as __rustle::FromArgs>::ARGS),
                __rustle::Piece::Text("],["),
                __rustle::Piece::Pieces(<#ident as __rustle::FromArgs>::RULES),
                __rustle::Piece::Text("]]}"),
            ];

            fn from_arg(
                value: &__rustle::Value,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                __rustle::unchecked(value)
            }

            fn from_checked(
                value: &__rustle::Value,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                __rustle::nested(value)
            }
        }

        #checks
    })
}

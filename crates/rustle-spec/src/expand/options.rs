//! `#[derive(Options)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Ident};

use super::fields;
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
            quote! {
                #errors
                #stub
                #[automatically_derived]
                impl #impl_generics ::rustle_runtime::args::FromArg for #ident #ty_generics #where_clause {
                    fn from_arg(
                        _: &::rustle_runtime::value::Value,
                    ) -> ::core::result::Result<Self, ::std::string::String> {
                        ::core::unreachable!()
                    }
                }
            }
        }
    }
}

fn implementation(ident: &Ident, body: &Body) -> TokenStream {
    let pieces = quote! {
        &[
            ::rustle_runtime::__private::Piece::Text("{\"args\":["),
            ::rustle_runtime::__private::Piece::Pieces(<#ident as ::rustle_runtime::args::FromArgs>::ARGS),
            ::rustle_runtime::__private::Piece::Text("],\"rules\":["),
            ::rustle_runtime::__private::Piece::Pieces(<#ident as ::rustle_runtime::args::FromArgs>::RULES),
            ::rustle_runtime::__private::Piece::Text("]}"),
        ]
    };
    let from_args = fields::from_args(ident, body, &fields::constant(&pieces));
    let checks = fields::checks(ident, body);
    quote! {
        const _: () = {
            #from_args

            #[automatically_derived]
            impl ::rustle_runtime::args::FromArg for #ident {
                const KIND: &'static [::rustle_runtime::__private::Piece] = &[
                    ::rustle_runtime::__private::Piece::Text("{\"options\":[["),
                    ::rustle_runtime::__private::Piece::Pieces(<#ident as ::rustle_runtime::args::FromArgs>::ARGS),
                    ::rustle_runtime::__private::Piece::Text("],["),
                    ::rustle_runtime::__private::Piece::Pieces(<#ident as ::rustle_runtime::args::FromArgs>::RULES),
                    ::rustle_runtime::__private::Piece::Text("]]}"),
                ];

                fn from_arg(
                    value: &::rustle_runtime::value::Value,
                ) -> ::core::result::Result<Self, ::std::string::String> {
                    ::rustle_runtime::__private::unchecked(value)
                }

                fn from_checked(
                    value: &::rustle_runtime::value::Value,
                ) -> ::core::result::Result<Self, ::std::string::String> {
                    ::rustle_runtime::__private::nested(value)
                }
            }

            #checks
        };
    }
}

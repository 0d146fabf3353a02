//! `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::quote;
use rustle_schema::module_spec::ArgType;
use syn::DeriveInput;

use super::implementations;
use super::pieces::json;
use crate::choice;
use crate::errors::Errors;

/// Expands `#[derive(Choice)]` on `item`.
pub fn choice(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let read = choice::read(&item, &mut errors);
    let (Some(choice), true) = (read, errors.is_empty()) else {
        return stub(&item, &errors);
    };
    let ident = &choice.ident;
    let words = choice.words();
    let kind = json(&ArgType::Choice(words.clone()));
    let word = choice.variants.iter().filter_map(|(variant, words)| {
        let word = words.first()?;
        Some(quote!(Self::#variant => #word))
    });
    let from = choice
        .variants
        .iter()
        .map(|(variant, words)| quote!(#(#words)|* => ::core::result::Result::Ok(Self::#variant)));
    implementations(&quote! {
        #[automatically_derived]
        impl __rustle::Choice for #ident {
            const WORDS: &'static [&'static str] = &[#(#words),*];

            fn word(&self) -> &'static str {
                match self {
                    #(#word,)*
                }
            }
        }

        #[automatically_derived]
        impl __rustle::FromArg for #ident {
            const KIND: &'static [__rustle::Piece] =
                &[__rustle::Piece::Text(#kind)];
            const CHOICES: &'static [&'static str] =
                <Self as __rustle::Choice>::WORDS;

            fn from_arg(
                value: &__rustle::Value,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                match __rustle::word(value, Self::CHOICES)? {
                    #(#from,)*
                    _ => ::core::unreachable!(),
                }
            }
        }
    })
}

/// Implementations that do nothing, for an enum with errors in it.
fn stub(item: &DeriveInput, errors: &Errors) -> TokenStream {
    let errors = errors.to_compile_errors();
    let ident = &item.ident;
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    let stub = implementations(&quote! {
        #[automatically_derived]
        impl #impl_generics __rustle::Choice for #ident #ty_generics #where_clause {
            const WORDS: &'static [&'static str] = &[];

            fn word(&self) -> &'static str {
                ""
            }
        }

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

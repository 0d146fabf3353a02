//! `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::quote;
use rustle_schema::module_spec::ArgType;
use syn::DeriveInput;

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
    quote! {
        #[automatically_derived]
        impl ::rustle_runtime::args::Choice for #ident {
            const WORDS: &'static [&'static str] = &[#(#words),*];

            fn word(&self) -> &'static str {
                match self {
                    #(#word,)*
                }
            }
        }

        #[automatically_derived]
        impl ::rustle_runtime::args::FromArg for #ident {
            const KIND: &'static [::rustle_runtime::__private::Piece] =
                &[::rustle_runtime::__private::Piece::Text(#kind)];
            const CHOICES: &'static [&'static str] =
                <Self as ::rustle_runtime::args::Choice>::WORDS;

            fn from_arg(
                value: &::rustle_runtime::value::Value,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                match ::rustle_runtime::__private::word(value, Self::CHOICES)? {
                    #(#from,)*
                    _ => ::core::unreachable!(),
                }
            }
        }
    }
}

/// Implementations that do nothing, for an enum with errors in it.
fn stub(item: &DeriveInput, errors: &Errors) -> TokenStream {
    let errors = errors.to_compile_errors();
    let ident = &item.ident;
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    quote! {
        #errors

        #[automatically_derived]
        impl #impl_generics ::rustle_runtime::args::Choice for #ident #ty_generics #where_clause {
            const WORDS: &'static [&'static str] = &[];

            fn word(&self) -> &'static str {
                ""
            }
        }

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

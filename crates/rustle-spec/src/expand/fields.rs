//! `FromArgs` for a struct of arguments.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use rustle_value::Value;
use syn::Ident;
use syn::spanned::Spanned;

use super::pieces::{Pieces, json};
use crate::default;
use crate::field::{Argument, Field, Role};
use crate::kind::Kind;
use crate::module::Body;

/// `FromArgs` for `ident`; `spec` is an expression of type `&'static str` that may use `Self`.
pub fn from_args(ident: &Ident, body: &Body, spec: &TokenStream) -> TokenStream {
    let args = args(body);
    let rules = rules(body);
    let all_names = names(body, |_| true, &quote!(NAMES));
    let expressions = names(body, |argument| argument.expression, &quote!(EXPRESSIONS));
    let secrets = names(body, |argument| argument.no_log, &quote!(SECRETS));
    let internal = body.fields.iter().filter_map(|field| match &field.role {
        Role::Internal(key) => Some(key),
        _ => None,
    });
    let made = body.fields.iter().map(made);
    let idents: Vec<&Ident> = body.fields.iter().map(|field| &field.ident).collect();
    let given = if idents.is_empty() { quote!(_) } else { quote!(given) };
    quote! {
        #[automatically_derived]
        impl __rustle::FromArgs for #ident {
            const ARGS: &'static [__rustle::Piece] = #args;
            const RULES: &'static [__rustle::Piece] = #rules;
            const NAMES: &'static [&'static str] = #all_names;
            const EXPRESSIONS: &'static [&'static str] = #expressions;
            const SECRETS: &'static [&'static str] = #secrets;
            const INTERNAL: &'static [&'static str] = &[#(#internal),*];

            fn spec() -> &'static __rustle::ModuleSpec {
                static PARSED: __rustle::LazyLock<
                    __rustle::ModuleSpec,
                > = __rustle::LazyLock::new(|| __rustle::spec(#spec));
                &PARSED
            }

            fn from_given(
                #given: &mut __rustle::Given,
            ) -> ::core::option::Option<Self> {
                #(#made)*
                ::core::option::Option::Some(Self { #(#idents: #idents?),* })
            }
        }
    }
}

/// What the compiler must check of types that the macro does not see.
pub fn checks(ident: &Ident, body: &Body) -> TokenStream {
    let shared = body.fields.iter().any(|field| matches!(field.role, Role::Flatten));
    let distinct = shared.then(|| {
        let message = format!("a shared group of `{ident}` has an argument of the same name");
        quote_spanned! {ident.span()=>
            const _: () = assert!(
                __rustle::distinct(<#ident as __rustle::FromArgs>::NAMES),
                "{}",
                #message
            );
        }
    });
    let foreign = body.foreign.iter().map(|name| {
        let message = format!("there is no argument `{}`", name.value());
        quote_spanned! {name.span()=>
            const _: () = assert!(
                __rustle::contains(<#ident as __rustle::FromArgs>::NAMES, #name),
                "{}",
                #message
            );
        }
    });
    let defaults = body.fields.iter().filter_map(|field| match &field.role {
        Role::Argument(argument) => Some(default_checks(argument)),
        _ => None,
    });
    quote!(#distinct #(#foreign)* #(#defaults)*)
}

/// That defaults fit the types that the macro does not see: a choice has its words, nested arguments are a mapping.
fn default_checks(argument: &Argument) -> TokenStream {
    let mut checks = TokenStream::new();
    if let Some(default) = &argument.default {
        default_check(&argument.kind, default, argument.default_span, &mut checks);
    }
    checks
}

fn default_check(kind: &Kind, default: &Value, span: Span, checks: &mut TokenStream) {
    let named = match (kind, default) {
        (Kind::Named(named), _) => named,
        (Kind::List(of), Value::List(items)) => {
            items.iter().for_each(|item| default_check(of, item, span, checks));
            return;
        }
        _ => return,
    };
    let path = &named.path;
    let message = default::unfit(default, &named.name);
    let choices = quote!(<#path as __rustle::FromArg>::CHOICES);
    let nested = quote!(__rustle::is_options(<#path as __rustle::FromArg>::KIND));
    let fits = match default {
        Value::Str(word) => {
            let word = word.as_ref();
            quote!(__rustle::contains(#choices, #word) || #choices.is_empty() && !#nested)
        }
        Value::Map(_) => nested,
        _ => quote!(#choices.is_empty() && !#nested),
    };
    checks.extend(quote_spanned!(span=> const _: () = assert!(#fits, "{}", #message);));
}

/// One field made of what was given.
fn made(field: &Field) -> TokenStream {
    let (ident, ty) = (&field.ident, &field.ty);
    match &field.role {
        Role::Argument(argument) => {
            let name = &argument.name;
            let how = if argument.optional { quote!(optional) } else { quote!(required) };
            let ty = quote_spanned!(ty.span()=> ::<#ty>);
            quote!(let #ident = given.#how #ty(#name);)
        }
        Role::Flatten => quote!(let #ident = given.flattened::<#ty>();),
        Role::Rest => quote!(let #ident = given.rest();),
        Role::Internal(key) => quote!(let #ident = given.internal::<#ty>(#key);),
    }
}

/// The JSON of the arguments.
fn args(body: &Body) -> TokenStream {
    let mut list: Vec<TokenStream> = Vec::new();
    let mut own = Pieces::default();
    let mut first = true;
    for field in &body.fields {
        match &field.role {
            Role::Argument(argument) => {
                own.text(if first { "" } else { "," });
                own.argument(argument);
                first = false;
            }
            Role::Flatten => {
                list.push(std::mem::take(&mut own).finish());
                first = true;
                let ty = &field.ty;
                list.push(quote!(<#ty as __rustle::FromArgs>::ARGS));
            }
            Role::Rest | Role::Internal(_) => {}
        }
    }
    if list.is_empty() {
        return own.finish();
    }
    list.push(own.finish());
    quote!(&[__rustle::Piece::List(&[#(#list),*])])
}

/// The JSON of the rules, those of shared groups included.
fn rules(body: &Body) -> TokenStream {
    let mut own = Pieces::default();
    let written: Vec<String> = body.rules.iter().map(json).collect();
    own.text(&written.join(","));
    let own = own.finish();
    let shared: Vec<TokenStream> =
        flattened(body).map(|ty| quote!(<#ty as __rustle::FromArgs>::RULES)).collect();
    if shared.is_empty() {
        return own;
    }
    quote!(&[__rustle::Piece::List(&[#own, #(#shared),*])])
}

fn flattened(body: &Body) -> impl Iterator<Item = &syn::Type> {
    body.fields.iter().filter_map(|field| matches!(field.role, Role::Flatten).then_some(&field.ty))
}

/// The names and aliases of the arguments that are meant, with those of shared groups.
fn names(body: &Body, which: impl Fn(&Argument) -> bool, constant: &TokenStream) -> TokenStream {
    let own = body.arguments().filter(|argument| which(argument));
    let own: Vec<&String> =
        own.flat_map(|argument| [&argument.name].into_iter().chain(&argument.aliases)).collect();
    let shared: Vec<TokenStream> =
        flattened(body).map(|ty| quote!(<#ty as __rustle::FromArgs>::#constant)).collect();
    if shared.is_empty() {
        return quote!(&[#(#own),*]);
    }
    quote! {{
        const GROUPS: &[&[&str]] = &[&[#(#own),*], #(#shared),*];
        &__rustle::concat::<{ __rustle::count(GROUPS) }>(GROUPS)
    }}
}

/// A constant text of the pieces that `pieces` is.
pub fn constant(pieces: &TokenStream) -> TokenStream {
    quote! {{
        const PIECES: &[__rustle::Piece] = #pieces;
        const BYTES: [u8; __rustle::length(PIECES)] =
            __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    }}
}

/// Implementations that do nothing, for a struct with errors in it.
pub fn stub(ident: &Ident, generics: &syn::Generics) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics __rustle::FromArgs for #ident #ty_generics #where_clause {
            const ARGS: &'static [__rustle::Piece] = &[];
            const RULES: &'static [__rustle::Piece] = &[];
            const NAMES: &'static [&'static str] = &[];
            const EXPRESSIONS: &'static [&'static str] = &[];
            const SECRETS: &'static [&'static str] = &[];
            const INTERNAL: &'static [&'static str] = &[];

            fn spec() -> &'static __rustle::ModuleSpec {
                ::core::unreachable!()
            }

            fn from_given(_: &mut __rustle::Given) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }
        }
    }
}

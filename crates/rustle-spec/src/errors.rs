//! Many errors, each at its token.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Errors that were found so far. Whoever finds one goes on, so that an author sees them all at once.
#[derive(Debug, Default)]
pub struct Errors {
    list: Vec<syn::Error>,
}

impl Errors {
    /// Notes `message` at `tokens`.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.list.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes an error that somebody else made.
    pub fn push(&mut self, error: syn::Error) {
        self.list.push(error);
    }

    /// What `result` holds, its error noted.
    pub fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them.
    #[cfg(feature = "scan")]
    pub fn into_list(self) -> Vec<syn::Error> {
        self.list
    }

    /// Tokens that make the compiler report all of them.
    pub fn to_compile_errors(&self) -> TokenStream {
        self.list.iter().map(syn::Error::to_compile_error).collect()
    }
}

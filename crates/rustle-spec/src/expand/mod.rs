//! What the macros expand to.
//!
//! An item with errors in it is still emitted, with implementations that do nothing, so that the compiler reports those
//! errors and no others.

mod choice;
mod fields;
mod module;
mod options;
mod pieces;

use proc_macro2::TokenStream;
use quote::quote;

pub use choice::choice;
pub use module::module;
pub use options::options;

/// Implementations in a place of their own, where `__rustle` is what the runtime keeps for the macros.
fn implementations(tokens: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use ::rustle_runtime::__private as __rustle;

            #tokens
        };
    }
}

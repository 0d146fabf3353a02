//! `#[rustle_module]` and its derives. Everything happens in `rustle-spec`, which the build uses as well; authors reach
//! these through `rustle_runtime::prelude`.

use proc_macro::TokenStream;

/// Makes a struct a module: its fields are the arguments, its documentation the module's.
#[proc_macro_attribute]
pub fn rustle_module(attribute: TokenStream, item: TokenStream) -> TokenStream {
    rustle_spec::expand::module(attribute.into(), item.into()).into()
}

/// Makes a struct the type of an argument that has arguments of its own, or a group of arguments to be shared.
#[proc_macro_derive(Options, attributes(arg, options))]
pub fn options(item: TokenStream) -> TokenStream {
    rustle_spec::expand::options(item.into()).into()
}

/// Makes an enum the type of an argument that is one of several words.
#[proc_macro_derive(Choice, attributes(choice))]
pub fn choice(item: TokenStream) -> TokenStream {
    rustle_spec::expand::choice(item.into()).into()
}

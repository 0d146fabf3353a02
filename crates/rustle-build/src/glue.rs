//! The glue between the runner's code and what was prepared: `OUT_DIR/rustle.rs`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The text of the glue that links `crates` and carries the bundle, which lies in the folder `bundle` beside it.
///
/// A crate that no code names is not linked and registers nothing, so each is named. `include_dir!` writes paths that
/// begin with the name of its crate, so that name is brought into scope; the runner itself does not depend on it.
pub(crate) fn text(crates: &[String], bundle: bool) -> String {
    let uses = crates.iter().map(|name| {
        let name = format_ident!("{name}");
        quote!(use ::#name as _;)
    });
    let bundle: TokenStream = if bundle {
        quote! {
            use ::rustle_runtime::__private::include_dir;
            /// The plan and its files.
            pub static BUNDLE: include_dir::Dir<'static> = include_dir::include_dir!("$OUT_DIR/bundle");
        }
    } else {
        quote! {
            use ::rustle_runtime::__private::include_dir;
            /// Nothing: there are problems, which the build told.
            pub static BUNDLE: include_dir::Dir<'static> = include_dir::Dir::new("", &[]);
        }
    };
    let tokens = quote! {
        #(#uses)*
        #bundle
    };
    match syn::parse2(tokens) {
        Ok(file) => {
            format!("// Written by rustle-build; edits are lost.\n\n{}", prettyplease::unparse(&file))
        }
        Err(error) => format!("compile_error!({:?});\n", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_crates_are_named() {
        let text = text(&["rustle_module_file".into(), "vhost".into()], true);
        assert_eq!(
            text,
            r#"// Written by rustle-build; edits are lost.

use ::rustle_module_file as _;
use ::vhost as _;
use ::rustle_runtime::__private::include_dir;
/// The plan and its files.
pub static BUNDLE: include_dir::Dir<'static> = include_dir::include_dir!(
    "$OUT_DIR/bundle"
);
"#
        );
    }

    #[test]
    fn with_problems_it_still_compiles() {
        let text = text(&[], false);
        assert!(syn::parse_file(&text).is_ok());
        assert!(!text.contains("OUT_DIR"), "{text}");
    }
}

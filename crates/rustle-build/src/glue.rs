//! The glue between the runner's code and what was prepared: `OUT_DIR/rustle.rs`.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// A file of modules that is compiled with the runner: the name of its Rust module, and where it lies.
pub(crate) type Compiled = (String, PathBuf);

/// The text of the glue that links `crates`, compiles `files`, and carries the bundle, which lies in the folder `bundle`
/// beside it; `linked` says whether the list of what is linked lies there, too.
///
/// A crate that no code names is not linked and registers nothing, so each is named. `include_dir!` writes paths that
/// begin with the name of its crate, so that name is brought into scope; the runner itself does not depend on it.
pub(crate) fn text(crates: &[String], files: &[Compiled], bundle: bool, linked: bool) -> String {
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
            /// Nothing: a bundle will be appended, or there are problems, which the build told.
            pub static BUNDLE: include_dir::Dir<'static> = include_dir::Dir::new("", &[]);
        }
    };
    let linked: TokenStream = if linked {
        quote! {
            /// The modules and crates that are linked.
            pub static LINKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/linked"));
        }
    } else {
        quote! {
            /// Nothing: there are problems, which the build told.
            pub static LINKED: &[u8] = &[];
        }
    };
    // Where the file lies is what the compiler's messages name.
    let files = files.iter().map(|(name, path)| {
        let (name, path) = (format_ident!("{name}"), path.to_string_lossy());
        quote! {
            #[path = #path]
            mod #name;
        }
    });
    let tokens = quote! {
        #(#uses)*
        #(#files)*
        #bundle
        #linked
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
        let files = [("com_acme_greet".to_owned(), "/p/modules/greet.rs".into())];
        let text = text(&["rustle_module_file".into(), "vhost".into()], &files, true, true);
        assert_eq!(
            text,
            r#"// Written by rustle-build; edits are lost.

use ::rustle_module_file as _;
use ::vhost as _;
#[path = "/p/modules/greet.rs"]
mod com_acme_greet;
use ::rustle_runtime::__private::include_dir;
/// The plan and its files.
pub static BUNDLE: include_dir::Dir<'static> = include_dir::include_dir!(
    "$OUT_DIR/bundle"
);
/// The modules and crates that are linked.
pub static LINKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/linked"));
"#
        );
    }

    #[test]
    fn with_problems_it_still_compiles() {
        let text = text(&[], &[], false, false);
        assert!(syn::parse_file(&text).is_ok());
        assert!(!text.contains("OUT_DIR"), "{text}");
    }
}

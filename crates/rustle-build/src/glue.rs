//! The glue between the runner's code and what was prepared: `OUT_DIR/rustle.rs`.

use std::path::PathBuf;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::object_file::SYMBOL;

/// A file of modules that is compiled with the runner: the name of its Rust module, and where it lies.
pub(crate) type Compiled = (String, PathBuf);

/// What stands before the one unsafe block of a glue; tokens hold no comments.
const SAFETY: &str = "    // SAFETY: the object file that the build links holds so many bytes there, and nothing changes them.\n    unsafe {";

/// How the runner carries its bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    /// Not at all: there are problems, or one will be appended.
    Nothing,
    /// In the folder `bundle` beside the glue.
    Folder,
    /// In an object file, at [`SYMBOL`], so many bytes.
    Object(u64),
}

/// What else lies beside the glue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    /// The file `linked`: the list of what is linked.
    pub(crate) linked: bool,
    /// The file `live`: where the bundle's files lie, for debug builds alone.
    pub(crate) live: bool,
}

/// The text of the glue that links `crates`, compiles `files`, and carries the bundle.
///
/// A crate that no code names is not linked and registers nothing, so each is named. `include_dir!` writes paths that
/// begin with the name of its crate, so that name is brought into scope; the runner itself does not depend on it.
pub(crate) fn text(
    crates: &[String],
    files: &[Compiled],
    carries: Carries,
    beside: Beside,
    signer: Option<&str>,
) -> String {
    let uses = crates.iter().map(|name| {
        let name = format_ident!("{name}");
        quote!(use ::#name as _;)
    });
    let folder: TokenStream = match carries {
        Carries::Nothing => quote! {
            /// Nothing: there are problems, which the build told, or a bundle will be appended.
            pub static BUNDLE: include_dir::Dir<'static> = include_dir::Dir::new("", &[]);
        },
        Carries::Folder => quote! {
            /// The plan and its files.
            pub static BUNDLE: include_dir::Dir<'static> = include_dir::include_dir!("$OUT_DIR/bundle");
        },
        Carries::Object(_) => quote! {
            /// Nothing: the plan and its files are linked.
            pub static BUNDLE: include_dir::Dir<'static> = include_dir::Dir::new("", &[]);
        },
    };
    let (object, given) = match carries {
        Carries::Object(length) => {
            let (symbol, length) = (format_ident!("{}", SYMBOL), Literal::u64_unsuffixed(length));
            let object = quote! {
                unsafe extern "C" {
                    static #symbol: [u8; #length];
                }
                fn object() -> &'static [u8] {
                    unsafe { &#symbol }
                }
            };
            (object, quote!(Some(object)))
        }
        _ => (TokenStream::new(), quote!(None)),
    };
    let lies = if beside.live {
        quote! {
            #[cfg(debug_assertions)]
            const LIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/live"));
            #[cfg(not(debug_assertions))]
            const LIVE: &[u8] = &[];
        }
    } else {
        quote!(
            const LIVE: &[u8] = &[];
        )
    };
    let bundle = quote! {
        use ::rustle_runtime::__private::include_dir;
        #folder
        #object
        #lies
        /// What else the runner is told of its bundle.
        pub static BESIDE: ::rustle_runtime::runner::Beside =
            ::rustle_runtime::runner::Beside { object: #given, live: LIVE };
    };
    let linked: TokenStream = if beside.linked {
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
    let signer = match signer {
        Some(key) => quote!(Some(::rustle_runtime::runner::Signer::pinned(#key))),
        None => quote!(None),
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
        /// The key that the bundle must be signed by.
        pub const SIGNER: Option<::rustle_runtime::runner::Signer> = #signer;
    };
    match syn::parse2(tokens) {
        Ok(file) => {
            let text = prettyplease::unparse(&file).replace("    unsafe {", SAFETY);
            format!("// Written by rustle-build; edits are lost.\n\n{text}")
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
        let text = text(
            &["rustle_module_file".into(), "vhost".into()],
            &files,
            Carries::Folder,
            Beside { linked: true, live: true },
            None,
        );
        let begins = r#"// Written by rustle-build; edits are lost.

use ::rustle_module_file as _;
use ::vhost as _;
#[path = "/p/modules/greet.rs"]
mod com_acme_greet;
use ::rustle_runtime::__private::include_dir;
/// The plan and its files.
pub static BUNDLE: include_dir::Dir<'static> = include_dir::include_dir!(
    "$OUT_DIR/bundle"
);
"#;
        assert!(text.starts_with(begins), "{text}");
        assert!(text.contains("pub static LINKED: &[u8] = include_bytes!"), "{text}");
        assert!(
            text.contains("pub const SIGNER: Option<::rustle_runtime::runner::Signer> = None;"),
            "{text}"
        );
    }

    #[test]
    fn a_linked_bundle_is_as_long_as_it_is() {
        let text = text(&[], &[], Carries::Object(12_345), Beside { linked: true, live: true }, None);
        assert!(syn::parse_file(&text).is_ok(), "{text}");
        assert!(text.contains("    static rustle_bundle: [u8; 12345];") && text.contains("SAFETY"), "{text}");
        assert!(text.contains("object: Some(object)") && text.contains("#[cfg(debug_assertions)]"), "{text}");
    }

    #[test]
    fn with_problems_it_still_compiles() {
        let text = text(&[], &[], Carries::Nothing, Beside::default(), Some("RWQ"));
        assert!(text.contains("Signer::pinned(\"RWQ\")"), "{text}");
        assert!(syn::parse_file(&text).is_ok());
        assert!(!text.contains("OUT_DIR"), "{text}");
    }
}

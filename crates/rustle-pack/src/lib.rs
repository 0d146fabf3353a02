//! [`bundle!`]: the folder of an ejected runner, packed when the runner is compiled.
//!
//! `cargo rustle eject` writes a runner's plan, files and settings into a folder that people read and edit
//! ([`rustle_bundle::folder`] describes it). An ejected runner has no build script, so this macro packs that folder. What is
//! compiled is then what `rustle-build` would have embedded, byte by byte: the same digest, and the same way of opening it;
//! nothing is packed or parsed when the runner starts. What is wrong in the folder keeps the runner from being compiled, and
//! is told with the file in which it stands.

use std::path::{Path, PathBuf};

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::LitStr;

/// The bundle that the folder `$path` makes, as a `&'static [u8]`. The path is relative to the crate's Cargo.toml.
///
/// ```ignore
/// static BUNDLE: &[u8] = rustle_pack::bundle!("bundle");
/// ```
///
/// The crate is compiled again when a file of the folder has changed. A file that is added counts once `files.json` names it.
#[proc_macro]
pub fn bundle(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let folder = syn::parse_macro_input!(input as LitStr);
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    expand(&root, &folder).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(root: &Path, folder: &LitStr) -> syn::Result<TokenStream> {
    let refuse = |what: String| syn::Error::new(folder.span(), what);
    let packed = rustle_bundle::folder::pack(&root.join(folder.value()))
        .map_err(|error| refuse(format!("the bundle cannot be packed: {error}")))?;
    let mut read = Vec::new();
    for path in &packed.read {
        // The compiler takes the names of files as text.
        match path.to_str() {
            Some(path) => read.push(path),
            None => {
                return Err(refuse(format!(
                    "{}: the crate lies in a folder whose name is no text",
                    path.display()
                )));
            }
        }
    }
    let bytes = Literal::byte_string(&packed.bundle);
    // The first lines are there for the compiler to note which files were read; nothing of them is kept.
    Ok(quote! {{
        #(const _: &[u8] = ::core::include_bytes!(#read);)*
        const BUNDLE: &[u8] = #bytes;
        BUNDLE
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    use rustle_bundle::folder::{Packing, unpack};
    use rustle_bundle::{Bundle, Writer};
    use rustle_schema::plan::Plan;
    use rustle_schema::settings::Settings;

    fn literal(text: &str) -> LitStr {
        LitStr::new(text, proc_macro2::Span::call_site())
    }

    #[test]
    fn the_bundle_stands_in_the_code() {
        let root = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(3);
        writer.file("motd", 0o644, b"hello".to_vec()).unwrap();
        let bytes = writer.finish(&Plan::default(), &Settings::default()).unwrap();
        unpack(&Bundle::open(bytes.clone()).unwrap(), &Packing::zstd(3), &root.path().join("bundle"))
            .unwrap();
        let tokens = expand(root.path(), &literal("bundle")).unwrap();
        let syn::Expr::Block(block) = syn::parse2(tokens).unwrap() else { panic!("this is no block") };
        let packed = block.block.stmts.iter().find_map(|statement| match statement {
            syn::Stmt::Item(syn::Item::Const(item)) if item.ident == "BUNDLE" => match &*item.expr {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::ByteStr(bytes), .. }) => Some(bytes.value()),
                _ => None,
            },
            _ => None,
        });
        assert!(packed.unwrap() == bytes);
        // bundle.json, files.json, the head, the inventory, and the file.
        assert_eq!(block.block.stmts.len(), 5 + 2);
    }

    #[test]
    fn what_is_wrong_is_a_compile_error_that_names_the_file() {
        let root = tempfile::tempdir().unwrap();
        let error = expand(root.path(), &literal("bundle")).unwrap_err().to_string();
        assert!(
            error.starts_with("the bundle cannot be packed: ") && error.contains("bundle.json: "),
            "{error}"
        );
    }
}

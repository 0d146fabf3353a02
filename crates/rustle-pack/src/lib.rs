//! [`bundle!`] and [`linked!`]: the folder of an ejected runner and the list of its modules, packed when the runner is compiled.
//!
//! `cargo rustle eject` writes a runner's plan, files and settings into a folder that people read and edit
//! ([`rustle_bundle::folder`] describes it). An ejected runner has no build script, so this macro packs that folder. What is
//! compiled is then what `rustle-build` would have embedded, byte by byte: the same digest, and the same way of opening it;
//! nothing is packed or parsed when the runner starts. What is wrong in the folder keeps the runner from being compiled, and
//! is told with the file in which it stands.

use std::path::{Path, PathBuf};

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use rustle_bundle::cargo_lock;
use rustle_schema::linked::{LINKED_FORMAT, Linked};
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

/// The list of what is linked, as a `&'static [u8]`: the modules that the file `$path` names, and the crates that Cargo.lock pins.
/// The path is relative to the crate's Cargo.toml.
///
/// ```ignore
/// static LINKED: &[u8] = rustle_pack::linked!("linked.json");
/// ```
///
/// The crate is compiled again when that file, Cargo.toml or Cargo.lock has changed.
#[proc_macro]
pub fn linked(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let file = syn::parse_macro_input!(input as LitStr);
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    expand_linked(&root, &package, &file).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand_linked(root: &Path, package: &str, file: &LitStr) -> syn::Result<TokenStream> {
    let path = root.join(file.value());
    let refuse = |what: String| syn::Error::new(file.span(), format!("{}: {what}", path.display()));
    let text = std::fs::read(&path).map_err(|error| refuse(error.to_string()))?;
    let modules = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
    let crates = cargo_lock::crates_of(root, package);
    let linked = Linked { format: LINKED_FORMAT, modules, crates, ..Linked::default() };
    let bytes = rustle_bundle::pack_linked(&linked).map_err(|error| refuse(error.to_string()))?;
    let read = [path.clone(), root.join("Cargo.toml")].into_iter().chain(cargo_lock::path(root));
    watched(read.collect(), &bytes, file.span())
}

fn expand(root: &Path, folder: &LitStr) -> syn::Result<TokenStream> {
    let refuse = |what: String| syn::Error::new(folder.span(), what);
    let packed = rustle_bundle::folder::pack(&root.join(folder.value()))
        .map_err(|error| refuse(format!("the bundle cannot be packed: {error}")))?;
    watched(packed.read, &packed.bundle, folder.span())
}

/// These bytes, made of these files.
fn watched(files: Vec<PathBuf>, bytes: &[u8], span: Span) -> syn::Result<TokenStream> {
    let mut read = Vec::new();
    for path in &files {
        // The compiler takes the names of files as text.
        match path.to_str() {
            Some(path) => read.push(path),
            None => {
                let what = format!("{}: the crate lies in a folder whose name is no text", path.display());
                return Err(syn::Error::new(span, what));
            }
        }
    }
    let bytes = Literal::byte_string(bytes);
    // The first lines are there for the compiler to note which files were read; nothing of them is kept.
    Ok(quote! {{
        #(const _: &[u8] = ::core::include_bytes!(#read);)*
        const BYTES: &[u8] = #bytes;
        BYTES
    }})
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    use rustle_bundle::folder::{Packing, unpack};
    use rustle_bundle::{Bundle, Writer};
    use rustle_schema::plan::Plan;
    use rustle_schema::settings::Settings;

    fn literal(text: &str) -> LitStr {
        LitStr::new(text, proc_macro2::Span::call_site())
    }

    /// The constant that stands in the code.
    fn bytes_of(tokens: TokenStream) -> Vec<u8> {
        let syn::Expr::Block(block) = syn::parse2(tokens).unwrap() else { panic!("this is no block") };
        let bytes = block.block.stmts.iter().find_map(|statement| match statement {
            syn::Stmt::Item(syn::Item::Const(item)) if item.ident == "BYTES" => match &*item.expr {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::ByteStr(bytes), .. }) => Some(bytes.value()),
                _ => None,
            },
            _ => None,
        });
        bytes.unwrap()
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
        assert!(bytes_of(tokens.clone()) == bytes);
        let syn::Expr::Block(block) = syn::parse2(tokens).unwrap() else { panic!("this is no block") };
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

    #[test]
    fn the_list_has_the_modules_of_the_file_and_the_crates_of_the_lock() {
        let root = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
        put("Cargo.toml", "[package]\nname = \"web\"\n");
        put("Cargo.lock", "[[package]]\nname = \"web\"\nversion = \"1.2.3\"\n");
        put(
            "linked.json",
            r#"[{"name": "copy", "crate": "rustle-module-file", "version": "0.1.0", "spec": "c0"}]"#,
        );
        let tokens = expand_linked(root.path(), "web", &literal("linked.json")).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes_of(tokens.clone())).unwrap();
        let linked = rustle_bundle::find_linked(&file).unwrap().unwrap();
        assert_eq!(linked.module("copy").unwrap().krate, "rustle-module-file");
        assert_eq!(linked.crates.len(), 1);
        assert_eq!((linked.crates[0].name.as_str(), linked.crates[0].version.as_str()), ("web", "1.2.3"));
        for name in ["linked.json", "Cargo.toml", "Cargo.lock"] {
            assert!(tokens.to_string().contains(&format!("/{name}\"")), "{name} is not watched");
        }
        put("linked.json", "[{}]");
        let error = expand_linked(root.path(), "web", &literal("linked.json")).unwrap_err().to_string();
        assert!(error.contains("linked.json: missing field"), "{error}");
    }
}

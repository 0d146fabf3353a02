//! What the macros expand to, in `golden/`: `x.in.rs` is what an author writes, `x.out.rs` what the compiler sees.
//! `RUSTLE_BLESS=1 cargo test -p rustle-macros --test expansions` writes the latter anew.

use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{Attribute, Item, Meta};

#[test]
fn expansions_are_as_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("RUSTLE_BLESS").is_some();
    let mut different = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let input = entry.unwrap().path();
        let Some(name) = input.file_name().and_then(|name| name.to_str()?.strip_suffix(".in.rs")) else {
            continue;
        };
        count += 1;
        let expanded = expand(&fs::read_to_string(&input).unwrap());
        let output = folder.join(format!("{name}.out.rs"));
        if fs::read_to_string(&output).unwrap_or_default() == expanded {
            continue;
        }
        if bless {
            fs::write(&output, expanded).unwrap();
        } else {
            different.push(format!("{}:\n{expanded}", output.display()));
        }
    }
    assert!(count >= 8, "{count}");
    assert!(
        different.is_empty(),
        "other than committed, RUSTLE_BLESS=1 takes it over: {}",
        different.join("\n")
    );
}

/// The source with every macro of ours expanded.
fn expand(source: &str) -> String {
    let file: syn::File = syn::parse_str(source).unwrap();
    let mut tokens = proc_macro2::TokenStream::new();
    for mut item in file.items {
        let attrs = attributes(&mut item);
        let module = attrs.iter().position(|attr| attr.path().is_ident("rustle_module"));
        if let Some(at) = module {
            let said = match attrs.remove(at).meta {
                Meta::List(list) => list.tokens,
                _ => proc_macro2::TokenStream::new(),
            };
            tokens.extend(rustle_spec::expand::module(said, item.to_token_stream()));
            continue;
        }
        let derives = |name: &str| attrs.iter().any(|attr| attr.to_token_stream().to_string().contains(name));
        let (options, choice) = (derives("Options"), derives("Choice"));
        tokens.extend(item.to_token_stream());
        if options {
            tokens.extend(rustle_spec::expand::options(item.to_token_stream()));
        }
        if choice {
            tokens.extend(rustle_spec::expand::choice(item.to_token_stream()));
        }
    }
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

fn attributes(item: &mut Item) -> &mut Vec<Attribute> {
    match item {
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        other => panic!("a struct or an enum is wanted: {}", other.to_token_stream()),
    }
}

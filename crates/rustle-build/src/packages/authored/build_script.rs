//! The two lines of a build script by which runners find the sources of a crate's modules.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

/// What each of the two lines prints, in either of Cargo's spellings.
const PRINTED: [(&str, [&str; 2]); 2] = [
    ("MANIFEST_DIR", ["cargo::metadata=MANIFEST_DIR=", "cargo:MANIFEST_DIR="]),
    ("FEATURES", ["cargo::metadata=FEATURES=", "cargo:FEATURES="]),
];

/// The metadata that a build script with this text does not print. Comments print nothing, and what is no Rust prints
/// nothing either.
pub(super) fn missing(text: &str) -> Vec<&'static str> {
    let mut texts = Vec::new();
    if let Ok(tokens) = text.parse::<TokenStream>() {
        collect(tokens, &mut texts);
    }
    let prints = |ways: &[&str]| texts.iter().any(|text| ways.iter().any(|way| text.starts_with(way)));
    PRINTED.iter().filter(|(_, ways)| !prints(ways)).map(|(name, _)| *name).collect()
}

/// Every text in the code, those in the arguments of macros among them. A documentation comment is an attribute to the
/// parser, and is left out with its group.
fn collect(tokens: TokenStream, texts: &mut Vec<String>) {
    let mut after_hash = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if !after_hash => collect(group.stream(), texts),
            TokenTree::Literal(literal) => {
                if let Lit::Str(text) = Lit::new(literal) {
                    texts.push(text.value());
                }
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), '#' | '!') => {
                after_hash = punct.as_char() == '#' || after_hash;
                continue;
            }
            _ => {}
        }
        after_hash = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_count_where_they_are_code() {
        let both = "fn main() {\n    println!(\"cargo::metadata=MANIFEST_DIR={}\", 1);\n    \
                    print!(\"cargo:FEATURES={}\\n\", 2);\n}\n";
        assert_eq!(missing(both), [""; 0]);
        assert_eq!(missing(&both.replace("    print!", "    // print!")), ["FEATURES"]);
        assert_eq!(missing("/// cargo::metadata=FEATURES=\nfn main() {}"), ["MANIFEST_DIR", "FEATURES"]);
        assert_eq!(missing("fn main( {"), ["MANIFEST_DIR", "FEATURES"]);
    }
}

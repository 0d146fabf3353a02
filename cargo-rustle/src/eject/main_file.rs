//! `src/main.rs` of an ejected runner: the project's own, with the glue where `rustle_runtime::main!()` stood.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use syn::spanned::Spanned;

use super::{BUNDLE, LINKED, MODULES};
use crate::failure::{Failure, Result};

/// What links a runner's modules.
pub(super) struct Glue<'a> {
    /// The crates, as Rust code names them.
    pub(super) crates: &'a [String],
    /// The files of modules, by name.
    pub(super) modules: &'a BTreeSet<String>,
    /// The key that the executable is pinned to.
    pub(super) signer: Option<&'a str>,
}

impl Glue<'_> {
    /// The text `main` with the glue in it.
    ///
    /// # Errors
    /// If it is no Rust, or does not say `rustle_runtime::main!()`.
    pub(super) fn in_place(&self, main: &str) -> Result<String> {
        let Range { start, end } = place(main)?;
        let (before, after) = (main.get(..start).unwrap_or_default(), main.get(end..).unwrap_or_default());
        // The template's first line names a file that stays behind.
        let before = before.replace("`rustle.toml` says which", &format!("`{BUNDLE}/` says which"));
        Ok(format!("{before}{}{after}", self.text()))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if !self.crates.is_empty() {
            text.push_str("// The crates with the modules that the plan names. A crate that no code names is not linked.\n");
        }
        for name in self.crates {
            let _ = writeln!(text, "use ::{name} as _;");
        }
        if !self.crates.is_empty() {
            text.push('\n');
        }
        for name in self.modules {
            let _ = writeln!(text, "#[path = \"{MODULES}/{name}.rs\"]\nmod {name};");
        }
        if !self.modules.is_empty() {
            text.push('\n');
        }
        let _ = write!(
            text,
            "/// The plan, its files and the settings: the folder `{BUNDLE}`, packed when this crate is compiled.\n\
             static BUNDLE: &[u8] = ::rustle_pack::bundle!(\"{BUNDLE}\");\n\n\
             /// The modules that are linked, and the crates that Cargo.lock pins: `cargo rustle inspect` tells them.\n\
             static LINKED: &[u8] = ::rustle_pack::linked!(\"{LINKED}\");\n\n\
             rustle_runtime::main!(BUNDLE, linked = LINKED{});",
            self.signer.map(|key| format!(", signer = {key:?}")).unwrap_or_default()
        );
        text
    }
}

/// Where `rustle_runtime::main!();` stands.
fn place(main: &str) -> Result<Range<usize>> {
    let file = syn::parse_file(main).map_err(|error| {
        let at = error.span().start();
        Failure::new(format!("src/main.rs:{}:{}: {error}", at.line, at.column + 1))
    })?;
    let calls = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.tokens.is_empty() => {
            let names: Vec<String> = item.mac.path.segments.iter().map(|it| it.ident.to_string()).collect();
            let name: Vec<&str> = names.iter().map(String::as_str).collect();
            matches!(name.as_slice(), ["rustle_runtime", "main"] | ["main"]).then(|| item.span().byte_range())
        }
        _ => None,
    });
    match calls.collect::<Vec<_>>().as_slice() {
        [one] => Ok(one.clone()),
        found => Err(Failure::new(format!(
            "src/main.rs says `rustle_runtime::main!();` {}, and what is ejected takes the place of one",
            match found.len() {
                0 => "nowhere",
                _ => "more than once",
            }
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glue<'a>(crates: &'a [String], modules: &'a BTreeSet<String>) -> Glue<'a> {
        Glue { crates, modules, signer: None }
    }

    #[test]
    fn what_else_stands_there_stays() {
        let (crates, modules) =
            (["rustle_module_file".to_owned()], BTreeSet::from(["com_acme_greet".to_owned()]));
        let main = "//! Grüße.\n\nmod own; // ours\n\nrustle_runtime::main!();\n\nfn f() {}\n";
        let text = glue(&crates, &modules).in_place(main).unwrap();
        assert_eq!(
            text,
            r#"//! Grüße.

mod own; // ours

// The crates with the modules that the plan names. A crate that no code names is not linked.
use ::rustle_module_file as _;

#[path = "rustle_modules/com_acme_greet.rs"]
mod com_acme_greet;

/// The plan, its files and the settings: the folder `bundle`, packed when this crate is compiled.
static BUNDLE: &[u8] = ::rustle_pack::bundle!("bundle");

/// The modules that are linked, and the crates that Cargo.lock pins: `cargo rustle inspect` tells them.
static LINKED: &[u8] = ::rustle_pack::linked!("linked.json");

rustle_runtime::main!(BUNDLE, linked = LINKED);

fn f() {}
"#
        );
        assert!(syn::parse_file(&text).is_ok());
    }

    #[test]
    fn a_main_of_another_shape_is_refused() {
        let modules = BTreeSet::new();
        for (main, why) in [
            ("fn main() {}", "nowhere"),
            ("rustle_runtime::main!(); rustle_runtime::main!();", "more than once"),
            ("fn main( {}", "src/main.rs:1:"),
        ] {
            let Err(Failure::Message(message, _)) = glue(&[], &modules).in_place(main) else {
                panic!("{main}")
            };
            assert!(message.contains(why), "{message}");
        }
    }
}

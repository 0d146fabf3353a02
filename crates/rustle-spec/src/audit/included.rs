//! What `include!` and its like read, and what `env!` does.

use std::path::{Component, Path, PathBuf};

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Token};

use crate::scan::attributes::is_called;

/// What a macro includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Included {
    /// A file, relative to the folder of the package.
    File(PathBuf),
    /// A file that the build script wrote.
    Generated,
    /// That cannot be told.
    Unknown,
}

/// What a macro with these arguments includes, which stands in `file`.
pub fn read(arguments: &TokenStream, file: &Path) -> Included {
    let mut arguments = expressions(arguments).into_iter();
    let (Some(expr), None) = (arguments.next(), arguments.next()) else { return Included::Unknown };
    match text(&expr, 0) {
        Some(Text { out_dir: true, .. }) => Included::Generated,
        Some(Text { package: true, text, .. }) => Included::File(PathBuf::from(text.trim_start_matches('/'))),
        Some(Text { text, .. }) => Included::File(file.parent().unwrap_or(Path::new("")).join(text)),
        None => Included::Unknown,
    }
}

/// Whether `path`, relative to the folder of a package, leads out of it.
pub fn is_outside(path: &Path) -> bool {
    let path = normal(path);
    path.is_absolute() || path.starts_with("..")
}

/// A text that the compiler puts together.
#[derive(Debug, Default)]
struct Text {
    text: String,
    /// Whether it begins with the folder of the package.
    package: bool,
    /// Whether it begins with the folder of what the build script wrote.
    out_dir: bool,
}

/// The text that `expr` is, in which `concat!` and `env!` may stand.
fn text(expr: &Expr, depth: usize) -> Option<Text> {
    if depth > 16 {
        return None;
    }
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(it), .. }) => Some(Text { text: it.value(), ..Text::default() }),
        Expr::Macro(it) if is_called(&it.mac.path, "concat") => {
            expressions(&it.mac.tokens).iter().try_fold(Text::default(), |whole, part| {
                let part = text(part, depth + 1)?;
                // A folder can only stand first.
                let is_first = whole.text.is_empty();
                (is_first || !(part.package || part.out_dir)).then(|| Text {
                    text: whole.text + &part.text,
                    package: whole.package || part.package,
                    out_dir: whole.out_dir || part.out_dir,
                })
            })
        }
        Expr::Macro(it) if is_called(&it.mac.path, "env") => match variable(&it.mac.tokens)?.as_str() {
            "CARGO_MANIFEST_DIR" => Some(Text { package: true, ..Text::default() }),
            "OUT_DIR" => Some(Text { out_dir: true, ..Text::default() }),
            _ => None,
        },
        Expr::Group(it) => text(&it.expr, depth + 1),
        _ => None,
    }
}

/// The variable that `env!` or `option_env!` with these arguments asks for.
pub fn variable(arguments: &TokenStream) -> Option<String> {
    match expressions(arguments).first()? {
        Expr::Lit(ExprLit { lit: Lit::Str(it), .. }) => Some(it.value()),
        _ => None,
    }
}

/// Expressions with commas between them; none if it is something else.
fn expressions(tokens: &TokenStream) -> Vec<Expr> {
    let parse = Punctuated::<Expr, Token![,]>::parse_terminated;
    parse.parse2(tokens.clone()).unwrap_or_default().into_iter().collect()
}

/// Whether Cargo itself sets the variable for whatever it compiles, so that it says nothing of the builder.
pub fn is_cargos(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || variable.starts_with("CARGO_BIN_")
        || variable.starts_with("CARGO_CFG_")
        || matches!(
            variable,
            "CARGO"
                | "CARGO_CRATE_NAME"
                | "CARGO_MANIFEST_DIR"
                | "CARGO_MANIFEST_PATH"
                | "CARGO_PRIMARY_PACKAGE"
                | "CARGO_TARGET_TMPDIR"
                | "OUT_DIR"
        )
}

/// `path` without `.` and with `..` taken off what stands before it: how it is shown.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Included {
        let mac: syn::Macro = syn::parse_str(code).unwrap();
        read(&mac.tokens, Path::new("src/deep/file.rs"))
    }

    #[test]
    fn names_are_put_together() {
        let file = |path: &str| Included::File(PathBuf::from(path));
        assert_eq!(of("include!(\"other.rs\")"), file("src/deep/other.rs"));
        assert_eq!(of("include!(\"../../x.rs\",)"), file("src/deep/../../x.rs"));
        assert_eq!(of("include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/a/\", \"b.rs\"))"), file("a/b.rs"));
        assert_eq!(of("include!(concat!(env!(\"OUT_DIR\"), \"/b.rs\"))"), Included::Generated);
        assert_eq!(of("include!(concat!(env!(\"HOME\"), \"/b.rs\"))"), Included::Unknown);
        assert_eq!(of("include!(name!())"), Included::Unknown);
        assert!(is_outside(Path::new("src/../../x.rs")) && is_outside(Path::new("/etc/passwd")));
        assert!(!is_outside(Path::new("src/x.rs")));
    }

    #[test]
    fn what_cargo_sets_says_nothing_of_the_builder() {
        assert!(is_cargos("CARGO_PKG_VERSION") && is_cargos("OUT_DIR"));
        assert!(!is_cargos("CARGO_REGISTRY_TOKEN") && !is_cargos("HOME"));
    }
}

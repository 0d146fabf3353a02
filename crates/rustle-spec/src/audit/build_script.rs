//! What runs when a package is built.
//!
//! A crate with modules needs a build script of two lines, which tells the runner where its sources are. Whatever else one
//! does is a finding.

use std::path::Path;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Item, Stmt};

use super::index::Index;
use super::package::Package;
use super::walk::Walk;
use super::{Capability, Finding};
use crate::scan::sources::Sources;
use crate::scan::{Cfg, ScanError};

/// What `cargo rustle module new` writes into a build script.
const METADATA: [&str; 2] = [
    r#"println!("cargo::metadata=MANIFEST_DIR={}", env!("CARGO_MANIFEST_DIR"))"#,
    r#"println!("cargo::metadata=FEATURES={}", std::env::var("CARGO_CFG_FEATURE").unwrap_or_default())"#,
];

/// What `package` does when it is built.
pub fn findings(
    sources: &Sources,
    package: &Package,
    cfg: &Cfg,
    errors: &mut Vec<ScanError>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let cargo_toml = Path::new("Cargo.toml");
    let finding = |file: &Path, line: usize, col: usize, capability: Capability, what: String| Finding {
        file: file.to_owned(),
        line,
        col,
        capability,
        what,
        how: None,
        certain: true,
    };
    if let Some(at) = package.proc_macro {
        let what = "proc-macro = true".to_owned();
        findings.push(finding(cargo_toml, at.line, at.col, Capability::ProcMacro, what));
    }
    for dependency in &package.build_dependencies {
        let (at, what) = (dependency.place, format!("the build dependency {}", dependency.package));
        findings.push(finding(cargo_toml, at.line, at.col, Capability::BuildScript, what));
    }
    let Some(script) = &package.build_script else { return findings };
    let parsed = match sources.parse(script) {
        Ok(parsed) => parsed,
        Err(error) => {
            errors.push(error);
            return findings;
        }
    };
    let Some(span) = beyond_metadata(&parsed.items) else { return findings };
    let start = span.start();
    let what = "a build script".to_owned();
    findings.push(finding(script, start.line.max(1), start.column + 1, Capability::BuildScript, what));
    // What it reaches is what a reviewer wants to see first.
    let mut index = Index::new(sources, cfg, true);
    let root = index.crate_of(parsed);
    let found = Walk::over(&mut index, root).found;
    errors.append(&mut index.errors);
    findings.extend(found.into_iter().map(|found| Finding {
        how: Some("in the build script".to_owned()),
        capability: Capability::BuildScript,
        ..found.finding
    }));
    findings
}

/// Where a build script goes beyond the lines that every crate with modules has.
fn beyond_metadata(items: &[Item]) -> Option<Span> {
    let mut functions = items.iter();
    let main = match functions.next()? {
        Item::Fn(main) if main.sig.ident == "main" && main.attrs.iter().all(is_doc) => main,
        other => return Some(other.span()),
    };
    if let Some(other) = functions.next() {
        return Some(other.span());
    }
    let lines = METADATA.map(|line| line.parse::<TokenStream>().map(|it| it.to_string()).unwrap_or_default());
    main.block.stmts.iter().find(|stmt| !is_metadata(stmt, &lines)).map(Spanned::span)
}

fn is_doc(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("doc")
}

fn is_metadata(stmt: &Stmt, lines: &[String]) -> bool {
    let mac = match stmt {
        Stmt::Macro(stmt) => &stmt.mac,
        Stmt::Expr(Expr::Macro(expr), _) => &expr.mac,
        _ => return false,
    };
    let written = mac.to_token_stream().to_string();
    let tells_of_changes = || {
        let text = mac.parse_body::<syn::LitStr>();
        mac.path.is_ident("println") && text.is_ok_and(|text| text.value().starts_with("cargo::rerun-if-"))
    };
    lines.contains(&written) || tells_of_changes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beyond(code: &str) -> Option<usize> {
        beyond_metadata(&syn::parse_file(code).unwrap().items).map(|span| span.start().line)
    }

    #[test]
    fn only_the_two_lines_are_nothing() {
        let template = include_str!("../../../../cargo-rustle/module-template/build.rs");
        assert_eq!(beyond(template), None);
        assert_eq!(beyond(&template.replace("println!", "std::println!")), Some(4));
        assert_eq!(beyond("fn main() {\n println!(\"cargo::rerun-if-changed=x\"); }"), None);
        assert_eq!(beyond("fn main() {\n println!(\"cargo::rustc-link-lib=x\"); }"), Some(2));
        assert_eq!(beyond("fn main() {}\nmacro_rules! println { () => {} }"), Some(2));
        assert_eq!(beyond("use a::println;\nfn main() {}"), Some(1));
        assert_eq!(beyond("#[tokio::main]\nfn main() {}"), Some(1));
        assert_eq!(beyond("fn main() {}"), None);
    }
}

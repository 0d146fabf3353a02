//! The reference pages say what the code says.

use rustle_build::config::mapped;
use rustle_build::{env_vars, lints};

const PAGE: &str = include_str!("../../../docs/CONFIGURATION.md");

/// The rows between `<!-- name -->` and `<!-- /name -->`.
fn rows(name: &str) -> Vec<&'static str> {
    let (_, after) = PAGE.split_once(&format!("<!-- {name} -->\n")).unwrap();
    let (rows, _) = after.split_once(&format!("<!-- /{name} -->")).unwrap();
    rows.lines().collect()
}

#[test]
fn every_lint_is_documented() {
    let expected: Vec<String> = lints::ALL
        .iter()
        .map(|lint| format!("| `{}` | {} | {} |", lint.name, lint.level.word(), lint.doc))
        .collect();
    assert_eq!(rows("lints"), expected, "\n{}", expected.join("\n"));
}

#[test]
fn every_environment_variable_is_documented() {
    let expected: Vec<String> =
        env_vars::ALL.iter().map(|var| format!("| `{}` | {} |", var.name, var.doc)).collect();
    assert_eq!(rows("environment"), expected, "\n{}", expected.join("\n"));
}

#[test]
fn every_key_by_another_name_is_documented() {
    let expected: Vec<String> =
        mapped::ALL.iter().map(|mapped| format!("| `{}` | {} |", mapped.key, mapped.here)).collect();
    assert_eq!(rows("mapped"), expected, "\n{}", expected.join("\n"));
}

//! The crates that a package names.

use std::path::PathBuf;

use super::mention::Named;
use super::package::Package;

/// Crates that need no dependency.
const STANDARD: [&str; 6] = ["alloc", "core", "proc_macro", "self", "std", "test"];

/// Types of the language, whose functions are written like those of crates: `u8::from_str`.
const PRIMITIVE: [&str; 21] = [
    "bool", "char", "f16", "f32", "f64", "f128", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8",
    "u16", "u32", "u64", "u128", "usize", "slice", "never",
];

/// A crate that a package names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrateNamed {
    /// What it is called in the code.
    pub name: String,
    /// The package that Cargo.toml depends on under this name; `None` if it depends on none, so that the code cannot be
    /// compiled as it is.
    pub package: Option<String>,
    /// The file that names it: Cargo.toml, or where that does not, the first in the code.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub col: usize,
}

/// Those that `package` depends on (when it is built, too), and those of `named` that it does not.
pub fn listed(package: &Package, named: &[Named]) -> Vec<CrateNamed> {
    let dependencies = package.dependencies.iter().chain(&package.build_dependencies);
    let mut all: Vec<CrateNamed> = dependencies
        .map(|it| CrateNamed {
            name: it.name.clone(),
            package: Some(it.package.clone()),
            file: PathBuf::from("Cargo.toml"),
            line: it.place.line,
            col: it.place.col,
        })
        .collect();
    let is_there = |name: &str| {
        let mut known = package.dependencies.iter();
        STANDARD.contains(&name)
            || PRIMITIVE.contains(&name)
            || name == package.library
            || known.any(|it| it.name == name || it.package.replace('-', "_") == name)
    };
    for Named { name, at, file } in named {
        if !is_there(name) && !all.iter().any(|it| it.name == *name && it.package.is_none()) {
            let (line, col) = (at.line.max(1), at.column + 1);
            all.push(CrateNamed { name: name.clone(), package: None, file: file.clone(), line, col });
        }
    }
    all
}

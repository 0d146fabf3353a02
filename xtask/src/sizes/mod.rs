//! `cargo xtask sizes`: how large runners are, measured and written where `cargo rustle build --estimate` reads it,
//! `crates/rustle-build/src/sizes.json`.
//!
//! Runners are built in release: one without a module, one with each crate of modules and each companion, one that is
//! pinned to a key, and ones with all of them. Of the last one the symbols say how much is each module's own.

mod runner;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command as Process, ExitCode};

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_build::profiles::Profile;
use rustle_build::sizes::{CrateSize, Sizes, measured};
use rustle_build::{catalogue, companions};
use rustle_schema::module_spec::ModuleSpec;

use self::runner::{Recipe, Workshop};

/// Packages that a runner may have beside the runtime, each with its modules.
pub(crate) type Packages = BTreeMap<String, BTreeSet<String>>;

/// The chore's name.
pub const NAME: &str = "sizes";

const TABLE: &str = "crates/rustle-build/src/sizes.json";

/// What the runners are built for: what a static runner of this project's machines is.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// Its command line.
pub fn command() -> Command {
    Command::new(NAME)
        .about("Builds runners and writes how large they are: some minutes of compiling")
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Builds nothing; fails if the table lacks a module, or has one that is gone"),
        )
        .arg(
            Arg::new("compare")
                .long("compare")
                .action(ArgAction::SetTrue)
                .conflicts_with("check")
                .help("Builds runners of several crates, and prints how far the table is off"),
        )
}

/// Measures and writes, or compares.
///
/// # Errors
/// If a runner cannot be built, or the table not written.
pub fn run(matches: &ArgMatches) -> io::Result<ExitCode> {
    if matches.get_flag("check") {
        let complete = is_complete(catalogue::builtin());
        return Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let root = crate::root();
    let workshop = Workshop::new(&root, TARGET, Profile::Size)?;
    if matches.get_flag("compare") {
        compare(&workshop)?;
        return Ok(ExitCode::SUCCESS);
    }
    let table = measure(&workshop)?;
    write(&root.join(TABLE), &table)?;
    println!("{TABLE} is written");
    Ok(ExitCode::SUCCESS)
}

/// Whether the table has these modules, which are the builtin ones, and no others; what differs is told. Sizes may drift:
/// nothing is built.
pub(crate) fn is_complete(modules: &[ModuleSpec]) -> bool {
    let differing = differences(measured(), &packages(modules));
    for difference in &differing {
        eprintln!("error: {TABLE} {difference}: `cargo xtask sizes` measures anew");
    }
    differing.is_empty()
}

/// The packages of these modules, and the companions.
fn packages(modules: &[ModuleSpec]) -> Packages {
    let mut packages = Packages::new();
    for spec in modules {
        packages.entry(spec.krate.clone()).or_default().insert(spec.name.clone());
    }
    packages.extend(companions::ALL.iter().map(|it| (it.package.to_owned(), BTreeSet::new())));
    packages
}

/// What `table` lacks of `packages`, and what it has that is not there any more.
fn differences(table: &Sizes, packages: &Packages) -> Vec<String> {
    let there = |packages: BTreeMap<&String, BTreeSet<&String>>| -> BTreeSet<String> {
        let names = |(package, modules): (&String, BTreeSet<&String>)| {
            let modules = modules.into_iter().map(|module| format!("`{module}` of {package}"));
            std::iter::once(package.clone()).chain(modules).collect::<Vec<_>>()
        };
        packages.into_iter().flat_map(names).collect()
    };
    let in_table = there(table.crates.iter().map(|(name, it)| (name, it.modules.keys().collect())).collect());
    let wanted = there(packages.iter().map(|(name, modules)| (name, modules.iter().collect())).collect());
    let lacks = wanted.difference(&in_table).map(|name| format!("lacks {name}"));
    lacks.chain(in_table.difference(&wanted).map(|name| format!("has {name}, which is gone"))).collect()
}

fn measure(workshop: &Workshop) -> io::Result<Sizes> {
    let packages = packages(catalogue::builtin());
    let all: Vec<&str> = packages.keys().map(String::as_str).collect();
    let with_modules: Vec<&str> = all.iter().copied().filter(|name| !packages[*name].is_empty()).collect();
    let of = |packages: &[&str], signer| workshop.size(&Recipe { packages, signer });
    let base = of(&[], false)?;
    let signer = of(&[], true)?.saturating_sub(base);
    let alone = all.iter().map(|&package| Ok((package, of(&[package], false)?.saturating_sub(base))));
    let alone: BTreeMap<&str, u64> = alone.collect::<io::Result<_>>()?;
    // What is there once, and was measured with each of them.
    let sum: u64 = with_modules.iter().filter_map(|package| alone.get(package)).sum();
    let shared = sum.saturating_sub(of(&with_modules, false)?.saturating_sub(base));
    let first = shared / u64::try_from(with_modules.len().saturating_sub(1).max(1)).unwrap_or(1);
    let total = of(&all, false)?;
    let named = workshop.with_symbols(&Recipe { packages: &with_modules, signer: false })?;
    let mut shares = symbols::shares(&named, &packages)?;
    let crates = alone.into_iter().map(|(package, adds)| {
        let modules = shares.remove(package).unwrap_or_default();
        let adds = if modules.is_empty() { adds } else { adds.saturating_sub(first) };
        (package.to_owned(), CrateSize { adds, modules })
    });
    Ok(Sizes {
        measured: jiff::Zoned::now().date().to_string(),
        compiler: compiler()?,
        target: TARGET.to_owned(),
        profile: Profile::Size.word().to_owned(),
        base,
        signer,
        first,
        crates: crates.collect(),
        all: total,
    })
}

/// Builds runners of several crates, and says by how much the table is off.
fn compare(workshop: &Workshop) -> io::Result<()> {
    let packages = packages(catalogue::builtin());
    let all: Vec<&str> = packages.keys().map(String::as_str).collect();
    let modules: Vec<&str> = all.iter().copied().filter(|name| name.starts_with("rustle-module-")).collect();
    for packages in [&modules[..2], &modules[1..], &modules, &all] {
        let found = workshop.size(&Recipe { packages, signer: false })?;
        let told = measured().estimate(packages.iter().copied(), false).bytes;
        let off = (told as f64 / found as f64 - 1.0) * 100.0;
        println!("{found} bytes, and the table says {told} ({off:+.1}%): {}", packages.join(", "));
    }
    Ok(())
}

fn compiler() -> io::Result<String> {
    let output = Process::new("rustc").arg("-V").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn write(path: &Path, table: &Sizes) -> io::Result<()> {
    fs::write(path, serde_json::to_string_pretty(table)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_builtin_module() {
        assert_eq!(differences(measured(), &packages(catalogue::builtin())), [""; 0]);
    }

    #[test]
    fn what_is_missing_or_gone_is_named() {
        let mut table = measured().clone();
        let file = table.crates.get_mut("rustle-module-file").unwrap();
        let size = file.modules.remove("copy").unwrap();
        file.modules.insert("cp".to_owned(), size);
        table.crates.remove("rustle-secrets");
        assert_eq!(
            differences(&table, &packages(catalogue::builtin())),
            [
                "lacks `copy` of rustle-module-file",
                "lacks rustle-secrets",
                "has `cp` of rustle-module-file, which is gone"
            ]
        );
    }
}

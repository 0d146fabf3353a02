//! `cargo xtask catalogue`: what the builtin modules say of themselves, written where the build reads it.
//!
//! Two files are generated from sources and committed, so that a build need not scan the builtin modules and never
//! reaches the runtime: `crates/rustle-build/src/catalogue.json`, every builtin module's specification, and
//! `crates/rustle-spec/src/scan/shared_types.json`, the argument types of `rustle_runtime::args`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_schema::module_spec::{ArgType, ModuleSpec};
use rustle_spec::scan::{self, Cfg, ScanError, shared};

use crate::sizes;

/// The chore's name.
pub const NAME: &str = "catalogue";

const CATALOGUE: &str = "crates/rustle-build/src/catalogue.json";
const SHARED: &str = "crates/rustle-spec/src/scan/shared_types.json";

/// Its command line.
pub fn command() -> Command {
    Command::new(NAME).about("Writes the catalogue of the builtin modules from their sources").arg(
        Arg::new("check")
            .long("check")
            .action(ArgAction::SetTrue)
            .help("Writes nothing; fails if a file is stale, or the table of sizes lacks a module"),
    )
}

/// Writes both files, or compares them.
///
/// # Errors
/// If the sources cannot be read, or the files not written.
pub fn run(matches: &ArgMatches) -> io::Result<ExitCode> {
    generate(matches.get_flag("check")).map_err(io::Error::other)
}

fn generate(check: bool) -> Result<ExitCode, String> {
    let root = crate::root();
    let shared = shared::read(&root.join("crates/rustle-runtime"))
        .map_err(|errors| report("crates/rustle-runtime", &errors))?;
    let modules = modules(&root, &shared)?;
    let files = [(SHARED, pretty(&shared)?), (CATALOGUE, pretty(&modules)?)];
    let mut stale = false;
    for (name, text) in &files {
        let path = root.join(name);
        if fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        stale = true;
        if check {
            eprintln!("error: {name} is stale: `cargo xtask catalogue` writes it anew");
        } else {
            fs::write(&path, text).map_err(|error| format!("{name}: {error}"))?;
            println!("{name} is written");
        }
    }
    println!("{} modules", modules.len());
    let unmeasured = check && !sizes::is_complete(&modules);
    Ok(if (stale && check) || unmeasured { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Every builtin module, by name.
fn modules(root: &Path, shared: &BTreeMap<String, ArgType>) -> Result<Vec<ModuleSpec>, String> {
    let folder = root.join("modules");
    let entries = fs::read_dir(&folder).map_err(|error| format!("modules: {error}"))?;
    let mut crates: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    crates.sort();
    let mut all: BTreeMap<String, ModuleSpec> = BTreeMap::new();
    for name in crates.iter().filter(|name| folder.join(name).join("Cargo.toml").is_file()) {
        let krate = folder.join(name);
        let specs = scan::crate_specs_with(&krate, &everything(&krate)?, shared)
            .map_err(|errors| report(&format!("modules/{name}"), &errors))?;
        for spec in specs {
            if let Some(other) = all.insert(spec.name.clone(), spec) {
                return Err(format!("two builtin modules are called `{}`", other.name));
            }
        }
    }
    Ok(all.into_values().collect())
}

/// Linux, with every feature of the crate.
fn everything(krate: &Path) -> Result<Cfg, String> {
    let path = krate.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    let linux = Cfg::new().with_name("unix").with("target_os", "linux").with("target_family", "unix");
    let features = table.get("features").and_then(toml::Value::as_table);
    Ok(features.into_iter().flat_map(toml::Table::keys).fold(linux, |cfg, feature| cfg.with_feature(feature)))
}

fn pretty<T: serde::Serialize>(it: &T) -> Result<String, String> {
    serde_json::to_string_pretty(it).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn report(krate: &str, errors: &[ScanError]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("{krate}/{error}")).collect();
    lines.join("\n")
}

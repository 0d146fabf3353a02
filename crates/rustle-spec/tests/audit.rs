//! What is found in code that hides something, and what is not found in code that does not.
//!
//! Each folder of `tests/audit/hostile` is a crate, or one file `module.rs`, with an `expected.toml` that lists every
//! finding: `src/lib.rs:3 process:exec`, with `perhaps` before the permission where it is not certain. Each file of
//! `tests/audit/honest` is a module whose declared permissions suffice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustle_spec::audit::{self, Audit, Finding, compare};
use rustle_spec::scan::{Cfg, ScanError};

#[path = "audit/any_text.rs"]
mod any_text;
#[path = "audit/builtins.rs"]
mod builtins;
#[path = "audit/crates.rs"]
mod crates;
#[path = "audit/honest.rs"]
mod honest;

/// The folder with the fixtures of this name, and what is in it.
fn fixtures(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn linux() -> Cfg {
    Cfg::new().with_name("unix").with("target_os", "linux").with("target_family", "unix")
}

/// What is said in an `expected.toml` of the target.
fn cfg_of(expected: &toml::Table) -> Cfg {
    let Some(said) = expected.get("cfg") else { return linux() };
    let said = said.as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    said.fold(Cfg::new(), |cfg, it| match it.split_once('=') {
        Some((name, value)) => cfg.with(name, value),
        None => cfg.with_name(it),
    })
}

fn look_at(folder: &Path, cfg: &Cfg) -> Result<Audit, Vec<ScanError>> {
    let single = folder.join("module.rs");
    if !single.is_file() {
        return audit::audit(folder, cfg);
    }
    let text = std::fs::read_to_string(&single).unwrap();
    audit::audit_of_file("module.rs".as_ref(), &text, cfg)
}

/// As it is written in `expected.toml`.
fn written(finding: &Finding) -> String {
    let perhaps = if finding.certain { "" } else { "perhaps " };
    let permission = finding.capability.permission();
    format!("{}:{} {perhaps}{permission}", finding.file.display(), finding.line)
}

#[test]
fn whatever_hides_something_is_found_at_its_line() {
    let folders = fixtures("hostile");
    assert!(folders.len() >= 25, "{} fixtures", folders.len());
    let mut wrong = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let expected: toml::Table =
            std::fs::read_to_string(folder.join("expected.toml")).unwrap().parse().unwrap();
        let wanted = expected["findings"].as_array().unwrap().iter();
        let wanted: BTreeSet<String> = wanted.map(|it| it.as_str().unwrap().to_owned()).collect();
        let found = match look_at(&folder, &cfg_of(&expected)) {
            Ok(audit) => audit.findings,
            Err(errors) => {
                wrong.push(format!("{name}: {errors:#?}"));
                continue;
            }
        };
        let told: BTreeSet<String> = found.iter().map(written).collect();
        wrong.extend(wanted.difference(&told).map(|it| format!("{name}: not found: {it}")));
        for it in told.difference(&wanted) {
            let why = found.iter().find(|finding| written(finding) == *it).unwrap();
            wrong.push(format!("{name}: found, but there is nothing: {it}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn it_is_told_how_a_door_is_reached() {
    let told = |fixture: &str, place: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/hostile").join(fixture);
        let findings = look_at(&folder, &linux()).unwrap().findings;
        let found = findings.into_iter().find(|it| written(it) == place);
        found.unwrap_or_else(|| panic!("{fixture}: {place}")).to_string()
    };
    for (fixture, place, wanted) in [
        (
            "through_reexports",
            "src/lib.rs:7 process:exec",
            "src/lib.rs:7:13: starts programs: `std::process::Command`, through the re-export `crate::sys::run::new`",
        ),
        (
            "in_macro_arguments",
            "module.rs:6 process:exec",
            "module.rs:6:20: starts programs: `std::process::Command`, in the arguments of the macro `vec!`",
        ),
        (
            "in_macro_rules",
            "module.rs:4 fs:write",
            "module.rs:4:9: writes files: `std::fs::write`, in the body of the macro `touch!`",
        ),
        (
            "by_include",
            "src/data/expression.txt:3 net:connect",
            "src/data/expression.txt:3:5: connects to others: `std::net::TcpStream::connect`, by include!",
        ),
        (
            "aliases",
            "module.rs:10 fs:read",
            "module.rs:10:13: reads files: `std::fs::File::open`, by the alias `Nested::open`",
        ),
        (
            "renamed_std",
            "module.rs:6 process:exec",
            "module.rs:6:13: starts programs: `std::process::Command`, as `s::process::Command::new`",
        ),
        (
            "generated_code",
            "src/lib.rs:2 code:build_script",
            "src/lib.rs:2:5: runs code when it is built: `include!`, generated code is not seen",
        ),
        (
            "mirrors",
            "src/lib.rs:8 net:connect",
            "src/lib.rs:8:13: connects to others: `tokio::net::TcpStream::connect`",
        ),
    ] {
        assert_eq!(told(fixture, place), wanted);
    }
}

/// What a comparison comes to, as a test shows it.
fn undeclared(findings: &[Finding], declared: &[String]) -> Vec<String> {
    let compared = compare(findings, declared);
    compared.undeclared.iter().flat_map(|it| &it.findings).map(ToString::to_string).collect()
}

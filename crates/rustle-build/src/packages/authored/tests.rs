use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::diagnostics::one_line;

const CARGO: &str = "[package]\nname = \"acme-greet\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n\
                     links = \"rustle_acme_greet\"\nrust-version = \"1.85\"\n\n[features]\nloud = []\n\n\
                     [dependencies]\nrustle-runtime = { version = \"0.1.0\", path = \"/r\" }\nacme-base = \"1\"\n";

const MODULE: &str = "schema = 1\nid = \"acme.greet\"\nversion = \"0.1.0\"\ndescription = \"Greets\"\nlicense = \"MIT\"\n\
                      permissions = [\"fs:write\"]\n[dependencies]\n\"acme.base\" = { version = \"^1\", optional = true }\n\
                      [features]\nloud = [\"acme.base/loud\", \"dep:acme.base\"]\n[requirements]\n\
                      rust-version = \"1.85\"\ntargets = [\"*-linux-*\"]\n[entrypoints]\nnative = \"src/lib.rs\"\n\
                      [exports]\n\"greet.write\" = \"acme.greet\"\n[imports]\nbase = \"acme.base/write\"\n";

const BUILD: &str = "fn main() {\n    println!(\"cargo::metadata=MANIFEST_DIR={}\", env!(\"CARGO_MANIFEST_DIR\"));\n    \
                     println!(\"cargo::metadata=FEATURES={}\", std::env::var(\"CARGO_CFG_FEATURE\").unwrap_or_default());\n}\n";

const LIB: &str = "use rustle_runtime::prelude::*;\n\n/// Greets.\n#[rustle_module(name = \"acme.greet\")]\npub struct Greet {\n    \
                   /// Where.\n    path: PathBuf,\n}\n\nimpl Module for Greet {\n    fn apply(&self, _: &Context) -> \
                   Result<Outcome> {\n        std::fs::write(&self.path, \"hi\")?;\n        Ok(Outcome::of(true))\n    }\n}\n";

/// A package that is as it should be, but for what `change` does to it.
fn package(change: impl FnOnce(&Path)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    for (name, text) in
        [("Cargo.toml", CARGO), ("module.toml", MODULE), ("build.rs", BUILD), ("src/lib.rs", LIB)]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    change(folder.path());
    folder
}

fn replace(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(folder.join(file), text.replace(from, to)).unwrap();
}

fn options() -> Options {
    Options {
        rust_version: Some(Version::new(1, 95, 0)),
        targets: vec!["x86_64-unknown-linux-gnu".into(), "x86_64-apple-darwin".into()],
        ..Options::default()
    }
}

/// What is told after one replacement, in one line each, without notes.
fn told(file: &str, from: &str, to: &str) -> Vec<String> {
    let folder = package(|folder| replace(folder, file, from, to));
    let authored = check(folder.path(), &options());
    let serious = authored.problems.iter().filter(|problem| problem.severity != Severity::Note);
    serious.map(|problem| format!("{:?} {}", problem.severity, one_line(problem))).collect()
}

#[test]
fn a_package_as_it_should_be() {
    let folder = package(|_| {});
    let authored = check(folder.path(), &options());
    assert_eq!(authored.problems.iter().map(one_line).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(authored.manifest.unwrap().id.as_str(), "acme.greet");
    assert_eq!((authored.specs.len(), authored.tree.files().len()), (1, 4));
    assert_eq!(authored.permissions.len(), 1);
}

#[test]
fn everything_that_does_not_agree_has_its_code_and_its_place() {
    for (file, from, to, expected) in [
        (
            "Cargo.toml",
            "\"acme-greet\"",
            "\"greet\"",
            "Error Cargo.toml:2:8: the crate of `acme.greet` is called `greet`",
        ),
        (
            "Cargo.toml",
            "version = \"0.1.0\"\ne",
            "version = \"0.2.0\"\ne",
            "Error Cargo.toml:3:11: `acme.greet` has version 0.1.0",
        ),
        (
            "Cargo.toml",
            "license = \"MIT\"",
            "license = \"ISC\"",
            "Error Cargo.toml:5:11: the manifest says `MIT`",
        ),
        (
            "Cargo.toml",
            "links = \"rustle_acme_greet\"\n",
            "",
            "Error Cargo.toml:1:2: Cargo.toml has no `links",
        ),
        ("Cargo.toml", "rustle_acme_greet", "greet", "Error Cargo.toml:6:9: `links` should be"),
        ("Cargo.toml", "\"1.85\"", "\"1.90\"", "Warning Cargo.toml:7:16: the manifest needs Rust 1.85.0"),
        ("Cargo.toml", "loud = []", "", "Error module.toml:10:8: the feature `loud` is not in"),
        ("Cargo.toml", "loud = []", "loud = []\nquiet = []", "Warning Cargo.toml:11:9: the feature `quiet`"),
        (
            "Cargo.toml",
            "acme-base = \"1\"",
            "",
            "Error module.toml:8:1: `acme.base` is not in `[dependencies]`",
        ),
        (
            "Cargo.toml",
            "acme-base = \"1\"",
            "acme-base = { path = \"../b\" }",
            "Error Cargo.toml:14:22: `acme-base` lies in",
        ),
        (
            "build.rs",
            "cargo::metadata=FEATURES",
            "cargo::warning=FEATURES",
            "Error Cargo.toml:1:2: build.rs does not print `cargo::metadata=FEATURES",
        ),
        (
            "module.toml",
            "\"MIT\"",
            "\"MIT License\"",
            "Error Cargo.toml:5:11: the manifest says `MIT License`",
        ),
        (
            "module.toml",
            "description = \"Greets\"\n",
            "",
            "Warning module.toml:2:6: nothing says what the package is for",
        ),
        ("module.toml", "^1", ">2, <1", "Error module.toml:8:1: `acme.base` is wanted at `>2, <1`"),
        ("module.toml", "^1", "one", "Error module.toml:8:1: `acme.base` is wanted at `one`"),
        (
            "module.toml",
            "acme.base/loud",
            "acme.bass/loud",
            "Error module.toml:10:8: the feature `loud` enables `acme.bass/loud`",
        ),
        (
            "module.toml",
            "dep:acme.base",
            "nothing",
            "Error module.toml:10:8: the feature `loud` enables `nothing`",
        ),
        (
            "module.toml",
            "rust-version = \"1.85\"",
            "rust-version = \"2.0\"",
            "Warning Cargo.toml:7:16: the manifest needs Rust 2.0.0",
        ),
        ("module.toml", "*-linux-*", "*-minix-*", "Error module.toml:13:11: `*-minix-*` matches no target"),
        ("module.toml", "*-linux-*", "[", "Error module.toml:13:11: `[` is no pattern"),
        (
            "module.toml",
            "src/lib.rs",
            "src/main.rs",
            "Error module.toml:15:10: the entry point `native` is `src/main.rs`",
        ),
        (
            "module.toml",
            "= \"acme.greet\"\n[imports]",
            "= \"acme.gret\"\n[imports]",
            "Error module.toml:17:17: `greet.write` is exported from `acme.gret`",
        ),
        (
            "module.toml",
            "acme.base/write",
            "acme.other/write",
            "Error module.toml:19:8: the import `base` is",
        ),
        (
            "module.toml",
            "schema = 1",
            "schema = 1\nlevel = \"sandboxed\"",
            "Error `acme.greet` wants the level `sandboxed`",
        ),
        (
            "module.toml",
            "\"fs:write\"",
            "\"fs:write\", \"secure_chain\"",
            "Warning `acme.greet` wants `secure_chain`",
        ),
        (
            "module.toml",
            "[dependencies]",
            "[metadata]\ntype = \"official\"\n[dependencies]",
            "Warning `acme.greet` calls itself `official`",
        ),
        ("module.toml", "\"fs:write\"", "\"fs:read\"", "Error src/lib.rs:12:"),
        ("src/lib.rs", "    /// Where.\n", "", "Error src/lib.rs:6:5: `path` needs a documentation comment"),
        (
            "src/lib.rs",
            "#[rustle_module(name = \"acme.greet\")]\n",
            "",
            "Error `acme.greet` has no `#[rustle_module]`",
        ),
        (
            "src/lib.rs",
            "name = \"acme.greet\"",
            "name = \"copy\"",
            "Warning `copy` takes the place of the builtin",
        ),
    ] {
        let told = told(file, from, to);
        assert!(told.iter().any(|line| line.starts_with(expected)), "{expected}\n{told:#?}");
    }
}

#[test]
fn what_only_an_official_key_can_vouch_for_does_not_leave_unsigned() {
    let folder =
        package(|folder| replace(folder, "module.toml", "\"fs:write\"", "\"fs:write\", \"secure_chain\""));
    let leaving = check(folder.path(), &Options { unsigned: true, ..options() });
    assert_eq!(leaving.problems.to_json()["errors"][0]["code"], "policy-permission");
}

#[test]
fn a_bare_crate_and_a_missing_licence() {
    let folder = package(|folder| {
        fs::remove_file(folder.join("module.toml")).unwrap();
        replace(folder, "Cargo.toml", "license = \"MIT\"\n", "description = \"x\"\n");
        replace(
            folder,
            "src/lib.rs",
            "name = \"acme.greet\"",
            "name = \"acme.greet\", permissions = [\"fs:write\"]",
        );
    });
    let authored = check(folder.path(), &options());
    let codes: Vec<&str> = authored.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["manifest-license"]);
}

#[test]
fn files_that_nobody_takes() {
    let folder = package(|folder| {
        std::os::unix::fs::symlink("/etc/passwd", folder.join("passwd")).unwrap();
    });
    let authored = check(folder.path(), &options());
    assert!(authored.problems.to_json()["errors"][0]["message"].as_str().unwrap().contains("E-TREE-LINK"));
    let pair = "untrusted comment: minisign encrypted secret key\nRWQAAEIyAAAAAAAA\n";
    let folder = package(|folder| fs::write(folder.join("acme.key"), pair).unwrap());
    let authored = check(folder.path(), &options());
    assert_eq!(authored.problems.to_json()["errors"][0]["code"], "secret-key");
}

#[test]
fn one_file_is_a_package_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("say_hi.rs");
    fs::write(&path, LIB.replace("\"acme.greet\"", "\"acme.say_hi\"")).unwrap();
    let authored = check(&path, &Options { shown: "say_hi.rs".into(), ..options() });
    assert_eq!(authored.manifest.unwrap().id.as_str(), "acme.sayhi");
    let errors = authored.problems.to_json()["errors"].clone();
    assert_eq!(
        (errors[0]["code"].as_str(), errors[0]["line"].as_u64()),
        (Some("undeclared-permission"), Some(12))
    );
    fs::write(&path, "fn main() {}").unwrap();
    let none = check(&path, &options());
    assert!(none.problems.iter().any(|problem| problem.message.contains("no `#[rustle_module]`")));
    assert_eq!(check(&folder.path().join("none.rs"), &options()).problems.errors(), 1);
}

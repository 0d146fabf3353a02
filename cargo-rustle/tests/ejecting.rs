//! `eject`, and what decides how a runner is built, as a user calls them; nothing is compiled.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{Ran, rustle};
use rustle_bundle::Bundle;
use rustle_bundle::folder;
use rustle_schema::linked::LinkedModule;
use tempfile::TempDir;

fn ran(folder: &Path, args: &[&str]) -> Ran {
    let ran = rustle(folder, args, &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    ran
}

fn playbook() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let site = "- name: Greet\n  hosts: all\n  gather_facts: false\n  vars:\n    ratio: 0.1\n    endless: .inf\n  \
                tasks:\n    - copy:\n        src: motd\n        dest: /tmp/motd\n    - debug:\n        msg: \"{{ ratio }}\"\n";
    fs::write(folder.path().join("site.yml"), site).unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    fs::write(folder.path().join("files/motd"), "hello\n").unwrap();
    folder
}

fn digest(out: &str) -> String {
    let line = out.lines().find_map(|line| line.trim().strip_prefix("digest"));
    line.unwrap_or_else(|| panic!("{out}")).trim().to_owned()
}

fn packed(project: &Path) -> Bundle {
    Bundle::open(folder::pack(&project.join("bundle")).unwrap().bundle).unwrap()
}

#[test]
fn a_playbook_is_ejected_as_text() {
    let home = playbook();
    let told = ran(home.path(), &["eject", "out", "--playbook", "site.yml", "--name", "web"]);
    let out = home.path().join("out");
    assert!(!out.join("build.rs").exists() && !out.join("rustle.toml").exists());
    assert_eq!(packed(&out).digest(), digest(&told.out));
    assert_eq!(packed(&out).plan().unwrap().plays.len(), 1);
    let manifest: toml::Table = fs::read_to_string(out.join("Cargo.toml")).unwrap().parse().unwrap();
    assert_eq!(manifest["package"]["name"].as_str(), Some("web"));
    let names: Vec<&String> = manifest["dependencies"].as_table().unwrap().keys().collect();
    assert!(names.contains(&&"rustle-pack".to_owned()) && names.contains(&&"rustle-module-file".to_owned()));
    assert!(manifest.get("build-dependencies").is_none() && manifest["package"].get("build").is_none());
    let main = fs::read_to_string(out.join("src/main.rs")).unwrap();
    assert!(main.contains("use ::rustle_module_file as _;"));
    assert!(main.contains("rustle_runtime::main!(BUNDLE, linked = LINKED);"));
    // All modules of the crates that are linked, and no others.
    let linked = fs::read_to_string(out.join("linked.json")).unwrap();
    let linked: Vec<LinkedModule> = serde_json::from_str(&linked).unwrap();
    let crates: BTreeSet<&str> = linked.iter().map(|module| module.krate.as_str()).collect();
    assert_eq!(crates.into_iter().collect::<Vec<_>>(), ["rustle-module-control", "rustle-module-file"]);
    assert!(linked.iter().any(|module| module.name == "template"));
    // A change in the text is a change of the runner.
    let play = fs::read_dir(out.join("bundle/plan/plays")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&play).unwrap();
    fs::write(&play, text.replace("\"Greet\"", "\"Greet all\"")).unwrap();
    assert_ne!(packed(&out).digest(), digest(&told.out));
    // What somebody has edited is not written over.
    let again = rustle(home.path(), &["eject", "out", "--playbook", "site.yml"], &[]);
    assert!(again.code == Some(1) && again.err.contains("is not empty"), "{}", again.err);
}

#[test]
fn the_same_level_gives_the_same_bundle() {
    let home = playbook();
    let level = [("RUSTLE_COMPRESSION_LEVEL", "19")];
    let told = rustle(home.path(), &["eject", "out", "--playbook", "site.yml"], &level);
    assert_eq!(packed(&home.path().join("out")).digest(), digest(&told.out));
    for bad in ["23", "fast"] {
        let level = [("RUSTLE_COMPRESSION_LEVEL", bad)];
        let told = rustle(home.path(), &["eject", "bad", "--playbook", "site.yml"], &level);
        assert!(told.code == Some(1) && told.err.contains("between -7 and 22"), "{}", told.err);
    }
}

#[test]
fn a_project_gets_the_profile_that_it_asks_for() {
    let home = playbook();
    ran(home.path(), &["new", "web", "--playbook", "site.yml"]);
    let project = home.path().join("web");
    let config = project.join("rustle.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}\n[build]\nprofile = \"speed\"\n")).unwrap();
    let told = rustle(&project, &["check"], &[]);
    assert!(
        told.err.contains("[profile-differs]") && told.err.contains("`opt-level` is \"z\", and should be 3"),
        "{}",
        told.err
    );
    ran(&project, &["check", "--fix"]);
    let manifest: toml::Table = fs::read_to_string(project.join("Cargo.toml")).unwrap().parse().unwrap();
    assert_eq!(manifest["profile"]["release"]["opt-level"].as_integer(), Some(3));
    let told = rustle(&project, &["check"], &[]);
    assert!(!told.err.contains("profile-differs"), "{}", told.err);
    // What it would build is what is ejected.
    let told = ran(&project, &["eject"]);
    assert_eq!(packed(&project.join("ejected")).digest(), digest(&told.out));
    assert!(told.err.is_empty(), "{}", told.err);
}

#[test]
fn another_template_is_taken() {
    let home = playbook();
    let template = home.path().join("template");
    ran(home.path(), &["new", "template"]);
    let main = "//! Ours.\n\nrustle_runtime::main!();\n";
    fs::write(template.join("src/main.rs"), main).unwrap();
    let named = [("RUSTLE_TEMPLATE_DIR", template.to_str().unwrap())];
    let told = rustle(home.path(), &["new", "web"], &named);
    assert_eq!(told.code, Some(0), "{}{}", told.out, told.err);
    assert_eq!(fs::read_to_string(home.path().join("web/src/main.rs")).unwrap(), main);
    assert!(home.path().join("web/playbook/site.yml").exists());
    let told = rustle(home.path(), &["new", "other"], &[("RUSTLE_TEMPLATE_DIR", "/nowhere/at/all")]);
    assert!(told.code == Some(1) && told.err.contains("holds no Cargo.toml"), "{}", told.err);
}

#[test]
fn what_a_build_needs_and_lacks_is_named() {
    let home = playbook();
    ran(home.path(), &["new", "web", "--playbook", "site.yml"]);
    let project = home.path().join("web");
    let state = home.path().join("target");
    let target = ("CARGO_TARGET_DIR", state.to_str().unwrap());
    let told = rustle(&project, &["build"], &[target, ("RUSTC", "/nowhere/rustc")]);
    assert!(told.code == Some(1) && told.err.contains("error[missing-toolchain]"), "{}", told.err);
    let told = rustle(&project, &["build", "--target", "m68k-none-none"], &[target]);
    assert!(told.code == Some(1) && told.err.contains("error[missing-std]"), "{}", told.err);
    let key = home.path().join("no.key");
    fs::write(&key, "untrusted comment: x\nRW\n").unwrap();
    let told = rustle(&project, &["build", "--sign", key.to_str().unwrap()], &[target]);
    assert!(told.code == Some(1) && told.err.contains("the secret key cannot be read"), "{}", told.err);
}

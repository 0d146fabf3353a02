//! The commands that compile nothing, as a user calls them.

mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::Ran;
use tempfile::TempDir;

fn rustle(folder: &Path, args: &[&str]) -> Ran {
    program::rustle(folder, args, &[])
}

fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const GOOD: &str = "- name: Greet\n  hosts: all\n  gather_facts: false\n  tasks:\n    - name: Say it\n      debug:\n        \
                    msg: \"{{ greeting }}\"\n      tags: [talk]\n  vars:\n    greeting: Hello\n";

const BAD: &str = "- hosts: all\n  tasks:\n    - degub:\n        msg: hi\n";

#[test]
fn check_tells_problems_and_exits_with_1() {
    let folder = folder_with(&[("good.yml", GOOD), ("bad.yml", BAD)]);
    let good = rustle(folder.path(), &["check", "good.yml"]);
    assert_eq!(good.code, Some(0), "{}", good.err);
    assert!(good.out.starts_with("good.yml has no errors\n  digest   sha256:"), "{}", good.out);
    let bad = rustle(folder.path(), &["check", "bad.yml"]);
    assert_eq!(bad.code, Some(1));
    assert!(bad.err.contains("error[unknown-module]: there is no module `degub`"), "{}", bad.err);
    assert!(bad.err.contains("bad.yml:3:7"), "{}", bad.err);
    let missing = rustle(folder.path(), &["check", "nope.yml"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.err.starts_with("error: there is no file "), "{}", missing.err);
}

#[test]
fn variables_given_at_run_time_count_as_defined() {
    let site = GOOD.replace("greeting: Hello", "other: Hello");
    let folder = folder_with(&[("site.yml", site.as_str())]);
    let without = rustle(folder.path(), &["check", "site.yml"]);
    assert!(without.err.contains("error[undefined-variable]"), "{}", without.err);
    assert_eq!(rustle(folder.path(), &["check", "site.yml", "-e", "greeting"]).code, Some(0));
    let made = rustle(folder.path(), &["new", "web", "--playbook", "site.yml", "-e", "greeting"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let config = fs::read_to_string(folder.path().join("web/rustle.toml")).unwrap();
    assert!(config.contains("extra_vars = [\"greeting\"]"), "{config}");
}

#[test]
fn a_root_lets_a_playbook_reach_above_its_folder() {
    let inner = "- import_playbook: ../common.yml\n";
    let folder = folder_with(&[("ops/web/site.yml", inner), ("ops/common.yml", GOOD)]);
    let without = rustle(folder.path(), &["check", "ops/web/site.yml"]);
    assert!(without.err.contains("error[outside-project]"), "{}", without.err);
    let with = rustle(folder.path(), &["check", "ops/web/site.yml", "--root", "ops"]);
    assert_eq!(with.code, Some(0), "{}", with.err);
    let made = rustle(folder.path(), &["new", "web", "--playbook", "ops/web/site.yml", "--root", "ops"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let config = fs::read_to_string(folder.path().join("web/rustle.toml")).unwrap();
    assert!(config.contains("playbook = \"playbook/web/site.yml\"\nroot = \"playbook\""), "{config}");
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = folder_with(&[]);
    for args in [
        &["frobnicate"][..],
        &["new"],
        &["check", "--nope"],
        &["module", "new", "Greet"],
        &["new", "x", "--rustle", "svn=x"],
    ] {
        let ran = rustle(folder.path(), args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}{}", ran.out, ran.err);
    }
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is made");
}

#[test]
fn outside_of_a_project_the_message_says_how_one_is_made() {
    let folder = folder_with(&[]);
    let ran = rustle(folder.path(), &["build"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.contains("there is no rustle.toml in ") && ran.err.contains("cargo rustle new"),
        "{}",
        ran.err
    );
}

#[test]
fn plan_shows_tasks_modules_and_json() {
    let folder = folder_with(&[("site.yml", GOOD)]);
    let plan = |flag: &[&str]| rustle(folder.path(), &[&["plan", "site.yml"], flag].concat()).out;
    assert_eq!(plan(&["--list-tasks"]), "play: Greet (all)\n  Say it [debug] tags: talk\n");
    assert_eq!(plan(&["--list-modules"]), "debug\n");
    let json: serde_json::Value = serde_json::from_str(&plan(&["--json"])).unwrap();
    assert_eq!(json["plays"][0]["name"], "Greet");
    assert!(plan(&[]).contains("Say it [debug]"));
}

#[test]
fn doc_shows_and_lists() {
    let folder = folder_with(&[]);
    let page = rustle(folder.path(), &["doc", "ansible.builtin.debug"]);
    assert_eq!(page.code, Some(0));
    assert!(page.out.starts_with("NAME\n    debug - "), "{}", page.out);
    let list = rustle(folder.path(), &["doc"]).out;
    assert!(list.lines().any(|line| line.starts_with("set_fact ")), "{list}");
    let wrong = rustle(folder.path(), &["doc", "debgu"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("did you mean `debug`?"), "{}", wrong.err);
}

#[test]
fn completions_name_the_commands() {
    let folder = folder_with(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let ran = rustle(folder.path(), &["completions", shell]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.out.contains("doctor"), "{shell}");
    }
}

/// A runner's `[dependencies]`, without the runtime.
fn dependencies(project: &Path) -> Vec<String> {
    let manifest: toml::Table = fs::read_to_string(project.join("Cargo.toml")).unwrap().parse().unwrap();
    let names = manifest["dependencies"].as_table().unwrap().keys();
    names.filter(|name| *name != "rustle-runtime").cloned().collect()
}

#[test]
fn new_copies_the_playbook_and_names_exactly_its_crates() {
    let folder = folder_with(&[
        ("ops/site.yml", GOOD),
        ("ops/files/motd", "Welcome\n"),
        ("ops/.git/config", ""),
        ("hosts.ini", "web1\n"),
        ("group_vars/all.yml", "x: 1\n"),
    ]);
    let ran = rustle(folder.path(), &["new", "web", "--playbook", "ops/site.yml", "-i", "hosts.ini"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let project = folder.path().join("web");
    let there = |name: &str| project.join(name).exists();
    for name in
        ["build.rs", "src/main.rs", "Cross.toml", ".gitignore", "playbook/site.yml", "playbook/files/motd"]
    {
        assert!(there(name), "{name}");
    }
    assert!(there("inventory/hosts.ini") && there("inventory/group_vars/all.yml") && !there("playbook/.git"));
    let config = fs::read_to_string(project.join("rustle.toml")).unwrap();
    assert!(
        config.contains("playbook = \"playbook/site.yml\"\ninventory = [\"inventory/hosts.ini\"]"),
        "{config}"
    );
    assert_eq!(dependencies(&project), ["rustle-module-control"]);
    let again = rustle(folder.path(), &["new", "web"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("is a crate already"), "{}", again.err);
}

#[test]
fn new_can_leave_the_playbook_where_it_is() {
    let folder = folder_with(&[("ops/site.yml", GOOD)]);
    let ran = rustle(folder.path(), &["new", "web", "--playbook", "ops/site.yml", "--reference"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let config = fs::read_to_string(folder.path().join("web/rustle.toml")).unwrap();
    assert!(config.contains("playbook = \"../ops/site.yml\"\nroot = \"../ops\""), "{config}");
    assert!(!folder.path().join("web/playbook").exists());
    let check = rustle(&folder.path().join("web/src"), &["plan", "../../ops/site.yml", "--list-modules"]);
    assert_eq!(check.out, "debug\n");
}

#[test]
fn new_with_a_broken_playbook_makes_the_crate_and_tells_the_problems() {
    let folder = folder_with(&[("bad.yml", BAD)]);
    let ran = rustle(folder.path(), &["new", "web", "--playbook", "bad.yml"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out.contains("it does not build yet") && ran.err.contains("there is no module `degub`"),
        "{}",
        ran.err
    );
    assert!(folder.path().join("web/Cargo.toml").exists());
}

#[test]
fn new_from_a_plan_and_from_nothing() {
    let folder = folder_with(&[("plan.json", "{\"plays\": []}\n")]);
    rustle(folder.path(), &["new", "planned", "--plan", "plan.json"]);
    let config = fs::read_to_string(folder.path().join("planned/rustle.toml")).unwrap();
    assert!(
        config.contains("plan = \"plan.json\"") && folder.path().join("planned/plan.json").exists(),
        "{config}"
    );
    let example = rustle(folder.path(), &["new", "My Site", "--rustle", "version=9.9.9"]);
    assert_eq!(example.code, Some(0), "{}", example.err);
    let project = folder.path().join("My Site");
    let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    assert!(
        manifest.contains("name = \"my-site\"") && manifest.contains("rustle-runtime = \"9.9.9\""),
        "{manifest}"
    );
    assert_eq!(dependencies(&project), ["rustle-module-control", "rustle-module-file"]);
}

#[test]
fn before_anything_was_built_the_table_of_sizes_tells_how_large_a_runner_will_be() {
    let folder = folder_with(&[("site.yml", GOOD)]);
    let made = rustle(folder.path(), &["new", "web", "--playbook", "site.yml"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let project = folder.path().join("web");
    let release = rustle(&project, &["build", "--estimate", "--release"]);
    assert_eq!(release.code, Some(0), "{}", release.err);
    let table = rustle_build::sizes::measured();
    for part in
        ["by the table of sizes: ", " for the runtime, ", " for rustle-module-control\n", &table.measured]
    {
        assert!(release.out.contains(part), "{part}: {}", release.out);
    }
    assert!(release.out.lines().any(|line| line.starts_with("  runner     ")), "{}", release.out);
    // The table is of one profile.
    let debug = rustle(&project, &["build", "--estimate"]);
    assert_eq!(debug.code, Some(0), "{}", debug.err);
    assert!(
        debug.out.contains("  executable not known: ") && !debug.out.contains("  runner "),
        "{}",
        debug.out
    );
    assert!(!project.join("target/release").exists() && !project.join("target/debug").exists());
}

#[test]
fn module_new_writes_a_crate() {
    let folder = folder_with(&[]);
    let ran = rustle(folder.path(), &["module", "new", "acme.hello"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let path: PathBuf = folder.path().join("acme-hello");
    assert!(path.join("src/lib.rs").exists() && path.join("build.rs").exists());
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let folder = folder_with(&[("site.yml", GOOD)]);
    let into = |args: &[&str], out: std::process::Stdio| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-rustle"));
        let child = command.arg("rustle").args(args).current_dir(folder.path()).stdout(out);
        let child = child.stderr(std::process::Stdio::piped()).spawn().unwrap();
        let ended = child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let commands: [&[&str]; 5] =
        [&["check", "site.yml"], &["plan", "site.yml"], &["completions", "bash"], &["doc"], &["--version"]];
    for args in commands {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let (code, err) = into(args, full.into());
        assert_eq!(code, Some(1), "{args:?}: {err}");
        assert!(err.contains("error: standard output cannot be written: No space left"), "{args:?}: {err}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, err) = into(args, writer.into());
        assert!(code == Some(0) && err.is_empty(), "{args:?}: {code:?}, {err}");
    }
}

#[test]
fn new_names_what_it_leaves_out_and_quotes_what_it_advises() {
    let folder = folder_with(&[
        ("site.yml", GOOD),
        ("roles/target/tasks/main.yml", "[]"),
        ("app/node_modules/x.js", ""),
    ]);
    let made = rustle(folder.path(), &["new", "my runner", "--playbook", "site.yml"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert!(made.err.contains("as folders of tools: app/node_modules"), "{}", made.err);
    assert!(made.out.contains("/my runner' && cargo rustle build"), "{}", made.out);
    let playbook = folder.path().join("my runner/playbook");
    assert!(playbook.join("roles/target/tasks/main.yml").exists());
    assert!(!playbook.join("my runner").exists());
}

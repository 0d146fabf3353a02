//! An appended bundle and an embedded one are the same runner. This compiles all of Rustle:
//! `cargo test -p cargo-rustle --test rebuilding -- --ignored same_runner`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::offline;
use crate::workshop::saying;

struct Project {
    home: tempfile::TempDir,
    target: PathBuf,
}

impl Project {
    fn new() -> Project {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../built-runners");
        Project { home: tempfile::tempdir().unwrap(), target }
    }

    /// Makes the runner `web` of `site.yml`.
    fn made(&self) {
        let made = self.run(
            env!("CARGO_BIN_EXE_cargo-rustle"),
            ".",
            &["rustle", "new", "web", "--playbook", "site.yml"],
            &[],
        );
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn run(&self, program: &str, folder: &str, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = offline::command(program, &self.home.path().join(folder), &self.target);
        command.args(args).envs(variables.iter().copied()).output().unwrap()
    }

    fn done(&self, program: &str, args: &[&str], variables: &[(&str, &str)]) -> (String, String) {
        let output = self.run(program, "web", args, variables);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{args:?}\n{}{}", text(&output.stdout), text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    }

    /// Builds by `cargo rustle build`: the runner's path, its digest, and whether and why a compiler ran.
    fn rustle(&self, more: &[&str], variables: &[(&str, &str)]) -> (PathBuf, String, Option<String>) {
        let args = [&["rustle", "build", "--timings=json"], more].concat();
        let (out, err) = self.done(env!("CARGO_BIN_EXE_cargo-rustle"), &args, variables);
        let timings: Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
        let digest = out.lines().find_map(|line| line.trim().strip_prefix("digest   ")).unwrap().to_owned();
        (out.lines().next().unwrap().into(), digest, timings["compiled_since"].as_str().map(str::to_owned))
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.home.path().join("web").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What a run tells: events without times, recap, version, digest.
    fn told(&self, runner: &Path) -> (Vec<Value>, String, String) {
        let runner = runner.to_str().unwrap();
        let events = self.done(runner, &["--json", "--no-lock"], &[]).0;
        let events = events.lines().map(|line| without_times(serde_json::from_str(line).unwrap())).collect();
        (events, self.done(runner, &["--version"], &[]).0, self.done(runner, &["--verify"], &[]).0)
    }
}

/// An event without what is different in each run.
fn without_times(mut event: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|key, _| {
                    !["time", "duration", "start", "end", "delta", "run", "seconds", "took", "pid"]
                        .iter()
                        .any(|word| key.contains(word))
                });
                map.values_mut().for_each(clean);
            }
            Value::Array(items) => items.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut event);
    event
}

#[test]
#[ignore = "compiles all of Rustle"]
fn a_changed_plan_needs_no_compiler_and_makes_the_same_runner() {
    let project = Project::new();
    fs::write(project.home.path().join("site.yml"), saying("one")).unwrap();
    project.made();

    let (_, first, why) = project.rustle(&[], &[]);
    assert!(why.unwrap().contains("no base is kept"));
    // Twice the same: nothing is compiled, and nothing is different.
    let (runner, again, why) = project.rustle(&[], &[]);
    assert_eq!((again, why), (first.clone(), None));

    project.put("playbook/site.yml", &saying("two"));
    let (appended, digest, why) = project.rustle(&[], &[]);
    assert_eq!((appended.as_path(), why), (runner.as_path(), None), "a plan");
    assert_ne!(digest, first);
    let by_appending = project.told(&appended);
    assert!(by_appending.2.contains(&digest) && format!("{:?}", by_appending.0).contains("two"));
    // Cargo makes of the same sources what does the same, wherever it puts it.
    project.done("cargo", &["build"], &[]);
    let embedded = project.target.join("debug/web");
    assert_eq!(rustle_bundle::open_appended(&embedded).unwrap().map(|_| ()), None, "Cargo's own");
    assert_eq!(project.told(&embedded), by_appending);

    // What a compiler reads brings a compiler.
    project.put("src/main.rs", "//! Mine.\nrustle_runtime::main!();\n");
    assert!(project.rustle(&[], &[]).2.is_some(), "sources");
    assert!(project.rustle(&[], &[]).2.is_none());
    project.put("src/examples/x", "1");
    project.put(
        "src/main.rs",
        "//! Mine.\nconst _: (&str, &str, Option<&str>) = (include_str!(\"../playbook/site.yml\"), \
         include_str!(\"examples/x\"), option_env!(\"MINE\"));\nrustle_runtime::main!();\n",
    );
    assert!(project.rustle(&[], &[]).2.is_some());
    assert_eq!(project.rustle(&[], &[]).2, None);
    project.put("playbook/site.yml", &saying("three"));
    let why = project.rustle(&[], &[]).2.unwrap();
    assert!(why.contains("site.yml has changed"), "what is in the bundle and compiled in, too: {why}");
    assert!(project.rustle(&[], &[("MINE", "1")]).2.unwrap().contains("MINE has changed"));
    assert_eq!(project.rustle(&[], &[("MINE", "1")]).2, None);
    project.put("src/examples/x", "2");
    assert!(project.rustle(&[], &[]).2.is_some(), "no package has its examples there");
    assert_eq!(project.rustle(&[], &[]).2, None);
    let manifest = fs::read_to_string(project.home.path().join("web/Cargo.toml")).unwrap();
    // A package beside it, whose examples are not in its digest.
    project.put("../dep/Cargo.toml", "[package]\nname = \"dep\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    project.put(
        "../dep/src/lib.rs",
        "pub const X: (&str, Option<&str>) = (include_str!(\"../examples/x\"), option_env!(\"DEP\"));\n",
    );
    project.put("../dep/examples/x", "1");
    let with_dep = manifest.replacen("[dependencies]\n", "[dependencies]\ndep = { path = \"../dep\" }\n", 1);
    assert_ne!(with_dep, manifest);
    project.put("Cargo.toml", &with_dep);
    project
        .put("src/main.rs", "//! Mine.\nconst _: (&str, Option<&str>) = dep::X;\nrustle_runtime::main!();\n");
    assert!(project.rustle(&[], &[]).2.is_some());
    assert_eq!(project.rustle(&[], &[]).2, None);
    project.put("../dep/examples/x", "2");
    assert!(project.rustle(&[], &[]).2.unwrap().contains("examples/x has changed"));
    assert!(project.rustle(&[], &[("DEP", "1")]).2.unwrap().contains("DEP has changed"));
    project.put("src/main.rs", "//! Mine.\nrustle_runtime::main!();\n");
    project.put(
        "Cargo.toml",
        &format!(
            "{manifest}
[package.metadata.mine]
x = 1
"
        ),
    );
    assert!(project.rustle(&[], &[]).2.is_some(), "the manifest");
    assert!(project.rustle(&["--compile"], &[]).2.unwrap().contains("asked for"));
    project.put(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rustc-cfg=mine\");\n    rustle_build::prepare();\n}\n",
    );
    assert!(project.rustle(&[], &[]).2.unwrap().contains("build.rs"));
    assert!(project.rustle(&[], &[]).2.unwrap().contains("build.rs"), "again and again");
}

#[test]
#[ignore = "compiles all of Rustle"]
fn a_large_bundle_is_not_compiled_in() {
    let project = Project::new();
    let playbook = saying("x")
        .replace("debug:\n        msg: x", "copy:\n        src: noise\n        dest: /nowhere/noise");
    fs::write(project.home.path().join("site.yml"), playbook).unwrap();
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..4 << 20)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    fs::create_dir_all(project.home.path().join("files")).unwrap();
    fs::write(project.home.path().join("files/noise"), &noise).unwrap();
    project.made();
    let (runner, digest, why) = project.rustle(&[], &[]);
    assert!(why.is_some());
    let bundle = rustle_bundle::open_appended(&runner).unwrap().unwrap();
    assert_eq!(bundle.digest(), digest);
    let inspected = project
        .done(
            env!("CARGO_BIN_EXE_cargo-rustle"),
            &["rustle", "inspect", "--json", runner.to_str().unwrap()],
            &[],
        )
        .0;
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(inspected["bundle"]["unused_embedded_size"], Value::Null, "it is there once");
}

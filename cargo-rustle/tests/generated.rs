//! Generated crates, compiled and run. This compiles all of Rustle once more, so it is one long test and runs only when
//! asked for: `cargo test -p cargo-rustle --test generated -- --ignored`.

mod offline;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const PLAYBOOK: &str = "\
- name: Greet
  hosts: all
  gather_facts: false
  tasks:
    - name: Configure
      template:
        src: motd.j2
        dest: \"{{ prefix }}/motd\"
        mode: \"0600\"
      notify: Tell
    - name: Greet
      acme.greet:
        path: \"{{ prefix }}/greeting\"
        line: Welcome
  handlers:
    - name: Tell
      debug:
        msg: changed
";

struct Project {
    folder: PathBuf,
    target: PathBuf,
}

impl Project {
    fn run(&self, program: &str, args: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = offline::command(program, &self.folder, &self.target);
        command.args(args).envs(environment.iter().copied()).output().unwrap()
    }

    fn rustle(&self, args: &[&str]) -> Output {
        self.run(env!("CARGO_BIN_EXE_cargo-rustle"), &[&["rustle"], args].concat(), &[])
    }

    /// Whether Cargo had nothing to do.
    fn is_fresh(&self) -> bool {
        let output = self.run("cargo", &["build", "-v"], &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr).contains("Fresh web ")
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn project(folder: &Path) -> Project {
    let ops = folder.join("ops");
    fs::create_dir_all(ops.join("templates")).unwrap();
    fs::write(ops.join("site.yml"), PLAYBOOK).unwrap();
    fs::write(ops.join("templates/motd.j2"), "{{ greeting }} on {{ inventory_hostname }}\n").unwrap();
    // Shared with the other tests that build runners.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../built-runners");
    let outside = Project { folder: folder.to_owned(), target: target.clone() };
    let made = outside.rustle(&["new", "web", "--playbook", "ops/site.yml"]);
    assert!(text(&made.stderr).contains("there is no module `acme.greet`"), "{}", text(&made.stderr));
    succeeded(&outside.rustle(&["module", "new", "acme.greet", "--dir", "web/modules/greet"]));
    let project = Project { folder: folder.join("web"), target };
    succeeded(&project.run("cargo", &["add", "--path", "modules/greet"], &[]));
    let config = fs::read_to_string(project.folder.join("rustle.toml")).unwrap();
    project.put("rustle.toml", &format!("{config}extra_vars = [\"prefix\", \"greeting\"]\n"));
    project
}

/// What `module new` made is checked, tested, compiled and packed, and no compiler has anything to say against it.
fn the_module_is_one(project: &Project) {
    succeeded(&project.rustle(&["module", "check", "modules/greet", "--deny", "warnings"]));
    let tested = succeeded(&project.rustle(&["module", "test", "modules/greet", "--", "it_does_what"]));
    assert!(tested.contains("test result: ok. 1 passed"), "{tested}");
    let failed = project.rustle(&["module", "test", "modules/greet", "--", "--no-such-flag"]);
    assert_eq!(failed.status.code(), Some(1), "as Cargo ends");
    let built = succeeded(&project.rustle(&["module", "build", "modules/greet"]));
    let library = built.lines().next().unwrap();
    assert!(library.ends_with(".rlib") && Path::new(library).is_file(), "{built}");
    let manifest = ["--manifest-path", "modules/greet/Cargo.toml"];
    let clippy = [&["clippy", "--all-targets"], &manifest[..], &["--", "-D", "warnings"]].concat();
    succeeded(&project.run("cargo", &clippy, &[]));
    let packed = succeeded(&project.rustle(&["module", "package", "modules/greet", "-o", "greet.crate"]));
    assert!(packed.contains("package  acme.greet 0.1.0"), "{packed}");
}

#[test]
#[ignore = "compiles all of Rustle"]
fn a_generated_crate_is_built_run_and_built_again_only_when_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let built = succeeded(&project.rustle(&["build"]));
    assert!(built.contains("modules  acme.greet, debug, template"), "{built}");
    let runner = built.lines().next().unwrap().to_owned();
    let prefix = format!("prefix={}", folder.path().display());
    let run = || succeeded(&project.run(&runner, &["-e", &prefix, "-e", "greeting=Hello"], &[]));
    assert!(run().contains("ok=3    changed=2"));
    assert_eq!(fs::read_to_string(folder.path().join("motd")).unwrap(), "Hello on localhost\n");
    assert_eq!(fs::read_to_string(folder.path().join("greeting")).unwrap(), "Welcome\n");
    assert!(run().contains("ok=2    changed=0"));
    the_module_is_one(&project);

    // Cargo's own build is for this machine as it is, and what was built is static.
    project.is_fresh();
    assert!(project.is_fresh());
    project.put("README.md", "About this runner.\n");
    assert!(project.is_fresh(), "a file that the playbook does not know");
    project.put("playbook/templates/motd.j2", "{{ greeting }}!\n");
    assert!(!project.is_fresh(), "a template");
    assert!(project.is_fresh());
    project.put("playbook/group_vars/all.yml", "greeting: Hi\n");
    assert!(!project.is_fresh(), "a file that was not there");
    assert!(project.is_fresh());
    succeeded(&project.rustle(&["build"]));
    succeeded(&project.run(&runner, &["-e", &prefix], &[]));
    assert_eq!(fs::read_to_string(folder.path().join("motd")).unwrap(), "Hi!\n");

    project.put("playbook/site.yml", &PLAYBOOK.replace("debug:", "degub:"));
    let failed = project.run("cargo", &["build"], &[]);
    let said = text(&failed.stderr);
    assert_eq!(failed.status.code(), Some(101));
    assert!(said.contains("there is no module `degub`") && said.contains("did you mean `debug`?"), "{said}");
    let editor = project.run("cargo", &["check"], &[("RA_RUSTC_WRAPPER", "1")]);
    let said = text(&editor.stderr);
    assert!(editor.status.success() && said.contains("warning: web@0.1.0: playbook/site.yml:"), "{said}");

    project.put("playbook/site.yml", &PLAYBOOK.replace("debug:\n        msg: changed", "command: uname"));
    let failed = project.rustle(&["build"]);
    assert!(text(&failed.stderr).contains("`rustle-module-command`"), "{}", text(&failed.stderr));
    assert!(succeeded(&project.rustle(&["check", "--fix"])).contains("Cargo.toml: changed"));
    assert!(succeeded(&project.rustle(&["build"])).contains("acme.greet, command, template"));
}

//! A runner where there is no `/proc`: it runs what is behind it, or nothing.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustle_tests::conformance::compiled;
use rustle_tests::startable;

/// Runs a command line of a shell in a mount namespace whose `/proc` is empty; nothing where this user may have none.
fn without_proc(line: &str, runner: &Path) -> Option<Output> {
    let inside = |line: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-ec"]);
        command.arg(format!("mount -t tmpfs none /proc; {line}")).arg(runner).stdin(Stdio::null());
        command.output()
    };
    if !inside("exit 0").is_ok_and(|output| output.status.success()) {
        eprintln!("not tried: this user may not mount file systems, not even in a namespace of its own");
        return None;
    }
    inside(line).ok()
}

#[test]
fn the_plan_is_the_one_behind_it_or_none_runs() {
    let folder = tempfile::tempdir().unwrap();
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: here}\n";
    std::fs::write(folder.path().join("playbook.yml"), playbook).unwrap();
    let bundle = compiled::bundle(folder.path(), Vec::new()).unwrap();
    let runner = folder.path().join("runner");
    rustle_bundle::append(Path::new(env!("CARGO_BIN_EXE_base")), &runner, &bundle).unwrap();
    startable(&runner);

    let told = |output: &Output| {
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let Some(output) = without_proc("exec \"$0\" --verify", &runner) else { return };
    let with_proc = Command::new(&runner).arg("--verify").output().unwrap();
    assert!(with_proc.status.success() && output.status.success(), "{}", told(&output));
    assert_eq!(output.stdout, with_proc.stdout);

    let by_name = "PATH=$(dirname \"$0\"):$PATH; exec $(basename \"$0\") --verify";
    let output = without_proc(by_name, &runner).unwrap();
    assert!(!output.status.success());
    assert!(told(&output).contains("start it by its path"), "{}", told(&output));
}

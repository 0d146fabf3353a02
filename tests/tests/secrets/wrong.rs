//! Fault 42: whatever is wrong with a key or a seal, a runner says one thing and does nothing.

use std::process::Output;

use rustle_seal::{Scope, Secret};

use crate::encodings::assert_absent;
use crate::project::{OPENS, Project, key, private};

const TASKS: &str = "- copy: {content: \"{{ db_password }}\", dest: \"{{ out }}/written\"}\n";

/// Another key.
const OTHER: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// The text of the one error, and that nothing was told.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_absent("the error", &output.stderr);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn fault_42_every_way_of_being_wrong_is_one_error() {
    let project = Project::planted(TASKS);
    let good = project.build();
    let folder = tempfile::tempdir().expect("a folder");
    let extra = format!("out={}", folder.path().display());
    let with = |path: &std::path::Path, given: Option<&str>| {
        let mut command = std::process::Command::new(path);
        command.env_clear().args(["--no-lock", "-e", &extra]).stdin(std::process::Stdio::null());
        command.envs(given.map(|it| ("RUSTLE_ENCRYPTION_KEY", it)));
        command.output().expect("started")
    };
    let one = refused(&with(&good.path, None));
    assert!(one.contains(": the sealed secrets cannot be opened"), "{one}");
    assert_eq!(refused(&with(&good.path, Some(OTHER))), one);
    let length = |share: usize| move |bytes: &[u8]| bytes.len() * share / 8;
    // Each bit of a seal is tried where no executable is made for it: in rustle-seal.
    for share in [0, 3, 5, 7] {
        let at = length(share);
        let cut = project.build_with(|_, mut seal| {
            seal.truncate(at(&seal));
            seal
        });
        assert_eq!(refused(&with(&cut.path, Some(OPENS))), one, "cut at {share}/8");
        let flipped = project.build_with(|_, mut seal| {
            let at = at(&seal);
            seal[at] ^= 4;
            seal
        });
        assert_eq!(refused(&with(&flipped.path, Some(OPENS))), one, "flipped at {share}/8");
    }
    assert!(!folder.path().join("written").exists(), "nothing was done");
    // And the right one, so that the above proves something.
    let output = with(&good.path, Some(OPENS));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("written").exists());
}

#[test]
fn fault_42_the_key_of_one_host_opens_nothing_of_another() {
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: own\n      copy: {content: \"{{ own }}\", dest: \"{{ out }}/own\"}\n";
    let project = Project::new(playbook)
        .inventory("web1\nweb2\n")
        .sealed(Scope::Host("web1".into()), &key(OPENS), [("own", Secret::text("secret of web1"))])
        .sealed(Scope::Host("web2".into()), &key(OTHER), [("own", Secret::text("secret of web2"))]);
    let runner = project.build();
    let folder = tempfile::tempdir().expect("a folder");
    let extra = format!("out={}", folder.path().display());
    let run = |host: &str, key: &str| {
        let mut command = runner.locked(&["--host", host, "-e", &extra]);
        command.env("RUSTLE_ENCRYPTION_KEY", key).output().expect("started")
    };
    for (host, key, wanted) in [("web1", OPENS, "secret of web1"), ("web2", OTHER, "secret of web2")] {
        let output = run(host, key);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(std::fs::read_to_string(folder.path().join("own")).expect("the file"), wanted);
    }
    assert_eq!(refused(&run("web1", OTHER)), refused(&run("web2", OPENS)));
}

#[test]
fn a_key_that_others_can_read_is_refused_and_why() {
    let runner = Project::planted(TASKS).build();
    let file = runner.folder.path().join("open-key");
    private(&file, OPENS);
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("mode");
    let output =
        runner.locked(&["--secret-key-file", file.to_str().expect("text")]).output().expect("started");
    let error = refused(&output);
    assert!(error.contains("open to others (mode 0644)") && error.contains("chmod 600"), "{error}");
}

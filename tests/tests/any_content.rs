//! Whatever a file holds and however it is called, a runner carries it and lays it out, from any working directory.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_tests::conformance::compiled;

const PLAYBOOK: &str = "\
- hosts: all
  gather_facts: false
  tasks:
    - copy:
        src: tree/
        dest: \"{{ out }}/tree/\"
";

/// Bytes without a pattern that a compressor would find.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(next).collect()
}

fn files() -> Vec<(&'static [u8], Vec<u8>)> {
    vec![
        (b"empty", Vec::new()),
        (b"comment", b"# this is no heading\n#jinja2: trim_blocks:False\n#! and no program\n".to_vec()),
        (b"quotes", b"\"'`\\ \\n \"# \"## r#\" {{ braces }} {% raw %} $HOME %s\n".to_vec()),
        (b"nul", b"\0\0a\0\r\n\xff\xfe\n\n".to_vec()),
        (b"no newline", b"end".to_vec()),
        (b"noise", noise(3_000_000)),
        (b"zeros", vec![0; 20_000_000]),
        ("sub/\u{e9}t\u{e9} \u{1f980}".as_bytes(), b"unicode".to_vec()),
        (b"sub/latin1-\xe9", b"not UTF-8".to_vec()),
        (b"sub/line\nbreak \"quoted\" '# #\\", b"odd".to_vec()),
        (b"-rf", b"an option".to_vec()),
        (b".hidden/.deep/..x", b"dots".to_vec()),
    ]
}

/// Every file below a folder, by its name in bytes.
fn tree(folder: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    let name = |path: &Path| path.strip_prefix(folder).expect("below").as_os_str().as_bytes().to_vec();
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (name(entry.path()), fs::read(entry.path()).expect("a file"))).collect()
}

#[test]
fn any_file_is_carried_and_laid_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let project = folder.path().join("project");
    for (name, content) in files() {
        let path = project.join("files/tree").join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, content).expect("written");
    }
    fs::write(project.join("playbook.yml"), PLAYBOOK).expect("written");
    let bundle = compiled::bundle(&project, vec!["out".into()]).expect("a bundle");
    let wanted = tree(&project.join("files/tree"));
    assert_eq!(wanted.len(), files().len());
    // The runner is on its own from here on.
    fs::remove_dir_all(&project).expect("removed");
    let runner: PathBuf = folder.path().join("runner");
    rustle_bundle::append(Path::new(env!("CARGO_BIN_EXE_base")), &runner, &bundle).expect("appended");
    rustle_tests::startable(&runner);
    let out = folder.path().join("out");
    let run = || {
        let output = Command::new(&runner)
            .current_dir("/")
            .args(["--no-lock", "-e"])
            .arg(format!("out={}", out.display()))
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let said = run();
    assert!(said.contains("ok=1    changed=1 "), "{said}");
    assert!(tree(&out.join("tree")) == wanted, "the files differ");
    let said = run();
    assert!(said.contains("ok=1    changed=0 "), "{said}");
}

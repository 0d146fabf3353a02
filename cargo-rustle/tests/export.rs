//! `cargo rustle export`: what it writes is what the engines themselves take, as far as their validators are here.
//!
//! `systemd-analyze`, `skopeo` and `umoci` are Debian packages; `kubernetes-validate` and `python-hcl2` come from PyPI and are
//! looked for in `target/validators-venv`, too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustle_bundle::Writer;
use rustle_schema::inventory::{Host, Inventory};
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use tempfile::TempDir;

/// A static executable of nothing, with a plan behind it: nobody runs it here.
fn runner(folder: &Path) -> PathBuf {
    let mut elf = vec![0; 64];
    elf[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    // An executable, of x86_64, version 1, with a header of 64 bytes.
    for (at, byte) in [(16, 2), (18, 62), (20, 1), (52, 64), (54, 56), (58, 64)] {
        elf[at] = byte;
    }
    let base = folder.join("base");
    fs::write(&base, elf).unwrap();
    let host = |order: u32| Host { order, ..Host::default() };
    let hosts = [("web1".to_owned(), host(0)), ("web2".to_owned(), host(1))].into();
    let inventory = Inventory { hosts, ..Inventory::default() };
    let plan = Plan { format: 1, name: "site 100%.yml".into(), inventory, ..Plan::default() };
    let settings = Settings { name: "Web site".into(), version: "1.2.0".into(), ..Settings::default() };
    let bundle = Writer::default().finish(&plan, &settings).unwrap();
    let runner = folder.join("runner");
    rustle_bundle::append(&base, &runner, &bundle).unwrap();
    runner
}

fn export(folder: &Path, args: &[&str]) -> Output {
    let [engine, args @ ..] = args else { panic!("no engine") };
    let runner = runner(folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-rustle"));
    command.args(["rustle", "export", engine]).arg(runner).arg("-o").arg(folder.join("out")).args(args);
    command.env("CARGO_TERM_COLOR", "never").current_dir(folder).output().unwrap()
}

/// The same, which succeeds; the folder with what was written.
fn exported(args: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let output = export(folder.path(), args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let out = folder.path().join("out");
    (folder, out)
}

/// A program that is here or in the environment of validators; that it is not is said aloud.
fn validator(name: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_cargo-rustle"))
        .ancestors()
        .nth(2)
        .map(|it| it.join("validators-venv/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).chain(target).map(|it| it.join(name)).find(|it| it.is_file());
    if found.is_none() {
        eprintln!("{name} is not here: what it would say is not known");
    }
    found
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn systemd_takes_the_unit_and_the_timer() {
    let args = [
        "systemd",
        "--path",
        "/bin/true",
        "--on-calendar",
        "Mon *-*-* 03:00",
        "--credential",
        "key:/etc/key",
    ];
    let (_folder, out) = exported(&[&args[..], &["--", "-e", "text=100% $HOME \"x\""]].concat());
    let unit = fs::read_to_string(out.join("web-site.service")).unwrap();
    assert!(unit.contains("\nExecStart=/bin/true --host=%H -e \"text=100%% $$HOME \\\"x\\\"\"\n"), "{unit}");
    assert!(unit.contains("\nLoadCredential=key:/etc/key\n"), "{unit}");
    assert!(unit.contains("site 100%%.yml"), "{unit}");
    if let Some(program) = validator("systemd-analyze") {
        let files = ["web-site.service", "web-site.timer"].map(|name| out.join(name));
        let said = succeeds(Command::new(program).arg("verify").args(files));
        assert!(!said.contains("web-site"), "{said}");
    }
}

#[test]
fn nomad_would_read_the_job() {
    let (_folder, out) = exported(&[
        "nomad",
        "--url",
        "https://example.org/web?a=${b}",
        "--cron",
        "@daily",
        "--",
        "--tags",
        "a",
    ]);
    let file = out.join("web-site.nomad.hcl");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("args    = [\"--host=${node.unique.name}\", \"--tags\", \"a\"]"), "{text}");
    assert!(text.contains("https://example.org/web?a=$${b}"), "{text}");
    // Nomad's own validator is in no package that can be had; this one knows the language.
    if let Some(program) = validator("hcl2tojson") {
        let said = succeeds(Command::new(program).arg(&file));
        assert!(said.contains("sysbatch") && said.contains("raw_exec"), "{said}");
    }
}

#[test]
fn kubernetes_takes_the_manifests() {
    for (kind, wanted) in [("daemonset", "kind: DaemonSet\n"), ("job", "kind: Job\n")] {
        let (_folder, out) = exported(&[
            "kubernetes",
            "--kind",
            kind,
            "--image",
            "example.org/web:1",
            "--",
            "-e",
            "a=$(b) #: {",
        ]);
        let file = out.join("web-site.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(wanted) && text.contains("privileged: true"), "{text}");
        assert!(
            text.contains("- \"--host=$(NODE_NAME)\"\n") && text.contains("- \"a=$$(b) #: {\"\n"),
            "{text}"
        );
        if let Some(program) = validator("kubernetes-validate") {
            succeeds(Command::new(program).arg("--strict").arg(&file));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let refused = export(folder.path(), &["kubernetes", "--image", "i", "--namespace", "a: b"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn the_image_is_one_and_always_the_same() {
    let (folder, out) = exported(&["oci", "--", "--check"]);
    let names = |folder: &Path| {
        let mut names: Vec<PathBuf> =
            fs::read_dir(folder.join("blobs/sha256")).unwrap().map(|it| it.unwrap().path()).collect();
        names.sort();
        names.into_iter().map(|it| it.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = names(&out);
    assert_eq!(first.len(), 3, "config, layer and manifest");
    let (_other, again) = exported(&["oci", "--", "--check"]);
    assert_eq!(first, names(&again), "the same runner, the same image");
    assert_eq!(fs::read(out.join("index.json")).unwrap(), fs::read(again.join("index.json")).unwrap());
    if let Some(program) = validator("skopeo") {
        let image = format!("oci:{}:1.2.0", out.display());
        let said = succeeds(Command::new(&program).args(["inspect", "--config", &image]));
        assert!(
            said.contains("\"/web-site\"") && said.contains("--check") && said.contains("amd64"),
            "{said}"
        );
        // Copying verifies every digest, that of the unpacked layer included.
        let copy = format!("dir:{}", folder.path().join("copy").display());
        succeeds(Command::new(&program).args(["--insecure-policy", "copy", &image, &copy]));
    }
    if let Some(program) = validator("umoci") {
        let image = format!("{}:1.2.0", out.display());
        let unpacked = folder.path().join("unpacked");
        succeeds(Command::new(program).args(["unpack", "--rootless", "--image", &image]).arg(&unpacked));
        let own = fs::read(folder.path().join("runner")).unwrap();
        assert_eq!(fs::read(unpacked.join("rootfs/web-site")).unwrap(), own);
        assert!(unpacked.join("rootfs/tmp").is_dir());
    }
    // Another tag stands beside the first.
    let other = export(folder.path(), &["oci", "--tag", "next"]);
    assert!(other.status.success());
    let index: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("index.json")).unwrap()).unwrap();
    assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
}

#[test]
fn what_needs_libraries_is_no_image() {
    let folder = tempfile::tempdir().unwrap();
    let runner = runner(folder.path());
    let bundle =
        Writer::default().finish(&Plan { format: 1, ..Plan::default() }, &Settings::default()).unwrap();
    rustle_bundle::append(Path::new("/bin/true"), &runner, &bundle).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-rustle"))
        .args(["rustle", "export", "oci"])
        .arg(&runner)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("needs libraries"), "{said}");
}

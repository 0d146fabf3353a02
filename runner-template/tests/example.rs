//! The example, run as a user runs it: the first run lays everything out, the second changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs the runner in `folder` and gives its recap; it must end well.
fn run(folder: &Path, args: &[&str]) -> BTreeMap<String, u64> {
    let report = folder.join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_runner-template"))
        .args(args)
        .args(["--extra-vars", &format!("prefix={}/web", folder.display())])
        // Tests run side by side.
        .args(["--no-lock", "--report"])
        .arg(&report)
        .current_dir(folder)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let recap = report["recap"].as_object().unwrap().values().next().unwrap();
    recap.as_object().unwrap().iter().map(|(name, count)| (name.clone(), count.as_u64().unwrap())).collect()
}

#[test]
fn the_second_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &[]);
    assert_eq!((first["ok"], first["changed"], first["failed"]), (10, 8, 0), "{first:?}");
    let second = run(folder.path(), &[]);
    assert_eq!((second["ok"], second["changed"], second["failed"]), (9, 0, 0), "{second:?}");
    let read = |name: &str| fs::read_to_string(folder.path().join("web").join(name)).unwrap();
    assert_eq!(read("etc/users"), "ada:www,intranet\ngrace:intranet\n");
    assert_eq!(read("etc/nginx/nginx.conf"), "include sites/*.conf;\n");
    assert!(read("etc/nginx/sites/intranet.conf").contains("    deny all;\n"));
    assert!(!read("etc/nginx/sites/www.conf").contains("deny"));
    assert_eq!(read("var/www/intranet/robots.txt"), "User-agent: *\nDisallow: /\n");
    assert!(!folder.path().join("web/var/www/www/robots.txt").exists());
    assert!(read("etc/logrotate.d/nginx").contains("    rotate 8\n"));
}

#[test]
fn a_check_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[]);
    let changed = run(folder.path(), &["--check", "--extra-vars", "keep_logs=4"]);
    assert_eq!(changed["changed"], 1, "{changed:?}");
    let logrotate = fs::read_to_string(folder.path().join("web/etc/logrotate.d/nginx")).unwrap();
    assert!(logrotate.contains("    rotate 8\n"));
}

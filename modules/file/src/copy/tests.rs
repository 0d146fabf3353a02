//! The `copy` module as a runner applies it. Messages and values are those that ansible-core 2.19 gives.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::testing::{self, Case, FakeRun, Scratch, args};

use super::Copy;

fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn with_file(args: Map) -> Case<Copy> {
    let run = FakeRun::new()
        .with_file("one.txt", "one\n")
        .with_file("tree/deep/two", "two")
        .with_file("tree/a", "a");
    Case::<Copy>::new(args).with_run(run)
}

#[test]
fn content_is_written_once() {
    let scratch = Scratch::new();
    let dest = text(scratch.path("file"));
    let args = args! { "content": "hello\n", "dest": dest.as_str(), "mode": "0640" };
    let outcome = Case::<Copy>::new(args.clone()).assert_check_predicts();
    assert_eq!(scratch.read("file"), "hello\n");
    assert_eq!(mode(&dest), 0o640);
    for (key, value) in [
        ("dest", dest.as_str()),
        ("md5sum", "b1946ac92492d2347c6235b4d2611184"),
        ("checksum", "f572d396fae9206628714fb2ce00f72e94f2258f"),
        ("mode", "0640"),
        ("state", "file"),
    ] {
        assert_eq!(outcome.data.get(key), Some(&Value::from(value)), "{key}");
    }
    let again = Case::<Copy>::new(args).assert_unchanged();
    assert_eq!(again.data.get("path"), Some(&Value::from(dest.as_str())));
    assert_eq!(again.data.get("md5sum"), None);
    // Only the mode differs now.
    let args = args! { "content": "hello\n", "dest": dest.as_str(), "mode": "u=rw,go=" };
    Case::<Copy>::new(args).assert_check_predicts();
    assert_eq!(mode(&dest), 0o600);
}

#[test]
fn mappings_and_lists_become_json() {
    let scratch = Scratch::new();
    let dest = text(scratch.path("file"));
    testing::idempotent::<Copy>(args! { "content": { "a": [1, true, null, "é"] }, "dest": dest.as_str() });
    assert_eq!(scratch.read("file"), "{\"a\": [1, true, null, \"\\u00e9\"]}");
    testing::idempotent::<Copy>(args! { "content": 5, "dest": dest.as_str() });
    assert_eq!(scratch.read("file"), "5");
    testing::idempotent::<Copy>(args! { "content": "", "dest": dest.as_str() });
    assert_eq!(scratch.read("file"), "");
}

#[test]
fn files_go_to_files_and_folders() {
    let scratch = Scratch::new();
    scratch.write("folder/other", "");
    for (dest, file) in [("new", "new"), ("folder", "folder/one.txt"), ("made/deep/", "made/deep/one.txt")] {
        let dest = format!("{}/{dest}", text(scratch.folder()));
        let case = with_file(args! { "src": "one.txt", "dest": dest.as_str(), "directory_mode": "0711" });
        let outcome = case.watch(scratch.folder()).assert_check_predicts();
        assert_eq!(scratch.read(file), "one\n");
        assert_eq!(outcome.data.get("dest"), Some(&Value::from(text(scratch.path(file)))));
        with_file(args! { "src": "one.txt", "dest": dest.as_str() }).assert_unchanged();
    }
    assert_eq!([mode(scratch.path("made")), mode(scratch.path("made/deep"))], [0o711, 0o711]);
    let missing = text(scratch.path("no/file"));
    let case = with_file(args! { "src": "one.txt", "dest": missing.as_str() });
    assert_eq!(
        case.assert_fails(),
        format!("Destination directory {} does not exist", text(scratch.path("no")))
    );
}

#[test]
fn folders_are_copied_with_or_without_their_name() {
    let scratch = Scratch::new();
    for (src, dest, prefix) in [("tree", "with", "with/tree"), ("tree/", "without", "without")] {
        let args = args! {
            "src": src, "dest": (text(scratch.path(dest))), "mode": "0604", "directory_mode": "0705"
        };
        let outcome = with_file(args.clone()).watch(scratch.folder()).assert_check_predicts();
        assert_eq!(outcome.data.get("dest"), Some(&Value::from(format!("{}/", text(scratch.path(dest))))));
        assert_eq!(scratch.read(format!("{prefix}/deep/two")), "two");
        assert_eq!(mode(scratch.path(format!("{prefix}/a"))), 0o604);
        assert_eq!(mode(scratch.path(format!("{prefix}/deep"))), 0o705);
        with_file(args).assert_unchanged();
    }
}

#[test]
fn what_is_there_may_stay() {
    let scratch = Scratch::new();
    let dest = text(scratch.write("file", "old"));
    let outcome =
        with_file(args! { "src": "one.txt", "dest": dest.as_str(), "force": false }).assert_unchanged();
    assert_eq!(outcome.data.get("dest"), Some(&Value::from(dest.as_str())));
    assert_eq!(scratch.read("file"), "old");
    let outcome =
        with_file(args! { "src": "one.txt", "dest": dest.as_str(), "backup": true }).assert_changed();
    let backup = outcome.data.get("backup_file").unwrap().to_string();
    assert_eq!(std::fs::read_to_string(backup).unwrap(), "old");
}

#[test]
fn links_at_the_destination() {
    let scratch = Scratch::new();
    let file = scratch.write("file", "old");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let link = text(scratch.path("link"));
    symlink("file", &link).unwrap();
    let args = args! { "content": "new", "dest": link.as_str(), "follow": true };
    let outcome = testing::idempotent::<Copy>(args);
    assert_eq!(outcome.data.get("dest"), Some(&Value::from(text(&file))));
    assert_eq!((scratch.read("file").as_str(), mode(&file)), ("new", 0o600));
    testing::idempotent::<Copy>(args! { "content": "other", "dest": link.as_str() });
    assert!(!Path::new(&link).is_symlink());
    assert_eq!((scratch.read("file").as_str(), scratch.read("link").as_str()), ("new", "other"));
}

#[test]
fn a_file_that_is_not_valid_changes_nothing() {
    let scratch = Scratch::new();
    let dest = text(scratch.write("file.conf", "old"));
    let args = args! { "content": "v2", "dest": dest.as_str(), "validate": "grep v1 %s", "backup": true };
    let outcome = testing::apply::<Copy>(args);
    assert_eq!(outcome.msg.as_deref(), Some("failed to validate"));
    assert_eq!(outcome.data.get("exit_status"), Some(&Value::Int(1)));
    assert_eq!(outcome.data.get("checksum"), Some(&Value::from("a1047eab1035d58682a53557e0b2a75edbfd15fd")));
    assert_eq!(scratch.read("file.conf"), "old");
    assert_eq!(std::fs::read_dir(scratch.folder()).unwrap().count(), 1);
    let ending = args! { "content": "v1", "dest": dest.as_str(), "validate": "sh -c 'case %s in *.conf) grep v1 %s;; *) false;; esac'" };
    testing::idempotent::<Copy>(ending);
    let args = args! { "content": "v3", "dest": dest.as_str(), "validate": "true" };
    assert_eq!(testing::fails::<Copy>(args), "validate must contain %s: true");
    let args = args! { "content": "v3", "dest": dest.as_str(), "checksum": "abc" };
    assert_eq!(
        testing::fails::<Copy>(args),
        "Copied file does not match the expected checksum. Transfer failed."
    );
}

#[test]
fn what_is_encrypted_is_not_copied_as_it_is() {
    let scratch = Scratch::new();
    let run = || FakeRun::new().with_file("secret", "$ANSIBLE_VAULT;1.1;AES256\n3130\n");
    let dest = text(scratch.path("dest"));
    let case = Case::<Copy>::new(args! { "src": "secret", "dest": dest.as_str() }).with_run(run());
    assert!(case.assert_fails().contains("is encrypted by Ansible Vault"));
    let case =
        Case::<Copy>::new(args! { "src": "secret", "dest": dest.as_str(), "decrypt": false }).with_run(run());
    case.assert_changed();
}

#[test]
fn differences_are_shown() {
    let scratch = Scratch::new();
    let dest = text(scratch.write("file", "old\n"));
    let diff = testing::diff::<Copy>(args! { "content": "new\n", "dest": dest.as_str() });
    let expected = Diff {
        before_header: Some(dest.clone()),
        after_header: Some(dest.clone()),
        before: "old\n".into(),
        after: "new\n".into(),
        prepared: None,
    };
    assert_eq!(diff, [expected]);
    let diff = testing::diff::<Copy>(args! { "content": "old\n", "dest": dest.as_str(), "mode": "0600" });
    assert_eq!(diff[0].after.get("mode"), Some(&Value::from("0600")));
}

#[test]
fn what_does_not_go_together() {
    let scratch = Scratch::new();
    let folder = text(scratch.folder());
    for (args, message) in [
        (args! { "dest": "/x" }, "src (or content) is required"),
        (args! { "src": "x" }, "dest is required"),
        (args! { "src": "x", "content": "y", "dest": "/x" }, "src and content are mutually exclusive"),
        (args! { "content": "y", "dest": "/x/" }, "can not use content with a dir as dest"),
        (args! { "content": "y", "dest": folder.as_str() }, "can not use content with a dir as dest"),
        (
            args! { "src": "/nonexistent/x", "dest": "/x", "remote_src": true },
            "Source /nonexistent/x not found",
        ),
    ] {
        assert_eq!(testing::fails::<Copy>(args), message);
    }
}

#[test]
fn the_mode_of_a_source_is_preserved() {
    let scratch = Scratch::new();
    let source = scratch.write("script", "#!/bin/sh\n");
    std::fs::set_permissions(&source, std::fs::Permissions::from_mode(0o750)).unwrap();
    for remote in [false, true] {
        let dest = text(scratch.path(format!("dest-{remote}")));
        let args =
            args! { "src": (text(&source)), "dest": dest.as_str(), "mode": "preserve", "remote_src": remote };
        testing::predicts::<Copy>(args.clone());
        assert_eq!(mode(&dest), 0o750);
        assert!(!testing::apply::<Copy>(args).changed);
    }
}

#[test]
fn files_of_the_host() {
    let scratch = Scratch::new();
    let source = text(scratch.write("source", "s"));
    let dest = text(scratch.path("dest"));
    let args = args! { "src": source.as_str(), "dest": dest.as_str(), "remote_src": true };
    testing::predicts::<Copy>(args.clone());
    let again = testing::apply::<Copy>(args);
    assert!(!again.changed);
    assert_eq!(again.data.get("md5sum"), Some(&Value::from("03c7c0ace395d80182db07ae2c30f034")));
    let kept = args! { "src": source.as_str(), "dest": dest.as_str(), "remote_src": true, "force": false };
    assert_eq!(testing::apply::<Copy>(kept).msg.as_deref(), Some("file already exists"));
    let made = format!("{}/made/deep/", text(scratch.folder()));
    let args = args! { "src": source.as_str(), "dest": made.as_str(), "remote_src": true };
    let check = testing::check::<Copy>(args.clone());
    assert_eq!(check.msg, Some(format!("dest directory {} would be created", made.trim_end_matches('/'))));
    testing::idempotent::<Copy>(args);
    assert_eq!(scratch.read("made/deep/source"), "s");
}

#[test]
fn folders_of_the_host() {
    let scratch = Scratch::new();
    scratch.write("src/deep/file", "one");
    scratch.write("src/script", "two");
    std::fs::set_permissions(scratch.path("src/script"), std::fs::Permissions::from_mode(0o755)).unwrap();
    symlink("script", scratch.path("src/link")).unwrap();
    let dest = text(scratch.path("dest"));
    let content = args! { "src": (format!("{}/", text(scratch.path("src")))), "dest": dest.as_str(), "remote_src": true };
    testing::predicts::<Copy>(content.clone());
    assert_eq!(scratch.read("dest/deep/file"), "one");
    assert_eq!(mode(scratch.path("dest/script")), 0o755);
    assert_eq!(std::fs::read_link(scratch.path("dest/link")).unwrap(), Path::new("script"));
    assert!(!testing::apply::<Copy>(content.clone()).changed);
    scratch.write("src/deep/file", "two");
    scratch.write("src/new", "");
    testing::predicts::<Copy>(content);
    assert_eq!(scratch.read("dest/deep/file"), "two");
    let whole = args! { "src": (text(scratch.path("src"))), "dest": dest.as_str(), "remote_src": true };
    testing::idempotent::<Copy>(whole);
    assert_eq!(scratch.read("dest/src/deep/file"), "two");
}

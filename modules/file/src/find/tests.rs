//! The `find` module as a runner applies it.

use std::os::unix::fs::{PermissionsExt, symlink};

use rustle_runtime::prelude::*;
use rustle_runtime::testing::{self, Scratch, args};

use super::Find;

fn scratch() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("a.log", "one\ntwo\n");
    scratch.write("b.txt", "TWO\r\nthree");
    scratch.write(".hidden.log", "");
    scratch.write("deep/c.log", "two");
    scratch.write("deep/deeper/d.log", vec![b'x'; 3000]);
    std::fs::set_permissions(scratch.path("a.log"), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::set_permissions(scratch.path("b.txt"), std::fs::Permissions::from_mode(0o644)).unwrap();
    symlink("deep", scratch.path("link")).unwrap();
    scratch
}

/// The names that are found, relative to the scratch folder, sorted.
fn found(scratch: &Scratch, more: Map) -> Vec<String> {
    let mut args = more;
    args.insert("paths", scratch.folder().display().to_string());
    let outcome = testing::apply::<Find>(args);
    assert!(!outcome.failed && !outcome.changed, "{outcome:#?}");
    let files = outcome.data.get("files").unwrap().as_items().unwrap();
    assert_eq!(outcome.data.get("matched"), Some(&Value::from(files.len())));
    let prefix = format!("{}/", scratch.folder().display());
    let name = |file: &Value| file.get("path").unwrap().to_string().replace(&prefix, "");
    let mut names: Vec<String> = files.iter().map(name).collect();
    names.sort();
    names
}

#[test]
fn names_kinds_and_depth() {
    let it = scratch();
    assert_eq!(found(&it, args! {}), ["a.log", "b.txt"]);
    assert_eq!(found(&it, args! { "hidden": true, "patterns": "*.log" }), [".hidden.log", "a.log"]);
    assert_eq!(found(&it, args! { "patterns": ["*"], "excludes": "*.txt" }), ["a.log"]);
    assert_eq!(found(&it, args! { "patterns": [".*g$"], "use_regex": true }), ["a.log"]);
    assert_eq!(
        found(&it, args! { "recurse": true, "patterns": "?.log" }),
        ["a.log", "deep/c.log", "deep/deeper/d.log"]
    );
    assert_eq!(
        found(&it, args! { "recurse": true, "patterns": "?.log", "depth": 2 }),
        ["a.log", "deep/c.log"]
    );
    assert_eq!(found(&it, args! { "file_type": "directory", "recurse": true }), ["deep", "deep/deeper"]);
    assert_eq!(found(&it, args! { "file_type": "link" }), ["link"]);
    assert_eq!(found(&it, args! { "file_type": "any" }), ["a.log", "b.txt", "deep", "link"]);
    let followed = found(&it, args! { "follow": true, "recurse": true, "patterns": "c.log" });
    assert_eq!(followed, ["deep/c.log", "link/c.log"]);
    assert_eq!(found(&it, args! { "recurse": true, "limit": 1 }).len(), 1);
}

#[test]
fn content_size_age_and_mode() {
    let it = scratch();
    let all = |mut args: Map| {
        args.insert("recurse", true);
        found(&it, args)
    };
    assert_eq!(all(args! { "contains": "two" }), ["a.log", "deep/c.log"]);
    assert_eq!(all(args! { "contains": "w" }), Vec::<String>::new(), "lines match from their beginning");
    assert_eq!(all(args! { "contains": "TWO\\nthree", "read_whole_file": true }), ["b.txt"]);
    assert_eq!(all(args! { "size": "2k" }), ["deep/deeper/d.log"]);
    assert_eq!(all(args! { "size": "-4" }), ["deep/c.log"]);
    assert_eq!(all(args! { "age": "1d" }), Vec::<String>::new());
    assert_eq!(all(args! { "age": "-1d" }).len(), 4);
    assert_eq!(found(&it, args! { "mode": "0600" }), ["a.log"]);
    assert_eq!(found(&it, args! { "mode": "g=r", "exact_mode": false }), ["b.txt"]);
}

#[test]
fn what_is_returned() {
    let it = scratch();
    let path = it.folder().display().to_string();
    let outcome = testing::apply::<Find>(
        args! { "paths": path.as_str(), "patterns": "a.log", "checksum": "md5", "get_checksum": true },
    );
    let file = &outcome.data.get("files").unwrap().as_items().unwrap()[0];
    for (key, value) in [
        ("size", Value::Int(8)),
        ("mode", Value::from("0600")),
        ("isreg", Value::Bool(true)),
        ("checksum", Value::from("2094b601daac3d68f5aed51d3c20f7cd")),
    ] {
        assert_eq!(file.get(key), Some(&value), "{key}");
    }
    assert_eq!(outcome.data.get("examined"), Some(&Value::Int(5)));
    assert_eq!(outcome.msg.as_deref(), Some("All paths examined"));
}

#[test]
fn what_cannot_be_searched_is_told() {
    let outcome = testing::apply::<Find>(args! { "paths": ["/nonexistent/x"] });
    assert_eq!(outcome.msg.as_deref(), Some("Not all paths examined, check warnings for details"));
    let why = "'/nonexistent/x' is not a directory";
    assert_eq!(outcome.data.get("skipped_paths"), Some(&Value::Map(Map::from([("/nonexistent/x", why)]))));
    assert_eq!(
        outcome.warnings,
        [format!("Skipped '/nonexistent/x' path due to this access issue: {why}\n")]
    );
    let it = scratch();
    let folder = it.folder().display().to_string();
    for bad in [args! { "patterns": "(", "use_regex": true }, args! { "contains": "(" }] {
        let mut args = bad;
        args.insert("paths", folder.as_str());
        let outcome = testing::apply::<Find>(args);
        let why = "missing ), unterminated subpattern at position 0";
        let skipped = Value::Map(Map::from([(folder.as_str(), why)]));
        assert_eq!(outcome.data.get("skipped_paths"), Some(&skipped));
    }
    for (args, message) in [
        (args! { "paths": "/", "age": "x" }, "failed to process age"),
        (args! { "paths": "/", "size": "1x" }, "failed to process size"),
        (args! { "paths": "/", "limit": 0 }, "limit cannot be 0 (use None for unlimited)"),
    ] {
        assert_eq!(testing::fails::<Find>(args), message);
    }
}

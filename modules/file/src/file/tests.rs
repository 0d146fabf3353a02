//! The `file` module as a runner applies it. Messages and values are those that ansible-core 2.19 gives.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::testing::{self, Case, FakeRun, Scratch, args};

use super::FileModule;

fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn folders_are_made_with_those_around_them() {
    let scratch = Scratch::new();
    let path = text(scratch.path("a/b"));
    let args = args! { "path": path.as_str(), "state": "directory", "mode": "0700" };
    testing::predicts::<FileModule>(args.clone());
    assert_eq!([mode(scratch.path("a")), mode(scratch.path("a/b"))], [0o700, 0o700]);
    let outcome = testing::apply::<FileModule>(args);
    assert!(!outcome.changed);
    assert_eq!(outcome.data.get("path"), Some(&Value::from(path.as_str())));
    assert_eq!(outcome.data.get("state"), Some(&Value::from("directory")));
}

#[test]
fn a_symbolic_mode_of_a_new_folder_is_relative_to_the_default() {
    let scratch = Scratch::new();
    let path = text(scratch.path("new"));
    let default = 0o777 & !rustle_runtime::fs::mode::umask();
    testing::idempotent::<FileModule>(
        args! { "path": path.as_str(), "state": "directory", "mode": "u=rwx,g=u,o=" },
    );
    assert_eq!(mode(&path), 0o770);
    let path = text(scratch.path("other"));
    testing::apply::<FileModule>(args! { "path": path.as_str(), "state": "directory", "mode": "g=o,o=" });
    assert_eq!(mode(&path), (default & 0o700) | ((default & 0o7) << 3));
}

#[test]
fn touch_makes_and_updates() {
    let scratch = Scratch::new();
    let path = text(scratch.path("file"));
    let args = args! { "path": path.as_str(), "state": "touch", "mode": "0600" };
    testing::predicts::<FileModule>(args.clone());
    assert_eq!(mode(&path), 0o600);
    assert!(testing::apply::<FileModule>(args).changed, "touching changes the times");
    let keep = args! { "path": path.as_str(), "state": "touch", "access_time": "preserve", "modification_time": "preserve" };
    assert!(!testing::apply::<FileModule>(keep).changed);
    let at = args! { "path": path.as_str(), "modification_time": "202001020304.05" };
    testing::idempotent::<FileModule>(at);
    let bad = args! { "path": path.as_str(), "modification_time": "2020" };
    assert_eq!(
        testing::fails::<FileModule>(bad),
        "Error while obtaining timestamp for time 2020 using format %Y%m%d%H%M.%S: time data '2020' does not match \
         format '%Y%m%d%H%M.%S'"
    );
}

#[test]
fn links_are_made_and_changed() {
    let scratch = Scratch::new();
    scratch.write("a", "");
    let link = text(scratch.path("link"));
    let args = args! { "path": link.as_str(), "src": "a", "state": "link" };
    testing::predicts::<FileModule>(args.clone());
    testing::idempotent::<FileModule>(args! { "path": link.as_str(), "src": "./a", "state": "link" });
    assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("./a"));
    let nowhere = args! { "path": link.as_str(), "src": "no", "state": "link" };
    assert_eq!(
        testing::fails::<FileModule>(nowhere),
        format!(
            "src file does not exist, use 'force=yes' if you really want to create the link: {}",
            text(scratch.path("no"))
        )
    );
    let forced = args! { "path": link.as_str(), "src": "no", "state": "link", "force": true };
    let outcome = testing::idempotent::<FileModule>(forced);
    assert_eq!(outcome.warnings.len(), 1);
    let kept = testing::apply::<FileModule>(args! { "path": link.as_str(), "state": "absent" });
    assert!(kept.changed && scratch.path("a").exists() && !scratch.path("link").is_symlink());
}

#[test]
fn what_is_in_the_way_of_a_link() {
    let scratch = Scratch::new();
    let (file, folder) = (text(scratch.write("file", "")), text(scratch.path("folder")));
    scratch.write("folder/content", "");
    let link = |path: &str, force: bool| args! { "path": path, "src": "/", "state": "link", "force": force };
    assert_eq!(
        testing::fails::<FileModule>(link(&file, false)),
        format!("refusing to convert from file to symlink for {file}")
    );
    testing::idempotent::<FileModule>(link(&file, true));
    assert_eq!(
        testing::fails::<FileModule>(link(&folder, true)),
        format!("the directory {folder} is not empty, refusing to convert it")
    );
    std::fs::remove_file(scratch.path("folder/content")).unwrap();
    testing::idempotent::<FileModule>(link(&folder, true));
    assert_eq!(std::fs::read_dir(scratch.folder()).unwrap().count(), 2, "nothing temporary is left");
}

#[test]
fn hard_links() {
    let scratch = Scratch::new();
    let (a, b) = (text(scratch.write("a", "one")), text(scratch.path("b")));
    let args = args! { "path": b.as_str(), "src": a.as_str(), "state": "hard" };
    testing::predicts::<FileModule>(args.clone());
    let outcome = testing::apply::<FileModule>(args);
    assert!(!outcome.changed);
    assert_eq!(outcome.data.get("state"), Some(&Value::from("hard")));
    let other = text(scratch.write("other", "two"));
    let args = args! { "path": other.as_str(), "src": a.as_str(), "state": "hard" };
    assert_eq!(testing::fails::<FileModule>(args), "Cannot link, file exists at destination");
    testing::idempotent::<FileModule>(
        args! { "path": other.as_str(), "src": a.as_str(), "state": "hard", "force": true },
    );
    assert_eq!(scratch.read("other"), "one");
    let missing = args! { "path": other.as_str(), "src": "/nonexistent/x", "state": "hard" };
    assert_eq!(testing::fails::<FileModule>(missing), "src does not exist");
}

#[test]
fn absent_removes_trees_but_follows_no_link() {
    let scratch = Scratch::new();
    scratch.write("outside/file", "");
    scratch.write("tree/deep/file", "");
    symlink("../outside", scratch.path("tree/link")).unwrap();
    let path = text(scratch.path("tree"));
    let args = args! { "path": path.as_str(), "state": "absent" };
    let diff = testing::diff::<FileModule>(args.clone());
    let content = diff[0].before.get("path_content").unwrap();
    assert_eq!(content.get("files"), Some(&Value::list([Value::from(format!("{path}/deep/file"))])));
    testing::predicts::<FileModule>(args.clone());
    assert!(!testing::apply::<FileModule>(args).changed);
    assert!(scratch.path("outside/file").exists());
    let root = args! { "path": "/", "state": "absent" };
    assert!(
        Case::<FileModule>::new(root)
            .with_run(FakeRun::new().check_mode(true))
            .assert_fails()
            .contains("refusing")
    );
}

#[test]
fn recursion_reaches_everything_and_stays_inside() {
    let scratch = Scratch::new();
    scratch.write("outside", "");
    scratch.write("tree/deep/script", "");
    scratch.write("tree/plain", "");
    std::fs::set_permissions(scratch.path("tree/deep/script"), std::fs::Permissions::from_mode(0o700))
        .unwrap();
    std::fs::set_permissions(scratch.path("tree/plain"), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::set_permissions(scratch.path("outside"), std::fs::Permissions::from_mode(0o600)).unwrap();
    symlink("../outside", scratch.path("tree/link")).unwrap();
    let args = args! {
        "path": (text(scratch.path("tree"))), "state": "directory", "mode": "u=rwX,g=rX,o=", "recurse": true, "follow": false
    };
    testing::predicts::<FileModule>(args.clone());
    let modes =
        ["tree", "tree/deep", "tree/deep/script", "tree/plain", "outside"].map(|it| mode(scratch.path(it)));
    assert_eq!(modes, [0o750, 0o750, 0o750, 0o640, 0o600]);
    assert!(!testing::apply::<FileModule>(args).changed);
    let follow = args! { "path": (text(scratch.path("tree"))), "state": "directory", "mode": "u=rwX,g=rX,o=", "recurse": true };
    testing::idempotent::<FileModule>(follow);
    assert_eq!(mode(scratch.path("outside")), 0o640);
}

#[test]
fn a_file_that_is_there_keeps_its_content() {
    let scratch = Scratch::new();
    let file = text(scratch.write("file", "content"));
    symlink("file", scratch.path("link")).unwrap();
    let args = args! { "path": (text(scratch.path("link"))), "state": "file", "mode": "0604" };
    let diff = testing::diff::<FileModule>(args.clone());
    assert_eq!(diff[0].after, Value::Map(Map::from([("path", file.as_str()), ("mode", "0604")])));
    testing::predicts::<FileModule>(args);
    assert_eq!((mode(&file), scratch.read("file").as_str()), (0o604, "content"));
    let missing = text(scratch.path("missing"));
    assert_eq!(
        testing::fails::<FileModule>(args! { "path": missing.as_str() }),
        format!("file ({missing}) is absent, cannot continue")
    );
}

#[test]
fn what_does_not_go_together() {
    let scratch = Scratch::new();
    let file = text(scratch.write("file", ""));
    assert_eq!(
        testing::fails::<FileModule>(args! { "path": file.as_str(), "recurse": true }),
        "recurse option requires state to be 'directory'"
    );
    assert_eq!(
        testing::fails::<FileModule>(args! { "path": file.as_str(), "src": "x" }),
        "src option requires state to be 'link' or 'hard'"
    );
    assert_eq!(
        testing::fails::<FileModule>(args! { "path": file.as_str(), "state": "directory" }),
        format!("{file} already exists as a file")
    );
    let below = format!("{file}/x");
    assert_eq!(
        testing::fails::<FileModule>(args! { "path": below.as_str(), "state": "directory" }),
        format!("There was an issue creating {below} as requested: [Errno 20] Not a directory: b'{below}'")
    );
}

#[test]
fn check_mode_warns_of_unknown_names() {
    let scratch = Scratch::new();
    let path = text(scratch.path("new"));
    let outcome = testing::check::<FileModule>(args! {
        "path": path.as_str(), "state": "directory", "owner": "no-such-user", "group": "987654"
    });
    assert!(outcome.changed);
    assert_eq!(
        outcome.warnings,
        [
            "failed to look up user no-such-user. Create user up to this point in real play",
            "failed to look up group with gid 987654. Create group up to this point in real play"
        ]
    );
}

#[test]
fn what_cannot_be_as_it_was_asked_for_is_not_left_behind() {
    let scratch = Scratch::new();
    let path = scratch.path("new");
    let args = args! { "path": path.to_str(), "state": "touch", "attributes": "?" };
    assert!(testing::fails::<FileModule>(args).contains("chattr failed"));
    assert!(!path.exists());
}

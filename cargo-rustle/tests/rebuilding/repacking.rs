//! `cargo rustle repack`.

use std::fs;

use crate::workshop::{Workshop, begins_with, executable, saying};

#[test]
fn a_copy_gets_another_plan_and_keeps_all_else() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    shop.put("files/motd", "Welcome\n");
    shop.runner("web", "site.yml", &["debug", "copy"]);
    let before = fs::read(shop.path("web")).unwrap();
    shop.put(
        "next.yml",
        saying("bye").replace("debug:\n        msg: bye", "copy:\n        src: motd\n        dest: /tmp/x"),
    );
    let told = shop.done(&["repack", "web", "--playbook", "next.yml", "-o", "next"]);
    assert!(told.starts_with("next\n") && told.contains("modules  copy"), "{told}");
    assert_eq!(fs::read(shop.path("web")).unwrap(), before, "the first is as it was");
    assert!(begins_with(&shop.path("next"), &executable(&["debug", "copy"])));
    let bundle = rustle_bundle::open_appended(&shop.path("next")).unwrap().unwrap();
    assert_eq!((bundle.settings().name.as_str(), bundle.settings().version.as_str()), ("web", "1.2.3"));
    assert_eq!(*bundle.read(b"files/motd").unwrap(), *b"Welcome\n");
    // There and back again it is the same, byte by byte.
    shop.done(&["repack", "next", "--playbook", "site.yml", "--in-place"]);
    assert!(fs::read(shop.path("next")).unwrap() == before);
}

#[test]
fn a_plan_that_needs_what_the_executable_lacks_is_refused_by_name() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    shop.runner("web", "site.yml", &["debug"]);
    let before = fs::read(shop.path("web")).unwrap();
    shop.put(
        "next.yml",
        saying("x").replace("debug:\n        msg: x", "file:\n        path: /tmp/x\n        state: absent"),
    );
    let refused = shop.rustle(&["repack", "web", "--playbook", "next.yml", "--in-place"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("web lacks file") && refused.err.contains("cargo rustle build"),
        "{}",
        refused.err
    );
    assert_eq!(fs::read(shop.path("web")).unwrap(), before);
}

#[test]
fn without_a_list_the_modules_of_the_old_plan_are_known_to_be_there() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    let mut bytes = b"\x7fELF".to_vec();
    bytes.resize(3000, 0);
    shop.put("old", bytes);
    rustle_bundle::append(&shop.path("old"), &shop.path("old"), &shop.bundle("site.yml")).unwrap();
    shop.put("same.yml", saying("again"));
    shop.done(&["repack", "old", "--playbook", "same.yml", "-o", "new"]);
    shop.put("other.yml", saying("x").replace("debug:\n        msg: x", "ping:"));
    let refused = shop.rustle(&["repack", "old", "--playbook", "other.yml", "-o", "other"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("lacks ping") && refused.err.contains("does not say which modules"),
        "{}",
        refused.err
    );
    assert!(!shop.path("other").exists());
}

#[test]
fn what_is_no_runner_is_refused() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    shop.put("text", "hello");
    let refused = shop.rustle(&["repack", "text", "--playbook", "site.yml", "-o", "x"]);
    assert!(refused.code == Some(1) && refused.err.contains("carries no bundle"), "{}", refused.err);
    let refused = shop.rustle(&["repack", "text", "--playbook", "site.yml"]);
    assert_eq!(refused.code, Some(2), "where it goes must be said");
}

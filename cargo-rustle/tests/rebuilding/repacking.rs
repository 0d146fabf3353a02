//! `cargo rustle repack`.

use std::fs;

use crate::workshop::{Workshop, begins_with, executable, pinned, saying};

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
        refused.err.contains("lacks ping") && refused.err.contains("does not say what it has"),
        "{}",
        refused.err
    );
    assert!(!shop.path("other").exists());
}

#[test]
fn the_controller_and_the_seals_stay() {
    let shop = Workshop::new();
    let own = rustle_seal::Identity::generate().unwrap().recipient();
    shop.put(
        "project/rustle.toml",
        format!(
            "[runner]\nplaybook = \"site.yml\"\n[controller]\nurl = \"https://h/\"\nca_file = \"ca.pem\"\n\
             [secrets]\nrecipients = [\"{own}\"]\n[secrets.values]\nword = {{ file = \"word\" }}\n"
        ),
    );
    shop.put(
        "project/Cargo.toml",
        "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    shop.put("project/src/lib.rs", "");
    shop.put("project/word", "hunter2");
    let authority = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
    shop.put("project/ca.pem", authority);
    shop.put("project/site.yml", saying("\"{{ word }}\""));
    shop.done(&["secret", "seal", "--project", "project"]);
    let seals = |name: &str| {
        let bundle = rustle_bundle::open_appended(&shop.path(name)).unwrap().unwrap();
        let entries = bundle.below(b"@sealed").iter().map(|it| it.path().to_vec()).collect::<Vec<_>>();
        let controller = bundle.settings().controller.clone();
        (entries, controller.map(|it| (it.url, it.authorities)))
    };
    let options = rustle_build::BuildOptions {
        folder: shop.path("project"),
        config: rustle_build::Config::load(&shop.path("project"), &mut Vec::new()),
        name: "web".into(),
        ..Default::default()
    };
    let bundle = rustle_build::build_bundle(&options).unwrap().bundle.bytes().unwrap().into_owned();
    // This one does not say what it has: its own bundle does.
    shop.put("old", b"\x7fELF".repeat(1000));
    rustle_bundle::append(&shop.path("old"), &shop.path("old"), &bundle).unwrap();
    let before = seals("old");
    assert_eq!((before.0.len(), &before.1), (1, &Some(("https://h/".into(), authority.into()))));
    shop.put("next.yml", saying("\"again {{ word }}\""));
    shop.done(&["repack", "old", "--playbook", "next.yml", "-o", "next"]);
    assert_eq!(seals("next"), before);
    // Seals beside the playbook are in the place of the runner's: without their names in rustle.toml none is left.
    let refused = shop.rustle(&["repack", "old", "--playbook", "project/none.yml", "-o", "none"]);
    assert_eq!(refused.code, Some(1));
    shop.put("project/none.yml", saying("none"));
    let refused = shop.rustle(&["repack", "old", "--playbook", "project/none.yml", "-o", "none"]);
    assert!(refused.err.contains("carries sealed secrets"), "{}", refused.err);
    // What the old bundle did not need may not be there.
    shop.put("plain.yml", saying("plain"));
    shop.put("bare", b"\x7fELF".repeat(1000));
    rustle_bundle::append(&shop.path("bare"), &shop.path("bare"), &shop.bundle("plain.yml")).unwrap();
    let refused = shop.rustle(&["repack", "bare", "--playbook", "project/none.yml", "-o", "none"]);
    assert!(refused.err.contains("bare lacks rustle-secrets"), "{}", refused.err);
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

#[test]
fn a_key_that_the_runner_is_not_pinned_to_is_refused() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    for name in ["ours", "theirs"] {
        shop.done(&["module", "key", name, "--dir", "keys", "--no-password"]);
    }
    let public = shop.path("keys/ours.pub");
    let public = fs::read_to_string(public).unwrap().lines().last().unwrap().to_owned();
    for (name, signer) in [("open", None), ("pinned", Some(public.as_str()))] {
        shop.put(name, pinned(&["debug"], signer));
        rustle_bundle::append(&shop.path(name), &shop.path(name), &shop.bundle("site.yml")).unwrap();
    }
    let before = fs::read(shop.path("pinned")).unwrap();
    let repack = |name: &str, key: &str| {
        shop.rustle(&["repack", name, "--playbook", "site.yml", "--in-place", "--sign", key])
    };
    let refused = repack("pinned", "keys/theirs.key");
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(
        refused.err.contains(&format!("pinned takes only what the key {public} has signed")),
        "{}",
        refused.err
    );
    assert_eq!(fs::read(shop.path("pinned")).unwrap(), before);
    assert_eq!(repack("pinned", "keys/ours.key").code, Some(0));
    assert_eq!(repack("open", "keys/theirs.key").code, Some(0));
}

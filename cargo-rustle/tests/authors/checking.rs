//! `module new`, `module check`, `check`.

use crate::workshop::Workshop;

#[test]
fn what_new_writes_is_as_it_should_be() {
    let shop = Workshop::new();
    shop.rustle(&["module", "new", "acme.web_server"]).well();
    let checked = shop.rustle(&["module", "check", "acme-webserver", "--deny", "warnings"]).well();
    assert_eq!(
        (checked.out.as_str(), checked.err.as_str()),
        ("acme.webserver 0.1.0: 1 module, no errors\n", "")
    );
    let report = shop.rustle(&["module", "check", "acme-webserver", "--json"]).well().json();
    assert_eq!(report, serde_json::json!({"errors": [], "warnings": [], "infos": []}));
    assert!(shop.read("acme-webserver/module.toml").starts_with("# What the package says"));
    assert!(shop.read("acme-webserver/src/lib.rs").contains("name = \"acme.web_server\""));
}

#[test]
fn problems_are_told_to_people_and_to_programs() {
    let shop = Workshop::new().hello();
    shop.replace("hello/Cargo.toml", "description = \"Writes a line into a file\"\n", "");
    shop.replace("hello/module.toml", "description = \"Writes a line into a file\"\n", "");
    let check = |more: &[&str]| shop.rustle(&[&["module", "check", "hello"], more].concat());
    let warned = check(&[]).well();
    assert!(
        warned.err.contains("warning[manifest-description]: ")
            && warned.err.contains("hello/module.toml:3:6")
    );
    check(&["--deny", "warnings"]).refused("manifest-description");
    let report = check(&["--json"]).well().json();
    assert_eq!(report["warnings"][0]["code"], "manifest-description");
    assert_eq!(
        (&report["warnings"][0]["file"], &report["warnings"][0]["line"]),
        (&"hello/module.toml".into(), &3.into())
    );
    let denied = check(&["--json", "--deny", "warnings"]);
    assert_eq!((denied.code, denied.err.as_str()), (Some(1), ""));
    assert_eq!(denied.json()["errors"][0]["code"], "manifest-description");

    shop.replace(
        "hello/src/lib.rs",
        "permissions = [\"fs:read\", \"fs:write\"]",
        "permissions = [\"fs:read\"]",
    );
    shop.replace(
        "hello/module.toml",
        "permissions = [\"fs:read\", \"fs:write\"]",
        "permissions = [\"fs:read\"]",
    );
    let refused = check(&[]).refused("undeclared-permission");
    assert!(
        refused.err.contains("hello/src/lib.rs:27:13") && refused.err.contains("nobody can take the module")
    );
    assert_eq!(shop.rustle(&["module", "check", "nowhere"]).code, Some(1));
}

#[test]
fn a_module_in_one_file_is_checked() {
    let shop = Workshop::new().hello();
    let text = shop.read("hello/src/lib.rs");
    let module = text.split("#[cfg(test)]").next().unwrap();
    shop.put("hello.rs", module);
    assert!(
        shop.rustle(&["module", "check", "hello.rs"]).well().out.starts_with("acme.hello 0.0.0: 1 module")
    );
    shop.put("hello.rs", &module.replace("use rustle_runtime", "use serde_json::Value;\nuse rustle_runtime"));
    shop.rustle(&["module", "check", "hello.rs"]).refused("missing-dependency");
}

#[test]
fn a_playbook_is_checked_for_programs_too() {
    let shop = Workshop::new();
    shop.put("site.yml", "- hosts: all\n  tasks:\n    - degub:\n        msg: hi\n");
    let report = shop.rustle(&["check", "site.yml", "--json"]);
    assert_eq!((report.code, report.err.as_str()), (Some(1), ""));
    let error = &report.json()["errors"][0];
    assert_eq!((&error["code"], &error["line"]), (&"unknown-module".into(), &3.into()));
    assert_eq!(error["help"][0], "did you mean `debug`?");

    shop.put("site.yml", "- hosts: all\n  tasks:\n    - file: path=/x state=touch mode=644\n");
    let warned = shop.rustle(&["check", "site.yml", "--json"]).well().json();
    assert_eq!(warned["errors"].as_array().map(Vec::len), Some(0));
    shop.put("site.yml", "- hosts: all\n  tasks:\n    - file:\n        path: /x\n        mode: 644\n");
    let warned = shop.rustle(&["check", "site.yml", "--json"]).well().json();
    assert_eq!(warned["warnings"][0]["code"], "decimal-mode");
    shop.rustle(&["check", "site.yml", "--deny", "warnings"]).refused("decimal-mode");
}

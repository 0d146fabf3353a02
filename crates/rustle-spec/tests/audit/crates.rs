//! The crates that a package names.

use rustle_spec::audit::{crates_named, findings, findings_of_file};
use rustle_spec::scan::Cfg;
use tempfile::TempDir;

/// A crate of these files.
fn krate(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn crates_without_a_dependency_are_told() {
    let manifest = "[package]\nname = \"acme-x\"\nedition = \"2024\"\n[dependencies]\nserde = \"1\"\n\
                    renamed = { package = \"some-thing\", version = \"1\" }\n\
                    [target.'cfg(unix)'.dependencies]\nrustle-runtime = \"1\"\n[dev-dependencies]\ntempfile = \"3\"\n";
    let code = "use rustle_runtime::prelude::*;\nuse missing::Thing;\nmod own;\nuse own::Other;\n\
                pub fn a(x: u8) { let _ = (serde::x(), renamed::y(), u8::from(x), acme_x::own::z(), Thing::new()); }\n\
                pub fn b() { also_missing::run(); String::new(); T::default(); }\n\
                #[cfg(test)] mod tests { use tempfile::TempDir; }\npub fn c() { json!({ not::a::path }); }\n";
    let folder =
        krate(&[("Cargo.toml", manifest), ("src/lib.rs", code), ("src/own.rs", "pub struct Other;")]);
    let named = crates_named(folder.path(), &Cfg::new()).unwrap();
    let named: Vec<(&str, Option<&str>, String)> = named
        .iter()
        .map(|it| {
            (it.name.as_str(), it.package.as_deref(), format!("{}:{}:{}", it.file.display(), it.line, it.col))
        })
        .collect();
    let wanted = [
        ("renamed", Some("some-thing"), "Cargo.toml:6:1".to_owned()),
        ("serde", Some("serde"), "Cargo.toml:5:1".to_owned()),
        ("rustle_runtime", Some("rustle-runtime"), "Cargo.toml:8:1".to_owned()),
        ("missing", None, "src/lib.rs:2:14".to_owned()),
        ("also_missing", None, "src/lib.rs:6:14".to_owned()),
    ];
    assert_eq!(named, wanted);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let manifest = ("Cargo.toml", "[package]\nname = \"x\"\nedition = \"2024\"\n");
    for (code, wanted) in [
        ("mod absent;", "src/lib.rs:1:5: there is no file for the module `absent`"),
        ("#[path = \"lib.rs\"]\nmod again;", "64 files lead to each other: is one its own module?"),
        ("fn f() { include!(name!()); }", "which file is included cannot be told: write its name out"),
        ("fn f() { include!(\"absent.rs\"); }", "src/absent.rs:1:1: No such file or directory (os error 2)"),
        ("fn f() { include!(\"lib.inc\"); }", "16 files include each other: does one include itself?"),
        ("fn f( {}", "src/lib.rs:1:5: cannot parse string into token stream"),
    ] {
        let folder = krate(&[manifest, ("src/lib.rs", code), ("src/lib.inc", "include!(\"lib.inc\")")]);
        let errors = findings(folder.path(), &Cfg::new()).unwrap_err();
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(errors.iter().any(|error| error.contains(wanted)), "{code}: {errors:?}");
    }
    for (code, wanted) in [
        ("mod other;", "x.rs:1:5: a file that stands alone has no modules in other files"),
        (
            "fn f() { include!(\"/etc/passwd\"); }",
            "x.rs:1:1: a file that stands alone cannot include another",
        ),
    ] {
        let errors = findings_of_file("x.rs".as_ref(), code, &Cfg::new()).unwrap_err();
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [wanted]);
    }
}

//! The modules that come with Rustle declare what they touch.

use std::path::Path;

use rustle_spec::audit::{Capability, look};

use super::{linux, undeclared};

#[test]
fn builtin_modules_declare_what_they_touch() {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(modules).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("Cargo.toml").is_file() {
            continue;
        }
        let look = look(&folder, &linux());
        let audit = look.audit.unwrap_or_else(|errors| panic!("{errors:#?}"));
        for spec in look.specs.unwrap() {
            count += 1;
            let open = undeclared(&audit.of_module(&spec.name), &spec.permissions);
            wrong.extend(open.into_iter().map(|it| format!("{}: {it}", spec.name)));
        }
        let missing: Vec<&str> =
            audit.crates.iter().filter(|it| it.package.is_none()).map(|it| it.name.as_str()).collect();
        assert_eq!(missing, [""; 0], "{}", folder.display());
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count >= 20, "{count} modules");
}

#[test]
fn what_a_module_does_not_name_is_not_its_own() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/file");
    let audit = look(&file, &linux()).audit.unwrap();
    let touches = |module: &str, wanted: Capability| {
        audit.of_module(module).iter().any(|finding| finding.certain && finding.capability == wanted)
    };
    // `find` takes a type from the module of `stat`, which starts programs.
    assert!(touches("stat", Capability::Process) && !touches("find", Capability::Process));
    assert!(touches("copy", Capability::FsWrite) && !touches("slurp", Capability::FsWrite));
    assert_eq!(audit.of_module("no.such.module"), audit.findings);
}

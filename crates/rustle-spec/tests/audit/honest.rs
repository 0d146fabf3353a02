//! Modules that do what they say.

use rustle_spec::audit::audit_of_file;

use super::{fixtures, linux, undeclared};

/// The permissions in the attribute `rustle_module` of a fixture, read as simply as can be.
fn declared(text: &str) -> Vec<String> {
    let list = text.split_once("permissions = [").and_then(|(_, rest)| rest.split_once(']'));
    let list = list.map(|(list, _)| list).unwrap_or_default();
    list.split(',').map(|it| it.trim().trim_matches('"').to_owned()).filter(|it| !it.is_empty()).collect()
}

#[test]
fn honest_modules_raise_no_false_error() {
    let files = fixtures("honest");
    assert!(files.len() >= 40, "{} fixtures", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("#[rustle_module("), "{name} is a module");
        let audit =
            audit_of_file(name.as_ref(), &text, &linux()).unwrap_or_else(|errors| panic!("{errors:#?}"));
        wrong.extend(undeclared(&audit.findings, &declared(&text)));
        let unused = rustle_spec::audit::compare(&audit.findings, &declared(&text)).unused;
        wrong.extend(unused.into_iter().map(|it| format!("{name}: {it} is declared, and nothing found")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

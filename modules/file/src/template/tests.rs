//! The `template` module as a runner applies it.

use rustle_runtime::prelude::*;
use rustle_runtime::testing::{Case, FakeRun, Scratch, args};

use super::TemplateModule;

fn case(template: &str, args: Map) -> Case<TemplateModule> {
    let run = FakeRun::new().with_template("x.conf.j2", template).with_variable("name", "wörld");
    Case::<TemplateModule>::new(args).with_run(run)
}

fn dest(scratch: &Scratch) -> String {
    scratch.path("x.conf").display().to_string()
}

#[test]
fn templates_are_rendered_once() {
    let scratch = Scratch::new();
    let args = args! { "src": "x.conf.j2", "dest": (dest(&scratch)), "mode": "0600" };
    let case = case("# {{ ansible_managed }}\nhello {{ name }}\n{% if true %}\nyes\n{% endif %}\n", args);
    let outcome = case.assert_check_predicts();
    assert_eq!(scratch.read("x.conf"), "# Ansible managed\nhello wörld\nyes\n");
    assert_eq!(outcome.data.get("mode"), Some(&Value::from("0600")));
    case.assert_unchanged();
}

#[test]
fn a_folder_takes_the_name_of_the_template() {
    let scratch = Scratch::new();
    let dest = format!("{}/", scratch.folder().display());
    let args = args! { "src": "x.conf.j2", "dest": dest.as_str() };
    case("{{ template_path }} {{ template_destpath }}", args).assert_idempotent();
    assert_eq!(scratch.read("x.conf.j2"), format!("x.conf.j2 {dest}"));
}

#[test]
fn options_of_the_task() {
    let scratch = Scratch::new();
    let args = args! {
        "src": "x.conf.j2", "dest": (dest(&scratch)), "variable_start_string": "[[", "variable_end_string": "]]",
        "trim_blocks": false, "newline_sequence": "\\r\\n"
    };
    case("[[ name ]] {{ name }}\n{% if true %}\nx\n{% endif %}\n", args).assert_idempotent();
    assert_eq!(scratch.read("x.conf"), "wörld {{ name }}\r\n\r\nx\r\n");
}

#[test]
fn encodings() {
    let scratch = Scratch::new();
    let latin = args! { "src": "x.conf.j2", "dest": (dest(&scratch)), "output_encoding": "latin-1" };
    case("{{ name }}", latin).assert_idempotent();
    assert_eq!(std::fs::read(dest(&scratch)).unwrap(), b"w\xf6rld");
    for (encoding, message) in [
        ("zork", "Task failed: unknown encoding: zork"),
        ("utf-16", "Task failed: encoding utf-16 is not supported: use utf-8, ascii or latin-1"),
        ("ascii", "Task failed: 'ascii' codec can't encode character 'ö'"),
    ] {
        let args = args! { "src": "x.conf.j2", "dest": (dest(&scratch)), "output_encoding": encoding };
        assert_eq!(case("{{ name }}", args).assert_fails(), message);
    }
}

#[test]
fn what_is_wrong_is_told() {
    let scratch = Scratch::new();
    let args = args! { "src": "x.conf.j2" };
    assert_eq!(case("", args).assert_fails(), "src and dest are required");
    let args = args! { "src": "x.conf.j2", "dest": (dest(&scratch)), "newline_sequence": "zork" };
    assert_eq!(case("", args).assert_fails(), "newline_sequence needs to be one of: \\n, \\r or \\r\\n");
    let args = args! { "src": "x.conf.j2", "dest": (dest(&scratch)) };
    assert!(case("{{ nope }}", args.clone()).assert_fails().contains("'nope' is undefined"));
    assert!(!scratch.path("x.conf").exists());
    let args = args! { "src": "missing.j2", "dest": (dest(&scratch)) };
    assert!(case("", args).assert_fails().contains("Could not find or access 'missing.j2'"));
}

#[test]
fn the_difference_names_the_template() {
    let scratch = Scratch::new();
    scratch.write("x.conf", "old\n");
    let args = args! { "src": "x.conf.j2", "dest": (dest(&scratch)) };
    let diff = case("new\n", args).diff();
    assert_eq!(diff[0].before_header, Some(dest(&scratch)));
    assert!(diff[0].after_header.as_ref().is_some_and(|it| it.ends_with("x.conf.j2")));
    assert_eq!(diff[0].after, Value::from("new\n"));
}

//! What is large, deep or nonsense.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rustle_playbook::{Loaded, Options, load_plan_json, load_playbook};
use rustle_schema::task::Step;

fn load(files: &[(&str, String)]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    load_playbook(&folder.path().join("site.yml"), &Options::default())
}

fn codes(loaded: &Loaded) -> Vec<&str> {
    loaded.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_long_chain_of_imports_ends_in_an_error() {
    let mut files =
        vec![("site.yml".to_owned(), "- hosts: all\n  tasks: [{import_tasks: t0.yml}]\n".to_owned())];
    files.extend(
        (0..150).map(|number| (format!("t{number}.yml"), format!("- import_tasks: t{}.yml\n", number + 1))),
    );
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    assert_eq!(codes(&load(&files)), ["nested-too-deep"]);
}

#[test]
fn deep_blocks_are_read_or_refused_and_never_overflow() {
    for depth in [50, 90, 150, 5_000] {
        let mut text = "- hosts: all\n  tasks:\n".to_owned();
        for level in 0..depth {
            writeln!(text, "    {}- block:", "  ".repeat(level)).unwrap();
        }
        writeln!(text, "    {}- ping:", "  ".repeat(depth)).unwrap();
        let loaded = load(&[("site.yml", text)]);
        assert_eq!(loaded.has_errors(), depth > 90, "{depth}: {:?}", loaded.problems.first());
    }
}

#[test]
fn links_that_lead_back_are_followed_once() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    fs::write(files.join("a"), "a").unwrap();
    std::os::unix::fs::symlink(&files, files.join("again")).unwrap();
    fs::write(folder.path().join("site.yml"), "- hosts: all\n").unwrap();
    let loaded = load_playbook(&folder.path().join("site.yml"), &Options::default());
    let names: Vec<_> =
        loaded.files.embedded.keys().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    assert_eq!(names, ["files/a"]);
}

#[test]
fn everything_that_was_looked_at_is_watched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("roles/web/tasks")).unwrap();
    fs::write(at("roles/web/tasks/main.yml"), "- ping:\n").unwrap();
    fs::write(at("site.yml"), "- hosts: all\n  roles: [web]\n").unwrap();
    let loaded = load_playbook(&at("site.yml"), &Options::default());
    for name in ["site.yml", "roles/web/tasks/main.yml", "roles/web/handlers/main.yml", "group_vars", "files"]
    {
        assert!(loaded.files.watched.contains(&at(name)), "{name} is not watched");
    }
}

#[test]
fn an_imported_file_is_complained_about_once() {
    let site = "- hosts: all\n  tasks:\n    - import_tasks: t.yml\n    - import_tasks: t.yml\n".to_owned();
    let loaded = load(&[("site.yml", site), ("t.yml", "- ping:\n  whn: x\n".to_owned())]);
    assert_eq!(codes(&loaded), ["unknown-keyword"]);
}

/// Run by hand, in release: what 100,000 tasks cost.
#[test]
#[ignore = "takes seconds"]
fn a_hundred_thousand_tasks() {
    let mut text = "- hosts: all\n  tasks:\n".to_owned();
    for number in 0..100_000 {
        writeln!(
            text,
            "    - name: Task {number} for {{{{ who }}}}\n      copy:\n        dest: /tmp/{number}\n        content: \"{{{{ a }}}}\"\n        \
             mode: '0644'\n      when: x is defined\n      tags: [a, b]\n      register: result_{number}\n      notify: done\n"
        )
        .unwrap();
    }
    text.push_str("  handlers: [{name: done, ping: }]\n");
    let start = std::time::Instant::now();
    let loaded = load(&[("site.yml", text)]);
    let took = start.elapsed();
    let count = loaded
        .plan
        .as_ref()
        .map(|plan| plan.plays[0].tasks.iter().filter(|step| matches!(step, Step::Task(_))).count());
    assert_eq!((count, loaded.problems.len()), (Some(100_000), 0));
    let start = std::time::Instant::now();
    let snippets = loaded.origins.snippets().count();
    println!("loaded in {took:?}; {snippets} snippets in {:?}", start.elapsed());
}

/// Pieces of playbooks, put together at random.
fn playbook_like() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "- ",
        "  ",
        "    ",
        "\n",
        "hosts: all\n",
        "tasks:\n",
        "- copy: src=a dest={{ b }}\n",
        "when: x\n",
        "block:\n",
        "{{",
        "}}",
        "include_tasks: ",
        "import_tasks: site.yml\n",
        "roles: [a]\n",
        "vars: {a: 1}\n",
        "notify: x\n",
        "loop: ",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "'",
        "\"",
        "!vault |\n",
        "!unsafe ",
        "&a ",
        "*a",
        "<<: ",
        "with_items: [1]\n",
        "action: copy a=b\n",
        "args: {}\n",
        "meta: noop\n",
        "import_playbook: site.yml\n",
        "register: a-b\n",
        "name: ä\n",
        "\t",
        "#",
        "handlers:\n",
        "include_role: {name: '{{ x }}'}\n",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

fn json_like() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"plays\"",
        "\"tasks\"",
        "\"batches\"",
        "\"module\"",
        "\"copy\"",
        "\"args\"",
        "\"id\"",
        "\"a\"",
        "\"dependencies\"",
        "null",
        "true",
        "1e5",
        "-1",
        "\"conditions\"",
        "{\"When\": {\"expression\": \"x\"}}",
        "\"inventory\"",
        "\"{{ item }}\"",
        "\"_raw_params\"",
        " ",
        "\n",
        "{\"plays\": [{\"batches\": [{\"tasks\": [",
        "]}]}]}",
        "{\"tasks\": [",
        "]}",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

fn exercise(loaded: &Loaded) {
    for snippet in loaded.origins.snippets() {
        let _ = (snippet.at(0), snippet.span(0, snippet.text.len()), snippet.at(snippet.text.len() + 3));
    }
    for problem in &loaded.problems {
        let _ = format!("{:?}", problem);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in prop_oneof![playbook_like(), ".{0,200}", "[ -~\n]{0,200}"]) {
        exercise(&load(&[("site.yml", text.clone()), ("group_vars/all.yml", text.clone()), ("hosts", text)]));
    }

    #[test]
    fn no_inventory_makes_it_panic(text in prop_oneof!["[a-z\\[\\]:=\n '\"#{}0-9]{0,100}", playbook_like()]) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("site.yml"), "- hosts: all\n").unwrap();
        for name in ["hosts", "hosts.yml"] {
            fs::write(folder.path().join(name), &text).unwrap();
        }
        let options = Options { inventory: vec!["hosts".into(), "hosts.yml".into()], ..Options::default() };
        exercise(&load_playbook(&folder.path().join("site.yml"), &options));
    }

    #[test]
    fn no_plan_makes_it_panic(text in prop_oneof![json_like(), ".{0,100}"]) {
        exercise(&load_plan_json(text.as_bytes(), "plan.json", Path::new("/nowhere"), &Options::default()));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        exercise(&load_plan_json(&bytes, "plan.json", Path::new("/nowhere"), &Options::default()));
    }
}

//! Everything in a plan is found where it was written.

use rustle_playbook::{Loaded, Location, Options, Owner, SnippetKind, load_plan_json, load_playbook};

fn load(tasks: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("site.yml"), format!("- hosts: all\n  tasks:\n{tasks}")).unwrap();
    let loaded = load_playbook(&folder.path().join("site.yml"), &Options::default());
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded
}

fn text(location: Option<Location>) -> String {
    location.expect("a place").text().to_owned()
}

#[test]
fn keywords_and_values_of_a_task() {
    let loaded = load(
        "    - name: one\n      copy: {dest: /x, content: 'a {{ b }}'}\n      when: [x, \"y == 'z'\"]\n      vars: {p: {q.r: [1, two]}}\n",
    );
    let task = loaded.origins.task(0).unwrap();
    assert_eq!(text(Some(task.module())), "copy");
    assert_eq!(text(task.keyword("when")), "when");
    assert_eq!(text(task.value("when[1]")), "\"y == 'z'\"");
    assert_eq!(text(task.value("vars.p[\"q.r\"][1]")), "two");
    assert_eq!(text(task.arg("content")), "'a {{ b }}'");
    assert_eq!(text(task.arg_name("content")), "content");
    assert_eq!(text(task.template_at("args.content", 5)), "b }}");
    assert_eq!(text(task.template_at("when[1]", 5)), "'z'");
    assert!(task.location().text().starts_with("name: one"));
    assert!(
        task.keyword("register").is_none() && task.arg("src").is_none() && task.value("when[2]").is_none()
    );
    assert!(loaded.origins.task(1).is_none());
}

#[test]
fn arguments_in_every_form() {
    let loaded = load(
        "    - copy: dest=/x content=\"a {{ b }}\" mode=0644\n    \
         - command: echo {{ c }} creates=/y\n      args: {chdir: /z}\n    \
         - action: copy dest=/w\n    \
         - action: {module: copy, args: {dest: /v}}\n    \
         - copy: >\n        dest=/u\n        content=t\n",
    );
    let task = |id| loaded.origins.task(id).unwrap();
    assert_eq!(text(task(0).arg("content")), "a {{ b }}");
    assert_eq!(text(task(0).arg_name("mode")), "mode");
    assert_eq!(text(task(0).template_at("args.content", 2)), "{{ b }}");
    assert_eq!(text(task(1).arg("creates")), "/y");
    assert_eq!(text(task(1).arg("chdir")), "/z");
    assert_eq!(text(task(1).arg("_raw_params")), "echo {{ c }} creates=/y");
    assert_eq!(text(task(1).template_at("args", 5)), "{{ c }} creates=/y");
    assert_eq!((text(Some(task(2).module())), text(task(2).arg("dest"))), ("copy".into(), "/w".into()));
    assert_eq!((text(Some(task(3).module())), text(task(3).arg("dest"))), ("copy".into(), "/v".into()));
    assert_eq!((text(task(4).arg("dest")), text(task(4).arg("content"))), ("/u".into(), "t".into()));
}

#[test]
fn snippets_name_their_owners_and_paths() {
    let loaded = load(
        "    - debug: {msg: ['{{ a }}', plain]}\n      when: b\n      loop: '{{ c }}'\n      loop_control: {break_when: d, label: '{{ e }}'}\n    \
         - block:\n        - command: echo {{ f }}\n          changed_when: [false, g]\n      vars: {v: '{{ h }}'}\n      when: i\n    \
         - debug: {msg: !unsafe '{{ j }}'}\n",
    );
    let found: Vec<(String, String, SnippetKind, bool)> = loaded
        .origins
        .snippets()
        .map(|it| (it.path.to_string(), it.text.to_string(), it.kind, matches!(it.owner, Owner::Task(_))))
        .collect();
    let expect = |path: &str, text: &str, kind, task| {
        let wanted = (path.to_owned(), text.to_owned(), kind, task);
        assert!(found.contains(&wanted), "{wanted:?} is not among {found:#?}");
    };
    expect("args.msg[0]", "{{ a }}", SnippetKind::Template, true);
    expect("when", "b", SnippetKind::Condition, true);
    expect("loop", "{{ c }}", SnippetKind::Template, true);
    expect("loop_control.break_when", "d", SnippetKind::Condition, true);
    expect("loop_control.label", "{{ e }}", SnippetKind::Template, true);
    expect("args", "echo {{ f }}", SnippetKind::Template, true);
    expect("changed_when[1]", "g", SnippetKind::Condition, true);
    expect("vars.v", "{{ h }}", SnippetKind::Template, false);
    expect("when", "i", SnippetKind::Condition, false);
    assert_eq!(found.len(), 9);
}

#[test]
fn a_place_within_a_snippet_is_exact() {
    let loaded = load("    - debug:\n        msg: \"ä\\n{{ x }} and\n          {{ y }}\"\n");
    let snippet = loaded.origins.snippets().next().unwrap();
    let at = snippet.text.find("y }}").unwrap();
    assert_eq!(snippet.span(at, at + 1).text(), "y");
    assert_eq!(format!("{:?}", snippet.span(at, at + 1)), "site.yml:5:14-15");
    let at = snippet.text.find("x }}").unwrap();
    assert_eq!(format!("{:?}", snippet.span(at, at + 1)), "site.yml:4:21-22");
}

#[test]
fn a_plan_has_places_like_a_playbook() {
    let text = br#"{"plays": [{"batches": [{"tasks": [
        {"module": "copy", "args": {"content": "a {{ b }}"}, "conditions": [{"When": {"expression": "c"}}]}]}]}]}"#;
    let loaded = load_plan_json(text, "plan.json", std::path::Path::new("/nowhere"), &Options::default());
    let task = loaded.origins.task(0).unwrap();
    assert_eq!(task.module().text(), "\"copy\"");
    assert_eq!(task.arg("content").unwrap().text(), "\"a {{ b }}\"");
    assert_eq!(task.template_at("args.content", 2).unwrap().text(), "{{ b }}");
    assert_eq!(task.value("when[0]").unwrap().text(), "\"c\"");
    assert_eq!(task.keyword("when").unwrap().text(), "\"conditions\"");
    let kinds: Vec<SnippetKind> = loaded.origins.snippets().map(|snippet| snippet.kind).collect();
    assert_eq!(kinds, [SnippetKind::Template, SnippetKind::Condition]);
}

#[test]
fn files_are_looked_for_as_ansible_does() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("roles/web/tasks")).unwrap();
    std::fs::write(at("roles/web/tasks/main.yml"), "- ping:\n").unwrap();
    std::fs::write(at("site.yml"), "- hosts: all\n  roles: [web]\n").unwrap();
    let loaded = load_playbook(&at("site.yml"), &Options::default());
    let candidates = loaded.origins.task(0).unwrap().file_candidates("files", "x");
    let names =
        ["roles/web/files/x", "roles/web/x", "roles/web/tasks/files/x", "roles/web/tasks/x", "files/x", "x"];
    assert_eq!(candidates, names.map(at));
}

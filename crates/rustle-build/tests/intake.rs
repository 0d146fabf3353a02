//! Lists of steps that are checked while they are read, and again where something is to be told of them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rustle_build::lints::Level;
use rustle_build::{BuildOptions, Config, PlanSource, Prepared, Problems, build_bundle};

/// More than are read again together.
const FILES: usize = 11;
const TASKS: usize = 1000;

fn build(folder: &Path, lints: &[(&str, Level)]) -> Result<Prepared, Problems> {
    let mut config = Config::default();
    config.runner.source = Some(PlanSource::Playbook("site.yml".into()));
    config.lints.extend(lints.iter().map(|(name, level)| ((*name).to_owned(), *level)));
    build_bundle(&BuildOptions { folder: folder.to_owned(), config, ..BuildOptions::default() })
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A playbook of many files, in each of which `last` stands behind all else.
fn project(folder: &Path, last: &str) {
    let mut site = String::from("- hosts: all\n  gather_facts: false\n  vars: {known: 1}\n  tasks:\n");
    for file in 0..FILES {
        writeln!(site, "    - import_tasks: part_{file}.yml\n      when: known").unwrap();
        let tasks: String = (1..TASKS).map(|_| "- debug: {msg: \"{{ known }}\"}\n").collect();
        put(folder, &format!("part_{file}.yml"), &format!("{tasks}{last}"));
    }
    put(folder, "site.yml", &site);
}

#[test]
fn what_is_told_of_many_lists_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), "- debug: {msg: \"{{ later }}\"}\n");
    let told = build(folder.path(), &[("undefined-variable", Level::Warn), ("maybe-undefined", Level::Warn)]);
    let told = told.unwrap().warnings.to_string();
    assert!(told.contains("the variable `later`"), "{told}");
    assert!(told.contains("part_0.yml:1000:") && told.contains("it is used in 10 more places"), "{told}");
    // What is defined anywhere is defined for all that was read before.
    put(folder.path(), "part_10.yml", "- set_fact: {later: 1}\n");
    let prepared = build(folder.path(), &[]).unwrap();
    assert!(prepared.warnings.is_empty(), "{}", prepared.warnings);
    let tasks = ((FILES - 1) * TASKS + 1) as u64;
    assert_eq!(prepared.plan().unwrap().tasks(), tasks);
    assert_eq!(prepared.modules, ["debug", "set_fact"]);
}

#[test]
fn a_template_is_judged_by_the_task_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), "- debug:\n");
    put(folder.path(), "templates/x.j2", "{{ unsure }}\n");
    let task = "- template: {src: x.j2, dest: /x}\n";
    put(folder.path(), "part_3.yml", task);
    let told = build(folder.path(), &[("undefined-variable", Level::Warn)]).unwrap().warnings.to_string();
    assert!(told.contains("nothing defines the variable `unsure`"), "{told}");
    put(folder.path(), "part_3.yml", &task.replace('\n', "\n  when: unsure is defined\n"));
    let prepared = build(folder.path(), &[]).unwrap();
    assert!(prepared.warnings.is_empty(), "{}", prepared.warnings);
}

#[test]
fn what_is_told_of_one_long_file_stands_where_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks: [{import_tasks: long.yml}]\n",
    );
    // Each is doubtful, so that the file is read again in several goes; few are wrong. An item that an alias repeats has the
    // place of another.
    let wrong = [2, 9_999, 10_001, 24_999];
    let mut text =
        String::from("- &first {debug: {msg: \"{{ given | default(1) }}\"}, when: given is defined}\n");
    for task in 1..25_000 {
        text.push_str(match task {
            _ if wrong.contains(&task) => "- debug: {mgs: hello}\n",
            _ if task % 5_000 == 0 => "- *first\n",
            _ => "- debug: {msg: \"{{ given }}\"}\n",
        });
    }
    put(folder.path(), "long.yml", &text);
    let problems = build(folder.path(), &[("maybe-undefined", Level::Warn)]).unwrap_err();
    let of = |code: &str| problems.iter().filter(|problem| problem.code == code).collect::<Vec<_>>();
    let text = problems.to_string();
    assert_eq!(of("unknown-argument").len(), wrong.len(), "{text}");
    for task in wrong {
        assert!(text.contains(&format!("long.yml:{}:11\n", task + 1)), "{task}: {text}");
    }
    assert_eq!(of("undefined-variable").len(), 1, "{text}");
}

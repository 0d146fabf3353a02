//! The recordings by themselves: they are complete, they show something, and they cover the language.

use std::collections::BTreeSet;
use std::fs;

use rustle_tests::conformance::ANSIBLE_CORE;
use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::deviations::Deviations;
use serde_json::Value;
use walkdir::WalkDir;

/// The modules that the first release has.
const MODULES: [&str; 24] = [
    "assert",
    "blockinfile",
    "command",
    "copy",
    "debug",
    "fail",
    "file",
    "find",
    "gather_facts",
    "include_vars",
    "lineinfile",
    "pause",
    "ping",
    "replace",
    "script",
    "set_fact",
    "setup",
    "shell",
    "slurp",
    "stat",
    "tempfile",
    "template",
    "wait_for",
    "include_tasks",
];

/// Keywords of plays, blocks and tasks, and words of `meta`: each is used by a case.
const KEYWORDS: [&str; 62] = [
    "action",
    "always",
    "any_errors_fatal",
    "apply",
    "args",
    "become",
    "become_user",
    "block",
    "changed_when",
    "check_mode",
    "delay",
    "diff",
    "environment",
    "failed_when",
    "force_handlers",
    "gather_facts",
    "gather_subset",
    "handlers",
    "ignore_errors",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "index_var",
    "label",
    "extended",
    "listen",
    "loop",
    "loop_control",
    "loop_var",
    "meta",
    "no_log",
    "notify",
    "pause",
    "post_tasks",
    "pre_tasks",
    "public",
    "register",
    "rescue",
    "retries",
    "roles",
    "run_once",
    "tags",
    "tasks_from",
    "until",
    "vars",
    "vars_files",
    "vars_from",
    "when",
    "with_dict",
    "with_fileglob",
    "with_first_found",
    "with_indexed_items",
    "with_items",
    "with_lines",
    "with_list",
    "with_nested",
    "with_sequence",
    "with_subelements",
    "with_together",
    "dependencies",
];

fn cases() -> Vec<Case> {
    Case::all(&Case::root()).expect("the cases can be read")
}

#[test]
fn every_case_is_recorded_with_the_pinned_version() {
    let cases = cases();
    assert!(cases.len() >= 70, "only {} cases", cases.len());
    for case in cases {
        let expected = case.expected().expect("a recording");
        assert_eq!(expected.ansible_core, ANSIBLE_CORE, "{}", case.name);
        assert_eq!(expected.runs.len(), case.config.runs as usize, "{}", case.name);
        let written = fs::read_to_string(case.expected_path()).expect("a recording");
        assert_eq!(written, expected.to_json().expect("serialises"), "{}: edited by hand", case.name);
    }
}

#[test]
fn every_case_shows_something() {
    // Here nothing happening is what is shown.
    let silent = ["exit_codes_no_hosts"];
    for case in cases().iter().filter(|case| !silent.contains(&case.name.as_str())) {
        for run in case.expected().expect("a recording").runs {
            let ran = run.results.iter().filter(|result| result.status != "skipped").count();
            assert!(ran > 0, "{}: nothing ran", case.name);
        }
    }
}

#[test]
fn no_recording_holds_what_belongs_to_one_machine() {
    for case in cases() {
        let text = fs::read_to_string(case.expected_path()).expect("a recording");
        for trace in ["/conformance-", "ansible-tmp", "ansible-venv", "tests/conformance", "Traceback"] {
            assert!(!text.contains(trace), "{}: {trace}", case.name);
        }
    }
}

#[test]
fn every_module_is_run_by_some_case() {
    let mut run = BTreeSet::new();
    for case in cases() {
        for result in case.expected().expect("a recording").runs.into_iter().flat_map(|run| run.results) {
            run.insert(result.action);
        }
    }
    let missing: Vec<&str> = MODULES.into_iter().filter(|module| !run.contains(*module)).collect();
    assert!(missing.is_empty(), "no case runs {missing:?}");
}

#[test]
fn every_keyword_is_used_by_some_case() {
    let mut used = BTreeSet::new();
    for entry in WalkDir::new(Case::root()).into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|extension| extension == "yml") {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            for line in text.lines() {
                let words = line.split(['{', ',', '-', ' ']).filter_map(|word| word.strip_suffix(':'));
                used.extend(words.map(str::to_owned));
            }
        }
    }
    let missing: Vec<&str> = KEYWORDS.into_iter().filter(|keyword| !used.contains(*keyword)).collect();
    assert!(missing.is_empty(), "no case uses {missing:?}");
}

#[test]
fn deviations_and_cases_name_each_other() {
    let deviations = Deviations::load().expect("docs/DEVIATIONS.md can be read");
    let cases = cases();
    for entry in deviations.entries() {
        let case = cases.iter().find(|case| case.name == entry.case);
        assert!(case.is_some(), "{} names a case that does not exist: {}", entry.id, entry.case);
    }
    for case in cases {
        if let Some(id) = &case.config.deviation {
            let known = deviations.entries().iter().any(|entry| entry.id == *id && entry.case == case.name);
            assert!(known, "{}: docs/DEVIATIONS.md has no line {id} for it", case.name);
        }
    }
}

#[test]
fn a_failing_run_is_seen_in_recap_and_exit_code() {
    for case in cases() {
        for run in case.expected().expect("a recording").runs {
            let failed: u64 = run.recap.values().map(|recap| recap.failed).sum();
            assert_eq!(failed > 0, run.exit_code == 2, "{}: {:?}", case.name, run.recap);
            for result in run.results.iter().filter(|result| result.status == "changed") {
                assert_eq!(result.result.get("changed"), Some(&Value::Bool(true)), "{}", case.name);
            }
        }
    }
}

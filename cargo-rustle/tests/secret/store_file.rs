//! `secrets.toml` as a file: changed by several at once, and damaged.

use std::fs::File;
use std::thread;
use std::time::Duration;

use crate::Project;

#[test]
fn what_several_set_at_once_is_all_there() {
    let (project, recipient) = Project::new("").with_key();
    let names: Vec<String> = (0..8).map(|at| format!("name_{at}")).collect();
    thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| project.secret_with(&["set", name], name).unwrap());
        }
    });
    assert_eq!(project.secret(&["list"]).unwrap().lines().collect::<Vec<_>>(), names);
    // The same for the others that change it.
    let other = project.secret(&["key", "new", "--output", "other.txt"]).unwrap().trim().to_owned();
    let all: [&[&str]; 5] = [
        &["remove", "name_0"],
        &["remove", "name_1"],
        &["rotate"],
        &["recipients", "add", &other],
        &["set", "more", "--from-env", "API_TOKEN"],
    ];
    thread::scope(|scope| all.map(|args| scope.spawn(|| project.secret(args).unwrap())).map(drop));
    assert_eq!(project.secret(&["recipients", "list"]).unwrap(), format!("{recipient}\n{other}\n"));
    let left = project.secret(&["list"]).unwrap();
    assert_eq!(left.lines().count(), 7, "{left}");
    assert_eq!(project.secret(&["get", "more", "--identity", "other.txt"]).unwrap(), "from the environment");
}

#[test]
fn who_waits_for_another_is_told() {
    let (project, _) = Project::new("").with_key();
    let held = File::open(project.path()).unwrap();
    held.lock().unwrap();
    let output = thread::scope(|scope| {
        let waiting = scope.spawn(|| project.output(&["set", "a"], "one"));
        thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished() && project.secret(&["list"]).unwrap().is_empty());
        held.unlock().unwrap();
        waiting.join().unwrap()
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("waiting for another command"), "{told}");
    assert_eq!(project.secret(&["get", "a"]).unwrap(), "one");
}

#[test]
fn a_damaged_file_is_told_with_its_line() {
    let (project, _) = Project::new("").with_key();
    project.write("secrets.toml", "format = 1\n\n<<<<<<< HEAD\n");
    let told = project.secret(&["list"]).unwrap_err();
    assert!(told.contains("secrets.toml: line 3: "), "{told}");
    project.write("secrets.toml", "");
    let told = project.secret(&["list"]).unwrap_err();
    assert!(told.contains("secrets.toml: it is empty: "), "{told}");
}

#[test]
fn the_help_of_a_list_says_what_it_prints() {
    let help = Project::new("").secret(&["list", "--help"]).unwrap();
    assert!(help.contains("Prints a list of objects") && !help.contains("`errors`"), "{help}");
}

//! What is huge, deep or made to grow: it is read within limits, or refused with its place; no stack and no memory ends.
//! The sizes are modest; those of fault 46 are run by hand, in release: `cargo test --release --test huge -- --ignored`.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use rustle_playbook::{Loaded, Options, load_plan_json, load_playbook};

const PING: &str = "- hosts: all\n  tasks:\n    - ping:\n";

/// Loads `site.yml` with another file beside it.
fn load(site: &str, other: (&str, &str), inventory: Option<&str>) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("site.yml"), site).unwrap();
    fs::write(folder.path().join(other.0), other.1).unwrap();
    let inventory = inventory.map(|name| folder.path().join(name)).into_iter().collect();
    let options = Options { inventory, ..Options::default() };
    load_playbook(&folder.path().join("site.yml"), &options)
}

/// What is told of a text: as a playbook, as a task file, as a file of variables, as an inventory.
fn told(text: &str) -> Vec<String> {
    let import = "- hosts: all\n  tasks:\n    - import_tasks: x.yml\n";
    let vars = "- hosts: all\n  vars_files: [x.yml]\n";
    [
        load(text, ("x.yml", ""), None),
        load(import, ("x.yml", text), None),
        load(vars, ("x.yml", text), None),
        load(PING, ("x.yml", text), Some("x.yml")),
    ]
    .iter()
    .map(|loaded| {
        let problem = loaded.problems.first().unwrap_or_else(|| panic!("nothing is told"));
        assert!(problem.primary.is_some(), "{problem:?}");
        format!("{}: {}", problem.code, problem.message)
    })
    .collect()
}

#[test]
fn fault_46_ten_thousand_levels() {
    let block: String = (0..10_000).map(|level| format!("{}- a:\n", " ".repeat(level))).collect();
    let texts = [
        "[".repeat(10_000),
        format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        "{a: ".repeat(10_000),
        format!("- hosts: {}", "- ".repeat(10_000)),
        block,
    ];
    for text in &texts {
        for told in told(text) {
            assert!(told.starts_with("yaml-syntax: this is not YAML: "), "{told}");
        }
    }
}

#[test]
fn fault_46_aliases_that_multiply() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        writeln!(text, "a{level}: &a{level} [{below}]").unwrap();
    }
    let start = Instant::now();
    for told in told(&text) {
        assert_eq!(told, "yaml-syntax: this is not YAML: the aliases stand for too many nodes");
    }
    let mut merges = String::from("a0: &a0 {k: v}\n");
    for level in 1..30 {
        let below = level - 1;
        writeln!(merges, "a{level}: &a{level}\n  x: *a{below}\n  y: *a{below}\n  <<: *a{below}").unwrap();
    }
    for told in told(&merges) {
        assert_eq!(told, "yaml-syntax: this is not YAML: the aliases stand for too many nodes");
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn fault_46_aliases_of_what_is_not_there_yet() {
    for (text, why) in [
        ("a: &a [*a]\n", "found an alias that stands for what contains it"),
        ("a: &a [*b, *b]\nb: &b [*a, *a]\n", "found undefined alias"),
    ] {
        for told in told(text) {
            assert_eq!(told, format!("yaml-syntax: this is not YAML: {why}"));
        }
    }
}

/// One line of so many bytes that holds a playbook, once of ASCII and once not.
fn long_line(bytes: usize) {
    for word in ["message", "Meldung ä"] {
        let mut text = String::from("[{hosts: all, tasks: [");
        while text.len() < bytes {
            write!(text, "{{debug: {{msg: \"{word} {}\"}}}}, ", text.len()).unwrap();
        }
        text.push_str("{debug: {msg: last}, whn: x}]}]");
        let loaded = load(&text, ("x.yml", ""), None);
        let codes: Vec<&str> = loaded.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["unknown-keyword"]);
        let at = loaded.problems[0].primary.as_ref().unwrap();
        assert_eq!(at.text(), "whn");
        let tasks = loaded.plan.unwrap().plays[0].tasks.len();
        assert_eq!(tasks, text.matches("debug").count());
    }
}

/// A plan in JSON of so many bytes, as batches of a play and as a flat list in which each task needs the one before.
fn long_plan(bytes: usize) {
    let batches = |tasks: &str| {
        format!(
            "{{\"plays\": [{{\"play_id\": \"p\", \"batches\": [{{\"batch_id\": \"b\", \"tasks\": [{tasks}]}}]}}]}}"
        )
    };
    let (text, count) = plan(bytes, batches, |number| {
        format!(
            "{{\"task_id\": \"t{number}\", \"module\": \"debug\", \"args\": {{\"msg\": \"message {number}\"}}}}"
        )
    });
    assert_eq!(steps(&text), count);
    let flat = |tasks: &str| format!("{{\"metadata\": {{}}, \"tasks\": [{tasks}]}}");
    let (text, count) = plan(bytes, flat, |number| {
        let before = number.checked_sub(1).map_or(String::new(), |before| format!("\"t{before}\""));
        format!(
            "{{\"id\": \"t{number}\", \"name\": \"Task {number}\", \"task_type\": \"Command\", \"module\": \"command\", \
             \"args\": {{\"cmd\": \"true {number}\"}}, \"dependencies\": [{before}]}}"
        )
    });
    assert_eq!(steps(&text), count);
}

/// A plan of tasks until it has so many bytes, and how many they are.
fn plan(bytes: usize, around: impl Fn(&str) -> String, task: impl Fn(usize) -> String) -> (String, usize) {
    let mut tasks = task(0);
    let mut count = 1;
    while tasks.len() < bytes {
        tasks.push_str(",\n");
        tasks.push_str(&task(count));
        count += 1;
    }
    (around(&tasks), count)
}

/// How many steps a plan in JSON has.
fn steps(text: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_plan_json(text.as_bytes(), "plan.json", folder.path(), &Options::default());
    assert!(!loaded.has_errors(), "{:?}", loaded.problems.first());
    loaded.plan.unwrap().plays.iter().map(|play| play.tasks.len()).sum()
}

/// An inventory of so many hosts, written one by one and as a range.
fn many_hosts(count: usize) {
    let listed: String = (0..count).map(|number| format!("host-{number} number={number}\n")).collect();
    // A range stands for a hundred thousand hosts at most.
    let ranges: String = (0..count)
        .step_by(50_000)
        .map(|from| format!("host-[{from}:{}]\n", (from + 50_000).min(count) - 1))
        .collect();
    for text in [format!("[web]\n{listed}"), format!("[web]\n{ranges}")] {
        let loaded = load(PING, ("hosts.ini", &text), Some("hosts.ini"));
        assert!(!loaded.has_errors(), "{:?}", loaded.problems.first());
        let inventory = loaded.plan.unwrap().inventory;
        assert_eq!(inventory.hosts.len(), count);
        assert_eq!(inventory.groups["web"].hosts.len(), count);
    }
}

#[test]
fn fault_46_long_lines_plans_and_inventories() {
    long_line(300 << 10);
    long_plan(300 << 10);
    many_hosts(2_000);
}

#[test]
#[ignore = "takes a minute and some GB"]
fn fault_46_in_full() {
    long_line(100 << 20);
    long_plan(100 << 20);
    many_hosts(1_000_000);
}

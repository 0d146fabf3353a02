//! `--job` and `--follow`: runs that go on by themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustle_runtime::schema::job::{JobEnded, JobStatus, STATUS};
use rustle_runtime::schema::report::Report;

use crate::harness::{Runner, say, script, task};

/// All of them, for the harness.
pub const TESTS: [(&str, fn()); 5] = [
    ("a_job_outlives_its_starter_and_is_followed", a_job_outlives_its_starter_and_is_followed),
    ("a_job_is_started_once", a_job_is_started_once),
    ("a_job_that_is_killed_is_told_as_such", a_job_that_is_killed_is_told_as_such),
    ("a_job_that_cannot_begin_leaves_nothing", a_job_that_cannot_begin_leaves_nothing),
    ("a_job_that_is_refused_says_so_to_who_follows", a_job_that_is_refused_says_so_to_who_follows),
];

fn folder(runner: &Runner) -> (PathBuf, String) {
    let folder = runner.folder.path().join("jobs/one");
    let text = folder.to_str().expect("UTF-8").to_owned();
    (folder, text)
}

fn status(folder: &Path) -> JobStatus {
    let text = fs::read_to_string(folder.join(STATUS)).expect("a status");
    serde_json::from_str(&text).expect("JSON")
}

/// The events of what was followed, how the job ended, and its report.
fn parse(out: &str) -> (Vec<String>, JobEnded, Option<Report>) {
    let at = out.find("{\"job_ended\"").expect("an end");
    let (events, rest) = out.split_at(at);
    let (line, rest) = rest.split_once('\n').expect("a line");
    let ended: JobEnded = serde_json::from_str(line).expect("an end");
    let report = rest.get(..ended.report as usize).filter(|it| !it.is_empty());
    let names = events.lines().map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        event["event"].as_str().expect("a name").to_owned()
    });
    (names.collect(), ended, report.map(|text| serde_json::from_str(text).expect("a report")))
}

fn a_job_outlives_its_starter_and_is_followed() {
    let runner = Runner::new(vec![say("a"), task("run", script("sleep 0.5"), |_| {}), say("b")]);
    let (folder, text) = folder(&runner);
    let begun = Instant::now();
    let started = runner.run(&["--job", &text]);
    assert_eq!((started.code, started.stdout.as_str(), started.stderr.as_str()), (Some(0), "", ""));
    assert!(begun.elapsed() < Duration::from_millis(450), "nobody waits: {:?}", begun.elapsed());
    let pid = status(&folder).pid;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
    let session: u32 =
        stat.rsplit(") ").next().and_then(|it| it.split(' ').nth(3)?.parse().ok()).expect("a number");
    assert_eq!(session, pid, "a session of its own");
    let first = runner.run(&["--follow", &text]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let (events, ended, report) = parse(&first.stdout);
    let result = ["task_start", "task_result"];
    assert_eq!(events, [&["start", "play_start"][..], &result, &result, &result, &["recap", "end"]].concat());
    assert_eq!(ended.job_ended.exit_code, Some(0));
    let report = report.expect("a report");
    assert_eq!(ended.job_ended.recap.as_ref(), report.recap.get("localhost"));
    assert_eq!(report.results.len(), 3);
    // From a byte on, whoever asks later gets the same.
    let from = first.stdout.find("{\"event\":\"recap\"").expect("a recap").to_string();
    let again = runner.run(&["--follow", &text, "--from", &from]);
    assert_eq!(parse(&again.stdout).0, ["recap", "end"]);
}

fn a_job_is_started_once() {
    let runner = Runner::new(vec![task("run", script("echo ran >> \"$OUT\"; sleep 0.2"), |_| {})]);
    let (_, text) = folder(&runner);
    let out = runner.folder.path().join("out");
    let start = || runner.command(&["--job", &text]).env("OUT", &out).status().expect("started").code();
    assert_eq!((start(), start()), (Some(0), Some(0)));
    assert_eq!(runner.run(&["--follow", &text]).code, Some(0));
    assert_eq!(start(), Some(0), "one that has ended is not begun again");
    assert_eq!(runner.run(&["--follow", &text]).code, Some(0));
    assert_eq!(fs::read_to_string(&out).expect("it ran"), "ran\n");
}

fn a_job_that_is_killed_is_told_as_such() {
    let runner = Runner::new(vec![task("run", script("sleep 30"), |_| {})]);
    let (folder, text) = folder(&runner);
    assert_eq!(runner.run(&["--job", &text]).code, Some(0));
    let pid =
        i32::try_from(status(&folder).pid).ok().and_then(rustix::process::Pid::from_raw).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    let followed = runner.run(&["--follow", &text]);
    assert_eq!(followed.code, Some(250));
    assert_eq!(parse(&followed.stdout).1.job_ended.exit_code, None);
}

fn a_job_that_cannot_begin_leaves_nothing() {
    let runner = Runner::new(vec![say("x")]);
    let (folder, text) = folder(&runner);
    let refused = runner.run(&["--job", &text, "--host", "nobody"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("no host called 'nobody'"), "{}", refused.stderr);
    assert!(!folder.exists());
    let followed = runner.run(&["--follow", &text]);
    assert_eq!(followed.code, Some(1));
    assert!(followed.stderr.contains("there is no job in "), "{}", followed.stderr);
}

fn a_job_that_is_refused_says_so_to_who_follows() {
    let runner = Runner::new(vec![task("run", script("sleep 1"), |_| {})]);
    let (folder, first) = folder(&runner);
    let second = folder.with_file_name("two");
    let second = second.to_str().expect("UTF-8");
    let lock = folder.with_file_name("lock");
    let lock = lock.to_str().expect("UTF-8");
    assert_eq!(runner.run(&["--job", &first, "--lock-file", lock]).code, Some(0));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(runner.run(&["--job", second, "--lock-file", lock]).code, Some(0));
    let followed = runner.run(&["--follow", second]);
    assert_eq!(followed.code, Some(1));
    assert!(followed.stdout.contains("is running this plan already"), "{}", followed.stdout);
    assert_eq!(runner.run(&["--follow", &first]).code, Some(0));
}

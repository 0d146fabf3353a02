//! Connections that are lost, and controllers that are killed.

use std::fs;
use std::time::{Duration, Instant};

use rustle_tests::fleet::Fleet;

use crate::{count, fleet, names};

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn wait_on(fleet: &Fleet, names: &[String], wait: bool) {
    for name in names {
        let file = fleet.host(name).join("wait");
        if wait { fs::write(file, "").expect("written") } else { fs::remove_file(file).expect("removed") }
    }
}

#[test]
fn a_connection_that_breaks_is_taken_up_again() {
    let names = names(4);
    let fleet = fleet(&names);
    fleet.seed();
    // Everything that comes is cut off, in the middle of lines, too.
    fleet.faults("h2", "drop-output 700 5");
    fleet.faults("h3", "drop-output 1501 2");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    fleet.is_true(&ran, &names);
    assert!(names.iter().all(|name| count(&fleet, name) == 1), "each ran once");
    let broken = fs::read(fleet.host("h2").join("drop-output.count")).expect("counted").len();
    assert_eq!(broken, 5, "it really broke");
    assert_eq!(ran.out.matches("changed: [h2]").count(), 2, "nothing is told twice: {}", ran.out);
}

#[test]
fn a_lost_run_goes_on_and_is_collected() {
    let names = names(3);
    let fleet = fleet(&names);
    fleet.seed();
    wait_on(&fleet, &names[1..2], true);
    fleet.faults("h2", "lost 800");
    let ran = fleet.deploy(&["--reconnect", "1"]);
    assert_eq!(ran.code, Some(4), "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("lost: h2. Their runs go on"), "{}", ran.err);
    assert_eq!(ran.recap()["h2"].unreachable, 1);
    fleet.is_true(&ran, ["h1", "h3"].map(String::from).iter());
    // Nobody looks, and it ends.
    assert_eq!(fleet.status("h2").expect("a status").exit_code, None, "it still runs");
    wait_on(&fleet, &names[1..2], false);
    until("the end of h2", || fleet.status("h2").is_some_and(|status| status.exit_code == Some(0)));
    fleet.faults("h2", "");
    let ran = fleet.deploy(&["--collect"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.hosts(), names, "the recap is that of all hosts");
    fleet.is_true(&ran, &names);
    assert!(names.iter().all(|name| count(&fleet, name) == 1), "each ran once");
}

#[test]
fn hosts_that_share_a_folder_have_runs_of_their_own() {
    let names = names(2);
    let fleet = fleet(&names);
    fs::remove_dir_all(fleet.host("h2")).expect("removed");
    std::os::unix::fs::symlink(fleet.host("h1"), fleet.host("h2")).expect("linked");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    for name in &names {
        let report = fs::read(fleet.reports().join(format!("{name}.json"))).expect("a report");
        let report: rustle_schema::report::Report = serde_json::from_slice(&report).expect("a report");
        assert_eq!(report.recap.keys().collect::<Vec<_>>(), [name]);
    }
    assert_eq!(count(&fleet, "h1"), 2, "both ran");
}

#[test]
fn runs_on_one_machine_meet_at_the_lock() {
    let names = names(2);
    let fleet = fleet(&names);
    fleet.seed();
    wait_on(&fleet, &names, true);
    // Without `--no-lock`, unlike all others here.
    let command = |args: &[&str]| {
        let mut command = std::process::Command::new(rustle_tests::anywhere::cargo_rustle());
        command.args(["rustle", "deploy"]).arg(fleet.runner()).arg("--reports").arg(fleet.reports());
        command.args(args).env("RUSTLE_STUB_HOSTS", fleet.host("h1").parent().expect("a folder"));
        command.env("NO_COLOR", "1").stdout(std::process::Stdio::piped());
        command.spawn().expect("started")
    };
    let controller = command(&[]);
    let refused = || {
        names
            .iter()
            .any(|name| fleet.status(name).is_some_and(|status| status.exit_code.is_some_and(|it| it != 0)))
    };
    until("the one that comes later", refused);
    wait_on(&fleet, &names, false);
    let output = controller.wait_with_output().expect("ended");
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{out}");
    assert!(out.contains("is running this plan already"), "{out}");
    let output = command(&["-f", "1"]).wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_run_that_goes_on_is_not_told_as_never_begun() {
    let names = names(1);
    let fleet = fleet(&names);
    fleet.seed();
    wait_on(&fleet, &names, true);
    fleet.faults("h1", "lost 800");
    let given = fleet.host("h1").join("given.yml");
    fs::write(&given, "given: this\n").expect("written");
    let ran = fleet.deploy(&["--reconnect", "0", "-e", &format!("@{}", given.display())]);
    assert_eq!(ran.code, Some(4), "{}\n{}", ran.out, ran.err);
    fleet.faults("h1", "");
    // Whoever only collects needs no file of variables.
    fs::remove_file(&given).expect("removed");
    // Nobody can follow it: its runner is not there.
    let runner = fleet.runners("h1").join(fleet.digest());
    fs::remove_file(&runner).expect("removed");
    let ran = fleet.deploy(&["--collect"]);
    wait_on(&fleet, &names, false);
    assert_eq!(ran.code, Some(4), "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("lost: h1. Their runs go on"), "{}", ran.err);
    fs::hard_link(fleet.runner(), &runner).expect("linked");
    let ran = fleet.deploy(&["--collect"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    fleet.is_true(&ran, &names);
}

#[test]
fn a_killed_controller_is_resumed() {
    let names = names(6);
    let fleet = fleet(&names);
    fleet.seed();
    wait_on(&fleet, &names, true);
    let mut controller = fleet.start(&["-f", "3"]);
    let runs = |fleet: &Fleet| names.iter().filter(|name| count(fleet, name) == 1).count();
    until("three runs", || runs(&fleet) == 3);
    controller.kill().expect("killed");
    controller.wait().expect("dead");
    wait_on(&fleet, &names, false);
    let ran = fleet.deploy(&["--resume"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.hosts(), names);
    fleet.is_true(&ran, &names);
    assert!(names.iter().all(|name| count(&fleet, name) == 1), "each ran once");
    // There is nothing left to do, and the recap is the same.
    let again = fleet.deploy(&["--resume"]);
    assert_eq!((again.code, again.recap()), (Some(0), ran.recap()), "{}", again.err);
    assert!(names.iter().all(|name| count(&fleet, name) == 1));
}

#[test]
fn a_run_that_is_killed_is_a_failure() {
    let names = names(2);
    let fleet = fleet(&names);
    fleet.seed();
    wait_on(&fleet, &names[..1], true);
    let mut command = fleet.command(&[]);
    let controller = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    // What it has told before is told in the recap, too.
    until("the third task", || {
        let events = fleet
            .jobs("h1")
            .pop()
            .map(|job| fs::read_to_string(job.join("events.jsonl")).unwrap_or_default());
        events.is_some_and(|events| events.contains("\"task\":\"Wait\""))
    });
    let pid = fleet.status("h1").expect("a status").pid;
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    let output = controller.wait_with_output().expect("ended");
    wait_on(&fleet, &names[..1], false);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{out}");
    assert!(out.contains("the run was killed, or its host was restarted"), "{out}");
    let recap = rustle_tests::fleet::recap_of(&out);
    assert_eq!((recap["h1"].failed, recap["h1"].ok, recap["h2"].failed), (1, 2, 0), "{out}");
}

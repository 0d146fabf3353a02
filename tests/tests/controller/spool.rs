//! What stays in the spool, and what comes out of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use rustle_fetch::testserver::{Reply, Server};
use rustle_tests::anywhere::{Confined, can_mount};

use crate::receiver::{Receiver, missing, of, ok};
use crate::site::{Ran, Site, looping};

/// An address at which nobody listens.
fn nowhere() -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("https://localhost:{port}/")
}

#[test]
fn the_next_run_delivers_the_one_before_first() {
    let site = Site::new();
    let ran = site.run(&site.build(&looping(5), &nowhere(), "wait = 0\n"));
    assert!(ran.err.contains("the next run or `site --send-spool` delivers them"), "{}", ran.err);
    let receiver = Receiver::start(&site.authority);
    let ran = site.run(&site.build(&looping(5), &receiver.url(), ""));
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let seen = receiver.seen.lock().unwrap();
    assert_eq!(seen.events.len(), 2);
    for events in seen.events.values() {
        assert_eq!((missing(events).len(), of(events, "report").len()), (0, 1));
    }
    let mut runs: Vec<&str> = seen.bodies.iter().map(|it| it["run"].as_str().unwrap()).collect();
    runs.dedup();
    assert_eq!(runs.len(), 2, "one after the other");
    let started = |run: &str| seen.bodies.iter().find(|it| it["run"] == run).unwrap()["started"].to_string();
    assert!(started(runs[0]) < started(runs[1]));
    assert_eq!(site.spooled(), 0);
}

#[test]
fn nobody_else_may_look_into_the_spool() {
    let site = Site::new();
    site.run(&site.build(&looping(5), &nowhere(), "wait = 0\n"));
    let mut files = 0;
    for entry in walkdir::WalkDir::new(site.spool()) {
        let metadata = entry.unwrap().metadata().unwrap();
        let mode = metadata.permissions().mode() & 0o777;
        assert_eq!(mode, if metadata.is_dir() { 0o700 } else { 0o600 });
        files += usize::from(metadata.is_file());
    }
    assert!(files >= 2, "{files}");
}

/// Killed at many moments, with a controller that listens and one that does not: whatever was told on standard output
/// before is delivered in the end, once, and the run is closed.
#[test]
fn nothing_that_was_told_is_lost_by_a_kill() {
    for listens in [true, false] {
        let site = Site::new();
        let receiver = Receiver::start(&site.authority);
        let url = if listens { receiver.url() } else { nowhere() };
        let runner = site.build(&looping(100_000), &url, "");
        let mut told = Vec::new();
        for lines in [1, 2, 3, 10, 100, 500, 1000] {
            let mut child = site
                .command(&runner)
                .arg("--json")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut count = out.by_ref().take(lines).map_while(Result::ok).count();
            child.kill().unwrap();
            child.wait().unwrap();
            // A last line may be torn.
            count += out.map_while(Result::ok).filter(|line| line.ends_with('}')).count();
            assert!(count >= lines);
            told.push(count);
        }
        assert!(site.spooled() >= 1);
        let runner = site.build(&looping(1), &receiver.url(), "");
        let sent = site.send_spool(&runner);
        assert_eq!(sent.code, Some(0), "{}{}", sent.out, sent.err);
        assert_eq!(site.spooled(), 0);
        let seen = receiver.seen.lock().unwrap();
        let mut runs: Vec<_> = seen.events.values().collect();
        assert_eq!(runs.len(), told.len());
        // Without the last letter, times that end in fewer digits come where they belong.
        runs.sort_by_key(|events| events[&0]["time"].as_str().unwrap().trim_end_matches('Z').to_owned());
        for (events, told) in runs.into_iter().zip(told) {
            assert_eq!(missing(events).len(), 0);
            // The last is what says that nobody has told the end.
            assert_eq!(events.values().next_back().unwrap()["event"], "abandoned");
            assert!(events.len() > told, "{} of {told} events", events.len());
        }
    }
}

#[test]
fn a_live_run_is_left_alone() {
    let site = Site::new();
    let receiver = Receiver::start(&site.authority);
    let runner = site.build(&looping(100_000), &nowhere(), "");
    let mut child = site.command(&runner).arg("--json").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let other = site.path("other");
    fs::copy(&runner, &other).unwrap();
    let sent = site.send_spool(&site.build(&looping(1), &receiver.url(), ""));
    assert!(
        sent.out.contains("0 runs were delivered") && sent.out.contains("1 are still running"),
        "{}",
        sent.out
    );
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((receiver.requests(), site.spooled()), (0, 1));
}

/// A disk that is full at each of many fillings: what has room nowhere is counted, and an event says which it is.
#[test]
fn a_full_disk() {
    if !can_mount() {
        eprintln!(
            "not tested here: this user may not mount file systems, not even in a namespace of its own"
        );
        return;
    }
    let mut full = 0;
    for kib in [4, 16, 64, 256, 1024] {
        // The controller listens: what the disk does not take goes through memory.
        let site = Site::new();
        fs::create_dir(site.disk()).unwrap();
        let receiver = Receiver::start(&site.authority);
        let runner = site.build(&looping(1500), &receiver.url(), "interval = 1\n");
        let confined = Confined::new().tiny(&site.disk(), kib);
        let ran = confined_run(&site, &confined, &runner);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let seen = receiver.seen.lock().unwrap();
        let events = seen.run();
        assert_eq!(missing(events).len(), 0, "{kib} KiB");
        assert_eq!(of(events, "task_result").len(), 1502, "{kib} KiB: {}", ran.err);
        full += usize::from(ran.err.contains("No space left on device"));
    }
    assert!(full >= 2, "{full}");
    // Nobody listens: what is not on the disk is lost, and that is said.
    let site = Site::new();
    fs::create_dir(site.disk()).unwrap();
    let runner = site.build(&looping(5000), &nowhere(), "wait = 0\n");
    let ran = confined_run(&site, &Confined::new().tiny(&site.disk(), 64), &runner);
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("events are lost: the spool cannot be written: No space left"), "{}", ran.err);
}

fn confined_run(site: &Site, confined: &Confined, runner: &std::path::Path) -> Ran {
    let words = confined.words();
    let mut command = std::process::Command::new(&words[0]);
    command.args(&words[1..]).arg(runner).arg("--no-lock").current_dir(site.path("."));
    command.output().unwrap().into()
}

/// The spool may hold less than the run tells: an event says what is missing, once the rest is delivered.
#[test]
fn a_spool_that_is_too_small_says_what_it_lacks() {
    let site = Site::new();
    // Large enough that memory does not hold what the spool does not.
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n        msg: \"{{ 'x' * 10000 }}\"\n      loop: \"{{ range(800) | list }}\"\n";
    let ran = site.run(&site.build(playbook, &nowhere(), "wait = 0\nspool_mb = 1\n"));
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("the spool has reached its size of 1 MiB"), "{}", ran.err);
    assert!(ran.err.contains("events are lost"), "{}", ran.err);
    let size: u64 =
        walkdir::WalkDir::new(site.spool()).into_iter().map(|it| it.unwrap().metadata().unwrap().len()).sum();
    assert!(size < (1 << 20) + (100 << 10), "{size}");
    let receiver = Receiver::start(&site.authority);
    let sent = site.send_spool(&site.build(playbook, &receiver.url(), ""));
    assert_eq!(sent.code, Some(0), "{}{}", sent.out, sent.err);
    let seen = receiver.seen.lock().unwrap();
    let events = seen.run();
    assert_eq!(missing(events).len(), 0);
    let dropped = of(events, "dropped");
    assert_eq!(dropped.len(), 1);
    let results = of(events, "task_result").len();
    assert!((80..800).contains(&results), "{results}");
    let report = of(events, "report")[0];
    assert!(report["dropped"].as_u64().unwrap() >= 300, "{report}");
}

#[test]
fn without_a_spool_what_the_controller_takes_is_delivered_all_the_same() {
    let site = Site::new();
    fs::create_dir(site.disk()).unwrap();
    fs::write(site.spool(), "a file").unwrap();
    let receiver = Receiver::start(&site.authority);
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("cannot be used"), "{}", ran.err);
    let seen = receiver.seen.lock().unwrap();
    assert_eq!((missing(seen.run()).len(), of(seen.run(), "report").len()), (0, 1));
}

#[test]
fn damage_in_the_spool_is_told_as_a_gap() {
    let site = Site::new();
    site.run(&site.build(&looping(3000), &nowhere(), "wait = 0\n"));
    let folder = fs::read_dir(site.spool()).unwrap().next().unwrap().unwrap().path();
    let mut segments: Vec<_> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|it| it.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|it| it == "log"))
        .collect();
    segments.sort();
    assert!(segments.len() >= 2, "{segments:?}");
    let mut bytes = fs::read(&segments[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segments[0], bytes).unwrap();
    let receiver = Receiver::start(&site.authority);
    let sent = site.send_spool(&site.build(&looping(1), &receiver.url(), ""));
    assert_eq!(sent.code, Some(0), "{}{}", sent.out, sent.err);
    let seen = receiver.seen.lock().unwrap();
    let events = seen.run();
    assert_eq!(missing(events).len(), 0);
    assert_eq!(of(events, "dropped")[0]["reason"], "the spool is damaged");
    assert_eq!(of(events, "report").len(), 1);
}

#[test]
fn what_is_required_shows_in_the_exit_code_only_where_all_else_went_well() {
    let site = Site::new();
    let ran = site.run(&site.build(&looping(1), &nowhere(), "wait = 0\nrequired = true\n"));
    assert_eq!(ran.code, Some(75), "{}", ran.err);
    let failing = "- hosts: all\n  gather_facts: false\n  tasks:\n    - fail:\n        msg: no\n";
    let ran = site.run(&site.build(failing, &nowhere(), "wait = 0\nrequired = true\n"));
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    let receiver = Receiver::start(&site.authority);
    let ran = site.run(&site.build(&looping(1), &receiver.url(), "required = true\n"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn the_executable_goes_only_after_the_acknowledgement() {
    let site = Site::new();
    let cleanup = "cleanup_on_completion = true\n";
    // Spooled: it stays.
    let runner = site.build(&looping(1), &nowhere(), &format!("{cleanup}wait = 0\n"));
    site.run(&runner);
    assert!(runner.exists());
    // A check: it stays.
    let receiver = Receiver::start(&site.authority);
    let runner = site.build(&looping(1), &receiver.url(), cleanup);
    let ran: Ran = site.command(&runner).arg("--check").output().unwrap().into();
    assert!(ran.code == Some(0) && runner.exists(), "{}", ran.err);
    assert_eq!(site.spooled(), 0);
    // A job: it stays, to be followed.
    let job = runner.with_file_name("job");
    let ran: Ran = site.command(&runner).arg("--job").arg(&job).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let ran: Ran = site.command(&runner).arg("--follow").arg(&job).output().unwrap().into();
    assert!(ran.code == Some(0) && runner.exists(), "{}", ran.err);
    // Another file has its name by now: that one stays.
    let playbook = format!(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - shell: mv {0} {0}.moved && echo other > {0}\n",
        runner.display()
    );
    let runner = site.build(&playbook, &receiver.url(), cleanup);
    let ran = site.run(&runner);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(&runner).unwrap(), "other\n");
    // And so does this one, which has another name by now.
    let moved = runner.with_file_name(format!("{}.moved", runner.file_name().unwrap().to_string_lossy()));
    assert!(moved.exists() && ran.err.contains("is not this executable any more"), "{}", ran.err);
    // Acknowledged: it goes.
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (at, log) = (runner.clone(), std::sync::Arc::clone(&seen));
    let server = Server::start_tls(&site.authority, move |_| {
        log.lock().unwrap().push(at.exists());
        Reply::status(204, &[], b"")
    });
    fs::remove_file(&runner).unwrap();
    let runner = site.build(&looping(1), &server.url("/"), cleanup);
    let ran = site.run(&runner);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(!runner.exists());
    assert!(seen.lock().unwrap().iter().all(|there| *there), "it was there as long as it sent");
}

#[test]
fn a_run_that_is_interrupted_is_reported() {
    let site = Site::new();
    let receiver = Receiver::start(&site.authority);
    let runner = site.build(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - command: sleep 60\n",
        &receiver.url(),
        "heartbeat = 1\n",
    );
    let child = site.command(&runner).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    let pid = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    let seen = receiver.seen.lock().unwrap();
    let report = of(seen.run(), "report")[0];
    assert_eq!((report["exit_code"].as_i64(), report["stopped"].as_str()), (Some(143), Some("terminated")));
    let beats: Vec<_> = seen.bodies.iter().filter(|it| it["kind"] == "heartbeat").collect();
    assert!(!beats.is_empty());
    assert_eq!(beats[0]["state"]["task"], "command");
}

#[test]
fn the_token_and_the_signature_come_from_where_they_are_kept() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |request, _| {
        if request.header("Authorization") == Some("Bearer t0ken-7") {
            Ok(ok())
        } else {
            Err(Reply::status(401, &[], b""))
        }
    });
    let more = "token = { env = \"REPORT_TOKEN\" }\n";
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n    - shell: cat /proc/$PPID/environ; env; cat /proc/$(ps -o ppid= -p $PPID | tr -d ' ')/environ\n";
    let runner = site.build(playbook, &receiver.url(), more);
    let ran: Ran = site.command(&runner).env("REPORT_TOKEN", "t0ken-7").arg("-vvvv").output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("PATH="), "{}", ran.out);
    assert!(!ran.out.contains("t0ken-7"), "no child sees it: {}", ran.out);
    let ran: Ran = site.command(&runner).env("REPORT_TOKEN", "wrong").output().unwrap().into();
    assert!(ran.err.contains("the token is not one that it knows"), "{}", ran.err);
    assert!(!ran.err.contains("wrong"), "{}", ran.err);
    // A file that others may read is refused, and nothing is sent without the token.
    let requests = receiver.requests();
    fs::write(site.path("token"), "t0ken-7\n").unwrap();
    let more = format!("token = {{ file = \"{}\" }}\n", site.path("token").display());
    let runner = site.build(&looping(1), &receiver.url(), &more);
    fs::set_permissions(site.path("token"), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = site.run(&runner);
    assert!(ran.err.contains("others may read it; `chmod 0600` it"), "{}", ran.err);
    assert_eq!(receiver.requests(), requests);
    fs::set_permissions(site.path("token"), fs::Permissions::from_mode(0o600)).unwrap();
    let ran = site.run(&runner);
    assert_eq!((ran.code, ran.err.as_str(), site.spooled()), (Some(0), "", 0));
}

/// Killed again and again while it delivers: nobody is told twice that a run was abandoned, or of another end.
#[test]
fn who_delivers_may_be_killed_as_well() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |_, _| {
        std::thread::sleep(Duration::from_millis(15));
        Ok(ok())
    });
    for _ in 0..4 {
        site.run(&site.build(&looping(30), &nowhere(), "wait = 0\n"));
    }
    let long = site.build(&looping(100_000), &nowhere(), "");
    let mut child =
        site.command(&long).arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let count = BufReader::new(child.stdout.take().unwrap()).lines().take(50).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((count, site.spooled()), (50, 5));
    let runner = site.build(&looping(1), &receiver.url(), "batch = 10\n");
    for millis in (20..400).step_by(20) {
        let mut child = site.command(&runner).arg("--send-spool").stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let sent = site.send_spool(&runner);
    assert_eq!((sent.code, site.spooled()), (Some(0), 0), "{}{}", sent.out, sent.err);
    let seen = receiver.seen.lock().unwrap();
    assert_eq!(seen.events.len(), 5);
    for events in seen.events.values() {
        assert_eq!(missing(events).len(), 0);
        let ends = of(events, "report").len() + of(events, "abandoned").len();
        assert_eq!(ends, 1);
    }
}

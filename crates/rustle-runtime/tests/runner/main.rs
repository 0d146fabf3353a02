//! A whole runner: this test is its own base executable. Each test appends a plan to a copy of it and starts that, so the
//! command line, the bundle, workers, signals and the lock are those of a real runner.

mod harness;
mod includes;
mod jobs;
mod signed;
mod toys;

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustle_bundle::Writer;
use rustle_runtime::runner::{self, Embedded, Signer};
use rustle_runtime::value::Map;

use harness::{Runner, done, plan, say, script, task};

fn a_plan_runs_and_is_told() {
    let runner = Runner::new(vec![say("hello")]);
    let done = runner.run(&[]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let wanted = "\nPLAY [play] ********************************************************************\n\nTASK [say] *********************************************************************\nok: [localhost]\n\nPLAY RECAP *********************************************************************\nlocalhost                  : ok=1    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0   \n\n";
    assert_eq!(done.stdout, wanted);
}

fn events_begin_with_start_and_end_with_end() {
    let events = Runner::new(vec![say("hello")]).run(&["--json", "--check"]).events();
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(names, ["start", "play_start", "task_start", "task_result", "recap", "end"]);
    assert_eq!(events[0]["check"], true);
    assert!(events[0]["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")));
    assert_eq!(events[5]["exit_code"], 0);
}

fn embedded_files_are_read_in_every_process() {
    let read = || Map::from([("path", "/@bundle/files/a.txt")]);
    let mut writer = Writer::default();
    writer.file("files/a.txt", 0o644, b"from the bundle".to_vec()).expect("added");
    let tasks = vec![task("read", read(), |_| {}), task("read", read(), |it| it.timeout = Some(30.into()))];
    let events = Runner::of(&plan(tasks), writer).run(&["--json"]).events();
    let contents: Vec<&serde_json::Value> =
        events.iter().filter(|it| it["event"] == "task_result").map(|it| &it["result"]["content"]).collect();
    assert_eq!(contents, ["from the bundle", "from the bundle"]);
}

fn another_user_is_become() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let nobody = rustle_runtime::fs::users::user("nobody").expect("nobody");
    let step = || {
        task("who", Map::new(), |it| {
            it.become_ = Some(true.into());
            it.become_user = Some("nobody".into());
        })
    };
    let events =
        Runner::new(vec![step(), step(), task("who", Map::new(), |it| it.become_ = Some(true.into()))])
            .run(&["--json"])
            .events();
    let results: Vec<&serde_json::Value> =
        events.iter().filter(|it| it["event"] == "task_result").map(|it| &it["result"]).collect();
    assert_eq!(results[0]["uid"], nobody.uid);
    assert_eq!(results[0]["gid"], nobody.gid);
    assert_eq!(results[0]["home"], nobody.home.as_str());
    assert!(!results[0]["groups"].as_array().expect("groups").contains(&0.into()), "{}", results[0]);
    assert_eq!(results[0]["pid"], results[1]["pid"], "the worker is kept");
    assert_eq!(results[2]["uid"], 0, "root needs no worker to be root");
}

fn an_unknown_user_is_the_tasks_failure() {
    let runner = Runner::new(vec![task("who", Map::new(), |it| {
        it.become_ = Some(true.into());
        it.become_user = Some("no-such-user".into());
    })]);
    let (results, code) = runner.results(&[]);
    let message = results["who"]["msg"].as_str().unwrap_or_default();
    assert!(message.contains("there is no user called no-such-user"), "{message}");
    assert_eq!(code, Some(2));
}

fn a_task_that_takes_too_long_is_killed_with_all_it_started() {
    let mark = format!("{}.5", 4000 + std::process::id() % 1000);
    let begun = Instant::now();
    let step = task("run", script(&format!("sleep {mark} & sleep {mark}")), |it| it.timeout = Some(1.into()));
    let (results, code) = Runner::new(vec![step]).results(&[]);
    assert_eq!(results["run"]["msg"], "Task failed: Timed out after 1 second(s).");
    assert_eq!(results["run"]["timedout"]["period"], 1);
    assert_eq!(code, Some(2));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let left = Command::new("ps").args(["-eo", "args"]).output().map(|it| it.stdout).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&left).contains(&format!("sleep {mark}")), "something is left running");
}

fn a_crash_is_one_tasks_failure() {
    let crash = task("crash", Map::new(), |it| {
        it.timeout = Some(30.into());
        it.ignore_errors = Some(true.into());
    });
    let (results, code) = Runner::new(vec![crash, say("after")]).results(&[]);
    assert_eq!(results["crash"]["msg"], "The module crashed its process: signal 6");
    assert_eq!((&results["say"]["msg"], code), (&"after".into(), Some(0)));
}

fn an_interruption_ends_the_run_with_its_report() {
    let runner = Runner::new(vec![task("run", script("sleep 60"), |_| {}), say("never")]);
    let report = runner.folder.path().join("report.json");
    for (signal, code, reason) in [
        (rustix::process::Signal::TERM, 143, "terminated"),
        (rustix::process::Signal::INT, 130, "interrupted"),
    ] {
        let mut child = runner
            .command(&["--report", &report.to_string_lossy()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        std::thread::sleep(Duration::from_millis(700));
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).expect("signalled");
        let begun = Instant::now();
        assert_eq!(child.wait().expect("ended").code(), Some(code));
        assert!(begun.elapsed() < Duration::from_secs(5), "the program was told to end");
        let report = std::fs::read_to_string(&report).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        assert_eq!((&report["exit_code"], &report["stopped"]), (&code.into(), &reason.into()));
        assert_eq!(report["results"].as_array().map(Vec::len), Some(1), "{report}");
    }
}

fn the_whole_run_may_take_no_longer_than_it_is_allowed() {
    let runner = Runner::new(vec![task("run", script("sleep 60"), |_| {}), say("never")]);
    let begun = Instant::now();
    let done = runner.run(&["--timeout", "1"]);
    assert_eq!(done.code, Some(124));
    assert!(
        begun.elapsed() < Duration::from_secs(10) && done.stdout.contains("PLAY RECAP"),
        "{}",
        done.stdout
    );
    assert!(done.stderr.contains("timeout"), "{}", done.stderr);
}

fn two_runs_do_not_meet() {
    let runner = Runner::new(vec![task("run", script("sleep 2"), |_| {})]);
    let lock = runner.folder.path().join("the.lock");
    let args = ["--lock-file", &lock.to_string_lossy()];
    let mut first = runner.command(&args).stdout(Stdio::null()).spawn().expect("started");
    std::thread::sleep(Duration::from_millis(700));
    let second = runner.run(&args);
    assert_eq!(second.code, Some(1));
    assert!(
        second.stderr.contains(&format!("process {} is running this plan", first.id())),
        "{}",
        second.stderr
    );
    assert_eq!(first.wait().expect("ended").code(), Some(0));
    assert_eq!(runner.run(&args).code, Some(0), "the lock ends with the run");
}

fn a_reader_that_goes_away_does_not_stop_the_run() {
    let runner = Runner::new((0..3000).map(|index| say(&format!("{index}"))).collect());
    let report = runner.folder.path().join("report.json");
    let mut child = runner
        .command(&["--json", "--report", &report.to_string_lossy()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report).expect("a report")).expect("JSON");
    assert_eq!(report["recap"]["localhost"]["ok"], 3000);
    for (options, code) in [(&["--json"][..], 1), (&[], 0)] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let ended = done(runner.command(options).stdout(full).output().expect("started"));
        assert_eq!(ended.code, Some(code), "{options:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.matches("standard output cannot be written").count(), 1, "{}", ended.stderr);
    }
}

fn the_runner_tells_what_it_is() {
    let mut plan =
        plan(vec![task("say", Map::from([("msg", "x")]), |it| it.tags = vec!["t".into()]), say("y")]);
    plan.plays[0].name = "first".into();
    let runner = Runner::of(&plan, Writer::default());
    let tasks = runner.run(&["--list-tasks", "--list-tags", "--list-hosts"]);
    assert_eq!(
        tasks.stdout,
        "\nplaybook: site.yml\n\n  play #1 (localhost): first\tTAGS: []\n    pattern: ['localhost']\n    hosts (1):\n      localhost\n    tasks:\n      say\tTAGS: [t]\n      say\tTAGS: []\n      TASK TAGS: [t]\n"
    );
    assert!(runner.run(&["--list-modules"]).stdout.lines().any(|line| line == "crash"));
    // What lists needs no choice among hosts.
    plan.inventory.hosts = ["a", "b"].map(|name| (name.to_owned(), Default::default())).into();
    plan.plays[0].hosts = vec!["a".into(), "b".into()];
    let of_two = Runner::of(&plan, Writer::default());
    let hosts = of_two.run(&["--list-hosts"]);
    assert!(
        hosts.code == Some(0) && hosts.stdout.contains("hosts (2):\n      a\n      b\n"),
        "{}{}",
        hosts.stdout,
        hosts.stderr
    );
    assert_eq!(of_two.run(&["--list-hosts", "--host", "c"]).code, Some(1));
    for option in ["--list-tasks", "--verify", "--self-digest"] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let ended = done(runner.command(&[option]).stdout(full).output().expect("started"));
        assert_eq!(ended.code, Some(1), "{option}");
        assert!(
            ended.stderr.contains("standard output cannot be written: No space left"),
            "{}",
            ended.stderr
        );
    }
    let verified = runner.run(&["--verify"]);
    assert!(verified.code == Some(0) && verified.stdout.starts_with("sha256:"), "{}", verified.stdout);
    assert!(runner.run(&["--completions", "bash"]).stdout.contains("--start-at-task"));
    assert!(runner.run(&["--help"]).stdout.contains("Which tasks, and where"));
    assert_eq!(runner.run(&["--no-such-option"]).code, Some(2));
}

fn a_damaged_bundle_and_a_missing_module_are_refused() {
    let runner = Runner::new(vec![say("x")]);
    let mut bytes = std::fs::read(&runner.path).expect("read");
    // Within the bundle, which ends before the footer's 32 bytes.
    let at = bytes.len() - 60;
    bytes[at] ^= 1;
    std::fs::File::options()
        .write(true)
        .truncate(true)
        .open(&runner.path)
        .and_then(|mut it| it.write_all(&bytes))
        .expect("written");
    let done = runner.run(&[]);
    assert!(
        done.code == Some(250) && done.stderr.contains("damaged") && done.stdout.is_empty(),
        "{}",
        done.stderr
    );

    let mut plan = plan(vec![say("x")]);
    plan.modules.push("acme.unknown".into());
    let done = Runner::of(&plan, Writer::default()).run(&[]);
    assert_eq!(done.code, Some(250));
    assert!(done.stderr.contains("lacks modules that its plan names: acme.unknown"), "{}", done.stderr);
}

fn seals_that_nothing_can_open_are_refused() {
    let mut writer = Writer::default();
    writer.directory("@sealed", 0o755).expect("added");
    writer.file("@sealed/00.seal", 0o600, b"sealed".to_vec()).expect("added");
    let done = Runner::of(&plan(vec![say("x")]), writer).run(&[]);
    assert!(done.code == Some(250) && done.stdout.is_empty(), "{}", done.stdout);
    assert!(done.stderr.contains("Build it again with the crate rustle-secrets"), "{}", done.stderr);
}

fn a_key_leaves_the_environment_where_there_are_no_secrets_too() {
    let runner = Runner::new(vec![task("run", script("env > \"$OUT\""), |_| {})]);
    let out = runner.folder.path().join("env");
    let mut command = runner.command(&[]);
    command.env("RUSTLE_ENCRYPTION_KEY", "a-key-that-nobody-needs").env("OUT", &out);
    let done = done(command.output().expect("started"));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let seen = std::fs::read_to_string(out).expect("the environment of a program");
    assert!(seen.contains("OUT=") && !seen.contains("RUSTLE_ENCRYPTION_KEY"), "{seen}");
}

const TESTS: [(&str, fn()); 17] = [
    ("seals_that_nothing_can_open_are_refused", seals_that_nothing_can_open_are_refused),
    (
        "a_key_leaves_the_environment_where_there_are_no_secrets_too",
        a_key_leaves_the_environment_where_there_are_no_secrets_too,
    ),
    ("a_plan_runs_and_is_told", a_plan_runs_and_is_told),
    ("events_begin_with_start_and_end_with_end", events_begin_with_start_and_end_with_end),
    ("embedded_files_are_read_in_every_process", embedded_files_are_read_in_every_process),
    ("another_user_is_become", another_user_is_become),
    ("an_unknown_user_is_the_tasks_failure", an_unknown_user_is_the_tasks_failure),
    (
        "a_task_that_takes_too_long_is_killed_with_all_it_started",
        a_task_that_takes_too_long_is_killed_with_all_it_started,
    ),
    ("a_crash_is_one_tasks_failure", a_crash_is_one_tasks_failure),
    ("an_interruption_ends_the_run_with_its_report", an_interruption_ends_the_run_with_its_report),
    (
        "the_whole_run_may_take_no_longer_than_it_is_allowed",
        the_whole_run_may_take_no_longer_than_it_is_allowed,
    ),
    ("two_runs_do_not_meet", two_runs_do_not_meet),
    ("a_reader_that_goes_away_does_not_stop_the_run", a_reader_that_goes_away_does_not_stop_the_run),
    ("the_runner_tells_what_it_is", the_runner_tells_what_it_is),
    ("a_damaged_bundle_and_a_missing_module_are_refused", a_damaged_bundle_and_a_missing_module_are_refused),
    ("without_a_plan_nothing_runs", without_a_plan_nothing_runs),
    ("another_root_needs_the_processes", another_root_needs_the_processes),
];

fn another_root_needs_the_processes() {
    let slow = task("run", script("true"), |it| it.timeout = Some(30.into()));
    let runner = Runner::new(vec![slow]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let refused = runner.run(&["--chroot", elsewhere.path().to_str().expect("UTF-8")]);
    assert_eq!(refused.code, Some(1));
    if !rustix::process::geteuid().is_root() {
        assert!(refused.stderr.contains("that takes root's rights"), "{}", refused.stderr);
        return;
    }
    assert!(refused.stderr.contains("there is no /proc of these processes"), "{}", refused.stderr);
    // A root that has everything, as a container has its host's: workers are started there.
    let done = runner.run(&["--chroot", "/"]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
}

fn without_a_plan_nothing_runs() {
    let exe = std::env::current_exe().expect("this executable");
    let output = Command::new(exe).env("RUSTLE_TEST_RUNNER", "1").output().expect("started");
    let done = done(output);
    assert!(done.code == Some(250) && done.stderr.contains("carries no plan"), "{}", done.stderr);
}

fn main() -> ExitCode {
    let own = std::env::current_exe().expect("this executable");
    let appended = rustle_bundle::open_appended(&own).is_ok_and(|bundle| bundle.is_none());
    if !appended || std::env::var_os("RUSTLE_TEST_RUNNER").is_some() {
        // A test says which key it is pinned to; the text lives as long as the process.
        let key = std::env::var(signed::PINNED).ok().map(|key| &*Box::leak(key.into_boxed_str()));
        return runner::main(&Embedded {
            signer: key.map(Signer::pinned),
            ..Embedded::base("site", "1.0.0")
        });
    }
    // As the usual harness, as far as cargo and people use it: names filter, `--list` lists.
    let args: Vec<String> = std::env::args().skip(1).collect();
    let filters: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let chosen = TESTS
        .iter()
        .chain(&includes::TESTS)
        .chain(&jobs::TESTS)
        .chain(&signed::TESTS)
        .filter(|(name, _)| filters.is_empty() || filters.iter().any(|it| name.contains(*it)));
    let mut failed = 0;
    for (name, test) in chosen {
        if args.iter().any(|arg| arg == "--list") {
            println!("{name}: test");
            continue;
        }
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

//! Fault 43: what the system shows of a runner, its workers and the programs that it starts.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::encodings::assert_absent;
use crate::project::{OPENS, Project, Runner};

/// A program that waits until `done` is there, in the runner and in a worker.
const WAITING: &str = r#"
- shell: "touch {{ out }}/here; while [ ! -e {{ out }}/done ]; do sleep 0.05; done"
  timeout: 60
  when: "api_token != ''"
"#;

/// A process as others see it.
struct Seen {
    pid: u32,
    parent: u32,
    environ: Vec<u8>,
    arguments: Vec<u8>,
}

/// Every process below `root`, and itself.
fn family(root: u32) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let (environ, arguments) = (read("environ"), read("cmdline"));
        all.push(Seen { pid, parent: parent.unwrap_or(0), environ, arguments });
    }
    let mut known = vec![root];
    loop {
        let before = known.len();
        let new: Vec<u32> = all
            .iter()
            .filter(|it| known.contains(&it.parent) && !known.contains(&it.pid))
            .map(|it| it.pid)
            .collect();
        known.extend(new);
        if known.len() == before {
            break;
        }
    }
    all.retain(|it| known.contains(&it.pid));
    all
}

#[test]
fn fault_43_the_key_and_the_secrets_are_in_no_environment_and_no_arguments() {
    let runner = Project::planted(WAITING).build();
    let out = tempfile::tempdir().expect("a folder");
    let extra = format!("out={}", out.path().display());
    let mut command = runner.locked(&["-e", &extra]);
    command.env("RUSTLE_ENCRYPTION_KEY", OPENS).env("BEFORE", "stays").env("Z_AFTER", "stays too");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let until = Instant::now() + Duration::from_secs(60);
    while !out.path().join("here").exists() {
        assert!(
            Instant::now() < until && child.try_wait().expect("a child").is_none(),
            "the task never began"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let seen = family(child.id());
    fs::write(out.path().join("done"), "").expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let warned = String::from_utf8_lossy(&output.stderr);
    assert!(warned.contains("the key of the secrets came in RUSTLE_ENCRYPTION_KEY"), "{warned}");

    // The runner, its worker, the shell and its `sleep`.
    assert!(seen.len() >= 3, "{} processes", seen.len());
    for process in &seen {
        assert_absent("an environment", &process.environ);
        assert_absent("arguments", &process.arguments);
        for (what, bytes) in [("environment", &process.environ), ("arguments", &process.arguments)] {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(OPENS), "the {what} of {} hold the key: {text}", process.pid);
        }
    }
    let shown = |pid: u32| {
        let process = seen.iter().find(|it| it.pid == pid).expect("the runner");
        String::from_utf8_lossy(&process.environ).into_owned()
    };
    let own = shown(child_of(&seen));
    assert!(own.contains("BEFORE=stays\0") && own.contains("Z_AFTER=stays too\0"), "all else stays: {own:?}");
    assert!(!own.contains("RUSTLE_ENCRYPTION_KEY"), "{own:?}");
}

/// The process that no other of them has started.
fn child_of(seen: &[Seen]) -> u32 {
    seen.iter().find(|it| !seen.iter().any(|other| other.pid == it.parent)).expect("the runner").pid
}

/// How a runner ends that aborts, where core dumps are allowed.
fn aborted(runner: &Runner, args: &[&str]) -> std::process::Output {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -c unlimited && exec \"$@\"", "sh"])
        .arg(&runner.path)
        .arg("--no-lock")
        .args(args);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("RUSTLE_ENCRYPTION_KEY", OPENS).current_dir(runner.folder.path()).stdin(Stdio::null());
    command.output().expect("started")
}

#[test]
fn fault_43_there_is_no_core_dump() {
    let tasks = "- name: acme.aborts at once\n  ping: {data: x}\n";
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: acme.aborts at once\n      ping: {data: x}\n";
    // The counter-proof: without secrets the same fault leaves one, where the system lets it.
    let open = aborted(&Project::new(playbook).build(), &[]);
    assert_eq!(open.status.signal(), Some(6));
    if !open.status.core_dumped() {
        eprintln!("core dumps are not allowed here: that there is none proves little");
    }
    let runner = Project::planted(tasks).build();
    let closed = aborted(&runner, &[]);
    assert_eq!(closed.status.signal(), Some(6), "{}", String::from_utf8_lossy(&closed.stderr));
    assert!(!closed.status.core_dumped());
    let names: Vec<_> =
        fs::read_dir(runner.folder.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("core")), "{names:?}");

    // In a worker: the task fails, and nothing lies beside the runner.
    let runner = Project::planted(
        "- name: acme.aborts in a worker\n  ping: {data: \"{{ tls_key }}\"}\n  timeout: 60\n",
    )
    .build();
    let failed = aborted(&runner, &[]);
    assert_eq!(failed.status.code(), Some(2), "{}", String::from_utf8_lossy(&failed.stderr));
    assert!(String::from_utf8_lossy(&failed.stdout).contains("crashed its process"));
    let names: Vec<_> =
        fs::read_dir(runner.folder.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("core")), "{names:?}");
}

#[test]
fn an_ordinary_user_runs_it_too_and_others_of_that_name_see_nothing() {
    use std::os::unix::process::CommandExt;
    if !is_root() {
        return;
    }
    // What nobody may look at is root's, the process's own files in /proc included: the runner and its worker must not
    // need them.
    let tasks = "- name: seen\n  shell: 'cat /proc/{{ runner }}/environ; true'\n  vars: {runner: \"{{ lookup('pipe', 'echo $PPID') }}\"}\n- name: by a worker\n  debug: {msg: \"{{ api_token | length }}\"}\n  timeout: 60\n";
    let runner = Project::planted(tasks).build();
    let mut command = runner.locked(&["--json"]);
    command.uid(65534).gid(65534).env("RUSTLE_ENCRYPTION_KEY", OPENS).env("MARK", "in the environment");
    let output = command.output().expect("started");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = crate::project::result(&output, "seen");
    assert!(!seen.to_string().contains("in the environment"), "{seen}");
    assert!(seen["stderr"].as_str().is_some_and(|it| it.contains("Permission denied")), "{seen}");
    assert_eq!(crate::project::result(&output, "by a worker")["msg"], crate::project::TOKEN.len());
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

#[test]
fn a_task_gives_its_program_the_secret_that_it_asks_for() {
    let runner = Project::planted(
        "- name: given\n  shell: 'test \"$T\" = \"{{ api_token }}\" && env | grep -c RUSTLE_ENC || true'\n  environment: {T: \"{{ api_token }}\"}\n",
    )
    .build();
    let output = runner.locked(&["--json"]).env("RUSTLE_ENCRYPTION_KEY", OPENS).output().expect("started");
    assert_eq!(crate::project::result(&output, "given")["stdout"], "0", "the key is not among it");
}

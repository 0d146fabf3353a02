//! docs/REPORT.md: its examples are what is really sent, and its receiver understands it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::receiver::{Receiver, missing, of};
use crate::site::{Site, looping};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The examples in one language on the page.
fn examples(language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/REPORT.md")).expect("the page");
    let opening = format!("```{language}\n");
    let blocks = page.split(opening.as_str()).skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// What differs from run to run.
const CHANGING: [&str; 13] = [
    "run", "host", "digest", "version", "started", "ended", "sent", "time", "seconds", "start", "end",
    "delta", "noticed",
];

/// The value without what differs from run to run, but for its type.
fn steady(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kind = |value: &Value| match value {
                Value::String(_) => "text",
                Value::Number(_) => "number",
                _ => "other",
            };
            let entry = |(key, value): (&String, &Value)| {
                let changing = CHANGING.contains(&key.as_str());
                (key.clone(), if changing { kind(value).into() } else { steady(value) })
            };
            Value::Object(map.iter().map(entry).collect())
        }
        Value::Array(items) => items.iter().map(steady).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_examples_are_what_is_sent() {
    let site = Site::new();
    let receiver = Receiver::start(&site.authority);
    let playbook = &examples("yaml")[0];
    let ran = site.run(&site.build(playbook, &receiver.url(), "interval = 1\nheartbeat = 1\n"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let seen = receiver.seen.lock().unwrap();
    let sent: Vec<Value> = seen.bodies.iter().map(steady).collect();
    let shown: Vec<Value> =
        examples("json").iter().map(|text| serde_json::from_str(text).expect(text)).collect();
    let kinds: Vec<&str> = shown.iter().map(|it| it["kind"].as_str().unwrap_or("")).collect();
    assert_eq!(kinds, ["start", "events", "heartbeat", "report"]);
    for (example, kind) in shown.iter().zip(kinds) {
        let example = steady(example);
        let same = sent.contains(&example);
        let candidates = sent.iter().filter(|body| body["kind"] == kind).map(Value::to_string);
        assert!(same, "{kind}: {example}\nsent:\n{}", candidates.collect::<Vec<_>>().join("\n"));
    }
}

/// The receiver of the example, as a process.
struct Example {
    child: Child,
    port: u16,
}

impl Example {
    fn start(folder: &Path, options: &[&str]) -> Example {
        let mut child = Command::new("python3")
            .arg(root().join("examples/receiver/receiver.py"))
            .arg(folder)
            .args(["--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is there");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("its port");
        Example { child, port: line.trim().parse().expect("a number") }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The events of the only run that the receiver has kept.
fn kept(folder: &Path) -> BTreeMap<u64, Value> {
    let file = fs::read_dir(folder).unwrap().next().expect("a run").unwrap().path();
    let text = fs::read_to_string(file).unwrap();
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let numbered: Vec<(u64, Value)> = events.map(|it| (it["number"].as_u64().unwrap(), it)).collect();
    let count = numbered.len();
    let events: BTreeMap<u64, Value> = numbered.into_iter().collect();
    assert_eq!(events.len(), count, "each is kept once");
    events
}

/// A private file with this text.
fn private(path: &Path, text: &str) -> String {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_string_lossy().into_owned()
}

/// Whether the programs that the example needs are there; it is said if not.
fn lacks(programs: &[&str]) -> bool {
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let missing: Vec<&&str> = programs.iter().filter(|program| !there(program)).collect();
    if !missing.is_empty() {
        eprintln!("SKIPPED: there is no {missing:?} here, so nobody tried the receiver of the page");
    }
    !missing.is_empty()
}

fn openssl(args: &[&str]) {
    let ran = Command::new("openssl").args(args).output().expect("openssl is there");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// Over TLS, on connections that serve many requests, with a token, and signed: as the page tells receivers.
#[test]
fn the_example_receives_and_verifies() {
    if lacks(&["python3", "openssl"]) {
        return;
    }
    let site = Site::new();
    let (folder, key, public) = (site.path("kept"), site.path("report.key"), site.path("report.pub"));
    fs::create_dir(&folder).unwrap();
    let (key, public) = (key.to_string_lossy(), public.to_string_lossy());
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &key]);
    fs::set_permissions(&*key, fs::Permissions::from_mode(0o600)).unwrap();
    openssl(&["pkey", "-in", &key, "-pubout", "-out", &public]);
    let token = private(&site.path("token"), "t0ken\n");
    let certificate = site.path("server.pem");
    fs::write(&certificate, site.authority.server_pem()).unwrap();
    let certificate = certificate.to_string_lossy();
    let options = ["--cert", &certificate, "--token-file", &token, "--key", &public];
    let example = Example::start(&folder, &options);
    let url = format!("https://localhost:{}/", example.port);
    let more = format!("token = {{ file = \"{token}\" }}\nkey = {{ file = \"{key}\" }}\n");
    let ran = site.run(&site.build(&looping(300), &url, &more));
    assert_eq!((ran.code, ran.err.as_str(), site.spooled()), (Some(0), "", 0));
    let events = kept(&folder);
    assert_eq!((missing(&events).len(), of(&events, "task_result").len()), (0, 302));
    assert_eq!(of(&events, "report").len(), 1);
    // Another key is nobody's.
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::remove_file(&*key).unwrap();
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &key]);
    fs::set_permissions(&*key, fs::Permissions::from_mode(0o600)).unwrap();
    let ran = site.run(&site.build(&looping(1), &url, &more));
    assert!(ran.err.contains("it answers 400"), "{}", ran.err);
    assert_eq!((fs::read_dir(&folder).unwrap().count(), site.spooled()), (0, 1));
    // Nor is what is not signed at all.
    let unsigned = format!("token = {{ file = \"{token}\" }}\n");
    let ran = site.run(&site.build(&looping(1), &url, &unsigned));
    assert!(ran.err.contains("it answers 400"), "{}", ran.err);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// The receiver is killed and started again while a run goes on: at the same port, with the same folder.
#[test]
fn the_example_may_be_killed() {
    if lacks(&["python3"]) {
        return;
    }
    let site = Site::new();
    let folder = site.path("kept");
    fs::create_dir(&folder).unwrap();
    let example = Example::start(&folder, &[]);
    let port = example.port.to_string();
    let url = format!("http://127.0.0.1:{port}/");
    let runner = site.build(&looping(20_000), &url, "");
    let child = site.command(&runner).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    drop(example);
    std::thread::sleep(std::time::Duration::from_millis(700));
    let _again = Example::start(&folder, &["--port", &port]);
    let ran: crate::site::Ran = child.wait_with_output().unwrap().into();
    assert_eq!((ran.code, site.spooled()), (Some(0), 0), "{}", ran.err);
    let events = kept(&folder);
    assert_eq!((missing(&events).len(), of(&events, "task_result").len()), (0, 20_002));
}

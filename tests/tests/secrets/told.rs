//! Fault 43: what a run tells.

use std::fs;

use crate::encodings::assert_absent;
use crate::project::{OPENS, Project, Runner, result};

/// Tasks that tell secrets in every way that a playbook has. Each has a name, by which its result is found.
const TELLING: &str = r#"
- name: as it is
  debug: {msg: "password {{ db_password }} token {{ api_token }}"}
- name: as a variable
  debug: {var: tls_key}
- name: base64
  debug: {msg: "{{ db_password | b64encode }} {{ ('u:' ~ api_token ~ '@') | b64encode }} {{ ('us:' ~ tls_key) | b64encode }}"}
- name: escaped
  debug: {msg: "{{ db_password | urlencode }} {{ db_password | to_json }} {{ db_password | quote }} {{ [db_password] | string }}"}
- name: nested
  debug: {msg: {"{{ api_token }}": [["{{ db_password }}"], {a: "{{ {'k': tls_key} | to_json }}"}]}}
- name: a fact
  set_fact: {derived: "{{ api_token }}-suffix"}
- name: of a program
  command: {argv: [printf, "%s\n%s\n", "{{ db_password }}", "{{ tls_key }}"]}
  register: printed
- name: registered
  debug: {var: printed}
- name: on standard error
  shell: "printf %s \"$TOKEN\" >&2; printf %s \"$TOKEN\" | od -An -tx1 | tr -d ' \\n'; printf %s \"$TOKEN\" | base64"
  environment: {TOKEN: "{{ api_token }}"}
- name: broken into lines
  shell: "printf 'an-account-with-a-name:%s' \"$TOKEN\" | base64 -w 28; printf %s \"$KEY\" | base64; printf %s \"$TOKEN\" | od -An -tx1 -w7"
  environment: {TOKEN: "{{ api_token }}", KEY: "{{ tls_key }}"}
- name: in place of an older one
  copy: {content: "x\n{{ api_token }}:user\n", dest: "{{ out }}/older", mode: "0600"}
- name: looped
  debug: {msg: "{{ item }}"}
  loop: ["{{ db_password }}", "{{ tls_key }}"]
- name: "in a name {{ api_token }}"
  debug: {msg: x}
- name: a failing program
  command: {argv: [sh, -c, "echo {{ api_token }} >&2; exit 3"]}
  ignore_errors: true
- name: a program that is not there
  command: {argv: ["/nowhere/{{ api_token }}"]}
  ignore_errors: true
- name: failed
  fail: {msg: "cannot log in with {{ db_password }}"}
  ignore_errors: true
- name: an assertion
  assert: {that: ["api_token == 'other'"], fail_msg: "it is {{ api_token }}"}
  ignore_errors: true
- name: a template that fails
  debug: {msg: "{{ {api_token: 1}[api_token ~ 'x'] }}"}
  ignore_errors: true
- name: a condition
  debug: {msg: x}
  when: api_token == ('x' ~ api_token)
- name: a copied secret
  copy: {content: "{{ tls_key }}", dest: "{{ out }}/key.pem", mode: "0600"}
- name: a rendered secret
  template: {src: app.conf.j2, dest: "{{ out }}/app.conf"}
- name: acme.panics in the runner
  ping: {data: "{{ db_password }}"}
  ignore_errors: true
- name: acme.panics in a worker
  ping: {data: "{{ db_password }}"}
  timeout: 60
  ignore_errors: true
- name: acme.thread in the runner
  ping: {data: "{{ api_token }}"}
- name: acme.thread in a worker
  ping: {data: "{{ api_token }}"}
  timeout: 60
- name: acme.says in a worker
  ping: {data: "{{ api_token }}"}
  timeout: 60
- name: warned
  debug: {msg: "{{ undefined_name | default(api_token) }}"}
"#;

/// The tasks that must have told something, which was hidden.
const HIDDEN: [&str; 22] = [
    "as it is",
    "as a variable",
    "base64",
    "escaped",
    "nested",
    "a fact",
    "of a program",
    "registered",
    "on standard error",
    "broken into lines",
    "in place of an older one",
    "looped",
    "a failing program",
    "a program that is not there",
    "failed",
    "an assertion",
    "a template that fails",
    "a copied secret",
    "a rendered secret",
    "acme.panics in the runner",
    "acme.panics in a worker",
    "warned",
];

fn telling() -> Runner {
    let project = Project::planted(TELLING);
    project
        .file(
            "templates/app.conf.j2",
            "user=app\npassword={{ db_password }}\ntoken={{ api_token | b64encode }}\n",
        )
        .build()
}

/// A run with these options; everything that it said and left behind.
fn told(runner: &Runner, args: &[&str]) -> (std::process::Output, tempfile::TempDir) {
    let out = tempfile::tempdir().expect("a folder");
    fs::write(out.path().join("app.conf"), "user=app\npassword=an-older-one\n").expect("written");
    fs::write(out.path().join("older"), "x\nan-older-one:user\n").expect("written");
    let extra = format!("out={}", out.path().display());
    let output = runner.run(&[args, &["-e", &extra]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    (output, out)
}

#[test]
fn fault_43_nothing_that_a_run_tells_holds_a_secret() {
    let runner = telling();
    let report = runner.folder.path().join("report.json");
    let report_text = report.to_str().expect("text");
    let (json, out) = told(&runner, &["--json", "--diff", "-vvvv", "--report", report_text, "--timings"]);
    for task in HIDDEN {
        let text = result(&json, task).to_string();
        assert!(text.contains("********"), "{task} was to tell something: {text}");
    }
    assert_absent("--json", &json.stdout);
    assert_absent("standard error", &json.stderr);
    assert!(
        String::from_utf8_lossy(&json.stderr).contains("said: ********"),
        "a worker's words come through"
    );
    assert_absent("the report", &fs::read(&report).expect("the report"));
    // What the playbook does with them is done with the real ones.
    assert_eq!(fs::read_to_string(out.path().join("key.pem")).expect("the key"), crate::project::KEY);
    let conf = fs::read_to_string(out.path().join("app.conf")).expect("the file");
    assert!(conf.contains(crate::project::PASSWORD), "{conf}");

    for args in [&["--diff"][..], &["-vvvv", "--diff", "--timings"], &["--check", "--diff", "-v"]] {
        let (shown, _out) = told(&runner, args);
        assert_absent(&format!("the terminal with {args:?}"), &shown.stdout);
        assert_absent(&format!("standard error with {args:?}"), &shown.stderr);
        let shown = String::from_utf8_lossy(&shown.stdout);
        assert!(shown.contains("password=********"), "{shown}");
        assert!(!shown.contains("an-older-one"), "the one before is a secret as well: {shown}");
    }
}

#[test]
fn fault_43_neither_the_executable_nor_what_is_left_holds_a_secret() {
    let runner = telling();
    assert_absent("the executable", &fs::read(&runner.path).expect("the runner"));
    let temporary = tempfile::tempdir().expect("a folder");
    let out = tempfile::tempdir().expect("a folder");
    let extra = format!("out={}", out.path().display());
    let mut command = runner.command(&["--report", "report.json", "-e", &extra]);
    command.env("TMPDIR", temporary.path()).env("HOME", temporary.path());
    let output = command.output().expect("started");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for folder in [temporary.path(), runner.folder.path()] {
        for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
            if entry.file_type().is_file() && entry.path() != runner.path {
                assert_absent(&entry.path().display().to_string(), &fs::read(entry.path()).expect("read"));
            }
        }
    }
}

#[test]
fn fault_43_a_job_keeps_no_secret() {
    let runner = telling();
    let out = tempfile::tempdir().expect("a folder");
    let job = runner.folder.path().join("jobs/one");
    let extra = format!("out={}", out.path().display());
    let job_text = job.to_str().expect("text");
    let started = runner.run(&["--job", job_text, "-e", &extra, "-vvvv", "--diff"]);
    assert_eq!(started.status.code(), Some(0), "{}", String::from_utf8_lossy(&started.stderr));
    let followed = runner.locked(&["--follow", job_text]).output().expect("started");
    assert_absent("what follows a job", &followed.stdout);
    for name in ["events.jsonl", "report.json", "status.json", "stderr"] {
        assert_absent(name, &fs::read(job.join(name)).expect(name));
    }
    let events = fs::read_to_string(job.join("events.jsonl")).expect("the events");
    assert!(events.contains("********"), "{events}");
    let status = fs::read_to_string(job.join("status.json")).expect("the status");
    assert!(status.contains("\"exit_code\":0"), "{status}");
}

#[test]
fn fault_43_the_key_of_a_job_may_come_from_the_environment() {
    let runner = Project::planted("- name: told\n  debug: {msg: \"{{ api_token }}\"}\n").build();
    let job = runner.folder.path().join("jobs/one");
    let job_text = job.to_str().expect("text");
    let started =
        runner.locked(&["--job", job_text]).env("RUSTLE_ENCRYPTION_KEY", OPENS).output().expect("started");
    assert_eq!(started.status.code(), Some(0), "{}", String::from_utf8_lossy(&started.stderr));
    let followed = runner.locked(&["--follow", job_text]).output().expect("started");
    let events = String::from_utf8_lossy(&followed.stdout);
    assert!(events.contains("\"msg\":\"********\""), "{events}");
    assert!(!events.contains(OPENS));
}

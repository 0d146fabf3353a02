//! Secrets where playbooks use them: as variables, as values and files of vaults, by every way that a key may come.

use std::io::{Read, Write};
use std::process::Stdio;

use rustle_seal::{Identity, Scope, Secret, SecretBytes, SecretKind};

use crate::encodings::assert_absent;
use crate::project::{KEY, OPENS, Project, Runner, TOKEN, key, private, result, vault};

#[test]
fn a_secret_is_a_variable_just_below_those_of_the_command_line() {
    let playbook = "- hosts: all\n  gather_facts: false\n  vars: {api_token: of the play}\n  tasks:\n    - set_fact: {api_token: of a fact}\n    - name: which\n      debug: {msg: \"{{ api_token | length }} {{ hostvars[inventory_hostname].api_token | length }} {{ 'api_token' in vars }}\"}\n";
    let runner = Project::new(playbook).with_planted().build();
    let message = |args: &[&str]| result(&runner.run(&[&["--json"], args].concat()), "which")["msg"].clone();
    let length = TOKEN.len();
    assert_eq!(message(&[]), format!("{length} {length} True"));
    assert_eq!(message(&["-e", "api_token=short"]), "5 5 True");
}

#[test]
fn values_of_vaults_are_opened_and_their_templates_rendered() {
    let (inline, inline_name) = vault(1);
    let (whole, whole_name) = vault(2);
    let (file, file_name) = vault(3);
    let indented: String = inline.lines().map(|line| format!("        {line}\n")).collect();
    let playbook = format!(
        "- hosts: all\n  gather_facts: false\n  vars:\n    user: bob\n    url: !vault |\n{indented}  vars_files: [secret.yml]\n  tasks:\n    - name: values\n      copy: {{content: \"{{{{ url }}}} {{{{ db.password }}}} {{{{ db.ports | sum }}}}\", dest: \"{{{{ out }}}}/values\"}}\n    - name: a file\n      copy: {{src: key.pem, dest: \"{{{{ out }}}}/key.pem\"}}\n    - name: a file by a worker\n      copy: {{src: key.pem, dest: \"{{{{ out }}}}/key2.pem\"}}\n      timeout: 60\n    - name: looked up\n      debug: {{msg: \"{{{{ lookup('file', 'key.pem') }}}}\"}}\n"
    );
    let value = |value: serde_json::Value| {
        let value = rustle_value::json::from_json(&value);
        let value = match value {
            rustle_value::Value::Str(text) if text.contains("{{") => rustle_value::Value::Template(text),
            other => other,
        };
        let mut cbor = Vec::new();
        rustle_runtime_cbor(&value, &mut cbor);
        Secret::new(SecretKind::Value, SecretBytes::new(cbor)).expect("a value")
    };
    let secrets = [
        (inline_name.clone(), value(serde_json::json!("https://{{ user }}:pa55word-inline@host"))),
        (format!("{whole_name}:db"), value(serde_json::json!({"password": TOKEN, "ports": [1, 2]}))),
        (whole_name.clone(), Secret::text(format!("db:\n  password: {TOKEN}\n  ports: [1, 2]\n"))),
        (file_name.clone(), Secret::text(KEY)),
    ];
    let project = Project::new(&playbook).file("secret.yml", &whole).file("files/key.pem", &file).sealed(
        Scope::All,
        &key(OPENS),
        secrets.iter().map(|(name, secret)| (name.as_str(), secret.clone())),
    );
    let runner = project.build();
    let out = tempfile::tempdir().expect("a folder");
    let extra = format!("out={}", out.path().display());
    let output = runner.run(&["--json", "--diff", "-e", &extra]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let read = |name: &str| std::fs::read_to_string(out.path().join(name)).expect(name);
    assert_eq!(read("values"), format!("https://bob:pa55word-inline@host {TOKEN} 3"));
    assert_eq!(read("key.pem"), KEY);
    assert_eq!(read("key2.pem"), KEY, "a worker reads it, too");
    assert_absent("--json", &output.stdout);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("pa55word"), "what templates leave as it is");
    assert_eq!(result(&output, "a file")["diff"]["after"], "********\n");
    assert_eq!(result(&output, "looked up")["msg"], "********");
}

/// What a seal holds of a value.
fn rustle_runtime_cbor(value: &rustle_value::Value, into: &mut Vec<u8>) {
    ciborium::into_writer(value, into).expect("CBOR");
}

const SHOWS: &str = "- name: shows\n  debug: {msg: \"{{ api_token | length }}\"}\n";

#[test]
fn a_key_comes_by_every_way_that_there_is() {
    let identity = Identity::generate().expect("a key");
    let age = identity.to_age().expect("an age key");
    let age = std::str::from_utf8(age.expose()).expect("text").to_owned();
    let runner = Project::planted(SHOWS).build();
    let folder = runner.folder.path();
    private(&folder.join("rustle-key"), OPENS);
    private(&folder.join("other"), OPENS);
    let ok = |name: &str, output: std::process::Output| {
        assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(result(&output, "shows")["msg"], TOKEN.len(), "{name}");
    };
    ok(
        "a credential",
        runner.locked(&["--json"]).env("CREDENTIALS_DIRECTORY", folder).output().expect("started"),
    );
    let named = runner
        .locked(&["--json", "--secret-credential", "other"])
        .env("CREDENTIALS_DIRECTORY", folder)
        .output();
    ok("a credential by name", named.expect("started"));
    ok("a file", runner.run(&["--json"]));
    let mut piped = runner.locked(&["--json", "--secret-key-fd", "0"]);
    let mut child =
        piped.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    child.stdin.take().expect("a pipe").write_all(OPENS.as_bytes()).expect("written");
    ok("standard input", child.wait_with_output().expect("ended"));
    let script = format!("exec 7<{}; exec \"$@\"", folder.join("other").display());
    let mut passed = std::process::Command::new("sh");
    passed.args(["-c", &script, "sh"]).arg(&runner.path).args([
        "--no-lock",
        "--json",
        "--secret-key-fd",
        "7",
    ]);
    ok("a descriptor", passed.output().expect("started"));

    let project = Project::new(&format!(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    {}",
        SHOWS.replace('\n', "\n    ")
    ));
    let runner = project.sealed(Scope::All, &identity, [("api_token", Secret::text(TOKEN))]).build();
    let file = runner.folder.path().join("identity");
    private(&file, &format!("# created today\n{age}\n"));
    let output = runner.locked(&["--json", "--secret-identity", file.to_str().expect("text")]).output();
    ok("an identity", output.expect("started"));
}

/// A runner whose seal a passphrase opens, started on a terminal of its own; what it shows when `typed` is typed.
fn on_a_terminal(runner: &Runner, args: &str, typed: &str) -> (Option<i32>, String) {
    let mut script = std::process::Command::new("script");
    let line = format!("{} --no-lock {args}", runner.path.display());
    script.args(["-q", "-e", "-c", &line, "/dev/null"]).env("NO_COLOR", "1");
    let mut child = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`script` is there");
    let mut out = child.stdout.take().expect("a pipe");
    let mut shown = Vec::new();
    let mut typed = Some(typed);
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = out.read(&mut piece) {
        shown.extend_from_slice(&piece[..length]);
        let asked = shown.windows(12).filter(|it| it == b"the secrets:").count();
        if asked > 0
            && let (Some(line), Some(input)) = (typed.take(), &mut child.stdin)
        {
            // Not before the terminal is ready to hide it.
            std::thread::sleep(std::time::Duration::from_millis(100));
            input.write_all(line.as_bytes()).expect("typed");
        }
    }
    let status = child.wait().expect("ended");
    (status.code(), String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn a_passphrase_is_asked_for_and_not_shown() {
    if std::process::Command::new("script").arg("--version").output().is_err() {
        eprintln!("without `script` there is no terminal to ask on: nothing is tested");
        return;
    }
    let passphrase = "correct horse battery";
    let identity = Identity::passphrase(SecretBytes::new(passphrase.as_bytes().to_vec()));
    let playbook =
        format!("- hosts: all\n  gather_facts: false\n  tasks:\n    {}", SHOWS.replace('\n', "\n    "));
    let project = Project::new(&playbook).sealed(Scope::All, &identity, [("api_token", Secret::text(TOKEN))]);
    let runner = project.build();
    for args in ["", "--ask-secret-passphrase"] {
        let (code, shown) = on_a_terminal(&runner, args, &format!("{passphrase}\n"));
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.contains("Passphrase of the secrets: ") && !shown.contains(passphrase), "{shown}");
        assert!(shown.contains(&format!("\"msg\": {}", TOKEN.len())), "{shown}");
    }
    // Ctrl-C.
    let (code, shown) = on_a_terminal(&runner, "", "corr\u{3}");
    assert!(code == Some(1) && shown.contains("no passphrase was given"), "{shown}");
    assert!(!shown.contains("corr"), "{shown}");
    // Where there is no terminal nobody is asked.
    let output = runner.locked(&["--ask-secret-passphrase"]).output().expect("started");
    assert!(String::from_utf8_lossy(&output.stderr).contains("on a terminal only"));
    let file = runner.folder.path().join("passphrase");
    private(&file, &format!("{passphrase}\n"));
    let output = runner.locked(&["--json", "--secret-key-file", file.to_str().expect("text")]).output();
    assert_eq!(result(&output.expect("started"), "shows")["msg"], TOKEN.len());
}

#[test]
fn a_job_gets_the_key_that_came_through_standard_input() {
    let runner = Project::planted(SHOWS).build();
    let job = runner.folder.path().join("jobs/one");
    let mut command = runner.locked(&["--secret-key-fd", "0", "--job", job.to_str().expect("text")]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let line = format!("{OPENS}\n");
    child.stdin.take().expect("a pipe").write_all(line.as_bytes()).expect("written");
    let started = child.wait_with_output().expect("ended");
    assert_eq!(started.status.code(), Some(0), "{}", String::from_utf8_lossy(&started.stderr));
    let followed = runner.locked(&["--follow", job.to_str().expect("text")]).output().expect("started");
    let told = String::from_utf8_lossy(&followed.stdout);
    assert!(told.contains(&format!("\"msg\":{}", TOKEN.len())), "{told}");
    assert!(!told.contains("\"event\":\"warning\""), "the way by which it came is a good one: {told}");
}

//! Token and key as secrets of the bundle, and secrets of the bundle in what is reported.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustle_build::config::secrets::{Source, Value};
use rustle_fetch::testserver::Reply;
use rustle_seal::{Identity, Kdf, Scope, Sealer, Secret};

use crate::receiver::{Receiver, of, ok};
use crate::site::{Ran, Site};

/// What opens the seal.
const OPENS: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// The secret.
const TOKEN: &str = "tok4f9d8a7b6c5e";

/// The same in base64.
const ENCODED: &str = "dG9rNGY5ZDhhN2I2YzVl";

const PLAYBOOK: &str = "\
- hosts: all
  gather_facts: false
  tasks:
    - debug:
        msg: \"the token is {{ report_token }}, or {{ report_token | b64encode }}\"
";

/// Builds a runner that has the secret, and takes its token from it.
fn build(site: &Site, url: &str, more: &str) -> std::path::PathBuf {
    let more = format!("token = {{ secret = \"report_token\" }}\n{more}");
    site.build_config(PLAYBOOK, url, &more, "[controller]\n", |config, project| {
        let identity = Identity::key(OPENS).expect("a key");
        let mut sealer = Sealer::new(Scope::All).expect("a seal");
        sealer.identity(&identity, Kdf::PBKDF2_SHA256).expect("a recipient");
        sealer.secret("report_token", Secret::text(TOKEN)).expect("sealed");
        let value = Value { source: Source::File("nowhere".into()), hosts: Vec::new(), at: None };
        config.secrets.values.insert("report_token".into(), value);
        config.secrets.recipients = vec![identity.recipient()];
        let folder = project.join(".rustle/sealed");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("made");
        let path = folder.join(format!("{}.seal", sealer.id()));
        fs::write(path, sealer.seal().expect("sealed")).expect("written");
    })
}

/// Whether the token stands in `bytes`.
fn is_told(bytes: &[u8]) -> bool {
    [TOKEN, ENCODED].iter().any(|form| bytes.windows(form.len()).any(|it| it == form.as_bytes()))
}

#[test]
fn a_secret_of_the_bundle_opens_the_door_and_is_told_to_nobody() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |request, _| {
        let known = request.header("Authorization") == Some(&format!("Bearer {TOKEN}"));
        if known { Ok(ok()) } else { Err(Reply::status(401, &[], b"")) }
    });
    let key = site.path("key");
    fs::write(&key, OPENS).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let with_key = |runner: &std::path::Path, args: &[&str]| -> Ran {
        site.command(runner).arg("--secret-key-file").arg(&key).args(args).output().unwrap().into()
    };
    // Nobody listens: it is in the spool, without the secret.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ran = with_key(&build(&site, &format!("https://localhost:{port}/"), "wait = 0\n"), &["-vvvv"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let mut files = 0;
    for entry in walkdir::WalkDir::new(site.spool()) {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            files += 1;
            assert!(!is_told(&fs::read(&path).unwrap()), "{path:?}");
        }
    }
    assert!(files >= 2);
    assert!(!is_told(ran.out.as_bytes()) && !is_told(ran.err.as_bytes()), "{}{}", ran.out, ran.err);
    // Without a key there is no token, and nothing is sent.
    let runner = build(&site, &receiver.url(), "");
    let sent = site.send_spool(&runner);
    assert_eq!((sent.code, receiver.requests(), site.spooled()), (Some(1), 0, 1), "{}", sent.err);
    let sent = with_key(&runner, &["--send-spool"]);
    assert_eq!((sent.code, site.spooled()), (Some(0), 0), "{}{}", sent.out, sent.err);
    let seen = receiver.seen.lock().unwrap();
    let events = seen.run();
    let message = of(events, "task_result")[0]["result"]["msg"].as_str().unwrap();
    assert!(message.starts_with("the token is ") && !is_told(message.as_bytes()), "{message}");
    assert!(seen.bodies.iter().all(|body| !is_told(body.to_string().as_bytes())));
}

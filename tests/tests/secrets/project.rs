//! A project with secrets, sealed as the command seals them, built as a build builds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustle_build::config::secrets::{Source, Value};
use rustle_build::lints::{self, Level};
use rustle_build::{BuildOptions, Config, PlanSource, build_bundle};
use rustle_bundle::{Bundle, Kind, Writer};
use rustle_schema::task::{Action, Step};
use rustle_seal::{Identity, Kdf, Recipient, Scope, Sealer, Secret, VaultText};

/// A secret with characters that mean something in URLs, JSON, shells and XML.
pub const PASSWORD: &str = "s3cr3t/\"w0rd\"'s \u{e9}& +%x";

/// A secret of letters and digits.
pub const TOKEN: &str = "tok4f9d8a7b6c5e";

/// A secret of several lines.
pub const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n";

/// All of them.
pub const PLANTED: [(&str, &str); 3] = [("db_password", PASSWORD), ("api_token", TOKEN), ("tls_key", KEY)];

/// The key of all seals for all hosts, as `RUSTLE_ENCRYPTION_KEY` takes it.
pub const OPENS: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// What is to be built.
pub struct Project {
    pub folder: tempfile::TempDir,
    config: Config,
}

impl Project {
    /// A project with a playbook and no secrets.
    pub fn new(playbook: &str) -> Project {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("playbook.yml"), playbook).expect("written");
        let mut config = Config::default();
        config.runner.source = Some(PlanSource::Playbook("playbook.yml".into()));
        config.lints = lints::ALL.iter().map(|lint| (lint.name.to_owned(), Level::Allow)).collect();
        Project { folder, config }
    }

    /// One with tasks for this host, and the planted secrets.
    pub fn planted(tasks: &str) -> Project {
        let indented: String = tasks.lines().map(|line| format!("    {line}\n")).collect();
        let playbook = format!("- hosts: all\n  gather_facts: false\n  tasks:\n{indented}");
        Project::new(&playbook).with_planted()
    }

    /// The planted secrets, for all hosts.
    #[must_use]
    pub fn with_planted(self) -> Project {
        let secrets = PLANTED.map(|(name, text)| (name, Secret::text(text)));
        self.sealed(Scope::All, &key(OPENS), secrets)
    }

    /// A file beside the playbook.
    #[must_use]
    pub fn file(self, name: &str, content: &str) -> Project {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
        self
    }

    /// The inventory.
    #[must_use]
    pub fn inventory(mut self, text: &str) -> Project {
        self.config.runner.inventory = vec!["hosts.ini".into()];
        self.file("hosts.ini", text)
    }

    /// Secrets that `identity` opens.
    #[must_use]
    pub fn sealed<'n>(
        mut self,
        scope: Scope,
        identity: &Identity,
        secrets: impl IntoIterator<Item = (&'n str, Secret)>,
    ) -> Project {
        let mut sealer = Sealer::new(scope.clone()).expect("a seal");
        sealer.identity(identity, Kdf::PBKDF2_SHA256).expect("a recipient");
        for (name, secret) in secrets {
            sealer.secret(name, secret).expect("sealed");
            if !name.starts_with("vault:") {
                let hosts: Vec<String> = scope.host().map(str::to_owned).into_iter().collect();
                let source = Source::File("nowhere".into());
                let value = self.config.secrets.values.entry(name.into());
                value.or_insert(Value { source, hosts: Vec::new(), at: None }).hosts.extend(hosts);
            }
        }
        let recipients = vec![identity.recipient()];
        match scope.host() {
            None => self.config.secrets.recipients = recipients,
            Some(host) => drop(self.config.secrets.hosts.insert(host.into(), recipients)),
        }
        let folder = self.folder.path().join(".rustle/sealed");
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join(format!("{}.seal", sealer.id())), sealer.seal().expect("sealed"))
            .expect("written");
        self
    }

    /// The runner of the project.
    pub fn build(&self) -> Runner {
        self.build_with(|_, content| content)
    }

    /// The same with every seal as `change` makes it.
    pub fn build_with(&self, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Runner {
        let options = BuildOptions {
            folder: self.folder.path().to_owned(),
            config: self.config.clone(),
            name: "site".into(),
            version: "1.0.0".into(),
            ..BuildOptions::default()
        };
        let prepared = build_bundle(&options).unwrap_or_else(|problems| panic!("{problems}"));
        let folder = tempfile::tempdir().expect("a folder");
        // Other users must be able to start what lies in it.
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("mode");
        let path = folder.path().join("site");
        let base = Path::new(env!("CARGO_BIN_EXE_base_with_toys"));
        let bundle = with_toys(&prepared.bundle.open().expect("a bundle"), change);
        rustle_bundle::append(base, &path, &bundle).expect("appended");
        rustle_tests::startable(&path);
        Runner { folder, path }
    }
}

/// The bundle with the tasks whose names begin with `acme.` handed to the toy of that name, and with changed seals.
fn with_toys(bundle: &Bundle, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut plan = bundle.plan().expect("a plan");
    for step in plan.plays.iter_mut().flat_map(|play| &mut play.tasks) {
        let Step::Task(task) = step else { continue };
        let name = task.name.as_ref().map(ToString::to_string).unwrap_or_default();
        if let (Some(toy), Action::Module { module, .. }) =
            (name.split(' ').next().filter(|it| it.starts_with("acme.")), &mut task.action)
        {
            *module = toy.to_owned();
        }
    }
    let mut writer = Writer::default();
    for entry in bundle.entries() {
        let added = match entry.kind() {
            Kind::Directory => writer.directory(entry.path(), entry.mode()),
            Kind::Symlink => writer.symlink(entry.path(), entry.target()),
            Kind::File => {
                let name = String::from_utf8_lossy(entry.path());
                let content = bundle.read(entry.path()).expect("read").to_vec();
                let content = if name.ends_with(".seal") { change(&name, content) } else { content };
                writer.file(entry.path(), entry.mode(), content)
            }
        };
        added.expect("added");
    }
    writer.finish(&plan, bundle.settings()).expect("a bundle")
}

/// The identity of a key as text.
pub fn key(text: &str) -> Identity {
    let identity = Identity::key(text).expect("a key");
    assert_eq!(identity.recipient(), Recipient::Key);
    identity
}

/// A vault as a build sees it, of the plaintext of which only the seal knows; and the name of its secret.
pub fn vault(seed: u8) -> (String, String) {
    let text = format!("$ANSIBLE_VAULT;1.1;AES256\n{}\n", format!("{seed:02x}").repeat(40));
    let name = VaultText::read(text.as_bytes()).expect("a vault").name();
    (text, name)
}

/// A built runner, in a folder of its own.
pub struct Runner {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Runner {
    /// The program with a clean environment; the key comes from a file.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.locked(args);
        command.arg("--secret-key-file").arg(self.key_file());
        command
    }

    /// The program with a clean environment and without a key.
    pub fn locked(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("NO_COLOR", "1");
        command.arg("--no-lock").args(args).stdin(Stdio::null()).current_dir(self.folder.path());
        command
    }

    fn key_file(&self) -> PathBuf {
        let path = self.folder.path().join("key");
        if !path.exists() {
            private(&path, OPENS);
        }
        path
    }

    /// Runs it with its key.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("started")
    }
}

/// Writes a file that only its owner can read.
pub fn private(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
}

/// The events of a run with `--json`.
pub fn events(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    let event = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    text.lines().map(event).collect()
}

/// The result of the task of that name.
pub fn result(output: &Output, task: &str) -> serde_json::Value {
    let found = events(output).into_iter().find(|it| it["event"] == "task_result" && it["task"] == task);
    let found = found.unwrap_or_else(|| {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        panic!("no result of {task}:\n{out}\n{err}")
    });
    found["result"].clone()
}

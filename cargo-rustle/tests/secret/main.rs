//! `cargo rustle secret …`, as operators call it.

mod resealing;
mod store_file;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustle_seal::{Identity, Scope, Seal, SecretKind};
use tempfile::TempDir;

/// A project with a home of its own beside it.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new(rustle_toml: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        let project = Project { folder };
        project.write("rustle.toml", rustle_toml);
        project.write("site.yml", "- hosts: all\n  gather_facts: false\n");
        project.write(
            "Cargo.toml",
            "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
        );
        project.write("src/lib.rs", "");
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// How the command ends, and all that it says.
    fn output(&self, args: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-rustle"))
            .args(["rustle", "secret"])
            .args(args)
            .current_dir(self.path())
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_NET_OFFLINE", "true")
            .env("XDG_CONFIG_HOME", self.path().join("home"))
            .env("API_TOKEN", "from the environment")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What the command prints, or what it says when it fails.
    fn secret_with(&self, args: &[&str], input: &str) -> Result<String, String> {
        let output = self.output(args, input);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&output.stderr)),
        }
    }

    fn secret(&self, args: &[&str]) -> Result<String, String> {
        self.secret_with(args, "")
    }

    /// The operator's own key, and who it is.
    fn with_key(self) -> (Project, String) {
        let recipient = self.secret(&["key", "new"]).unwrap().trim().to_owned();
        self.secret(&["recipients", "add", &recipient]).unwrap();
        (self, recipient)
    }

    /// The seals, by their scopes, opened with a file of identities.
    fn seals(&self) -> Vec<(String, Seal)> {
        let Ok(entries) = fs::read_dir(self.path().join(".rustle/sealed")) else { return Vec::new() };
        let mut seals: Vec<_> = entries
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, Seal::read(&fs::read(path).unwrap()).unwrap())
            })
            .collect();
        seals.sort_by(|a, b| a.0.cmp(&b.0));
        seals
    }
}

#[test]
fn a_secret_is_set_listed_read_and_removed() {
    let (project, recipient) = Project::new("").with_key();
    assert_eq!(
        project.secret_with(&["set", "db_password"], "hunter2\n").unwrap(),
        "db_password: set for all hosts\n"
    );
    let text = project.read("secrets.toml");
    assert!(text.contains("db_password = ") && !text.contains("hunter2") && text.contains(&recipient));
    assert_eq!(project.secret(&["get", "db_password"]).unwrap(), "hunter2");
    project.secret(&["set", "tok", "--host", "web1", "--from-env", "API_TOKEN"]).unwrap();
    project.secret(&["set", "tok", "--from-command", "printf", "-- %s", "x"]).unwrap();
    assert_eq!(project.secret(&["get", "tok", "--host", "web1"]).unwrap(), "from the environment");
    assert_eq!(project.secret(&["get", "tok"]).unwrap(), "-- x");
    assert_eq!(project.secret(&["list"]).unwrap(), "db_password\ntok\ntok (web1)\n");
    assert!(project.secret(&["list", "--json"]).unwrap().contains("\"host\": \"web1\""));
    project.secret(&["remove", "tok"]).unwrap();
    assert!(project.secret(&["get", "tok"]).unwrap_err().contains("has no `tok` for all hosts"));
    // The same once more changes nothing.
    let before = project.read("secrets.toml");
    assert_eq!(project.secret_with(&["set", "db_password"], "hunter2").unwrap(), "db_password: unchanged\n");
    assert_eq!(project.read("secrets.toml"), before);
    assert!(project.secret_with(&["set", "no-name"], "x").unwrap_err().contains("`no-name` is not"));
    assert!(
        project.secret_with(&["set", "empty"], "\n").unwrap_err().contains("standard input gives nothing")
    );
}

#[test]
fn operators_come_and_go() {
    let (project, own) = Project::new("").with_key();
    project.secret_with(&["set", "a"], "one").unwrap();
    let other = project.secret(&["key", "new", "--output", "other.txt"]).unwrap().trim().to_owned();
    assert!(
        project.secret(&["key", "new", "--output", "other.txt"]).unwrap_err().contains("never written over")
    );
    let with_other = ["get", "a", "--identity", "other.txt"];
    assert!(project.secret(&with_other).unwrap_err().contains("cannot be opened"));
    project.write("pass", "correct horse\n");
    let added = project.secret(&["recipients", "add", &other, "passphrase", "--new-passphrase-file", "pass"]);
    assert_eq!(added.unwrap(), "secrets.toml: 3 recipients\n");
    assert_eq!(project.secret(&["recipients", "list"]).unwrap(), format!("{own}\n{other}\npassphrase\n"));
    assert_eq!(project.secret(&with_other).unwrap(), "one");
    assert_eq!(project.secret(&["get", "a", "--passphrase-file", "pass"]).unwrap(), "one");
    project.secret(&["recipients", "remove", &other, "passphrase"]).unwrap();
    assert!(project.secret(&with_other).unwrap_err().contains("cannot be opened"));
    let before = project.read("secrets.toml");
    project.secret(&["rotate"]).unwrap();
    let line = |text: &str| text.lines().find(|line| line.starts_with("a = ")).unwrap().to_owned();
    assert_ne!(line(&before), line(&project.read("secrets.toml")));
    assert_eq!(project.secret(&["get", "a"]).unwrap(), "one");
    assert!(project.secret(&["recipients", "remove", &own]).unwrap_err().contains("nobody could open"));
    assert!(project.secret(&["recipients", "add", "ssh-rsa AAAA"]).unwrap_err().contains("only Ed25519"));
}

#[test]
fn a_passphrase_stays_what_it_is_until_a_new_one_is_named() {
    let (project, own) = Project::new("").with_key();
    project.secret_with(&["set", "a"], "one").unwrap();
    project.write("pass", "correct horse\n");
    project.write("wrong", "battery staple\n");
    let own_key = "home/rustle/identity.txt";
    project.secret(&["recipients", "add", "passphrase", "--new-passphrase-file", "pass"]).unwrap();
    // Whoever adds somebody need not know the passphrase, and cannot replace it.
    let mut others: Vec<String> = Vec::new();
    for (at, keys) in
        [&[][..], &["--identity", own_key, "--passphrase-file", "wrong"]].into_iter().enumerate()
    {
        let file = format!("other-{at}.txt");
        others.push(project.secret(&["key", "new", "--output", &file]).unwrap().trim().to_owned());
        project.secret(&[&["recipients", "add", &others[at]], keys].concat()).unwrap();
        assert_eq!(project.secret(&["get", "a", "--identity", &file]).unwrap(), "one");
        assert_eq!(project.secret(&["get", "a", "--passphrase-file", "pass"]).unwrap(), "one");
    }
    let again = ["recipients", "add", "passphrase", "--new-passphrase-file", "wrong"];
    assert!(project.secret(&again).unwrap_err().contains("`cargo rustle secret rotate"));
    // A new key asks for the passphrase that is there.
    let before = project.read("secrets.toml");
    let keys = ["--identity", own_key, "--passphrase-file", "wrong"];
    for command in [&["rotate"][..], &["recipients", "remove", &others[0]]] {
        let why = project.secret(&[command, &keys].concat()).unwrap_err();
        assert!(why.contains("not the passphrase of secrets.toml") && why.contains("--new-pass"), "{why}");
        assert!(project.secret(command).unwrap_err().contains("there is no terminal"));
    }
    assert_eq!(project.read("secrets.toml"), before);
    project.secret(&["recipients", "remove", &others[0], "--passphrase-file", "pass"]).unwrap();
    assert_eq!(project.secret(&["get", "a", "--passphrase-file", "pass"]).unwrap(), "one");
    project.secret(&["rotate", "--new-passphrase-file", "wrong"]).unwrap();
    assert!(project.secret(&["get", "a", "--passphrase-file", "pass"]).is_err());
    assert_eq!(project.secret(&["get", "a", "--passphrase-file", "wrong"]).unwrap(), "one");
    assert!(project.secret(&["recipients", "list"]).unwrap().starts_with(&own));
}

#[test]
fn seals_are_made_once_and_kept_until_something_changes() {
    let (project, own) = Project::new("").with_key();
    let host = project.secret(&["key", "new", "--output", "host.txt"]).unwrap().trim().to_owned();
    project.secret_with(&["set", "db_password"], "hunter2").unwrap();
    project.write("cert.pem", "a certificate\n");
    let toml = format!(
        "[secrets]\nrecipients = [\"{own}\", \"passphrase\"]\nkdf = \"argon2id\"\n\
         [secrets.hosts.web1]\nrecipients = [\"{host}\"]\n[secrets.values]\n\
         db_password = {{ store = \"db_password\" }}\ntoken = {{ env = \"API_TOKEN\" }}\n\
         said = {{ command = [\"printf\", \"%s\", \"said\"] }}\ncert = {{ file = \"cert.pem\", hosts = [\"web1\"] }}\n",
    );
    project.write("rustle.toml", &toml);
    project.write("pass", "correct horse\n");
    let seal = ["seal", "--seal-passphrase-file", "pass"];
    assert!(project.secret(&["seal"]).unwrap_err().contains("`--seal-passphrase-file FILE` gives it"));
    assert_eq!(project.seals().len(), 0);
    let told = project.secret(&seal).unwrap();
    assert!(
        told.contains(": 3 secrets, sealed for 2 recipients")
            && told.contains(": 1 secret, sealed for 1 recipient\n"),
        "{told}"
    );
    let first = project.seals();
    let scopes: Vec<&Scope> = first.iter().map(|(_, seal)| seal.scope()).collect();
    assert_eq!(scopes, [&Scope::All, &Scope::Host("web1".into())]);
    let opens = |identity: &str, at: usize| {
        let identities = Identity::parse(&project.read(identity)).unwrap();
        project.seals()[at].1.open(&identities).ok()
    };
    let all = opens("home/rustle/identity.txt", 0).unwrap();
    assert_eq!(all.get("token").unwrap().as_text(), Some("from the environment"));
    assert_eq!(all.get("said").unwrap().as_text(), Some("said"));
    // What is for web1 only web1 opens, and web1 opens nothing else.
    assert_eq!(opens("host.txt", 1).unwrap().get("cert").unwrap().as_text(), Some("a certificate\n"));
    assert!(opens("home/rustle/identity.txt", 1).is_none() && opens("host.txt", 0).is_none());
    // Nothing has changed, and no passphrase is needed to see that.
    assert!(project.secret(&["seal"]).unwrap().matches("unchanged").count() == 2);
    assert_eq!(project.seals(), first);
    // One value changes: its seal alone is made anew.
    project.write("cert.pem", "another\n");
    project.secret(&["seal"]).unwrap();
    let second = project.seals();
    assert_eq!((second.len(), &second[0]), (2, &first[0]));
    assert_ne!(second[1], first[1]);
    // A host that is named no more has no seal any more.
    let without = toml.replace("cert = { file = \"cert.pem\", hosts = [\"web1\"] }\n", "");
    project.write("rustle.toml", &without);
    project.secret(&["seal"]).unwrap();
    assert_eq!(project.seals(), first[..1]);
    // Other recipients: a new seal.
    project.write("rustle.toml", &without.replace("\", \"passphrase\"]", "\"]"));
    project.secret(&["seal"]).unwrap();
    assert_ne!(project.seals()[0], first[0]);
}

#[test]
fn without_a_store_an_identity_tells_whether_something_changed() {
    let project = Project::new("");
    let own = project.secret(&["key", "new"]).unwrap().trim().to_owned();
    let toml =
        format!("[secrets]\nrecipients = [\"{own}\"]\n[secrets.values]\ntoken = {{ env = \"API_TOKEN\" }}\n");
    project.write("rustle.toml", &toml);
    project.secret(&["seal"]).unwrap();
    let first = project.seals();
    assert!(project.secret(&["seal"]).unwrap().contains("unchanged"));
    assert_eq!(project.seals(), first);
    project.write("rustle.toml", &toml.replace("API_TOKEN", "XDG_CONFIG_HOME"));
    project.secret(&["seal"]).unwrap();
    assert_ne!(project.seals(), first);
    project.write("rustle.toml", &toml.replace("API_TOKEN", "NOT_SET_ANYWHERE"));
    assert!(project.secret(&["seal"]).unwrap_err().contains("`NOT_SET_ANYWHERE` is not set"));
}

#[test]
fn vaults_become_secrets() {
    let vaults = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/rustle-seal/tests/vaults");
    let vault = |name: &str| fs::read_to_string(vaults.join(format!("{name}.vault"))).unwrap();
    let project = Project::new("");
    let own = project.secret(&["key", "new"]).unwrap().trim().to_owned();
    let indented = vault("format-1.2-other-id").trim_end().replace('\n', "\n        ");
    project.write(
        "site.yml",
        &format!(
            "- hosts: all\n  gather_facts: false\n  vars:\n    list:\n      - !vault |\n        {indented}\n  tasks:\n    \
             - copy: {{src: file.bin, dest: /x}}\n"
        ),
    );
    // A file of variables, encrypted as a whole.
    project.write("group_vars/all.yml", &vault("format-1.1"));
    project.write("files/file.bin", &vault("binary"));
    assert!(project.secret(&["seal"]).unwrap_err().contains("nobody could open them"));
    project.write("rustle.toml", &format!("[secrets]\nrecipients = [\"{own}\"]\n"));
    project.write("pw", "correct horse\n");
    assert!(project.secret(&["seal"]).unwrap_err().contains("there is no password"));
    let wrong = project.secret(&["seal", "--vault-password-file", "pw"]).unwrap_err();
    assert!(wrong.contains("site.yml:5: the vault cannot be opened"), "{wrong}");
    assert_eq!(project.seals().len(), 0);
    project.write("prod", "battery stapleé");
    let both = ["seal", "--vault-password-file", "pw", "--vault-id", "prod@prod"];
    assert!(project.secret(&both).unwrap().contains(": 4 secrets, sealed for 1 recipient\n"));
    let identities = Identity::parse(&project.read("home/rustle/identity.txt")).unwrap();
    let (name, seal) = project.seals().remove(0);
    assert!(name.starts_with("vault-"), "{name}");
    let opened = seal.open(&identities).unwrap();
    let secrets: Vec<_> = opened.names().map(|name| (name.to_owned(), opened.get(name).unwrap())).collect();
    let with = |kind: SecretKind, bytes: &[u8]| {
        secrets.iter().any(|(_, secret)| secret.kind() == kind && secret.bytes() == bytes)
    };
    assert!(with(SecretKind::Bytes, b"db_password: hunter2\n"));
    assert!(with(SecretKind::Bytes, &(0..=255).cycle().take(1024).collect::<Vec<u8>>()));
    // Values of the language, as CBOR: a text of seven bytes each.
    assert!(with(SecretKind::Value, b"\x67hunter2") && with(SecretKind::Value, "\x67sécret".as_bytes()));
    assert!(secrets.iter().any(|(name, _)| name.starts_with("vault:") && name.ends_with(":db_password")));
    // No password is needed to see that nothing has changed.
    assert!(project.secret(&["seal"]).unwrap().contains("unchanged"));
    assert_eq!(project.seals(), [(name.clone(), seal.clone())]);
    // A playbook that cannot be read does not say what is needed: everything stays.
    let site = project.read("site.yml");
    fs::remove_file(project.path().join("site.yml")).unwrap();
    assert!(project.secret(&both).unwrap_err().contains("site.yml"));
    for broken in ["- hosts: all\n  tasks: [\n", "- hosts: all\n  tasks:\n    - import_tasks: gone.yml\n"] {
        project.write("site.yml", broken);
        let why = project.secret(&both).unwrap_err();
        assert!(why.contains("site.yml:"), "{why}");
    }
    project.write("site.yml", &site);
    assert!(project.secret(&["seal"]).unwrap().contains("unchanged"));
    assert_eq!(project.seals(), [(name, seal)]);
}

#[test]
fn what_stands_in_the_variables_of_one_host_is_sealed_for_it() {
    let vaults = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/rustle-seal/tests/vaults");
    let vault = |name: &str| fs::read_to_string(vaults.join(format!("{name}.vault"))).unwrap();
    let project = Project::new("");
    let own = project.secret(&["key", "new"]).unwrap().trim().to_owned();
    let host = project.secret(&["key", "new", "--output", "host.txt"]).unwrap().trim().to_owned();
    project.write("hosts.ini", "web1\nweb2\n");
    project.write("host_vars/web1.yml", &vault("format-1.1"));
    let indented = vault("format-1.2-other-id").trim_end().replace('\n', "\n  ");
    project.write("host_vars/web2.yml", &format!("token: !vault |\n  {indented}\n"));
    project.write("pw", "correct horse\n");
    project.write("prod", "battery stapleé");
    let seal = ["seal", "--vault-password-file", "pw", "--vault-id", "prod@prod"];
    let toml = |more: &str| {
        format!("[runner]\ninventory = \"hosts.ini\"\n[secrets]\nrecipients = [\"{own}\"]\n{more}")
    };
    project.write("rustle.toml", &toml(""));
    project.secret(&seal).unwrap();
    assert_eq!(project.seals().len(), 1);
    let scopes = || project.seals().iter().map(|(_, seal)| seal.scope().clone()).collect::<Vec<_>>();
    assert_eq!(scopes(), [Scope::All]);
    // Whom web1's are for is said: they leave the seal for all.
    project.write("rustle.toml", &toml(&format!("[secrets.hosts.web1]\nrecipients = [\"{host}\"]\n")));
    project.secret(&seal).unwrap();
    let web1 = Scope::Host("web1".into());
    let mut found = scopes();
    found.sort();
    assert_eq!(found, [Scope::All, web1.clone()]);
    let identities = |file: &str| Identity::parse(&project.read(file)).unwrap();
    for (name, seal) in project.seals() {
        let is_own = *seal.scope() == web1;
        assert_eq!(name.starts_with("vault-host-web1-"), is_own, "{name}");
        assert_eq!(seal.names().any(|name| name.ends_with(":db_password")), is_own);
        assert_eq!(seal.open(&identities("host.txt")).is_ok(), is_own);
        assert_eq!(seal.open(&identities("home/rustle/identity.txt")).is_ok(), !is_own);
    }
    let first = project.seals();
    assert_eq!(project.secret(&["seal"]).unwrap().matches("unchanged").count(), 2);
    // The same in the variables of all is for all.
    project.write("group_vars/all.yml", &vault("format-1.1"));
    project.secret(&seal).unwrap();
    assert_eq!(scopes(), [Scope::All]);
    assert_ne!(project.seals(), first);
}

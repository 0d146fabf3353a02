//! Seals in a build: compared with what is asked for, and carried as they are.

use std::fs;
use std::path::Path;

use rustle_build::config::Config;
use rustle_build::sealed::FOLDER;
use rustle_build::{BuildOptions, Prepared, Problems, build_bundle};
use rustle_bundle::Bundle;
use rustle_seal::{Identity, Kdf, Recipient, Scope, Sealer, Secret, VaultText};

const VAULT: &str = "$ANSIBLE_VAULT;1.1;AES256\n6162\n";

/// A project whose secrets the key of 32 bytes opens.
fn project(playbook: &str, secrets: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("site.yml"), playbook).unwrap();
    let toml = format!("[runner]\nembed = [\"files\"]\n[secrets]\nrecipients = [\"key\"]\n{secrets}");
    fs::write(folder.path().join("rustle.toml"), toml).unwrap();
    fs::create_dir_all(folder.path().join("files")).unwrap();
    fs::write(folder.path().join("files/plain"), "x").unwrap();
    folder
}

const USES: &str = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: \"{{ password }}\"}\n";
const NAMES: &str = "[secrets.values]\npassword = { store = \"password\" }\n";

fn key() -> Identity {
    Identity::key(&"5a".repeat(32)).unwrap()
}

/// Writes a seal as `cargo rustle secret seal` would, for the key of 32 bytes; its name in the bundle, and its bytes.
fn seal(project: &Path, scope: Scope, names: &[&str]) -> (String, Vec<u8>) {
    let mut sealer = Sealer::new(scope).unwrap();
    sealer.identity(&key(), Kdf::ARGON2ID).unwrap();
    names.iter().for_each(|name| sealer.secret(name, Secret::text("hunter2")).unwrap());
    let id = sealer.id();
    let bytes = sealer.seal().unwrap();
    fs::create_dir_all(project.join(FOLDER)).unwrap();
    fs::write(project.join(FOLDER).join(format!("x-{id}.seal")), &bytes).unwrap();
    (format!("@sealed/{id}.seal"), bytes)
}

fn build(folder: &Path) -> Result<Prepared, Problems> {
    let mut problems = Vec::new();
    let config = Config::load(folder, &mut problems);
    assert_eq!(problems, []);
    build_bundle(&BuildOptions { folder: folder.to_owned(), config, ..BuildOptions::default() })
}

/// What is wrong, with where it stands: `error code file: message`.
fn wrong(folder: &Path) -> Vec<String> {
    let problems = build(folder).err().unwrap_or_default();
    problems.iter().map(|it| format!("{}: {}", it.code, it.message)).collect()
}

fn bundle(prepared: &Prepared) -> Bundle {
    prepared.bundle.open().unwrap()
}

#[test]
fn a_seal_is_carried_byte_for_byte() {
    let project = project(USES, NAMES);
    let (path, bytes) = seal(project.path(), Scope::All, &["password"]);
    let prepared = build(project.path()).unwrap();
    assert!(prepared.warnings.is_empty());
    assert!(prepared.crates.contains(&"rustle_secrets".to_owned()), "{:?}", prepared.crates);
    assert_eq!(*bundle(&prepared).read(path.as_bytes()).unwrap(), *bytes);
    assert_eq!(build(project.path()).unwrap().digest, prepared.digest);
    assert!(prepared.watched.contains(&project.path().join(FOLDER)));
}

#[test]
fn what_is_named_must_be_sealed() {
    let project = project(USES, NAMES);
    assert_eq!(wrong(project.path()), ["unsealed-secret: `password` is not sealed for all hosts"]);
    let problems = build(project.path()).unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!(problem.primary.as_ref().unwrap().text(), "password");
    assert!(problem.help[0].starts_with("`cargo rustle secret seal`"));
    // A seal of a host is none for all.
    seal(project.path(), Scope::Host("web1".into()), &["password"]);
    assert!(
        wrong(project.path()).contains(&"unsealed-secret: `password` is not sealed for all hosts".into())
    );
}

#[test]
fn what_nothing_names_is_told_and_a_seal_of_nothing_else_is_left_out() {
    let project = project(USES, NAMES);
    let (path, _) = seal(project.path(), Scope::All, &["password", "older"]);
    let (unused, _) = seal(project.path(), Scope::Host("gone".into()), &["password"]);
    let prepared = build(project.path()).unwrap();
    let mut told: Vec<&str> =
        prepared.warnings.iter().map(|it| it.message.split(": ").nth(1).unwrap()).collect();
    told.sort();
    assert_eq!(told, ["`older`", "`password`"]);
    let bundle = bundle(&prepared);
    assert!(bundle.entry(path.as_bytes()).is_some() && bundle.entry(unused.as_bytes()).is_none());
}

#[test]
fn other_recipients_damage_and_doubles_are_errors() {
    let project = project(USES, NAMES);
    seal(project.path(), Scope::All, &["password"]);
    let toml = project.path().join("rustle.toml");
    let text = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, text.replace("[\"key\"]", "[\"key\", \"passphrase\"]")).unwrap();
    let found = wrong(project.path());
    assert!(
        found.len() == 1 && found[0].starts_with("stale-seal: ") && found[0].contains("recipients"),
        "{found:?}"
    );
    fs::write(&toml, text).unwrap();
    seal(project.path(), Scope::All, &["password"]);
    assert_eq!(wrong(project.path()), ["stale-seal: `password` is in two seals for all hosts"]);
    fs::write(project.path().join(FOLDER).join("z.seal"), "no seal").unwrap();
    let found = wrong(project.path());
    assert!(found.iter().any(|it| it.starts_with("unreadable-seal: .rustle/sealed/z.seal")), "{found:?}");
    assert!(Recipient::Key.public_key().is_none());
}

#[test]
fn encrypted_values_and_files_stand_for_their_secrets() {
    let playbook = format!(
        "- hosts: all\n  gather_facts: false\n  vars:\n    inline: !vault |\n      {}\n  tasks:\n    - debug: {{msg: \
         \"{{{{ inline }}}}\"}}\n",
        VAULT.trim_end().replace('\n', "\n      ")
    );
    let project = project(&playbook, "");
    fs::write(project.path().join("files/secret"), VAULT.replace("6162", "6163")).unwrap();
    let expected = [
        "unsealed-secret: `files/secret` is encrypted with ansible-vault and not sealed",
        "unsealed-secret: this value is encrypted with ansible-vault and not sealed",
    ];
    assert_eq!(wrong(project.path()), expected);
    let inline = VaultText::read(VAULT.as_bytes()).unwrap().name();
    let file = VaultText::read(VAULT.replace("6162", "6163").as_bytes()).unwrap().name();
    let (path, _) = seal(project.path(), Scope::All, &[&inline, &file]);
    let prepared = build(project.path()).unwrap();
    let bundle = bundle(&prepared);
    let content = bundle.read(b"files/secret").unwrap();
    assert_eq!(rustle_seal::stands_for(&content), Some(file.as_str()));
    assert_eq!(&*bundle.read(b"files/plain").unwrap(), b"x");
    assert!(bundle.entry(path.as_bytes()).is_some());
    let plan = format!("{:?}", prepared.plan().unwrap());
    assert!(
        plan.contains(&format!("lookup('rustle.secret', '{inline}')")) && !plan.contains("ANSIBLE_VAULT")
    );
}

#[test]
fn a_project_cannot_pass_something_off_as_sealed() {
    let project = project("- hosts: all\n  gather_facts: false\n", "");
    fs::write(project.path().join("files/forged"), "$RUSTLE_SEALED;1;vault:00\n").unwrap();
    fs::create_dir_all(project.path().join("@sealed")).unwrap();
    fs::write(project.path().join("@sealed/x.seal"), "x").unwrap();
    let toml = project.path().join("rustle.toml");
    let text = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, text.replace("[\"files\"]", "[\"files\", \"@sealed\"]")).unwrap();
    let found = wrong(project.path());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|it| it.starts_with("reserved-path: ")), "{found:?}");
}

#[test]
fn files_of_variables_are_carried_with_lookups() {
    let project = project("- hosts: all\n  gather_facts: false\n  vars_files: [more.yml]\n", "");
    let inline = format!("token: !vault |\n  {}\nplain: yes\n", VAULT.trim_end().replace('\n', "\n  "));
    fs::write(project.path().join("more.yml"), &inline).unwrap();
    // Nobody names this one: `include_vars` with a name that is known at run time may.
    fs::create_dir_all(project.path().join("vars")).unwrap();
    fs::write(project.path().join("vars/other.yml"), inline.replace("6162", "6163")).unwrap();
    let expected = "unsealed-secret: this value is encrypted with ansible-vault and not sealed";
    assert_eq!(wrong(project.path()), [expected, expected]);
    let name = |text: &str| VaultText::read(text.as_bytes()).unwrap().name();
    let (one, two) = (name(VAULT), name(&VAULT.replace("6162", "6163")));
    seal(project.path(), Scope::All, &[&one, &two]);
    let prepared = build(project.path()).unwrap();
    let bundle = bundle(&prepared);
    let text = |path: &str| String::from_utf8(bundle.read(path.as_bytes()).unwrap().to_vec()).unwrap();
    let carried =
        |name: &str| format!("token: \"{{{{ lookup('rustle.secret', '{name}') }}}}\"\nplain: yes\n");
    assert_eq!(text("more.yml"), carried(&one));
    assert_eq!(text("vars/other.yml"), carried(&two));
}

#[test]
fn what_is_encrypted_for_one_host_is_sealed_for_it_alone() {
    let hosts = "[secrets.hosts.web1]\nrecipients = [\"key\"]\n";
    let project = project("- hosts: all\n  gather_facts: false\n", hosts);
    let toml = project.path().join("rustle.toml");
    let text = fs::read_to_string(&toml).unwrap();
    let named = text.replace("[runner]", "[runner]\ninventory = \"web1,web2\"");
    fs::write(&toml, &named).unwrap();
    fs::create_dir(project.path().join("host_vars")).unwrap();
    let inline = format!("token: !vault |\n  {}\n", VAULT.trim_end().replace('\n', "\n  "));
    fs::write(project.path().join("host_vars/web1"), &inline).unwrap();
    let name = VaultText::read(VAULT.as_bytes()).unwrap().name();
    let web1 = Scope::Host("web1".into());
    let clear = || fs::remove_dir_all(project.path().join(FOLDER)).unwrap();
    seal(project.path(), Scope::All, &[&name]);
    assert_eq!(
        wrong(project.path()),
        ["stale-seal: what is encrypted for host web1 is sealed for all hosts"]
    );
    clear();
    let (path, _) = seal(project.path(), web1.clone(), &[&name]);
    assert!(bundle(&build(project.path()).unwrap()).entry(path.as_bytes()).is_some());
    // Another host has the same: it is for all.
    fs::write(project.path().join("host_vars/web2"), &inline).unwrap();
    assert_eq!(
        wrong(project.path()),
        ["stale-seal: what is encrypted for all hosts is sealed for host web1"]
    );
    clear();
    seal(project.path(), Scope::All, &[&name]);
    assert!(build(project.path()).is_ok());
    // Nobody is named who opens what is web1's alone.
    fs::remove_file(project.path().join("host_vars/web2")).unwrap();
    fs::write(&toml, named.replace(hosts, "")).unwrap();
    assert!(build(project.path()).is_ok());
}

/// The problems of a project that reports with the secret `name`, by how they are printed.
fn reporting(with: &str, more: &str) -> (tempfile::TempDir, Vec<String>) {
    let controller = format!("[controller]\nurl = \"https://h/\"\n{with}\n");
    let project = project(USES, &format!("{NAMES}{more}"));
    let toml = project.path().join("rustle.toml");
    let text = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, format!("{controller}{text}")).unwrap();
    seal(project.path(), Scope::All, &["password"]);
    let problems = build(project.path()).map_or_else(|problems| problems, |built| built.warnings);
    let shown = |it: &rustle_playbook::Problem| {
        let place = it.primary.as_ref().map_or("", |at| at.text());
        format!("{:?} {} {place} {} {}", it.severity, it.code, it.message, it.help.join("; "))
    };
    let shown = problems.iter().map(shown).collect();
    (project, shown)
}

#[test]
fn what_a_report_needs_must_be_sealed() {
    let (_project, problems) = reporting("token = { secret = \"password\" }\nkey = { env = \"K\" }", "");
    assert_eq!(problems, [""; 0]);
    let (_project, problems) = reporting("token = { secret = \"pasword\" }\nkey = { secret = \"nope\" }", "");
    assert_eq!(problems.len(), 2, "{problems:?}");
    let expected = "Error unsealed-secret \"pasword\" `token` of `[controller]` needs the secret `pasword`, which nothing \
                    seals did you mean `password`?; `[secrets.values]`";
    assert!(problems[0].starts_with(expected), "{problems:?}");
    assert!(problems[1].starts_with("Error unsealed-secret \"nope\" `key` of"), "{problems:?}");
    assert!(!problems[1].contains("did you mean"), "{problems:?}");
}

#[test]
fn what_a_report_needs_should_be_for_all_hosts() {
    let hosts = "own = { env = \"X\", hosts = [\"web1\"] }\n[secrets.hosts.web1]\nrecipients = [\"key\"]\n";
    let (project, _) = reporting("token = { secret = \"own\" }", hosts);
    let toml = project.path().join("rustle.toml");
    let text = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, text.replace("[runner]", "[runner]\ninventory = \"web1,web2\"")).unwrap();
    seal(project.path(), Scope::Host("web1".into()), &["own"]);
    let warnings = build(project.path()).unwrap().warnings;
    let told: Vec<_> = warnings.iter().filter(|it| it.code == "unsealed-secret").collect();
    assert_eq!(told.len(), 1, "{}", warnings.render(false));
    assert!(told[0].message.contains("`own`, which is not for the hosts `web2`: "), "{}", told[0].message);
    assert_eq!(told[0].primary.as_ref().unwrap().text(), "\"own\"");
}

#[test]
fn a_finished_runner_reports_with_the_seals_that_it_has() {
    let project = project(USES, "");
    let mut sealer = Sealer::new(Scope::All).unwrap();
    sealer.identity(&key(), Kdf::ARGON2ID).unwrap();
    sealer.secret("password", Secret::text("hunter2")).unwrap();
    let seals = vec![rustle_seal::Seal::read(&sealer.seal().unwrap()).unwrap()];
    let built = |name: &str| {
        let mut config = Config::load(project.path(), &mut Vec::new());
        let token = Some(rustle_schema::settings::SecretSource::Secret(name.into()));
        let settings = rustle_schema::settings::ControllerSettings { token, ..Default::default() };
        config.controller = Some(rustle_build::config::Controller::of(settings));
        let folder = project.path().to_owned();
        build_bundle(&BuildOptions { folder, config, seals: seals.clone(), ..BuildOptions::default() })
    };
    assert!(built("password").is_ok());
    assert!(built("other").unwrap_err().iter().any(|it| it.code == "unsealed-secret"));
}

//! What makes a seal anew that holds the right secrets: other passphrases, keys and derivations, and damage.

use std::fs;
use std::path::Path;

use rustle_seal::{Identity, SecretBytes};

use crate::Project;

fn opens(project: &Project, passphrase: &str) -> bool {
    let identity = Identity::passphrase(SecretBytes::new(passphrase.into()));
    project.seals().iter().all(|(_, seal)| seal.open(std::slice::from_ref(&identity)).is_ok())
}

/// A project with a value and something of ansible-vault, both for a passphrase alone.
fn project(kdf: &str) -> Project {
    let project = Project::new("");
    let vault =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/rustle-seal/tests/vaults/format-1.1.vault");
    project.write("group_vars/all.yml", &fs::read_to_string(vault).unwrap());
    project.write("rustle.toml", &toml("passphrase", kdf));
    for (file, text) in [("pw", "correct horse\n"), ("old", "old\n"), ("new", "new\n")] {
        project.write(file, text);
    }
    project
}

fn toml(recipient: &str, kdf: &str) -> String {
    format!(
        "[secrets]\nrecipients = [\"{recipient}\"]\nkdf = \"{kdf}\"\n[secrets.values]\n\
         token = {{ env = \"API_TOKEN\" }}\n"
    )
}

const PASSWORD: [&str; 3] = ["seal", "--vault-password-file", "pw"];

fn seal(project: &Project, options: &[&str]) -> String {
    project.secret(&[&PASSWORD, options].concat()).unwrap()
}

fn a_new_passphrase_seals_anew(project: &Project) {
    seal(project, &["--seal-passphrase-file", "old"]);
    let first = project.seals();
    assert_eq!(first.len(), 2);
    let told = seal(project, &["--seal-passphrase-file", "old"]);
    assert_eq!((told.matches("unchanged").count(), project.seals()), (2, first.clone()), "{told}");
    let told = seal(project, &["--seal-passphrase-file", "new"]);
    let why =
        ", sealed anew for 1 recipient: `--seal-passphrase-file` does not open the one that was there\n";
    assert_eq!(told.matches(why).count(), 2, "{told}");
    assert!(opens(project, "new") && !opens(project, "old"));
    // Nothing of the former seals is in the new ones.
    assert!(project.seals().iter().all(|(_, new)| first.iter().all(|(_, old)| old.id() != new.id())));
    let told = seal(project, &["--seal-passphrase-file", "new"]);
    assert_eq!(told.matches("unchanged").count(), 2, "{told}");
}

#[test]
fn another_passphrase_is_not_ignored() {
    a_new_passphrase_seals_anew(&project("argon2id"));
}

#[test]
fn another_passphrase_is_not_ignored_where_a_fingerprint_says_that_nothing_changed() {
    let (project, _) = project("argon2id").with_key();
    a_new_passphrase_seals_anew(&project);
    // Who gives none need not know it.
    let told = seal(&project, &[]);
    assert_eq!(told.matches("unchanged").count(), 2, "{told}");
}

#[test]
fn another_key_is_not_ignored() {
    let project = project("argon2id");
    project.write("rustle.toml", &toml("key", "argon2id"));
    project.write("one", &"1".repeat(64));
    project.write("two", &"2".repeat(64));
    seal(&project, &["--seal-key-file", "one"]);
    assert_eq!(seal(&project, &["--seal-key-file", "one"]).matches("unchanged").count(), 2);
    let told = seal(&project, &["--seal-key-file", "two"]);
    assert_eq!(told.matches("`--seal-key-file` does not open").count(), 2, "{told}");
    let two = Identity::key(&"2".repeat(64)).unwrap();
    assert!(project.seals().iter().all(|(_, seal)| seal.open(std::slice::from_ref(&two)).is_ok()));
}

#[test]
fn another_derivation_reaches_all_seals() {
    let project = project("pbkdf2-sha256");
    let options = ["--seal-passphrase-file", "old"];
    seal(&project, &options);
    project.write("rustle.toml", &toml("passphrase", "argon2id"));
    let told = seal(&project, &options);
    assert_eq!(told.matches(", sealed anew for 1 recipient: `kdf` is another\n").count(), 2, "{told}");
    let mut derivations =
        project.seals().into_iter().flat_map(|(_, seal)| seal.derivations().collect::<Vec<_>>());
    assert!(derivations.all(|kdf| kdf == rustle_seal::Kdf::ARGON2ID));
    assert_eq!(seal(&project, &options).matches("unchanged").count(), 2);
}

#[test]
fn a_damaged_seal_is_a_warning_and_made_anew() {
    let project = project("argon2id");
    let options = [&PASSWORD[..], &["--seal-passphrase-file", "old"]].concat();
    project.secret(&options).unwrap();
    let (name, _) = project.seals().remove(0);
    project.write(&format!(".rustle/sealed/{name}"), "damaged");
    let output = project.output(&options, "");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("warning[unreadable-seal]") && told.contains("is sealed anew"), "{told}");
    assert!(!told.contains("error") && !told.contains("nothing was built"), "{told}");
    assert!(project.seals().iter().all(|(there, _)| *there != name));
    assert!(project.seals().len() == 2 && opens(&project, "old"));
}

#[test]
fn a_source_that_fails_names_its_secret() {
    let project = project("argon2id");
    for (source, why) in [
        ("env = \"NOT_SET_ANYWHERE\"", "the environment variable `NOT_SET_ANYWHERE` is not set"),
        ("command = [\"false\"]", "`false` failed: "),
        ("command = [\"true\"]", "true gives nothing"),
        ("file = \"gone\"", ""),
    ] {
        project.write("rustle.toml", &toml("passphrase", "argon2id").replace("env = \"API_TOKEN\"", source));
        let told = project.secret(&PASSWORD).unwrap_err();
        assert!(told.contains(&format!("the secret `token`: {why}")), "{told}");
    }
}

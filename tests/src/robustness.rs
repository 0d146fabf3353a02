//! What reads input must never panic, whatever the input. The fuzz targets call these functions, and `cargo test` calls
//! them with the kept corpus of `fuzz/corpus/`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustle_build::packages::{lock_file, manifest};
use rustle_build::{Config, Problems, SourceFile};
use rustle_bundle::Bundle;
use rustle_package::Limits;
use rustle_package::archive::{self, Format};
use rustle_playbook::Options;
use rustle_schema::package::{Constraint, Permission, Source};
use rustle_seal::{Identity, Recipient, Seal, Store, VaultText};
use rustle_template::{Engine, FileKind, Variable, World};
use rustle_value::Value;

/// The YAML front end: the input is a playbook.
pub fn playbook(data: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("site.yml");
    if std::fs::write(&path, data).is_ok() {
        rustle_playbook::load_playbook(&path, &Options::default());
    }
}

/// The importer of plan JSON.
pub fn plan_json(data: &[u8]) {
    rustle_playbook::load_plan_json(data, "plan.json", Path::new("/nonexistent"), &Options::default());
}

/// The reader of bundles: everything that can be read of it is.
pub fn bundle(data: &[u8]) {
    let Ok(bundle) = Bundle::open(data.to_vec()) else { return };
    let _ = (bundle.head(), bundle.plan(), bundle.signature());
    let _ = bundle.verify_all();
    for entry in bundle.entries() {
        let _ = bundle.read(entry.path());
        let _ = bundle.stream(entry.path()).map(|mut content| io::copy(&mut content, &mut io::sink()));
    }
}

/// Archives, whatever they are said to be, within small limits.
pub fn archive(data: &[u8]) {
    let limits = Limits { archive: 1 << 20, unpacked: 4 << 20, entries: 1000, ..Limits::default() };
    for format in [Format::TarGz, Format::TarZst, Format::Zip] {
        if let Ok(tree) = archive::unpack(data, format, &limits) {
            let _ = tree.digest();
        }
    }
}

/// What packages of modules and locks are described with.
pub fn package(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut problems = Vec::new();
    for name in [manifest::FILE_NAME, manifest::JSON_NAMES[0], "Cargo.toml"] {
        let files = |asked: &str| (asked == name).then(|| text.to_owned());
        let _ = manifest::of(None, &files, "", &mut problems);
    }
    let _ = lock_file::parse(text);
    let file = Arc::new(SourceFile { path: "rustle.toml".into(), text: text.to_owned() });
    let _ = Config::parse(&file, &mut problems);
    let _ = Problems::new(problems).render(false);
    let _ = (text.parse::<Source>(), text.parse::<Constraint>(), text.parse::<Permission>());
}

/// Sealed secrets as bundles and repositories hold them, keys and recipients as people write them, and what ansible-vault
/// encrypted.
pub fn seal(data: &[u8]) {
    let key = || Identity::key(&"5a".repeat(32)).ok();
    if let Ok(seal) = Seal::read(data) {
        let _ = (seal.id().to_string(), seal.scope().to_string(), seal.names().count());
        let _ = (seal.takes_passphrase(), seal.takes_age(), seal.takes_ssh(), seal.is_for(&[Recipient::Key]));
        // A passphrase would take seconds to try, for each of them.
        let _ = key().map(|key| seal.open(&[key]).map(|opened| opened.get("a").is_ok()));
    }
    if let Ok(vault) = VaultText::read(data) {
        let _ = (vault.id(), vault.name(), vault.decrypt(b"password").is_ok());
    }
    let _ = (rustle_seal::stands_for(data), rustle_seal::looks_sealed(data));
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(store) = Store::parse(text) {
        let _ = (store.recipients().len(), store.names());
        if let Some(Ok(open)) = key().map(|key| store.open(&[key])) {
            let _ = store.names().iter().filter(|(scope, name)| open.get(scope, name).is_ok()).count();
        }
    }
    // What is told of a recipient, or of an identity's, is what is read again.
    let recipients = Identity::parse(text).unwrap_or_default();
    let recipients = recipients.iter().map(Identity::recipient).chain(text.parse::<Recipient>());
    for recipient in recipients {
        assert_eq!(recipient.to_string().parse::<Recipient>().ok(), Some(recipient));
    }
}

/// Templates and expressions: compiled, and evaluated with a few variables.
pub fn template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let engine = Engine::new();
    if let Ok(template) = engine.template(text, &rustle_template::Options::default()) {
        let _ = engine.render(&template, &Nowhere);
    }
    if let Ok(expression) = engine.expression(text) {
        let _ = engine.evaluate(&expression, &Nowhere);
    }
}

/// A world without files or processes.
struct Nowhere;

impl World for Nowhere {
    fn variable(&self, name: &str) -> Option<Variable> {
        Some(Variable::Plain(match name {
            "a" => Value::Int(1),
            "b" => Value::str("text"),
            "c" => Value::list([Value::Int(1), Value::str("x"), Value::None]),
            "d" => Value::Map([("k", 1), ("l", 2)].into_iter().collect()),
            "t" => return Some(Variable::Templated(Value::Template("{{ a + 1 }}".into()))),
            _ => return None,
        }))
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        ["a", "b", "c", "d", "t"].into_iter().map(Arc::from).collect()
    }

    fn find_file(&self, name: &str, _kind: FileKind) -> io::Result<String> {
        Err(io::Error::new(io::ErrorKind::NotFound, name.to_owned()))
    }

    fn read_file(&self, _path: &Path) -> io::Result<Arc<[u8]>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn glob(&self, _pattern: &str) -> Vec<String> {
        Vec::new()
    }

    fn run(&self, _command: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn env(&self, _name: &str) -> Option<String> {
        None
    }
}

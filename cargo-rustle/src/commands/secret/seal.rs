//! `cargo rustle secret seal`: makes the seals that a build carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use rustle_build::config::secrets::Source;
use rustle_build::packages::write_atomic;
use rustle_build::sealed::{FOLDER, Sealed};
use rustle_build::{Config, Problems, Vault, vaulted, vaults_of};
use rustle_seal::{Identity, OpenStore, Scope, Seal, Secret};

use super::sealing::{self, Keys, Wanted};
use super::vaults::{self, Passwords};
use super::{opening, source, store_file};
use crate::commands::project;
use crate::failure::{Context, Failure, Result, warn};
use crate::project::Project;
use crate::show::count;

pub fn command() -> Command {
    Command::new("seal")
        .about("Seals what rustle.toml and the playbook need, for those who open it at run time")
        .args(opening::args())
        .args(sealing::args())
        .args(vaults::args())
        .arg(project())
        .after_help("Seals that are still what they should be are kept, byte for byte.")
}

pub fn run(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    let mut problems = Vec::new();
    let there = Sealed::load(&project.folder, &mut problems);
    warn(&Problems::new(problems));
    let store = open_store(&project, &config, matches)?;
    let identities = opening::identities(matches)?;
    let mut keys = Keys::new(matches);
    let mut outcome = Outcome::default();
    for (scope, names) in config.secrets.scopes() {
        let wanted = wanted(&project, &config, &scope, &names, store.as_ref())?;
        values(&wanted, &there, store.as_ref(), &identities, &mut keys, &mut outcome)?;
    }
    vault_values(&project, &config, &there, matches, &mut keys, &mut outcome)?;
    write(&project.folder.join(FOLDER), &outcome)?;
    for line in &outcome.told {
        println!("{line}");
    }
    if outcome.told.is_empty() {
        println!("there is nothing to seal");
    }
    Ok(ExitCode::SUCCESS)
}

/// What is to lie in the folder of seals when all is done.
#[derive(Default)]
struct Outcome {
    kept: Vec<PathBuf>,
    new: Vec<(String, Vec<u8>)>,
    told: Vec<String>,
}

/// The store: where values come from it, and where it can tell that nothing has changed.
fn open_store(project: &Project, config: &Config, matches: &ArgMatches) -> Result<Option<OpenStore>> {
    let needed = config.secrets.values.values().any(|value| matches!(value.source, Source::Store(_)));
    if needed {
        return opening::open(&store_file::load(project)?, matches).map(Some);
    }
    let Some(store) = store_file::find(project)? else { return Ok(None) };
    Ok(store.open(&opening::identities(matches)?).ok())
}

/// What is to be sealed for a scope, read from its sources.
fn wanted(
    project: &Project,
    config: &Config,
    scope: &Scope,
    names: &[&str],
    store: Option<&OpenStore>,
) -> Result<Wanted> {
    let mut secrets = BTreeMap::new();
    for name in names {
        let Some(value) = config.secrets.values.get(*name) else { continue };
        let what = format!("the secret `{name}`");
        let read = match &value.source {
            Source::Store(key) => stored(store, scope, key).context(&what)?.ok_or_else(|| {
                Failure::new(format!("{what}: {} has no `{key}` for {scope}", store_file::NAME))
            })?,
            Source::Env(variable) => Secret::read(source::env(variable)?),
            Source::File(path) => Secret::read(opening::read(&project.folder.join(path))?),
            Source::Command(words) => Secret::read(source::command(words, &project.folder)?),
        };
        secrets.insert((*name).to_owned(), read);
    }
    Ok(Wanted {
        label: sealing::label(scope),
        scope: scope.clone(),
        recipients: config.secrets.recipients_of(scope).to_vec(),
        kdf: config.secrets.kdf,
        secrets,
    })
}

/// A secret of the store: the host's own, or else the one for all.
fn stored(
    store: Option<&OpenStore>,
    scope: &Scope,
    key: &str,
) -> std::result::Result<Option<Secret>, rustle_seal::SealError> {
    let Some(store) = store else { return Ok(None) };
    match store.get(scope, key)? {
        None if *scope != Scope::All => store.get(&Scope::All, key),
        found => Ok(found),
    }
}

/// Keeps or makes the seal of one scope.
fn values(
    wanted: &Wanted,
    there: &Sealed,
    store: Option<&OpenStore>,
    identities: &[Identity],
    keys: &mut Keys<'_>,
    outcome: &mut Outcome,
) -> Result<()> {
    let fingerprint = store.map(|store| wanted.fingerprint(store));
    let mut all = identities.to_vec();
    all.extend(keys.given()?);
    let mut candidates =
        there.seals().filter(|(_, seal)| *seal.scope() == wanted.scope && !vaults::is_of_vaults(seal));
    if let Some((path, _)) = candidates.find(|(_, seal)| wanted.is(seal, fingerprint.as_ref(), &all)) {
        outcome.keep(path, wanted);
        return Ok(());
    }
    outcome.make(wanted, wanted.seal(keys, fingerprint)?);
    Ok(())
}

/// Keeps or makes the seals of everything that ansible-vault encrypted.
fn vault_values(
    project: &Project,
    config: &Config,
    there: &Sealed,
    matches: &ArgMatches,
    keys: &mut Keys<'_>,
    outcome: &mut Outcome,
) -> Result<()> {
    let all = vaults_of(&project.options_with(config.clone())?)?;
    for host in vaulted::open_to_all(&all, &config.secrets) {
        eprintln!(
            "warning: what is encrypted in the variables of {host} is sealed for all hosts: `recipients` of \
             `[secrets.hosts.{host}]` would seal it for {host} alone"
        );
    }
    let scopes = vaulted::scopes(&all, &config.secrets);
    let mut by_scope: BTreeMap<&Scope, Vec<Vault>> = BTreeMap::new();
    for vault in all {
        if let Some(scope) = scopes.get(&vault.name) {
            by_scope.entry(scope).or_default().push(vault);
        }
    }
    let mut passwords = None;
    for (scope, vaults) in by_scope {
        let recipients = config.secrets.recipients_of(scope).to_vec();
        if recipients.is_empty() {
            return Err(Failure::new("the playbook has values of ansible-vault, and nobody could open them")
                .help("`recipients` of `[secrets]` in rustle.toml says who can"));
        }
        let label =
            scope.host().map_or_else(|| "vault".into(), |_| format!("vault-{}", sealing::label(scope)));
        let is_current =
            |seal: &Seal| seal.scope() == scope && vaults::is_current(seal, &vaults, &recipients);
        if let Some((path, seal)) = there.seals().find(|(_, seal)| is_current(seal)) {
            outcome.kept.push(path.to_owned());
            outcome.told.push(told(path, seal.names().count(), "unchanged"));
            continue;
        }
        let passwords = match &mut passwords {
            Some(there) => there,
            none => none.insert(Passwords::of(matches)?),
        };
        let secrets = vaults::secrets(&vaults, passwords)?;
        let wanted = Wanted { label, scope: scope.clone(), recipients, kdf: config.secrets.kdf, secrets };
        outcome.make(&wanted, wanted.seal(keys, None)?);
    }
    Ok(())
}

impl Outcome {
    fn keep(&mut self, path: &Path, wanted: &Wanted) {
        self.kept.push(path.to_owned());
        self.told.push(told(path, wanted.secrets.len(), "unchanged"));
    }

    fn make(&mut self, wanted: &Wanted, sealed: (String, Vec<u8>)) {
        let how = format!("sealed for {}", count(wanted.recipients.len(), "recipient"));
        self.told.push(told(Path::new(&sealed.0), wanted.secrets.len(), &how));
        self.new.push(sealed);
    }
}

fn told(path: &Path, secrets: usize, what: &str) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{FOLDER}/{file}: {}, {what}", count(secrets, "secret"))
}

/// Writes what is new, then removes what is no longer wanted: if it ends in between, the next time mends it.
fn write(folder: &Path, outcome: &Outcome) -> Result<()> {
    let mut stay = outcome.kept.clone();
    for (name, bytes) in &outcome.new {
        fs::create_dir_all(folder).context(folder.display())?;
        let path = folder.join(name);
        write_atomic(&path, bytes).context(path.display())?;
        stay.push(path);
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).context(folder.display()),
    };
    for entry in entries {
        let path = entry.context(folder.display())?.path();
        let is_seal = path.extension().is_some_and(|it| it == rustle_build::sealed::EXTENSION);
        if is_seal && !stay.contains(&path) {
            fs::remove_file(&path).context(path.display())?;
        }
    }
    Ok(())
}

//! `cargo rustle secret seal`: makes the seals that a build carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use rustle_build::config::secrets::Source;
use rustle_build::packages::write_atomic;
use rustle_build::sealed::{FOLDER, Sealed};
use rustle_build::{Config, Problem, Problems, Severity, Vault, vaulted, vaults_of};
use rustle_seal::{Identity, OpenStore, Scope, Seal, Secret};

use super::sealing::{self, Keys, Openers, Wanted};
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
    warn(&Problems::new(problems.into_iter().map(replaced).collect()));
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

/// A seal that cannot be read keeps a build from being made, and here only a seal from being kept.
fn replaced(problem: Problem) -> Problem {
    let help =
        vec!["it goes away, and what rustle.toml and the playbook need of it is sealed anew".to_owned()];
    Problem { severity: Severity::Warning, help, ..problem }
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
        let of_it = |failure: Failure| failure.of(&what);
        let read = match &value.source {
            Source::Store(key) => stored(store, scope, key).context(&what)?.ok_or_else(|| {
                Failure::new(format!("{what}: {} has no `{key}` for {scope}", store_file::NAME))
            })?,
            Source::Env(variable) => source::env(variable).map(Secret::read).map_err(of_it)?,
            Source::File(path) => {
                opening::read(&project.folder.join(path)).map(Secret::read).map_err(of_it)?
            }
            Source::Command(words) => {
                source::command(words, &project.folder).map(Secret::read).map_err(of_it)?
            }
        };
        secrets.insert((*name).to_owned(), read);
    }
    Ok(Wanted {
        label: sealing::label(scope),
        scope: scope.clone(),
        openers: openers(config, scope),
        secrets,
    })
}

/// Who opens the seals of a scope.
fn openers(config: &Config, scope: &Scope) -> Openers {
    Openers { recipients: config.secrets.recipients_of(scope).to_vec(), kdf: config.secrets.kdf }
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
    let given = keys.given()?;
    let all = [identities, &given].concat();
    let candidates =
        there.seals().filter(|(_, seal)| *seal.scope() == wanted.scope && !vaults::is_of_vaults(seal));
    let mut why = None;
    for (path, seal) in candidates {
        let refused = wanted.openers.refuse(seal, &given);
        if refused.is_none() && wanted.is_in(seal, fingerprint.as_ref(), &all) {
            outcome.keep(path, seal);
            return Ok(());
        }
        why = why.or(refused);
    }
    outcome.make(wanted, why, wanted.seal(keys, fingerprint)?);
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
        let openers = openers(config, scope);
        if openers.recipients.is_empty() {
            return Err(Failure::new("the playbook has values of ansible-vault, and nobody could open them")
                .help("`recipients` of `[secrets]` in rustle.toml says who can"));
        }
        let label =
            scope.host().map_or_else(|| "vault".into(), |_| format!("vault-{}", sealing::label(scope)));
        let given = keys.given()?;
        let current: Vec<_> = there
            .seals()
            .filter(|(_, seal)| seal.scope() == scope && vaults::is_current(seal, &vaults))
            .map(|(path, seal)| (path, seal, openers.refuse(seal, &given)))
            .collect();
        if let Some((path, seal, _)) = current.iter().find(|(.., refused)| refused.is_none()) {
            outcome.keep(path, seal);
            continue;
        }
        let why = current.iter().find_map(|(.., refused)| *refused);
        let passwords = match &mut passwords {
            Some(there) => there,
            none => none.insert(Passwords::of(matches)?),
        };
        let secrets = vaults::secrets(&vaults, passwords)?;
        let wanted = Wanted { label, scope: scope.clone(), openers, secrets };
        outcome.make(&wanted, why, wanted.seal(keys, None)?);
    }
    Ok(())
}

impl Outcome {
    fn keep(&mut self, path: &Path, seal: &Seal) {
        self.kept.push(path.to_owned());
        self.told.push(told(path, seal.names().count(), "unchanged"));
    }

    /// `why` says what kept one that was there from being kept, where that is not in its secrets.
    fn make(&mut self, wanted: &Wanted, why: Option<&str>, sealed: (String, Vec<u8>)) {
        let recipients = count(wanted.openers.recipients.len(), "recipient");
        let how = match why {
            Some(why) => format!("sealed anew for {recipients}: {why}"),
            None => format!("sealed for {recipients}"),
        };
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

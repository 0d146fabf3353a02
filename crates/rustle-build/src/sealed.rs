//! The project's seals: read, compared with what is to be sealed, and carried as they are. A build opens none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_bundle::{Bundle, BundleError, Kind, Sink, Writer};
use rustle_playbook::{Files, Location, Problem, SourceFile, Vault, VaultKind};
use rustle_seal::{BUNDLE_FOLDER, MAX_SEAL, Scope, Seal, VAULT_PREFIX, VaultText};

use crate::config::Secrets;

/// Where the seals of a project lie, below its folder.
pub const FOLDER: &str = ".rustle/sealed";

/// What the names of their files end with.
pub const EXTENSION: &str = "seal";

/// The command that seals.
pub const COMMAND: &str = "`cargo rustle secret seal` seals what rustle.toml and the playbook need";

/// The seals of a project, by their files.
#[derive(Clone, Debug, Default)]
pub struct Sealed {
    seals: BTreeMap<PathBuf, Seal>,
    /// Seals of a finished runner, which are carried on as they are.
    inherited: Vec<Seal>,
}

impl Sealed {
    /// Reads the seals of the project in `folder`.
    pub fn load(folder: &Path, problems: &mut Vec<Problem>) -> Sealed {
        let mut sealed = Sealed::default();
        let files = match files(&folder.join(FOLDER)) {
            Ok(files) => files,
            Err(error) => {
                problems.push(unreadable(FOLDER, &error.to_string()));
                return sealed;
            }
        };
        for path in files {
            let shown = format!("{FOLDER}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            match read(&path) {
                Ok(Some(seal)) => drop(sealed.seals.insert(path, seal)),
                Ok(None) => problems.push(unreadable(&shown, "it is no seal, or it is damaged")),
                Err(error) => problems.push(unreadable(&shown, &error.to_string())),
            }
        }
        sealed
    }

    /// The same, with the seals of a finished runner.
    pub(crate) fn with(self, inherited: &[Seal]) -> Sealed {
        Sealed { inherited: inherited.to_vec(), ..self }
    }

    /// The seals that a bundle carries.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn of_bundle(bundle: &Bundle) -> Result<Vec<Seal>, BundleError> {
        let entries = bundle.below(BUNDLE_FOLDER.as_bytes());
        let mut seals = Vec::new();
        for entry in entries.iter().filter(|entry| entry.kind() == Kind::File) {
            // A runner refuses what is no seal, and so it need not be carried on.
            seals.extend(Seal::read(&bundle.read(entry.path())?));
        }
        Ok(seals)
    }

    /// Whether a project has seals, read or not.
    pub fn has_some(folder: &Path) -> bool {
        files(&folder.join(FOLDER)).is_ok_and(|files| !files.is_empty())
    }

    /// The seals with their files, ordered by those.
    pub fn seals(&self) -> impl Iterator<Item = (&Path, &Seal)> {
        self.seals.iter().map(|(path, seal)| (path.as_path(), seal))
    }

    /// The names of everything from ansible-vault that is sealed.
    pub fn vaults(&self) -> BTreeSet<String> {
        let names = self.seals.values().chain(&self.inherited).flat_map(Seal::names);
        names.filter(|name| name.starts_with(VAULT_PREFIX)).map(str::to_owned).collect()
    }

    /// The seals that a runner needs, as entries of its bundle. What is not sealed, or not as it is asked for, is told.
    /// `vaults` are the names of what the plan and its files refer to, and whom each is for.
    pub(crate) fn needed(
        &self,
        secrets: &Secrets,
        vaults: &BTreeMap<String, Scope>,
        problems: &mut Vec<Problem>,
    ) -> Carried {
        let scopes = secrets.scopes();
        let mut carried = Carried::default();
        carried.seals.extend(self.inherited.iter().map(|seal| (path_of(seal), seal.clone())));
        let mut met: BTreeMap<&Scope, BTreeSet<&str>> = BTreeMap::new();
        for (path, seal) in &self.seals {
            let shown = path.file_name().unwrap_or_default().to_string_lossy();
            let wanted = scopes.get(seal.scope()).map(Vec::as_slice).unwrap_or_default();
            let is_wanted = |name: &str| match name.starts_with(VAULT_PREFIX) {
                true => vaults.iter().any(|(vault, scope)| scope == seal.scope() && name.starts_with(vault)),
                false => wanted.contains(&name),
            };
            let (used, mut unused): (Vec<&str>, Vec<&str>) = seal.names().partition(|name| is_wanted(name));
            // What is sealed for others than it is for is told below.
            unused.retain(|name| !vaults.keys().any(|vault| name.starts_with(vault)));
            if !unused.is_empty() {
                problems.push(unused_names(&shown, &unused));
            }
            if used.is_empty() {
                continue;
            }
            if !seal.is_for(secrets.recipients_of(seal.scope())) {
                let why = format!("{FOLDER}/{shown} is not sealed for the recipients that rustle.toml names");
                problems.push(Problem::error("stale-seal", why).with_help(COMMAND));
            }
            let names = met.entry(seal.scope()).or_default();
            if let Some(twice) = used.iter().find(|name| names.contains(*name)) {
                let why = format!("`{twice}` is in two seals for {}", seal.scope());
                problems.push(Problem::error("stale-seal", why).with_help(COMMAND));
            }
            names.extend(used);
            carried.seals.push((path_of(seal), seal.clone()));
        }
        // What is sealed nowhere was told where it stands.
        let of_another = self.seals.values().flat_map(|seal| seal.names().map(|name| (name, seal.scope())));
        let of_another: BTreeMap<&str, &Scope> = of_another.collect();
        for (vault, scope) in vaults {
            let is_met = |names: &BTreeSet<&str>| {
                names.range(vault.as_str()..).next().is_some_and(|name| name.starts_with(vault))
            };
            if let (false, Some(other)) = (
                met.get(scope).is_some_and(is_met),
                of_another.get(vault.as_str()).filter(|it| **it != scope),
            ) {
                let why = format!("what is encrypted for {scope} is sealed for {other}");
                problems.push(Problem::error("stale-seal", why).with_help(COMMAND));
            }
        }
        for (scope, names) in &scopes {
            let met = met.get(scope);
            for name in names.iter().filter(|name| !met.is_some_and(|met| met.contains(*name))) {
                let problem =
                    Problem::error("unsealed-secret", format!("`{name}` is not sealed for {scope}"));
                let at = secrets.values.get(*name).and_then(|value| value.at.clone());
                problems.push(at.map_or(problem.clone(), |at| problem.at(at)).with_help(COMMAND));
            }
        }
        carried
    }
}

/// Where a bundle carries a seal.
fn path_of(seal: &Seal) -> String {
    format!("{BUNDLE_FOLDER}/{}.{EXTENSION}", seal.id())
}

/// The seals that a bundle carries, by their paths in it.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    seals: Vec<(String, Seal)>,
}

impl Carried {
    pub(crate) fn write(&self, writer: &mut Writer<impl Sink>) -> Result<(), BundleError> {
        self.seals
            .iter()
            .try_for_each(|(path, seal)| writer.file(path.as_str(), 0o600, seal.bytes().to_vec()))
    }
}

/// The embedded files that ansible-vault encrypted, by their paths in the bundle. A file that cannot be embedded because it
/// would be taken for a sealed one is told.
pub(crate) fn vault_files(files: &Files, problems: &mut Vec<Problem>) -> BTreeMap<Vec<u8>, Vault> {
    let mut found = BTreeMap::new();
    for (path, file) in &files.embedded {
        let shown = || path.escape_ascii().to_string();
        if path.split(|byte| *byte == b'/').next() == Some(BUNDLE_FOLDER.as_bytes()) {
            let why = format!("`{}` cannot be embedded: `{BUNDLE_FOLDER}/` is where seals lie", shown());
            problems.push(Problem::error("reserved-path", why));
        }
        // What cannot be read is told when it is packed.
        let Ok(start) = start(&file.source) else { continue };
        if rustle_seal::looks_sealed(&start) {
            let why = format!("`{}` cannot be embedded: it begins as a sealed file does", shown());
            problems.push(Problem::error("reserved-path", why));
        }
        if !VaultText::is(&start) {
            continue;
        }
        let read = fs::read(&file.source).map_err(|error| error.to_string());
        match read.and_then(|text| VaultText::read(&text)) {
            Ok(text) => {
                let file = SourceFile { path: shown(), text: String::new() };
                let at = Location::new(&Arc::new(file), 0..0);
                let name = text.name();
                found.insert(path.clone(), Vault { name, text, kind: VaultKind::File, at, host: None });
            }
            Err(why) => {
                problems.push(Problem::error(
                    "unsealed-secret",
                    format!("`{}` cannot be sealed: {why}", shown()),
                ));
            }
        }
    }
    found
}

/// Tells that an embedded file is encrypted and not sealed.
pub(crate) fn unsealed_file(vault: &Vault) -> Problem {
    let path = &vault.at.file.path;
    Problem::error("unsealed-secret", format!("`{path}` is encrypted with ansible-vault and not sealed"))
        .with_help("`cargo rustle secret seal --vault-password-file FILE` seals it")
}

/// Tells that an encrypted value in a file of variables is not sealed.
pub(crate) fn unsealed_value(vault: &Vault) -> Problem {
    Problem::error("unsealed-secret", "this value is encrypted with ansible-vault and not sealed")
        .at(vault.at.clone())
        .labelled("encrypted")
        .with_help("`cargo rustle secret seal --vault-password-file FILE` seals it")
}

/// The first bytes of a file.
fn start(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;

    let mut start = Vec::new();
    fs::File::open(path)?.take(32).read_to_end(&mut start)?;
    Ok(start)
}

/// The files of seals in a folder, ordered.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == EXTENSION) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A seal; none if the bytes are none.
fn read(path: &Path) -> io::Result<Option<Seal>> {
    use std::io::Read;

    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_SEAL).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(Seal::read(&bytes).ok())
}

fn unreadable(path: &str, why: &str) -> Problem {
    Problem::error("unreadable-seal", format!("{path} cannot be read: {why}")).with_help(COMMAND)
}

fn unused_names(file: &str, names: &[&str]) -> Problem {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("{FOLDER}/{file} holds what nothing names any more: {}{more}", shown.join(", "));
    Problem::warning("unused-secret", message).with_help("`cargo rustle secret seal` leaves it out")
}

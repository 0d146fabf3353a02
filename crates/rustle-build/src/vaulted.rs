//! What ansible-vault encrypted: all of it, whom it is for, and what a bundle carries in its place.

use std::collections::{BTreeMap, BTreeSet};

use rustle_playbook::{Files, Loaded, Problem, Vault};
use rustle_seal::Scope;

use crate::build::{BuildOptions, gather, verified};
use crate::config::Secrets;
use crate::diagnostics::Problems;
use crate::embed::{self, SealedContent};
use crate::inline_vaults;
use crate::load::{Read, load};
use crate::sealed::{self, Sealed};

/// Everything encrypted with ansible-vault that the plan and its files refer to.
///
/// # Errors
/// If the plan cannot be read, so that something would be missed. That something is not sealed yet, or that a seal cannot be
/// read, is none.
pub fn vaults_of(options: &BuildOptions) -> Result<Vec<Vault>, Problems> {
    let mut problems = Vec::new();
    let verified = verified(options, &mut problems);
    let modules = gather(options, &verified, &mut problems);
    let sealed = Sealed::load(&options.folder, &mut Vec::new());
    let read = load(options, &modules, &sealed, None, &mut problems);
    let Some(Read { loaded, root, .. }) = read else { return Err(Problems::new(problems)) };
    let Loaded { mut files, vaults, problems: found, .. } = loaded;
    problems.extend(found.into_iter().filter(|problem| problem.code != "unsealed-secret"));
    embed::configured(&options.config, &root, &mut files, &mut problems);
    let inline = inline_vaults::find(&files, &vaults).vaults;
    let whole = sealed::vault_files(&files, &mut problems).into_values();
    let all = with_embedded(vaults, inline.into_iter().chain(whole));
    let problems = Problems::new(problems);
    if problems.errors() > 0 { Err(problems) } else { Ok(all) }
}

/// What was read, and what is embedded. A file of one host's variables remains his where it is embedded, too.
fn with_embedded(read: Vec<Vault>, embedded: impl Iterator<Item = Vault>) -> Vec<Vault> {
    let mut hosts: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for vault in &read {
        hosts.entry(&vault.at.file.path).or_default().insert(vault.host.as_deref());
    }
    let host_of = |path: &str| match hosts.get(path)?.iter().collect::<Vec<_>>().as_slice() {
        [Some(host)] => Some((*host).to_owned()),
        _ => None,
    };
    let embedded: Vec<Vault> =
        embedded.map(|vault| Vault { host: host_of(&vault.at.file.path), ..vault }).collect();
    let mut all = read;
    all.extend(embedded);
    all
}

/// The hosts of what stands in the variables of one host alone, by the names of the secrets.
fn hosts(vaults: &[Vault]) -> BTreeMap<&str, Option<&str>> {
    let mut hosts: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for vault in vaults {
        let host = hosts.entry(&vault.name).or_insert(vault.host.as_deref());
        if *host != vault.host.as_deref() {
            *host = None;
        }
    }
    hosts
}

/// Whom everything is sealed for, by the names of the secrets: for one host what stands in his variables alone, if
/// `[secrets.hosts]` has recipients of his; else for all.
pub fn scopes(vaults: &[Vault], secrets: &Secrets) -> BTreeMap<String, Scope> {
    let scope = |host: Option<&str>| {
        let own = host.map(|host| Scope::Host(host.to_owned()));
        own.filter(|own| !secrets.recipients_of(own).is_empty()).unwrap_or(Scope::All)
    };
    hosts(vaults).into_iter().map(|(name, host)| (name.to_owned(), scope(host))).collect()
}

/// The hosts of whose variables something is sealed for all, since nobody is named who opens it for them alone.
pub fn open_to_all(vaults: &[Vault], secrets: &Secrets) -> BTreeSet<String> {
    let own = hosts(vaults).into_values().flatten().map(str::to_owned);
    own.filter(|host| secrets.recipients_of(&Scope::Host(host.clone())).is_empty()).collect()
}

/// What is carried sealed: what rustle.toml names, the values of the plan that are in `vaults`, and encrypted files.
pub(crate) fn sealed_content(
    options: &BuildOptions,
    sealed: &Sealed,
    files: &Files,
    vaults: Vec<Vault>,
    problems: &mut Vec<Problem>,
) -> SealedContent {
    let there = sealed.vaults();
    let found = sealed::vault_files(files, problems);
    problems.extend(found.values().filter(|it| !there.contains(&it.name)).map(sealed::unsealed_file));
    let mut inline = inline_vaults::find(files, &vaults);
    let told: BTreeSet<&str> = vaults.iter().map(|vault| vault.name.as_str()).collect();
    let missing =
        inline.vaults.iter().filter(|it| !there.contains(&it.name) && !told.contains(it.name.as_str()));
    problems.extend(missing.map(sealed::unsealed_value));
    let used = with_embedded(vaults, inline.vaults.into_iter().chain(found.values().cloned()));
    let mut files = std::mem::take(&mut inline.files);
    files.extend(found.into_iter().map(|(path, vault)| (path, rustle_seal::stand_in(&vault.name))));
    let secrets = &options.config.secrets;
    let seals = sealed.needed(secrets, &scopes(&used, secrets), problems);
    SealedContent { seals, files }
}

//! `token` and `key` of `[controller]`: that a secret which they name is sealed, and for whom.

use std::collections::{BTreeMap, BTreeSet};

use rustle_playbook::{Location, Problem};
use rustle_seal::{Scope, Seal};

use crate::config::{Config, ControllerSecret};
use crate::sealed::COMMAND;
use crate::suggest;

/// Whom a secret is sealed for.
#[derive(Default)]
struct For {
    all: bool,
    hosts: BTreeSet<String>,
}

/// Tells the secrets that nothing seals, and those that hosts of the inventory lack. `inherited` are the seals of a finished
/// runner. What `[secrets.values]` names and no seal holds is told elsewhere.
pub(crate) fn check<'a>(
    config: &Config,
    inherited: &[Seal],
    inventory: impl Iterator<Item = &'a str> + Clone,
    problems: &mut Vec<Problem>,
) {
    let Some(controller) = &config.controller else { return };
    let sealed = sealed(config, inherited);
    for ControllerSecret { key, name, at } in controller.secrets() {
        let place = |problem: Problem| match &at {
            Some(at) => problem.at(Location::clone(at)),
            None => problem,
        };
        let Some(for_whom) = sealed.get(name.as_str()) else {
            let message = format!("`{key}` of `[controller]` needs the secret `{name}`, which nothing seals");
            let problem = place(Problem::error("unsealed-secret", message));
            let problem = match suggest::closest(&name, sealed.keys().copied()) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem,
            };
            problems.push(
                problem.with_help(format!("`[secrets.values]` says where it comes from, and {COMMAND}")),
            );
            continue;
        };
        let lacking: Vec<&str> = match for_whom.all {
            true => Vec::new(),
            false => inventory.clone().filter(|host| !for_whom.hosts.contains(*host)).collect(),
        };
        if lacking.is_empty() {
            continue;
        }
        let more = lacking.len().saturating_sub(5);
        let shown = suggest::enumerate(lacking.into_iter().take(5));
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!(
            "`{key}` of `[controller]` needs the secret `{name}`, which is not for the hosts {shown}{more}: their runs \
             are not reported"
        );
        problems.push(
            place(Problem::warning("unsealed-secret", message))
                .with_help(format!("`hosts` of `{name}` in `[secrets.values]` says whom it is for")),
        );
    }
}

/// All secrets that the bundle has as variables.
fn sealed<'a>(config: &'a Config, inherited: &'a [Seal]) -> BTreeMap<&'a str, For> {
    let mut sealed: BTreeMap<&str, For> = BTreeMap::new();
    let own = config.secrets.scopes();
    let own = own.iter().flat_map(|(scope, names)| names.iter().map(move |name| (*name, scope)));
    let others = inherited.iter().flat_map(|seal| seal.names().map(|name| (name, seal.scope())));
    for (name, scope) in own.chain(others).filter(|(name, _)| !name.starts_with(rustle_seal::VAULT_PREFIX)) {
        let entry = sealed.entry(name).or_default();
        match scope {
            Scope::All => entry.all = true,
            Scope::Host(host) => drop(entry.hosts.insert(host.clone())),
        }
    }
    sealed
}

//! Whether the lock still answers what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use rustle_playbook::Problem;
use rustle_schema::package::ModuleId;
use rustle_schema::package::constraint::Constraint;
use rustle_schema::package::lock::{Form, Lock, Locked};

use super::{lock_file, wanted};
use crate::config::modules::Wanted;
use crate::config::{Config, Declared};

/// What of the lock does not answer what is wanted.
pub fn check(config: &Config, wanted: &BTreeMap<ModuleId, Declared>, lock: &Lock) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, declared) in wanted {
        let place = declared.at.as_ref();
        let why = match lock.get(id) {
            None => Some(format!("`{id}` is not in {}", lock_file::FILE_NAME)),
            Some(locked) => match wanted::source(id, declared, config) {
                Err(problem) => {
                    problems.push(*problem);
                    None
                }
                Ok(source) if source != locked.source => {
                    Some(format!("`{id}` is locked from `{}`, and wanted from `{source}`", locked.source))
                }
                Ok(_) => unfit(id, declared, locked),
            },
        };
        problems.extend(why.map(|why| {
            wanted::at(
                Problem::error("lock-stale", why)
                    .with_help(format!("`cargo rustle lock` brings {} up to date", lock_file::FILE_NAME)),
                place,
            )
        }));
    }
    let needed = needed(wanted.keys(), lock);
    problems.extend(lock.modules.iter().filter(|locked| !needed.contains(&locked.id)).map(|locked| {
        let message =
            format!("`{}` is in {}, and nothing needs it any more", locked.id, lock_file::FILE_NAME);
        Problem::error("lock-stale", message).with_help("`cargo rustle lock` removes it")
    }));
    problems.extend(lock.modules.iter().flat_map(|locked| {
        locked.dependencies.iter().filter(|id| lock.get(id).is_none()).map(|id| {
            let message = format!("`{}` needs `{id}`, which is not in {}", locked.id, lock_file::FILE_NAME);
            Problem::error("lock-stale", message).with_help("`cargo rustle lock` adds it")
        })
    }));
    problems
}

fn unfit(id: &ModuleId, declared: &Declared, locked: &Locked) -> Option<String> {
    if let Wanted::Registry { version, .. } = &declared.source {
        match version.parse::<Constraint>() {
            Ok(constraint) if constraint.matches(&locked.version) => {}
            Ok(_) => {
                return Some(format!("`{id}` is locked at {}, and wanted at `{version}`", locked.version));
            }
            Err(why) => return Some(format!("`{version}` is no version of `{id}`: {why}")),
        }
    }
    if let Wanted::Http { sha256, .. } = &declared.source
        && locked.archive.as_ref() != Some(sha256)
    {
        return Some(format!("`{id}` is locked with another `sha256` than the one that is wanted"));
    }
    if let Wanted::Http { path, .. } = &declared.source
        && locked.form == Form::File
        && path.as_ref() != locked.krate.as_ref()
    {
        return Some(format!(
            "`{id}` is locked with another file of the archive than the one that is wanted"
        ));
    }
    let missing = declared.features.iter().find(|feature| !locked.features.contains(*feature));
    missing.map(|feature| format!("`{id}` is locked without the feature `{feature}`"))
}

/// Everything that is wanted, and all that it needs.
fn needed<'a>(roots: impl Iterator<Item = &'a ModuleId>, lock: &'a Lock) -> BTreeSet<ModuleId> {
    let mut found: BTreeSet<ModuleId> = BTreeSet::new();
    let mut open: Vec<&ModuleId> = roots.collect();
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            open.extend(lock.get(id).into_iter().flat_map(|locked| &locked.dependencies));
        }
    }
    found
}

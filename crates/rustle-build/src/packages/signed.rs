//! Who signed a package.

use std::collections::BTreeSet;
use std::time::SystemTime;

use rustle_package::Tree;
use rustle_package::signature::{self, Key, KeyError};
use rustle_playbook::Problem;
use rustle_schema::package::lock::Locked;

use super::policy;
use super::wanted::at;
use crate::config::Config;
use crate::config::policy::Policy;

/// The keys of the configuration, as signatures are checked against them.
pub fn keys(config: &Config, problems: &mut Vec<Problem>) -> Vec<Key> {
    let mut keys = Vec::new();
    for (name, written) in &config.keys {
        let mut refuse = |why: String| {
            let problem = Problem::error("config", format!("the key `{name}` cannot be used: {why}"));
            problems.push(at(problem, written.at.as_ref()));
        };
        let expires = match written.expires.as_deref().map(|day| (day, signature::end_of_day(day))) {
            Some((day, None)) => {
                refuse(format!("`{day}` is no day: write it as `2027-12-31`"));
                continue;
            }
            Some((_, end)) => end,
            None => None,
        };
        match written.key.parse() {
            Ok(key) => keys.push(Key {
                name: name.clone(),
                key,
                prefixes: written.prefixes.clone(),
                expires,
                revoked: written.revoked,
            }),
            Err(why) => {
                let why: KeyError = why;
                refuse(why.to_string());
            }
        }
    }
    keys
}

/// The names of the keys that signed `tree`, the files of `locked`. A package that the lock says is signed must be, and
/// where the policy needs signatures, they must be there; otherwise it is told in `problems`, by the code of what is wrong.
pub fn signers(
    locked: &Locked,
    tree: &Tree,
    config: &Config,
    policy: &Policy,
    problems: &mut Vec<Problem>,
) -> BTreeSet<String> {
    let threshold = if policy::needs_signature(policy) { policy.signatures.max(1) } else { 1 };
    let keys = keys(config, problems);
    let id = locked.id.as_str();
    match signature::check(tree, id, &locked.version.to_string(), &keys, threshold, SystemTime::now()) {
        Ok(names) => {
            let names: BTreeSet<String> = names.into_iter().collect();
            problems
                .extend(locked.signers.iter().find(|name| !names.contains(*name)).map(|it| stripped(id, it)));
            names
        }
        Err(error) => {
            let code = error.code();
            // Signatures of people whom nobody here knows say nothing, and do no harm.
            let says_nothing = matches!(code, "E-SIGNATURE-NONE" | "E-SIGNATURE-KEY");
            match locked.signers.first() {
                Some(name) if code == "E-SIGNATURE-NONE" => problems.push(stripped(id, name)),
                None if says_nothing && !policy::needs_signature(policy) => {}
                _ => {
                    let words = error.to_string();
                    let words = words.trim_end_matches(&format!(" ({code})"));
                    problems.push(Problem::error(code, words));
                }
            }
            BTreeSet::new()
        }
    }
}

/// The code of a package that was signed and is not any more.
pub const STRIPPED: &str = "signature-stripped";

fn stripped(id: &str, name: &str) -> Problem {
    let message = format!("`{id}` is locked as signed by `{name}`, and that signature is not there");
    Problem::error(STRIPPED, message)
        .with_help("somebody has taken it away: bring the package anew, or ask whoever published it")
}

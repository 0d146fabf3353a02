//! `[policy]`: which packages of modules may be used at all. What it means is in [`crate::packages::policy`].

use std::path::PathBuf;

use rustle_playbook::{Location, Problem};
use rustle_schema::package::Permission;
use rustle_schema::package::manifest::Level;

use super::reader::Table;
use super::registries;
use crate::suggest;

/// Which packages of modules may be used. `None` and an empty list of what is denied restrict nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// `profile = "production"`: unsigned packages, and those from nowhere in particular, are refused.
    pub production: bool,
    /// `sources`: the kinds that are allowed.
    pub sources: Option<Vec<String>>,
    /// `registries`: those that are allowed, by name or address.
    pub registries: Option<Vec<String>>,
    /// `git_hosts`: the hosts of repositories that are allowed.
    pub git_hosts: Option<Vec<String>>,
    /// `http_hosts`: the hosts that files may be downloaded from.
    pub http_hosts: Option<Vec<String>>,
    /// `licenses`: those that are allowed, SPDX identifiers.
    pub licenses: Option<Vec<String>>,
    /// `level`: the highest that is allowed.
    pub level: Option<Level>,
    /// `allow_permissions`: all others are refused.
    pub allow_permissions: Option<Vec<Permission>>,
    /// `deny_permissions`: they win over those that are allowed.
    pub deny_permissions: Vec<Permission>,
    /// `allow_unsafe = false`: unsafe code, FFI and assembly are refused.
    pub deny_unsafe: bool,
    /// `allow_unsigned = false`: unsigned packages are refused.
    pub deny_unsigned: bool,
    /// `signatures`: from how many different keys a package needs one.
    pub signatures: usize,
    /// `allowed_crates`: the crates that a package may depend on, beside modules and the runtime.
    pub allowed_crates: Option<Vec<String>>,
    /// `blocked_crates`: those it may not.
    pub blocked_crates: Vec<String>,
    /// `organisation`: a file with another policy, which can only tighten this one; relative to `rustle.toml`.
    pub organisation: Option<(PathBuf, Location)>,
}

const SOURCES: [&str; 5] = ["file", "git", "http", "registry", "inline"];

/// Reads the table `[policy]`.
pub(crate) fn read(mut table: Table<'_>, problems: &mut Vec<Problem>) -> Policy {
    let mut policy = Policy {
        production: word(&mut table, "profile", &["development", "production"], problems)
            .is_some_and(|word| word == "production"),
        sources: known(&mut table, "sources", &SOURCES, problems),
        registries: list(&mut table, "registries", problems)
            .map(|all| all.into_iter().map(address).collect()),
        git_hosts: list(&mut table, "git_hosts", problems),
        http_hosts: list(&mut table, "http_hosts", problems),
        licenses: list(&mut table, "licenses", problems),
        level: word(&mut table, "level", &["isolated", "sandboxed", "trusted"], problems)
            .and_then(|word| Level::from_word(&word)),
        deny_unsafe: table.boolean("allow_unsafe", problems) == Some(false),
        deny_unsigned: table.boolean("allow_unsigned", problems) == Some(false),
        signatures: table.integer("signatures", 1..=100, problems).unwrap_or(1).unsigned_abs() as usize,
        allowed_crates: list(&mut table, "allowed_crates", problems),
        blocked_crates: list(&mut table, "blocked_crates", problems).unwrap_or_default(),
        organisation: table.path("organisation", problems),
        ..Policy::default()
    };
    policy.allow_permissions = permissions(&mut table, "allow_permissions", problems);
    policy.deny_permissions = permissions(&mut table, "deny_permissions", problems).unwrap_or_default();
    table.finish(problems);
    policy
}

/// The address of an index as it is compared; a name stays one.
fn address(written: String) -> String {
    if written.contains("://") { registries::index(written) } else { written }
}

fn list(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    let there = table.key_at(key).is_some();
    let texts = table.texts(key, problems);
    there.then(|| texts.into_iter().map(|(text, _)| text).collect())
}

fn permissions(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Vec<Permission>> {
    let there = table.key_at(key).is_some();
    let mut permissions = Vec::new();
    for (text, at) in table.texts(key, problems) {
        match text.parse() {
            Ok(permission) => permissions.push(permission),
            Err(why) => problems.push(Problem::error("config", why).at(at)),
        }
    }
    there.then_some(permissions)
}

fn unknown(word: &str, words: &[&str], at: Location) -> Problem {
    let help = match suggest::closest(word, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", suggest::enumerate(words.iter().copied())),
    };
    Problem::error("config", format!("`{word}` is none of the words that can stand here"))
        .at(at)
        .with_help(help)
}

fn word(table: &mut Table<'_>, key: &str, words: &[&str], problems: &mut Vec<Problem>) -> Option<String> {
    let (word, at) = table.text_at(key, problems)?;
    if words.contains(&word.as_str()) {
        return Some(word);
    }
    problems.push(unknown(&word, words, at));
    None
}

fn known(
    table: &mut Table<'_>,
    key: &str,
    words: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Vec<String>> {
    let there = table.key_at(key).is_some();
    let mut found = Vec::new();
    for (word, at) in table.texts(key, problems) {
        if words.contains(&word.as_str()) {
            found.push(word);
        } else {
            problems.push(unknown(&word, words, at));
        }
    }
    there.then_some(found)
}

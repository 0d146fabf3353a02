//! `cargo rustle list`, `tree` and `outdated`: what is locked, why, and what is newer.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_build::config::modules::Wanted;
use rustle_build::packages::bring::{Bringer, Registries};
use rustle_build::packages::{lock_file, wanted};
use rustle_schema::package::lock::{Lock, Locked};
use rustle_schema::package::{Constraint, ModuleId, Source};
use serde_json::json;

use crate::commands::project;
use crate::failure::{Failure, Result, refused};
use crate::progress::Bar;
use crate::project::Project;
use crate::settling::{KEPT, offline};

fn json_flag() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("As JSON")
}

pub fn command() -> Command {
    Command::new("list")
        .about("Lists the packages of modules that are locked")
        .arg(project())
        .arg(json_flag())
}

pub fn tree_command() -> Command {
    Command::new("tree")
        .about("Shows which package needs which")
        .arg(
            Arg::new("invert")
                .short('i')
                .long("invert")
                .value_name("ID")
                .help("Who needs this one, directly or not"),
        )
        .arg(
            Arg::new("permissions")
                .long("permissions")
                .action(ArgAction::SetTrue)
                .help("With what each may do"),
        )
        .arg(project())
}

pub fn outdated_command() -> Command {
    Command::new("outdated")
        .about("Lists the packages of which registries have newer versions")
        .arg(project())
        .arg(offline())
        .arg(json_flag())
}

fn lock(project: &Project) -> Result<Lock> {
    let lock = lock_file::load(&project.folder).map_err(refused(KEPT))?;
    Ok(lock.unwrap_or_default())
}

pub fn run(matches: &ArgMatches) -> Result {
    let lock = lock(&Project::of(matches.get_one("project"))?)?;
    if matches.get_flag("json") {
        let text = serde_json::to_string_pretty(&lock.modules).unwrap_or_default();
        println!("{text}");
        return Ok(ExitCode::SUCCESS);
    }
    let longest = lock.modules.iter().map(|locked| locked.id.as_str().len()).max().unwrap_or_default();
    for locked in &lock.modules {
        println!("{:longest$}  {}  {}", locked.id.as_str(), locked.version, locked.source);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn run_tree(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let lock = lock(&project)?;
    let permissions = matches.get_flag("permissions");
    let text = match matches.get_one::<String>("invert") {
        Some(id) => {
            let id: ModuleId = id.parse().map_err(Failure::Usage)?;
            if lock.get(&id).is_none() {
                return Err(Failure::new(format!("`{id}` is not locked")));
            }
            Tree { lock: &lock, permissions, inverted: true }.text([&id])
        }
        None => {
            let mut problems = Vec::new();
            let wanted = wanted::packages(&project.folder, &project.config()?, &mut problems);
            Tree { lock: &lock, permissions, inverted: false }.text(wanted.keys())
        }
    };
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

/// Draws who needs whom.
struct Tree<'a> {
    lock: &'a Lock,
    permissions: bool,
    inverted: bool,
}

impl Tree<'_> {
    fn text<'a>(&self, roots: impl IntoIterator<Item = &'a ModuleId>) -> String {
        let mut text = String::new();
        let mut seen = BTreeSet::new();
        for root in roots {
            self.draw(root, "", "", &mut seen, &mut text);
        }
        text
    }

    fn next(&self, id: &ModuleId) -> Vec<ModuleId> {
        if self.inverted {
            let needs = |locked: &&Locked| locked.dependencies.contains(id);
            return self.lock.modules.iter().filter(needs).map(|locked| locked.id.clone()).collect();
        }
        self.lock.get(id).map(|locked| locked.dependencies.iter().cloned().collect()).unwrap_or_default()
    }

    fn draw(&self, id: &ModuleId, first: &str, rest: &str, seen: &mut BTreeSet<ModuleId>, text: &mut String) {
        let Some(locked) = self.lock.get(id) else { return };
        let next = self.next(id);
        let again = !seen.insert(id.clone()) && !next.is_empty();
        let _ = writeln!(text, "{first}{id} {}{}", locked.version, if again { " (*)" } else { "" });
        if again {
            return;
        }
        if self.permissions {
            let bar = if next.is_empty() { "  " } else { "│ " };
            for permission in &locked.permissions {
                let _ = writeln!(text, "{rest}{bar}  may {permission}");
            }
        }
        for (number, id) in next.iter().enumerate() {
            let last = number + 1 == next.len();
            let (branch, trunk) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
            self.draw(id, &format!("{rest}{branch}"), &format!("{rest}{trunk}"), seen, text);
        }
    }
}

pub fn run_outdated(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    let lock = lock(&project)?;
    let bar = Bar::new();
    let bringer =
        Bringer::new(&project.folder, &config, matches.get_flag("offline"), &bar).map_err(refused(KEPT))?;
    let registries = Registries::new(&config, false).map_err(refused(KEPT))?;
    let mut found = Vec::new();
    for locked in lock.modules.iter().filter(|locked| matches!(locked.source, Source::Registry { .. })) {
        let registry = registries.of(&locked.id).map_err(refused(KEPT))?;
        let entries =
            registries.entries(&bringer, registry, &locked.id.crate_name()).map_err(refused(KEPT))?;
        let there = entries.iter().filter(|entry| !entry.yanked && entry.vers.pre.is_empty());
        let newest = there.clone().map(|entry| &entry.vers).max();
        let wanted = match config.modules.get(&locked.id).map(|declared| &declared.source) {
            Some(Wanted::Registry { version, .. }) => version.parse::<Constraint>().ok(),
            _ => None,
        };
        let fits = |entry: &&rustle_build::packages::bring::IndexEntry| {
            wanted.as_ref().is_none_or(|wanted| wanted.matches(&entry.vers))
        };
        let fitting = there.filter(fits).map(|entry| &entry.vers).max();
        let yanked = entries.iter().any(|entry| entry.vers == locked.version && entry.yanked);
        if yanked || newest.is_some_and(|newest| *newest > locked.version) {
            found.push((locked, fitting.cloned(), newest.cloned(), yanked));
        }
    }
    drop(bringer);
    drop(bar);
    if matches.get_flag("json") {
        let list: Vec<_> = found
            .iter()
            .map(|(locked, fitting, newest, yanked)| {
                json!({"id": locked.id, "version": locked.version, "fitting": fitting, "newest": newest, "yanked": yanked})
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&list).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    for (locked, fitting, newest, yanked) in found {
        let show =
            |version: Option<semver::Version>| version.map_or_else(|| "-".to_owned(), |it| it.to_string());
        let yanked = if yanked { "  (withdrawn)" } else { "" };
        println!(
            "{}  {}  fitting {}  newest {}{yanked}",
            locked.id,
            locked.version,
            show(fitting),
            show(newest)
        );
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use rustle_schema::package::lock::Form;

    use super::*;

    fn locked(id: &str, dependencies: &[&str]) -> Locked {
        Locked {
            sha256: "0".repeat(64),
            permissions: ["fs:read".parse().unwrap()].into(),
            dependencies: dependencies.iter().map(|id| id.parse().unwrap()).collect(),
            ..Locked::new(
                id.parse().unwrap(),
                "1.0.0".parse().unwrap(),
                Form::Crate,
                "file:x".parse().unwrap(),
            )
        }
    }

    #[test]
    fn a_tree_is_drawn_from_either_end() {
        let lock = Lock {
            version: 1,
            modules: vec![
                locked("a.a", &["a.b", "a.c"]),
                locked("a.b", &["a.d"]),
                locked("a.c", &["a.d", "a.b"]),
                locked("a.d", &[]),
            ],
        };
        let tree = |inverted, permissions| Tree { lock: &lock, permissions, inverted };
        assert_eq!(
            tree(false, false).text([&"a.a".parse().unwrap()]),
            "a.a 1.0.0\n├── a.b 1.0.0\n│   └── a.d 1.0.0\n└── a.c 1.0.0\n    ├── a.b 1.0.0 (*)\n    └── a.d 1.0.0\n"
        );
        assert_eq!(
            tree(true, false).text([&"a.d".parse().unwrap()]),
            "a.d 1.0.0\n├── a.b 1.0.0\n│   ├── a.a 1.0.0\n│   └── a.c 1.0.0\n│       └── a.a 1.0.0\n└── a.c 1.0.0 (*)\n"
        );
        assert!(
            tree(false, true)
                .text([&"a.b".parse().unwrap()])
                .starts_with("a.b 1.0.0\n│   may fs:read\n└── a.d")
        );
    }
}

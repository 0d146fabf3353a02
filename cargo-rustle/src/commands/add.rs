//! `cargo rustle add` and `cargo rustle remove`: modules in `rustle.toml`, and all that follows.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_build::config::{Config, FILE_NAME};
use rustle_build::packages::bring::{Bringer, Registries};
use rustle_build::packages::manifest;
use rustle_build::packages::settle::Update;
use rustle_build::packages::write_atomic;
use rustle_schema::package::{Constraint, ModuleId};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use crate::commands::project;
use crate::failure::{Context, Failure, Result, refused};
use crate::progress::Bar;
use crate::project::Project;
use crate::settling::{KEPT, accept, offline, settle};

pub fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("add")
        .about("Adds modules from a registry, a file, a git repository or an address")
        .arg(
            Arg::new("package")
                .value_name("ID[@VERSION]")
                .required_unless_present("file")
                .help("The id, `com.acme.vhost`, and which versions do"),
        )
        .arg(
            text("file", "PATH", "A .rs file or a crate's folder")
                .conflicts_with_all(["git", "url", "registry"]),
        )
        .arg(text("git", "URL", "A git repository").conflicts_with_all(["url", "registry"]))
        .arg(text("branch", "NAME", "Its branch").requires("git"))
        .arg(text("tag", "NAME", "Its tag").requires("git").conflicts_with("branch"))
        .arg(text("rev", "COMMIT", "Its commit").requires("git").conflicts_with_all(["branch", "tag"]))
        .arg(text("path", "PATH", "The folder or file in the repository or archive"))
        .arg(
            text("url", "URL", "A .rs file or an archive (.tar.gz, .tar.zst, .zip)")
                .conflicts_with("registry"),
        )
        .arg(text("sha256", "SUM", "Its sha256 [default: that of what is there now]").requires("url"))
        .arg(text("registry", "NAME", "A registry of rustle.toml [default: the one bound to the id]"))
        .arg(
            Arg::new("features")
                .long("features")
                .short('F')
                .value_name("FEATURES")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .help("Features, with commas"),
        )
        .arg(
            Arg::new("no-default-features")
                .long("no-default-features")
                .action(ArgAction::SetTrue)
                .help("Without the default features"),
        )
        .arg(project())
        .arg(offline())
        .arg(accept())
}

pub fn remove_command() -> Command {
    Command::new("remove")
        .about("Removes modules")
        .arg(Arg::new("ids").value_name("ID").num_args(1..).required(true).help("Their ids"))
        .arg(project())
        .arg(offline())
        .arg(accept())
}

pub fn run(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    let (id, version) = named(matches)?;
    let value = declaration(matches, &project, &config, &id, version)?;
    change(&project, matches, |modules| {
        modules.insert(id.as_str(), Item::Value(value));
        Ok(())
    })
}

pub fn run_remove(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let ids = super::ids(matches)?;
    change(&project, matches, |modules| {
        for id in &ids {
            if modules.remove(id.as_str()).is_none() {
                return Err(Failure::new(format!("`[modules]` of {FILE_NAME} has no `{id}`")));
            }
        }
        Ok(())
    })
}

/// Changes `[modules]` and settles. The change is written last: until all the rest is, the project is as it was, or
/// `cargo rustle lock` puts it back.
fn change(
    project: &Project,
    matches: &ArgMatches,
    change: impl FnOnce(&mut dyn toml_edit::TableLike) -> Result<()>,
) -> Result {
    let path = project.folder.join(FILE_NAME);
    let before = std::fs::read_to_string(&path).context(path.display())?;
    let mut document: DocumentMut = before.parse().context(FILE_NAME)?;
    let modules = document.entry("modules").or_insert_with(|| Item::Table(Table::new()));
    let Some(modules) = modules.as_table_like_mut() else {
        return Err(Failure::new(format!("`modules` of {FILE_NAME} is no table")));
    };
    change(modules)?;
    let after = document.to_string();
    let mut problems = Vec::new();
    let config = Config::of_text(after.clone(), &mut problems);
    let problems = rustle_build::Problems::new(problems);
    if problems.errors() > 0 {
        return Err(problems.into());
    }
    settle(project, &config, matches, Update::Nothing, true)?;
    if after != before {
        write_atomic(&path, after.as_bytes()).context(path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The id and the versions that were given. A crate's folder can tell its id itself.
fn named(matches: &ArgMatches) -> Result<(ModuleId, Option<String>)> {
    if let Some(text) = matches.get_one::<String>("package") {
        let (id, version) = match text.split_once('@') {
            Some((id, version)) => (id, Some(version.to_owned())),
            None => (text.as_str(), None),
        };
        return Ok((id.parse().map_err(Failure::Usage)?, version));
    }
    let path = matches.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let folder = std::path::absolute(path).context(path)?;
    let files = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let mut problems = Vec::new();
    match manifest::of(None, &files, &format!("{path}/"), &mut problems) {
        Some(manifest) => Ok((manifest.id, None)),
        None if folder.is_dir() => Err(rustle_build::Problems::new(problems).into()),
        None => {
            Err(Failure::Usage(format!("which id has it? `cargo rustle add com.acme.name --file {path}`")))
        }
    }
}

fn declaration(
    matches: &ArgMatches,
    project: &Project,
    config: &Config,
    id: &ModuleId,
    version: Option<String>,
) -> Result<Value> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let mut table = InlineTable::new();
    if let Some(path) = text("file") {
        table.insert("file", relative(&project.folder, &path)?.into());
    } else if let Some(url) = text("git") {
        table.insert("git", url.into());
        for key in ["branch", "tag", "rev", "path"] {
            text(key).map(|value| table.insert(key, value.into()));
        }
    } else if let Some(url) = text("url") {
        let sum = match text("sha256") {
            Some(sum) => sum,
            None => sum_of(project, config, &url, matches)?,
        };
        table.insert("url", url.into());
        table.insert("sha256", sum.into());
        text("path").map(|value| table.insert("path", value.into()));
    } else {
        let version = match version {
            Some(version) => version,
            None => newest(project, config, id, matches)?,
        };
        let constraint: Constraint =
            version.parse().map_err(|error| Failure::Usage(format!("{id}@{version}: {error}")))?;
        if constraint.bare() {
            println!("  `{version}` means `{constraint}`; `={version}` is that version alone");
        }
        table.insert("version", version.into());
        text("registry").map(|name| table.insert("registry", name.into()));
    }
    let features: Vec<&String> = matches.get_many("features").into_iter().flatten().collect();
    if !features.is_empty() {
        table.insert("features", Value::Array(Array::from_iter(features)));
    }
    if matches.get_flag("no-default-features") {
        table.insert("default_features", false.into());
    }
    // `"id" = "1.2"` is how people write the plainest case.
    match table.get("version").cloned() {
        Some(version) if table.len() == 1 => Ok(version),
        _ => Ok(Value::InlineTable(table)),
    }
}

/// A path of the command line, as `rustle.toml` writes it: from its own folder.
fn relative(folder: &Path, path: &str) -> Result<String> {
    let path = std::path::absolute(path).context(path)?;
    let found: PathBuf = path.canonicalize().context(path.display())?;
    Ok(super::new::relative(folder, &found))
}

/// The sum of what an address has now: it is taken on trust, once.
fn sum_of(project: &Project, config: &Config, url: &str, matches: &ArgMatches) -> Result<String> {
    let bar = Bar::new();
    let bringer =
        Bringer::new(&project.folder, config, matches.get_flag("offline"), &bar).map_err(refused(KEPT))?;
    let sum = bringer.sum_of(url).map_err(refused(KEPT))?;
    drop(bringer);
    drop(bar);
    println!("  {url} has the sha256 {sum} now");
    Ok(sum)
}

/// The newest version that is no pre-release and was not withdrawn.
fn newest(project: &Project, config: &Config, id: &ModuleId, matches: &ArgMatches) -> Result<String> {
    let bar = Bar::new();
    let bringer =
        Bringer::new(&project.folder, config, matches.get_flag("offline"), &bar).map_err(refused(KEPT))?;
    let registries = Registries::new(config, false).map_err(refused(KEPT))?;
    let named = matches.get_one::<String>("registry").map(String::as_str);
    let registry = registries.named(id, named).map_err(refused(KEPT))?;
    let entries = registries.entries(&bringer, registry, &id.crate_name()).map_err(refused(KEPT))?;
    let versions = entries.iter().filter(|entry| !entry.yanked && entry.vers.pre.is_empty());
    let newest = versions.map(|entry| &entry.vers).max();
    newest
        .map(ToString::to_string)
        .ok_or_else(|| Failure::new(format!("the registry `{}` has no version of `{id}`", registry.name())))
}

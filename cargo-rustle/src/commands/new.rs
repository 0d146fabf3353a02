//! `cargo rustle new`: the crate of a runner, from a playbook, a plan, or the example.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_build::config::{self, Config};
use rustle_build::packages::wanted;
use rustle_build::{BuildOptions, build_bundle};

use crate::commands::check::needed;
use crate::commands::{given, inventories, inventory, root, rustle, rustle_source};
use crate::copy;
use crate::failure::{Context, Failure, Result};
use crate::generate::{self, Recipe};
use crate::show;

/// The folder in the project that a playbook is copied into.
const PLAYBOOK: &str = "playbook";

/// The name that a plan gets in the project.
const PLAN: &str = "plan.json";

/// Rustle's own crates, the modules' left out: Cargo would find two of one name.
const CRATES: [&str; 17] = [
    "cargo-rustle",
    "rustle-build",
    "rustle-bundle",
    "rustle-controller",
    "rustle-fetch",
    "rustle-macros",
    "rustle-pack",
    "rustle-package",
    "rustle-playbook",
    "rustle-resolve",
    "rustle-runtime",
    "rustle-schema",
    "rustle-seal",
    "rustle-secrets",
    "rustle-spec",
    "rustle-template",
    "rustle-value",
];

pub fn command() -> Command {
    let path = || value_parser!(PathBuf);
    Command::new("new")
        .about("Makes the crate of a runner, from a playbook, a plan, or an example")
        .arg(Arg::new("dir").value_name("DIR").required(true).value_parser(path()).help("Where"))
        .arg(
            Arg::new("playbook")
                .long("playbook")
                .value_name("FILE")
                .value_parser(path())
                .help("The playbook; without one, a small example"),
        )
        .arg(
            Arg::new("plan")
                .long("plan")
                .value_name("FILE")
                .value_parser(path())
                .conflicts_with("playbook")
                .help("A plan in JSON; `-` is standard input"),
        )
        .arg(inventory())
        .arg(given::arg())
        .arg(root().requires("playbook"))
        .arg(Arg::new("copy").long("copy").action(ArgAction::SetTrue).conflicts_with("reference").help(
            "Copies the playbook's folder into the crate, so that all a build needs lies there [default]",
        ))
        .arg(
            Arg::new("reference")
                .long("reference")
                .action(ArgAction::SetTrue)
                .help("Leaves the playbook where it is; `cross` does not see what lies outside of the crate"),
        )
        .arg(Arg::new("name").long("name").value_name("NAME").help("The package's name [default: DIR's]"))
        .arg(rustle())
}

pub fn run(matches: &ArgMatches) -> Result {
    let Some(folder) = matches.get_one::<PathBuf>("dir") else {
        return Err(Failure::Usage("DIR is missing".into()));
    };
    let folder = std::path::absolute(folder).context(folder.display())?;
    let name = match matches.get_one::<String>("name") {
        Some(name) => name.clone(),
        None => package_name(&folder)?,
    };
    check_name(&name)?;
    let source = rustle_source(matches)?;
    if folder.join("Cargo.toml").exists() || folder.join(config::FILE_NAME).exists() {
        return Err(Failure::new(format!("{} is a crate already", folder.display())));
    }
    fs::create_dir_all(&folder).context(folder.display())?;
    let config = lay_out(&folder, matches)?;
    let options = options(&folder, &name, &config)?;
    let packages = needed(&options);
    generate::write(&folder, &Recipe { name: &name, config: &config, packages: &packages, source: &source })?;
    println!("made the runner `{name}` in {}", folder.display());
    match build_bundle(&options) {
        Ok(prepared) => {
            print!("{}", show::summary(&prepared));
            println!("next: cd {} && cargo rustle build", show::in_shell(&folder));
            Ok(ExitCode::SUCCESS)
        }
        Err(_) if wants_modules(&options) => {
            println!("next: cd {} && cargo rustle lock && cargo rustle build", show::in_shell(&folder));
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            println!("it does not build yet:");
            Err(problems.into())
        }
    }
}

/// Whether the plan names modules from elsewhere, without which it cannot be checked.
fn wants_modules(options: &BuildOptions) -> bool {
    !wanted::packages(&options.folder, &options.config, &mut Vec::new()).is_empty()
}

/// Puts the playbook where the configuration will name it, and gives the text of that.
fn lay_out(folder: &Path, matches: &ArgMatches) -> Result<String> {
    let inventories = inventories(matches);
    let names: Vec<String> = given::of(matches).into_iter().map(|(name, _)| name).collect();
    if let Some(plan) = matches.get_one::<PathBuf>("plan") {
        let text = if plan.as_os_str() == "-" {
            let mut text = Vec::new();
            std::io::stdin().lock().read_to_end(&mut text).context("standard input")?;
            text
        } else {
            fs::read(plan).context(plan.display())?
        };
        fs::write(folder.join(PLAN), text).context(PLAN)?;
        return Ok(configuration("plan", PLAN, None, &inventories_in(folder, &inventories)?, &names));
    }
    let Some(playbook) = matches.get_one::<PathBuf>("playbook") else {
        generate::write_example(folder)?;
        return Ok(generate::example_config()?.into_owned());
    };
    let playbook = playbook.canonicalize().context(playbook.display())?;
    let tree = match matches.get_one::<PathBuf>("root") {
        Some(root) => root.canonicalize().context(root.display())?,
        None => playbook.parent().unwrap_or(Path::new("/")).to_owned(),
    };
    let Ok(file) = playbook.strip_prefix(&tree).map(|file| file.to_string_lossy().into_owned()) else {
        return Err(Failure::Usage(format!("{} does not lie in {}", playbook.display(), tree.display())));
    };
    if matches.get_flag("reference") {
        let root = relative(folder, &tree);
        let listed = inventories.iter().map(|path| referenced(folder, path)).collect::<Result<Vec<_>>>()?;
        let named = format!("{root}/{file}");
        return Ok(configuration("playbook", &named, Some(&root), &listed, &names));
    }
    let target = folder.join(PLAYBOOK);
    bring(&tree, &target)?;
    let mut listed = Vec::new();
    for path in &inventories {
        // An inventory within the playbook's folder has come along with it.
        match path.canonicalize().ok().and_then(|path| path.strip_prefix(&tree).ok().map(Path::to_owned)) {
            Some(within) => listed.push(format!("{PLAYBOOK}/{}", within.to_string_lossy())),
            None => listed.extend(inventories_in(folder, std::slice::from_ref(path))?),
        }
    }
    let root = matches.contains_id("root").then_some(PLAYBOOK);
    Ok(configuration("playbook", &format!("{PLAYBOOK}/{file}"), root, &listed, &names))
}

/// Copies a folder into the crate, and tells what of it stays behind.
fn bring(from: &Path, to: &Path) -> Result<()> {
    let left_out = copy::tree(from, to)?;
    if !left_out.is_empty() {
        let names: Vec<String> = left_out.iter().map(|path| path.display().to_string()).collect();
        eprintln!("note: left out of {}, as folders of tools: {}", from.display(), names.join(", "));
    }
    Ok(())
}

/// Copies inventories into the crate and gives their names there. `group_vars` and `host_vars` beside one come along.
fn inventories_in(folder: &Path, inventories: &[PathBuf]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for path in inventories {
        let text = path.to_string_lossy();
        if text.contains(',') {
            names.push(text.into_owned());
            continue;
        }
        let path = path.canonicalize().context(path.display())?;
        let name = format!("inventory/{}", path.file_name().unwrap_or_default().to_string_lossy());
        let target = folder.join(&name);
        fs::create_dir_all(folder.join("inventory")).context("inventory")?;
        if path.is_dir() {
            bring(&path, &target)?;
        } else {
            fs::copy(&path, &target).context(path.display())?;
            for beside in ["group_vars", "host_vars"] {
                let from = path.with_file_name(beside);
                if from.is_dir() {
                    bring(&from, &folder.join("inventory").join(beside))?;
                }
            }
        }
        names.push(name);
    }
    Ok(names)
}

fn referenced(folder: &Path, inventory: &Path) -> Result<String> {
    if inventory.to_string_lossy().contains(',') {
        return Ok(inventory.to_string_lossy().into_owned());
    }
    let inventory = inventory.canonicalize().context(inventory.display())?;
    Ok(relative(folder, &inventory))
}

/// The text of `rustle.toml`.
fn configuration(
    key: &str,
    file: &str,
    root: Option<&str>,
    inventories: &[String],
    names: &[String],
) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = String::from(
        "# What this runner carries. docs/CONFIGURATION.md of Rustle documents every key.\n\n[runner]\n",
    );
    let _ = writeln!(text, "{key} = {}", quoted(file));
    if let Some(root) = root {
        let _ = writeln!(text, "root = {}", quoted(root));
    }
    for (key, list) in [("inventory", inventories), ("extra_vars", names)] {
        if !list.is_empty() {
            let list: Vec<String> = list.iter().map(|name| quoted(name)).collect();
            let _ = writeln!(text, "{key} = [{}]", list.join(", "));
        }
    }
    text
}

/// What the new crate's build script would build, with all builtin modules at hand.
fn options(folder: &Path, name: &str, config: &str) -> Result<BuildOptions> {
    let file = std::sync::Arc::new(rustle_build::SourceFile {
        path: config::FILE_NAME.into(),
        text: config.to_owned(),
    });
    let mut problems = Vec::new();
    let config = Config::parse(&file, &mut problems);
    match problems.is_empty() {
        true => Ok(BuildOptions {
            folder: folder.to_owned(),
            config,
            name: name.to_owned(),
            version: generate::PACKAGE_VERSION.to_owned(),
            ..BuildOptions::default()
        }),
        false => Err(rustle_build::Problems::new(problems).into()),
    }
}

/// The path to `to` as seen from the folder `from`, both absolute.
pub fn relative(from: &Path, to: &Path) -> String {
    let from = from.canonicalize().unwrap_or_else(|_| from.to_owned());
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The package's name that the folder's name gives.
pub(super) fn package_name(folder: &Path) -> Result<String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.trim_matches('-').to_owned();
    match name.is_empty() {
        true => Err(Failure::new(format!("{} gives no name for a package", folder.display()))
            .help("`--name NAME` gives one")),
        false => Ok(name),
    }
}

pub(super) fn check_name(name: &str) -> Result<()> {
    let mut chars = name.chars();
    let good = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !good {
        return Err(Failure::new(format!("`{name}` is no name for a package"))
            .help("`--name NAME` gives another: letters, digits, `-` and `_`, a letter first"));
    }
    let why = match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "build" | "deps" | "examples" | "incremental" => "Cargo keeps files of its own under it",
        name if CRATES.contains(&name) || name.starts_with("rustle-module-") => {
            "a crate of Rustle has it, which a runner may depend on"
        }
        _ => return Ok(()),
    };
    Err(Failure::new(format!("a runner cannot have the name `{name}`: {why}"))
        .help("`--name NAME` gives another"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_crate() {
        assert_eq!(relative(Path::new("/a/runner"), Path::new("/a/ops/site")), "../ops/site");
        assert_eq!(relative(Path::new("/a"), Path::new("/a")), ".");
        assert_eq!(relative(Path::new("/a/b"), Path::new("/a")), "..");
    }

    #[test]
    fn names_of_packages() {
        assert_eq!(package_name(Path::new("/x/My Site")).unwrap(), "my-site");
        assert!(package_name(Path::new("/x/---")).is_err());
        assert!(check_name("web-1").is_ok() && check_name("1web").is_err() && check_name("").is_err());
    }

    #[test]
    fn names_that_cargo_cannot_read_are_refused() {
        let names =
            ["build", "deps", "examples", "incremental", "rustle-runtime", "rustle-build", "rustle_build"];
        for name in names.into_iter().chain(["rustle-module-files"]) {
            assert!(check_name(name).is_err(), "{name}");
        }
        let crates = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates")).unwrap();
        for name in crates.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
            assert!(CRATES.contains(&name.as_str()), "{name}");
        }
        assert!(check_name("builds").is_ok() && check_name("rustle-site").is_ok());
    }

    #[test]
    fn a_configuration_is_read_again() {
        let text =
            configuration("playbook", "../a \"b\"/site.yml", Some("../a"), &["x,".into()], &["port".into()]);
        let options = options(Path::new("/x"), "x", &text).unwrap();
        assert_eq!(options.config.source().path(), Path::new("../a \"b\"/site.yml"));
        assert_eq!(options.config.runner.root, Some("../a".into()));
        assert_eq!(options.config.runner.extra_vars, ["port"]);
    }
}

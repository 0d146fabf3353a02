//! `cargo rustle fetch` and `cargo rustle vendor`: bring what is locked.

use std::process::{Command as Process, ExitCode};

use clap::{ArgMatches, Command};
use rustle_build::packages::bring::{self, Bringer};
use rustle_build::packages::{lock_file, place, policy, write_atomic};
use rustle_build::{Problems, env_vars};
use toml_edit::DocumentMut;

use crate::commands::project;
use crate::failure::{Context, Failure, Result, refused, warn};
use crate::progress::Bar;
use crate::project::Project;
use crate::settling::{KEPT, offline};
use crate::show::count;

pub fn command() -> Command {
    Command::new("fetch")
        .about("Brings the modules that rustle.lock names, so that a build needs no network")
        .arg(project())
        .arg(offline())
}

pub fn vendor_command() -> Command {
    Command::new("vendor")
        .about("Puts everything that a build needs into .rustle/, to be committed")
        .arg(project())
        .arg(offline())
}

pub fn run(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let fetched = fetch(&project, matches.get_flag("offline"))?;
    let mut cargo = cargo(matches);
    succeeds(
        cargo.arg("fetch").arg("--quiet").arg("--manifest-path").arg(project.folder.join("Cargo.toml")),
    )?;
    println!("fetched {}", count(fetched, "package"));
    Ok(ExitCode::SUCCESS)
}

pub fn run_vendor(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let fetched = fetch(&project, matches.get_flag("offline"))?;
    let ours = project.folder.join(place::FOLDER);
    std::fs::create_dir_all(&ours).context(ours.display())?;
    match std::fs::remove_file(ours.join(".gitignore")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context(ours.display());
        }
        _ => {}
    }
    let mut cargo = cargo(matches);
    let output = cargo
        .current_dir(&project.folder)
        .args(["vendor", "--versioned-dirs", &format!("{}/vendor", place::FOLDER)])
        .output()
        .context("cargo vendor")?;
    if !output.status.success() {
        // With `--quiet` it would not print the configuration either, so what else it says is kept back until it matters.
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        return Err(Failure::Child(1));
    }
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    configure(&project, &told)?;
    println!("vendored {} and the crates of Cargo.lock into {}", count(fetched, "package"), place::FOLDER);
    Ok(ExitCode::SUCCESS)
}

/// Cargo, with or without a network.
fn cargo(matches: &ArgMatches) -> Process {
    let mut cargo = Process::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    if matches.get_flag("offline") {
        cargo.env("CARGO_NET_OFFLINE", "true");
    }
    cargo
}

fn succeeds(process: &mut Process) -> Result<()> {
    match process.status().context("cargo")?.success() {
        true => Ok(()),
        false => Err(Failure::Child(1)),
    }
}

/// Adds what `cargo vendor` says to `.cargo/config.toml`.
fn configure(project: &Project, told: &str) -> Result<()> {
    let path = project.folder.join(".cargo/config.toml");
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context(path.display()),
    };
    let mut document: DocumentMut = before.parse().context(path.display())?;
    let told: DocumentMut = told.parse().context("what `cargo vendor` says")?;
    for (name, source) in
        told.get("source").and_then(toml_edit::Item::as_table_like).into_iter().flat_map(|it| it.iter())
    {
        document["source"][name] = source.clone();
    }
    if let Some(source) = document.get_mut("source").and_then(toml_edit::Item::as_table_mut) {
        source.set_implicit(true);
    }
    let after = document.to_string();
    if after != before {
        let folder = path.parent().unwrap_or(&project.folder);
        std::fs::create_dir_all(folder).context(folder.display())?;
        write_atomic(&path, after.as_bytes()).context(path.display())?;
    }
    Ok(())
}

/// Brings all packages that are locked and come from elsewhere; how many those are.
fn fetch(project: &Project, offline: bool) -> Result<usize> {
    let config = project.config()?;
    let lock = lock_file::load(&project.folder).map_err(refused(KEPT))?;
    let Some(lock) = lock else {
        return Err(Failure::new(format!("there is no {}", lock_file::FILE_NAME))
            .help("`cargo rustle lock` settles on versions and writes it"));
    };
    let bar = Bar::new();
    let bringer = Bringer::new(&project.folder, &config, offline, &bar).map_err(refused(KEPT))?;
    let mut problems = Vec::new();
    let policy =
        policy::effective(&project.folder, &config, env_vars::machine_policy().as_ref(), &mut problems);
    let problems = Problems::new(problems);
    if problems.errors() > 0 {
        return Err(Failure::Refused("nothing was fetched", problems));
    }
    let fetched = bring::all(&bringer, &lock, &policy)
        .map_err(|problems| Failure::Refused("not all was fetched", problems))?;
    bringer.shrink_store(&lock);
    warn(&Problems::new(bringer.events()));
    Ok(fetched)
}

//! `cargo rustle eject`: a runner as a project without a build script.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::scratch::Room;
use clap::{Arg, ArgMatches, Command, value_parser};
use quote::ToTokens;
use rustle_build::config::Build;
use rustle_build::env_vars::compression_level;
use rustle_build::{BuildOptions, Prepared, Problems, build_bundle, linked};
use rustle_bundle::folder::Packing;

use crate::commands::check::needed;
use crate::commands::new::{check_name, package_name};
use crate::commands::{given, inventories, inventory, project, root, rustle, rustle_source};
use crate::eject::{self, Subject};
use crate::failure::{Context, Failure, Result, warn};
use crate::generate::{self, Recipe};
use crate::project::{Project, alone};
use crate::scratch;
use crate::show;
use crate::template::Template;

pub fn command() -> Command {
    let path = || value_parser!(PathBuf);
    Command::new("eject")
        .about("Writes the runner as a project without a build script: plan, files and glue as text")
        .arg(
            Arg::new("dir")
                .value_name("DIR")
                .value_parser(path())
                .help("Where [default: `ejected` in the runner's folder]"),
        )
        .arg(project().conflicts_with("playbook"))
        .arg(
            Arg::new("playbook")
                .long("playbook")
                .value_name("FILE")
                .value_parser(path())
                .requires("dir")
                .help("A playbook or plan (.json) alone, in place of a runner's folder"),
        )
        .arg(inventory().requires("playbook"))
        .arg(root().requires("playbook"))
        .arg(given::arg().requires("playbook"))
        .arg(
            Arg::new("name")
                .long("name")
                .value_name("NAME")
                .requires("playbook")
                .help("The package's name [default: DIR's]"),
        )
        .arg(rustle())
        .after_help(
            "The ejected runner does what the original does, and has the same digest. Whoever has ejected one edits \
             the plan in `bundle/plan`, and the files in `bundle/files`; no playbook is read any more, and nothing is \
             compared with rustle.lock.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    match matches.get_one::<PathBuf>("playbook") {
        Some(playbook) => of_playbook(playbook, matches),
        None => of_project(matches),
    }
}

fn of_project(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let folder = match matches.get_one::<PathBuf>("dir") {
        Some(folder) => std::path::absolute(folder).context(folder.display())?,
        None => project.folder.join("ejected"),
    };
    let mut options = project.options()?;
    let (prepared, _room) = packed(&mut options)?;
    tell_build_script(&project.folder);
    let source = rustle_source(matches)?;
    let read = |name: &str| {
        let path = project.folder.join(name);
        fs::read_to_string(&path).context(path.display())
    };
    let subject = Subject {
        project: Some(&project.folder),
        manifest: read("Cargo.toml")?,
        main: read("src/main.rs")?,
        linked: linked::without_script(&options, &prepared),
        prepared: &prepared,
        packing: packing(&options.config.build, &prepared),
        profile: options.config.build.profile(),
        source: &source,
    };
    eject::write(&folder, &subject)?;
    tell(&folder, &prepared)
}

fn of_playbook(playbook: &Path, matches: &ArgMatches) -> Result {
    let Some(folder) = matches.get_one::<PathBuf>("dir") else {
        return Err(Failure::Usage("DIR is missing".into()));
    };
    let folder = std::path::absolute(folder).context(folder.display())?;
    let mut options = alone(playbook, &inventories(matches), matches.get_one("root"))?;
    given::apply(&given::of(matches), &mut options);
    let name = match matches.get_one::<String>("name") {
        Some(name) => name.clone(),
        None => package_name(&folder)?,
    };
    check_name(&name)?;
    let (prepared, _room) = packed(&mut options)?;
    let source = rustle_source(matches)?;
    let packages = needed(&options);
    let recipe = Recipe { name: &name, config: "", packages: &packages, source: &source };
    let subject = Subject {
        project: None,
        manifest: generate::manifest(&recipe)?,
        main: Template::Carried.text("src/main.rs")?.into_owned(),
        linked: linked::without_script(&options, &prepared),
        prepared: &prepared,
        packing: packing(&options.config.build, &prepared),
        profile: options.config.build.profile(),
        source: &source,
    };
    eject::write(&folder, &subject)?;
    tell(&folder, &prepared)
}

/// What the build script would pack, and the room that it lies in until it has been written.
fn packed(options: &mut BuildOptions) -> Result<(Prepared, Option<Room>)> {
    level_of_environment(options)?;
    let room = scratch::file();
    options.bundle_file = room.as_ref().map(|room| room.to_path_buf());
    let prepared = build_bundle(options)?;
    warn(&prepared.warnings);
    Ok((prepared, room))
}

/// The level of compression that the build script would take.
fn level_of_environment(options: &mut BuildOptions) -> Result<()> {
    if let Some(level) = compression_level().map_err(|problem| Problems::one(*problem))? {
        options.config.build.compression = Some(level);
    }
    Ok(())
}

/// How the build packs.
fn packing(build: &Build, prepared: &Prepared) -> Packing {
    Packing {
        compression: build.compression().name(),
        level: build.compression.unwrap_or(rustle_bundle::DEFAULT_LEVEL),
        apart: prepared.apart.clone(),
        tasks: build.profile().chunk_tasks(),
    }
}

/// A build script that does more than every runner's does is missed in what is ejected.
fn tell_build_script(folder: &Path) {
    let ours = Template::Carried.text("build.rs").ok().map(|text| tokens(&text));
    match fs::read_to_string(folder.join("build.rs")) {
        Ok(text) if ours.is_none_or(|ours| ours != tokens(&text)) => eprintln!(
            "warning: build.rs does more than call `rustle_build::prepare()`; an ejected runner has no build script"
        ),
        _ => {}
    }
}

/// Rust code without its comments and spaces.
fn tokens(text: &str) -> String {
    match syn::parse_file(text) {
        Ok(mut file) => {
            file.attrs.clear();
            file.to_token_stream().to_string()
        }
        Err(_) => text.to_owned(),
    }
}

fn tell(folder: &Path, prepared: &Prepared) -> Result {
    println!("ejected into {}", folder.display());
    println!("  digest   {}", prepared.digest);
    println!("  modules  {}", prepared.modules.join(", "));
    println!("next: cd {} && cargo build --release", show::in_shell(folder));
    Ok(ExitCode::SUCCESS)
}

//! `cargo rustle repack`: another bundle into a copy of a finished runner, without a compiler.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_build::catalogue;
use rustle_build::config::Controller;
use rustle_build::sealed::Sealed;
use rustle_build::{BuildOptions, Prepared, build_bundle, companions};
use rustle_bundle::Bundle;
use rustle_package::Digest;
use rustle_schema::names::{self, SEALED_FOLDER};

use crate::binary::Binary;
use crate::commands::{self, given, inventories, inventory, project, root};
use crate::failure::{Context, Failure, Result, warn};
use crate::project::{Project, alone};
use crate::scratch;
use crate::show;
use crate::signing::{self, Signer};
use crate::timings::{self, Timings};

pub fn command() -> Command {
    Command::new("repack")
        .about("Gives a copy of a finished runner another plan and other files, without compiling")
        .arg(commands::binary())
        .arg(
            Arg::new("playbook")
                .long("playbook")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("project")
                .help("A playbook or plan (.json) alone [default: the project's]"),
        )
        .arg(inventory().requires("playbook"))
        .arg(given::arg())
        .arg(root().requires("playbook"))
        .arg(project())
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("OUT")
                .value_parser(value_parser!(PathBuf))
                .required_unless_present("in-place")
                .help("Where the new runner goes"),
        )
        .arg(
            Arg::new("in-place")
                .long("in-place")
                .action(ArgAction::SetTrue)
                .conflicts_with("output")
                .help("Puts it in the place of BINARY"),
        )
        .arg(signing::arg())
        .arg(timings::arg())
        .after_help(
            "A runner has the modules that it was built with, and no others: a plan that names one which it lacks is \
             refused. Name, defaults, controller and sealed secrets stay as they are, unless they come from a project.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut timings = Timings::begin(matches);
    let Some(path) = matches.get_one::<PathBuf>("binary") else {
        return Err(Failure::Usage("BINARY is missing".into()));
    };
    let signer = Signer::given(matches, None)?;
    let binary = Binary::open(path)?;
    if let Some(signer) = &signer {
        signer.suits(&binary)?;
    }
    timings.phase("read");
    let mut options = match matches.get_one::<PathBuf>("playbook") {
        Some(playbook) => {
            let mut options = alone(playbook, &inventories(matches), matches.get_one("root"))?;
            let settings = binary.bundle.settings();
            options.name.clone_from(&settings.name);
            options.version.clone_from(&settings.version);
            options.config.run.clone_from(&settings.run);
            options.config.controller = settings.controller.clone().map(Controller::of);
            if !Sealed::has_some(&options.folder) {
                options.seals = Sealed::of_bundle(&binary.bundle).context(path.display())?;
            }
            options
        }
        None => Project::of(matches.get_one("project"))?.options()?,
    };
    given::apply(&given::of(matches), &mut options);
    let room = scratch::file();
    options.bundle_file = room.as_ref().map(|room| room.to_path_buf());
    let prepared = build_bundle(&options)?;
    warn(&prepared.warnings);
    timings.phases(&prepared.phases);
    fits(&binary, &prepared, &options)?;
    if matches.contains_id("playbook") {
        keeps_seals(&binary, &prepared)?;
    }
    let out = matches.get_one::<PathBuf>("output").map_or(path.as_path(), PathBuf::as_path);
    let digest = append(&binary, out, &prepared, signer.as_ref())?;
    timings.phase("append");
    println!("{}", out.display());
    let length = std::fs::metadata(out).context(out.display())?.len();
    println!("  size     {}", show::size(length));
    println!("  digest   {digest}");
    println!("  before   {}", binary.bundle.digest());
    println!("  modules  {}", prepared.modules.join(", "));
    timings.tell(None);
    Ok(ExitCode::SUCCESS)
}

/// Refuses to lose secrets without a word: where seals lie beside the playbook, they take the place of the runner's.
fn keeps_seals(binary: &Binary, prepared: &Prepared) -> Result<()> {
    let sealed = |bundle: &Bundle| !bundle.below(SEALED_FOLDER.as_bytes()).is_empty();
    if !sealed(&binary.bundle) || sealed(&prepared.bundle.open().context("the bundle")?) {
        return Ok(());
    }
    let path = binary.path.display();
    let why = format!("{path} carries sealed secrets, and none would be left of them");
    Err(Failure::new(why)
        .help("`--project` takes the project, and what it seals, in place of the playbook alone"))
}

/// Refuses a plan that needs what the executable lacks. Of a module in another version it is said only: what is checked
/// here is what this program knows.
fn fits(binary: &Binary, prepared: &Prepared, options: &BuildOptions) -> Result<()> {
    let refuse = |missing: &[&str]| {
        let message = format!("{} lacks {}", binary.path.display(), missing.join(", "));
        Failure::new(message).help("`cargo rustle build` makes a runner that has them")
    };
    let companions = companions::needed(options);
    let Some(linked) = &binary.linked else {
        let before = binary.bundle.plan().context(binary.path.display())?.modules;
        let there = companions::of_bundle(&binary.bundle);
        let modules = prepared.modules.iter().filter(|name| !before.contains(name)).map(String::as_str);
        let crates = companions.iter().filter(|it| !there.contains(it)).map(|it| it.package);
        let missing: Vec<&str> = modules.chain(crates).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let note = "it does not say what it has, so that only what its own bundle needs is known to be there";
        return Err(refuse(&missing).help(note));
    };
    let missing: Vec<&str> =
        prepared.modules.iter().map(String::as_str).filter(|name| linked.module(name).is_none()).collect();
    if !missing.is_empty() {
        return Err(refuse(&missing));
    }
    let companions: Vec<&str> = companions
        .iter()
        .map(|it| it.package)
        .filter(|package| !linked.crates.iter().any(|krate| krate.name == *package))
        .collect();
    if !companions.is_empty() {
        return Err(refuse(&companions));
    }
    for name in &prepared.modules {
        let known =
            prepared.linked.iter().find(|module| module.name == *name).map(|module| module.spec.clone());
        let known = known.or_else(|| {
            let spec = catalogue::find(names::canonical(name))?;
            Some(Digest::of(serde_json::to_string(spec).ok()?.as_bytes()).hex())
        });
        if let (Some(known), Some(there)) = (known, linked.module(name))
            && known != there.spec
        {
            let from = if there.krate.is_empty() { "the runner itself" } else { there.krate.as_str() };
            eprintln!(
                "warning: the runner's `{name}` ({from} {}) has other arguments than the one that was checked against",
                there.version
            );
        }
    }
    Ok(())
}

/// Writes the new runner, and gives the digest of its bundle.
fn append(binary: &Binary, out: &Path, prepared: &Prepared, signer: Option<&Signer>) -> Result<String> {
    let bundle = prepared.bundle.open().context("the bundle")?;
    let bundle = match signer {
        Some(signer) => signer.signed(bundle)?,
        None => {
            if binary.bundle.signature().is_some() {
                eprintln!(
                    "warning: the runner's bundle was signed, and this one is not: `--sign KEY` signs it, which a runner \
                     that is pinned to a key insists on"
                );
            }
            bundle
        }
    };
    rustle_bundle::append_bundle(&binary.path, out, &bundle).context(out.display())?;
    Ok(bundle.digest())
}

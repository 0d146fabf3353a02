//! `cargo rustle build`: the project's runner, compiled only if it must be.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::commands::project;
use crate::estimate;
use crate::failure::Result;
use crate::finished::{Finished, Signed};
use crate::linking;
use crate::project::Project;
use crate::rebuild::{self, Wanted};
use crate::signing::{self, Signer};
use crate::size_limit;
use crate::timings::{self, Timings};

pub fn command() -> Command {
    Command::new("build")
        .about("Builds the runner and tells its path, size, digest and modules")
        .arg(project())
        .args(choice())
        .arg(
            Arg::new("compile")
                .long("compile")
                .action(ArgAction::SetTrue)
                .help("Lets Cargo build even if only the plan or its files have changed"),
        )
        .arg(
            Arg::new("estimate")
                .long("estimate")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["compile", "timings"])
                .help("Builds nothing, and tells how large the runner would be"),
        )
        .arg(signing::arg())
        .arg(timings::arg())
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Prints one object"))
        .after_help(
            "What Cargo has built is kept. If only the playbook, its files or rustle.toml change, the new bundle is \
             appended to that, and no compiler runs. The runner does the same as one that `cargo build` makes.",
        )
}

/// What is built: profile, target and features, as for `cargo build`.
pub fn choice() -> [Arg; 6] {
    [
        Arg::new("release")
            .long("release")
            .short('r')
            .action(ArgAction::SetTrue)
            .help("Small and fast, for a host; without it, quickly built, for a try"),
        Arg::new("profile")
            .long("profile")
            .value_name("NAME")
            .conflicts_with("release")
            .help("A profile of Cargo.toml"),
        Arg::new("target")
            .long("target")
            .value_name("TRIPLE")
            .help("What to build for [default: `[build] target` of rustle.toml, else this machine]"),
        Arg::new("features").long("features").value_name("FEATURES").help("Features of the runner's package"),
        Arg::new("all-features").long("all-features").action(ArgAction::SetTrue).help("All of them"),
        Arg::new("no-default-features")
            .long("no-default-features")
            .action(ArgAction::SetTrue)
            .help("Without those that are on by themselves"),
    ]
}

/// What `matches` want of [`choice`], which may lack `--target`; `target` is the project's own.
pub fn wanted(matches: &ArgMatches, target: Option<String>) -> Wanted {
    let mut features = Vec::new();
    if let Some(list) = matches.get_one::<String>("features") {
        features.extend(["--features".to_owned(), list.clone()]);
    }
    for flag in ["all-features", "no-default-features"] {
        if matches.get_flag(flag) {
            features.push(format!("--{flag}"));
        }
    }
    let mut options = features.clone();
    if matches.get_flag("release") {
        options.push("--release".into());
    }
    if let Some(profile) = matches.get_one::<String>("profile") {
        options.extend(["--profile".to_owned(), profile.clone()]);
    }
    let target = matches.try_get_one::<String>("target").ok().flatten().cloned().or(target);
    Wanted { target, options, features, compile: false }
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut timings = Timings::begin(matches);
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    project.is_fetched()?;
    let statically = config.build.statically;
    let mut wanted =
        Wanted { compile: matches.get_flag("compile"), ..wanted(matches, config.build.target.clone()) };
    let linking = linking::choose(&project.folder, wanted.target.take(), statically.unwrap_or(true))?;
    linking.refuse(statically)?;
    wanted.target = linking.target;
    wanted.options.extend(linking.options);
    let most = config.build.max_size.as_ref().map(|(bytes, _)| *bytes);
    let pinned = config.signer();
    let signer = Signer::given(matches, pinned.as_deref())?;
    timings.phase("config");
    if matches.get_flag("estimate") {
        let estimated = estimate::of(&project, config, &wanted)?;
        if matches.get_flag("json") {
            println!("{}", estimated.to_json());
        } else {
            print!("{}", estimated.text());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut runner = rebuild::runner(&project, config, &wanted, &mut timings)?;
    if let Some(signer) = &signer {
        runner.digest = signer.sign(&runner.path)?;
        timings.phase("sign");
    }
    size_limit::check(&runner.path, most)?;
    let signed = match (&signer, &pinned) {
        (Some(signer), _) => Signed::By(signer.public().to_owned()),
        (None, Some(pinned)) => Signed::Missing(pinned.clone()),
        (None, None) => Signed::No,
    };
    let finished = Finished::of(runner, wanted.target, linking.note, signed)?;
    finished.tell(matches.get_flag("json"));
    timings.tell(finished.runner.compiled.as_deref());
    Ok(ExitCode::SUCCESS)
}

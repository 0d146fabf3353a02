//! `cargo rustle export`: what an engine that runs things already needs to run a runner.

mod kubernetes;
mod nomad;
mod oci;
mod systemd;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::commands::passed;
use crate::executable::Runner;
use crate::failure::{Context, Failure, Result};

pub fn command() -> Command {
    Command::new("export")
        .about("Writes what Kubernetes, Nomad or systemd needs to run a runner, or a container image of it")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([kubernetes::command(), nomad::command(), systemd::command(), oci::command()])
}

pub fn run(matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("kubernetes", matches)) => kubernetes::run(matches),
        Some(("nomad", matches)) => nomad::run(matches),
        Some(("systemd", matches)) => systemd::run(matches),
        Some(("oci", matches)) => oci::run(matches),
        _ => Err(Failure::Usage("there is no such engine".into())),
    }
}

/// What every engine's command takes: the runner, where to write, what to build for, and the runner's own options.
fn common(command: Command) -> Command {
    command
        .arg(
            Arg::new("what")
                .value_name("RUNNER")
                .value_parser(value_parser!(PathBuf))
                .help("A runner's executable, or a project to build [default: the current project]"),
        )
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .default_value(".")
                .help("The folder to write into"),
        )
        .arg(
            Arg::new("target")
                .long("target")
                .value_name("TRIPLE")
                .help("What to build a project for [default: as `cargo rustle build`]"),
        )
        .arg(passed("The runner's own: `-- --tags packages`"))
}

/// The runner that is exported.
fn runner(matches: &ArgMatches) -> Result<Runner> {
    Runner::of(matches.get_one("what"), matches.get_one::<String>("target").map(String::as_str))
}

/// The runner's own options.
fn words(matches: &ArgMatches) -> Result<Vec<String>> {
    let words = matches.get_many::<OsString>("options").into_iter().flatten();
    words
        .map(|word| {
            let text = word.to_str().filter(|text| !text.contains(['\0', '\n']));
            text.map(str::to_owned).ok_or_else(|| {
                Failure::Usage(format!("{} cannot stand in a file of configuration", word.display()))
            })
        })
        .collect()
}

/// Whether the runner must be told which host of its inventory it is on.
fn has_several_hosts(runner: &Runner) -> bool {
    runner.plan.inventory.hosts.len() > 1
}

/// A text as JSON, YAML and HCL alike write it, between double quotes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes files into the folder of `matches`, each at once, and tells their paths and what to do with them.
fn write(matches: &ArgMatches, files: &[(String, String)], advice: &str) -> Result {
    let folder = matches.get_one::<PathBuf>("output").map_or(Path::new("."), PathBuf::as_path);
    fs::create_dir_all(folder).context(folder.display())?;
    for (name, text) in files {
        let path = folder.join(name);
        replace(&path, text.as_bytes()).context(path.display())?;
        println!("{}", path.display());
    }
    println!("  {advice}");
    Ok(ExitCode::SUCCESS)
}

/// Writes a file beside `path`, and then gives it that name. Everybody may read it: it holds no secret.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

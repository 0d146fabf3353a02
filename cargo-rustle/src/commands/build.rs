//! `cargo rustle build`: Cargo's build of the project, and what came of it.

use std::path::PathBuf;
use std::process::{Command as Process, ExitCode, Stdio};

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_bundle::Bundle;
use serde_json::Value;

use crate::commands::project;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use crate::show;

pub fn command() -> Command {
    Command::new("build")
        .about("Builds the runner and tells its path, size, digest and modules")
        .arg(project())
        .arg(
            Arg::new("release")
                .long("release")
                .short('r')
                .action(ArgAction::SetTrue)
                .help("Small and fast, for a host; without it, quickly built, for a try"),
        )
        .arg(
            Arg::new("target")
                .long("target")
                .value_name("TRIPLE")
                .help("What to build for [default: `[build] target` of rustle.toml, else this machine]"),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    project.is_fetched()?;
    let target = matches.get_one::<String>("target").cloned().or(config.build.target);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut process = Process::new(cargo);
    process.args(["build", "--message-format=json-render-diagnostics", "--manifest-path"]);
    process.arg(project.folder.join("Cargo.toml"));
    if matches.get_flag("release") {
        process.arg("--release");
    }
    if let Some(target) = &target {
        process.arg("--target").arg(target);
    }
    let output = process.stderr(Stdio::inherit()).output().context("cargo build")?;
    if !output.status.success() {
        return Err(Failure::Child(1));
    }
    let built = Built::of(&String::from_utf8_lossy(&output.stdout), &project);
    let (Some(executable), Some(out_dir)) = (built.executable, built.out_dir) else {
        return Err(
            Failure::new("Cargo built no runner").help("does build.rs call `rustle_build::prepare()`?")
        );
    };
    let length = std::fs::metadata(&executable).context(executable.display())?.len();
    let file = out_dir.join("bundle").join(rustle_bundle::FILE_NAME);
    let bundle = Bundle::open(std::fs::read(&file).context(file.display())?).context(file.display())?;
    let plan = bundle.plan().context(file.display())?;
    println!("{}", executable.display());
    println!("  size     {}", show::size(length));
    println!("  digest   {}", bundle.digest());
    println!("  modules  {}", plan.modules.join(", "));
    if let Some(target) = target {
        println!("  target   {target}");
    }
    Ok(ExitCode::SUCCESS)
}

/// What Cargo says it built.
#[derive(Debug, Default, PartialEq)]
struct Built {
    executable: Option<PathBuf>,
    out_dir: Option<PathBuf>,
}

impl Built {
    /// Picks, of Cargo's messages, those of the project's own package.
    fn of(messages: &str, project: &Project) -> Built {
        let canonical = |path: PathBuf| path.canonicalize().unwrap_or(path);
        let manifest = canonical(project.folder.join("Cargo.toml"));
        let mut built = Built::default();
        let mut package = None;
        let messages: Vec<Value> =
            messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        for message in &messages {
            let path = |key: &str| message[key].as_str().map(PathBuf::from);
            if path("manifest_path").is_some_and(|path| canonical(path) == manifest) {
                package = package.or_else(|| message["package_id"].as_str());
                if message["target"]["kind"][0] == "bin" {
                    built.executable = path("executable");
                }
            }
        }
        for message in &messages {
            if message["reason"] == "build-script-executed" && message["package_id"].as_str() == package {
                built.out_dir = message["out_dir"].as_str().map(PathBuf::from);
            }
        }
        built
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_messages_count() {
        let messages = r#"
{"reason":"build-script-executed","package_id":"z","out_dir":"/z"}
{"reason":"build-script-executed","package_id":"web","out_dir":"/out"}
{"reason":"compiler-artifact","package_id":"z","manifest_path":"/z/Cargo.toml","target":{"kind":["lib"]},"executable":null}
{"reason":"compiler-artifact","package_id":"web","manifest_path":"/web/Cargo.toml","target":{"kind":["custom-build"]},"executable":null}
{"reason":"compiler-artifact","package_id":"web","manifest_path":"/web/Cargo.toml","target":{"kind":["bin"]},"executable":"/t/web"}
{"reason":"build-finished","success":true}"#;
        let built = Built::of(messages, &Project { folder: "/web".into() });
        assert_eq!(built, Built { executable: Some("/t/web".into()), out_dir: Some("/out".into()) });
    }
}

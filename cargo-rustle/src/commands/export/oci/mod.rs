//! `cargo rustle export oci`: an image of the runner alone, made without a daemon.

mod layer;
mod layout;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};

use super::{common, runner, words};
use crate::failure::{Context, Failure, Result};
use crate::linking::{Linkage, linkage};

pub fn command() -> Command {
    common(Command::new("oci").about("An OCI image layout whose only layer is the runner"))
        .arg(Arg::new("tag").long("tag").value_name("NAME").help("The image's tag [default: the runner's version]"))
        .after_help(
            "`skopeo copy oci:DIR:TAG docker://registry.example.org/NAME:TAG` pushes it. The same runner gives the same \
             bytes, and with them the same digest.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let runner = runner(matches)?;
    if linkage(&runner.path)? != Linkage::Static {
        return Err(Failure::new(format!(
            "{} needs libraries, and the image holds the runner alone",
            runner.path.display()
        ))
        .help("build a static one: `--target x86_64-unknown-linux-musl`"));
    }
    let Some(architecture) = runner.machine.architecture() else {
        return Err(Failure::new(format!("no image can be made for {}", runner.machine.name())));
    };
    let own = || if runner.version.is_empty() { "latest".to_owned() } else { runner.version.clone() };
    let tag = matches.get_one::<String>("tag").cloned().unwrap_or_else(own);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if tag.is_empty() || tag.len() > 128 || !tag.chars().all(allowed) || tag.starts_with(['.', '-']) {
        return Err(Failure::Usage(format!("--tag '{tag}' is no tag: letters, digits, `_`, `.` and `-`")));
    }
    let folder = matches.get_one::<PathBuf>("output").cloned().unwrap_or_else(|| ".".into());
    let layer = layer::of(&runner).context(runner.path.display())?;
    let image = layout::Image { runner: &runner, architecture, tag: &tag, words: &words(matches)? };
    let digest = layout::write(&folder, &image, &layer).context(folder.display())?;
    println!("{}", folder.display());
    println!("  image    {}:{tag}", runner.plain_name());
    println!("  digest   {digest}");
    println!("  platform linux/{architecture}");
    Ok(ExitCode::SUCCESS)
}

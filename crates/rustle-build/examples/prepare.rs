//! Prepares a playbook and tells the bundle's digest, and the most memory that it took, in bytes: `prepare site.yml`;
//! a second name is where the bundle goes. `cargo xtask bench --scale` measures it.

use std::path::PathBuf;
use std::process::ExitCode;

use rustle_build::{BuildOptions, Config, PlanSource, build_bundle};

fn main() -> ExitCode {
    let Some(playbook) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: prepare PLAYBOOK [BUNDLE]");
        return ExitCode::FAILURE;
    };
    let folder = playbook.parent().map(PathBuf::from).unwrap_or_default();
    let name = playbook.file_name().map(PathBuf::from).unwrap_or_default();
    let mut config = Config::default();
    config.runner.source = Some(match name.extension() {
        Some(extension) if extension == "json" => PlanSource::Plan(name),
        _ => PlanSource::Playbook(name),
    });
    let bundle_file = std::env::args_os().nth(2).map(PathBuf::from);
    let options =
        BuildOptions { folder, config, name: "bench".into(), bundle_file, ..BuildOptions::default() };
    let code = match build_bundle(&options) {
        Ok(prepared) => {
            println!("{} {}", prepared.bundle.length().unwrap_or(0), prepared.digest);
            ExitCode::SUCCESS
        }
        Err(problems) => {
            eprint!("{}", problems.render(false));
            ExitCode::FAILURE
        }
    };
    if let Some(peak) = peak() {
        println!("peak {peak}");
    }
    code
}

/// The most memory that this process took, in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

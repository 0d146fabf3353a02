//! `cargo rustle doctor`: what is there to build with, and the command for what is missing.

use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode, Stdio};

use clap::{Arg, ArgMatches, Command};

use crate::failure::Result;
use crate::rustle_source::RustleSource;

/// The oldest compiler that builds runners.
const RUST: (u32, u32) = (1, 95);

pub fn command() -> Command {
    Command::new("doctor").about("Tells what is missing to build runners, and the command that mends it").arg(
        Arg::new("target")
            .long("target")
            .value_name("TRIPLE")
            .num_args(1..)
            .help("Targets to look at [default: this machine's, and the usual ones]"),
    )
}

pub fn run(matches: &ArgMatches) -> Result {
    let host = host();
    let named: Vec<String> = matches.get_many("target").into_iter().flatten().cloned().collect();
    let mut missing = 0;
    missing += tell(&compiler());
    missing += tell(&program("cargo", "comes with Rust: https://rustup.rs"));
    println!("  Rustle itself  {}", describe(&RustleSource::own()));
    let targets = if named.is_empty() { usual(&host) } else { named.clone() };
    for target in targets {
        println!("{target}{}", if Some(&target) == host.as_ref() { " (this machine)" } else { "" });
        let found = [standard_library(&target), c_compiler(&target, host.as_deref())];
        let wanted = Some(&target) == host.as_ref() || named.contains(&target);
        for finding in found {
            let count = tell(&finding);
            missing += if wanted { count } else { 0 };
        }
    }
    println!("tools that help");
    tell(&program("cross", "cargo install cross: builds for other targets in containers"));
    tell(&program("qemu-aarch64-static", "apt-get install qemu-user-static: runs foreign executables"));
    Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What was looked for: its name, and what was found or how it is got.
struct Finding {
    what: String,
    found: std::result::Result<String, String>,
}

/// Prints it; 1 if it is missing.
fn tell(finding: &Finding) -> u32 {
    match &finding.found {
        Ok(found) => println!("  {:14} {found}", finding.what),
        Err(mend) => println!("  {:14} missing: {mend}", finding.what),
    }
    u32::from(finding.found.is_err())
}

fn describe(source: &RustleSource) -> String {
    match source {
        RustleSource::Path(path) => format!("the checkout {}", path.display()),
        RustleSource::Git(url) => url.clone(),
        RustleSource::Version(version) => format!("packages of version {version}"),
    }
}

fn compiler() -> Finding {
    let wanted = format!("{}.{}", RUST.0, RUST.1);
    let found = match output("rustc", &["--version"]) {
        None => Err("Rust: https://rustup.rs".to_owned()),
        Some(text) if version(&text).is_some_and(|found| found < RUST) => {
            Err(format!("{text} is too old, {wanted} is needed: rustup update stable"))
        }
        Some(text) => Ok(text),
    };
    Finding { what: "rustc".into(), found }
}

/// The version in `rustc 1.95.0 (…)`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split_whitespace().nth(1)?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn program(name: &str, mend: &str) -> Finding {
    let found = match in_path(name) {
        Some(path) => Ok(output(name, &["--version"]).unwrap_or_else(|| path.display().to_string())),
        None => Err(mend.to_owned()),
    };
    Finding { what: name.into(), found }
}

fn host() -> Option<String> {
    let text = output_all("rustc", &["-vV"])?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

/// The host, and what runners are usually built for.
fn usual(host: &Option<String>) -> Vec<String> {
    let usual = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"];
    let mut targets: Vec<String> = host.iter().cloned().collect();
    targets.extend(
        usual.iter().filter(|target| host.as_deref() != Some(target)).map(|target| (*target).to_owned()),
    );
    targets
}

/// Whether the compiler has the standard library of a target.
fn standard_library(target: &str) -> Finding {
    let sysroot = output("rustc", &["--print", "sysroot"]).map(PathBuf::from);
    let folder = sysroot.map(|sysroot| sysroot.join("lib/rustlib").join(target).join("lib"));
    let found = match folder.filter(|folder| folder.is_dir()) {
        Some(_) => Ok("there".to_owned()),
        None => Err(format!("rustup target add {target}")),
    };
    Finding { what: "std".into(), found }
}

/// The C compiler of a target: zstd is written in C, and the linker is called through it.
fn c_compiler(target: &str, host: Option<&str>) -> Finding {
    let variable = format!("CC_{}", target.replace('-', "_"));
    if let Ok(compiler) = std::env::var(&variable) {
        return Finding { what: "C compiler".into(), found: Ok(format!("{compiler} (by {variable})")) };
    }
    let (names, mend): (&[&str], &str) = match target {
        it if Some(it) == host => (&["cc", "gcc", "clang"], "apt-get install gcc"),
        "x86_64-unknown-linux-musl" => (&["musl-gcc", "x86_64-linux-musl-gcc"], "apt-get install musl-tools"),
        it if it.starts_with("aarch64") && it.contains("linux") => {
            (&["aarch64-linux-gnu-gcc"], "apt-get install gcc-aarch64-linux-gnu, or use cross")
        }
        it if it.starts_with("armv7") => {
            (&["arm-linux-gnueabihf-gcc"], "apt-get install gcc-arm-linux-gnueabihf, or use cross")
        }
        it if it.starts_with("riscv64") => {
            (&["riscv64-linux-gnu-gcc"], "apt-get install gcc-riscv64-linux-gnu, or use cross")
        }
        _ => (&[], "use cross, or cargo-zigbuild"),
    };
    let found = match names.iter().find(|name| in_path(name).is_some()) {
        Some(name) => Ok((*name).to_owned()),
        None => Err(mend.to_owned()),
    };
    Finding { what: "C compiler".into(), found }
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.with_extension("exe").is_file()
}

/// The first line that a program prints.
fn output(program: &str, args: &[&str]) -> Option<String> {
    output_all(program, args)?.lines().next().map(str::to_owned)
}

fn output_all(program: &str, args: &[&str]) -> Option<String> {
    let output = Process::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared() {
        assert_eq!(version("rustc 1.95.0 (f2d3ce0bd 2026-03-21)"), Some((1, 95)));
        assert!(version("rustc 1.80.1").is_some_and(|found| found < RUST));
        assert_eq!(version("nonsense"), None);
    }

    #[test]
    fn the_host_comes_first_and_once() {
        let targets = usual(&Some("x86_64-unknown-linux-musl".into()));
        assert_eq!(targets.first().map(String::as_str), Some("x86_64-unknown-linux-musl"));
        assert_eq!(targets.iter().filter(|target| *target == "x86_64-unknown-linux-musl").count(), 1);
    }
}

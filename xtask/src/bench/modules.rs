//! What modules from elsewhere cost: a registry's packages brought and locked, and what the lock adds to a build.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustle_build::config::Config;
use rustle_build::manifest::Manifest;
use rustle_build::modules::host;
use rustle_build::packages::verify::{self, Project};
use rustle_build::{ModuleCrate, SourceFile};
use rustle_fetch::testserver::{Server, SparseRegistry};
use rustle_package::{Tree, archive};
use serde_json::json;

use super::measure;

/// How many packages there are.
pub(crate) const PACKAGES: usize = 50;

/// What was measured.
pub(crate) struct Modules {
    /// Seconds from nothing to a lock, over loopback.
    pub(crate) cold: f64,
    /// CPU seconds of the same where everything is stored.
    pub(crate) warm: f64,
    /// CPU seconds that a build script, which Cargo does not optimise, needs to compare what is linked with the lock.
    pub(crate) verify: f64,
}

fn package(number: usize) -> io::Result<Tree> {
    let mut tree = Tree::default();
    let files = [
        (
            "Cargo.toml",
            format!(
                "[package]\nname = \"bench-m{number}\"\nversion = \"1.0.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n\
                 links = \"rustle_bench_m{number}\"\n\n[dependencies]\nrustle-runtime = \"0.1\"\n"
            ),
        ),
        (
            "module.toml",
            format!(
                "schema = 1\nid = \"bench.m{number}\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n\
                 permissions = [\"fs:read\", \"fs:write\"]\n"
            ),
        ),
        ("build.rs", include_str!("../../../cargo-rustle/module-template/build.rs").to_owned()),
        (
            "src/lib.rs",
            include_str!("../../../cargo-rustle/module-template/src/lib.rs")
                .replace("example.greet", &format!("bench.m{number}")),
        ),
    ];
    for (path, text) in files {
        tree.insert(path, text).map_err(io::Error::other)?;
    }
    Ok(tree)
}

/// Measures everything; `cargo_rustle` is the program.
pub(crate) fn measure(cargo_rustle: &str, work: &Path) -> io::Result<Modules> {
    let folder = work.join("modules");
    let project = folder.join("project");
    std::fs::create_dir_all(&project)?;
    let mut registry = SparseRegistry::new();
    let mut crates = Vec::new();
    for number in 0..PACKAGES {
        let tree = package(number)?;
        let archive = archive::pack(&tree, &format!("bench-m{number}-1.0.0")).map_err(io::Error::other)?;
        let name = format!("bench-m{number}");
        registry.publish(&name, "1.0.0", &archive, json!({"links": format!("rustle_bench_m{number}")}));
        let at = folder.join(&name);
        tree.write(&at).map_err(io::Error::other)?;
        crates.push(ModuleCrate { folder: at, features: Vec::new() });
    }
    let server = Server::start(registry.handler());
    let mut config = format!(
        "[registries.bench]\nindex = \"sparse+{}\"\nprefixes = [\"bench\"]\n\n[modules]\n",
        server.url("/index/")
    );
    for number in 0..PACKAGES {
        config.push_str(&format!("\"bench.m{number}\" = \"1\"\n"));
    }
    std::fs::write(project.join("rustle.toml"), &config)?;
    std::fs::write(
        project.join("Cargo.toml"),
        "[package]\nname = \"bench\"\nversion = \"0.1.0\"\n\n[dependencies]\n",
    )?;
    let lock = || -> io::Result<()> {
        let output = Command::new(cargo_rustle)
            .args(["rustle", "lock", "--project"])
            .arg(&project)
            .env("RUSTLE_CACHE", folder.join("cache"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    };
    let begun = Instant::now();
    lock()?;
    let cold = begun.elapsed().as_secs_f64();
    let before = measure::children()?;
    lock()?;
    let warm = measure::children()? - before;
    Ok(Modules { cold, warm, verify: verified(&project, &config, &crates)? })
}

/// CPU seconds to compare all packages with the lock: the median of some rounds.
fn verified(project: &Path, config: &str, crates: &[ModuleCrate]) -> io::Result<f64> {
    let mut problems = Vec::new();
    let file = SourceFile { path: "rustle.toml".into(), text: config.to_owned() };
    let config = Config::parse(&file.into(), &mut problems);
    let manifest = Manifest::load(project).map_err(|problem| io::Error::other(problem.message))?;
    let target = host();
    let project = Project {
        folder: project,
        config: &config,
        manifest: &manifest,
        crates,
        target: &target,
        machine_policy: None,
        fetch: false,
    };
    let mut rounds = Vec::new();
    for _ in 0..5 {
        let before = measure::own()?;
        verify::verify(&project, &mut problems);
        rounds.push(measure::own()? - before);
    }
    match problems.first() {
        Some(problem) => Err(io::Error::other(problem.message.clone())),
        None => Ok(measure::median(&mut rounds)),
    }
}

//! Which compiler would be used. Asking it takes as long as packing a thousand tasks, so that its answer is kept for as
//! long as the compiler is the same file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_build::modules::Sources;
use rustle_build::{Problem, Problems};
use rustle_package::Digest;
use serde::{Deserialize, Serialize};

use crate::base::surroundings;
use crate::base::trees::look;
use crate::failure::{Failure, Result};

/// The compiler, and what it says of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// Digest of everything that decides which compiler is called.
    choice: Digest,
    /// The compiler itself, behind rustup's proxy, and what it looks like.
    compiler: PathBuf,
    looks: String,
    /// What `rustc -vV` prints.
    pub version: String,
    /// What `rustc --print cfg` prints.
    cfg: String,
}

impl Toolchain {
    /// The compiler that Cargo would call in `folder` for `target`, or for this machine. Its answer is kept in `state`.
    ///
    /// # Errors
    /// If it cannot be called.
    pub fn find(folder: &Path, state: &Path, target: Option<&str>) -> Result<Toolchain> {
        let choice = choice(folder);
        let file = state.join(format!("toolchain-{}.json", target.unwrap_or("host")));
        let kept = fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Toolchain>(&text).ok());
        if let Some(kept) =
            kept.filter(|it| it.choice == choice && looks(&it.compiler).as_ref() == Some(&it.looks))
        {
            return Ok(kept);
        }
        let sysroot = ask(&["--print", "sysroot"])?;
        let compiler = Path::new(sysroot.trim()).join("bin/rustc");
        let mut of_target = vec!["--print", "cfg"];
        of_target.extend(target.iter().flat_map(|target| ["--target", target]));
        let found = Toolchain {
            choice,
            looks: looks(&compiler).unwrap_or_default(),
            compiler,
            version: ask(&["-vV"])?,
            cfg: ask(&of_target)?,
        };
        if let Ok(text) = serde_json::to_vec(&found)
            && fs::create_dir_all(state).is_ok()
        {
            let _ = rustle_package::atomic::write_atomic(&file, &text);
        }
        Ok(found)
    }

    /// The triple of the machine that the compiler runs on.
    pub fn host(&self) -> &str {
        self.version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default()
    }

    /// This machine, for which build scripts are compiled, and `target`, where one is named.
    pub fn platforms<'a>(&'a self, target: Option<&'a str>) -> Vec<&'a str> {
        let host = self.host();
        std::iter::once(host).chain(target.filter(|target| *target != host)).collect()
    }

    /// The folder in which the compiler keeps standard libraries, one folder for each target.
    pub fn libraries(&self) -> PathBuf {
        let sysroot = self.compiler.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
        sysroot.join("lib/rustlib")
    }

    /// Tells `sources` what is built for.
    pub fn describe_target(&self, sources: &mut Sources) {
        let mut target = Sources::default().target;
        for line in self.cfg.lines() {
            target = match line.split_once('=') {
                Some((name, value)) => target.with(name, value.trim_matches('"')),
                None => target.with_name(line),
            };
        }
        sources.target = target;
    }
}

fn looks(file: &Path) -> Option<String> {
    fs::metadata(file).ok().map(|metadata| look(&metadata))
}

/// Everything that decides which compiler is called: the environment, and files from which rustup chooses.
fn choice(folder: &Path) -> Digest {
    let all = surroundings::environment().collect::<Vec<_>>();
    let mut text = surroundings::variables(all.iter().cloned());
    let paths = all.iter().filter(|(name, _)| name == "PATH" || name.starts_with("RUSTUP_"));
    paths.for_each(|(name, value)| text.push_str(&format!("{name}={value:?}\n")));
    for file in surroundings::configurations(folder) {
        if let Some(digest) = surroundings::digest(&file) {
            text.push_str(&format!("{}\t{digest}\n", file.display()));
        }
    }
    Digest::of(text.as_bytes())
}

fn ask(options: &[&str]) -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc).args(options).output().map_err(|error| {
        let message = format!("the compiler `{}` cannot be started: {error}", rustc.display());
        let problem =
            Problem::error("missing-toolchain", message).with_help("https://rustup.rs installs Rust");
        Failure::Refused("nothing was built", Problems::one(problem))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::new(format!("`rustc {}` failed: {said}", options.join(" "))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_is_asked_once() {
        let home = tempfile::tempdir().unwrap();
        let first = Toolchain::find(home.path(), home.path(), None).unwrap();
        assert!(first.version.starts_with("rustc ") && first.version.contains("host: "));
        assert_eq!(Toolchain::find(home.path(), home.path(), None).unwrap(), first);
        // An answer of another compiler is not believed.
        let file = home.path().join("toolchain-host.json");
        let stale = Toolchain { looks: "another".into(), version: "rustc 0.1".into(), ..first.clone() };
        fs::write(&file, serde_json::to_vec(&stale).unwrap()).unwrap();
        assert_eq!(Toolchain::find(home.path(), home.path(), None).unwrap(), first);
        assert!(Toolchain::find(home.path(), home.path(), Some("no-such-target")).is_err());
    }

    #[test]
    fn the_target_is_described_as_the_compiler_says() {
        let home = tempfile::tempdir().unwrap();
        let mut sources = Sources::default();
        Toolchain::find(home.path(), home.path(), None).unwrap().describe_target(&mut sources);
        assert_ne!(sources.target, Sources::default().target);
    }
}

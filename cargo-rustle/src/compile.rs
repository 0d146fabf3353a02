//! Cargo's build of a project, and what came of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustle_build::env_vars::RUSTLE_EMBED;
use serde_json::Value;

use crate::failure::{Context, Failure, Result};

/// What Cargo says it built.
#[derive(Debug, Default, PartialEq)]
pub struct Built {
    /// The executable.
    pub executable: PathBuf,
    /// The output folder of the runner's build script; empty if it has none.
    pub out_dir: PathBuf,
    /// Those of all others.
    others: Vec<PathBuf>,
}

/// Calls Cargo for the package in `folder`, with these `options`; `embeds` says whether the bundle is compiled in.
///
/// # Errors
/// If the build fails, which Cargo tells, or builds no runner.
pub fn cargo(folder: &Path, options: &[String], embeds: bool) -> Result<Built> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut process = Command::new(cargo);
    process.args(["build", "--message-format=json-render-diagnostics", "--manifest-path"]);
    process.arg(folder.join("Cargo.toml")).args(options);
    if !embeds {
        process.env(RUSTLE_EMBED.name, "none");
    }
    let output = process.stderr(Stdio::inherit()).output().context("cargo build")?;
    if !output.status.success() {
        return Err(Failure::Child(1));
    }
    Built::of(&String::from_utf8_lossy(&output.stdout), folder).ok_or_else(no_runner)
}

/// What was built is no runner.
pub fn no_runner() -> Failure {
    Failure::new("Cargo built no runner").help("does build.rs call `rustle_build::prepare()`?")
}

impl Built {
    /// Picks, of Cargo's messages, those of the package in `folder`.
    fn of(messages: &str, folder: &Path) -> Option<Built> {
        let canonical = |path: PathBuf| path.canonicalize().unwrap_or(path);
        let manifest = canonical(folder.join("Cargo.toml"));
        let mut built = Built::default();
        let mut package = None;
        let messages: Vec<Value> =
            messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        for message in &messages {
            let path = |key: &str| message[key].as_str().map(PathBuf::from);
            if path("manifest_path").is_some_and(|path| canonical(path) == manifest) {
                package = package.or_else(|| message["package_id"].as_str());
                if message["target"]["kind"][0] == "bin" {
                    built.executable = path("executable")?;
                }
            }
        }
        for message in messages.iter().filter(|message| message["reason"] == "build-script-executed") {
            let out_dir = message["out_dir"].as_str().map(PathBuf::from)?;
            if message["package_id"].as_str() == package {
                built.out_dir = out_dir;
            } else {
                built.others.push(out_dir);
            }
        }
        (!built.executable.as_os_str().is_empty()).then_some(built)
    }

    /// The environment variables that build scripts, other than the runner's own, said they read.
    pub fn variables(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for out_dir in &self.others {
            // Cargo keeps what a build script printed beside its output folder.
            let printed = std::fs::read_to_string(out_dir.with_file_name("output")).unwrap_or_default();
            names.extend(printed.lines().filter_map(|line| {
                let line = line.strip_prefix("cargo::").or_else(|| line.strip_prefix("cargo:"))?;
                line.strip_prefix("rerun-if-env-changed=").map(str::to_owned)
            }));
        }
        names
    }

    /// The files that Cargo says the executable was made of, without those below `known`. `None` if it does not say.
    pub fn files(&self, known: &[PathBuf]) -> Option<BTreeSet<PathBuf>> {
        let text = std::fs::read_to_string(self.executable.with_extension("d")).ok()?;
        let (_, files) = text.lines().next()?.split_once(": ")?;
        let files = split(files).into_iter().map(PathBuf::from);
        Some(files.filter(|file| !known.iter().any(|folder| file.starts_with(folder))).collect())
    }
}

/// The names in a rule for `make`, in which a space in a name is escaped.
fn split(names: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut chars = names.chars();
    while let Some(c) = chars.next() {
        let next = match c {
            ' ' => {
                found.push(String::new());
                continue;
            }
            '\\' if chars.as_str().starts_with(' ') => chars.next(),
            c => Some(c),
        };
        if let Some(name) = found.last_mut() {
            name.extend(next);
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_messages_count() {
        let messages = r#"
{"reason":"build-script-executed","package_id":"z","out_dir":"/z/out"}
{"reason":"build-script-executed","package_id":"web","out_dir":"/out"}
{"reason":"compiler-artifact","package_id":"z","manifest_path":"/z/Cargo.toml","target":{"kind":["lib"]},"executable":null}
{"reason":"compiler-artifact","package_id":"web","manifest_path":"/web/Cargo.toml","target":{"kind":["custom-build"]},"executable":null}
{"reason":"compiler-artifact","package_id":"web","manifest_path":"/web/Cargo.toml","target":{"kind":["bin"]},"executable":"/t/web"}
{"reason":"build-finished","success":true}"#;
        let built = Built::of(messages, Path::new("/web")).unwrap();
        let expected =
            Built { executable: "/t/web".into(), out_dir: "/out".into(), others: vec!["/z/out".into()] };
        assert_eq!(built, expected);
        assert_eq!(Built::of("{}", Path::new("/web")), None);
    }

    #[test]
    fn what_build_scripts_and_compilers_read_is_known() {
        let home = tempfile::tempdir().unwrap();
        let build = home.path().join("build/z-1");
        std::fs::create_dir_all(build.join("out")).unwrap();
        let printed = "cargo:rerun-if-env-changed=ZSTD\nnoise\ncargo::rerun-if-env-changed=CC\n";
        std::fs::write(build.join("output"), printed).unwrap();
        let executable = home.path().join("web");
        std::fs::write(home.path().join("web.d"), "/t/web: /p/src/main.rs /else/a\\ b.txt /q/c\n").unwrap();
        let built = Built { executable, out_dir: "/out".into(), others: vec![build.join("out")] };
        assert_eq!(built.variables(), BTreeSet::from(["CC".to_owned(), "ZSTD".to_owned()]));
        let files = built.files(&["/p/src".into(), "/q".into()]).unwrap();
        assert_eq!(files, BTreeSet::from(["/else/a b.txt".into()]));
    }
}

//! Cargo's build of a project, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustle_build::env_vars::RUSTLE_EMBED;
use serde_json::Value;

use crate::dep_info::{self, DepInfo};
use crate::failure::{Context, Failure, Result};

/// What Cargo says it built.
#[derive(Debug, Default, PartialEq)]
pub struct Built {
    /// The executable.
    pub executable: PathBuf,
    /// The output folder of the runner's build script; empty if it has none.
    pub out_dir: PathBuf,
    /// The runner's folder, as Cargo names it.
    root: PathBuf,
    /// The build scripts of all others.
    others: Vec<Script>,
    /// The files that compilers made, without the executable, and whether their package comes from a path.
    artifacts: Vec<(PathBuf, bool)>,
}

/// A build script that has run.
#[derive(Debug, Default, PartialEq)]
struct Script {
    out_dir: PathBuf,
    /// The package's folder, where it comes from a path.
    root: Option<PathBuf>,
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
        let manifest = canonical(&folder.join("Cargo.toml"));
        let mut built = Built::default();
        let mut package = None;
        let mut roots = BTreeMap::new();
        let messages: Vec<Value> =
            messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        for message in messages.iter().filter(|message| message["manifest_path"].is_string()) {
            let path = |key: &str| message[key].as_str().map(PathBuf::from);
            let id = message["package_id"].as_str();
            let local = id.is_some_and(|id| id.contains("path+file:"));
            let root = path("manifest_path").and_then(|path| path.parent().map(Path::to_owned));
            if local && let (Some(id), Some(root)) = (id, &root) {
                roots.insert(id, root.clone());
            }
            let binary = message["target"]["kind"][0] == "bin";
            if path("manifest_path").is_some_and(|path| canonical(&path) == manifest) {
                package = package.or(id);
                built.root = root.unwrap_or_default();
                if binary {
                    built.executable = path("executable")?;
                }
            }
            let made = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
            built.artifacts.extend(made.filter(|_| !binary).map(|path| (PathBuf::from(path), local)));
        }
        for message in messages.iter().filter(|message| message["reason"] == "build-script-executed") {
            let out_dir = message["out_dir"].as_str().map(PathBuf::from)?;
            let id = message["package_id"].as_str();
            if id == package {
                built.out_dir = out_dir;
            } else {
                let root = id.and_then(|id| roots.get(id)).cloned();
                built.others.push(Script { out_dir, root });
            }
        }
        (!built.executable.as_os_str().is_empty()).then_some(built)
    }

    /// The environment variables that compilers, and build scripts other than the runner's own, said they read.
    pub fn variables(&self) -> BTreeSet<String> {
        let scripts = self.others.iter().flat_map(|it| printed(&it.out_dir, "rerun-if-env-changed"));
        let artifacts = self.artifacts.iter().flat_map(|(path, _)| dep_info::of_artifact(path));
        let infos: BTreeSet<PathBuf> = artifacts.chain(self.infos_of_executable()).collect();
        let infos = infos.iter().filter_map(|path| DepInfo::read(path));
        scripts.chain(infos.flat_map(|info| info.variables)).collect()
    }

    /// The files that compilers read for the executable and for the packages that come from a path, and those that the
    /// build scripts of these named, without what the runner's own build script wrote or named. `workspace` is the
    /// folder in which Cargo calls compilers.
    ///
    /// # Errors
    /// What cannot be known.
    pub fn files(&self, workspace: &Path) -> std::result::Result<BTreeSet<PathBuf>, String> {
        let named = |root: &Path, out_dir: &Path| -> BTreeSet<PathBuf> {
            let names = printed(out_dir, "rerun-if-changed");
            names.into_iter().map(|name| canonical(&root.join(name))).collect()
        };
        let list = self.executable.with_extension("d");
        let unknown = |path: &Path| format!("Cargo does not say what {} was made of", path.display());
        let listed = DepInfo::read(&list).ok_or_else(|| unknown(&self.executable))?;
        // What the runner's own build script names changes the bundle alone.
        let own = named(&self.root, &self.out_dir);
        let mut files: BTreeSet<PathBuf> =
            listed.files.iter().map(|file| canonical(file)).filter(|file| !own.contains(file)).collect();
        for script in &self.others {
            files.extend(script.root.iter().flat_map(|root| named(root, &script.out_dir)));
        }
        // But what a compiler reads as well is compiled in.
        let infos = self.infos_of_executable();
        if infos.is_empty() {
            return Err(unknown(&self.executable));
        }
        let libraries = self.artifacts.iter().filter(|(_, local)| *local);
        let libraries = libraries.flat_map(|(path, _)| dep_info::of_artifact(path));
        for info in infos.into_iter().chain(libraries).collect::<BTreeSet<_>>() {
            let read = DepInfo::read(&info).ok_or_else(|| unknown(&info))?;
            files.extend(read.files.iter().map(|file| canonical(&workspace.join(file))));
        }
        let written = canonical(&self.out_dir);
        files.retain(|file| written.as_os_str().is_empty() || !file.starts_with(&written));
        Ok(files)
    }

    fn infos_of_executable(&self) -> Vec<PathBuf> {
        let beside = self.executable.parent().map(Path::to_owned);
        // `<profile>/build/<package>/out`, which may be apart from where the executable is put.
        let apart = self.out_dir.ancestors().nth(3).filter(|it| !it.as_os_str().is_empty());
        let folders: Vec<PathBuf> = beside.into_iter().chain(apart.map(Path::to_owned)).collect();
        dep_info::of_executable(&self.executable, &folders)
    }
}

/// What the build script with this output folder told Cargo by `name`. Cargo keeps what it printed beside that folder.
fn printed(out_dir: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(out_dir.with_file_name("output")).unwrap_or_default();
    let told = text.lines().filter_map(|line| {
        let line = line.strip_prefix("cargo::").or_else(|| line.strip_prefix("cargo:"))?;
        line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned)
    });
    told.collect()
}

/// The path without links and `..`, as far as it is there.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_messages_count() {
        let messages = r#"
{"reason":"build-script-executed","package_id":"z","out_dir":"/z/out"}
{"reason":"build-script-executed","package_id":"path+file:///web#1","out_dir":"/out"}
{"reason":"compiler-artifact","package_id":"z","manifest_path":"/z/Cargo.toml","target":{"kind":["lib"]},"filenames":["/t/deps/libz-1.rlib"],"executable":null}
{"reason":"compiler-artifact","package_id":"path+file:///web#1","manifest_path":"/web/Cargo.toml","target":{"kind":["custom-build"]},"filenames":["/t/build/web-2/build"],"executable":null}
{"reason":"compiler-artifact","package_id":"path+file:///web#1","manifest_path":"/web/Cargo.toml","target":{"kind":["bin"]},"filenames":["/t/web"],"executable":"/t/web"}
{"reason":"build-finished","success":true}"#;
        let built = Built::of(messages, Path::new("/web")).unwrap();
        assert_eq!((built.executable, built.out_dir), ("/t/web".into(), "/out".into()));
        assert_eq!(built.root, Path::new("/web"));
        assert_eq!(built.others, [Script { out_dir: "/z/out".into(), root: None }]);
        assert_eq!(
            built.artifacts,
            [("/t/deps/libz-1.rlib".into(), false), ("/t/build/web-2/build".into(), true)]
        );
        assert_eq!(Built::of("{}", Path::new("/web")), None);
    }

    #[test]
    fn what_build_scripts_and_compilers_read_is_known() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let at = |name: &str| home.join(name);
        let put = |name: &str, text: &str| {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), text).unwrap();
        };
        for name in ["src/main.rs", "motd", "site.yml", "shared.yml", "z/proto"] {
            put(&format!("web/{name}"), "");
        }
        put(
            "t/build/web-1/output",
            "cargo::rerun-if-changed=motd\ncargo::rerun-if-changed=site.yml\ncargo::rerun-if-changed=shared.yml\n",
        );
        put(
            "t/build/z-1/output",
            "cargo:rerun-if-env-changed=ZSTD\nnoise\ncargo::rerun-if-env-changed=CC\ncargo:rerun-if-changed=../shared.yml\n",
        );
        let all = ["src/main.rs", "motd", "site.yml", "shared.yml", "z/proto"]
            .map(|name| format!("{}/web/{name}", home.display()));
        put("t/web.d", &format!("/t/web: {} /absent\\ one\n", all.join(" ")));
        put("t/web", "");
        put(
            "t/deps/web-1.d",
            &format!(
                "x: src/main.rs src/../motd {}/t/build/web-1/out/rustle.rs\n# env-dep:GIT_SHA\n",
                home.display()
            ),
        );
        put("t/build/web-1/out/rustle.rs", "");
        let built = Built {
            executable: at("t/web"),
            out_dir: at("t/build/web-1/out"),
            root: at("web"),
            others: vec![Script { out_dir: at("t/build/z-1/out"), root: Some(at("web/z")) }],
            artifacts: Vec::new(),
        };
        assert_eq!(built.variables(), ["CC", "GIT_SHA", "ZSTD"].map(str::to_owned).into());
        let files = built.files(&at("web")).unwrap();
        // `motd` is in the bundle and compiled in; `site.yml` is in the bundle alone.
        let expected = ["src/main.rs", "motd", "shared.yml", "z/proto"].map(|name| at("web").join(name));
        assert_eq!(files, expected.into_iter().chain(["/absent one".into()]).collect());
        std::fs::remove_file(at("t/deps/web-1.d")).unwrap();
        assert!(built.files(&at("web")).unwrap_err().contains("does not say"));
    }
}

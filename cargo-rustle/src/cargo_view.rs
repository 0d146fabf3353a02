//! What Cargo knows of a project: `cargo metadata`, as far as it matters here, and kept for as long as nothing that it
//! reads has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_build::ModuleCrate;
use rustle_package::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::surroundings;
use crate::failure::{Context, Failure, Result};

/// What Cargo knows of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The package's version.
    pub version: String,
    /// Its features that are on.
    pub features: Vec<String>,
    /// The crates that say they have modules: folder and features.
    crates: Vec<(PathBuf, Vec<String>)>,
    /// The folders of all packages that come from a path, without the project itself.
    pub local: Vec<PathBuf>,
    /// The workspace's folder, in which Cargo.lock lies.
    pub workspace: PathBuf,
    /// The version of rustle-build that the project's build script is made with.
    pub rustle_build: Option<String>,
}

/// A view, and what Cargo read for it.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    environment: Digest,
    options: Vec<String>,
    platforms: Vec<String>,
    files: Vec<(PathBuf, Option<Digest>)>,
    view: View,
}

impl View {
    /// Asks Cargo for the package in `folder` with these `options` for features, for these `platforms` alone: Cargo has no need
    /// of packages that only others want, and may not have them.
    ///
    /// # Errors
    /// What Cargo says, if it fails.
    fn read(folder: &Path, options: &[String], platforms: &[&str]) -> Result<View> {
        let mut question = question(folder, options);
        for platform in platforms {
            question.args(["--filter-platform", platform]);
        }
        let output = question.output().context("cargo metadata")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(Failure::new(format!("cargo metadata: {}", said.trim())));
        }
        eprint!("{said}");
        let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
        Ok(View::of(&metadata, folder))
    }

    /// What Cargo knows of the package in `folder` as it is built on and for these `platforms`, with these `options` for
    /// features; from `state` if nothing that Cargo reads has changed since.
    ///
    /// # Errors
    /// What Cargo says, if it fails.
    pub fn kept(folder: &Path, state: &Path, options: &[String], platforms: &[&str]) -> Result<View> {
        let file = state.join(format!("cargo-{}.json", platforms.join("-")));
        let environment = environment();
        let kept = fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Kept>(&text).ok());
        let same = |kept: &Kept| {
            kept.environment == environment
                && kept.options == options
                && kept.platforms == platforms
                && kept.files.iter().all(|(path, digest)| surroundings::digest(path) == *digest)
        };
        if let Some(kept) = kept.filter(same) {
            return Ok(kept.view);
        }
        let view = View::read(folder, options, platforms)?;
        let files = view.files(folder).into_iter().map(|path| (surroundings::digest(&path), path));
        let files = files.map(|(digest, path)| (path, digest)).collect();
        let platforms = platforms.iter().map(|&it| it.to_owned()).collect();
        let kept = Kept { environment, options: options.to_vec(), platforms, files, view };
        if let Ok(text) = serde_json::to_vec(&kept)
            && fs::create_dir_all(state).is_ok()
        {
            let _ = rustle_package::atomic::write_atomic(&file, &text);
        }
        Ok(kept.view)
    }

    /// What Cargo reads to know all this.
    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files = surroundings::configurations(folder);
        files.extend(["Cargo.toml", "Cargo.lock"].map(|name| self.workspace.join(name)));
        files.push(folder.join("Cargo.toml"));
        // A lock file of its own shows that the project is no member of a workspace any more.
        files.push(folder.join("Cargo.lock"));
        files.extend(self.local.iter().map(|package| package.join("Cargo.toml")));
        files
    }

    /// The crates that say they have modules.
    pub fn crates(&self) -> Vec<ModuleCrate> {
        let krate = |(folder, features): &(PathBuf, Vec<String>)| ModuleCrate {
            folder: folder.clone(),
            features: features.clone(),
        };
        self.crates.iter().map(krate).collect()
    }

    /// Picks the package in `folder`, of the packages that it depends on those that say they have modules, and of all
    /// packages those that come from a path.
    fn of(metadata: &Value, folder: &Path) -> View {
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let nodes = metadata["resolve"]["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let texts = |value: &Value| -> Vec<String> {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let of_node = |id: &str| nodes.iter().find(|node| node["id"] == id);
        let folder_of = |package: &Value| {
            let manifest = package["manifest_path"].as_str().map(Path::new);
            manifest.and_then(Path::parent).map(Path::to_owned)
        };
        let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let here = canonical(folder);
        let own = packages.iter().find(|it| folder_of(it).is_some_and(|folder| canonical(&folder) == here));
        let Some((own, node)) = own.and_then(|own| Some((own, of_node(own["id"].as_str()?)?))) else {
            return View::default();
        };
        let dependencies = texts(&node["dependencies"]);
        let crates = packages.iter().filter_map(|package| {
            let links = package["links"].as_str()?;
            let id = package["id"].as_str()?;
            if !links.starts_with("rustle_")
                || links == "rustle_runtime"
                || !dependencies.iter().any(|it| it == id)
            {
                return None;
            }
            Some((folder_of(package)?, texts(&of_node(id)?["features"])))
        });
        let local = packages.iter().filter(|it| it["source"].is_null() && it["id"] != own["id"]);
        // Members of a workspace that the project does not depend on are none of its business.
        let reached = reached(nodes, own["id"].as_str().unwrap_or_default());
        let local = local.filter(|it| it["id"].as_str().is_some_and(|id| reached.contains(&id)));
        let rustle_build = packages.iter().find(|it| it["name"] == "rustle-build");
        View {
            version: own["version"].as_str().unwrap_or_default().to_owned(),
            features: texts(&node["features"]),
            crates: crates.collect(),
            local: local.filter_map(folder_of).collect(),
            workspace: metadata["workspace_root"].as_str().map_or_else(|| folder.to_owned(), PathBuf::from),
            rustle_build: rustle_build.and_then(|it| it["version"].as_str()).map(str::to_owned),
        }
    }
}

fn question(folder: &Path, options: &[String]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version=1", "--manifest-path"]);
    command.arg(folder.join("Cargo.toml")).args(options);
    command
}

/// All packages that the package `from` depends on, by whatever way.
fn reached<'a>(nodes: &'a [Value], from: &'a str) -> std::collections::BTreeSet<&'a str> {
    let by_id: std::collections::BTreeMap<&str, &Value> =
        nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let mut reached = std::collections::BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        let dependencies = by_id.get(id).and_then(|node| node["dependencies"].as_array());
        let ids = dependencies.into_iter().flatten().filter_map(Value::as_str);
        open.extend(ids.filter(|id| reached.insert(id)));
    }
    reached
}

/// Variables that change what Cargo says.
fn environment() -> Digest {
    let mut text = surroundings::variables(surroundings::environment());
    for name in ["CARGO", "CARGO_HOME", "CARGO_NET_OFFLINE"] {
        text.push_str(&format!("{name}={:?}\n", std::env::var_os(name)));
    }
    Digest::of(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn module_crates_are_told_by_links() {
        let package = |id: &str, links: Value, source: Value| {
            json!({"id": id, "name": id, "version": "1.0.0", "links": links, "source": source,
                   "manifest_path": format!("/{id}/Cargo.toml")})
        };
        let metadata = json!({
            "workspace_root": "/own",
            "packages": [
                package("own", Value::Null, Value::Null),
                package("acme", json!("rustle_acme"), json!("registry+https://example.org")),
                package("far", json!("rustle_far"), Value::Null),
                package("rustle-runtime", json!("rustle_runtime"), Value::Null),
                package("rustle-build", Value::Null, Value::Null),
                package("z", json!("z"), json!("git+https://example.org/z")),
                package("stranger", Value::Null, Value::Null),
            ],
            "resolve": {"nodes": [
                {"id": "own", "features": ["x"], "dependencies": ["acme", "rustle-runtime", "z", "rustle-build"]},
                {"id": "acme", "features": ["tls"], "dependencies": ["far"]},
                {"id": "far", "features": [], "dependencies": ["acme"]},
                {"id": "stranger", "features": [], "dependencies": ["own"]},
            ]},
        });
        let found = View::of(&metadata, Path::new("/own"));
        assert_eq!(found.features, ["x"]);
        assert_eq!(found.crates(), [ModuleCrate { folder: "/acme".into(), features: vec!["tls".into()] }]);
        assert_eq!(found.local, ["/far", "/rustle-runtime", "/rustle-build"].map(PathBuf::from));
        assert_eq!(found.rustle_build.as_deref(), Some("1.0.0"));
        assert_eq!(View::of(&metadata, Path::new("/elsewhere")), View::default());
    }

    const HOST: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn packages_of_other_platforms_need_not_be_there() {
        let home = tempfile::tempdir().unwrap();
        let (folder, state) = (home.path().join("web"), home.path().join("state"));
        for name in ["web", "windows"] {
            fs::create_dir_all(home.path().join(name).join("src")).unwrap();
            fs::write(home.path().join(name).join("src/lib.rs"), "").unwrap();
        }
        let package =
            |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n[workspace]\n");
        fs::write(home.path().join("windows/Cargo.toml"), package("windows")).unwrap();
        let other = "[target.'cfg(windows)'.dependencies]\nwindows = { path = \"../windows\" }\n";
        fs::write(folder.join("Cargo.toml"), package("web") + other).unwrap();
        assert!(View::kept(&folder, &state, &[], &[HOST]).unwrap().local.is_empty());
        // Another platform is another question.
        let there = View::kept(&folder, &state, &[], &[HOST, "x86_64-pc-windows-msvc"]).unwrap();
        assert_eq!(there.local.len(), 1);
        fs::write(folder.join("Cargo.toml"), "[package]\n").unwrap();
        let Err(Failure::Message(message, _)) = View::kept(&folder, &state, &[], &[HOST]) else { panic!() };
        assert!(message.starts_with("cargo metadata: error: "), "{message}");
    }

    #[test]
    fn what_cargo_said_is_kept_until_a_manifest_changes() {
        let home = tempfile::tempdir().unwrap();
        let (folder, state) = (home.path().join("web"), home.path().join("state"));
        fs::create_dir_all(folder.join("src")).unwrap();
        let manifest = |version: &str| {
            let text = format!("[package]\nname = \"web\"\nversion = \"{version}\"\n[workspace]\n");
            fs::write(folder.join("Cargo.toml"), text).unwrap();
        };
        fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
        manifest("1.0.0");
        let first = View::kept(&folder, &state, &[], &[HOST]).unwrap();
        assert_eq!(first.version, "1.0.0");
        let before = fs::metadata(state.join(format!("cargo-{HOST}.json"))).unwrap().modified().unwrap();
        assert_eq!(View::kept(&folder, &state, &[], &[HOST]).unwrap(), first);
        assert_eq!(
            fs::metadata(state.join(format!("cargo-{HOST}.json"))).unwrap().modified().unwrap(),
            before
        );
        manifest("1.0.1");
        assert_eq!(View::kept(&folder, &state, &[], &[HOST]).unwrap().version, "1.0.1");
        // A file that appears changes what Cargo does.
        fs::create_dir_all(folder.join(".cargo")).unwrap();
        fs::write(folder.join(".cargo/config.toml"), "[term]\nquiet = true\n").unwrap();
        View::kept(&folder, &state, &[], &[HOST]).unwrap();
        let kept: Value =
            serde_json::from_slice(&fs::read(state.join(format!("cargo-{HOST}.json"))).unwrap()).unwrap();
        let files = kept["files"].as_array().unwrap();
        let config = |it: &&Value| it[0].as_str().unwrap().ends_with("web/.cargo/config.toml");
        assert!(files.iter().find(config).unwrap()[1].is_string());
    }
}

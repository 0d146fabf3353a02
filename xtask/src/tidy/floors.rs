//! Each crate stands on lower floors only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The floor of every member of the workspace. A package that is not here is a fault: a new crate finds its floor first.
const FLOORS: &[(&str, u8)] = &[
    ("rustle-value", 0),
    ("rustle-schema", 1),
    ("rustle-spec", 2),
    ("rustle-bundle", 2),
    ("rustle-template", 2),
    ("rustle-package", 2),
    ("rustle-resolve", 2),
    ("rustle-fetch", 2),
    ("rustle-seal", 2),
    ("rustle-macros", 3),
    ("rustle-pack", 3),
    ("rustle-runtime", 3),
    ("rustle-playbook", 3),
    ("rustle-build", 4),
    ("rustle-secrets", 4),
    ("rustle-controller", 4),
    ("rustle-module-control", 4),
    ("rustle-module-command", 4),
    ("rustle-module-file", 4),
    ("rustle-module-system", 4),
    ("cargo-rustle", 5),
    ("runner-template", 5),
    ("rustle-tests", 6),
    ("xtask", 6),
];

/// Edges within one floor that the design knows: the runtime re-exports the macros.
const NEIGHBOURS: &[(&str, &str)] = &[("rustle-runtime", "rustle-macros"), ("xtask", "rustle-tests")];

/// What a crate may not reach in what it links, however far down: `(crate, what, why)`.
const NEVER: &[(&str, &[&str], &str)] = &[
    (
        "rustle-runtime",
        &[
            "rustle-build",
            "rustle-playbook",
            "reqwest",
            "ureq",
            "hyper",
            "git2",
            "gix",
            "tokio",
            "async-std",
            "smol",
            "rustle-seal",
            "aes-gcm",
            "argon2",
        ],
        "the runner stays small and synchronous",
    ),
    ("rustle-build", &["rustle-runtime"], "what both know lives on floors 0 to 2"),
];

/// Every breach of the floors.
pub fn check(root: &Path) -> Vec<String> {
    let graph = match Graph::read(root) {
        Ok(graph) => graph,
        Err(error) => return vec![error],
    };
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut faults = Vec::new();
    for (name, dependencies) in &graph.members {
        let Some(floor) = floors.get(name.as_str()) else {
            faults.push(format!("the crate `{name}` has no floor: give it one in xtask/src/tidy/floors.rs"));
            continue;
        };
        for dependency in dependencies {
            let Some(below) = floors.get(dependency.as_str()) else { continue };
            let neighbours = NEIGHBOURS.contains(&(name, dependency));
            if below > floor || (below == floor && !neighbours) {
                faults.push(format!(
                    "`{name}` (floor {floor}) depends on `{dependency}` (floor {below}); each crate stands on lower floors only"
                ));
            }
        }
        if name.starts_with("rustle-module-") {
            for dependency in dependencies {
                if floors.contains_key(dependency.as_str()) && dependency != "rustle-runtime" {
                    faults.push(format!(
                        "`{name}` depends on `{dependency}`; a module knows `rustle-runtime` alone"
                    ));
                }
            }
        }
    }
    for (name, never, why) in NEVER {
        let reached = graph.reach(name);
        for what in never.iter().filter(|what| reached.contains(**what)) {
            faults.push(format!("`{name}` reaches `{what}`: {why}"));
        }
    }
    faults
}

/// Who depends on whom in what is linked: normal dependencies, neither build scripts nor tests.
struct Graph {
    members: BTreeMap<String, Vec<String>>,
    links: BTreeMap<String, Vec<String>>,
}

impl Graph {
    fn read(root: &Path) -> Result<Graph, String> {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("cargo metadata: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let metadata: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .filter_map(|it| Some((it["id"].as_str()?, it["name"].as_str()?)))
            .collect();
        let members: BTreeSet<&str> =
            list(&metadata["workspace_members"]).filter_map(Value::as_str).collect();
        let mut graph = Graph { members: BTreeMap::new(), links: BTreeMap::new() };
        for node in list(&metadata["resolve"]["nodes"]) {
            let Some(id) = node["id"].as_str() else { continue };
            let Some(name) = names.get(id) else { continue };
            let normal: Vec<String> = list(&node["deps"])
                .filter(|it| list(&it["dep_kinds"]).any(|kind| kind["kind"].is_null()))
                .filter_map(|it| names.get(it["pkg"].as_str()?).map(|name| name.to_string()))
                .collect();
            if members.contains(id) {
                graph.members.insert(name.to_string(), normal.clone());
            }
            graph.links.entry(name.to_string()).or_default().extend(normal);
        }
        Ok(graph)
    }

    /// Everything that `name` links, however far down. What a procedural macro is made of runs on the build machine and
    /// is not linked.
    fn reach(&self, name: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut left = vec![name];
        while let Some(name) = left.pop() {
            for dependency in self.links.get(name).into_iter().flatten() {
                if dependency != "rustle-macros" && reached.insert(dependency.as_str()) {
                    left.push(dependency);
                }
            }
        }
        reached
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

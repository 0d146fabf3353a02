//! The cases: folders with a playbook, an optional `case.toml` and the recorded `expected.json`.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::model::Recording;

/// The host that a case with an inventory runs as.
const INVENTORY_HOST: &str = "web1";

/// One folder of `tests/conformance/`.
#[derive(Debug, Clone)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// The folder, absolute.
    pub dir: PathBuf,
    /// What `case.toml` says.
    pub config: Config,
}

/// The keys of `case.toml`; all are optional.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Options that both sides get, such as `--check`, `--diff` or `--tags x`. `{{CASE}}` and `{{OUT}}` in them stand for
    /// the case's folder and the output folder.
    pub args: Vec<String>,
    /// How often the playbook is run on the same output folder.
    pub runs: u32,
    /// Extra variables, given to both sides as one JSON object.
    pub extra_vars: toml::Table,
    /// Shell lines that prepare the output folder (the working directory) before the first run; `$OUT` and `$CASE` are set.
    pub setup: Vec<String>,
    /// Result keys that are dropped on both sides, at any depth, because no two runs agree on them.
    pub ignore: Vec<String>,
    /// The line of docs/DEVIATIONS.md that this case is known to need.
    pub deviation: Option<String>,
    /// The case means something only for this user; `"root"` is the only value.
    pub user: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            args: Vec::new(),
            runs: 1,
            extra_vars: toml::Table::new(),
            setup: Vec::new(),
            ignore: Vec::new(),
            deviation: None,
            user: None,
        }
    }
}

impl Case {
    /// Reads one case folder.
    pub fn load(dir: &Path) -> io::Result<Case> {
        let name = dir
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| io::Error::other(format!("{} is not a case folder", dir.display())))?;
        if !dir.join("playbook.yml").is_file() {
            return Err(io::Error::other(format!("{name}: no playbook.yml")));
        }
        let config = match std::fs::read_to_string(dir.join("case.toml")) {
            Ok(text) => toml::from_str(&text)
                .map_err(|problem| io::Error::other(format!("{name}/case.toml: {problem}")))?,
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => Config::default(),
            Err(problem) => return Err(problem),
        };
        Ok(Case { name: name.to_owned(), dir: dir.canonicalize()?, config })
    }

    /// All cases of a folder, by name.
    pub fn all(root: &Path) -> io::Result<Vec<Case>> {
        let mut dirs = Vec::new();
        for entry in std::fs::read_dir(root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                dirs.push(entry.path());
            }
        }
        dirs.sort();
        dirs.iter().map(|dir| Case::load(dir)).collect()
    }

    /// The folder of all cases in this repository.
    pub fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
    }

    /// The case's inventory, if it has one.
    pub fn inventory(&self) -> Option<PathBuf> {
        let path = self.dir.join("inventory");
        path.exists().then_some(path)
    }

    /// The host that the case runs as.
    pub fn host(&self) -> &'static str {
        if self.inventory().is_some() { INVENTORY_HOST } else { "localhost" }
    }

    /// Whether the case can be run by this user.
    pub fn fits(&self, uid: u32) -> bool {
        self.config.user.as_deref() != Some("root") || uid == 0
    }

    /// The options that both sides get: the extra variables, with `out` among them, and those of the case, in which
    /// `{{CASE}}` and `{{OUT}}` stand for the two folders.
    pub fn arguments(&self, out: &Path) -> io::Result<Vec<OsString>> {
        let mut vars = serde_json::to_value(&self.config.extra_vars)?;
        vars["out"] = out.to_string_lossy().into();
        let mut args: Vec<OsString> = vec!["-e".into(), serde_json::to_string(&vars)?.into()];
        for arg in &self.config.args {
            let arg = arg.replace("{{CASE}}", &self.dir.to_string_lossy());
            args.push(arg.replace("{{OUT}}", &out.to_string_lossy()).into());
        }
        Ok(args)
    }

    /// Where the recording lies.
    pub fn expected_path(&self) -> PathBuf {
        self.dir.join("expected.json")
    }

    /// What ansible-core did.
    pub fn expected(&self) -> io::Result<Recording> {
        let path = self.expected_path();
        let text = std::fs::read_to_string(&path)
            .map_err(|problem| io::Error::new(problem.kind(), format!("{}: {problem}", path.display())))?;
        serde_json::from_str(&text)
            .map_err(|problem| io::Error::other(format!("{}: {problem}", path.display())))
    }
}

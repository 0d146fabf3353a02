//! `rustle.toml`: what is built, and how. `docs/CONFIGURATION.md` documents every key.

pub mod build;
pub mod controller;
pub mod limits;
pub mod mapped;
pub mod modules;
pub mod policy;
pub(crate) mod reader;
pub mod registries;
pub mod secrets;
mod size;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_package::signature::PublicKey;
use rustle_playbook::{Location, Problem, SourceFile};
use rustle_schema::package::ModuleId;
use rustle_schema::settings::RunDefaults;

use crate::lints::{self, Level};
use crate::suggest;
pub use build::{Build, Embed};
pub use controller::Controller;
pub(crate) use controller::ControllerSecret;
pub use limits::Limits;
pub use modules::{Declared, Key};
pub use policy::Policy;
use reader::Table;
pub use registries::Registry;
pub use secrets::Secrets;

/// The configuration's name.
pub const FILE_NAME: &str = "rustle.toml";

/// What a runner is made of. Paths are as they were written: relative to the configuration's folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `[runner]`.
    pub runner: Runner,
    /// `[build]`.
    pub build: Build,
    /// `[lints]`, by name.
    pub lints: BTreeMap<String, Level>,
    /// `[run]`.
    pub run: RunDefaults,
    /// `[controller]`.
    pub controller: Option<Controller>,
    /// `[modules]`, by id.
    pub modules: BTreeMap<ModuleId, Declared>,
    /// `[registries]`, by name.
    pub registries: BTreeMap<String, Registry>,
    /// `[keys]`, by name.
    pub keys: BTreeMap<String, Key>,
    /// `[policy]`.
    pub policy: Policy,
    /// `[limits]`.
    pub limits: Limits,
    /// `[secrets]`.
    pub secrets: Secrets,
}

/// `[runner]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runner {
    /// `name`.
    pub name: Option<String>,
    /// `playbook` or `plan`; `None` where neither is given.
    pub source: Option<PlanSource>,
    /// Where that stands.
    pub source_at: Option<Location>,
    /// `root`.
    pub root: Option<PathBuf>,
    /// `inventory`.
    pub inventory: Vec<PathBuf>,
    /// `roles_path`.
    pub roles_path: Vec<PathBuf>,
    /// `extra_vars`: names of variables that are given at run time.
    pub extra_vars: Vec<String>,
    /// `embed`, each with where it stands.
    pub embed: Vec<(String, Location)>,
    /// `setuid`: embedded files that keep their setuid and setgid bits.
    pub setuid: Vec<String>,
}

/// What the plan comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanSource {
    /// A playbook.
    Playbook(PathBuf),
    /// A plan in JSON.
    Plan(PathBuf),
}

impl PlanSource {
    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            PlanSource::Playbook(path) | PlanSource::Plan(path) => path,
        }
    }
}

/// The playbook that is taken where the configuration names none.
pub const DEFAULT_PLAYBOOK: &str = "site.yml";

impl Config {
    /// Reads the text of a configuration. What is wrong is left out of the result and told in `problems`.
    pub fn parse(file: &Arc<SourceFile>, problems: &mut Vec<Problem>) -> Config {
        let Some(mut root) = Table::parse(file, problems) else { return Config::default() };
        let mut config = Config::default();
        if let Some(table) = root.table("runner", problems) {
            config.runner = runner(table, problems);
        }
        if let Some(table) = root.table("build", problems) {
            config.build = build::read(table, problems);
        }
        if let Some(table) = root.table("lints", problems) {
            config.lints = lint_levels(table, problems);
        }
        if let Some(table) = root.table("run", problems) {
            config.run = run(table, problems);
        }
        let at = root.key_at("controller");
        if let Some(table) = root.table("controller", problems) {
            config.controller = Some(controller::read(table, at, problems));
        }
        if let Some(table) = root.table("modules", problems) {
            config.modules = modules::declared(table, problems);
        }
        if let Some(table) = root.table("registries", problems) {
            config.registries = registries::registries(table, problems);
        }
        if let Some(table) = root.table("keys", problems) {
            config.keys = modules::keys(table, problems);
        }
        if let Some(table) = root.table("policy", problems) {
            config.policy = policy::read(table, problems);
        }
        if let Some(table) = root.table("limits", problems) {
            config.limits = limits::read(table, problems);
        }
        let at = root.key_at("secrets");
        if let Some(table) = root.table("secrets", problems) {
            config.secrets = secrets::read(table, at, problems);
        }
        root.finish(problems);
        config.check_signer(problems);
        config
    }

    /// The public key that `[build] signer` names, in minisign's base64.
    pub fn signer(&self) -> Option<String> {
        let (named, _) = self.build.signer.as_ref()?;
        let key = self.keys.get(named).map_or(named.as_str(), |key| key.key.as_str());
        key.parse::<PublicKey>().ok().map(|key| key.to_string())
    }

    fn check_signer(&self, problems: &mut Vec<Problem>) {
        let Some((named, at)) = &self.build.signer else { return };
        if self.signer().is_none() {
            problems.push(
                Problem::error("config", format!("`{named}` is no key, and `[keys]` has none of that name"))
                    .at(at.clone())
                    .with_help("`cargo rustle module key` makes one; its public half begins with `RW`"),
            );
        } else if self.keys.get(named).is_some_and(|key| key.revoked) {
            problems.push(Problem::error("config", format!("the key `{named}` was revoked")).at(at.clone()));
        }
    }

    /// Reads the configuration in `folder`; the default one if there is none.
    pub fn load(folder: &Path, problems: &mut Vec<Problem>) -> Config {
        match std::fs::read_to_string(folder.join(FILE_NAME)) {
            Ok(text) => Config::of_text(text, problems),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Config::default(),
            Err(error) => {
                problems.push(Problem::error("config", format!("{FILE_NAME} cannot be read: {error}")));
                Config::default()
            }
        }
    }

    /// Reads the text of a [`FILE_NAME`] that may not be written yet.
    pub fn of_text(text: String, problems: &mut Vec<Problem>) -> Config {
        Config::parse(&Arc::new(SourceFile { path: FILE_NAME.into(), text }), problems)
    }

    /// What the plan comes from: the playbook [`DEFAULT_PLAYBOOK`] where nothing is said.
    pub fn source(&self) -> PlanSource {
        let default = || PlanSource::Playbook(DEFAULT_PLAYBOOK.into());
        self.runner.source.clone().unwrap_or_else(default)
    }
}

fn runner(mut table: Table<'_>, problems: &mut Vec<Problem>) -> Runner {
    let mut runner = Runner { name: table.text("name", problems), ..Runner::default() };
    let playbook = table.path("playbook", problems);
    let plan = table.path("plan", problems);
    match (playbook, plan) {
        (Some((_, first)), Some((_, second))) => problems.push(
            Problem::error(
                "config",
                "`playbook` and `plan` are both given, and only one of them can be built",
            )
            .at(second)
            .and_at(first, "the other one"),
        ),
        (Some((path, at)), None) => {
            (runner.source, runner.source_at) = (Some(PlanSource::Playbook(path)), Some(at));
        }
        (None, Some((path, at))) => {
            (runner.source, runner.source_at) = (Some(PlanSource::Plan(path)), Some(at));
        }
        (None, None) => {}
    }
    let paths = |list: Vec<(String, Location)>| list.into_iter().map(|(text, _)| text.into()).collect();
    runner.root = table.path("root", problems).map(|(path, _)| path);
    runner.inventory = paths(table.texts("inventory", problems));
    runner.roles_path = paths(table.texts("roles_path", problems));
    runner.extra_vars = table.texts("extra_vars", problems).into_iter().map(|(text, _)| text).collect();
    runner.embed = table.texts("embed", problems);
    runner.setuid = table.texts("setuid", problems).into_iter().map(|(text, _)| text).collect();
    table.finish(problems);
    runner
}

fn lint_levels(mut table: Table<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, Level> {
    let mut levels = BTreeMap::new();
    for name in table.keys() {
        let Some((word, at)) = table.text_at(&name, problems) else { continue };
        match Level::from_word(&word) {
            Some(level) => drop(levels.insert(name, level)),
            None => {
                let words = suggest::enumerate(Level::WORDS);
                let problem = Problem::error("config", format!("`{word}` is no level of a lint")).at(at);
                let near = suggest::closest(&word, Level::WORDS);
                problems.push(problem.with_help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the levels are {words}"),
                }));
            }
        }
    }
    for name in levels.keys().filter(|name| !lints::names().any(|it| it == name.as_str())) {
        let Some(at) = table.key_at(name) else { continue };
        let help = match suggest::closest(name, lints::names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", suggest::enumerate(lints::ALL.iter().map(|lint| lint.name))),
        };
        let problem = Problem::error("unknown-lint", format!("there is no lint `{name}`"));
        problems.push(problem.at(at).with_help(help));
    }
    levels
}

fn run(mut table: Table<'_>, problems: &mut Vec<Problem>) -> RunDefaults {
    let texts = |list: Vec<(String, Location)>| list.into_iter().map(|(text, _)| text).collect();
    let run = RunDefaults {
        check: table.boolean("check", problems).unwrap_or_default(),
        diff: table.boolean("diff", problems).unwrap_or_default(),
        host: table.text("host", problems),
        tags: texts(table.texts("tags", problems)),
        skip_tags: texts(table.texts("skip_tags", problems)),
        timeout: table.integer("timeout", 1..=i64::from(u32::MAX), problems).map(i64::unsigned_abs),
        task_timeout: table.integer("task_timeout", 1..=i64::from(u32::MAX), problems).map(i64::unsigned_abs),
        verbosity: table
            .integer("verbosity", 0..=4, problems)
            .and_then(|it| u8::try_from(it).ok())
            .unwrap_or_default(),
        working_dir: host_path(&mut table, "working_dir", problems),
        lock: table.text("lock", problems),
    };
    table.finish(problems);
    run
}

/// A path on the host, where nothing says what it would be relative to.
fn host_path(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let (path, at) = table.text_at(key, problems)?;
    if path.starts_with('/') {
        return Some(path);
    }
    let message = format!("`{key}` is a path on the host, and has to begin with `/`");
    problems.push(Problem::error("config", message).at(at));
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::one_line;

    fn parse(text: &str) -> (Config, Vec<String>) {
        let mut problems = Vec::new();
        let config = Config::of_text(text.to_owned(), &mut problems);
        (config, problems.iter().map(|it| format!("{} {:?}", one_line(it), it.help)).collect())
    }

    #[test]
    fn a_whole_configuration() {
        let (config, problems) = parse(
            r#"
            [runner]
            name = "web"
            playbook = "playbook/site.yml"
            inventory = "hosts.ini"
            roles_path = ["../roles"]
            embed = ["extra/**"]
            [build]
            compression = 19
            [lints]
            maybe-undefined = "deny"
            [run]
            check = true
            timeout = 600
            task_timeout = 60
            verbosity = 2
            working_dir = "/srv"
            lock = "/run/web.lock"
            "#,
        );
        assert_eq!(problems, [""; 0]);
        assert_eq!(config.source(), PlanSource::Playbook("playbook/site.yml".into()));
        assert_eq!(config.runner.inventory, [PathBuf::from("hosts.ini")]);
        assert_eq!(config.runner.embed[0].0, "extra/**");
        assert_eq!(config.build.compression, Some(19));
        assert_eq!(config.lints["maybe-undefined"], Level::Deny);
        assert_eq!((config.run.check, config.run.timeout), (true, Some(600)));
        assert_eq!((config.run.task_timeout, config.run.verbosity), (Some(60), 2));
        assert_eq!(config.run.working_dir.as_deref(), Some("/srv"));
    }

    #[test]
    fn an_empty_one_builds_site_yml() {
        let (config, problems) = parse("");
        assert_eq!((config.source(), problems.len()), (PlanSource::Playbook("site.yml".into()), 0));
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let (_, problems) = parse(
            "[runner]\nplaybok = \"a.yml\"\nname = 3\nplaybook = \"a\"\nplan = \"b\"\n[lints]\nmaybe-undefined = \
             \"wran\"\nmissing-files = \"warn\"\n[build]\ncompression = 40\n[rnu]\n",
        );
        assert_eq!(
            problems,
            [
                "rustle.toml:3:8: `name` should be text, and is a number [config] []",
                "rustle.toml:5:8: `playbook` and `plan` are both given, and only one of them can be built [config] []",
                "rustle.toml:2:1: `[runner]` has no key `playbok` [unknown-key] [\"did you mean `playbook`?\"]",
                "rustle.toml:10:15: `compression` should be between -7 and 22 [config] []",
                "rustle.toml:7:19: `wran` is no level of a lint [config] [\"did you mean `warn`?\"]",
                "rustle.toml:8:1: there is no lint `missing-files` [unknown-lint] [\"did you mean `missing-file`?\"]",
                "rustle.toml:11:2: there is no table `[rnu]` [unknown-key] [\"did you mean `run`?\"]",
            ]
        );
    }

    #[test]
    fn a_lint_that_does_not_exist_is_an_error() {
        let (_, problems) =
            parse("[lints]\nfoo = \"warn\"\nno-effect = \"allow\"\nunused-secret = \"deny\"\n");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("rustle.toml:2:1: there is no lint `foo` [unknown-lint] [\"there are "),
            "{problems:?}"
        );
    }

    #[test]
    fn settings_of_a_run_have_limits() {
        let (config, problems) = parse("[run]\nworking_dir = \"srv\"\nverbosity = 5\ntask_timeout = 0\n");
        assert_eq!(
            problems,
            [
                "rustle.toml:4:16: `task_timeout` should be between 1 and 4294967295 [config] []",
                "rustle.toml:3:13: `verbosity` should be between 0 and 4 [config] []",
                "rustle.toml:2:15: `working_dir` is a path on the host, and has to begin with `/` [config] []",
            ]
        );
        assert_eq!(config.run, RunDefaults::default());
    }

    #[test]
    fn bad_toml_is_told_where_it_stands() {
        let (_, problems) = parse("[runner]\nname = \n");
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("rustle.toml:2:"), "{problems:?}");
    }
}

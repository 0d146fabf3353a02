//! Reads the playbook or plan that the configuration names, from the place where that is.

use std::path::{Path, PathBuf};

use rustle_playbook::{Loaded, Problem, Settle};

use crate::build::BuildOptions;
use crate::config::PlanSource;
use crate::modules::Modules;
use crate::sealed::Sealed;

/// A plan that was read.
pub(crate) struct Read {
    pub(crate) loaded: Loaded,
    /// The project's root.
    pub(crate) root: PathBuf,
    /// The playbook or plan.
    pub(crate) file: PathBuf,
}

/// Reads the playbook or plan that `options` name; `settle` gets the lists of steps. What is wrong goes into `problems`.
pub(crate) fn load(
    options: &BuildOptions,
    modules: &Modules,
    sealed: &Sealed,
    settle: Option<&mut dyn Settle>,
    problems: &mut Vec<Problem>,
) -> Option<Read> {
    let source = options.config.source();
    let file = options.folder.join(source.path());
    if let Err(error) = std::fs::metadata(&file) {
        problems.push(missing_source(options, &source, &error));
        return None;
    }
    let root = root(options, &file);
    let in_folder = |path: &PathBuf| options.folder.join(path);
    let load = rustle_playbook::Options {
        root: Some(root.clone()),
        inventory: options
            .config
            .runner
            .inventory
            .iter()
            .map(|path| inventory(&options.folder, path))
            .collect(),
        roles_path: options.config.runner.roles_path.iter().map(in_folder).collect(),
        extra_vars: options.extra_vars.clone(),
        given: options.config.runner.extra_vars.clone(),
        modules: modules.names().map(str::to_owned).collect(),
        sealed: sealed.vaults(),
    };
    let loaded = match &source {
        PlanSource::Playbook(_) => match settle {
            Some(settle) => rustle_playbook::load_playbook_settling(&file, &load, settle),
            None => rustle_playbook::load_playbook(&file, &load),
        },
        PlanSource::Plan(path) => match std::fs::read(&file) {
            Ok(text) => {
                let name = path.to_string_lossy().replace('\\', "/");
                match settle {
                    Some(settle) => {
                        rustle_playbook::load_plan_json_settling(&text, &name, &root, &load, settle)
                    }
                    None => rustle_playbook::load_plan_json(&text, &name, &root, &load),
                }
            }
            Err(error) => {
                problems.push(missing_source(options, &source, &error));
                return None;
            }
        },
    };
    Some(Read { loaded, root, file })
}

/// An inventory of the configuration: a file or folder, or a list of hosts, which holds a comma.
fn inventory(folder: &Path, written: &Path) -> PathBuf {
    if written.to_string_lossy().contains(',') { written.to_owned() } else { folder.join(written) }
}

/// The project's root: what the configuration says, else its own folder if the playbook lies in it, else the playbook's.
fn root(options: &BuildOptions, source: &Path) -> PathBuf {
    if let Some(root) = &options.config.runner.root {
        return options.folder.join(root);
    }
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let parent = source.parent().map_or_else(|| options.folder.clone(), Path::to_owned);
    if canonical(&parent).starts_with(canonical(&options.folder)) { options.folder.clone() } else { parent }
}

fn missing_source(options: &BuildOptions, source: &PlanSource, error: &std::io::Error) -> Problem {
    let what = match source {
        PlanSource::Playbook(_) => "playbook",
        PlanSource::Plan(_) => "plan",
    };
    let path = source.path().display();
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no {what} `{path}`"),
        _ => format!("the {what} `{path}` cannot be read: {error}"),
    };
    let problem = Problem::error("missing-playbook", message);
    match &options.config.runner.source_at {
        Some(at) => problem.at(at.clone()).labelled("relative to the folder of rustle.toml"),
        None => problem.with_help("`[runner] playbook` of rustle.toml names another one"),
    }
}

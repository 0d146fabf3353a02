//! [`build_bundle`]: everything from explicit options, nothing from the environment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustle_bundle::BundleError;
use rustle_playbook::{Loaded, Problem, Severity};
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use rustle_value::Map;

use crate::check;
use crate::companions;
use crate::config::{Config, PlanSource};
use crate::diagnostics::{Problems, any_error};
use crate::embed;
use crate::lints;
use crate::modules::{Linked, Modules, Sources};
use crate::packages::verify::{self, FileModule, Verified};

/// What to build.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// The folder that paths of the configuration are relative to.
    pub folder: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The runner's name where the configuration gives none.
    pub name: String,
    /// The runner's version.
    pub version: String,
    /// Where modules come from.
    pub sources: Sources,
    /// Variables that are known now, for names in static imports.
    pub extra_vars: Map,
    /// This machine's policy for modules from elsewhere.
    pub machine_policy: Option<PathBuf>,
    /// Whether modules that are locked and not there may be fetched.
    pub fetch: bool,
}

/// What was built.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The bundle.
    pub bundle: Vec<u8>,
    /// Its digest, `sha256:…`.
    pub digest: String,
    /// The plan in it.
    pub plan: Plan,
    /// The modules that the plan names, canonical, sorted.
    pub modules: Vec<String>,
    /// The crates that they stand in, as Rust code names them, sorted. The runner's own is not among them.
    pub crates: Vec<String>,
    /// The files of modules among them that are compiled with the runner.
    pub compiled: Vec<FileModule>,
    /// The embedded files: path below the bundle's root and length in bytes.
    pub files: Vec<(Vec<u8>, u64)>,
    /// Files and folders whose change may change the bundle.
    pub watched: BTreeSet<PathBuf>,
    /// What is no error.
    pub warnings: Problems,
}

/// Reads, checks and packs what `options` say.
///
/// # Errors
/// Every problem that was found, if one of them is an error. Warnings are among them.
pub fn build_bundle(options: &BuildOptions) -> Result<Prepared, Problems> {
    let mut problems = Vec::new();
    let verified = verified(options, &mut problems);
    let modules = gather(options, &verified, &mut problems);
    let prepared = prepare(options, &modules, &mut problems).map(|mut prepared| {
        let used = modules.files_of(prepared.modules.iter().map(String::as_str));
        prepared.compiled = verified.files.into_iter().filter(|file| used.contains(&file.id)).collect();
        prepared.watched.extend(verified.watched);
        prepared
    });
    let problems = Problems::new(lints::apply(problems, &options.config.lints));
    match prepared {
        Some(prepared) if problems.errors() == 0 => Ok(Prepared { warnings: problems, ..prepared }),
        _ if problems.errors() == 0 => {
            Err(Problems::one(Problem::error("internal", "there is no plan, and nothing says why")))
        }
        _ => Err(problems),
    }
}

/// The plan alone, as far as it can be read: nothing is checked, no problem is told.
pub fn plan_of(options: &BuildOptions) -> Option<Plan> {
    let mut problems = Vec::new();
    let verified = verified(options, &mut problems);
    let modules = gather(options, &verified, &mut problems);
    let mut plan = load(options, &modules, &mut problems)?.loaded.plan?;
    plan.modules = check::modules_of(&plan);
    Some(plan)
}

/// All modules that a plan could name, those that are locked among them; what is wrong with some is not told.
pub fn modules_there(options: &BuildOptions) -> Modules {
    let mut problems = Vec::new();
    let verified = verified(options, &mut problems);
    gather(options, &verified, &mut problems)
}

/// What the lock brings, compared with what is there. A base runner takes no modules from elsewhere.
fn verified(options: &BuildOptions, problems: &mut Vec<Problem>) -> Verified {
    let Linked::Manifest(manifest) = &options.sources.linked else { return Verified::default() };
    let project = verify::Project {
        folder: &options.folder,
        config: &options.config,
        manifest,
        crates: &options.sources.crates,
        target: &options.sources.target,
        machine_policy: options.machine_policy.as_ref(),
        fetch: options.fetch,
    };
    verify::verify(&project, problems)
}

fn gather(options: &BuildOptions, verified: &Verified, problems: &mut Vec<Problem>) -> Modules {
    let sources = Sources { files: verified.files.clone(), ..options.sources.clone() };
    Modules::gather(&sources, problems)
}

/// A plan that was read.
struct Read {
    loaded: Loaded,
    /// The project's root.
    root: PathBuf,
    /// The playbook or plan.
    file: PathBuf,
}

fn load(options: &BuildOptions, modules: &Modules, problems: &mut Vec<Problem>) -> Option<Read> {
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
    };
    let loaded = match &source {
        PlanSource::Playbook(_) => rustle_playbook::load_playbook(&file, &load),
        PlanSource::Plan(path) => match std::fs::read(&file) {
            Ok(text) => {
                let name = path.to_string_lossy().replace('\\', "/");
                rustle_playbook::load_plan_json(&text, &name, &root, &load)
            }
            Err(error) => {
                problems.push(missing_source(options, &source, &error));
                return None;
            }
        },
    };
    Some(Read { loaded, root, file })
}

fn prepare(options: &BuildOptions, modules: &Modules, problems: &mut Vec<Problem>) -> Option<Prepared> {
    let Read { loaded, root, file } = load(options, modules, problems)?;
    let Loaded { plan, origins, problems: found, mut files } = loaded;
    let unreadable =
        found.iter().any(|problem| problem.severity == Severity::Error && !lints::is_lint(problem.code));
    problems.extend(found);
    let mut plan = plan?;
    files.watched.insert(file);
    embed::configured(&options.config, &root, &mut files, problems);
    let used = check::Subject {
        plan: &plan,
        origins: &origins,
        files: &files,
        modules,
        root: &root,
        lints: &options.config.lints,
    };
    let mut given = options.config.runner.extra_vars.clone();
    given.extend(options.extra_vars.keys().filter_map(|name| name.as_str().map(str::to_owned)));
    let checked = check::check(&used, unreadable, &given);
    problems.extend(checked.problems);
    // Nothing is told of places any more: what knows them need not lie beside what is packed.
    drop(origins);
    plan.facts = checked.facts;
    plan.modules = checked.modules;
    problems.extend(modules.unused_packages(&plan.modules).iter().map(|package| {
        let message = format!("the crate `{package}` is in Cargo.toml, and the plan uses no module of it");
        Problem::warning(lints::UNUSED_MODULE_CRATE, message)
            .with_help(format!("`cargo remove {package}` makes the executable smaller"))
    }));
    let settings = Settings {
        name: options.config.runner.name.clone().unwrap_or_else(|| options.name.clone()),
        version: options.version.clone(),
        run: options.config.run.clone(),
    };
    let needed = companions::needed(&options.config);
    let mut crates = modules.crates_of(plan.modules.iter().map(String::as_str));
    crates.extend(companions::linked(&needed, &options.sources.linked, problems));
    *problems = lints::apply(std::mem::take(problems), &options.config.lints);
    if any_error(problems) {
        return None;
    }
    let packed = embed::pack(&plan, &settings, &options.config, &files);
    let (bundle, digest, listed) = packed.map_err(|error| problems.push(unpacked(&error))).ok()?;
    Some(Prepared {
        bundle,
        digest,
        modules: plan.modules.clone(),
        crates,
        plan,
        compiled: Vec::new(),
        files: listed,
        watched: files.watched,
        warnings: Problems::default(),
    })
}

fn unpacked(error: &BundleError) -> Problem {
    Problem::error("bundle", format!("the plan and its files cannot be packed: {error}"))
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

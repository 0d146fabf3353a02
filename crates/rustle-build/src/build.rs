//! [`build_bundle`]: everything from explicit options, nothing from the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustle_bundle::{BundleError, Packed};
use rustle_playbook::{Loaded, Problem, Severity};
use rustle_schema::linked::LinkedModule;
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use rustle_seal::Seal;
use rustle_value::Map;

use crate::check;
use crate::check::intake::Intake;
use crate::companions;
use crate::config::{Config, Embed};
use crate::controller_secrets;
use crate::diagnostics::{Problems, any_error};
use crate::embed;
use crate::escalation::Escalation;
use crate::linked;
use crate::lints;
use crate::load::{Read, load};
use crate::modules::{Linked, Modules, Sources};
use crate::packages::verify::{self, FileModule, Verified};
use crate::profiles::{self, Used};
use crate::sealed::{self, Sealed};
use crate::size;
use crate::vaulted;

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
    /// What Cargo builds with, where a build script asks.
    pub profile: Option<Used>,
    /// Who tasks become where the playbook does not say.
    pub escalation: Escalation,
    /// Seals of a finished runner whose bundle this one takes the place of: they are carried on.
    pub seals: Vec<Seal>,
    /// The file that the bundle is written to. Where there is none, it is made in memory, which must have room for it.
    pub bundle_file: Option<PathBuf>,
}

/// What was built.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The bundle: a file where the options name one, else in memory.
    pub bundle: Packed,
    /// Its digest, `sha256:…`.
    pub digest: String,
    /// The modules that the plan names, canonical, sorted.
    pub modules: Vec<String>,
    /// The crates that they stand in, as Rust code names them, sorted. The runner's own is not among them.
    pub crates: Vec<String>,
    /// All modules that these crates, those files and the runner itself bring: what the executable will have.
    pub linked: Vec<LinkedModule>,
    /// The files of modules among them that are compiled with the runner.
    pub compiled: Vec<FileModule>,
    /// How the bundle gets into the executable.
    pub embed: Embed,
    /// Where the embedded files that are no secrets lie on this machine, by path below the bundle's root.
    pub lies: BTreeMap<Vec<u8>, PathBuf>,
    /// The public key that the executable is pinned to, as `[build] signer` names it.
    pub signer: Option<String>,
    /// The files among them that are compressed in ways of their own: names of `rustle_bundle::Compression`.
    pub apart: BTreeMap<Vec<u8>, &'static str>,
    /// The embedded files: path below the bundle's root and length in bytes.
    pub files: Vec<(Vec<u8>, u64)>,
    /// Files and folders whose change may change the bundle.
    pub watched: BTreeSet<PathBuf>,
    /// What is no error.
    pub warnings: Problems,
    /// How long reading, checking and packing took.
    pub phases: Vec<(&'static str, Duration)>,
}

impl Prepared {
    /// The plan in the bundle, with all steps in it.
    ///
    /// # Errors
    /// If the bundle cannot be read.
    pub fn plan(&self) -> Result<Plan, BundleError> {
        self.bundle.open()?.plan()
    }

    /// Where the embedded files lie, as a debug build of the runner reads it: path and file, each with a NUL behind it.
    pub(crate) fn live(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (path, file) in &self.lies {
            let file = file.canonicalize().unwrap_or_else(|_| file.clone());
            for part in [path.as_slice(), file.as_os_str().as_encoded_bytes()] {
                text.extend_from_slice(part);
                text.push(0);
            }
        }
        text
    }
}

/// Reads, checks and packs what `options` say.
///
/// # Errors
/// Every problem that was found, if one of them is an error. Warnings are among them.
pub fn build_bundle(options: &BuildOptions) -> Result<Prepared, Problems> {
    let mut problems = Vec::new();
    let began = Instant::now();
    let verified = verified(options, &mut problems);
    let modules = gather(options, &verified, &mut problems);
    let gathered = began.elapsed();
    let prepared = prepare(options, &modules, &mut problems).map(|mut prepared| {
        prepared.phases.insert(0, ("modules", gathered));
        let used = modules.files_of(prepared.modules.iter().map(String::as_str));
        prepared.compiled = verified.files.into_iter().filter(|file| used.contains(&file.id)).collect();
        prepared.watched.extend(verified.watched);
        if let Linked::Manifest(_) = options.sources.linked {
            prepared.linked = linked::modules(&modules, &prepared.crates, &prepared.compiled, options);
        }
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
    let sealed = Sealed::load(&options.folder, &mut problems);
    let mut plan = load(options, &modules, &sealed, None, &mut problems)?.loaded.plan?;
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
pub(crate) fn verified(options: &BuildOptions, problems: &mut Vec<Problem>) -> Verified {
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

pub(crate) fn gather(options: &BuildOptions, verified: &Verified, problems: &mut Vec<Problem>) -> Modules {
    let sources = Sources { files: verified.files.clone(), ..options.sources.clone() };
    Modules::gather(&sources, problems)
}

fn prepare(options: &BuildOptions, modules: &Modules, problems: &mut Vec<Problem>) -> Option<Prepared> {
    let began = Instant::now();
    let sealed = Sealed::load(&options.folder, problems).with(&options.seals);
    let mut intake = Intake::new(modules);
    let Read { loaded, root, file } = load(options, modules, &sealed, Some(&mut intake), problems)?;
    let read = began.elapsed();
    let Loaded { plan, origins, problems: found, mut files, vaults } = loaded;
    let unreadable =
        found.iter().any(|problem| problem.severity == Severity::Error && !lints::is_lint(problem.code));
    problems.extend(found);
    let mut plan = plan?;
    options.escalation.apply(&mut plan);
    files.watched.insert(file);
    embed::configured(&options.config, &root, &mut files, problems);
    let used =
        check::Subject { plan: &plan, files: &files, modules, root: &root, lints: &options.config.lints };
    let mut given = options.config.runner.extra_vars.clone();
    given.extend(options.extra_vars.keys().filter_map(|name| name.as_str().map(str::to_owned)));
    given.extend(options.config.secrets.values.keys().cloned());
    given.extend(options.seals.iter().flat_map(|seal| seal.names().map(str::to_owned)));
    let checked = check::check(&used, &origins, &mut intake, unreadable, &given);
    let checked = checked.map_err(|error| problems.push(unpacked(&error))).ok()?;
    problems.extend(checked.problems);
    // Nothing is told of places any more: what knows them need not lie beside what is packed.
    drop(origins);
    let Intake { shelf, .. } = intake;
    plan.facts = checked.facts;
    plan.modules = checked.modules;
    problems.extend(modules.unused_packages(&plan.modules).iter().map(|package| {
        let message = format!("the crate `{package}` is in Cargo.toml, and the plan uses no module of it");
        Problem::warning(lints::UNUSED_MODULE_CRATE, message)
            .with_help(format!("`cargo remove {package}` makes the executable smaller"))
    }));
    if let Linked::Manifest(manifest) = &options.sources.linked {
        problems.extend(profiles::check(&options.config.build, manifest, options.profile.as_ref()));
    }
    let settings = Settings {
        name: options.config.runner.name.clone().unwrap_or_else(|| options.name.clone()),
        version: options.version.clone(),
        run: options.config.run.clone(),
        controller: options
            .config
            .controller
            .as_ref()
            .map(|it| it.settings(&options.folder, &mut files.watched, problems)),
    };
    let hosts = plan.inventory.hosts.keys().map(String::as_str);
    controller_secrets::check(&options.config, &options.seals, hosts, problems);
    let sealed = vaulted::sealed_content(options, &sealed, &files, vaults, problems);
    // Where there is none, none is needed: a build that lacks one has failed, and runs again anyway.
    let seals = options.folder.join(sealed::FOLDER);
    if seals.is_dir() {
        files.watched.insert(seals);
    }
    let needed = companions::needed(options);
    let mut crates = modules.crates_of(plan.modules.iter().map(String::as_str));
    crates.extend(companions::linked(&needed, &options.sources.linked, problems));
    *problems = lints::apply(std::mem::take(problems), &options.config.lints);
    if any_error(problems) {
        return None;
    }
    let until_checked = began.elapsed();
    let out = options.bundle_file.as_deref();
    let packed = embed::pack(
        embed::Planned { plan: &plan, shelf: &shelf },
        &settings,
        &options.config,
        &files,
        &sealed,
        out,
    );
    let packed = packed.map_err(|error| problems.push(unpacked(&error))).ok()?;
    if let Some(problem) = size::check(&options.config.build, &packed) {
        problems.push(problem);
        return None;
    }
    let open = files.embedded.into_iter().filter(|(path, _)| !sealed.files.contains_key(path));
    let lies = open.map(|(path, file)| (path, file.source)).collect();
    Some(Prepared {
        bundle: packed.bundle,
        digest: packed.digest,
        modules: plan.modules,
        crates,
        linked: Vec::new(),
        signer: options.config.signer(),
        compiled: Vec::new(),
        apart: packed.apart,
        files: packed.files,
        embed: options.config.build.embed,
        lies,
        watched: files.watched,
        warnings: Problems::default(),
        phases: vec![
            ("load", read),
            ("check", until_checked.saturating_sub(read)),
            ("pack", began.elapsed().saturating_sub(until_checked)),
        ],
    })
}

fn unpacked(error: &BundleError) -> Problem {
    Problem::error("bundle", format!("the plan and its files cannot be packed: {error}"))
}

//! Whether what is linked is what `rustle.lock` says, to the byte: what a build does with the lock. Nothing is fetched here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_package::{Limits, Tree};
use rustle_playbook::{Problem, SourceFile};
use rustle_schema::package::lock::{Form, Lock, Locked};
use rustle_schema::package::manifest::PackageManifest;
use rustle_schema::package::{ModuleId, Permission, Source};
use rustle_spec::scan::{Cfg, file_specs};

use super::{linked, lock_file, manifest, place, policy, stale, trusted, wanted};
use crate::config::modules::Wanted;
use crate::config::{Config, Declared};
use crate::lints;
use crate::manifest::Manifest;
use crate::modules::ModuleCrate;

/// A module, or several, in one file that is compiled with the runner itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileModule {
    /// The package that it is.
    pub id: ModuleId,
    /// Its version.
    pub version: String,
    /// Its text.
    pub text: Arc<SourceFile>,
    /// Where it lies; nowhere yet if it stands in another file.
    pub path: Option<PathBuf>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Project<'a> {
    /// Its folder.
    pub folder: &'a Path,
    /// Its configuration.
    pub config: &'a Config,
    /// Its Cargo.toml.
    pub manifest: &'a Manifest,
    /// The crates that say they have modules, as Cargo linked them.
    pub crates: &'a [ModuleCrate],
    /// What is built for, without features.
    pub target: &'a Cfg,
    /// This machine's policy.
    pub machine_policy: Option<&'a PathBuf>,
    /// Whether what is not there may be fetched.
    pub fetch: bool,
}

/// What the lock brings into a build.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// The modules that are compiled with the runner.
    pub files: Vec<FileModule>,
    /// Files and folders whose change may change the result.
    pub watched: BTreeSet<PathBuf>,
}

/// Compares the lock with what is wanted and with what is there.
pub fn verify(project: &Project<'_>, problems: &mut Vec<Problem>) -> Verified {
    let wanted = wanted::packages(project.folder, project.config, problems);
    let lock = match lock_file::load(project.folder) {
        Ok(lock) => lock,
        Err(problem) => {
            problems.push(*problem);
            return Verified::default();
        }
    };
    let mut verified = Verified::default();
    let policy = policy::effective(project.folder, project.config, project.machine_policy, problems);
    let crates = linked::by_name(project.crates, problems);
    if lock.is_none() && wanted.is_empty() {
        problems.extend(linked::unlocked(&crates, &Lock::default(), policy.production, false));
        return verified;
    }
    verified.watched.insert(project.folder.join(lock_file::FILE_NAME));
    let Some(lock) = lock else {
        let names: Vec<&str> = wanted.keys().map(ModuleId::as_str).collect();
        problems.push(
            Problem::error(
                "lock",
                format!("there is no {}, and modules are wanted: {}", lock_file::FILE_NAME, names.join(", ")),
            )
            .with_help("`cargo rustle lock` settles on versions and writes it"),
        );
        return verified;
    };
    if project.fetch {
        problems.extend(fetch(project, &lock));
    }
    problems.extend(stale::check(project.config, &wanted, &lock));
    let limits = place::limits(&project.config.limits);
    problems.extend(linked::unlocked(&crates, &lock, policy.production, true));
    for locked in &lock.modules {
        let declared = wanted.get(&locked.id);
        let tree = present(project, &crates, locked, declared, &limits, &mut verified, problems);
        let Some(tree) = tree else { continue };
        let Some(manifest) = unchanged(locked, &tree, problems) else { continue };
        trusted::judge(locked, &manifest, &tree, project.config, &policy, problems);
    }
    verified
}

/// Fetches what is locked and not there.
#[cfg(feature = "fetch")]
fn fetch(project: &Project<'_>, lock: &Lock) -> Vec<Problem> {
    use super::bring::{self, Bringer, NoProgress};
    let bringer = match Bringer::new(project.folder, project.config, false, &NoProgress) {
        Ok(bringer) => bringer,
        Err(problem) => return vec![*problem],
    };
    let mut problems = match bring::placed(&bringer, lock) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().collect(),
    };
    problems.extend(bringer.events());
    problems
}

#[cfg(not(feature = "fetch"))]
fn fetch(_: &Project<'_>, _: &Lock) -> Vec<Problem> {
    let message = "`RUSTLE_FETCH` is set, and this build cannot fetch";
    let help =
        "give `rustle-build` the features `git` and `http` in Cargo.toml, or run `cargo rustle fetch` before";
    vec![Problem::error("fetch", message).with_help(help)]
}

/// The files of a package, where they are.
fn present(
    project: &Project<'_>,
    crates: &linked::Crates<'_>,
    locked: &Locked,
    declared: Option<&Declared>,
    limits: &Limits,
    verified: &mut Verified,
    problems: &mut Vec<Problem>,
) -> Option<Tree> {
    let id = &locked.id;
    let mut refuse = |message: String, help: String| {
        problems.push(Problem::error("module-missing", message).with_help(help))
    };
    let at = place::of(locked).map(|path| place::absolute(project.folder, &path));
    match locked.form {
        Form::File => {
            let (name, text) = match (&at, declared.map(|declared| &declared.source)) {
                (Some(path), _) => match std::fs::read_to_string(path) {
                    Ok(text) => (place::of(locked).unwrap_or_default(), text),
                    Err(error) => {
                        refuse(
                            format!("`{id}` is not there: {}: {error}", path.display()),
                            fetch_or_restore(locked),
                        );
                        return None;
                    }
                },
                (None, Some(Wanted::Inline { text, file })) => (file.clone(), text.clone()),
                // Nothing of it can be compared, so nothing of it may be linked.
                _ => {
                    refuse(
                        format!("`{id}` is locked as a file from `{}`, which has none", locked.source),
                        format!("`cargo rustle lock` writes {} anew", lock_file::FILE_NAME),
                    );
                    return None;
                }
            };
            let text = Arc::new(SourceFile { path: name, text });
            let tree = one_file(locked, &text, at.as_deref(), limits)
                .map_err(|why| refuse(why, fetch_or_restore(locked)))
                .ok();
            verified.watched.extend(at.clone());
            verified.files.push(FileModule {
                id: id.clone(),
                version: locked.version.to_string(),
                text,
                path: at,
            });
            tree
        }
        Form::Crate => {
            let name = locked.crate_name();
            if project.manifest.dependency(&name).is_none() {
                refuse(
                    format!("Cargo.toml does not depend on `{name}`, the crate of `{id}`"),
                    "`cargo rustle lock` writes it".into(),
                );
                return None;
            }
            let Some(krate) = crates.get(&name) else {
                refuse(
                    format!("the crate `{name}` does not tell runners of its modules"),
                    format!(
                        "its Cargo.toml needs `links = \"{}\"`, and its build.rs the two lines that `cargo rustle module new` writes",
                        id.links()
                    ),
                );
                return None;
            };
            let root = match &at {
                Some(_) if locked.source.is_placed() => place::absolute(project.folder, &place::fetched(id)),
                Some(path) => path.clone(),
                None => krate.folder.clone(),
            };
            let place = at.as_ref().unwrap_or(&root);
            if !is_same(&krate.folder, place) {
                refuse(
                    format!(
                        "Cargo links `{name}` from {}, and `{id}` should lie in {}",
                        krate.folder.display(),
                        place.display()
                    ),
                    "`cargo rustle lock` writes Cargo.toml anew".into(),
                );
                return None;
            }
            let tree = Tree::read(&root, limits)
                .map_err(|error| refuse(format!("`{id}` cannot be read: {error}"), fetch_or_restore(locked)))
                .ok()?;
            problems.extend(linked::more_features(locked, krate));
            // Any file may be compiled, also one that no build script of the package watches. What is one's own may have
            // a folder in it that changes with every build.
            if locked.source.is_remote() {
                verified.watched.insert(root);
            } else {
                verified.watched.extend(tree.files().keys().map(|path| place::absolute(&root, path)));
            }
            Some(tree)
        }
    }
}

/// The tree of a package that is one file: alone, or what it was fetched with.
fn one_file(locked: &Locked, text: &SourceFile, at: Option<&Path>, limits: &Limits) -> Result<Tree, String> {
    let id = &locked.id;
    if locked.source.is_remote()
        && let Some(folder) = at.and_then(|path| path.ancestors().find(|it| it.ends_with(place::fetched(id))))
    {
        let tree = Tree::read(folder, limits).map_err(|error| format!("`{id}` cannot be read: {error}"))?;
        // What is compiled is one of the files that are compared.
        let inner = place::inner(locked);
        return match tree.get(inner) {
            Some(content) if content == text.text.as_bytes() => Ok(tree),
            _ => Err(format!("`{id}` has no file `{inner}` in it")),
        };
    }
    place::alone(text.text.as_bytes()).map_err(|error| format!("`{id}` cannot be read: {error}"))
}

fn is_same(folder: &Path, place: &Path) -> bool {
    matches!((folder.canonicalize(), place.canonicalize()), (Ok(folder), Ok(place)) if folder == place)
}

fn fetch_or_restore(locked: &Locked) -> String {
    match locked.source {
        Source::File { .. } | Source::Inline { .. } => {
            "`cargo rustle lock` takes over what is there now, if that is meant".to_owned()
        }
        _ => "`cargo rustle fetch` brings it".to_owned(),
    }
}

/// What the package says of itself, if no byte of it differs from what was locked.
fn unchanged(locked: &Locked, tree: &Tree, problems: &mut Vec<Problem>) -> Option<PackageManifest> {
    let id = &locked.id;
    if tree.digest().hex() != locked.sha256 {
        let local = !locked.source.is_remote();
        let code = if local { lints::CHANGED_MODULE } else { "module-changed" };
        problems.push(
            Problem::error(code, format!("`{id}` is not what was locked: its files have changed"))
                .with_note(format!("locked `sha256:{}`, found `{}`", locked.sha256, tree.digest()))
                .with_help(match local {
                    true => "`cargo rustle lock` takes the change over; `[lints] changed-module = \"warn\"` helps while a module is being written",
                    false => "`cargo rustle fetch` puts back what was locked",
                }),
        );
        if !local {
            return None;
        }
    }
    manifest_of(locked, tree, problems)
}

/// The manifest of a package; one of a single file is made up.
pub fn manifest_of(locked: &Locked, tree: &Tree, problems: &mut Vec<Problem>) -> Option<PackageManifest> {
    let files = |name: &str| {
        let content = tree.get(&place::in_crate(locked, name))?;
        Some(String::from_utf8_lossy(content).into_owned())
    };
    let described =
        files(manifest::FILE_NAME).is_some() || manifest::JSON_NAMES.iter().any(|name| files(name).is_some());
    if locked.form == Form::File && !described {
        return Some(PackageManifest::new(locked.id.clone(), locked.version.clone()));
    }
    manifest::of(Some(&locked.id), &files, &format!("{}/", locked.id), problems)
}

/// What the modules of a file say of themselves.
///
/// # Errors
/// What cannot be read in it.
pub fn specs(
    file: &FileModule,
    target: &Cfg,
) -> Result<Vec<rustle_schema::module_spec::ModuleSpec>, Vec<rustle_spec::scan::ScanError>> {
    file_specs(&file.text.text, Path::new(&file.text.path), (&file.id.crate_name(), &file.version), target)
}

/// Everything that the modules of a package may do: what its manifest and what each of them says.
pub fn permissions<'a>(
    manifest: &PackageManifest,
    specs: impl IntoIterator<Item = &'a rustle_schema::module_spec::ModuleSpec>,
) -> BTreeSet<Permission> {
    let said = specs.into_iter().flat_map(|spec| &spec.permissions).filter_map(|text| text.parse().ok());
    manifest.permissions.iter().cloned().chain(said).collect()
}

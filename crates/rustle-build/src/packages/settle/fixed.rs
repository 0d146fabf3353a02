//! The packages whose source is named: their files are had first, since they say what they need.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustle_package::{File, Tree};
use rustle_playbook::{Problem, SourceFile};
use rustle_schema::package::lock::{Form, Lock, Locked};
use rustle_schema::package::manifest::PackageManifest;
use rustle_schema::package::{ModuleId, Source};
use rustle_spec::scan::file_specs;
use semver::Version;

use super::Update;
use crate::config::Declared;
use crate::config::modules::{Wanted, inline_file};
use crate::modules::host;
use crate::packages::bring::{Bringer, Repository, side_by_side};
use crate::packages::place::{self, ONE_FILE};
use crate::packages::{verify, wanted};

/// A package whose source is named.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) locked: Locked,
    pub(super) manifest: PackageManifest,
    pub(super) tree: Tree,
}

/// All of them, several at once; `None` if one cannot be had, and the rest would be guesswork.
pub(super) fn all(
    bringer: &Bringer<'_>,
    wanted: &BTreeMap<ModuleId, Declared>,
    before: &Lock,
    update: &Update,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<ModuleId, Fixed>> {
    let named: Vec<(&ModuleId, &Declared)> =
        wanted.iter().filter(|(_, declared)| !matches!(declared.source, Wanted::Registry { .. })).collect();
    let results = side_by_side(&named, |(id, declared)| one(bringer, id, declared, before, update));
    let mut all = BTreeMap::new();
    let mut whole = true;
    for ((id, declared), result) in named.into_iter().zip(results) {
        match result {
            Ok(fixed) => drop(all.insert(id.clone(), fixed)),
            Err(found) => {
                whole = false;
                let place = declared.at.as_ref();
                problems.extend(found.into_iter().map(|problem| match problem.primary {
                    Some(_) => problem,
                    None => wanted::at(problem, place),
                }));
            }
        }
    }
    whole.then_some(all)
}

fn one(
    bringer: &Bringer<'_>,
    id: &ModuleId,
    declared: &Declared,
    before: &Lock,
    update: &Update,
) -> Result<Fixed, Vec<Problem>> {
    let source = wanted::source(id, declared, bringer.config).map_err(|problem| vec![*problem])?;
    let lift = |problem: Box<Problem>| vec![*problem];
    let old = before.get(id).filter(|old| old.source == source);
    let mut commit = None;
    let mut archive = None;
    // Where the crate or the file is in the tree.
    let mut inner = String::new();
    let is_file;
    let tree = match &declared.source {
        Wanted::File { path } => {
            is_file = place::is_file(path);
            local(bringer, id, path).map_err(|why| vec![Problem::error("module-missing", why)])?
        }
        Wanted::Git { reference, repository, path, submodules, .. } => {
            let pinned = old.filter(|_| !update.moves(id)).and_then(|old| old.commit.as_deref());
            let repository = Repository {
                address: repository,
                reference,
                path: path.as_deref(),
                submodules: *submodules,
                commit: pinned,
            };
            let (found, tree) = bringer.git(repository, Some(declared)).map_err(lift)?;
            commit = Some(found);
            inner = path.clone().unwrap_or_default();
            is_file = place::is_file(&inner);
            tree
        }
        Wanted::Http { url, sha256, path, .. } => {
            archive = Some(sha256.clone());
            let tree = bringer.http(id, url, sha256, Some(declared)).map_err(lift)?;
            inner = path.clone().unwrap_or_default();
            if tree.get(ONE_FILE).is_some() && tree.files().len() == 1 {
                inner = ONE_FILE.to_owned();
            }
            is_file = place::is_file(&inner);
            tree
        }
        Wanted::Inline { text, .. } => {
            is_file = true;
            alone(text.as_bytes()).map_err(|why| vec![Problem::error("module-missing", why)])?
        }
        Wanted::Registry { .. } => return Err(Vec::new()),
    };
    let form = if is_file { Form::File } else { Form::Crate };
    let mut locked = Locked {
        commit,
        archive,
        sha256: tree.digest().hex(),
        ..Locked::new(id.clone(), Version::new(0, 0, 0), form, source)
    };
    let mut problems = Vec::new();
    if is_file {
        locked.version = version_of_file(&locked, declared, &tree, &inner, &mut problems);
        if matches!(locked.source, Source::Http { .. }) && inner != ONE_FILE {
            locked.krate = Some(inner.clone());
        }
    } else {
        let name = crate_name(&tree, &inner)
            .map_err(|why| vec![Problem::error("module-manifest", format!("`{id}`: {why}"))])?;
        locked.krate = (name != id.crate_name()).then_some(name);
    }
    let manifest = verify::manifest_of(&locked, &tree, &mut problems);
    match manifest {
        Some(manifest) if problems.is_empty() => {
            locked.version = manifest.version.clone();
            Ok(Fixed { locked, manifest, tree })
        }
        _ => Err(problems),
    }
}

/// A file or a crate's folder of the project.
fn local(bringer: &Bringer<'_>, id: &ModuleId, path: &str) -> Result<Tree, String> {
    let at = place::absolute(bringer.folder, path);
    if place::is_file(path) {
        let text =
            std::fs::read(&at).map_err(|error| format!("`{id}` is not there: {}: {error}", at.display()))?;
        return alone(&text);
    }
    if !at.join("Cargo.toml").is_file() {
        return Err(format!(
            "`{id}` is not there: {} is neither a .rs file nor a folder with a Cargo.toml",
            at.display()
        ));
    }
    Tree::read(&at, &place::limits(&bringer.config.limits))
        .map_err(|error| format!("`{id}` cannot be read: {error}"))
}

fn alone(text: &[u8]) -> Result<Tree, String> {
    place::alone(text).map_err(|error| error.to_string())
}

/// The package's name in its Cargo.toml.
fn crate_name(tree: &Tree, inner: &str) -> Result<String, String> {
    let path = if inner.is_empty() { "Cargo.toml".to_owned() } else { format!("{inner}/Cargo.toml") };
    let text = tree.get(&path).ok_or_else(|| format!("there is no {path} in it"))?;
    let manifest = crate::manifest::Manifest::parse(&String::from_utf8_lossy(text))?;
    match manifest.package.is_empty() {
        true => Err(format!("{path} names no package")),
        false => Ok(manifest.package),
    }
}

/// The version that the modules in a file say; 0.0.0 where they say none.
fn version_of_file(
    locked: &Locked,
    declared: &Declared,
    tree: &Tree,
    inner: &str,
    problems: &mut Vec<Problem>,
) -> Version {
    let none = Version::new(0, 0, 0);
    let (name, file): (String, Option<&File>) = match &declared.source {
        Wanted::File { path } => (path.clone(), tree.files().get(ONE_FILE)),
        Wanted::Inline { file, .. } => (file.clone(), tree.files().get(ONE_FILE)),
        _ => (inner.to_owned(), tree.files().get(inner)),
    };
    let Some(file) = file else {
        problems.push(Problem::error("module-missing", format!("`{}` has no file `{inner}`", locked.id)));
        return none;
    };
    let text = String::from_utf8_lossy(&file.content).into_owned();
    let source = match &declared.source {
        Wanted::Inline { file, text } => inline_file(&locked.id, file, text),
        _ => Arc::new(SourceFile { path: name, text: text.clone() }),
    };
    let specs = file_specs(&text, source.path.as_ref(), (&locked.id.crate_name(), "0.0.0"), &host());
    match specs {
        Ok(specs) if specs.is_empty() => {
            let message = format!("`{}` has no `#[rustle_module]` in it", locked.id);
            problems.push(Problem::error("module-source", message));
            none
        }
        Ok(specs) => specs.iter().filter_map(|spec| Version::parse(&spec.version).ok()).max().unwrap_or(none),
        Err(errors) => {
            problems.extend(errors.iter().map(|error| crate::modules::marked(error, &source)));
            none
        }
    }
}

//! What there is to say about a package before anybody takes it: for its author.
//!
//! It is all that settling on versions would say of it, and what only its author can mend.

mod agreement;
mod build_script;
mod path_dependencies;
mod promises;
mod written;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rustle_package::{Limits, Tree};
use rustle_playbook::{Problem, Severity, SourceFile};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::package::manifest::{Kind, PackageManifest};
use rustle_schema::package::{ModuleId, Permission, Source};
use rustle_spec::scan::file_specs;
use semver::Version;

use super::manifest::{self, FILE_NAME};
use super::policy::{self, Subject};
use super::review::{self, Review};
use crate::config::Config;
use crate::config::policy::Policy;
use crate::diagnostics::Problems;
use crate::modules::{host, marked};
use crate::{catalogue, lints};
use agreement::Package;
use written::Written;

/// What a package is looked at with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What stands before the names of its files in messages: its folder and a slash, or nothing.
    pub shown: String,
    /// The Rust that is here, if that is known.
    pub rust_version: Option<Version>,
    /// The target triples that it knows; none where that is not known.
    pub targets: Vec<String>,
    /// Whether the package leaves its author's hands as it is: then what only a signature can vouch for is an error.
    pub unsigned: bool,
}

/// A package, as its author has it.
#[derive(Debug, Default)]
pub struct Authored {
    /// What it says of itself; nothing if that cannot be read.
    pub manifest: Option<PackageManifest>,
    /// Its modules.
    pub specs: Vec<ModuleSpec>,
    /// What they may do.
    pub permissions: BTreeSet<Permission>,
    /// Its files.
    pub tree: Tree,
    /// What there is to say, with the levels that lints have where nobody says.
    pub problems: Problems,
}

/// Looks at the package at `path`: the folder of a crate, or one file.
pub fn check(path: &Path, options: &Options) -> Authored {
    let mut problems = Vec::new();
    let mut authored =
        if path.is_dir() { folder(path, options, &mut problems) } else { file(path, options, &mut problems) };
    problems.extend(specs(&authored.specs));
    problems.extend(
        authored.manifest.as_ref().into_iter().flat_map(|it| refusals(it, &authored.permissions, options)),
    );
    authored.problems = Problems::new(lints::apply(problems, &Default::default()));
    authored
}

fn folder(folder: &Path, options: &Options, problems: &mut Vec<Problem>) -> Authored {
    let tree = match Tree::read(folder, &Limits::default()) {
        Ok(tree) => tree,
        Err(error) => {
            let help = "whoever takes the package refuses it: remove it, or what makes it";
            problems.push(Problem::error("module-files", error.to_string()).with_help(help));
            return Authored::default();
        }
    };
    problems.extend(secret_keys(&tree));
    let shown = &options.shown;
    let text = |name: &str| Some(String::from_utf8_lossy(tree.get(name)?).into_owned());
    let manifest = manifest::of(None, &text, shown, problems);
    let mut parsed = |name: &str| {
        let parsed = Written::parse(format!("{shown}{name}"), text(name)?);
        parsed.map_err(|problem| problems.push(*problem)).ok()
    };
    let cargo = parsed("Cargo.toml");
    // What is wrong in it was told as it was read.
    let module = text(FILE_NAME).and_then(|text| Written::parse(format!("{shown}{FILE_NAME}"), text).ok());
    let Some(manifest) = manifest else { return Authored { tree, ..Authored::default() } };
    let mut authored = Authored { manifest: Some(manifest), tree, ..Authored::default() };
    let Some(manifest) = &authored.manifest else { return authored };
    let Some(cargo) = cargo else {
        if !authored.tree.files().contains_key("Cargo.toml") {
            let message =
                format!("`{}` has no Cargo.toml: a package of native modules is a crate", manifest.id);
            problems.push(Problem::error("module-manifest", message));
        }
        return authored;
    };
    let features = cargo.entries(&["features"]).map(|(name, _)| name.to_owned()).collect();
    let review = review::of_crate(folder, shown, &features, manifest, &Policy::default());
    let package = Package { folder, manifest, module: module.as_ref(), cargo: &cargo, tree: &authored.tree };
    problems.extend(agreement::check(&package));
    let specs = (!failed(&review)).then_some(review.specs.as_slice());
    problems.extend(promises::check(&package, specs, options));
    problems.extend(path_dependencies::check(&cargo));
    if review.specs.is_empty() && !failed(&review) && manifest.kind == Kind::Native {
        let message = format!("`{}` has no `#[rustle_module]` in it", manifest.id);
        problems.push(Problem::error("module-source", message));
    }
    taken(&mut authored, review, problems);
    authored
}

fn file(path: &Path, options: &Options, problems: &mut Vec<Problem>) -> Authored {
    let shown = match options.shown.as_str() {
        "" => path.to_string_lossy().into_owned(),
        shown => shown.to_owned(),
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Problem::error("module-missing", format!("{shown}: {error}")));
            return Authored::default();
        }
    };
    let source = Arc::new(SourceFile { path: shown, text });
    let specs = match file_specs(&source.text, source.path.as_ref(), ("file", "0.0.0"), &host()) {
        Ok(specs) => specs,
        Err(errors) => {
            problems.extend(errors.iter().map(|error| marked(error, &source)));
            return Authored::default();
        }
    };
    let Some(first) = specs.first() else {
        let message = format!("{} has no `#[rustle_module]` in it", source.path);
        problems.push(Problem::error("module-source", message));
        return Authored::default();
    };
    let id = match id_of(&first.name) {
        Ok(id) => id,
        Err(why) => {
            problems.push(Problem::error("module-id", why));
            return Authored::default();
        }
    };
    let versions = specs.iter().filter_map(|spec| Version::parse(&spec.version).ok());
    let manifest = PackageManifest::new(id, versions.max().unwrap_or(Version::new(0, 0, 0)));
    let review = review::of_file(&source, &manifest, &Policy::default());
    let mut authored = Authored { manifest: Some(manifest), ..Authored::default() };
    taken(&mut authored, review, problems);
    authored
}

/// The id of the package for a module of this name: without the underscores, which an id cannot have.
///
/// # Errors
/// If it is no full name.
pub fn id_of(module: &str) -> Result<ModuleId, String> {
    module.replace('_', "").parse()
}

fn failed(review: &Review) -> bool {
    review.problems.iter().any(|problem| problem.code == "module-source")
}

fn taken(authored: &mut Authored, review: Review, problems: &mut Vec<Problem>) {
    problems.extend(review.problems);
    authored.specs = review.specs;
    authored.permissions = review.permissions;
}

/// What there is to say of the modules themselves.
fn specs(specs: &[ModuleSpec]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for spec in specs {
        let name = &spec.name;
        let names = std::iter::once(name).chain(&spec.aliases);
        problems.extend(names.filter_map(|name| catalogue::find(name)).map(|builtin| {
            let message = format!("`{name}` takes the place of the builtin module `{}`", builtin.name);
            Problem::warning("builtin-name", message).with_help(
                "plans that mean the builtin one get this: give it a name of its own, as `acme.copy`",
            )
        }));
    }
    problems
}

/// Why nobody would take the package, whatever his policy is.
fn refusals(
    manifest: &PackageManifest,
    permissions: &BTreeSet<Permission>,
    options: &Options,
) -> Vec<Problem> {
    let source = Source::File { path: ".".to_owned() };
    let subject =
        Subject { id: &manifest.id, source: &source, manifest, permissions, signers: &BTreeSet::new() };
    let mut refusals = policy::refusals(&Policy::default(), &Config::default(), &subject);
    for problem in &mut refusals {
        // An official key may still sign it.
        if !options.unsigned && matches!(problem.code, "policy-claim" | "policy-permission") {
            problem.severity = Severity::Warning;
        }
    }
    refusals
}

/// How a file of minisign with a secret key begins, below its comment.
const SECRET_KEY: [&str; 2] = ["RWRTY0Iy", "RWQAAEIy"];

/// Secret keys among the files: packing them would publish them.
fn secret_keys(tree: &Tree) -> Vec<Problem> {
    let secret = |content: &[u8]| {
        let text = String::from_utf8_lossy(content.get(..1024).unwrap_or(content)).into_owned();
        text.lines().take(3).any(|line| SECRET_KEY.iter().any(|start| line.trim().starts_with(start)))
    };
    let found = tree.files().iter().filter(|(_, file)| secret(&file.content));
    found
        .map(|(path, _)| {
            Problem::error(
                "secret-key",
                format!("{path} is a secret key, and would be published with the package"),
            )
            .with_help("keep it elsewhere; if others have seen it, revoke it")
        })
        .collect()
}

#[cfg(test)]
mod tests;

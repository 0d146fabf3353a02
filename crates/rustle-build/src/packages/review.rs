//! Looks at the sources of a package: a review aid. It finds what code says openly; for native code the only boundary is a
//! sandbox around the runner.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_package::Tree;
use rustle_playbook::{Problem, Severity, SourceFile};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;
use rustle_schema::package::lock::{Form, Locked};
use rustle_schema::package::manifest::PackageManifest;
use rustle_schema::package::{ModuleId, Permission};
use rustle_spec::audit::{self, Audit, Comparison, CrateNamed, Finding, Undeclared};
use rustle_spec::scan::{ScanError, file_specs};

use super::place;
use super::verify::permissions;
use crate::catalogue;
use crate::config::policy::Policy;
use crate::lints;
use crate::modules::{host, marked, shadowed, word_at};

/// What a look at a package tells.
#[derive(Debug, Default)]
pub struct Review {
    /// Its modules.
    pub specs: Vec<ModuleSpec>,
    /// What they may do, by the manifest and by their attributes.
    pub permissions: BTreeSet<Permission>,
    /// What there is to say.
    pub problems: Vec<Problem>,
}

/// Looks at a package that is about to be locked. `shown` is what its one file is called in messages.
pub fn of_locked(
    locked: &Locked,
    manifest: &PackageManifest,
    tree: &Tree,
    policy: &Policy,
    shown: Option<String>,
) -> Review {
    if locked.form == Form::File {
        let path = place::inner(locked);
        let text = String::from_utf8_lossy(tree.get(path).unwrap_or_default()).into_owned();
        let path = shown.unwrap_or_else(|| format!("{}/{path}", locked.id));
        return of_file(&Arc::new(SourceFile { path, text }), manifest, policy);
    }
    let written = tempfile::tempdir().and_then(|folder| {
        let to = folder.path().join("package");
        tree.write(&to).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok((folder, to))
    });
    match written {
        Ok((_kept, to)) => {
            let folder = place::absolute(&to, place::inner(locked));
            of_crate(&folder, &format!("{}/", locked.id), &locked.features, manifest, policy)
        }
        Err(error) => Review {
            problems: vec![Problem::error("output", format!("`{}` cannot be looked at: {error}", locked.id))],
            ..Review::default()
        },
    }
}

/// Looks at the crate in `folder`; `shown` stands before the names of its files.
pub fn of_crate(
    folder: &Path,
    shown: &str,
    features: &BTreeSet<String>,
    manifest: &PackageManifest,
    policy: &Policy,
) -> Review {
    let cfg = features.iter().fold(host(), |cfg, feature| cfg.with_feature(feature));
    let look = audit::look(folder, &cfg);
    let mut files = Files { shown, folder: Some(folder), known: BTreeMap::new() };
    judged(look.specs, look.audit, &mut files, manifest, policy)
}

/// Looks at a package of one file.
pub fn of_file(file: &Arc<SourceFile>, manifest: &PackageManifest, policy: &Policy) -> Review {
    let path = PathBuf::from(&file.path);
    let named = (manifest.id.crate_name(), manifest.version.to_string());
    let specs = file_specs(&file.text, &path, (&named.0, &named.1), &host());
    let audit = audit::audit_of_file(&path, &file.text, &host());
    let mut files = Files { shown: "", folder: None, known: BTreeMap::from([(path, file.clone())]) };
    judged(specs, audit, &mut files, manifest, policy)
}

/// The files of a package, as messages show them.
struct Files<'a> {
    shown: &'a str,
    folder: Option<&'a Path>,
    known: BTreeMap<PathBuf, Arc<SourceFile>>,
}

impl Files<'_> {
    fn get(&mut self, path: &Path) -> Option<Arc<SourceFile>> {
        if let Some(file) = self.known.get(path) {
            return Some(file.clone());
        }
        let text = std::fs::read_to_string(self.folder?.join(path)).ok()?;
        let name = format!("{}{}", self.shown, path.to_string_lossy().replace('\\', "/"));
        let file = Arc::new(SourceFile { path: name, text });
        self.known.insert(path.to_owned(), file.clone());
        Some(file)
    }

    fn at(&mut self, problem: Problem, (path, line, col): (&Path, usize, usize)) -> Problem {
        match self.get(path) {
            Some(file) => problem.at(word_at(&file, line, col)),
            None => problem.with_note(format!("in {}{}", self.shown, path.display())),
        }
    }
}

fn judged(
    specs: Result<Vec<ModuleSpec>, Vec<ScanError>>,
    audit: Result<Audit, Vec<ScanError>>,
    files: &mut Files<'_>,
    manifest: &PackageManifest,
    policy: &Policy,
) -> Review {
    let mut review = Review::default();
    let mut unreadable = |errors: Vec<ScanError>, files: &mut Files<'_>| {
        for error in errors {
            review.problems.push(match files.get(&error.file) {
                Some(file) => marked(&error, &file),
                None => Problem::error("module-source", error.to_string()),
            });
        }
    };
    let specs = specs.map_err(|errors| unreadable(errors, files)).unwrap_or_default();
    let audit = audit.map_err(|errors| unreadable(errors, files)).unwrap_or_default();
    review.permissions = permissions(manifest, &specs);
    review.problems.extend(beyond_manifest(manifest, &specs));
    review.problems.extend(undocumented(&manifest.id, &specs));
    let names = specs.iter().flat_map(|spec| std::iter::once(&spec.name).chain(&spec.aliases));
    let builtin = names.filter(|name| catalogue::find(names::canonical(name)).is_some());
    let from = format!("of `{}`", manifest.id);
    review.problems.extend(builtin.map(|name| shadowed(name, &from)));
    let said = |of: &[Permission]| -> Vec<String> { of.iter().map(ToString::to_string).collect() };
    for spec in &specs {
        let declared = [said(&manifest.permissions), spec.permissions.clone()].concat();
        let compared = audit::compare(&audit.of_module(&spec.name), &declared);
        review.problems.extend(told(&compared, &spec.name, files));
    }
    let all: Vec<String> = review.permissions.iter().map(ToString::to_string).collect();
    let compared = audit::compare(&audit.findings, &all);
    review.problems.extend(told(&compared, manifest.id.as_str(), files));
    review.problems.extend(compared.unused.iter().map(|permission| {
        let message = format!("`{}` declares `{permission}`, and nothing in its code needs it", manifest.id);
        Problem::note("unused-permission", message)
    }));
    review.problems.extend(crates(&audit.crates, &manifest.id, policy, files));
    review.specs = specs;
    review
}

/// What the code does and nobody declared: one problem for each place.
fn told(compared: &Comparison, who: &str, files: &mut Files<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |undeclared: &Undeclared, severity: Severity, code, may: &str, files: &mut Files<'_>| {
        let permission = undeclared.capability.permission();
        for finding in &undeclared.findings {
            let Finding { file, line, col, what, how, .. } = finding;
            let message =
                format!("`{who}` {may}{}, and does not declare `{permission}`", undeclared.capability);
            let problem = Problem::new(severity, code, message)
                .labelled(format!("`{what}`"))
                .with_help(format!("declare it: `permissions = [\"{permission}\"]`"));
            let problem = how.iter().fold(problem, |problem, how| problem.with_note(how.as_str()));
            problems.push(files.at(problem, (file, *line, *col)));
        }
    };
    for undeclared in &compared.undeclared {
        tell(undeclared, Severity::Error, lints::UNDECLARED_PERMISSION, "", files);
    }
    for possible in &compared.possible {
        tell(possible, Severity::Note, "possible-permission", "perhaps ", files);
    }
    problems
}

/// Permissions of modules that the package's manifest leaves out.
fn beyond_manifest(manifest: &PackageManifest, specs: &[ModuleSpec]) -> Vec<Problem> {
    if manifest.permissions.is_empty() {
        return Vec::new();
    }
    let beyond = specs.iter().flat_map(|spec| {
        let parsed = spec.permissions.iter().filter_map(|text| text.parse::<Permission>().ok());
        let open = parsed.filter(|it| !manifest.permissions.iter().any(|wider| wider.covers(it)));
        open.map(|permission| {
            let message = format!("`{}` wants `{permission}`, and the manifest of `{}` does not have it", spec.name, manifest.id);
            Problem::error("manifest-permission", message)
                .with_help("add it to `permissions` of module.toml: that is what people read before they take the package")
        })
    });
    beyond.collect()
}

fn undocumented(id: &ModuleId, specs: &[ModuleSpec]) -> Vec<Problem> {
    let arguments = specs.iter().flat_map(|spec| spec.args.iter().map(move |arg| (spec, arg)));
    arguments
        .filter(|(_, arg)| arg.doc.trim().is_empty())
        .map(|(spec, arg)| {
            let message =
                format!("the argument `{}` of `{}` ({id}) has no documentation", arg.name, spec.name);
            Problem::warning(lints::UNDOCUMENTED, message)
        })
        .collect()
}

fn crates(named: &[CrateNamed], id: &ModuleId, policy: &Policy, files: &mut Files<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let alone = files.folder.is_none();
    for krate in named {
        let at = (krate.file.as_path(), krate.line, krate.col);
        let Some(package) = &krate.package else {
            // The runtime is there wherever a module is compiled.
            if alone && krate.name == "rustle_runtime" {
                continue;
            }
            let message = format!("`{id}` names the crate `{}`, which it does not depend on", krate.name);
            let help = match alone {
                true => "a module of one file has the runtime and the standard library: make a crate of it"
                    .to_owned(),
                false => format!("`cargo add {}` in its folder", krate.name),
            };
            problems.push(files.at(Problem::error("missing-dependency", message).with_help(help), at));
            continue;
        };
        let own = package.starts_with("rustle-")
            || ModuleId::of_crate(package).is_some_and(|it| it.is_under(id.as_str()));
        let allowed = policy.allowed_crates.as_ref();
        let why = if policy.blocked_crates.contains(package) {
            "the policy blocks"
        } else if !own && allowed.is_some_and(|allowed| !allowed.contains(package)) {
            "the policy does not allow"
        } else {
            continue;
        };
        let message = format!("`{id}` depends on `{package}`, which {why}");
        problems.push(files.at(Problem::error("policy-crate", message), at));
    }
    problems
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    fn codes(source: &str, manifest: impl FnOnce(&mut PackageManifest)) -> Vec<&'static str> {
        let mut of = PackageManifest::new("acme.x".parse().unwrap(), Version::new(1, 0, 0));
        manifest(&mut of);
        let file = Arc::new(SourceFile { path: "x.rs".into(), text: source.to_owned() });
        let review = of_file(&file, &of, &Policy::default());
        review.problems.iter().filter(|it| it.severity != Severity::Note).map(|it| it.code).collect()
    }

    fn module(name: &str, permissions: &str, body: &str) -> String {
        format!(
            "use rustle_runtime::prelude::*;\n/// Does it.\n#[rustle_module(name = \"{name}\", permissions = [{permissions}])]\n\
             pub struct X {{\n    /// Where.\n    path: PathBuf,\n}}\nimpl Module for X {{\n    fn apply(&self, _: &Context) -> \
             Result<Outcome> {{\n        {body}\n    }}\n}}\n"
        )
    }

    #[test]
    fn what_is_done_and_not_declared_is_told() {
        let body = "std::fs::remove_file(&self.path)?; Ok(Outcome::ok())";
        assert_eq!(codes(&module("acme.x", "\"fs:write\"", body), |_| {}), [""; 0]);
        let undeclared = codes(&module("acme.x", "", body), |_| {});
        assert!(
            !undeclared.is_empty() && undeclared.iter().all(|code| *code == lints::UNDECLARED_PERMISSION)
        );
        let beyond = codes(&module("acme.x", "\"fs:write\"", body), |manifest| {
            manifest.permissions = vec!["fs:write:/etc/**".parse().unwrap()];
        });
        assert_eq!(beyond, ["manifest-permission"]);
    }

    #[test]
    fn a_builtin_modules_name_is_told() {
        assert_eq!(codes(&module("copy", "", "Ok(Outcome::ok())"), |_| {}), [lints::SHADOWED_BUILTIN]);
    }

    #[test]
    fn a_crate_that_is_not_there_is_told() {
        let body = "serde_json::to_string(&1).ok(); Ok(Outcome::ok())";
        assert_eq!(codes(&module("acme.x", "", body), |_| {}), ["missing-dependency"]);
    }
}

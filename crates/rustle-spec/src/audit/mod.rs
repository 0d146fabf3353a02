//! What the code of a module touches: a review aid.
//!
//! The code is parsed, not searched: names are followed through imports, re-exports, aliases and renamed crates; what macros
//! are given and what they are made of is looked through; included files are read. What is found is compared with the
//! permissions that the module declares, so that a reviewer sees at which line to begin, and so that an honest author
//! cannot forget a permission.
//!
//! **It is no boundary.** Whoever wants to hide something from it can. It does not see
//! - what other crates do: those that are not among the known ones are listed by name and no more, with their procedural
//!   macros, which write code that nobody reads;
//! - what generated code does (`include!` from `OUT_DIR`; that there is such code is told), and what macros put together
//!   from pieces;
//! - methods of values whose type is not told where they are called: `self.path.exists()` is told as something that may be;
//!   a program that another crate hands out, ready to be started, is not told at all;
//! - what a text says: the names of functions that are looked up at run time, or what a shell is asked to do;
//! - the limits of a permission: that `fs:write:/etc/**` writes only there;
//! - code that is not compiled for the target, and tests.
//!
//! For native code the boundary is the sandbox of the operating system that the module is run in, if it is run in one.

mod attributes;
mod bindings;
mod build_script;
mod capability;
mod compare;
mod conditions;
mod crates;
mod doors;
mod included;
mod index;
mod macros;
mod mention;
mod opening;
mod package;
mod reach;
mod resolve;
mod scopes;
mod syntax;
mod tokens;
mod visit;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustle_schema::module_spec::ModuleSpec;

pub use capability::Capability;
pub use compare::{Comparison, Undeclared, compare};
pub use crates::CrateNamed;
use index::Index;
use mention::{Found, Named};
use walk::Walk;

use crate::scan::sources::{self, Sources};
use crate::scan::{self, Cfg, ScanError, manifest, shared, with_deep_stack};

/// A place at which code touches something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the folder of Cargo.toml.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub col: usize,
    /// What is touched.
    pub capability: Capability,
    /// Through what: `std::process::Command`.
    pub what: String,
    /// In which way, where that is not plain to see: "through the re-export `crate::sys::run`", "in the arguments of the
    /// macro `vec!`".
    pub how: Option<String>,
    /// Whether it is touched for certain. What is not is worth a look, and no error.
    pub certain: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { file, line, col, capability, what, how, certain } = self;
        let may = if *certain { "" } else { "perhaps " };
        write!(f, "{}:{line}:{col}: {may}{capability}: `{what}`", file.display())?;
        how.as_ref().map_or(Ok(()), |how| write!(f, ", {how}"))
    }
}

/// What is known of a crate after it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// What its code touches, in order of file and place.
    pub findings: Vec<Finding>,
    /// The crates that its Cargo.toml names, and those that its code names without.
    pub crates: Vec<CrateNamed>,
    /// Which of the findings are within reach of each module of Rustle, by the module's name: those in its own place in the
    /// code and in what that names. Numbers into `findings`.
    by_module: BTreeMap<String, Vec<usize>>,
}

impl Audit {
    /// The findings within reach of the module `name`: those of the code that it stands in, and of whatever of the crate
    /// that code names. What concerns the package as a whole (build scripts) is in reach of every module. All findings where
    /// the name is not known.
    pub fn of_module(&self, name: &str) -> Vec<Finding> {
        match self.by_module.get(name) {
            Some(numbers) => numbers.iter().filter_map(|it| self.findings.get(*it)).cloned().collect(),
            None => self.findings.clone(),
        }
    }
}

/// What one look at the sources of a crate tells.
#[derive(Clone, Debug)]
pub struct Look {
    /// Its modules, as [`crate_specs`](scan::crate_specs) finds them.
    pub specs: Result<Vec<ModuleSpec>, Vec<ScanError>>,
    /// What its code touches.
    pub audit: Result<Audit, Vec<ScanError>>,
}

/// Looks at the crate at `manifest_dir`, and parses its files once for both: its modules under the features and the target
/// that `cfg` names, and what its code touches.
///
/// ```no_run
/// use rustle_spec::audit::{compare, look};
/// use rustle_spec::scan::Cfg;
///
/// let look = look("modules/acme".as_ref(), &Cfg::new().with_name("unix"));
/// if let (Ok(specs), Ok(audit)) = (look.specs, look.audit) {
///     for spec in specs {
///         for undeclared in compare(&audit.of_module(&spec.name), &spec.permissions).undeclared {
///             println!("{} {}, which it does not declare", spec.name, undeclared.capability);
///         }
///     }
/// }
/// ```
pub fn look(manifest_dir: &Path, cfg: &Cfg) -> Look {
    let done = with_deep_stack(|| {
        let sources = Sources::new(manifest_dir);
        let specs = scan::package_specs(&sources, cfg, shared::types());
        Ok(Look { specs, audit: of_package(&sources, cfg) })
    });
    done.unwrap_or_else(|errors| Look { specs: Err(errors.clone()), audit: Err(errors) })
}

/// What the code of the crate at `manifest_dir` touches (its library, its program if it has one, and its build script) under
/// the features and the target that `cfg` names. What `cfg` says nothing of may hold or not: code under such a condition
/// counts.
///
/// # Errors
/// Everything that cannot be read, in order of file and place.
pub fn audit(manifest_dir: &Path, cfg: &Cfg) -> Result<Audit, Vec<ScanError>> {
    with_deep_stack(|| of_package(&Sources::new(manifest_dir), cfg))
}

/// The same of a single file, or of source text that stands somewhere else: `shown` is what it is called in findings.
/// Nothing outside of `text` is read; what leads there is an error.
///
/// # Errors
/// If the text is no Rust, or other files belong to it.
pub fn audit_of_file(shown: &Path, text: &str, cfg: &Cfg) -> Result<Audit, Vec<ScanError>> {
    with_deep_stack(|| {
        let parsed = sources::parse(shown, text).map_err(|error| vec![error])?;
        let sources = Sources::new(Path::new(""));
        let mut index = Index::new(&sources, cfg, false);
        let root = index.crate_of(Rc::new(parsed));
        let mut whole = Whole::default();
        whole.add(&mut index, root);
        // Nothing says what a file alone depends on.
        let crates = crates::listed(&package::Package::default(), &whole.named);
        whole.finish(Vec::new(), crates)
    })
}

/// The findings of [`audit`].
///
/// # Errors
/// As there.
pub fn findings(manifest_dir: &Path, cfg: &Cfg) -> Result<Vec<Finding>, Vec<ScanError>> {
    audit(manifest_dir, cfg).map(|audit| audit.findings)
}

/// The findings of [`audit_of_file`].
///
/// # Errors
/// As there.
pub fn findings_of_file(shown: &Path, text: &str, cfg: &Cfg) -> Result<Vec<Finding>, Vec<ScanError>> {
    audit_of_file(shown, text, cfg).map(|audit| audit.findings)
}

/// The crates that the package at `manifest_dir` names, in Cargo.toml or in its code.
///
/// # Errors
/// As those of [`audit`].
pub fn crates_named(manifest_dir: &Path, cfg: &Cfg) -> Result<Vec<CrateNamed>, Vec<ScanError>> {
    audit(manifest_dir, cfg).map(|audit| audit.crates)
}

fn of_package(sources: &Sources, cfg: &Cfg) -> Result<Audit, Vec<ScanError>> {
    let roots = manifest::read(sources.folder()).map_err(|error| vec![error])?.roots;
    let package = package::read(sources).map_err(|error| vec![error])?;
    let mut whole = Whole::default();
    let build = build_script::findings(sources, &package, cfg, &mut whole.errors);
    for root in &roots {
        match sources.parse(root) {
            Ok(parsed) => {
                let mut index = Index::new(sources, cfg, true);
                index.scopes.is_old = package.is_old;
                let renamed =
                    package.dependencies.iter().filter(|it| it.name != it.package.replace('-', "_"));
                index.scopes.crates =
                    renamed.map(|it| (it.name.clone(), it.package.replace('-', "_"))).collect();
                let root = index.crate_of(parsed);
                whole.add(&mut index, root);
            }
            Err(error) => whole.errors.push(error),
        }
    }
    let crates = crates::listed(&package, &whole.named);
    whole.finish(build, crates)
}

/// What the crates of a package (a library and programs) come to.
#[derive(Default)]
struct Whole {
    /// What was found, and the modules of Rustle that can reach it.
    found: Vec<(Finding, BTreeSet<String>)>,
    modules: BTreeSet<String>,
    named: Vec<Named>,
    errors: Vec<ScanError>,
}

impl Whole {
    fn add(&mut self, index: &mut Index<'_>, root: index::Part) {
        let walked = Walk::over(index, root);
        self.named.extend(walked.named);
        self.errors.append(&mut index.errors);
        let nodes = walked.found.iter().flat_map(|found| found.nodes.iter().cloned()).collect();
        let reach = walked.uses.reach(&index.scopes, &nodes);
        self.modules.extend(reach.keys().cloned());
        for Found { nodes, finding } in walked.found {
            let near = reach.iter().filter(|(_, reached)| nodes.iter().any(|node| reached.contains(node)));
            let near = near.map(|(name, _)| name.clone()).collect();
            self.found.push((finding, near));
        }
    }

    /// All of it in order, and every place once.
    fn finish(self, build: Vec<Finding>, crates: Vec<CrateNamed>) -> Result<Audit, Vec<ScanError>> {
        let Whole { mut found, modules, mut errors, .. } = self;
        errors.sort();
        errors.dedup();
        if !errors.is_empty() {
            return Err(errors);
        }
        found.extend(build.into_iter().map(|finding| (finding, modules.clone())));
        // One place may be seen in two ways, and be certain in one of them.
        let key = |it: &Finding| (it.file.clone(), it.line, it.col, it.capability, it.what.clone());
        found.sort_by_cached_key(|(finding, _)| (key(finding), !finding.certain, finding.how.clone()));
        found.dedup_by(|(later, of_later), (first, of_first)| {
            let same = key(later) == key(first);
            if same {
                of_first.append(of_later);
            }
            same
        });
        let mut audit = Audit { crates, ..Audit::default() };
        audit.by_module = modules.into_iter().map(|name| (name, Vec::new())).collect();
        for (number, (finding, reached_by)) in found.into_iter().enumerate() {
            audit.findings.push(finding);
            for name in reached_by {
                audit.by_module.entry(name).or_default().push(number);
            }
        }
        Ok(audit)
    }
}

//! The modules of a crate, read from its sources.
//!
//! The build must know what modules there are before anything is compiled. It follows `mod` items from the crate's roots,
//! skips what `cfg` switches off, and reads every `#[rustle_module]` with the parser that the macro uses. What the
//! compiler knows and tokens do not tell is looked up: the words of a choice and the arguments of a nested struct, in the
//! same crate or among the [shared ones](shared) of `rustle_runtime::args`.
//!
//! What cannot be seen this way is an error here, so that the build never believes less than the compiler does: a module
//! inside a macro or a function, a type from somewhere else.

pub(crate) mod attributes;
pub mod cfg;
mod hidden;
mod lower;
pub(crate) mod manifest;
mod nesting;
pub(crate) mod place;
mod resolve;
pub mod shared;
pub(crate) mod sources;
pub(crate) mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use rustle_schema::module_spec::{ArgType, ModuleSpec};

pub use cfg::Cfg;
use sources::Sources;

/// Something in the sources of a crate that the build cannot read, or that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScanError {
    /// The file, relative to the folder of Cargo.toml.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub col: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.col, self.message)
    }
}

impl std::error::Error for ScanError {}

/// The specification of every module in the crate at `manifest_dir` (its library, and its program if it has one) that is
/// compiled in under `features`, by name.
///
/// ```no_run
/// use rustle_spec::scan::{Cfg, crate_specs};
///
/// let cfg = Cfg::new().with_name("unix").with("target_os", "linux").with_feature("extra");
/// for spec in crate_specs("modules/acme".as_ref(), &cfg).unwrap_or_default() {
///     println!("{}: {}", spec.name, spec.summary);
/// }
/// ```
///
/// # Errors
/// Everything that cannot be read or is wrong, in order of file and place.
pub fn crate_specs(manifest_dir: &Path, features: &Cfg) -> Result<Vec<ModuleSpec>, Vec<ScanError>> {
    crate_specs_with(manifest_dir, features, shared::types())
}

/// The specification of every module in a file with this `text`, which is compiled by itself, as the package `name` in
/// `version`. `file` is what errors call it.
///
/// # Errors
/// Everything that cannot be read or is wrong, in order of place; a `mod` without its body among them.
pub fn file_specs(
    text: &str,
    file: &Path,
    (name, version): (&str, &str),
    cfg: &Cfg,
) -> Result<Vec<ModuleSpec>, Vec<ScanError>> {
    let roots = vec![file.to_owned()];
    let package = manifest::Package { name: name.to_owned(), version: version.to_owned(), roots };
    with_deep_stack(|| specs_of(&Sources::alone(file, text), &package, cfg, shared::types()))
}

/// The same with other [shared types](shared) than the committed ones: for whoever is about to write those anew.
///
/// # Errors
/// As [`crate_specs`].
pub fn crate_specs_with(
    manifest_dir: &Path,
    features: &Cfg,
    shared: &BTreeMap<String, ArgType>,
) -> Result<Vec<ModuleSpec>, Vec<ScanError>> {
    with_deep_stack(|| package_specs(&Sources::new(manifest_dir), features, shared))
}

/// The modules of the package that `sources` belong to.
pub(crate) fn package_specs(
    sources: &Sources,
    features: &Cfg,
    shared: &BTreeMap<String, ArgType>,
) -> Result<Vec<ModuleSpec>, Vec<ScanError>> {
    let package = manifest::read(sources.folder()).map_err(|error| vec![error])?;
    specs_of(sources, &package, features, shared)
}

fn specs_of(
    sources: &Sources,
    package: &manifest::Package,
    features: &Cfg,
    shared: &BTreeMap<String, ArgType>,
) -> Result<Vec<ModuleSpec>, Vec<ScanError>> {
    let mut errors = Vec::new();
    let mut specs: Vec<ModuleSpec> = Vec::new();
    for root in &package.roots {
        let krate = tree::read(sources, root, features, &mut errors);
        specs.extend(lower::modules(&krate, package, shared, &mut errors));
    }
    errors.sort();
    errors.dedup();
    if !errors.is_empty() {
        return Err(errors);
    }
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    // A program and its library may hold the same files.
    specs.dedup();
    Ok(specs)
}

/// Does `work` on a stack that suffices for any text that is let through to the parser.
pub(crate) fn with_deep_stack<T: Send>(
    work: impl FnOnce() -> Result<T, Vec<ScanError>> + Send,
) -> Result<T, Vec<ScanError>> {
    nesting::with_deep_stack(work).unwrap_or_else(|error| {
        let message = format!("no thread can be started to read the sources: {error}");
        Err(vec![ScanError { file: PathBuf::new(), line: 1, col: 1, message }])
    })
}

//! What is known about modules: their versions, and what each of them depends on.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use semver::Version;

use crate::Constraint;

/// That a module (or whoever asks) needs another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The id of the other module, such as `com.acme.vhost`.
    pub id: String,
    /// Which of its versions will do.
    pub req: Constraint,
    /// Its features that are needed.
    pub features: Vec<String>,
    /// Whether its feature `default` is needed, if it has one.
    pub default_features: bool,
    /// Whether the dependency counts only if a feature enables it. Of the roots of a request all count.
    pub optional: bool,
}

impl Dependency {
    /// A plain dependency: default features, not optional.
    pub fn new(id: impl Into<String>, req: Constraint) -> Dependency {
        Dependency { id: id.into(), req, features: Vec::new(), default_features: true, optional: false }
    }
}

/// One version of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The version.
    pub version: Version,
    /// What it depends on. Development dependencies do not belong here.
    pub dependencies: Vec<Dependency>,
    /// Its features and what each enables, in Cargo's words: `other`, `dep:id`, `id/feature`, `id?/feature`. An
    /// optional dependency that no `dep:id` mentions is a feature of its own name.
    pub features: BTreeMap<String, Vec<String>>,
    /// Whether it was withdrawn: only who has it locked may go on using it.
    pub yanked: bool,
    /// The oldest Rust that can build it.
    pub rust_version: Option<Version>,
    /// Globs (`*`, `?`) over the target triples it can be built for; none means all.
    pub targets: Vec<String>,
}

impl Candidate {
    /// A version that depends on nothing and fits everywhere.
    pub fn new(version: Version) -> Candidate {
        Candidate {
            version,
            dependencies: Vec::new(),
            features: BTreeMap::new(),
            yanked: false,
            rust_version: None,
            targets: Vec::new(),
        }
    }
}

/// Where the solver learns which versions a module has.
///
/// The solver asks for each id at most once. The time that an index takes to answer is not counted against
/// [`Request::deadline`](crate::Request::deadline): an index has time limits of its own.
pub trait Index {
    /// All versions of a module, in any order. Of versions that differ in build metadata only, the first counts.
    ///
    /// # Errors
    ///
    /// [`IndexError::NotFound`] makes whoever depends on the module unfit; any other error ends the search.
    fn candidates(&self, id: &str) -> Result<Arc<[Candidate]>, IndexError>;

    /// Says which ids will be asked for next, so that they can be fetched at the same time. None was asked for before.
    fn prefetch(&self, ids: &[&str]) {
        let _ = ids;
    }
}

/// Why an index has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexError {
    /// No source knows the module.
    NotFound {
        /// The sources that were asked, as a person knows them.
        searched: Vec<String>,
    },
    /// A source could not be read, so that nobody can tell.
    Unreadable {
        /// The source.
        from: String,
        /// What went wrong, and what to do.
        why: String,
    },
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IndexError::NotFound { searched } if searched.is_empty() => {
                f.write_str("there is no source to search")
            }
            IndexError::NotFound { searched } => write!(f, "searched: {}", searched.join(", ")),
            IndexError::Unreadable { from, why } => write!(f, "{from}: {why}"),
        }
    }
}

impl std::error::Error for IndexError {}

//! The files that a plan is made of, and those that it carries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Every file that was read or that is to be embedded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    /// Files and folders that were looked at, also those that do not exist: a change to one of them may change the plan.
    pub watched: BTreeSet<PathBuf>,
    /// The files to embed, by their path below the bundle's root, `/` between its parts.
    pub embedded: BTreeMap<Vec<u8>, EmbeddedFile>,
    /// Folders to embed in which there is nothing, likewise, with their permission bits.
    pub empty_folders: BTreeMap<Vec<u8>, u32>,
}

/// One file to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// Where it lies on this machine.
    pub source: PathBuf,
    /// Its permission bits, without setuid, setgid and sticky.
    pub mode: u32,
}

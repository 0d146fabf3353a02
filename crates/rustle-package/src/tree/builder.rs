//! A tree while its files come in.

use std::collections::BTreeMap;

use super::names::{Names, check_path, is_left_out};
use super::{File, Refusal, Tree};
use crate::Limits;

/// Collects files, and refuses what a package cannot hold as soon as it comes.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    limits: &'a Limits,
    names: Names,
    files: BTreeMap<String, File>,
    entries: u64,
    bytes: u64,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Builder { limits, names: Names::default(), files: BTreeMap::new(), entries: 0, bytes: 0 }
    }

    /// How many bytes may still come.
    pub(crate) fn room(&self) -> u64 {
        self.limits.unpacked.saturating_sub(self.bytes)
    }

    /// Counts an entry before anything of it is read.
    pub(crate) fn count(&mut self) -> Result<(), Refusal> {
        self.entries += 1;
        if self.entries > self.limits.entries { Err(Refusal::Entries(self.limits.entries)) } else { Ok(()) }
    }

    /// Adds a file, unless packages leave it out.
    pub(crate) fn file(&mut self, path: String, file: File) -> Result<(), Refusal> {
        check_path(&path, self.limits)?;
        self.names.file(&path)?;
        self.bytes = self.bytes.saturating_add(file.content.len() as u64);
        if self.bytes > self.limits.unpacked {
            return Err(Refusal::Unpacked(self.limits.unpacked));
        }
        if !is_left_out(&path) {
            self.files.insert(path, file);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Tree {
        Tree { files: self.files }
    }
}

//! The files of a package, and their digest.

mod builder;
mod error;
mod names;
mod read;
mod refusal;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Digest, Limits};

pub(crate) use builder::Builder;
pub use error::TreeError;
#[cfg(feature = "archive")]
pub(crate) use names::Names;
pub use names::{check_path, is_left_out};
pub use refusal::Refusal;
pub(crate) use refusal::Shown;

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Whether its owner may execute it. No part of any digest: see [`Tree::digest`].
    pub executable: bool,
}

/// The files of a package, by their path from its root: `/` between the parts, UTF-8, sorted.
///
/// A tree holds nothing that [`is_left_out`], no links and no empty folders, and no two paths that a file system could
/// take for one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    files: BTreeMap<String, File>,
}

impl Tree {
    /// Reads a folder.
    ///
    /// What builds, git and cargo leave there [is left out](is_left_out), so that a crate's digest is the same for what
    /// cargo packed, what it unpacked, and what `cargo vendor` wrote. For the author's own folder it is the same, too, if
    /// everything in it is packed and `Cargo.toml` is in the form that cargo gives it when it packs.
    ///
    /// # Errors
    ///
    /// Links, devices and the like, names that are no UTF-8 or that [`check_path`] refuses, names that differ in case or
    /// Unicode form only, and whatever exceeds a limit.
    pub fn read(folder: &Path, limits: &Limits) -> Result<Tree, TreeError> {
        read::read(folder, limits)
    }

    /// A tree of these files. Those that [are left out](is_left_out) are.
    ///
    /// # Errors
    ///
    /// As [`Tree::read`].
    pub fn from_files(
        files: impl IntoIterator<Item = (String, File)>,
        limits: &Limits,
    ) -> Result<Tree, TreeError> {
        let mut builder = Builder::new(limits);
        for (path, file) in files {
            let entry = path.clone();
            let added = builder.count().and_then(|()| builder.file(path, file));
            added.map_err(|refusal| TreeError::Refused { folder: "".into(), entry, refusal })?;
        }
        Ok(builder.finish())
    }

    /// The files, sorted by path.
    pub fn files(&self) -> &BTreeMap<String, File> {
        &self.files
    }

    /// The content of the file at this path.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|file| file.content.as_slice())
    }

    /// How many bytes the files hold together.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.content.len() as u64).sum()
    }

    /// Adds or replaces a file, within the default limits.
    ///
    /// # Errors
    ///
    /// As [`Tree::from_files`].
    pub fn insert(&mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Result<(), TreeError> {
        let path = path.into();
        let mut files = std::mem::take(&mut self.files);
        files.remove(&path);
        let others = files.clone();
        let file = File { content: content.into(), executable: false };
        match Tree::from_files(files.into_iter().chain([(path, file)]), &Limits::default()) {
            Ok(tree) => {
                *self = tree;
                Ok(())
            }
            Err(error) => {
                self.files = others;
                Err(error)
            }
        }
    }

    /// The list that the digest is made of: for each file, sorted by path, the SHA-256 of its content in hexadecimal
    /// digits, two spaces, the path, and a line feed; what `sha256sum` prints. Paths hold no control characters, so
    /// nothing is escaped. Signatures (`*.minisig` in the root) are not in it, since they are made of it.
    pub fn digest_list(&self) -> String {
        let mut list = String::new();
        for (path, file) in &self.files {
            if !is_signature(path) {
                list.push_str(&Digest::of(&file.content).hex());
                list.push_str("  ");
                list.push_str(path);
                list.push('\n');
            }
        }
        list
    }

    /// The digest of [`Tree::digest_list`].
    ///
    /// Whether a file is executable is no part of it: Cargo keeps that bit wherever it was tried, but zip archives, shared
    /// folders and checkouts on other systems do not, and it changes nothing of what is compiled.
    pub fn digest(&self) -> Digest {
        Digest::of(self.digest_list().as_bytes())
    }

    /// Makes `folder` hold exactly these files.
    ///
    /// They are written beside it and take its name in one step: whoever looks, and whatever happens, finds the old folder
    /// or the new one. What dead processes left there is removed on the way. Contents are not flushed to the disk: after
    /// a loss of power they may be damaged, which their digest shows.
    ///
    /// # Errors
    ///
    /// What the operating system says; nothing has changed then.
    pub fn write(&self, folder: &Path) -> Result<(), TreeError> {
        write::write(self, folder)
    }
}

/// Whether a path is a signature of the package that it is in.
pub(crate) fn is_signature(path: &str) -> bool {
    path.ends_with(".minisig") && !path.contains('/')
}

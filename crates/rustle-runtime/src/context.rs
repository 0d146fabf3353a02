//! What surrounds the application of a module.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use rustle_schema::worker::Snapshot;

use crate::embedded;
use crate::error::Result;

/// What surrounds the application of a module. It holds only what can travel to another process, because a module may be
/// applied by a worker that runs as somebody else.
#[derive(Clone, Debug, Default)]
pub struct Context {
    snapshot: Snapshot,
}

impl Context {
    /// A context of `snapshot`.
    pub fn new(snapshot: Snapshot) -> Context {
        Context { snapshot }
    }

    /// What it was made of.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Whether nothing may be changed: predict instead.
    pub fn check_mode(&self) -> bool {
        self.snapshot.check
    }

    /// Whether differences are wanted.
    pub fn diff_mode(&self) -> bool {
        self.snapshot.diff
    }

    /// Environment variables that the task sets for the programs it starts, over those of the runner.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.snapshot.environment
    }

    /// The content of a file on the host, or of an embedded one (a path below
    /// [`BUNDLE_ROOT`](rustle_schema::names::BUNDLE_ROOT), as [`Run::find_file`](crate::module::Run::find_file) gives it).
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, path: &Path) -> Result<Arc<[u8]>> {
        Ok(embedded::read(&*embedded::contents(), path)?)
    }

    /// How long the content of an embedded file is, if there is one of that name.
    pub fn embedded_length(&self, path: &Path) -> Option<u64> {
        embedded::contents().length(&embedded::inside(path)?).ok()
    }

    /// Hands the content of an embedded file to `take` as a stream: however large it is, little of it is in memory at once.
    ///
    /// # Errors
    /// If there is none of that name, or it is damaged, or `take` fails.
    pub fn stream_embedded<T>(
        &self,
        path: &Path,
        take: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        let (contents, name) = (embedded::contents(), embedded::inside(path).ok_or(io::ErrorKind::NotFound)?);
        let mut reader = contents.stream(&name)?;
        take(&mut *reader)
    }
}

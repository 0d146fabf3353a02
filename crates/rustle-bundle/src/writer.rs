//! Writes bundles.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use rustle_schema::task::Step;

use crate::codec::{DEFAULT_LEVEL, Packer};
use crate::error::BundleError;
use crate::frames::Frames;
use crate::index::{Entry, HEADER, Header, Index, Kind, Span};
use crate::sink::{Disk, Memory, Sink};
use crate::steps::{self, StepList};
use crate::{head, path};

/// Collects entries and writes a bundle of them. The same entries give the same bytes, in whatever order they came.
///
/// ```
/// use rustle_bundle::{Bundle, Writer};
/// use rustle_schema::{plan::Plan, settings::Settings};
///
/// let mut writer = Writer::default();
/// writer.file("files/motd", 0o644, b"Welcome\n".to_vec())?;
/// let bundle = Bundle::open(writer.finish(&Plan::default(), &Settings::default())?)?;
/// assert_eq!(*bundle.read(b"files/motd")?, *b"Welcome\n");
/// # Ok::<(), rustle_bundle::BundleError>(())
/// ```
pub struct Writer<S = Memory> {
    frames: Frames<S>,
    /// How many tasks a chunk of the plan has.
    tasks: u64,
    entries: BTreeMap<Vec<u8>, (Entry, Content)>,
    special: BTreeSet<Vec<u8>>,
}

#[derive(Debug)]
enum Content {
    None,
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Default for Writer {
    fn default() -> Writer {
        Writer::new(DEFAULT_LEVEL)
    }
}

impl Writer {
    /// A writer to memory that packs with zstd's `level`; one out of zstd's range is brought into it.
    pub fn new(level: i32) -> Writer {
        Writer::to(Memory::new(), level)
    }
}

impl Writer<Disk> {
    /// A writer to the file `out`, which appears when it is complete. What is packed is in memory no longer than it takes to
    /// write it.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn create(out: &Path, level: i32) -> Result<Writer<Disk>, BundleError> {
        Ok(Writer::to(Disk::new(out)?, level))
    }
}

impl<S: Sink> Writer<S> {
    fn to(sink: S, level: i32) -> Writer<S> {
        Writer {
            frames: Frames::new(sink, Packer::new(level)),
            tasks: steps::TASKS,
            entries: BTreeMap::new(),
            special: BTreeSet::new(),
        }
    }

    /// How many tasks a chunk of the plan has, 64 if this is not called. With fewer, a run reads less at once and the
    /// bundle is larger.
    pub fn chunk_tasks(&mut self, tasks: u64) {
        self.tasks = tasks.max(1);
    }

    /// Begins a list of steps that is longer than one wants to have in memory. What [`end`](Writer::end) returns belongs
    /// into the plan, in place of the list.
    ///
    /// ```
    /// # use rustle_bundle::{Bundle, Writer};
    /// # use rustle_schema::{plan::{Plan, Play}, settings::Settings, task::Step};
    /// let mut writer = Writer::default();
    /// let mut list = writer.list();
    /// for _ in 0..1000 {
    ///     writer.push(&mut list, Step::Block(Box::default()))?;
    /// }
    /// let play = Play { tasks: writer.end(list)?, ..Play::default() };
    /// let plan = Plan { plays: vec![play], ..Plan::default() };
    /// let bundle = Bundle::open(writer.finish(&plan, &Settings::default())?)?;
    /// assert_eq!(bundle.plan()?.plays[0].tasks.len(), 1000);
    /// # Ok::<(), rustle_bundle::BundleError>(())
    /// ```
    pub fn list(&self) -> StepList<'static> {
        StepList::new(self.tasks, true)
    }

    /// Appends a step to `list`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn push(&mut self, list: &mut StepList<'static>, step: Step) -> Result<(), BundleError> {
        list.push(Cow::Owned(step), &mut self.frames)
    }

    /// Ends `list`: a few steps that stand for all of it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn end(&mut self, list: StepList<'static>) -> Result<Vec<Step>, BundleError> {
        list.end(&mut self.frames)
    }

    /// Lets the entry at `path`, which is added later, keep its setuid and setgid bits. All others lose them.
    pub fn allow_special_mode(&mut self, path: impl Into<Vec<u8>>) {
        self.special.insert(path.into());
    }

    /// Adds a file.
    ///
    /// # Errors
    /// If the path is refused or taken.
    pub fn file(&mut self, path: impl Into<Vec<u8>>, mode: u32, content: Vec<u8>) -> Result<(), BundleError> {
        self.add(path.into(), Kind::File, mode, Vec::new(), Content::Bytes(content))
    }

    /// Adds a file whose content is read when the bundle is written, piece by piece.
    ///
    /// # Errors
    /// If the path is refused or taken.
    pub fn file_from(
        &mut self,
        path: impl Into<Vec<u8>>,
        mode: u32,
        from: PathBuf,
    ) -> Result<(), BundleError> {
        self.add(path.into(), Kind::File, mode, Vec::new(), Content::File(from))
    }

    /// Adds a folder. Folders that are needed and not added have mode 0755.
    ///
    /// # Errors
    /// If the path is refused or taken.
    pub fn directory(&mut self, path: impl Into<Vec<u8>>, mode: u32) -> Result<(), BundleError> {
        self.add(path.into(), Kind::Directory, mode, Vec::new(), Content::None)
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// If the path is refused or taken, or the target is empty or holds a NUL.
    pub fn symlink(
        &mut self,
        path: impl Into<Vec<u8>>,
        target: impl Into<Vec<u8>>,
    ) -> Result<(), BundleError> {
        let (path, target) = (path.into(), target.into());
        if target.is_empty() || target.contains(&0) {
            return Err(BundleError::Path(format!("the link `{}` points nowhere", path.escape_ascii())));
        }
        self.add(path, Kind::Symlink, 0o777, target, Content::None)
    }

    fn add(
        &mut self,
        path: Vec<u8>,
        kind: Kind,
        mode: u32,
        target: Vec<u8>,
        content: Content,
    ) -> Result<(), BundleError> {
        path::check(&path)?;
        if self.entries.contains_key(&path) {
            return Err(BundleError::Path(format!("the path `{}` is there twice", path.escape_ascii())));
        }
        let allowed = if self.special.contains(&path) { 0o7777 } else { 0o1777 };
        self.entries.insert(path.clone(), (Entry::new(path, kind, mode & allowed, target), content));
        Ok(())
    }

    /// Writes the bundle: its bytes where it is written to memory, its path where it is a file.
    ///
    /// # Errors
    /// If a file cannot be read, an entry lies below one that is no folder, or the bundle cannot be written.
    pub fn finish(mut self, plan: &Plan, settings: &Settings) -> Result<S::Done, BundleError> {
        self.add_parents()?;
        let mut frames = self.frames;
        let head = head::of(plan, self.tasks, &mut frames)?;
        let mut encoded = Vec::new();
        ciborium::into_writer(&head, &mut encoded).map_err(|error| BundleError::Plan(error.to_string()))?;
        drop(head);
        let plan = frames.content(&mut encoded.as_slice(), encoded.len() as u64)?;
        frames.flush()?;
        let mut entries = Vec::with_capacity(self.entries.len());
        for (mut entry, content) in self.entries.into_values() {
            entry.3 = match content {
                Content::None => Span::default(),
                Content::Bytes(bytes) => frames.content(&mut bytes.as_slice(), bytes.len() as u64)?,
                Content::File(path) => frames.file(&path).map_err(|error| named(&path, error))?,
            };
            entries.push(entry);
        }
        frames.flush()?;
        let (chunks, at) = (frames.chunks(), frames.position());
        let index = Index { settings: settings.clone(), chunks, plan, frames: frames.frames, entries };
        index.check(at.saturating_sub(HEADER))?;
        let mut encoded = Vec::new();
        ciborium::into_writer(&index, &mut encoded).map_err(|error| BundleError::Index(error.to_string()))?;
        frames.sink.write_all(&encoded)?;
        Ok(frames.sink.complete(&Header::write(&encoded, at, 0))?)
    }

    fn add_parents(&mut self) -> Result<(), BundleError> {
        let mut missing = BTreeSet::new();
        for path in self.entries.keys() {
            for parent in path::parents(path) {
                match self.entries.get(parent) {
                    Some((entry, _)) if entry.kind() == Kind::Directory => {}
                    Some(_) => {
                        return Err(BundleError::Path(format!(
                            "the path `{}` lies below `{}`, which is no folder",
                            path.escape_ascii(),
                            parent.escape_ascii()
                        )));
                    }
                    None => drop(missing.insert(parent.to_vec())),
                }
            }
        }
        for parent in missing {
            self.directory(parent, 0o755)?;
        }
        Ok(())
    }
}

/// `error` with the file that it is about.
fn named(path: &Path, error: BundleError) -> BundleError {
    match error {
        BundleError::Io(error) => io::Error::new(error.kind(), format!("{}: {error}", path.display())).into(),
        other => other,
    }
}

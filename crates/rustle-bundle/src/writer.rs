//! Writes bundles.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use rustle_schema::task::Step;

use crate::codec::{Compression, DEFAULT_LEVEL};
use crate::error::BundleError;
use crate::frames::Frames;
use crate::index::{Entry, HEADER, Header, Index, Kind, Span};
use crate::same::Same;
use crate::shelf::Shelf;
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
    /// How contents are packed.
    compression: Compression,
    /// How some are packed instead, by path.
    apart: BTreeMap<Vec<u8>, Compression>,
    entries: BTreeMap<Vec<u8>, (Entry, Content)>,
    special: BTreeSet<Vec<u8>>,
}

/// What an entry holds.
#[derive(Debug)]
pub(crate) enum Content {
    None,
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Content {
    /// How many bytes it has now.
    pub(crate) fn length(&self) -> io::Result<u64> {
        Ok(match self {
            Content::None => 0,
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(path) => std::fs::metadata(path)?.len(),
        })
    }
}

impl Default for Writer {
    fn default() -> Writer {
        Writer::new(DEFAULT_LEVEL)
    }
}

impl Writer {
    /// A writer to memory that packs with zstd's `level`; one out of zstd's range is brought into it.
    pub fn new(level: i32) -> Writer {
        Writer::packed_by(Compression::Zstd(level))
    }

    /// A writer to memory that packs in this way.
    pub fn packed_by(compression: Compression) -> Writer {
        Writer::to(Memory::new(), compression)
    }
}

impl Writer<Disk> {
    /// A writer to the file `out`, which appears when it is complete. What is packed is in memory no longer than it takes to
    /// write it.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn create(out: &Path, compression: Compression) -> Result<Writer<Disk>, BundleError> {
        Ok(Writer::to(Disk::new(out)?, compression))
    }
}

impl<S: Sink> Writer<S> {
    fn to(sink: S, compression: Compression) -> Writer<S> {
        Writer {
            frames: Frames::new(sink, compression),
            compression,
            apart: BTreeMap::new(),
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

    /// Packs the file at `path`, which is added before or after, in a way of its own.
    pub fn compress(&mut self, path: impl Into<Vec<u8>>, compression: Compression) {
        self.apart.insert(path.into(), compression);
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
    pub fn finish(self, plan: &Plan, settings: &Settings) -> Result<S::Done, BundleError> {
        self.write(plan, None, settings)
    }

    /// The same for a plan some of whose steps lie on `shelf`. The bundle is the one that it would be with the steps in
    /// their places.
    ///
    /// # Errors
    /// As for [`finish`](Writer::finish), and if a chunk is none of the shelf's.
    pub fn finish_from(
        self,
        plan: &Plan,
        shelf: &Shelf,
        settings: &Settings,
    ) -> Result<S::Done, BundleError> {
        self.write(plan, Some(shelf), settings)
    }

    fn write(
        mut self,
        plan: &Plan,
        shelf: Option<&Shelf>,
        settings: &Settings,
    ) -> Result<S::Done, BundleError> {
        self.add_parents()?;
        let mut frames = self.frames;
        let head = head::of(plan, self.tasks, shelf, &mut frames)?;
        let mut encoded = Vec::new();
        ciborium::into_writer(&head, &mut encoded).map_err(|error| BundleError::Plan(error.to_string()))?;
        drop(head);
        let plan = frames.content(&mut encoded.as_slice(), encoded.len() as u64, self.compression)?;
        frames.flush()?;
        let way = |entry: &Entry| self.apart.get(entry.path()).copied().unwrap_or(self.compression);
        let mut contents: Vec<(Entry, Content)> = self.entries.into_values().collect();
        // Those that are packed in one way lie together, so that small ones share frames.
        contents.sort_by_key(|(entry, _)| way(entry));
        let mut same = Same::default();
        for (entry, content) in contents.iter().filter(|(entry, _)| entry.kind() == Kind::File) {
            same.expect(content).map_err(|error| named(entry, content, error.into()))?;
        }
        let mut entries = Vec::with_capacity(contents.len());
        for (mut entry, content) in contents {
            let written = write(&content, way(&entry), &mut same, &mut frames);
            entry.3 = written.map_err(|error| named(&entry, &content, error))?;
            entries.push(entry);
        }
        entries.sort_by(|one, other| one.path().cmp(other.path()));
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

/// Writes a content, unless it is there already.
fn write<S: Sink>(
    content: &Content,
    compression: Compression,
    same: &mut Same,
    frames: &mut Frames<S>,
) -> Result<Span, BundleError> {
    let key = same.key(content, compression)?;
    if let Some(span) = same.find(key.as_ref()) {
        return Ok(span);
    }
    let span = match content {
        Content::None => Span::default(),
        Content::Bytes(bytes) => frames.content(&mut bytes.as_slice(), bytes.len() as u64, compression)?,
        Content::File(path) => frames.file(path, compression)?,
    };
    same.keep(key, span);
    Ok(span)
}

/// `error` with the file that it is about.
fn named(entry: &Entry, content: &Content, error: BundleError) -> BundleError {
    let BundleError::Io(error) = error else { return error };
    let name = match content {
        Content::File(path) => path.display().to_string(),
        _ => entry.path().escape_ascii().to_string(),
    };
    io::Error::new(error.kind(), format!("{name}: {error}")).into()
}

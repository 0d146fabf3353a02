//! Writes bundles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use sha2::{Digest, Sha256};

use crate::error::BundleError;
use crate::index::{Bytes, Codec, Entry, Frame, Header, Index, Kind, Span};
use crate::path;

/// zstd's level where nobody says one: a quarter larger than the best, and 200 times faster.
pub const DEFAULT_LEVEL: i32 = 3;

/// Files up to this many bytes share frames of about this size, so that a bundle of many small files packs well and
/// reading one of them unpacks little beside it.
const PACK: usize = 256 << 10;

/// Larger files are cut into frames of this many bytes, so that they stream.
const CHUNK: usize = 2 << 20;

/// A frame that packing does not make smaller than this part of itself is stored as it is.
const WORTH: f64 = 0.98;

/// Collects entries and writes a bundle of them. The same entries give the same bytes, in whatever order they came.
#[derive(Debug)]
pub struct Writer {
    level: i32,
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
    /// A writer that packs with zstd's `level`; one out of zstd's range is brought into it.
    pub fn new(level: i32) -> Writer {
        Writer { level, entries: BTreeMap::new(), special: BTreeSet::new() }
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

    /// Writes the bundle.
    ///
    /// # Errors
    /// If a file cannot be read, or an entry lies below one that is no folder.
    pub fn finish(mut self, plan: &Plan, settings: &Settings) -> Result<Vec<u8>, BundleError> {
        self.add_parents()?;
        let mut frames = Frames::new(self.level)?;
        let mut encoded = Vec::new();
        ciborium::into_writer(plan, &mut encoded).map_err(|error| BundleError::Plan(error.to_string()))?;
        let plan = frames.content(&mut encoded.as_slice(), encoded.len() as u64)?;
        frames.flush()?;
        let mut entries = Vec::with_capacity(self.entries.len());
        for (mut entry, content) in self.entries.into_values() {
            entry.3 = match content {
                Content::None => Span::default(),
                Content::Bytes(bytes) => frames.content(&mut bytes.as_slice(), bytes.len() as u64)?,
                Content::File(path) => frames
                    .file(&path)
                    .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?,
            };
            entries.push(entry);
        }
        frames.flush()?;
        let index = Index { settings: settings.clone(), plan, frames: frames.frames, entries };
        index.check(frames.packed.len() as u64)?;
        let mut encoded = Vec::new();
        ciborium::into_writer(&index, &mut encoded).map_err(|error| BundleError::Index(error.to_string()))?;
        let mut bundle = Header::write(&encoded, frames.packed.len() as u64);
        bundle.append(&mut encoded);
        bundle.append(&mut frames.packed);
        Ok(bundle)
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

/// The stream of contents, being cut into frames.
struct Frames {
    compressor: zstd::bulk::Compressor<'static>,
    /// What the current frame holds so far.
    current: Vec<u8>,
    /// Where the current frame begins in the unpacked stream.
    start: u64,
    frames: Vec<Frame>,
    packed: Vec<u8>,
}

impl Frames {
    fn new(level: i32) -> Result<Frames, BundleError> {
        let range = zstd::compression_level_range();
        let compressor = zstd::bulk::Compressor::new(level.clamp(*range.start(), *range.end()))?;
        Ok(Frames { compressor, current: Vec::new(), start: 0, frames: Vec::new(), packed: Vec::new() })
    }

    fn file(&mut self, path: &std::path::Path) -> Result<Span, io::Error> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        self.content(&mut file, length)
    }

    /// Appends a content of `length` bytes; a file that has changed its length meanwhile is an error.
    fn content(&mut self, from: &mut dyn Read, length: u64) -> Result<Span, io::Error> {
        let large = length > PACK as u64;
        if large || self.current.len() as u64 + length > PACK as u64 {
            self.flush()?;
        }
        let span = Span(self.start + self.current.len() as u64, length);
        let mut left = length;
        while left > 0 {
            let take = left.min((CHUNK - self.current.len()) as u64);
            let read = from.take(take).read_to_end(&mut self.current)? as u64;
            if read < take {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it shrank while it was read"));
            }
            left -= read;
            if large && self.current.len() == CHUNK {
                self.flush()?;
            }
        }
        if from.read(&mut [0])? != 0 {
            return Err(io::Error::other("it grew while it was read"));
        }
        if large {
            self.flush()?;
        }
        Ok(span)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.current.is_empty() {
            return Ok(());
        }
        let compressed = self.compressor.compress(&self.current)?;
        let worth = (compressed.len() as f64) < self.current.len() as f64 * WORTH;
        let (codec, bytes) = if worth { (Codec::Zstd, &compressed) } else { (Codec::Stored, &self.current) };
        let digest = Bytes(Sha256::digest(bytes).to_vec());
        self.frames.push(Frame(codec, bytes.len() as u64, self.current.len() as u64, digest));
        self.packed.extend_from_slice(bytes);
        self.start += self.current.len() as u64;
        self.current.clear();
        Ok(())
    }
}

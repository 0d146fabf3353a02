//! Reads bundles.

use std::fmt::{self, Write as _};
use std::io::BufReader;
use std::sync::{Arc, Mutex, PoisonError};

use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use sha2::{Digest, Sha256};

use crate::content::Reader;
use crate::error::BundleError;
use crate::index::{Codec, Entry, Frame, HEADER, Header, Index, Kind, Span};
use crate::source::Source;

/// How deep a plan may nest. YAML nests 200 levels at most; a block in a block takes two of them, and three here.
const PLAN_DEPTH: usize = 512;

/// An open bundle.
pub struct Bundle {
    source: Box<dyn Source>,
    root: [u8; 32],
    index: Index,
    /// Of each frame: where it lies in the source, and where its content begins in the unpacked stream.
    places: Vec<(u64, u64)>,
    /// The frame that was unpacked last: small files that are read one after the other lie in one frame.
    last: Mutex<Option<(usize, Arc<[u8]>)>>,
}

impl Bundle {
    /// Opens the bundle that `source` is. Its index and first frame are verified; all of it is if it is shorter than
    /// [`VERIFIED_WHOLE`](crate::VERIFIED_WHOLE).
    ///
    /// # Errors
    /// If it is no bundle, has another format, or is damaged.
    pub fn open(source: impl Source + 'static) -> Result<Bundle, BundleError> {
        let source: Box<dyn Source> = Box::new(source);
        let total = source.length();
        let header_bytes = source.bytes(0..HEADER.min(total))?;
        let header = Header::read(&header_bytes, total)?;
        let index_end = HEADER + header.index;
        let index_bytes = source.bytes(HEADER..index_end)?;
        header.verify(&header_bytes, &index_bytes)?;
        let index: Index =
            ciborium::from_reader(&*index_bytes).map_err(|error| BundleError::Index(error.to_string()))?;
        index.check(total - index_end)?;
        drop((header_bytes, index_bytes));
        let (mut at, mut start) = (index_end, 0);
        let mut places = Vec::with_capacity(index.frames.len());
        for Frame(_, packed, unpacked, _) in &index.frames {
            places.push((at, start));
            // `check` has found that the sums fit.
            at = at.saturating_add(*packed);
            start = u64::saturating_add(start, *unpacked);
        }
        let bundle = Bundle { source, root: header.root, index, places, last: Mutex::new(None) };
        if total < crate::VERIFIED_WHOLE {
            bundle.verify_all()?;
        } else if !bundle.places.is_empty() {
            bundle.packed(0)?;
        }
        Ok(bundle)
    }

    /// Verifies every frame.
    ///
    /// # Errors
    /// If one is damaged or cannot be read.
    pub fn verify_all(&self) -> Result<(), BundleError> {
        (0..self.places.len()).try_for_each(|frame| self.packed(frame).map(drop))
    }

    /// The digest of the whole: `sha256:` and 64 hexadecimal digits. It covers the index, and through it every frame.
    pub fn digest(&self) -> String {
        self.root.iter().fold("sha256:".to_string(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// How many bytes the bundle has.
    pub fn length(&self) -> u64 {
        self.source.length()
    }

    /// The plan.
    ///
    /// # Errors
    /// If it is damaged or cannot be read.
    pub fn plan(&self) -> Result<Plan, BundleError> {
        let reader = BufReader::with_capacity(64 << 10, Reader::new(self, self.index.plan));
        ciborium::de::from_reader_with_recursion_limit(reader, PLAN_DEPTH)
            .map_err(|error| BundleError::Plan(error.to_string()))
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.index.settings
    }

    /// Every entry, by path.
    pub fn entries(&self) -> &[Entry] {
        &self.index.entries
    }

    /// The entry at `path`.
    pub fn entry(&self, path: &[u8]) -> Option<&Entry> {
        self.index.find(path)
    }

    /// Every entry below the folder `path`, at any depth, by path; all entries for an empty path.
    pub fn below(&self, path: &[u8]) -> &[Entry] {
        if path.is_empty() {
            return &self.index.entries;
        }
        let mut prefix = path.to_vec();
        prefix.push(b'/');
        let start = self.index.entries.partition_point(|entry| entry.path() < prefix.as_slice());
        let rest = self.index.entries.get(start..).unwrap_or_default();
        let length = rest.partition_point(|entry| entry.path().starts_with(&prefix));
        rest.get(..length).unwrap_or_default()
    }

    /// The content of the file at `path`, as a whole.
    ///
    /// # Errors
    /// If there is no such file, or it is damaged.
    pub fn read(&self, path: &[u8]) -> Result<Arc<[u8]>, BundleError> {
        let Span(start, length) = self.file(path)?.3;
        let mut content = Vec::new();
        let mut at = start;
        while at < start + length {
            let (frame, within) = self.frame_at(at)?;
            let end = frame.len().min(within + usize::try_from(start + length - at).unwrap_or(usize::MAX));
            let part = frame.get(within..end).unwrap_or_default();
            if part.is_empty() {
                return Err(BundleError::Index("a frame is shorter than it says".into()));
            }
            content.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(content.into())
    }

    /// The content of the file at `path`, as a stream: no more than one frame of it is in memory at once.
    ///
    /// # Errors
    /// If there is no such file. Damage shows when it is read.
    pub fn stream(&self, path: &[u8]) -> Result<Reader<'_>, BundleError> {
        Ok(Reader::new(self, self.file(path)?.3))
    }

    fn file(&self, path: &[u8]) -> Result<&Entry, BundleError> {
        self.entry(path)
            .filter(|entry| entry.kind() == Kind::File)
            .ok_or_else(|| BundleError::NotFound(path.escape_ascii().to_string()))
    }

    /// The unpacked frame in which position `at` of the stream lies, and where in it.
    pub(crate) fn frame_at(&self, at: u64) -> Result<(Arc<[u8]>, usize), BundleError> {
        // Empty frames are never written; were there one, the last frame that begins here is the one that has content.
        let number = self.places.partition_point(|(_, start)| *start <= at).checked_sub(1);
        let found = number.and_then(|number| Some((number, self.places.get(number)?.1)));
        let Some((number, start)) = found else {
            return Err(BundleError::Index("a content lies outside".into()));
        };
        let within = usize::try_from(at - start).unwrap_or(usize::MAX);
        Ok((self.frame(number)?, within))
    }

    fn frame(&self, number: usize) -> Result<Arc<[u8]>, BundleError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, frame)) = last.as_ref().filter(|(held, _)| *held == number) {
            return Ok(frame.clone());
        }
        let packed = self.packed(number)?;
        let frame: Arc<[u8]> = match self.index.frames.get(number) {
            Some(Frame(Codec::Zstd, _, unpacked, _)) => {
                // `check` has bounded the length, so this allocates MAX_FRAME at most.
                let length = usize::try_from(*unpacked).unwrap_or_default();
                let content = zstd::bulk::decompress(&packed, length)?;
                if content.len() != length {
                    return Err(BundleError::Index("a frame is shorter than it says".into()));
                }
                content.into()
            }
            _ => packed.into(),
        };
        *last = Some((number, frame.clone()));
        Ok(frame)
    }

    /// The packed bytes of a frame, verified.
    fn packed(&self, number: usize) -> Result<std::borrow::Cow<'_, [u8]>, BundleError> {
        let found = self.places.get(number).zip(self.index.frames.get(number));
        let Some(((at, _), Frame(_, length, _, digest))) = found else {
            return Err(BundleError::Index("a frame is missing".into()));
        };
        let packed = self.source.bytes(*at..at.saturating_add(*length))?;
        if Sha256::digest(&packed).as_slice() != digest.0 {
            return Err(BundleError::Digest(format!("frame {number}")));
        }
        Ok(packed)
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("digest", &self.digest())
            .field("length", &self.length())
            .field("frames", &self.places.len())
            .field("entries", &self.index.entries.len())
            .finish()
    }
}

//! Reads bundles.

use std::fmt::{self, Write as _};
use std::io::{self, BufReader};
use std::sync::{Arc, Mutex, PoisonError};

use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use rustle_schema::task::{Chunk, Step};
use sha2::{Digest, Sha256};

use crate::codec::Unpacker;
use crate::content::Reader;
use crate::error::BundleError;
use crate::head;
use crate::index::{Entry, Frame, HEADER, Header, Index, Kind, Region, Span};
use crate::place;
use crate::source::Source;

/// How deep a plan may nest. YAML nests 200 levels at most; a block in a block takes two of them, and three here.
pub(crate) const PLAN_DEPTH: usize = 512;

/// How deep chunks may lie in chunks: a list of any length needs a few levels, and blocks in blocks may each have some.
const CHUNK_DEPTH: usize = 256;

/// How many bytes are read at once where much is verified or copied.
const PART: u64 = 1 << 20;

/// An open bundle.
pub struct Bundle {
    source: Box<dyn Source>,
    root: [u8; 32],
    pub(crate) index: Index,
    signature: Option<String>,
    /// Of each frame: where it lies in the source, and where its content begins in the unpacked stream.
    pub(crate) places: Vec<(u64, u64)>,
    /// The frame that was unpacked last: small files that are read one after the other lie in one frame.
    last: Mutex<Option<(usize, Arc<[u8]>)>>,
    unpacker: Mutex<Unpacker>,
}

impl Bundle {
    /// Opens the bundle that `source` is. Its index and first frame are verified; all contents are if it is shorter than
    /// [`VERIFIED_WHOLE`](crate::VERIFIED_WHOLE), and all tasks if they are not longer than
    /// [`VERIFIED_PLAN`](crate::VERIFIED_PLAN).
    ///
    /// # Errors
    /// If it is no bundle, has another format, or is damaged.
    pub fn open(source: impl Source + 'static) -> Result<Bundle, BundleError> {
        let source: Box<dyn Source> = Box::new(source);
        let total = source.length();
        let header_bytes = source.bytes(0..HEADER.min(total))?;
        let header = Header::read(&header_bytes, total)?;
        let index_at = header.index();
        let stored = index_at.start.saturating_sub(HEADER);
        let index_bytes = source.bytes(index_at)?;
        header.verify(&header_bytes, &index_bytes)?;
        let index: Index =
            ciborium::from_reader(&*index_bytes).map_err(|error| BundleError::Index(error.to_string()))?;
        index.check(stored)?;
        let signature = signature(&*source, header.signature)?;
        drop((header_bytes, index_bytes));
        let (mut at, mut start) = (HEADER.saturating_add(index.chunks.0), 0);
        let mut places = Vec::with_capacity(index.frames.len());
        for Frame(_, packed, unpacked, _) in &index.frames {
            places.push((at, start));
            // `check` has found that the sums fit.
            at = at.saturating_add(*packed);
            start = u64::saturating_add(start, *unpacked);
        }
        let bundle = Bundle {
            source,
            root: header.root,
            index,
            signature,
            places,
            last: Mutex::new(None),
            unpacker: Mutex::new(Unpacker::new()?),
        };
        if bundle.index.chunks.0 <= crate::VERIFIED_PLAN {
            bundle.verify_chunks()?;
        }
        if total < crate::VERIFIED_WHOLE {
            bundle.verify_contents()?;
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
        self.verify_chunks()?;
        self.verify_contents()
    }

    fn verify_chunks(&self) -> Result<(), BundleError> {
        let Region(length, expected) = &self.index.chunks;
        let (mut digest, end) = (Sha256::new(), HEADER.saturating_add(*length));
        let mut at = HEADER;
        while at < end {
            let next = end.min(at.saturating_add(PART));
            digest.update(&self.source.bytes(at..next)?);
            at = next;
        }
        if digest.finalize().as_slice() != expected.0 {
            return Err(BundleError::Digest("a chunk of the plan".into()));
        }
        Ok(())
    }

    fn verify_contents(&self) -> Result<(), BundleError> {
        (0..self.places.len()).try_for_each(|frame| self.packed(frame).map(drop))
    }

    /// The digest of the whole: `sha256:` and 64 hexadecimal digits. It covers the index, and through it every frame.
    pub fn digest(&self) -> String {
        digest_text(&self.root)
    }

    /// The text of the signature that it carries, which nobody has checked: see [`signature`](crate::signature).
    pub fn signature(&self) -> Option<&str> {
        self.signature.as_deref()
    }

    /// What its bytes are read from.
    pub(crate) fn into_source(self) -> Box<dyn Source> {
        self.source
    }

    /// How many bytes the bundle has.
    pub fn length(&self) -> u64 {
        self.source.length()
    }

    /// Writes all its bytes, piece by piece.
    pub(crate) fn copy_to(&self, to: &mut dyn io::Write) -> io::Result<()> {
        let (mut at, end) = (0, self.length());
        while at < end {
            let next = end.min(at + PART);
            to.write_all(&self.source.bytes(at..next)?)?;
            at = next;
        }
        Ok(())
    }

    /// The plan, with all steps in it: what tools want. A run reads [`head`](Bundle::head), and chunks as it gets there.
    ///
    /// # Errors
    /// If it is damaged or cannot be read.
    pub fn plan(&self) -> Result<Plan, BundleError> {
        let mut plan = self.head()?;
        // A chunk is used once. Were it used more often, a small bundle could stand for a plan without end.
        let mut left = self.index.chunks.0;
        for list in head::lists_mut(&mut plan) {
            self.expand(list, &mut left, 0)?;
        }
        Ok(plan)
    }

    /// The plan with [`Step::Chunk`] in place of the steps of long lists, for which [`steps`](Bundle::steps) has the rest.
    ///
    /// # Errors
    /// If it is damaged or cannot be read.
    pub fn head(&self) -> Result<Plan, BundleError> {
        let reader = BufReader::with_capacity(64 << 10, Reader::new(self, self.index.plan));
        ciborium::de::from_reader_with_recursion_limit(reader, PLAN_DEPTH)
            .map_err(|error| BundleError::Plan(error.to_string()))
    }

    /// The steps of a chunk, among which there may be more chunks. They are verified first.
    ///
    /// # Errors
    /// If it is damaged, cannot be read, or is none of this bundle's.
    pub fn steps(&self, chunk: &Chunk) -> Result<Vec<Step>, BundleError> {
        let mut unbounded = u64::MAX;
        self.counted_steps(chunk, &mut unbounded)
    }

    /// The same; the bytes that it has in the bundle are taken off `left`.
    fn counted_steps(&self, chunk: &Chunk, left: &mut u64) -> Result<Vec<Step>, BundleError> {
        let end = HEADER.saturating_add(self.index.chunks.0);
        let mut content = Vec::new();
        for piece in place::decode(&chunk.place, HEADER, end)? {
            *left = left
                .checked_sub(u64::from(piece.packed))
                .ok_or_else(|| BundleError::Plan("one of its chunks is used more than once".into()))?;
            let packed = self.source.bytes(piece.at..piece.at.saturating_add(piece.packed.into()))?;
            if Sha256::digest(&packed).as_slice() != piece.digest {
                return Err(BundleError::Digest("a chunk of the plan".into()));
            }
            // `decode` has bounded the length by MAX_FRAME.
            let length = usize::try_from(piece.unpacked).unwrap_or_default();
            let mut unpacker = self.unpacker.lock().unwrap_or_else(PoisonError::into_inner);
            unpacker.unpack(piece.codec, &packed, length, &mut content)?;
        }
        ciborium::de::from_reader_with_recursion_limit(content.as_slice(), PLAN_DEPTH)
            .map_err(|error| BundleError::Plan(error.to_string()))
    }

    /// Puts the steps that it stands for in place of every chunk in `list`.
    fn expand(&self, list: &mut Vec<Step>, left: &mut u64, depth: usize) -> Result<(), BundleError> {
        if depth > CHUNK_DEPTH {
            return Err(BundleError::Plan("its chunks nest too deeply".into()));
        }
        let mut whole = Vec::with_capacity(list.len());
        for mut step in std::mem::take(list) {
            match &mut step {
                Step::Task(_) | Step::Role(_) => {}
                Step::Block(block) => {
                    for list in [&mut block.block, &mut block.rescue, &mut block.always] {
                        self.expand(list, left, depth)?;
                    }
                }
                Step::Chunk(chunk) => {
                    let mut steps = self.counted_steps(chunk, left)?;
                    self.expand(&mut steps, left, depth + 1)?;
                    whole.append(&mut steps);
                    continue;
                }
            }
            whole.push(step);
        }
        *list = whole;
        Ok(())
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
        let Some(Frame(codec, _, unpacked, _)) = self.index.frames.get(number) else {
            return Err(BundleError::Index("a frame is missing".into()));
        };
        // `check` has bounded the length, so this allocates MAX_FRAME at most.
        let length = usize::try_from(*unpacked).unwrap_or_default();
        let mut content = Vec::new();
        let mut unpacker = self.unpacker.lock().unwrap_or_else(PoisonError::into_inner);
        unpacker.unpack(*codec, &packed, length, &mut content)?;
        let frame: Arc<[u8]> = content.into();
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

/// A root digest as text.
pub(crate) fn digest_text(root: &[u8; 32]) -> String {
    root.iter().fold("sha256:".to_string(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The `length` bytes of signature at the end of `source`.
fn signature(source: &dyn Source, length: u64) -> Result<Option<String>, BundleError> {
    if length == 0 {
        return Ok(None);
    }
    if length > crate::signature::LONGEST {
        return Err(BundleError::Index(format!("a signature of {length} bytes is too long")));
    }
    let total = source.length();
    let bytes = source.bytes(total.saturating_sub(length)..total)?;
    let text = String::from_utf8(bytes.into_owned());
    text.map(Some).map_err(|_| BundleError::Digest("the signature".into()))
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

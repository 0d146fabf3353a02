//! Where the content of a file comes from: memory, or a file, embedded or on the host, that is streamed.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_runtime::fs::atomic::Replacement;
use rustle_runtime::fs::checksum::{self, Algorithm, Digest};
use rustle_runtime::prelude::*;
use rustle_runtime::schema::names::BUNDLE_ROOT;

/// Where the content of a file comes from. It is never copied as a whole.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// From memory: text of the playbook, a rendered template, an embedded file.
    Memory(Arc<[u8]>),
    /// From a file of the host.
    Host(PathBuf),
    /// From an embedded file that is too long to be in memory as a whole, so many bytes.
    Embedded(PathBuf, u64, Context),
}

/// Embedded files that are longer than this are streamed.
const STREAMED: u64 = 4 << 20;

impl Source {
    /// The content of the file at `path`, embedded or on the host.
    pub(crate) fn at(path: &Path, ctx: &Context) -> Result<Source> {
        if path.starts_with(BUNDLE_ROOT) {
            if let Some(length) = ctx.embedded_length(path).filter(|length| *length > STREAMED) {
                return Ok(Source::Embedded(path.to_owned(), length, ctx.clone()));
            }
            let content = ctx.read(path);
            return content.map(Source::Memory).context(format!("could not find src={}", path.display()));
        }
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Source::Host(path.to_owned())),
            Ok(_) => Err(Error::new(format!("could not find src={}, it is no regular file", path.display()))),
            Err(error) => Err(Error::new(format!("could not find src={}, {error}", path.display()))),
        }
    }

    /// How many bytes it has.
    pub(crate) fn size(&self) -> io::Result<u64> {
        match self {
            Source::Memory(bytes) => Ok(bytes.len() as u64),
            Source::Host(path) => Ok(std::fs::metadata(path)?.len()),
            Source::Embedded(_, length, _) => Ok(*length),
        }
    }

    /// Its digest, by which files are compared.
    pub(crate) fn sha1(&self) -> io::Result<String> {
        match self {
            Source::Memory(bytes) => Ok(checksum::of_bytes(bytes, Algorithm::Sha1)),
            Source::Host(path) => checksum::of_file(path, Algorithm::Sha1),
            Source::Embedded(path, _, ctx) => {
                ctx.stream_embedded(path, |reader| checksum::of_reader(reader, Algorithm::Sha1))
            }
        }
    }

    /// The first bytes of it, `limit` at most.
    pub(crate) fn head(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        match self {
            Source::Memory(bytes) => bytes.take(limit).read_to_end(&mut head)?,
            Source::Host(path) => File::open(path)?.take(limit).read_to_end(&mut head)?,
            Source::Embedded(path, _, ctx) => {
                ctx.stream_embedded(path, |reader| reader.take(limit).read_to_end(&mut head))?
            }
        };
        Ok(head)
    }

    /// Writes it to an unfinished file; the SHA-1 and MD5 digests of what was written.
    pub(crate) fn write_to(&self, replacement: &mut Replacement) -> io::Result<(String, String)> {
        let (mut sha1, mut md5) = (Digest::new(Algorithm::Sha1), Digest::new(Algorithm::Md5));
        let mut take = |block: &[u8]| {
            sha1.update(block);
            md5.update(block);
            replacement.write_all(block)
        };
        match self {
            Source::Memory(bytes) => take(bytes)?,
            Source::Host(path) => checksum::for_each_block(&mut File::open(path)?, take)?,
            Source::Embedded(path, _, ctx) => {
                ctx.stream_embedded(path, |reader| checksum::for_each_block(reader, take))?
            }
        }
        Ok((sha1.finish(), md5.finish()))
    }
}

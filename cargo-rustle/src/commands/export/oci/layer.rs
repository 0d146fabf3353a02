//! The layer: an archive of the runner and a folder for temporary files, the same bytes for the same runner.

use std::fs::File;
use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use rustle_package::Digest;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use crate::executable::Runner;

/// A layer.
#[derive(Debug)]
pub struct Layer {
    /// The archive, compressed by gzip.
    pub packed: Vec<u8>,
    /// The digest of the archive before it was compressed, as images name it.
    pub diff_id: String,
}

/// The runner as a layer.
///
/// # Errors
/// If it cannot be read.
pub fn of(runner: &Runner) -> io::Result<Layer> {
    // Neither name nor time: both would differ from one machine to the next.
    let packed = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    let mut archive = Builder::new(Digested { to: packed, hash: Sha256::new() });
    archive.append(&header("tmp/", EntryType::Directory, 0o1777, 0)?, io::empty())?;
    let header = header(&runner.plain_name(), EntryType::Regular, 0o755, runner.length)?;
    archive.append(&header, File::open(&runner.path)?)?;
    let Digested { to, hash } = archive.into_inner()?;
    Ok(Layer { packed: to.finish()?, diff_id: Digest::from_bytes(hash.finalize().into()).to_string() })
}

fn header(name: &str, kind: EntryType, mode: u32, size: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// Writes on, and takes the digest of it.
struct Digested<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.to.write(bytes)?;
        self.hash.update(bytes.get(..length).unwrap_or_default());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

//! Where a bundle is written: to memory, or to a file that appears when it is complete.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::append::partial_name;
use crate::error::BundleError;
use crate::index::HEADER;

/// Where a bundle is written. The header is known last and stands first.
pub trait Sink: Write {
    /// What is there when it is complete.
    type Done;

    /// Writes the header in front of all else, and ends.
    ///
    /// # Errors
    /// If that cannot be written.
    fn complete(self, header: &[u8]) -> io::Result<Self::Done>;
}

/// A bundle in memory.
#[derive(Debug)]
pub struct Memory(Vec<u8>);

impl Memory {
    pub(crate) fn new() -> Memory {
        Memory(vec![0; HEADER as usize])
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Memory {
    type Done = Vec<u8>;

    fn complete(mut self, header: &[u8]) -> io::Result<Vec<u8>> {
        self.0.iter_mut().zip(header).for_each(|(to, from)| *to = *from);
        Ok(self.0)
    }
}

/// A bundle in a file, which stands beside its place under another name until it is complete.
#[derive(Debug)]
pub struct Disk {
    file: BufWriter<File>,
    out: PathBuf,
    partial: PathBuf,
    /// The lock on it.
    _held: Option<File>,
}

impl Disk {
    pub(crate) fn new(out: &Path) -> Result<Disk, BundleError> {
        let partial = partial_name(out)?;
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", partial.display()));
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder).map_err(named)?;
        }
        let (file, held) = crate::partial::create(&partial).map_err(named)?;
        let mut file = BufWriter::with_capacity(256 << 10, file);
        file.write_all(&[0; HEADER as usize]).map_err(named)?;
        Ok(Disk { file, out: out.to_owned(), partial, _held: held })
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Disk {
    type Done = PathBuf;

    /// A file that stands there already and is the same is left alone: what is made of it need not be made again.
    fn complete(mut self, header: &[u8]) -> io::Result<PathBuf> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(header)?;
        if !same(&self.partial, &self.out)? {
            file.sync_data()?;
            fs::rename(&self.partial, &self.out)?;
        }
        Ok(self.out.clone())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Once it has been renamed, there is nothing of this name.
        let _ = fs::remove_file(&self.partial);
    }
}

/// Whether two files have the same content; one that is not there has not.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let Ok(other) = File::open(other) else { return Ok(false) };
    let one = File::open(one)?;
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut here, mut there) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let length = one.read(&mut here)?;
        let (Some(here), Some(there)) = (here.get(..length), there.get_mut(..length)) else {
            return Ok(false);
        };
        if length == 0 {
            return Ok(true);
        }
        other.read_exact(there)?;
        if here != there {
            return Ok(false);
        }
    }
}

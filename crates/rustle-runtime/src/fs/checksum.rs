//! Digests of files and texts, in hexadecimal, computed while streaming.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::digest::DynDigest;

/// How a digest is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5.
    Md5,
    /// SHA-1, by which Ansible compares files.
    #[default]
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The algorithm called `name`, in lower case: `sha256`.
    pub fn by_name(name: &str) -> Option<Algorithm> {
        Some(match name {
            "md5" => Algorithm::Md5,
            "sha1" => Algorithm::Sha1,
            "sha224" => Algorithm::Sha224,
            "sha256" => Algorithm::Sha256,
            "sha384" => Algorithm::Sha384,
            "sha512" => Algorithm::Sha512,
            _ => return None,
        })
    }
}

/// A digest in the making.
pub struct Digest(Box<dyn DynDigest + Send>);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

impl Digest {
    /// The digest of nothing yet.
    pub fn new(algorithm: Algorithm) -> Digest {
        Digest(match algorithm {
            Algorithm::Md5 => Box::<md5::Md5>::default(),
            Algorithm::Sha1 => Box::<sha1::Sha1>::default(),
            Algorithm::Sha224 => Box::<sha2::Sha224>::default(),
            Algorithm::Sha256 => Box::<sha2::Sha256>::default(),
            Algorithm::Sha384 => Box::<sha2::Sha384>::default(),
            Algorithm::Sha512 => Box::<sha2::Sha512>::default(),
        })
    }

    /// Takes in what follows.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest, in lower-case hexadecimal.
    pub fn finish(self) -> String {
        let mut text = String::new();
        for byte in self.0.finalize().iter() {
            for nibble in [byte >> 4, byte & 0xf] {
                text.extend(char::from_digit(nibble.into(), 16));
            }
        }
        text
    }
}

/// The digest of `bytes`.
pub fn of_bytes(bytes: &[u8], algorithm: Algorithm) -> String {
    let mut digest = Digest::new(algorithm);
    digest.update(bytes);
    digest.finish()
}

/// The digest of what `reader` yields.
///
/// # Errors
/// If reading fails.
pub fn of_reader(mut reader: impl Read, algorithm: Algorithm) -> io::Result<String> {
    let mut digest = Digest::new(algorithm);
    for_each_block(&mut reader, |block| {
        digest.update(block);
        Ok(())
    })?;
    Ok(digest.finish())
}

/// The digest of the file at `path`, followed if it is a link.
///
/// # Errors
/// If it cannot be read.
pub fn of_file(path: &Path, algorithm: Algorithm) -> io::Result<String> {
    of_reader(File::open(path)?, algorithm)
}

/// Hands what `reader` yields to `take`, block by block.
///
/// # Errors
/// If reading fails, or `take` does.
pub fn for_each_block(
    reader: &mut dyn Read,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    // On the stack, and no larger than what most files of a configuration need: a run has many small ones.
    let mut block = [0; 16 * 1024];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(n) => take(block.get(..n).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        for (name, hex) in [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            assert_eq!(of_bytes(b"abc", Algorithm::by_name(name).unwrap()), hex);
        }
        assert_eq!(Algorithm::by_name("crc32"), None);
    }

    #[test]
    fn files_are_streamed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big");
        let content = vec![7; 600_000];
        std::fs::write(&path, &content).unwrap();
        assert_eq!(of_file(&path, Algorithm::Sha256).unwrap(), of_bytes(&content, Algorithm::Sha256));
        assert!(of_file(folder.path(), Algorithm::Sha1).is_err());
    }
}

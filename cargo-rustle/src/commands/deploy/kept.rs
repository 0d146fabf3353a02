//! The events that were received of a host, in a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustle_package::Digest;
use rustle_schema::event::Event;

/// The events of one host, in a file.
#[derive(Debug)]
pub struct Kept {
    file: File,
    length: u64,
}

impl Kept {
    /// The file at `path`, made if it is not there.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn open(path: &Path) -> io::Result<Kept> {
        let mut file = File::options().read(true).append(true).create(true).mode(0o600).open(path)?;
        // A line that a killed controller has begun is read again from the host.
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        let mut length = 0;
        while reader.read_until(b'\n', &mut line)? > 0 && line.last() == Some(&b'\n') {
            length += line.len() as u64;
            line.clear();
        }
        file.set_len(length)?;
        file.rewind()?;
        Ok(Kept { file, length })
    }

    /// How many bytes are here.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds a line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)?;
        self.length += line.len() as u64;
        Ok(())
    }

    /// Tells what is here already.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn replay(&self, mut tell: impl FnMut(Event)) -> io::Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        for line in BufReader::new(file).lines() {
            if let Ok(event) = serde_json::from_str(&line?) {
                tell(event);
            }
        }
        Ok(())
    }
}

/// The name of a host as that of a file: every sign that could mean something else is written as `%XX`.
pub fn file_name(host: &str) -> String {
    let mut name = String::new();
    for (at, byte) in host.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || byte == b'_' || at > 0 && matches!(byte, b'-' | b'.');
        if plain { name.push(char::from(byte)) } else { name.push_str(&format!("%{byte:02X}")) }
    }
    // A name has 255 bytes at most; nobody calls hosts so, but an inventory may be anything.
    match name.get(..200) {
        Some(begin) => format!("{begin}%{}", short_digest(host)),
        None => name,
    }
}

/// Tells long names apart in 16 digits.
pub fn short_digest(text: &str) -> String {
    Digest::of(text.as_bytes()).hex().split_off(48)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_file_name_whatever_it_is_called() {
        assert_eq!(file_name("web-1.example.org"), "web-1.example.org");
        assert_eq!(file_name("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd");
        assert_eq!(file_name("-rf"), "%2Drf");
        assert_ne!(file_name(&"a".repeat(300)), file_name(&"a".repeat(301)));
        assert!(file_name(&"/".repeat(300)).len() < 250);
    }
}

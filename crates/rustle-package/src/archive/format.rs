//! Which kind of archive something is.

use std::fmt;

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.crate`, `.tar.gz`, `.tgz`.
    TarGz,
    /// `.tar.zst`, `.tzst`.
    TarZst,
    /// `.zip`.
    Zip,
}

impl Format {
    /// By the end of a file's name, or of a URL's path; of either case.
    ///
    /// ```
    /// use rustle_package::archive::Format;
    ///
    /// assert_eq!(Format::of_name("greet-1.0.0.crate"), Some(Format::TarGz));
    /// assert_eq!(Format::of_name("greet.rs"), None);
    /// ```
    pub fn of_name(name: &str) -> Option<Format> {
        let name = name.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".crate", ".tar.gz", ".tgz"]) {
            Some(Format::TarGz)
        } else if ends(&[".tar.zst", ".tzst"]) {
            Some(Format::TarZst)
        } else if ends(&[".zip"]) {
            Some(Format::Zip)
        } else {
            None
        }
    }

    /// By its first bytes.
    pub fn of_magic(bytes: &[u8]) -> Option<Format> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Format::TarGz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Format::TarZst),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Format::Zip),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::TarGz => "tar.gz",
            Format::TarZst => "tar.zst",
            Format::Zip => "zip",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_magic_tell_the_format() {
        for (name, format) in [
            ("a.TGZ", Some(Format::TarGz)),
            ("x/y.tar.gz", Some(Format::TarGz)),
            ("a.tar.zst", Some(Format::TarZst)),
            ("a.zip", Some(Format::Zip)),
            ("a.gz", None),
            ("zip", None),
            ("", None),
        ] {
            assert_eq!(Format::of_name(name), format, "{name}");
        }
        assert_eq!(Format::of_magic(&[0x1f, 0x8b]), Some(Format::TarGz));
        assert_eq!(Format::of_magic(&[0x28, 0xb5, 0x2f, 0xfd, 0]), Some(Format::TarZst));
        assert_eq!(Format::of_magic(b"PK\x03\x04"), Some(Format::Zip));
        assert_eq!(Format::of_magic(b"#!/bin/sh"), None);
    }
}

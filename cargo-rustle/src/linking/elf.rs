//! What a finished executable needs on the host: read from the file, never assumed.

use std::fmt;
use std::fs::File;
use std::path::Path;

use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endianness, FileKind, ReadCache, ReadRef};

use crate::failure::{Context, Failure, Result};

/// What an executable needs on the host to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Nothing: no interpreter, no library.
    Static,
    /// An interpreter and libraries.
    Dynamic {
        /// The interpreter, such as `/lib64/ld-linux-x86-64.so.2`.
        interpreter: Option<String>,
        /// The libraries, such as `libc.so.6`, in the file's order.
        libraries: Vec<String>,
    },
    /// It is no ELF file, so that the words mean nothing.
    Other,
}

impl fmt::Display for Linkage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Linkage::Static => f.write_str("static"),
            Linkage::Dynamic { interpreter, libraries } => {
                let needs: Vec<&str> = interpreter.iter().chain(libraries).map(String::as_str).collect();
                write!(f, "dynamic: it needs {}", needs.join(", "))
            }
            Linkage::Other => f.write_str("as its system links programs"),
        }
    }
}

/// What the executable at `path` needs.
///
/// # Errors
/// If it cannot be read, or its headers are broken.
pub fn linkage(path: &Path) -> Result<Linkage> {
    // Only its headers are read: an executable may carry gigabytes.
    let file = ReadCache::new(File::open(path).context(path.display())?);
    let broken = |error: object::Error| Failure::new(format!("{}: {error}", path.display()));
    match FileKind::parse(&file) {
        Ok(FileKind::Elf64) => of::<FileHeader64<Endianness>, _>(&file).map_err(broken),
        Ok(FileKind::Elf32) => of::<FileHeader32<Endianness>, _>(&file).map_err(broken),
        Ok(_) => Ok(Linkage::Other),
        Err(error) => Err(broken(error)),
    }
}

fn of<'data, H: FileHeader<Endian = Endianness>, R: ReadRef<'data>>(bytes: R) -> object::Result<Linkage> {
    let header = H::parse(bytes)?;
    let endian = header.endian()?;
    let mut interpreter = None;
    let mut libraries = Vec::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned();
    for segment in header.program_headers(endian, bytes)? {
        if let Some(found) = segment.interpreter(endian, bytes)? {
            interpreter = Some(text(found));
        }
    }
    // The names of libraries lie in a section, which `strip` keeps.
    let sections = header.sections(endian, bytes)?;
    if let Some((entries, link)) = sections.dynamic(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        for entry in entries {
            if entry.d_tag(endian) == elf::DT_NEEDED {
                libraries.push(text(entry.string(endian, strings)?));
            }
        }
    }
    // A static executable that can be moved has a dynamic section too, and neither of these.
    match interpreter.is_none() && libraries.is_empty() {
        true => Ok(Linkage::Static),
        false => Ok(Linkage::Dynamic { interpreter, libraries }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_tells_what_it_needs() {
        let own = linkage(&std::env::current_exe().unwrap()).unwrap();
        match (cfg!(target_os = "linux"), cfg!(target_feature = "crt-static")) {
            (true, true) => assert_eq!(own, Linkage::Static),
            (true, false) => {
                let text = own.to_string();
                assert!(text.starts_with("dynamic: it needs /") && text.contains("libc.so"), "{text}");
            }
            (false, _) => assert_eq!(own, Linkage::Other),
        }
    }

    #[test]
    fn what_is_no_executable_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for text in ["", "#!/bin/sh\n", "\x7fELF", "\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\u{3}\0"] {
            std::fs::write(&path, text).unwrap();
            assert!(linkage(&path).is_err(), "{text:?}");
        }
    }
}

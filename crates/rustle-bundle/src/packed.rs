//! A finished bundle, in memory or in a file.

use std::borrow::Cow;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::append::append_bundle;
use crate::error::BundleError;
use crate::reader::Bundle;
use crate::source::FilePart;

/// A finished bundle: small ones are made in memory, and what is as large as its files is made in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packed {
    /// Its bytes, which everyone who opens it shares.
    Memory(Arc<Vec<u8>>),
    /// The file that it is.
    File(PathBuf),
}

impl Default for Packed {
    /// No bundle: nothing that can be opened.
    fn default() -> Packed {
        Packed::Memory(Arc::default())
    }
}

impl From<Vec<u8>> for Packed {
    fn from(bytes: Vec<u8>) -> Packed {
        Packed::Memory(Arc::new(bytes))
    }
}

impl From<PathBuf> for Packed {
    fn from(path: PathBuf) -> Packed {
        Packed::File(path)
    }
}

impl Packed {
    /// Opens it. A file is read at need.
    ///
    /// # Errors
    /// As for [`Bundle::open`].
    pub fn open(&self) -> Result<Bundle, BundleError> {
        match self {
            Packed::Memory(bytes) => Bundle::open(Arc::clone(bytes)),
            Packed::File(path) => {
                let file = File::open(path)?;
                let length = file.metadata()?.len();
                Bundle::open(FilePart::new(file, 0, length))
            }
        }
    }

    /// Puts it behind the executable `base`: see [`append()`](crate::append()).
    ///
    /// # Errors
    /// As for [`append()`](crate::append()).
    pub fn append(&self, base: &Path, out: &Path) -> Result<(), BundleError> {
        append_bundle(base, out, &self.open()?)
    }

    /// Its length in bytes.
    ///
    /// # Errors
    /// If the file is not there.
    pub fn length(&self) -> Result<u64, BundleError> {
        Ok(match self {
            Packed::Memory(bytes) => bytes.len() as u64,
            Packed::File(path) => fs::metadata(path)?.len(),
        })
    }

    /// All its bytes.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, BundleError> {
        Ok(match self {
            Packed::Memory(bytes) => Cow::Borrowed(bytes),
            Packed::File(path) => Cow::Owned(fs::read(path)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::plan::Plan;
    use rustle_schema::settings::Settings;

    use super::*;
    use crate::writer::Writer;

    #[test]
    fn what_is_in_memory_is_there_once() {
        let bytes = Writer::default().finish(&Plan::default(), &Settings::default()).unwrap();
        let packed = Packed::from(bytes);
        let opened = [packed.open().unwrap(), packed.clone().open().unwrap()];
        let Packed::Memory(bytes) = &packed else { panic!("it is a file") };
        assert_eq!(Arc::strong_count(bytes), 1 + opened.len());
    }
}

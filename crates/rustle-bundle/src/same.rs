//! Finds contents that are there twice, so that they are carried once.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::codec::Compression;
use crate::index::Span;
use crate::writer::Content;

/// What tells one content from another.
type Key = (u64, [u8; 32], Compression);

/// The contents so far. Only those of which there are several of one length are read for it.
#[derive(Default)]
pub(crate) struct Same {
    lengths: HashMap<u64, u32>,
    spans: HashMap<Key, Span>,
}

impl Same {
    /// Notes that there is a content of this length.
    pub(crate) fn expect(&mut self, content: &Content) -> io::Result<()> {
        let length = content.length()?;
        let count = self.lengths.entry(length).or_default();
        *count = count.saturating_add(1);
        Ok(())
    }

    /// What tells `content` from others, if another may be the same.
    pub(crate) fn key(&self, content: &Content, compression: Compression) -> io::Result<Option<Key>> {
        let length = content.length()?;
        let alone = self.lengths.get(&length).is_none_or(|count| *count < 2);
        if alone || length == 0 {
            return Ok(None);
        }
        let mut digest = Sha256::new();
        match content {
            Content::None => return Ok(None),
            Content::Bytes(bytes) => digest.update(bytes),
            Content::File(path) => {
                let (mut file, mut buffer) = (File::open(path)?, vec![0; 64 << 10]);
                loop {
                    let read = file.read(&mut buffer)?;
                    if read == 0 {
                        break;
                    }
                    digest.update(buffer.get(..read).unwrap_or_default());
                }
            }
        }
        Ok(Some((length, digest.finalize().into(), compression)))
    }

    /// Where the content lies already.
    pub(crate) fn find(&self, key: Option<&Key>) -> Option<Span> {
        self.spans.get(key?).copied()
    }

    /// Notes where a content lies.
    pub(crate) fn keep(&mut self, key: Option<Key>, span: Span) {
        if let Some(key) = key {
            self.spans.insert(key, span);
        }
    }
}

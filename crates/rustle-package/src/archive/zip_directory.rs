//! The central directory of a zip file.

use super::ArchiveError;
use crate::tree::Refusal;

pub(super) const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: [u8; 4] = [b'P', b'K', 5, 6];
/// Bytes of the record at the end, without its comment.
const END_SIZE: usize = 22;
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
const STREAMED: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;
/// How hard the packer tried; says nothing about the content.
const EFFORT: u16 = 1 << 1 | 1 << 2;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Reads little-endian numbers from the front of some bytes.
pub(super) struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Scan(bytes)
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One line of the directory.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) offset: usize,
    pub(super) executable: bool,
}

impl Entry {
    pub(super) fn is_deflated(&self) -> bool {
        self.method == DEFLATED
    }

    /// Whether its sizes stand behind it, because its writer did not know them before.
    pub(super) fn is_streamed(&self) -> bool {
        self.flags & STREAMED != 0
    }
}

/// Reads the directory; the second value is where it begins. `count` is asked before an entry is kept.
pub(super) fn read(
    bytes: &[u8],
    mut count: impl FnMut(&str) -> Result<(), ArchiveError>,
) -> Result<(Vec<Entry>, usize), ArchiveError> {
    let end_at = find_end(bytes)?;
    let mut end = Scan::new(bytes.get(end_at + 4..).unwrap_or_default());
    let fields = (|| {
        let (disk, first_disk, here, all) = (end.u16()?, end.u16()?, end.u16()?, end.u16()?);
        Some((disk, first_disk, here, all, end.u32()?, end.u32()?))
    })();
    let (disk, first_disk, here, all, size, offset) = fields.ok_or(ArchiveError::Truncated)?;
    let whole = |why: &str| Err(ArchiveError::format("", why));
    if all == u16::MAX || here == u16::MAX || size == u32::MAX || offset == u32::MAX {
        return whole("it is in the format for more than 4 GiB (zip64)");
    }
    if disk != 0 || first_disk != 0 || here != all {
        return whole("it is a part of several");
    }
    let begin = usize::try_from(offset).unwrap_or(usize::MAX);
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    if begin.checked_add(length) != Some(end_at) {
        return whole("its directory does not lie where it says");
    }
    let mut scan = Scan::new(bytes.get(begin..end_at).unwrap_or_default());
    let mut entries = Vec::new();
    while !scan.is_empty() {
        let entry = line(&mut scan)?;
        count(&entry.name)?;
        entries.push(entry);
    }
    if entries.len() != usize::from(all) {
        return Err(ArchiveError::Disagree { entry: String::new(), what: "the number of its entries" });
    }
    Ok((entries, begin))
}

/// Where the record at the end begins: the last thing that looks like one, whose comment must reach to the last byte.
fn find_end(bytes: &[u8]) -> Result<usize, ArchiveError> {
    let last = bytes.len().checked_sub(END_SIZE).ok_or(ArchiveError::Truncated)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let area = bytes.get(first..).unwrap_or_default();
    let found = area.windows(END.len()).rposition(|window| *window == END);
    let at = first + found.ok_or(ArchiveError::Truncated)?;
    let comment = bytes.get(at + END_SIZE - 2..at + END_SIZE).and_then(|two| two.try_into().ok());
    let comment = usize::from(comment.map(u16::from_le_bytes).ok_or(ArchiveError::Truncated)?);
    match (at + END_SIZE + comment).cmp(&bytes.len()) {
        std::cmp::Ordering::Equal => Ok(at),
        std::cmp::Ordering::Less => Err(ArchiveError::Trailing),
        std::cmp::Ordering::Greater => Err(ArchiveError::Truncated),
    }
}

fn line(scan: &mut Scan<'_>) -> Result<Entry, ArchiveError> {
    let fields = (|| {
        let signature = scan.u32()?;
        let (_made_by, _needed, flags, method) = (scan.u16()?, scan.u16()?, scan.u16()?, scan.u16()?);
        let (_time, crc, packed, size) = (scan.u32()?, scan.u32()?, scan.u32()?, scan.u32()?);
        let (name, extra, comment, disk) = (scan.u16()?, scan.u16()?, scan.u16()?, scan.u16()?);
        let (_internal, external, offset) = (scan.u16()?, scan.u32()?, scan.u32()?);
        let (name, extra) = (scan.take(name.into())?, scan.take(extra.into())?);
        scan.take(comment.into())?;
        Some((signature, flags, method, [crc, packed, size], disk, external, offset, name, extra))
    })();
    let short = || ArchiveError::format("", "its directory is malformed");
    let (signature, flags, method, [crc, packed, size], disk, external, offset, name, extra) =
        fields.ok_or_else(short)?;
    if signature != CENTRAL {
        return Err(short());
    }
    let name = read_name(name, flags)?;
    check_extra(&name, extra)?;
    if flags & ENCRYPTED != 0 {
        return Err(ArchiveError::Encrypted { entry: name });
    }
    let wrong = |why: &str| Err(ArchiveError::format(&name, why));
    if flags & !(STREAMED | UTF8 | EFFORT) != 0 {
        return wrong("it uses features that packages do without");
    }
    if method != STORED && method != DEFLATED {
        return wrong("it is packed by another method than deflate");
    }
    if disk != 0 || packed == u32::MAX || size == u32::MAX || offset == u32::MAX {
        return wrong("it is in the format for more than 4 GiB (zip64)");
    }
    let executable = check_mode(&name, external)?;
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    Ok(Entry { name, flags, method, crc, packed, size, offset, executable })
}

/// Names are UTF-8 and say so, or are ASCII: what else they are depends on who reads them.
fn read_name(name: &[u8], flags: u16) -> Result<String, ArchiveError> {
    match std::str::from_utf8(name) {
        Ok(text) if flags & UTF8 != 0 || text.is_ascii() => Ok(text.to_owned()),
        _ => {
            let lossy = String::from_utf8_lossy(name);
            Err(ArchiveError::refused(&lossy, Refusal::Path("the name is not marked as UTF-8")))
        }
    }
}

/// Looks at what is attached to an entry: nothing there may change its name, size or encryption.
pub(super) fn check_extra(name: &str, extra: &[u8]) -> Result<(), ArchiveError> {
    const ZIP64: u16 = 0x0001;
    const UNICODE_PATH: u16 = 0x7075;
    const AES: u16 = 0x9901;
    let mut scan = Scan::new(extra);
    while !scan.is_empty() {
        let field = (|| {
            let (kind, size) = (scan.u16()?, scan.u16()?);
            scan.take(size.into())?;
            Some(kind)
        })();
        match field {
            Some(ZIP64) => {
                return Err(ArchiveError::format(name, "it is in the format for more than 4 GiB (zip64)"));
            }
            Some(UNICODE_PATH) => {
                return Err(ArchiveError::Disagree {
                    entry: name.to_owned(),
                    what: "its name: it has a second one",
                });
            }
            Some(AES) => return Err(ArchiveError::Encrypted { entry: name.to_owned() }),
            Some(_) => {}
            None => return Err(ArchiveError::format(name, "what is attached to it is malformed")),
        }
    }
    Ok(())
}

/// The Unix mode in the upper half of the attributes, if there is one: whether the file is executable.
fn check_mode(name: &str, external: u32) -> Result<bool, ArchiveError> {
    const FOLDER_OF_DOS: u32 = 0x10;
    let mode = external >> 16;
    let is_folder = name.ends_with('/');
    let disagree = || ArchiveError::Disagree { entry: name.to_owned(), what: "whether it is a folder" };
    match mode & 0o170_000 {
        0 if external & FOLDER_OF_DOS != 0 && !is_folder => return Err(disagree()),
        0 => {}
        0o100_000 if is_folder => return Err(disagree()),
        0o040_000 if !is_folder => return Err(disagree()),
        0o100_000 | 0o040_000 => {}
        0o120_000 => return Err(ArchiveError::refused(name, Refusal::Link)),
        0o010_000 => return Err(ArchiveError::refused(name, Refusal::Kind("a named pipe".to_owned()))),
        _ => return Err(ArchiveError::refused(name, Refusal::Kind("a device or a socket".to_owned()))),
    }
    if mode & 0o6000 != 0 && !is_folder {
        let why = Refusal::Kind("a file that runs as its owner (setuid)".to_owned());
        return Err(ArchiveError::refused(name, why));
    }
    Ok(mode & 0o100 != 0)
}

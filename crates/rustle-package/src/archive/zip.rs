//! Reads zip, strictly: the entries and the central directory fill the file without gaps, and each entry's own header says
//! what the directory says. So there is one way only to read it.
//!
//! What is larger than 4 GiB (zip64) is never a package.

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::Read as _;

use super::ArchiveError;
use super::collect::Collector;
use super::meter::over;
use super::zip_directory::{self, Entry, LOCAL, Scan};
use crate::tree::Refusal;
use crate::{File, Limits};

const DESCRIPTOR: u32 = 0x0807_4b50;

pub(super) fn read(bytes: &[u8], limits: &Limits, into: &mut Collector<'_>) -> Result<(), ArchiveError> {
    let (entries, directory_at) = zip_directory::read(bytes, |name| into.count(name))?;
    let mut by_place: Vec<&Entry> = entries.iter().collect();
    by_place.sort_by_key(|entry| entry.offset);
    let mut ends = by_place.iter().skip(1).map(|entry| entry.offset).chain([directory_at]);
    if by_place.first().is_some_and(|first| first.offset != 0) {
        return Err(ArchiveError::format("", "it does not begin with its first entry"));
    }
    let mut unpacked = 0_u64;
    for entry in &by_place {
        let end = ends.next().unwrap_or(directory_at);
        let place = bytes.get(entry.offset..end).unwrap_or_default();
        let packed = content(place, entry)?;
        if let Some(path) = entry.folder()? {
            into.folder(path)?;
            continue;
        }
        into.check_path(&entry.name)?;
        let size = u64::from(entry.size);
        into.check_size(&entry.name, size)?;
        unpacked = unpacked.saturating_add(size);
        if let Some(refusal) = over(unpacked, bytes.len() as u64, limits) {
            return Err(ArchiveError::refused(&entry.name, refusal));
        }
        let content = unpack(packed, entry)?;
        into.file(entry.name.clone(), File { content, executable: entry.executable })?;
    }
    Ok(())
}

/// The compressed bytes of an entry, after its own header has been compared with the directory.
fn content<'a>(place: &'a [u8], entry: &Entry) -> Result<&'a [u8], ArchiveError> {
    let differs = |what| ArchiveError::Disagree { entry: entry.name.clone(), what };
    let wrong = |why: &str| ArchiveError::format(&entry.name, why);
    let short = || wrong("the entries overlap, or one is cut short");
    let mut scan = Scan::new(place);
    if scan.u32().ok_or_else(short)? != LOCAL {
        return Err(wrong("there is no entry where the directory says that there is one"));
    }
    let header = (|| {
        let (_version, flags, method, _time) = (scan.u16()?, scan.u16()?, scan.u16()?, scan.u32()?);
        let (crc, packed, size) = (scan.u32()?, scan.u32()?, scan.u32()?);
        let (name, extra) = (scan.u16()?, scan.u16()?);
        Some((flags, method, [crc, packed, size], scan.take(name.into())?, scan.take(extra.into())?))
    })();
    let (flags, method, numbers, name, extra) = header.ok_or_else(short)?;
    zip_directory::check_extra(&entry.name, extra)?;
    if name != entry.name.as_bytes() {
        return Err(differs("its name"));
    }
    if flags != entry.flags || method != entry.method {
        return Err(differs("how it is packed"));
    }
    let known = [entry.crc, entry.packed, entry.size];
    if numbers != known && !(entry.is_streamed() && numbers == [0; 3]) {
        return Err(differs("its size or checksum"));
    }
    let packed = scan.take(usize::try_from(entry.packed).unwrap_or(usize::MAX)).ok_or_else(short)?;
    if entry.is_streamed() {
        let mut numbers = [scan.u32(), scan.u32(), scan.u32()];
        if numbers.first() == Some(&Some(DESCRIPTOR)) && !scan.is_empty() {
            numbers.rotate_left(1);
            if let Some(last) = numbers.last_mut() {
                *last = scan.u32();
            }
        }
        if numbers != known.map(Some) {
            return Err(differs("its size or checksum"));
        }
    }
    if scan.is_empty() { Ok(packed) } else { Err(wrong("something lies between its entries")) }
}

fn unpack(packed: &[u8], entry: &Entry) -> Result<Vec<u8>, ArchiveError> {
    let damaged = || ArchiveError::format(&entry.name, "its content is damaged");
    let content = if entry.is_deflated() {
        let mut decoder = DeflateDecoder::new(packed);
        let mut content = Vec::new();
        // One byte more than there may be, so that more is noticed.
        let most = u64::from(entry.size) + 1;
        (&mut decoder).take(most).read_to_end(&mut content).map_err(|_| damaged())?;
        if decoder.total_in() != u64::from(entry.packed) {
            return Err(ArchiveError::Disagree { entry: entry.name.clone(), what: "its packed size" });
        }
        content
    } else {
        packed.to_vec()
    };
    if content.len() as u64 != u64::from(entry.size) {
        return Err(ArchiveError::Disagree { entry: entry.name.clone(), what: "its size" });
    }
    let mut crc = Crc::new();
    crc.update(&content);
    if crc.sum() == entry.crc { Ok(content) } else { Err(damaged()) }
}

impl Entry {
    /// The path of a folder, without the `/` at its end; nothing for a file.
    fn folder(&self) -> Result<Option<String>, ArchiveError> {
        let Some(path) = self.name.strip_suffix('/') else { return Ok(None) };
        if self.size != 0 || self.packed != 0 {
            return Err(ArchiveError::refused(
                &self.name,
                Refusal::Kind("a folder with a content".to_owned()),
            ));
        }
        Ok(Some(path.to_owned()))
    }
}

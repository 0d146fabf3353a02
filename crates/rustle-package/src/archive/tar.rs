//! Reads tar: the POSIX format with PAX records, and GNU's long names. Nothing else, and of these only what every reader
//! understands in the same way.

use std::io::Read;

use super::ArchiveError;
use super::collect::Collector;
use super::meter::Meter;
use super::pax::{self, Pax};
use crate::File;
use crate::tree::Refusal;

/// The longest description of an entry (PAX records, a long name) that is read, in bytes.
const LONGEST_RECORDS: u64 = 64 << 10;

/// Reads all entries, and everything up to the end of the stream.
pub(super) fn read(input: &mut Meter<impl Read>, into: &mut Collector<'_>) -> Result<(), ArchiveError> {
    let mut described = Described::default();
    while let Some(block) = input.block()? {
        if block.iter().all(|byte| *byte == 0) {
            if !described.is_empty() {
                return Err(ArchiveError::format("", "a description stands before no entry"));
            }
            return end(input);
        }
        let header = Header::parse(&block)?;
        input.entry.clone_from(&header.name);
        into.count(&header.name)?;
        match header.kind {
            b'x' | b'L' => describe(input, &header, &mut described)?,
            b'g' => {
                let records = pax::parse(&records(input, &header)?).map_err(|why| fault(&header, why))?;
                if records.path.is_some() || records.size.is_some() || records.sparse || !described.is_empty()
                {
                    return Err(fault(&header, "it describes all entries at once"));
                }
            }
            _ => entry(input, header, std::mem::take(&mut described), into)?,
        }
    }
    Err(ArchiveError::Truncated)
}

/// What the entries before one say about it.
#[derive(Default)]
struct Described {
    pax: Option<Pax>,
    long_name: Option<String>,
}

impl Described {
    fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none()
    }
}

fn fault(header: &Header, why: &str) -> ArchiveError {
    ArchiveError::format(&header.name, why)
}

/// Behind the first block of zeros: another one, and then zeros only.
fn end(input: &mut Meter<impl Read>) -> Result<(), ArchiveError> {
    input.entry.clear();
    let mut blocks = 0;
    while let Some(block) = input.block()? {
        if block.iter().any(|byte| *byte != 0) {
            return Err(ArchiveError::Trailing);
        }
        blocks += 1;
    }
    if blocks == 0 { Err(ArchiveError::Truncated) } else { Ok(()) }
}

fn records(input: &mut Meter<impl Read>, header: &Header) -> Result<Vec<u8>, ArchiveError> {
    if header.size > LONGEST_RECORDS {
        return Err(ArchiveError::refused(&header.name, Refusal::Unpacked(LONGEST_RECORDS)));
    }
    input.content(header.size)
}

fn describe(
    input: &mut Meter<impl Read>,
    header: &Header,
    described: &mut Described,
) -> Result<(), ArchiveError> {
    let bytes = records(input, header)?;
    if !described.is_empty() {
        return Err(fault(header, "an entry is described twice"));
    }
    if header.kind == b'x' {
        described.pax = Some(pax::parse(&bytes).map_err(|why| fault(header, why))?);
        return Ok(());
    }
    let name = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    described.long_name = Some(text(name)?);
    Ok(())
}

fn entry(
    input: &mut Meter<impl Read>,
    header: Header,
    described: Described,
    into: &mut Collector<'_>,
) -> Result<(), ArchiveError> {
    let pax = described.pax.unwrap_or_default();
    let name = pax.path.or(described.long_name).unwrap_or_else(|| header.name.clone());
    input.entry.clone_from(&name);
    if pax.sparse {
        return Err(ArchiveError::refused(&name, Refusal::Kind("a sparse file".to_owned())));
    }
    // The old format had no kind for folders; all readers take it so.
    let is_folder = header.kind == b'5' || (header.kind == b'\0' && name.ends_with('/'));
    match header.kind {
        b'0' | b'\0' | b'5' => {}
        b'1' | b'2' | b'K' => return Err(ArchiveError::refused(&name, Refusal::Link)),
        kind => return Err(ArchiveError::refused(&name, Refusal::Kind(kind_of(kind)))),
    }
    if pax.size.is_some_and(|size| size != header.size) {
        return Err(ArchiveError::Disagree { entry: name, what: "its size" });
    }
    if is_folder {
        let path = name.strip_suffix('/').unwrap_or(&name).to_owned();
        // Some readers skip a folder's content, others take it for the next entry.
        if header.size != 0 {
            return Err(ArchiveError::Disagree { entry: name, what: "its size: a folder has none" });
        }
        return into.folder(path);
    }
    if header.links {
        return Err(ArchiveError::Disagree {
            entry: name,
            what: "its kind: a file that names a link's target",
        });
    }
    if header.mode & 0o6000 != 0 {
        return Err(ArchiveError::refused(
            &name,
            Refusal::Kind("a file that runs as its owner (setuid)".to_owned()),
        ));
    }
    into.check_path(&name)?;
    into.check_size(&name, header.size)?;
    let content = input.content(header.size)?;
    into.file(name, File { content, executable: header.mode & 0o100 != 0 })
}

fn kind_of(kind: u8) -> String {
    match kind {
        b'3' | b'4' => "a device".to_owned(),
        b'6' => "a named pipe".to_owned(),
        b'S' => "a sparse file".to_owned(),
        other => format!("an entry of kind `{}`", char::from(other).escape_default()),
    }
}

/// What is read of a header.
struct Header {
    name: String,
    mode: u64,
    size: u64,
    kind: u8,
    /// Whether it names the target of a link.
    links: bool,
}

impl Header {
    fn parse(block: &[u8; 512]) -> Result<Header, ArchiveError> {
        let part = |from: usize, length: usize| block.get(from..from + length).unwrap_or_default();
        let mut name = string(part(0, 100))?;
        let wrong = |why: &str| ArchiveError::format(&name, why);
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        let own: u64 = part(148, 8).iter().map(|byte| u64::from(*byte)).sum();
        if octal(part(148, 8)) != Some(sum - own + 8 * u64::from(b' ')) {
            return Err(wrong("the checksum of a header is wrong"));
        }
        let size = octal(part(124, 12)).ok_or_else(|| wrong("the size is not a number"))?;
        let mode = if part(100, 8).iter().all(|byte| *byte == 0) { Some(0) } else { octal(part(100, 8)) };
        let mode = mode.ok_or_else(|| wrong("the mode is not a number"))?;
        let prefix = part(345, 155);
        match part(257, 8) {
            b"ustar\x0000" => {
                let prefix = string(prefix)?;
                if !prefix.is_empty() {
                    name = format!("{prefix}/{name}");
                }
            }
            // GNU keeps other things there, which some readers take for the beginning of the name.
            b"ustar  \0" | b"\0\0\0\0\0\0\0\0" if prefix.iter().all(|byte| *byte == 0) => {}
            _ => return Err(wrong("the header is of no known format")),
        }
        let kind = block.get(156).copied().unwrap_or_default();
        Ok(Header { name, mode, size, kind, links: part(157, 100).iter().any(|byte| *byte != 0) })
    }
}

fn text(bytes: &[u8]) -> Result<String, ArchiveError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => {
            let lossy = String::from_utf8_lossy(bytes);
            Err(ArchiveError::refused(&lossy, Refusal::Path("the name is not UTF-8")))
        }
    }
}

/// A text that ends at its first NUL, behind which there may be nothing.
fn string(field: &[u8]) -> Result<String, ArchiveError> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let (name, rest) = field.split_at(end);
    if rest.iter().any(|byte| *byte != 0) {
        let lossy = String::from_utf8_lossy(field);
        return Err(ArchiveError::refused(&lossy, Refusal::Path("the name holds a NUL")));
    }
    text(name)
}

/// Octal digits, with spaces before and spaces or NULs after them. Binary numbers, which GNU has for what is larger than
/// 8 GiB, are none.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_start_matches(' ').trim_end_matches([' ', '\0']);
    if digits.is_empty() || !digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        return None;
    }
    u64::from_str_radix(digits, 8).ok()
}

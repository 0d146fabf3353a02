//! Builds archives, also such as no tool would.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// A header of the POSIX format, field by field.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) mode: Vec<u8>,
    pub(super) size: Vec<u8>,
    pub(super) kind: u8,
    pub(super) link: Vec<u8>,
    pub(super) magic: Vec<u8>,
    pub(super) prefix: Vec<u8>,
}

impl Header {
    pub(super) fn new(name: impl AsRef<[u8]>, kind: u8, size: usize) -> Header {
        Header {
            name: name.as_ref().to_vec(),
            mode: b"0000644\0".to_vec(),
            size: format!("{size:011o}\0").into_bytes(),
            kind,
            link: Vec::new(),
            magic: b"ustar\x0000".to_vec(),
            prefix: Vec::new(),
        }
    }

    pub(super) fn block(&self) -> Vec<u8> {
        let mut block = vec![0; 512];
        let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &self.name);
        put(100, &self.mode);
        put(108, b"0000000\0");
        put(116, b"0000000\0");
        put(124, &self.size);
        put(136, b"00000000000\0");
        put(148, b"        ");
        put(156, &[self.kind]);
        put(157, &self.link);
        put(257, &self.magic);
        put(345, &self.prefix);
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }
}

/// A tar file while it grows.
#[derive(Default, Clone)]
pub(super) struct Tar(pub(super) Vec<u8>);

impl Tar {
    pub(super) fn entry(mut self, header: &Header, content: &[u8]) -> Tar {
        self.0.extend(header.block());
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(super) fn file(self, name: impl AsRef<[u8]>, content: &[u8]) -> Tar {
        self.entry(&Header::new(name, b'0', content.len()), content)
    }

    pub(super) fn kind(self, name: &str, kind: u8) -> Tar {
        self.entry(&Header::new(name, kind, 0), b"")
    }

    /// PAX records for the next entry.
    pub(super) fn pax(self, records: &[(&str, &str)]) -> Tar {
        let text: Vec<u8> = records.iter().flat_map(|(key, value)| record(key, value)).collect();
        self.entry(&Header::new("PaxHeaders/x", b'x', text.len()), &text)
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }

    pub(super) fn gz(self) -> Vec<u8> {
        gz(&self.end())
    }
}

pub(super) fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n").into_bytes()
}

pub(super) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// An entry of a zip file; what stands in its own header can be made to differ.
#[derive(Clone)]
pub(super) struct Zipped {
    pub(super) local: Fields,
    pub(super) central: Fields,
    pub(super) packed: Vec<u8>,
    pub(super) descriptor: Vec<u8>,
    pub(super) external: u32,
    pub(super) offset: Option<u32>,
}

#[derive(Clone)]
pub(super) struct Fields {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) extra: Vec<u8>,
}

impl Zipped {
    pub(super) fn stored(name: &str, content: &[u8]) -> Zipped {
        let crc = crc(content);
        let size = u32::try_from(content.len()).unwrap();
        let name = name.as_bytes().to_vec();
        let fields = Fields { name, flags: 0, method: 0, crc, packed: size, size, extra: Vec::new() };
        let (packed, descriptor, external) = (content.to_vec(), Vec::new(), 0o100_644 << 16);
        Zipped { local: fields.clone(), central: fields, packed, descriptor, external, offset: None }
    }

    pub(super) fn deflated(name: &str, content: &[u8]) -> Zipped {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let mut entry = Zipped::stored(name, content);
        entry.packed = encoder.finish().unwrap();
        let packed = u32::try_from(entry.packed.len()).unwrap();
        entry.both(|fields| (fields.method, fields.packed) = (8, packed));
        entry
    }

    pub(super) fn both(&mut self, change: impl Fn(&mut Fields)) {
        change(&mut self.local);
        change(&mut self.central);
    }

    fn header(&self, fields: &Fields) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [20, fields.flags, fields.method, 0, 0x21] {
            bytes.extend(number.to_le_bytes());
        }
        for number in [fields.crc, fields.packed, fields.size] {
            bytes.extend(number.to_le_bytes());
        }
        for text in [&fields.name, &fields.extra] {
            bytes.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        }
        bytes
    }
}

pub(super) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

pub(super) fn zip(entries: &[Zipped]) -> Vec<u8> {
    zip_with(entries, b"", |_| {})
}

/// A zip file with a comment; the last change is to the record at the end.
pub(super) fn zip_with(entries: &[Zipped], comment: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let at = entry.offset.unwrap_or(u32::try_from(bytes.len()).unwrap());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(entry.header(&entry.local));
        bytes.extend(&entry.local.name);
        bytes.extend(&entry.local.extra);
        bytes.extend(&entry.packed);
        bytes.extend(&entry.descriptor);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(entry.header(&entry.central));
        directory.extend([0; 6]);
        directory.extend(entry.external.to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(&entry.central.name);
        directory.extend(&entry.central.extra);
    }
    let (begin, length) = (u32::try_from(bytes.len()).unwrap(), u32::try_from(directory.len()).unwrap());
    bytes.extend(directory);
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    let count = u16::try_from(entries.len()).unwrap();
    end.extend([count, count].iter().flat_map(|count| count.to_le_bytes()));
    end.extend([length, begin].iter().flat_map(|number| number.to_le_bytes()));
    end.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
    end.extend(comment);
    change(&mut end);
    bytes.extend(end);
    bytes
}

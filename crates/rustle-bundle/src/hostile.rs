//! Bundles whose digests are right and whose index lies: whoever writes one can compute digests too.

use rustle_schema::bytes::Bytes;
use rustle_schema::plan::{Plan, Play};
use rustle_schema::settings::Settings;
use rustle_schema::task::{Chunk, Step};
use sha2::{Digest, Sha256};

use crate::codec::Codec;
use crate::error::BundleError;
use crate::index::{Entry, Frame, HEADER, Header, Index, Kind, MAX_FRAME, Region, Span};
use crate::place::{self, Piece};
use crate::reader::Bundle;

/// An index of one stored frame with a plan and a file in it, which is good.
fn good() -> (Index, Vec<u8>) {
    let mut content = Vec::new();
    ciborium::into_writer(&Plan::default(), &mut content).unwrap();
    let plan = Span(0, content.len() as u64);
    content.extend(b"hello");
    let mut file = Entry::new(b"a/b".to_vec(), Kind::File, 0o644, Vec::new());
    file.3 = Span(plan.1, 5);
    let folder = Entry::new(b"a".to_vec(), Kind::Directory, 0o755, Vec::new());
    let frame = Frame(
        Codec::Stored,
        content.len() as u64,
        content.len() as u64,
        Bytes(Sha256::digest(&content).to_vec()),
    );
    let chunks = Region(0, Bytes(Sha256::digest([]).to_vec()));
    let entries = vec![folder, file];
    let index = Index { settings: Settings::default(), chunks, plan, frames: vec![frame], entries };
    (index, content)
}

/// A bundle of an index, as it is written, and the frames in front of it.
fn bundle(index: &[u8], frames: &[u8]) -> Vec<u8> {
    [&Header::write(index, HEADER + frames.len() as u64, 0), frames, index].concat()
}

fn open(index: &Index, frames: &[u8]) -> Result<Bundle, BundleError> {
    let mut encoded = Vec::new();
    ciborium::into_writer(index, &mut encoded).unwrap();
    Bundle::open(bundle(&encoded, frames))
}

/// Opens a bundle after `spoil` has changed its index; it must be refused.
fn refused(spoil: impl FnOnce(&mut Index)) {
    let (mut index, frames) = good();
    spoil(&mut index);
    assert!(open(&index, &frames).is_err());
}

fn entry(path: &[u8], kind: Kind, mode: u32, target: &[u8]) -> Entry {
    Entry::new(path.to_vec(), kind, mode, target.to_vec())
}

#[test]
fn the_good_one_is_read() {
    let (index, frames) = good();
    let bundle = open(&index, &frames).unwrap();
    assert_eq!(bundle.plan().unwrap(), Plan::default());
    assert_eq!(*bundle.read(b"a/b").unwrap(), *b"hello");
}

#[test]
fn lengths_that_cannot_be() {
    refused(|index| index.plan = Span(0, u64::MAX));
    refused(|index| index.plan = Span(u64::MAX, 2));
    refused(|index| index.entries[1].3 = Span(0, 1 << 40));
    refused(|index| index.frames[0].1 += 1);
    refused(|index| index.frames[0].2 += 1);
    refused(|index| index.frames[0].3 = Bytes(Vec::new()));
    refused(|index| index.frames.push(Frame(Codec::Zstd, 0, MAX_FRAME + 1, Bytes(vec![0; 32]))));
    refused(|index| index.frames.clear());
    refused(|index| {
        let frame = |length| Frame(Codec::Stored, length, length, Bytes(vec![0; 32]));
        index.frames.extend([frame(u64::MAX), frame(u64::MAX)]);
    });
}

#[test]
fn entries_that_cannot_be() {
    for path in [&b"../x"[..], b"/etc/passwd", b"x/../y", b"x//y", b"", b"x\0", b"a"] {
        refused(|index| index.entries.push(entry(path, Kind::Directory, 0o755, b"")));
    }
    refused(|index| index.entries.swap(0, 1));
    refused(|index| index.entries[0] = entry(b"a", Kind::Symlink, 0o777, b"/etc"));
    refused(|index| drop(index.entries.remove(0)));
    refused(|index| index.entries.push(entry(b"z", Kind::File, 0o200_000, b"")));
    refused(|index| index.entries.push(entry(b"z", Kind::File, 0o644, b"target")));
    refused(|index| index.entries.push(entry(b"z", Kind::Symlink, 0o777, b"")));
    refused(|index| index.entries.push(entry(b"z", Kind::Symlink, 0o777, b"a\0b")));
    refused(|index| index.entries[0].3 = Span(0, 1));
}

#[test]
fn frames_that_unpack_to_something_else() {
    let packed = zstd::bulk::compress(&[7; 5000], 3).unwrap();
    let digest = Bytes(Sha256::digest(&packed).to_vec());
    for length in [100, 4999, 5001, MAX_FRAME] {
        let (mut index, _) = good();
        index.frames = vec![Frame(Codec::Zstd, packed.len() as u64, length, digest.clone())];
        index.plan = Span(0, 10);
        index.entries[1].3 = Span(0, length);
        let bundle = open(&index, &packed).unwrap();
        assert!(bundle.read(b"a/b").is_err(), "{length}");
        assert!(bundle.plan().is_err(), "{length}");
    }
}

#[test]
fn an_index_that_nests_deeply_is_no_overflow() {
    let mut index = vec![0x81; 100_000];
    index.push(0);
    assert!(matches!(Bundle::open(bundle(&index, &[])), Err(BundleError::Index(_))));
}

#[test]
fn an_index_that_promises_more_than_it_holds_allocates_nothing() {
    // A byte string of 2^62 bytes, an array of 2^62 items.
    for head in [0x5b_u8, 0x9b, 0xbb] {
        let mut index = vec![head];
        index.extend((1_u64 << 62).to_be_bytes());
        assert!(Bundle::open(bundle(&index, &[])).is_err());
    }
}

/// A bundle whose plan has `list` for its tasks, with `chunks` in front; each chunk is a list, stored as it is.
fn with_chunks(list: Vec<Step>, chunks: &[Vec<u8>]) -> Result<Bundle, BundleError> {
    let play = Play { tasks: list, ..Play::default() };
    let plan = Plan { plays: vec![play], ..Plan::default() };
    let mut head = Vec::new();
    ciborium::into_writer(&plan, &mut head).unwrap();
    let length = head.len() as u64;
    let region = chunks.concat();
    let index = Index {
        settings: Settings::default(),
        chunks: Region(region.len() as u64, Bytes(Sha256::digest(&region).to_vec())),
        plan: Span(0, length),
        frames: vec![Frame(Codec::Stored, length, length, Bytes(Sha256::digest(&head).to_vec()))],
        entries: Vec::new(),
    };
    open(&index, &[region, head].concat())
}

/// A reference to `content` at `at`.
fn chunk(at: u64, content: &[u8]) -> Step {
    let length = content.len() as u32;
    let digest = Sha256::digest(content).into();
    let piece = Piece { at, packed: length, unpacked: length, codec: Codec::Stored, digest };
    Step::Chunk(Box::new(Chunk { place: place::encode(&[piece]), ..Chunk::default() }))
}

fn encoded(steps: &[Step]) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(steps, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_small_bundle_stands_for_no_endless_plan() {
    // Each chunk names the one before it 16 times: twelve of them would be 2^48 steps.
    let mut chunks = vec![encoded(&[Step::Block(Box::default())])];
    let mut at = HEADER;
    for _ in 0..12 {
        let last = chunks.last().unwrap();
        let next = encoded(&vec![chunk(at, last); 16]);
        at += last.len() as u64;
        chunks.push(next);
    }
    let bundle = with_chunks(vec![chunk(at, chunks.last().unwrap())], &chunks).unwrap();
    assert!(matches!(bundle.plan(), Err(BundleError::Plan(_))));
}

#[test]
fn chunks_that_nest_deeply_are_no_overflow() {
    let mut chunks = vec![encoded(&[Step::Block(Box::default())])];
    let mut at = HEADER;
    for _ in 0..20_000 {
        let last = chunks.last().unwrap();
        let next = encoded(&[chunk(at, last)]);
        at += last.len() as u64;
        chunks.push(next);
    }
    let bundle = with_chunks(vec![chunk(at, chunks.last().unwrap())], &chunks).unwrap();
    assert!(matches!(bundle.plan(), Err(BundleError::Plan(_))));
}

#[test]
fn a_chunk_that_is_none_is_an_error() {
    let good = encoded(&[Step::Block(Box::default())]);
    assert_eq!(
        with_chunks(vec![chunk(HEADER, &good)], std::slice::from_ref(&good))
            .unwrap()
            .plan()
            .unwrap()
            .plays
            .len(),
        1
    );
    for bad in [&b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"[..], b"\x81\xff", b"text", &[0x81; 9000]] {
        let bundle = with_chunks(vec![chunk(HEADER, bad)], &[bad.to_vec()]).unwrap();
        assert!(matches!(bundle.plan(), Err(BundleError::Plan(_))));
    }
    // Outside of where chunks lie: the head itself, the header, nowhere.
    for at in [HEADER + good.len() as u64, 0, u64::MAX] {
        let bundle = with_chunks(vec![chunk(at, &good)], std::slice::from_ref(&good)).unwrap();
        assert!(matches!(bundle.plan(), Err(BundleError::Index(_))));
    }
}

#[test]
fn a_signature_is_read_over_and_its_length_is_covered() {
    let (index, frames) = good();
    let mut plain = Vec::new();
    ciborium::into_writer(&index, &mut plain).unwrap();
    let mut signed = bundle(&plain, &frames);
    signed[12] = 4;
    signed.extend(b"sign");
    assert!(Bundle::open(signed).is_err());
    let header = Header::write(&plain, HEADER + frames.len() as u64, 4);
    let signed = [&header, frames.as_slice(), &plain, b"sign"].concat();
    assert!(Bundle::open(signed.clone()).is_ok());
    assert!(Bundle::open(signed[..signed.len() - 1].to_vec()).is_err());
}

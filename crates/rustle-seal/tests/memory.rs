//! What claims to be a seal or a store costs memory by its length, however many pieces it is made of. A process of its own:
//! the peak is the process's.
#![cfg(all(target_os = "linux", feature = "store"))]

use rustle_seal::{MAX_SEAL, Seal, Store};

/// The most that is taken beside the bytes themselves, which are there as often as twice.
const MOST: usize = 3 * MAX_SEAL;

/// The most memory that this process had until now, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() << 10
}

#[test]
fn many_small_pieces_take_no_more_than_their_bytes() {
    let items = u32::try_from(MAX_SEAL - 5).unwrap().to_be_bytes();
    // A list of numbers, a list of empty lists, and a dictionary of numbers, each of a byte or two.
    for (kind, piece) in [(0x9a, 0x00), (0x9a, 0x80), (0xba, 0x00)] {
        let mut bytes = vec![kind];
        bytes.extend(items);
        bytes.resize(MAX_SEAL, piece);
        let before = peak();
        assert!(Seal::read(&bytes).is_err());
        let taken = peak() - before;
        assert!(taken < MOST, "{kind:x} {piece:x}: {} MB", taken >> 20);
    }
    for piece in ["1,", "[],", "{},"] {
        let text = format!("format = 1\na = [{}]\n", piece.repeat((MAX_SEAL - 100) / piece.len()));
        let before = peak();
        assert!(Store::parse(&text).is_err());
        let taken = peak() - before;
        assert!(taken < MOST, "{piece}: {} MB", taken >> 20);
    }
}

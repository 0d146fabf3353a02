//! `--self-digest`: the digest of the whole executable.

use std::fs::File;
use std::io::Read;

use sha2::{Digest, Sha256};

use super::{ERROR, Refusal, listing, refuse};

/// Prints it as `sha256sum` would: whoever copies an executable asks for it.
pub(super) fn print() -> Result<u8, Refusal> {
    let mut hash = Sha256::new();
    let read = File::open("/proc/self/exe").and_then(|mut file| {
        let mut piece = vec![0; 64 << 10];
        loop {
            let length = file.read(&mut piece)?;
            if length == 0 {
                return Ok(());
            }
            hash.update(piece.get(..length).unwrap_or_default());
        }
    });
    read.map_err(|error| refuse(ERROR)(format!("this executable cannot be read: {error}")))?;
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    listing::write(&format!("{digest}\n"))?;
    Ok(0)
}

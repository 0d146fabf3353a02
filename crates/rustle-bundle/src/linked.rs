//! The list of what an executable is made of, as it lies in it: a mark, a length, a digest, and CBOR packed by zstd.
//! `docs/BUNDLE.md` describes the bytes.

use std::fs::File;

use rustle_schema::linked::{LINKED_FORMAT, Linked};
use sha2::{Digest, Sha256};

use crate::error::BundleError;

/// How the list begins. It differs from a bundle's magic, so that neither is found as the other.
pub const LINKED_MAGIC: [u8; 8] = *b"\xabRUSTLK\n";

/// What the digest covers beside the packed list: magic, length of that, length of it unpacked.
const COVERED: usize = 8 + 4 + 4;

/// What stands before the packed list.
const HEADER: usize = COVERED + 32;

/// The longest list that is believed, packed or not, in bytes.
const MOST: usize = 16 << 20;

/// The level of compression: the list is written once a build.
const LEVEL: i32 = 19;

/// The list as bytes: the same for the same list.
///
/// # Errors
/// If it is longer than any list can be.
pub fn pack_linked(linked: &Linked) -> Result<Vec<u8>, BundleError> {
    let mut text = Vec::new();
    ciborium::into_writer(linked, &mut text).map_err(|error| BundleError::Index(error.to_string()))?;
    let packed = zstd::bulk::compress(&text, LEVEL)?;
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).ok().filter(|length| *length as usize <= MOST);
    let (Some(length), Some(unpacked)) = (length(&packed), length(&text)) else {
        return Err(BundleError::Index("the list of what is linked is too long".into()));
    };
    let mut bytes = LINKED_MAGIC.to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(unpacked.to_le_bytes());
    let digest = Sha256::new().chain_update(&bytes).chain_update(&packed).finalize();
    bytes.extend(digest);
    bytes.extend(packed);
    Ok(bytes)
}

/// The list in `file`, an executable, if it has one; it is not run. A mark that stands there by chance is passed over.
///
/// # Errors
/// If the file cannot be read, or its list is of a later format.
pub fn find_linked(file: &File) -> Result<Option<Linked>, BundleError> {
    crate::search::first(file, &LINKED_MAGIC, |at| {
        let header = at.bytes(HEADER)?;
        let lengths = header
            .get(8..)
            .and_then(|rest| Some((rest.first_chunk::<4>()?, rest.get(4..)?.first_chunk::<4>()?)));
        let Some((length, unpacked)) = lengths else { return Ok(None) };
        let (length, unpacked) =
            (u32::from_le_bytes(*length) as usize, u32::from_le_bytes(*unpacked) as usize);
        if length > MOST || unpacked > MOST {
            return Ok(None);
        }
        let whole = at.bytes(HEADER + length)?;
        let parts = (whole.get(..COVERED), whole.get(COVERED..HEADER), whole.get(HEADER..));
        let (Some(covered), Some(digest), Some(packed)) = parts else { return Ok(None) };
        let found = Sha256::new().chain_update(covered).chain_update(packed).finalize();
        if packed.len() != length || found.as_slice() != digest {
            return Ok(None);
        }
        let text = zstd::bulk::decompress(packed, unpacked)?;
        let linked: Linked =
            ciborium::from_reader(text.as_slice()).map_err(|error| BundleError::Index(error.to_string()))?;
        if linked.format != LINKED_FORMAT {
            return Err(BundleError::Format(linked.format));
        }
        Ok(Some(linked))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rustle_schema::linked::LinkedModule;

    use super::*;

    fn file(parts: &[&[u8]]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        parts.iter().for_each(|part| file.write_all(part).unwrap());
        file
    }

    #[test]
    fn a_list_is_found_behind_marks_that_mean_nothing() {
        let module =
            LinkedModule { name: "copy".into(), aliases: vec!["cp".into()], ..LinkedModule::default() };
        let linked = Linked { format: LINKED_FORMAT, modules: vec![module], ..Linked::default() };
        let packed = pack_linked(&linked).unwrap();
        assert_eq!(pack_linked(&linked).unwrap(), packed);
        let filler = vec![0xab; 3 << 20];
        let found = find_linked(&file(&[b"\x7fELF", &LINKED_MAGIC, &filler, &packed, b"rest"])).unwrap();
        assert_eq!(found.as_ref(), Some(&linked));
        assert!(linked.module("cp").is_some() && linked.module("mv").is_none());
        assert_eq!(find_linked(&file(&[b"\x7fELF", &filler])).unwrap(), None);
        // Damaged at any place, it is no list.
        for at in [8, 12, 20, packed.len() - 1] {
            let mut damaged = packed.clone();
            damaged[at] ^= 1;
            assert_eq!(find_linked(&file(&[&damaged])).unwrap(), None, "{at}");
        }
        for length in 0..packed.len() {
            assert_eq!(find_linked(&file(&[&packed[..length]])).unwrap(), None, "{length}");
        }
    }
}

//! Writes `.tar.gz`.

use std::io;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::ArchiveError;
use crate::tree::Refusal;
use crate::{Tree, tree};

/// The time of every entry, 1980-01-01: some tools take zero for an error, and zip knows nothing older.
const TIME: u64 = 315_532_800;

/// Packs a tree as `.tar.gz`, with every path below the folder `top`, as a `.crate` has `<name>-<version>`.
///
/// The same tree gives the same bytes: entries are sorted, and have no owner and one time.
///
/// # Errors
///
/// When `top` is not one plain name.
pub fn pack(tree: &Tree, top: &str) -> Result<Vec<u8>, ArchiveError> {
    tree::check_path(top, &crate::Limits::default())
        .map_err(|refusal| ArchiveError::refused(top, refusal))?;
    if top.contains('/') {
        return Err(ArchiveError::refused(top, Refusal::Path("the folder of an archive is one name")));
    }
    write(tree, top).map_err(|error| ArchiveError::format("", error.to_string()))
}

fn write(tree: &Tree, top: &str) -> io::Result<Vec<u8>> {
    // 255: written on no particular system.
    let gzip = GzBuilder::new().operating_system(255).write(Vec::new(), Compression::best());
    let mut builder = Builder::new(gzip);
    for (path, file) in tree.files() {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(if file.executable { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(TIME);
        header.set_size(file.content.len() as u64);
        builder.append_data(&mut header, format!("{top}/{path}"), file.content.as_slice())?;
    }
    builder.into_inner()?.finish()
}

//! A package in one file.
//!
//! Archives come from strangers. They are read into memory, never onto the disk, within [`Limits`], and only if every
//! reader would see the same files in them: what readers disagree about is refused.

mod collect;
mod error;
mod format;
mod meter;
mod pack;
mod pax;
mod tar;
#[cfg(test)]
mod tests;
mod zip;
mod zip_directory;

pub use error::ArchiveError;
pub use format::Format;
pub use pack::pack;

use collect::Collector;
use flate2::bufread::GzDecoder;
use meter::Meter;

use crate::tree::Refusal;
use crate::{Limits, Tree};

/// The largest window of zstd, as a power of two: 8 MiB, what every level up to 19 needs and every decoder must have.
const ZSTD_WINDOW: u32 = 23;

/// Reads an archive.
///
/// If all its entries lie in one folder, as in a `.crate` and in what git hosts make, that folder is taken away; an archive
/// without such a folder is taken as it is. What [packages leave out](crate::tree::is_left_out) is left out.
///
/// # Errors
///
/// - `E-ARCHIVE-PATH`: absolute paths, `..`, `.` or empty parts, drive letters, backslashes, control characters, names that
///   are not UTF-8, paths that are too long or too deep;
/// - `E-ARCHIVE-LINK`: symbolic and hard links;
/// - `E-ARCHIVE-KIND`: devices, pipes, sparse and setuid files;
/// - `E-ARCHIVE-DUPLICATE`: a name that is there already, also in another case or another form of Unicode;
/// - `E-ARCHIVE-SIZE`: more bytes, more entries, or more bytes out of few than [`Limits`] allow;
/// - `E-ARCHIVE-DISAGREE`: two places that say different things of one entry;
/// - `E-ARCHIVE-ENCRYPTED`, `-FORMAT`, `-TRUNCATED`, `-TRAILING`: archives that are none.
pub fn unpack(bytes: &[u8], format: Format, limits: &Limits) -> Result<Tree, ArchiveError> {
    if bytes.len() as u64 > limits.archive {
        return Err(ArchiveError::refused("", Refusal::Archive(limits.archive)));
    }
    let mut collector = Collector::new(limits);
    match format {
        Format::TarGz => {
            let mut input = Meter::new(GzDecoder::new(bytes), bytes.len(), limits);
            tar::read(&mut input, &mut collector)?;
            nothing_behind(input.into_inner().into_inner())?;
        }
        Format::TarZst => {
            let damaged = |error: std::io::Error| ArchiveError::format("", error.to_string());
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(bytes).map_err(damaged)?.single_frame();
            decoder.window_log_max(ZSTD_WINDOW).map_err(damaged)?;
            let mut input = Meter::new(decoder, bytes.len(), limits);
            tar::read(&mut input, &mut collector)?;
            nothing_behind(input.into_inner().finish())?;
        }
        Format::Zip => zip::read(bytes, limits, &mut collector)?,
    }
    collector.finish()
}

/// A second gzip member or zstd frame would be read by some tools and not by others; cargo is one that does not.
fn nothing_behind(rest: &[u8]) -> Result<(), ArchiveError> {
    if rest.is_empty() { Ok(()) } else { Err(ArchiveError::Trailing) }
}

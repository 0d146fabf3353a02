//! A bundle behind a finished executable, with a footer that says where it begins.
//!
//! The system's loader maps what the executable's headers name and never looks at what follows, so no compiler is needed
//! to give an executable another plan. `strip` removes the appended part, footer and all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::BundleError;
use crate::executable;
use crate::index::{HEADER, MAGIC};
use crate::reader::Bundle;
use crate::source::{FilePart, read_exact_at};

/// How a footer ends, and with it the file.
const FOOTER_MAGIC: [u8; 16] = *b"\nRUSTLE-APPEND1\n";

/// Bytes of a footer: where the bundle begins, its length, the magic.
const FOOTER: u64 = 32;

/// Where an appended bundle lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where it begins: the length of the executable itself.
    pub start: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// Finds the bundle that is appended to `file`, if there is one.
///
/// # Errors
/// If the file cannot be read, or its footer does not fit it. If a bundle begins where the executable ends, and no footer
/// does: the file was cut, or something was put behind it. What was compiled in would be an older plan.
pub fn appended(file: &File) -> Result<Option<Appended>, BundleError> {
    let total = file.metadata()?.len();
    let Some(footer_start) = total.checked_sub(FOOTER) else { return Ok(None) };
    let mut footer = [0; FOOTER as usize];
    read_exact_at(file, &mut footer, footer_start)?;
    let Some((start, rest)) = footer.split_first_chunk::<8>() else { return Ok(None) };
    let Some((length, magic)) = rest.split_first_chunk::<8>() else { return Ok(None) };
    if magic != FOOTER_MAGIC {
        return if begins_behind(file, total)? { Err(BundleError::Footer) } else { Ok(None) };
    }
    let found = Appended { start: u64::from_le_bytes(*start), length: u64::from_le_bytes(*length) };
    if found.start.checked_add(found.length) != Some(footer_start) || found.length < HEADER {
        return Err(BundleError::Digest("the footer behind the executable".into()));
    }
    Ok(Some(found))
}

/// Whether a bundle begins where the executable itself ends.
fn begins_behind(file: &File, total: u64) -> io::Result<bool> {
    let Some(end) = executable::end(file)? else { return Ok(false) };
    let mut magic = [0; MAGIC.len()];
    if end.saturating_add(MAGIC.len() as u64) > total {
        // Of a bundle that was cut within its first bytes these are left.
        let left = total.saturating_sub(end) as usize;
        let Some(magic) = magic.get_mut(..left) else { return Ok(false) };
        read_exact_at(file, magic, end)?;
        return Ok(left > 0 && MAGIC.starts_with(magic));
    }
    read_exact_at(file, &mut magic, end)?;
    Ok(magic == MAGIC)
}

/// Opens the bundle that is appended to the executable at `path`, if there is one.
///
/// # Errors
/// If the file cannot be read, or the bundle is damaged.
pub fn open_appended(path: &Path) -> Result<Option<Bundle>, BundleError> {
    let file = File::open(path)?;
    match appended(&file)? {
        Some(Appended { start, length }) => Bundle::open(FilePart::new(file, start, length)).map(Some),
        None => Ok(None),
    }
}

/// Writes to `out` the executable `base` with `bundle` behind it, and a footer. A bundle that is appended to `base` already
/// is left out, so that the result is the same as from a pristine base. `out` appears at once or not at all, with the
/// mode of `base`; it may be `base` itself. A symbolic link stays, and what it leads to is replaced.
///
/// # Errors
/// If the bundle is damaged, the base is no executable that can carry one, `out` is a device or anything else that is no
/// regular file, or reading or writing fails.
pub fn append(base: &Path, out: &Path, bundle: &[u8]) -> Result<(), BundleError> {
    append_bundle(base, out, &Bundle::open(bundle.to_vec())?)
}

/// The same with a bundle that is open: its bytes are copied piece by piece.
///
/// # Errors
/// As for [`append()`].
pub fn append_bundle(base: &Path, out: &Path, bundle: &Bundle) -> Result<(), BundleError> {
    // A damaged bundle must not get as far as a host; a short one was verified when it was opened.
    if bundle.length() >= crate::VERIFIED_PLAN {
        bundle.verify_all()?;
    }
    let mut file = File::open(base).map_err(|error| at(base, &error))?;
    let metadata = file.metadata()?;
    let start = appended(&file)?.map_or(metadata.len(), |found| found.start);
    executable::check(&mut file, base)?;
    let out = &regular(out)?;
    let partial = partial_name(out)?;
    let written = write(base, start, bundle, &partial).and_then(|_held| {
        fs::set_permissions(&partial, metadata.permissions())?;
        fs::rename(&partial, out)
    });
    if let Err(error) = written {
        let _ = fs::remove_file(&partial);
        return Err(at(out, &error));
    }
    Ok(())
}

/// The file that is to be replaced: behind links, and no device.
fn regular(out: &Path) -> Result<PathBuf, BundleError> {
    let target = if out.is_symlink() {
        fs::canonicalize(out).map_err(|error| at(out, &error))?
    } else {
        out.to_owned()
    };
    match fs::metadata(&target) {
        Ok(metadata) if !metadata.is_file() => Err(BundleError::Executable(format!(
            "{}: this is no regular file, and is not replaced",
            out.display()
        ))),
        _ => Ok(target),
    }
}

/// The name under which `out` is written before it is complete: beside it, so that renaming it is atomic.
pub(crate) fn partial_name(out: &Path) -> Result<PathBuf, BundleError> {
    let name = out
        .file_name()
        .ok_or_else(|| BundleError::Executable(format!("{}: this is no file", out.display())))?;
    let mut partial = OsString::from(".");
    partial.push(name);
    partial.push(format!(".{}.partial", std::process::id()));
    Ok(out.with_file_name(partial))
}

/// Gives what holds the lock on the file.
fn write(base: &Path, start: u64, bundle: &Bundle, to: &Path) -> io::Result<Option<File>> {
    let (mut to, held) = crate::partial::create(to)?;
    if io::copy(&mut File::open(base)?.take(start), &mut to)? != start {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bundle.copy_to(&mut to)?;
    to.write_all(&start.to_le_bytes())?;
    to.write_all(&(bundle.length()).to_le_bytes())?;
    to.write_all(&FOOTER_MAGIC)?;
    Ok(held)
}

fn at(path: &Path, error: &io::Error) -> BundleError {
    BundleError::Io(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

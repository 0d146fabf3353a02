//! A bundle as a folder that people read and edit: what `cargo rustle eject` writes, and what `rustle_pack::bundle!` packs
//! when an ejected runner is compiled.
//!
//! ```text
//! bundle.json        how it is packed, the runner's settings, and where the plan lies
//! plan/head.json     the plan; what is long stands in files of its own: `{"$file": "plays/01-web.json"}`
//! plan/plays/…       a file for each play
//! plan/roles/…       a file for each role
//! plan/tasks/…       a file for each list of tasks that is included by name
//! plan/inventory.json
//! files.json         every file, folder and link: its path, its mode, where a link points
//! files/…            the content of the files
//! ```
//!
//! Nothing is lost on the way: the folder of a bundle, packed, is that bundle, byte by byte.

mod depth;
mod error;
mod files;
mod plan;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustle_schema::settings::Settings;
use serde_json::{Value, json};

use crate::codec::Compression;
use crate::reader::Bundle;
use crate::writer::Writer;
pub use error::FolderError;
use error::wrong;

/// The version of the folder's format.
pub const FOLDER_FORMAT: u64 = 1;

/// The file that says what the rest is.
const HEAD: &str = "bundle.json";

/// How a bundle is packed. The same content packed in the same way gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packing {
    /// How what is not in `apart` is compressed: a name of [`Compression::NAMES`].
    pub compression: &'static str,
    /// The level of that, and of those in `apart`.
    pub level: i32,
    /// How the files at these paths are compressed.
    pub apart: BTreeMap<Vec<u8>, &'static str>,
    /// How many tasks a chunk of the plan has, if not as many as usual.
    pub tasks: Option<u64>,
}

impl Packing {
    /// By zstd at this level, all of it.
    pub fn zstd(level: i32) -> Packing {
        Packing { compression: "zstd", level, apart: BTreeMap::new(), tasks: None }
    }
}

/// A folder, packed.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The bundle.
    pub bundle: Vec<u8>,
    /// Every file that was read.
    pub read: Vec<PathBuf>,
}

/// Writes `bundle`, which was packed by `packing`, into the folder `to`, which must not be there or be empty.
///
/// # Errors
/// If the bundle is damaged or a file cannot be written. What was written until then stays.
pub fn unpack(bundle: &Bundle, packing: &Packing, to: &Path) -> Result<(), FolderError> {
    depth::with_deep_stack(|| written(bundle, packing, to)).map_err(|error| wrong(to, error))?
}

fn written(bundle: &Bundle, packing: &Packing, to: &Path) -> Result<(), FolderError> {
    let read = |error: crate::BundleError| wrong(to, error);
    let plan = plan::write(&bundle.plan().map_err(read)?, to)?;
    let head = json!({
        "format": FOLDER_FORMAT,
        "compression": packing.compression,
        "level": packing.level,
        "chunk_tasks": packing.tasks,
        "settings": text::of(bundle.settings()).map_err(|error| wrong(to, error))?,
        "plan": plan,
    });
    text::write(&to.join(HEAD), &head)?;
    files::write(bundle, packing, to)
}

/// Packs the folder `from`.
///
/// # Errors
/// If a file is missing, cannot be read or says something impossible; the error names the file.
pub fn pack(from: &Path) -> Result<Packed, FolderError> {
    depth::with_deep_stack(|| packed(from)).map_err(|error| wrong(from, error))?
}

fn packed(from: &Path) -> Result<Packed, FolderError> {
    let mut read = Vec::new();
    let path = from.join(HEAD);
    let head = text::read(&path, &mut read)?;
    let format = head.get("format").and_then(Value::as_u64);
    if format != Some(FOLDER_FORMAT) {
        let found = head.get("format").map_or_else(|| "none".to_owned(), Value::to_string);
        return Err(wrong(&path, format!("`format` should be {FOLDER_FORMAT}, and is {found}")));
    }
    let level = head.get("level").and_then(Value::as_i64).and_then(|level| i32::try_from(level).ok());
    let level = level.ok_or_else(|| wrong(&path, "`level` should be a whole number"))?;
    let compression = named(head.get("compression"), level).map_err(|what| wrong(&path, what))?;
    let tasks = match head.get("chunk_tasks") {
        None | Some(Value::Null) => None,
        Some(tasks) => match tasks.as_u64() {
            Some(tasks) => Some(tasks),
            None => {
                return Err(wrong(&path, format!("`chunk_tasks` should be a whole number, and is {tasks}")));
            }
        },
    };
    let settings = head.get("settings").cloned().unwrap_or_default();
    let settings: Settings =
        text::into(&settings).map_err(|error| wrong(&path, format!("`settings`: {error}")))?;
    let plan = plan::read(head.get("plan").unwrap_or(&Value::Null), from, &mut read)?;
    let mut writer = Writer::packed_by(compression);
    if let Some(tasks) = tasks {
        writer.chunk_tasks(tasks);
    }
    files::read(&mut writer, level, from, &mut read)?;
    let bundle = writer.finish(&plan, &settings).map_err(|error| wrong(from, error))?;
    Ok(Packed { bundle, read })
}

/// The compression that a text names.
fn named(name: Option<&Value>, level: i32) -> Result<Compression, String> {
    let found = name.and_then(Value::as_str).and_then(|name| Compression::named(name, level));
    found.ok_or_else(|| {
        let names = Compression::NAMES.join(", ");
        format!("`compression` should be one of {names}, and is {}", name.unwrap_or(&Value::Null))
    })
}

#[cfg(test)]
mod tests;

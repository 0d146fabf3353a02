//! The files of a bundle as files: their content below `files/`, and all that a file system or version control may lose in
//! `files.json`: order, modes, links, empty folders, and names that are no text.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::error::{FolderError, wrong};
use super::{Packing, named, text};
use crate::index::{Entry, Kind};
use crate::reader::Bundle;
use crate::writer::Writer;

/// The list.
const LIST: &str = "files.json";
/// The folder of the contents.
const FOLDER: &str = "files";

/// The mode of folders that the list does not name.
const FOLDER_MODE: u32 = 0o755;

/// Writes the files of `bundle`.
pub(super) fn write(bundle: &Bundle, packing: &Packing, to: &Path) -> Result<(), FolderError> {
    let mut list = String::from("[");
    let mut first = true;
    for entry in bundle.entries() {
        let name = name_of(entry.path());
        if entry.kind() == Kind::File {
            let path = to.join(FOLDER).join(&name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(|error| wrong(parent, error))?;
            }
            let mut content = bundle.stream(entry.path()).map_err(|error| wrong(&path, error))?;
            let mut file = File::create(&path).map_err(|error| wrong(&path, error))?;
            io::copy(&mut content, &mut file).map_err(|error| wrong(&path, error))?;
        }
        if is_implied(entry, bundle) {
            continue;
        }
        // One line each, so that a person finds one and a diff shows one.
        let mut line = described(entry, name);
        if let Some(compression) = packing.apart.get(entry.path()) {
            line.insert("compression".into(), (*compression).into());
        }
        let line = Value::Object(line);
        let _ = write!(list, "{}\n  {line}", if first { "" } else { "," });
        first = false;
    }
    list.push_str(if first { "]\n" } else { "\n]\n" });
    text::write_bytes(&to.join(LIST), list.as_bytes())
}

/// Whether a folder is there because of what lies in it.
fn is_implied(entry: &Entry, bundle: &Bundle) -> bool {
    entry.kind() == Kind::Directory && entry.mode() == FOLDER_MODE && !bundle.below(entry.path()).is_empty()
}

fn described(entry: &Entry, name: String) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("path".into(), name.into());
    match entry.kind() {
        Kind::File => {}
        Kind::Directory => drop(line.insert("kind".into(), "folder".into())),
        Kind::Symlink => {
            line.insert("kind".into(), "link".into());
            line.insert("target".into(), name_of(entry.target()).into());
            return line;
        }
    }
    line.insert("mode".into(), format!("{:04o}", entry.mode()).into());
    line
}

/// Adds the files of the folder `from` to `writer`.
pub(super) fn read(
    writer: &mut Writer,
    level: i32,
    from: &Path,
    read: &mut Vec<PathBuf>,
) -> Result<(), FolderError> {
    let list = from.join(LIST);
    let Value::Array(entries) = text::read(&list, read)? else {
        return Err(wrong(&list, "this should be a list"));
    };
    let mut listed = BTreeSet::new();
    for (number, entry) in entries.iter().enumerate() {
        let at = |what: String| wrong(&list, format!("entry {}: {what}", number + 1));
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let name = text("path").ok_or_else(|| at("`path` is missing".into()))?;
        let path = bytes_of(name).map_err(at)?;
        let mode = |otherwise: u32| match text("mode") {
            Some(mode) => u32::from_str_radix(mode, 8)
                .map_err(|_| at(format!("`mode` should be octal, such as \"0644\", and is \"{mode}\""))),
            None => Ok(otherwise),
        };
        let added = match text("kind").unwrap_or("file") {
            "file" => {
                let mode = mode(0o644)?;
                if mode & 0o6000 != 0 {
                    writer.allow_special_mode(path.as_slice());
                }
                if let Some(name) = entry.get("compression") {
                    writer.compress(path.as_slice(), named(Some(name), level).map_err(at)?);
                }
                // What the path may hold is checked before anything is read.
                crate::check_path(&path).map_err(|error| at(error.to_string()))?;
                let content = from.join(FOLDER).join(name);
                if !content.is_file() {
                    return Err(at(format!("there is no file `{FOLDER}/{name}`")));
                }
                listed.insert(name.to_owned());
                read.push(content.clone());
                writer.file_from(path, mode, content)
            }
            "folder" => {
                let mode = mode(FOLDER_MODE)?;
                if mode & 0o6000 != 0 {
                    writer.allow_special_mode(path.as_slice());
                }
                writer.directory(path, mode)
            }
            "link" => {
                let target = text("target").ok_or_else(|| at("a link needs a `target`".into()))?;
                writer.symlink(path, bytes_of(target).map_err(at)?)
            }
            other => return Err(at(format!("`kind` should be file, folder or link, and is `{other}`"))),
        };
        added.map_err(|error| at(error.to_string()))?;
    }
    let folder = from.join(FOLDER);
    if folder.exists() { unlisted(&folder, "", &listed, &list) } else { Ok(()) }
}

/// A file that nobody has listed would be left out without a word.
fn unlisted(folder: &Path, above: &str, listed: &BTreeSet<String>, list: &Path) -> Result<(), FolderError> {
    for entry in fs::read_dir(folder).map_err(|error| wrong(folder, error))? {
        let entry = entry.map_err(|error| wrong(folder, error))?;
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            unlisted(&entry.path(), &format!("{name}/"), listed, list)?;
        } else if !listed.contains(&name) {
            let line = Value::Object(Map::from_iter([("path".to_owned(), name.clone().into())]));
            return Err(wrong(
                list,
                format!("`{FOLDER}/{name}` is not listed: add {line}, or remove the file"),
            ));
        }
    }
    Ok(())
}

/// Bytes as text: `%` and two hexadecimal digits stand for what is no UTF-8, for control characters, and for `%`.
fn name_of(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '%' | '\0'..='\x1f' | '\x7f' | '\\' => {
                    let _ = write!(name, "%{:02X}", u32::from(c));
                }
                _ => name.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

/// The bytes that a text of [`name_of`] stands for.
fn bytes_of(name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digits = rest.split_at_checked(2);
        let Some((value, after)) = digits.and_then(|(digits, after)| {
            let digits =
                std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
            Some((u8::from_str_radix(digits?, 16).ok()?, after))
        }) else {
            return Err(format!(
                "`{name}`: two hexadecimal digits should follow `%`, and `%25` is `%` itself"
            ));
        };
        bytes.push(value);
        rest = after;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_text_come_back() {
        for bytes in [b"a/b".as_slice(), b"\xff\xfe/100%", "Grüße\n".as_bytes(), b"%41", b"\\", b"\xc3"] {
            let name = name_of(bytes);
            assert!(!name.contains(['\n', '\\']), "{name}");
            assert_eq!(bytes_of(&name).unwrap(), bytes, "{name}");
        }
        for bad in ["%", "%1", "%zz", "%+1", "a%é"] {
            assert!(bytes_of(bad).is_err(), "{bad}");
        }
    }
}

//! Searching one folder after the other.

use std::fs::Metadata;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path};

use rustle_runtime::fs::checksum::{self, Algorithm};
use rustle_runtime::fs::{info, os_error, users};
use rustle_runtime::prelude::*;

use super::filters::{self, Names};
use super::walk::{Folder, Walk};
use super::{AgeStamp, FileType, Find, Findings};
use crate::encoding::Encoding;
use crate::pattern::{Flags, Over, Pattern};

/// What is looked for, ready to be compared with.
pub(super) struct Wanted<'a> {
    args: &'a Find,
    names: Names,
    /// What is wrong with a pattern or a mode is told where it is first asked for.
    contains: Option<Result<Pattern, String>>,
    age: Option<i64>,
    size: Option<i64>,
    mode: Option<Result<u32, String>>,
    /// The time at which the search began, in seconds.
    now: f64,
    owners: users::Names,
}

impl Find {
    /// What is looked for, as far as the arguments make sense.
    pub(super) fn wanted(&self) -> Result<Wanted<'_>> {
        let number = |name: &str, text: &Option<String>, units: &[(char, i64)]| match text {
            None => Ok(None),
            Some(text) => filters::with_unit(text, units)
                .map(Some)
                .ok_or_else(|| Error::new(format!("failed to process {name}")).with(name, text.as_str())),
        };
        if let Some(mode) =
            self.mode.as_ref().filter(|mode| mode.value().as_str().is_none() && mode.value().is_true())
        {
            return Err(Error::new(format!(
                "argument 'mode' is not a string and conversion is not allowed, value is of type {}",
                mode.value().type_name()
            )));
        }
        let mode = self.mode.as_ref().filter(|mode| mode.value().is_true());
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(Wanted {
            args: self,
            names: Names::new(&self.patterns, self.excludes.as_deref().unwrap_or_default(), self.use_regex),
            contains: self.contains.as_deref().map(|it| Pattern::new(it, Over::Text, Flags::default())),
            age: number("age", &self.age, &filters::TIME)?,
            size: number("size", &self.size, &filters::SIZE)?,
            mode: mode.map(|it| filters::mode_bits(it.value())),
            now: since.as_secs_f64(),
            owners: users::Names::default(),
        })
    }
}

impl Wanted<'_> {
    /// Searches one folder.
    pub(super) fn search(&self, root: &Path, findings: &mut Findings) -> Result<(), String> {
        if !root.is_dir() {
            return Err(format!("'{}' is not a directory", root.display()));
        }
        let mut walk = Walk::new(root, self.args.follow);
        while let Some(folder) = walk.next() {
            match folder {
                Ok(folder) => {
                    let is_too_deep = self.look_at(root, &folder, findings)?;
                    if self.args.has_enough(findings) {
                        findings.is_limited = true;
                        return Ok(());
                    }
                    if !self.args.recurse {
                        return Ok(());
                    }
                    if !is_too_deep {
                        walk.enter(&folder);
                    }
                }
                Err((path, error)) if is_skipped(&error) => {
                    findings.skipped.insert(info::text(&path), os_error::with_path(&error, &path));
                }
                Err((path, error)) => return Err(os_error::with_path(&error, &path)),
            }
        }
        Ok(())
    }

    /// Looks at everything in one folder; whether it lies too deep for what is in it to count.
    fn look_at(&self, root: &Path, folder: &Folder, findings: &mut Findings) -> Result<bool, String> {
        findings.examined += folder.files.len() + folder.folders.len();
        let mut is_too_deep = false;
        for name in folder.files.iter().chain(&folder.folders) {
            let path = normal(&folder.path.join(name));
            if let Some(depth) = self.args.depth.filter(|depth| *depth != 0)
                && depth_below(root, &path) > depth
            {
                is_too_deep = true;
                continue;
            }
            if name.starts_with('.') && !self.args.hidden {
                continue;
            }
            let metadata = match std::fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) => {
                    let why = os_error::with_path(&error, &path);
                    let shown = os_error::quoted(&path);
                    findings.warnings.push(format!("Skipped entry {shown} due to access issue.: {why}"));
                    findings.skipped.insert(info::text(&path), why);
                    continue;
                }
            };
            if self.wants(name, &path, &metadata)? {
                findings.files.push(Value::Map(self.describe(&path, &metadata)?));
                if self.args.has_enough(findings) {
                    break;
                }
            }
        }
        Ok(is_too_deep)
    }

    fn wants(&self, name: &str, path: &Path, metadata: &Metadata) -> Result<bool, String> {
        let (is_kind, sized) = match self.args.file_type {
            FileType::Any => (true, metadata.is_file()),
            FileType::Directory => (metadata.is_dir(), false),
            FileType::File => (metadata.is_file(), true),
            FileType::Link => (metadata.is_symlink(), false),
        };
        if !is_kind || !self.names.wants(name)? {
            return Ok(false);
        }
        let stamp = match self.args.age_stamp {
            AgeStamp::Atime => info::seconds(metadata.atime(), metadata.atime_nsec()),
            AgeStamp::Ctime => info::seconds(metadata.ctime(), metadata.ctime_nsec()),
            AgeStamp::Mtime => info::seconds(metadata.mtime(), metadata.mtime_nsec()),
        };
        if self.age.is_some_and(|age| !filters::has_age(self.now - stamp, age))
            || self.size.is_some_and(|size| sized && !filters::has_size(metadata, size))
        {
            return Ok(false);
        }
        if let Some(pattern) = self.contains.as_ref().filter(|_| self.args.file_type == FileType::File)
            && !self.has_content(path, pattern.as_ref().map_err(String::clone)?)?
        {
            return Ok(false);
        }
        match &self.mode {
            Some(bits) => Ok(filters::has_mode(metadata, bits.clone()?, self.args.exact_mode)),
            None => Ok(true),
        }
    }

    /// Whether the content of the file matches. A file that cannot be read does not.
    fn has_content(&self, path: &Path, pattern: &Pattern) -> Result<bool, String> {
        let encoding = self.args.encoding.as_deref();
        let decoder = encoding.map_or(Ok(Encoding::Utf8), Encoding::by_name)?;
        let unreadable = || {
            let name =
                encoding.unwrap_or("None (default determined by the Python built-in function \"open\")");
            let shown = path.display();
            format!("Failed to read the file {shown} due to an encoding error. current encoding: {name}")
        };
        let Ok(file) = std::fs::File::open(path) else { return Ok(false) };
        let mut reader = BufReader::new(file);
        if self.args.read_whole_file {
            let mut bytes = Vec::new();
            if reader.read_to_end(&mut bytes).is_err() {
                return Ok(false);
            }
            let text = universal(&decoder.read(&bytes).ok_or_else(unreadable)?);
            return pattern.is_found(text.as_bytes());
        }
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = universal(&decoder.read(&line).ok_or_else(unreadable)?);
            for part in text.split_inclusive('\n') {
                if pattern.matches_start(part)? {
                    return Ok(true);
                }
            }
            line.clear();
        }
        Ok(false)
    }

    fn describe(&self, path: &Path, metadata: &Metadata) -> Result<Map, String> {
        let mut map = Map::from([("path", info::text(path))]);
        map.extend(info::fields(metadata));
        let (user, group) = info::owner_names(metadata, &self.owners);
        map.insert("gr_name", group.unwrap_or_default());
        map.insert("pw_name", user.unwrap_or_default());
        if self.args.get_checksum && metadata.is_file() {
            let algorithm = Algorithm::from(self.args.checksum_algorithm);
            let digest =
                checksum::of_file(path, algorithm).map_err(|error| os_error::with_bytes(&error, path))?;
            map.insert("checksum", digest);
        }
        Ok(map)
    }
}

/// Python's text files: every line ending is a newline.
fn universal(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

fn is_skipped(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound)
}

/// The path without `.`, `..` and doubled slashes, as its text tells (`os.path.normpath`).
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            Component::ParentDir if normal.has_root() => {}
            other => normal.push(other),
        }
    }
    normal
}

/// How many folders deep `path` lies below `root`; 1 is in it.
fn depth_below(root: &Path, path: &Path) -> i64 {
    let slashes = |text: &[u8]| text.iter().filter(|byte| **byte == b'/').count() as i64;
    let root = root.as_os_str().as_encoded_bytes();
    let end = root.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    slashes(path.as_os_str().as_encoded_bytes()) - slashes(root.get(..end).unwrap_or_default())
}

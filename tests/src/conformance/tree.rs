//! What a run left in its output folder.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine as _;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::model::TreeEntry;

/// Text up to this size is recorded as it is; it keeps a recording readable.
const TEXT_LIMIT: usize = 16 * 1024;

/// Other content up to this size is recorded in base64.
const BINARY_LIMIT: usize = 1024;

/// Every entry below `root`, sorted by path; `root` itself is not part of it.
pub fn snapshot(root: &Path) -> io::Result<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    for entry in WalkDir::new(root).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(io::Error::from)?;
        let path = entry.path().strip_prefix(root).map_err(io::Error::other)?;
        entries.push(describe(entry.path(), path.to_string_lossy().into_owned())?);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

fn describe(path: &Path, shown: String) -> io::Result<TreeEntry> {
    let metadata = fs::symlink_metadata(path)?;
    let mut entry = TreeEntry {
        path: shown,
        kind: "other".to_owned(),
        mode: Some(format!("{:04o}", metadata.permissions().mode() & 0o7777)),
        content: None,
        base64: None,
        sha256: None,
        target: None,
    };
    if metadata.is_symlink() {
        entry.kind = "link".to_owned();
        entry.mode = None;
        entry.target = Some(fs::read_link(path)?.to_string_lossy().into_owned());
    } else if metadata.is_dir() {
        entry.kind = "directory".to_owned();
    } else if metadata.is_file() {
        entry.kind = "file".to_owned();
        store(&mut entry, fs::read(path)?);
    }
    Ok(entry)
}

fn store(entry: &mut TreeEntry, bytes: Vec<u8>) {
    match String::from_utf8(bytes) {
        Ok(text) if text.len() <= TEXT_LIMIT => entry.content = Some(text),
        other => {
            let bytes = other.map_or_else(|error| error.into_bytes(), String::into_bytes);
            if bytes.len() <= BINARY_LIMIT {
                entry.base64 = Some(base64::engine::general_purpose::STANDARD.encode(bytes));
            } else {
                entry.sha256 = Some(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_files_folders_and_links() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("d")).expect("created");
        fs::write(dir.path().join("d/text"), "hello\n").expect("written");
        fs::write(dir.path().join("d/bytes"), [0xff, 0x00]).expect("written");
        fs::set_permissions(dir.path().join("d/text"), fs::Permissions::from_mode(0o4640)).expect("set");
        std::os::unix::fs::symlink("d/text", dir.path().join("link")).expect("linked");
        let tree = snapshot(dir.path()).expect("a snapshot");
        let paths: Vec<&str> = tree.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["d", "d/bytes", "d/text", "link"]);
        assert_eq!(tree[1].base64.as_deref(), Some("/wA="));
        assert_eq!(tree[2].mode.as_deref(), Some("4640"));
        assert_eq!(tree[2].content.as_deref(), Some("hello\n"));
        assert_eq!(tree[3].target.as_deref(), Some("d/text"));
    }
}

//! Mounted file systems, from `/proc/self/mounts` (proc(5)).

use rustle_runtime::prelude::*;

use super::{Gathering, content};

pub(super) fn has(name: &str) -> bool {
    name == "mounts"
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let table = content("/proc/self/mounts").or_else(|| content("/etc/mtab")).unwrap_or_default();
    let mounts: Vec<Value> = table.lines().filter_map(mount).map(Value::Map).collect();
    gathering.put("mounts", mounts);
}

/// One line of the table; none for what is no storage: `proc`, `tmpfs` and their like.
fn mount(line: &str) -> Option<Map> {
    let fields: Vec<String> = line.split_whitespace().map(unescape).collect();
    let [device, place, kind, options, dump, pass] = fields.as_slice() else { return None };
    if (!device.starts_with(['/', '\\']) && !device.contains(":/")) || kind == "none" {
        return None;
    }
    let mut mount = Map::from([
        ("mount", place.as_str()),
        ("device", device.as_str()),
        ("fstype", kind.as_str()),
        ("options", options.as_str()),
    ]);
    mount.insert("dump", dump.parse::<i64>().unwrap_or_default());
    mount.insert("passno", pass.parse::<i64>().unwrap_or_default());
    if let Ok(stat) = rustix::fs::statvfs(place.as_str()) {
        mount.insert("size_total", stat.f_blocks * stat.f_frsize);
        mount.insert("size_available", stat.f_bavail * stat.f_frsize);
        mount.insert("block_size", stat.f_bsize);
        mount.insert("block_total", stat.f_blocks);
        mount.insert("block_available", stat.f_bavail);
        mount.insert("block_used", stat.f_blocks.saturating_sub(stat.f_bavail));
        mount.insert("inode_total", stat.f_files);
        mount.insert("inode_available", stat.f_favail);
        mount.insert("inode_used", stat.f_files.saturating_sub(stat.f_favail));
    }
    mount.insert("uuid", uuid(device).unwrap_or_else(|| "N/A".into()));
    Some(mount)
}

/// The table writes white space and backslashes in octal: `\040`.
fn unescape(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(field.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

/// The identity of a file system, where the system has links by it.
fn uuid(device: &str) -> Option<String> {
    let device = std::fs::canonicalize(device).ok()?;
    let links = std::fs::read_dir("/dev/disk/by-uuid").ok()?;
    links
        .filter_map(Result::ok)
        .find(|link| std::fs::canonicalize(link.path()).is_ok_and(|it| it == device))
        .map(|link| link.file_name().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_is_told_and_the_rest_is_not() {
        let root = mount("/dev/x / ext4 rw,relatime 0 1").unwrap();
        assert_eq!(root.get("fstype"), Some(&Value::from("ext4")));
        assert!(root.get("size_total").and_then(Value::as_int).is_some_and(|it| it > 0));
        assert_eq!(mount("proc /proc proc rw 0 0"), None);
        assert_eq!(
            mount("server:/a\\040b /mnt/a\\040b nfs rw 0 0").unwrap().get("mount"),
            Some(&"/mnt/a b".into())
        );
    }
}

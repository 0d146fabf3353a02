//! The `stat` module.

mod mime;

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::Access;
use rustle_runtime::fs::checksum::{self, Algorithm};
use rustle_runtime::fs::users::Names;
use rustle_runtime::fs::{flags, info, os_error, path};
use rustle_runtime::prelude::*;

/// How a digest is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum ChecksumAlgorithm {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl From<ChecksumAlgorithm> for Algorithm {
    fn from(it: ChecksumAlgorithm) -> Algorithm {
        match it {
            ChecksumAlgorithm::Md5 => Algorithm::Md5,
            ChecksumAlgorithm::Sha1 => Algorithm::Sha1,
            ChecksumAlgorithm::Sha224 => Algorithm::Sha224,
            ChecksumAlgorithm::Sha256 => Algorithm::Sha256,
            ChecksumAlgorithm::Sha384 => Algorithm::Sha384,
            ChecksumAlgorithm::Sha512 => Algorithm::Sha512,
        }
    }
}

/// Says what a file is: its kind, size, owner, mode, times, digest.
///
/// What is missing is no failure: `exists` is false then.
///
/// # Examples
/// ```yaml
/// - stat:
///     path: /var/lib/app/installed
///   register: marker
///
/// - name: Only the first time
///   command: /opt/app/setup
///   when: not marker.stat.exists
/// ```
///
/// # Returns
/// - `stat` (dict): everything that is known: `exists`, `path`, `mode`, `isdir`, `isreg`, `islnk` and the other kinds, `uid`,
///   `gid`, `pw_name`, `gr_name`, `size`, `inode`, `dev`, `nlink`, `atime`, `mtime`, `ctime`, the permission bits (`wusr` …
///   `xoth`, `isuid`, `isgid`), `readable`, `writeable`, `executable`, `lnk_source` and `lnk_target` of a link, `checksum`,
///   `mimetype`, `charset`, `version`, `attributes`, `attr_flags`, `blocks`, `block_size`, `device_type`
#[rustle_module(
    name = "stat",
    check_mode = "full",
    diff_mode = "none",
    permissions = ["fs:read", "process:exec", "env:read"]
)]
#[derive(Debug)]
pub struct Stat {
    /// What is looked at.
    #[arg(aliases = ["dest", "name"])]
    path: PathBuf,
    /// Whether a link is followed.
    #[arg(default = false)]
    follow: bool,
    /// Whether the digest of a file is wanted.
    #[arg(default = true)]
    get_checksum: bool,
    /// Whether the kind of the content is wanted, which the program `file` guesses.
    #[arg(default = true, aliases = ["mime", "mime_type", "mime-type"])]
    get_mime: bool,
    /// Whether the attributes of the file system are wanted, as `lsattr` shows them.
    #[arg(default = true, aliases = ["attr", "attributes"])]
    get_attributes: bool,
    /// Which digest.
    #[arg(default = "sha1", aliases = ["checksum", "checksum_algo"])]
    checksum_algorithm: ChecksumAlgorithm,
}

impl Module for Stat {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let metadata =
            if self.follow { std::fs::metadata(&self.path) } else { std::fs::symlink_metadata(&self.path) };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Outcome::ok().with("stat", Map::from([("exists", false)])));
            }
            Err(error) => return Err(Error::new(os_error::reason(&error))),
        };
        let mut stat = Map::from([("exists", Value::Bool(true)), ("path", info::text(&self.path))]);
        stat.extend(info::fields(&metadata));
        stat.insert("blocks", metadata.blocks());
        stat.insert("block_size", metadata.blksize());
        stat.insert("device_type", metadata.rdev());
        let can = |access: Access| rustix::fs::access(&self.path, access).is_ok();
        let readable = can(Access::READ_OK);
        stat.insert("readable", readable);
        stat.insert("writeable", can(Access::WRITE_OK));
        stat.insert("executable", can(Access::EXEC_OK));
        if metadata.is_symlink() {
            stat.insert("lnk_source", info::text(&path::real(&self.path)));
            if let Ok(target) = std::fs::read_link(&self.path) {
                stat.insert("lnk_target", info::text(&target));
            }
        }
        let (user, group) = info::owner_names(&metadata, &Names::default());
        stat.extend(user.map(|name| ("pw_name", name)));
        stat.extend(group.map(|name| ("gr_name", name)));
        if metadata.is_file() && readable && self.get_checksum {
            stat.insert("checksum", self.checksum(&self.path)?);
        }
        if self.get_mime {
            let (mimetype, charset) = mime::of(&self.path, ctx);
            stat.insert("mimetype", mimetype);
            stat.insert("charset", charset);
        }
        if self.get_attributes {
            stat.extend(attributes(&self.path));
        }
        Ok(Outcome::ok().with("stat", stat))
    }
}

impl Stat {
    fn checksum(&self, path: &Path) -> Result<String> {
        checksum::of_file(path, self.checksum_algorithm.into())
            .map_err(|error| os_error::unhandled(os_error::with_bytes(&error, path)))
    }
}

/// What `lsattr` would say.
fn attributes(path: &Path) -> Map {
    let mut map = Map::from([
        ("version", Value::None),
        ("attributes", Value::list([])),
        ("attr_flags", Value::from("")),
    ]);
    if let Some((flags, version)) = flags::with_version(path) {
        map.insert("version", version.to_string());
        map.insert("attributes", flags.names.into_iter().collect::<Value>());
        map.insert("attr_flags", flags.letters);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_runtime::testing::{self, Scratch, args};
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn stat(args: Map) -> Map {
        let outcome = testing::apply::<Stat>(args);
        assert!(!outcome.changed && !outcome.failed, "{outcome:?}");
        outcome.data.get("stat").and_then(Value::as_map).cloned().unwrap()
    }

    #[test]
    fn files_links_and_what_is_missing() {
        let scratch = Scratch::new();
        let file = scratch.write("file", "abc");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o4751)).unwrap();
        let it = stat(args! { "path": (file.display().to_string()) });
        for (key, value) in [
            ("exists", Value::Bool(true)),
            ("mode", Value::from("4751")),
            ("isreg", Value::Bool(true)),
            ("isuid", Value::Bool(true)),
            ("wgrp", Value::Bool(false)),
            ("size", Value::Int(3)),
            ("readable", Value::Bool(true)),
            ("checksum", Value::from("a9993e364706816aba3e25717850c26c9cd0d89d")),
        ] {
            assert_eq!(it.get(key), Some(&value), "{key}");
        }
        assert_eq!(it.get("lnk_source"), None);

        symlink("file", scratch.path("link")).unwrap();
        let link = scratch.path("link").display().to_string();
        let it = stat(args! { "path": link.as_str() });
        assert_eq!(it.get("islnk"), Some(&Value::Bool(true)));
        assert_eq!(it.get("lnk_target"), Some(&Value::from("file")));
        assert_eq!(it.get("lnk_source"), Some(&Value::from(file.display().to_string())));
        assert_eq!(it.get("checksum"), None);
        let it = stat(args! { "path": link.as_str(), "follow": true, "checksum_algo": "md5" });
        assert_eq!(it.get("checksum"), Some(&Value::from("900150983cd24fb0d6963f7d28e17f72")));

        let it = stat(args! { "path": (scratch.path("no").display().to_string()) });
        assert_eq!(it, Map::from([("exists", false)]));
    }

    #[test]
    fn what_is_not_wanted_is_not_there() {
        let scratch = Scratch::new();
        let file = scratch.write("file", "abc").display().to_string();
        let it = stat(
            args! { "path": file.as_str(), "get_checksum": false, "mime": false, "get_attributes": false },
        );
        for key in ["checksum", "mimetype", "charset", "version", "attributes", "attr_flags"] {
            assert_eq!(it.get(key), None, "{key}");
        }
    }

    #[test]
    fn a_path_below_a_file_is_a_failure() {
        let scratch = Scratch::new();
        let file = scratch.write("file", "abc").join("x").display().to_string();
        assert_eq!(testing::fails::<Stat>(args! { "path": file.as_str() }), "Not a directory");
    }
}

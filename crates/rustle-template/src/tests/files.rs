//! Tests of files on the host.

use std::os::unix::fs::MetadataExt;

use rustle_value::Value;

use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::paths::{self, metadata};
use crate::registry::Test;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test::new("directory", |call| is(call, is_directory)),
    Test::new("is_dir", |call| is(call, is_directory)),
    Test::new("file", |call| is(call, is_file)),
    Test::new("is_file", |call| is(call, is_file)),
    Test::new("link", |call| is(call, is_link)),
    Test::new("is_link", |call| is(call, is_link)),
    Test::new("exists", |call| is(call, |path| metadata(path, true).is_some())),
    Test::new("link_exists", |call| is(call, |path| metadata(path, false).is_some())),
    Test::new("abs", |call| is(call, |path| path.starts_with('/'))),
    Test::new("is_abs", |call| is(call, |path| path.starts_with('/'))),
    Test::new("mount", |call| is(call, is_mount)),
    Test::new("is_mount", |call| is(call, is_mount)),
    Test::new("same_file", same_file),
    Test::new("is_same_file", same_file),
    Test::new("vaulted_file", vaulted_file),
];

fn path_of(value: &Value) -> Result<&str, Error> {
    match value {
        Value::Str(path) => Ok(path),
        // A number is a file descriptor to Python; none that a playbook knows is anything.
        Value::Int(_) => Ok(""),
        other => Err(Error::type_error(format!(
            "stat: path should be string, bytes, os.PathLike or integer, not {}",
            other.type_name()
        ))),
    }
}

fn is(call: &mut Call<'_>, holds: fn(&str) -> bool) -> Result<bool, Error> {
    call.finish()?;
    path_of(&call.value).map(holds)
}

fn is_directory(path: &str) -> bool {
    metadata(path, true).is_some_and(|found| found.is_dir())
}

fn is_file(path: &str) -> bool {
    metadata(path, true).is_some_and(|found| found.is_file())
}

fn is_link(path: &str) -> bool {
    metadata(path, false).is_some_and(|found| found.is_symlink())
}

/// Whether a folder is on another device than the one above it, or is the root.
fn is_mount(path: &str) -> bool {
    let Some(here) = metadata(path, false).filter(|found| !found.is_symlink()) else {
        return false;
    };
    let above = paths::real(&paths::joined(path, "..")).ok().and_then(|above| metadata(&above, false));
    above.is_some_and(|above| above.dev() != here.dev() || above.ino() == here.ino())
}

/// `path is same_file(other)`
fn same_file(call: &mut Call<'_>) -> Result<bool, Error> {
    let other = call.required(0, "f2")?;
    call.finish()?;
    let identity = |value: &Value| {
        let path = path_of(value)?;
        std::fs::metadata(path)
            .map(|found| (found.dev(), found.ino()))
            .map_err(|error| Error::new(ErrorKind::Io, paths::os_error(&error, path)))
    };
    Ok(identity(&call.value)? == identity(&other)?)
}

/// `path is vaulted_file`
fn vaulted_file(call: &mut Call<'_>) -> Result<bool, Error> {
    call.finish()?;
    match std::fs::read(path_of(&call.value)?) {
        Ok(content) => Ok(content.starts_with(b"$ANSIBLE_VAULT")),
        Err(_) => {
            Err(Error::new(ErrorKind::Io, format!("Cannot test if the file {:?} is a vault.", call.value)))
        }
    }
}

//! Filters over paths, of Unix and of Windows.

use rustle_value::{Value, coerce};

use crate::call::Call;
use crate::error::Error;
use crate::paths;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("basename", |call| of_text(call, |path| paths::split(path).1.to_owned())),
    Filter::new("dirname", |call| of_text(call, |path| paths::split(path).0.to_owned())),
    Filter::new("normpath", |call| of_text(call, paths::normalized)),
    Filter::new("realpath", realpath),
    Filter::new("relpath", relpath),
    Filter::new("expanduser", expanduser),
    Filter::new("expandvars", expandvars),
    Filter::new("splitext", splitext),
    Filter::new("path_join", path_join),
    Filter::new("commonpath", commonpath),
    Filter::new("win_basename", |call| of_text(call, |path| paths::split_windows(path).1.to_owned())),
    Filter::new("win_dirname", |call| of_text(call, |path| paths::split_windows(path).0.to_owned())),
    Filter::new("win_splitdrive", win_splitdrive),
    Filter::new("fileglob", fileglob),
];

/// The path, which must be text.
fn path_of(value: &Value) -> Result<String, Error> {
    match value {
        Value::Str(text) => Ok(text.to_string()),
        other => Err(Error::type_error(format!(
            "expected str, bytes or os.PathLike object, not {}",
            other.type_name()
        ))),
    }
}

fn of_text(call: &mut Call<'_>, make: impl Fn(&str) -> String) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(make(&path_of(&call.value)?)))
}

/// `value | realpath`: without symbolic links, as far as it exists on the host
fn realpath(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(paths::real(&path_of(&call.value)?)?))
}

/// `value | relpath(start='.')`
fn relpath(call: &mut Call<'_>) -> Result<Value, Error> {
    let start = call.text_given(0, "start")?.unwrap_or_else(|| ".".into());
    call.finish()?;
    let path = path_of(&call.value)?;
    if path.is_empty() {
        return Err(Error::value_error("no path specified"));
    }
    Ok(Value::from(paths::relative(&path, &start)?))
}

/// `value | expanduser`
fn expanduser(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let world = call.world();
    let home = |user: Option<&str>| match user {
        None => world.env("HOME"),
        Some(user) => paths::home_of(user),
    };
    Ok(Value::from(coerce::expand_user(&path_of(&call.value)?, home)))
}

/// `value | expandvars`
fn expandvars(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let world = call.world();
    Ok(Value::from(coerce::expand_vars(&path_of(&call.value)?, |name| world.env(name))))
}

/// `value | splitext`: the path without its extension, and the extension
fn splitext(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let path = path_of(&call.value)?;
    let (root, extension) = paths::split_extension(&path);
    Ok(Value::tuple([Value::str(root), Value::str(extension)]))
}

/// `value | path_join`: the parts of a list as one path
fn path_join(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    match &call.value {
        Value::Str(_) => Ok(call.take_value()),
        Value::List(parts) | Value::Tuple(parts) => {
            let mut joined: Option<String> = None;
            for part in parts.iter() {
                let Value::Str(part) = part else {
                    return Err(Error::type_error(format!(
                        "join() argument must be str, bytes, or os.PathLike object, not '{}'",
                        part.type_name()
                    )));
                };
                joined = Some(joined.map_or_else(|| part.to_string(), |before| paths::joined(&before, part)));
            }
            joined
                .map(Value::from)
                .ok_or_else(|| Error::type_error("join() missing 1 required positional argument: 'a'"))
        }
        other => Err(Error::type_error(format!(
            "|path_join expects string or sequence, got <class '{}'> instead.",
            other.type_name()
        ))),
    }
}

/// `value | commonpath`: the longest path that all paths of a list begin with
fn commonpath(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let Some(items) = call.value.as_items() else {
        return Err(Error::type_error(format!(
            "|commonpath expects sequence, got <class '{}'> instead.",
            call.value.type_name()
        )));
    };
    let all = items.iter().map(path_of).collect::<Result<Vec<_>, _>>()?;
    paths::common(&all).map(Value::from)
}

/// `value | win_splitdrive`
fn win_splitdrive(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let path = path_of(&call.value)?;
    let (drive, rest) = paths::split_drive(&path);
    Ok(Value::tuple([Value::str(drive), Value::str(rest)]))
}

/// `value | fileglob`: the files that match
fn fileglob(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(call.world().glob(&path_of(&call.value)?)))
}

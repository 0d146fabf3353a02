//! Lookups of files.

use std::path::Path;

use rustle_value::{Value, strings};

use super::{no_more_options, switch};
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::registry::Lookup;
use crate::world::FileKind;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("file", file), Lookup::new("fileglob", fileglob)];

/// The text of a file that is searched for as Ansible does.
pub(super) fn read(call: &Call<'_>, name: &str, kind: FileKind) -> Result<String, Error> {
    let io = |error: std::io::Error| Error::new(ErrorKind::Io, error.to_string());
    let path = call.world().find_file(name, kind).map_err(io)?;
    let content = call.world().read_file(Path::new(&path)).map_err(io)?;
    Ok(String::from_utf8_lossy(&content).into_owned())
}

/// `file`: the contents of files, with `rstrip=true` and `lstrip=false`
fn file(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let (left, right) = (switch(call, "lstrip", false)?, switch(call, "rstrip", true)?);
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let name = call.text(&term)?;
        let content = read(call, &name, FileKind::Files)
            .map_err(|error| error.within(format!("Unable to access the file {:?}: ", Value::str(&name))))?;
        let mut content = content.as_str();
        if left {
            content = content.trim_start_matches(strings::is_space);
        }
        if right {
            content = content.trim_end_matches(strings::is_space);
        }
        out.push(Value::str(content));
    }
    Ok(out)
}

/// `fileglob`: the files that match patterns
fn fileglob(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        out.extend(call.world().glob(&call.text(&term)?).into_iter().map(Value::from));
    }
    Ok(out)
}

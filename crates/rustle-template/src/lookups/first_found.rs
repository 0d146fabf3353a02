//! The first file of several that exists.

use rustle_value::{Value, coerce};

use super::{no_more_options, switch};
use crate::call::Call;
use crate::error::Error;
use crate::paths;
use crate::registry::Lookup;
use crate::world::FileKind;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("first_found", first_found)];

/// What is searched for.
struct Search {
    files: Vec<String>,
    /// The folders of the named argument `paths`, in which files are that are given without any.
    paths: Vec<String>,
    skip: bool,
}

/// `first_found`: terms are names, lists of them, or dictionaries with `files`, `paths` and `skip`, which are named
/// arguments too
fn first_found(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let files = named_list(call, "files", ",;")?;
    let paths = named_list(call, "paths", ",:;")?;
    let skip = switch(call, "skip", false)?;
    no_more_options(call)?;
    let mut terms = call.rest(0);
    if terms.is_empty() {
        terms = files.into_iter().map(Value::from).collect();
    }
    let mut search = Search { files: Vec::new(), paths, skip };
    for term in &terms {
        add(call, term, &mut search, 0)?;
    }
    for name in &search.files {
        // The kind of the task is not known here; files come first, as in Ansible outside of `with_`.
        let kinds = [FileKind::Files, FileKind::Templates, FileKind::Vars, FileKind::Tasks];
        if let Some(path) = kinds.into_iter().find_map(|kind| call.world().find_file(name, kind).ok()) {
            return Ok(vec![Value::from(paths::normalized(&path))]);
        }
    }
    if search.skip {
        return Ok(Vec::new());
    }
    Err(Error::value_error("No file was found when using first_found."))
}

fn named_list(call: &mut Call<'_>, name: &str, separators: &str) -> Result<Vec<String>, Error> {
    match call.named(name) {
        Some(value) => texts(call, &value, separators),
        None => Ok(Vec::new()),
    }
}

/// The texts of a list or of one text, each taken apart at the separators.
fn texts(call: &Call<'_>, value: &Value, separators: &str) -> Result<Vec<String>, Error> {
    let items = match value {
        Value::None => Vec::new(),
        Value::List(items) | Value::Tuple(items) => items.to_vec(),
        one => vec![one.clone()],
    };
    let mut out = Vec::new();
    for item in items {
        let text = call.text(&item)?;
        out.extend(text.split(|c| separators.contains(c)).map(str::to_owned));
    }
    Ok(out)
}

fn add(call: &Call<'_>, term: &Value, search: &mut Search, depth: usize) -> Result<(), Error> {
    if depth > 100 {
        return Err(Error::value_error("the terms are nested too deeply"));
    }
    let (files, paths) = match term {
        Value::Str(_) => (texts(call, term, ",;")?, search.paths.clone()),
        Value::List(terms) | Value::Tuple(terms) => {
            return terms.iter().try_for_each(|term| add(call, term, search, depth + 1));
        }
        Value::Map(options) => {
            if let Some(skip) = options.get("skip") {
                search.skip = coerce::boolean(skip).map_err(|error| Error::type_error(error.0))?;
            }
            let list = |name: &str, separators| {
                options.get(name).map_or(Ok(Vec::new()), |value| texts(call, value, separators))
            };
            (list("files", ",;")?, list("paths", ",:;")?)
        }
        Value::Undefined(_) => return call.defined(term.clone()).map(|_| ()),
        other => {
            return Err(Error::type_error(format!(
                "Invalid term supplied. A string, dict or list is required, not '{}').",
                other.type_name()
            )));
        }
    };
    if paths.is_empty() {
        search.files.extend(files);
        return Ok(());
    }
    for path in &paths {
        search.files.extend(files.iter().map(|file| paths::joined(path, file)));
    }
    Ok(())
}

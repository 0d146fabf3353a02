//! The lookups: `{{ lookup('name', terms) }}` and `{{ query('name', terms) }}`.
//!
//! Each file holds the lookups of one subject and its own table. `errors=` and `wantlist=` are the evaluator's.

pub mod csvfile;
pub mod files;
pub mod first_found;
pub mod ini;
pub mod lists;
pub mod processes;
pub mod secrets;
pub mod sequence;
pub mod subelements;
pub mod template;
pub mod variables;

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Lookup;

/// The tables of all files.
pub const TABLES: &[&[Lookup]] = &[
    csvfile::LOOKUPS,
    files::LOOKUPS,
    first_found::LOOKUPS,
    ini::LOOKUPS,
    lists::LOOKUPS,
    processes::LOOKUPS,
    secrets::LOOKUPS,
    sequence::LOOKUPS,
    subelements::LOOKUPS,
    template::LOOKUPS,
    variables::LOOKUPS,
];

/// An option that a term gives as text, or that is a named argument.
pub(crate) fn option(call: &mut Call<'_>, name: &str, default: &str) -> Result<String, Error> {
    match call.named(name) {
        Some(value) => call.text(&value),
        None => Ok(default.to_owned()),
    }
}

/// A boolean option: a named argument, as Ansible reads booleans.
pub(crate) fn switch(call: &mut Call<'_>, name: &str, default: bool) -> Result<bool, Error> {
    match call.named(name) {
        Some(value) => rustle_value::coerce::boolean(&value).map_err(|error| Error::type_error(error.0)),
        None => Ok(default),
    }
}

/// Refuses options that the lookup does not have.
pub(crate) fn no_more_options(call: &Call<'_>) -> Result<(), Error> {
    match call.kwargs.keys().next() {
        Some(name) => {
            Err(Error::value_error(format!("'{name}' is not an option of the lookup '{}'", call.name)))
        }
        None => Ok(()),
    }
}

/// The terms with the items of lists among them in their place, one level deep.
pub(crate) fn flattened(terms: &[Value]) -> Vec<Value> {
    let mut out = Vec::with_capacity(terms.len());
    for term in terms {
        match term.as_items() {
            Some(items) => out.extend(items.iter().cloned()),
            None => out.push(term.clone()),
        }
    }
    out
}

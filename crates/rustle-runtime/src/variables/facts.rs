//! Facts and their two names.

use std::borrow::Cow;

use rustle_value::{Map, Value};

/// The prefix that a fact carries as a variable of its own.
const PREFIX: &str = "ansible_";

/// The name of a fact within `ansible_facts`.
pub fn short(name: &str) -> Cow<'_, str> {
    match name.strip_prefix(PREFIX) {
        Some(short) if name != "ansible_local" => Cow::Borrowed(short),
        _ => Cow::Borrowed(name),
    }
}

/// The name of a fact as a variable of its own.
pub fn long(name: &str) -> Cow<'_, str> {
    // Two facts are about the gathering itself, and have one name.
    if name.starts_with(PREFIX) || matches!(name, "gather_subset" | "module_setup") {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("{PREFIX}{name}"))
    }
}

/// Puts `new` facts into a layer, under the names that `named` gives.
pub fn merge(layer: &mut Map, new: &Map, named: fn(&str) -> Cow<'_, str>) {
    layer.extend(new.iter().filter_map(|(key, value)| {
        let name = key.as_str()?;
        Some((Value::str(named(name)), value.clone()))
    }));
}

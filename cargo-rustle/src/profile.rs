//! Writes `[profile.release]` of a Cargo.toml: what `[build] profile` of rustle.toml asks for.

use rustle_build::profiles::Profile;
use toml_edit::{DocumentMut, Item, Table, Value};

use crate::failure::{Context, Result};

/// The text of a Cargo.toml whose release profile is `profile`. Keys that a profile says nothing of are left alone, and so
/// is what says the same in other words.
///
/// # Errors
/// If the text is no TOML.
pub fn applied(text: &str, profile: Profile) -> Result<String> {
    let mut manifest: DocumentMut = text.parse().context("Cargo.toml")?;
    let profiles = manifest.entry("profile").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(profiles) = profiles.as_table_like_mut() else { return Ok(text.to_owned()) };
    let release = profiles.entry("release").or_insert_with(|| Item::Table(Table::new()));
    let Some(release) = release.as_table_like_mut() else { return Ok(text.to_owned()) };
    for (key, wanted) in profile.keys() {
        let same = release.get(key).and_then(Item::as_value).is_some_and(|found| same(found, &wanted));
        if !same {
            // Replaced in place, so that what a comment says stays with its key.
            match release.get_mut(key).and_then(Item::as_value_mut) {
                Some(found) => {
                    let decor = found.decor().clone();
                    *found = written(&wanted);
                    *found.decor_mut() = decor;
                }
                None => drop(release.insert(key, Item::Value(written(&wanted)))),
            }
        }
    }
    Ok(manifest.to_string())
}

fn same(found: &Value, wanted: &toml::Value) -> bool {
    match toml::from_str::<toml::Table>(&format!("v = {}", found.to_string().trim())) {
        Ok(table) => table.get("v").is_some_and(|found| rustle_build::profiles::alike(found, wanted)),
        Err(_) => false,
    }
}

fn written(value: &toml::Value) -> Value {
    match value {
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Boolean(boolean) => Value::from(*boolean),
        toml::Value::String(text) => Value::from(text.as_str()),
        // A profile has no others.
        other => Value::from(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_written_and_changed() {
        let fresh = applied("[package]\nname = \"web\"\n", Profile::Speed).unwrap();
        assert_eq!(
            fresh,
            "[package]\nname = \"web\"\n\n[profile.release]\nopt-level = 3\nlto = \"fat\"\ncodegen-units = 1\nstrip = \
             true\npanic = \"unwind\"\n"
        );
        assert_eq!(applied(&fresh, Profile::Speed).unwrap(), fresh);
        assert_eq!(
            applied(&fresh, Profile::Size).unwrap(),
            fresh.replace("opt-level = 3", "opt-level = \"z\"")
        );
    }

    #[test]
    fn what_else_stands_there_stays() {
        let text = "[profile.release]\nlto = true # all of it\nopt-level = 2 # why\ndebug = 1\n";
        let applied = applied(text, Profile::Size).unwrap();
        assert!(
            applied.starts_with(
                "[profile.release]\nlto = true # all of it\nopt-level = \"z\" # why\ndebug = 1\n"
            )
        );
    }
}

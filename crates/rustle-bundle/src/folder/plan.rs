//! The plan as files: a head, and one file for each part that may be long.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustle_schema::plan::Plan;
use serde_json::{Map, Value, json};

use super::error::{FolderError, wrong};
use super::text::{self, FILE};
use crate::path;

/// The folder of the plan.
const FOLDER: &str = "plan";

/// How many files may refer to each other.
const DEPTH: usize = 8;

/// The longest name that a file gets, without its number and its ending.
const NAME: usize = 40;

/// Writes the plan and gives what stands for it.
pub(super) fn write(plan: &Plan, to: &Path) -> Result<Value, FolderError> {
    let mut value = text::of(plan).map_err(|error| wrong(to, error))?;
    let folder = to.join(FOLDER);
    let mut parts = Parts { folder: &folder, taken: BTreeSet::new() };
    if let Some(plan) = value.as_object_mut() {
        if let Some(Value::Array(plays)) = plan.get_mut("plays") {
            for (number, play) in plays.iter_mut().enumerate() {
                let name = slug(play.get("name").unwrap_or(&Value::Null));
                parts.part(&format!("plays/{:02}-{name}", number + 1), play)?;
            }
        }
        for (key, folder) in [("roles", "roles"), ("task_files", "tasks")] {
            for (name, part) in plan.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten() {
                let name = slug(&Value::String(name.clone()));
                parts.part(&format!("{folder}/{name}"), part)?;
            }
        }
        if let Some(inventory) = plan.get_mut("inventory") {
            parts.part("inventory", inventory)?;
        }
    }
    text::write(&folder.join("head.json"), &value)?;
    Ok(json!({ FILE: format!("{FOLDER}/head.json") }))
}

/// Files that parts are written to.
struct Parts<'a> {
    folder: &'a Path,
    taken: BTreeSet<String>,
}

impl Parts<'_> {
    /// Writes `part` into a file of about that name, and puts the file's name in its place.
    fn part(&mut self, name: &str, part: &mut Value) -> Result<(), FolderError> {
        let mut file = format!("{name}.json");
        let mut number = 2;
        while !self.taken.insert(file.clone()) {
            file = format!("{name}-{number}.json");
            number += 1;
        }
        let content =
            std::mem::replace(part, Value::Object(Map::from_iter([(FILE.into(), file.clone().into())])));
        text::write(&self.folder.join(&file), &content)
    }
}

/// A name as the name of a file: small letters, digits and hyphens.
fn slug(name: &Value) -> String {
    // A name with an expression in it is `{"$rustle": ["t", "…"]}`.
    let text = name.as_str().or_else(|| name.get("$rustle")?.get(1)?.as_str()).unwrap_or_default();
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if slug.len() >= NAME {
            break;
        }
        match c {
            'a'..='z' | '0'..='9' | '_' => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}

/// Reads the plan that `value` stands for.
pub(super) fn read(value: &Value, folder: &Path, read: &mut Vec<PathBuf>) -> Result<Plan, FolderError> {
    let mut value = value.clone();
    let head =
        value.get(FILE).and_then(Value::as_str).map_or_else(|| folder.into(), |file| folder.join(file));
    resolve(&mut value, folder, 0, read)?;
    // Each part is read by itself first, so that what is wrong is told with its file.
    text::into(&value).map_err(|error| wrong(&head, format!("this is no plan: {error}")))
}

/// Puts the content of files in the place of their names.
fn resolve(
    value: &mut Value,
    folder: &Path,
    depth: usize,
    read: &mut Vec<PathBuf>,
) -> Result<(), FolderError> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| resolve(item, folder, depth, read)),
        Value::Object(object) => {
            let Some(Value::String(file)) = object.get(FILE).filter(|_| object.len() == 1) else {
                return object.values_mut().try_for_each(|value| resolve(value, folder, depth, read));
            };
            path::check(file.as_bytes()).map_err(|error| wrong(folder, error))?;
            let path = folder.join(file);
            if depth == DEPTH {
                return Err(wrong(&path, "files refer to each other too deeply"));
            }
            let mut content = text::read(&path, read)?;
            resolve(&mut content, path.parent().unwrap_or(folder), depth + 1, read)?;
            *value = content;
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_what_is_in_them() {
        assert_eq!(slug(&json!("Web servers, stage 1")), "web-servers-stage-1");
        assert_eq!(slug(&json!({"$rustle": ["t", "Set up {{ app }}"]})), "set-up-app");
        assert_eq!(slug(&json!("../../etc/Ünïcode")), "etc-n-code");
        assert_eq!(slug(&json!(["x"])), "unnamed");
        assert!(slug(&json!("x".repeat(400))).len() <= NAME);
    }
}

//! Names of files and roles that must be known when the runner is built.

use std::path::Path;

use rustle_value::{Map, Value};

use crate::scope::Scope;
use rustle_template::has_markers;

/// `text` with `{{ name }}` replaced, where every name is one whose value is known now: `playbook_dir`, `role_path`,
/// `role_name`, and variables with plain values. `None` if anything else is in it. What is resolved at run time can turn
/// out otherwise: see [`fixed_text`].
pub(crate) fn static_text(scope: &Scope, text: &str) -> Option<String> {
    fixed_text(scope, &scope.known, text)
}

/// `text` with `{{ name }}` replaced, where every name is one that no variable can change: `playbook_dir`, `role_path`,
/// `role_name`, and those in `known`. `None` if anything else is in it.
pub(crate) fn fixed_text(scope: &Scope, known: &Map, text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        out.push_str(rest.get(..at)?);
        let after = rest.get(at + 2..)?;
        let end = after.find("}}")?;
        out.push_str(&value_of(scope, known, after.get(..end)?.trim_matches('-').trim())?);
        rest = after.get(end + 2..)?;
    }
    out.push_str(rest);
    (!has_markers(&out)).then_some(out)
}

/// The names in the braces of a text that [`static_text`] can fill.
pub(crate) fn names_in(text: &str) -> Vec<String> {
    let parts = text.split("{{").skip(1).filter_map(|part| part.split_once("}}"));
    parts.map(|(name, _)| name.trim_matches('-').trim().to_owned()).collect()
}

fn value_of(scope: &Scope, known: &Map, name: &str) -> Option<String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    match name {
        "playbook_dir" => Some(path(&scope.playbook)),
        "role_path" => scope.role.as_ref().map(|role| path(&role.dir)),
        "role_name" | "ansible_role_name" => scope.role.as_ref().map(|role| role.name.clone()),
        _ => match known.get(name)? {
            Value::Str(text) => Some(text.to_string()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        },
    }
}

/// The parts of a template that are fixed: what stands before the first expression and behind the last one.
pub(crate) fn fixed_ends(text: &str) -> (&str, &str) {
    let start = ["{{", "{%", "{#"].iter().filter_map(|open| text.find(open)).min().unwrap_or(text.len());
    let end = ["}}", "%}", "#}"].iter().filter_map(|close| text.rfind(close).map(|at| at + 2)).max();
    let end = end.filter(|end| *end >= start).unwrap_or(text.len());
    (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_ends_of_templates() {
        assert_eq!(fixed_ends("setup-{{ os }}.yml"), ("setup-", ".yml"));
        assert_eq!(fixed_ends("{{ a }}/x/{{ b }}"), ("", ""));
        assert_eq!(fixed_ends("a{% if b %}c{% endif %}d"), ("a", "d"));
        assert_eq!(fixed_ends("plain"), ("plain", ""));
        assert_eq!(fixed_ends("}} {{"), ("}} ", ""));
        assert_eq!(names_in("{{ a }}/x{{- b -}}"), ["a", "b"]);
    }
}

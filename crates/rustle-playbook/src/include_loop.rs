//! Includes whose names come from a loop that is written out.

use std::path::PathBuf;

use rustle_value::yaml::Node;
use rustle_value::{Map, Value};

use crate::loader::Loader;
use crate::scope::Scope;
use crate::static_name::fixed_text;
use crate::task::Parts;

/// The names that an include has in the rounds of its loop.
pub(crate) enum LoopNames {
    /// All of them are known.
    Known(Vec<String>),
    /// The first of these that exists; each is a name or a template.
    FirstOf(Vec<Value>),
    /// Files that match these patterns.
    Globs(Vec<String>),
}

impl Loader<'_> {
    /// What the template `text` of an include stands for, where its loop is written out.
    pub(crate) fn loop_names(&mut self, scope: &Scope, parts: &Parts<'_>, text: &str) -> Option<LoopNames> {
        let [(key, list)] = parts.own.loops.loops.as_slice() else { return None };
        let variable =
            parts.own.loops.control.and_then(|(_, control)| control.get("loop_var")).and_then(Node::as_text);
        let variable = variable.unwrap_or("item");
        let mut items = Vec::new();
        flatten(list, &mut items);
        let kind = key.as_text()?.rsplit(['_', '.']).next()?.to_owned();
        let whole = crate::conditions::inner_expression(text) == Some(variable);
        match (key.as_text()?, kind.as_str()) {
            ("loop", _) | (_, "items" | "list" | "flattened") => {
                let mut names = Vec::with_capacity(items.len());
                for item in items {
                    let Value::Str(value) = self.value(scope, item) else { return None };
                    let item = Map::from([(variable, Value::Str(value))]);
                    names.push(fixed_text(scope, &item, text)?);
                }
                Some(LoopNames::Known(names))
            }
            (_, "found") if whole => {
                Some(LoopNames::FirstOf(items.iter().map(|item| self.value(scope, item)).collect()))
            }
            (_, "fileglob") if whole => items
                .iter()
                .map(|item| fixed_text(scope, &Map::new(), item.as_text()?))
                .collect::<Option<Vec<_>>>()
                .map(LoopNames::Globs),
            _ => None,
        }
    }

    /// The files that match a pattern such as `conf.d/*.conf`, in the folders where a task looks for its files.
    pub(crate) fn glob_files(&mut self, scope: &Scope, pattern: &str) -> Vec<PathBuf> {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        let Ok(glob) = globset::Glob::new(name) else { return Vec::new() };
        let glob = glob.compile_matcher();
        let bases =
            scope.folders.iter().flat_map(|base| [base.join("files").join(folder), base.join(folder)]);
        let mut found = Vec::new();
        for folder in bases.map(|folder| crate::project::normal(&folder)).collect::<Vec<_>>() {
            if self.project.bundle_name(&folder).is_none() {
                continue;
            }
            let listed = self.project.list(&folder);
            found.extend(listed.into_iter().filter(|path| {
                path.is_file()
                    && path.file_name().is_some_and(|file| glob.is_match(file.to_string_lossy().as_ref()))
            }));
        }
        found
    }
}

/// The scalars of a list, and of the lists in it.
fn flatten<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    match node.as_sequence() {
        Some(items) => items.iter().for_each(|item| flatten(item, found)),
        None => found.push(node),
    }
}

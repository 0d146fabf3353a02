//! Which files a runner carries.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rustle_template::trust::marked_text;
use rustle_value::{Map, Value, coerce};

use crate::files::EmbeddedFile;
use crate::loader::{Loader, Named};
use crate::origins::Owner;
use crate::problem::Problem;
use crate::project::{normal, slashed};
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::{fixed_ends, fixed_text, static_text};
use crate::task::Parts;
use rustle_value::yaml::Node;

/// The folders of a role, and beside a playbook, that are embedded as a whole.
const FOLDERS: [&str; 3] = ["files", "templates", "vars"];

impl Loader<'_> {
    /// Embeds the file at `path`, if it is part of the project.
    pub(crate) fn embed(&mut self, path: &Path) {
        self.project.watch(path);
        let (Some(name), Ok(metadata)) = (self.project.bundle_path(path), path.metadata()) else { return };
        let file = EmbeddedFile { source: path.to_owned(), mode: mode_of(&metadata) };
        self.files.embedded.entry(name).or_insert(file);
    }

    fn embed_below(&mut self, folder: &Path) {
        for path in self.project.files_below(folder) {
            self.embed(&path);
        }
        for path in self.project.empty_folders_below(folder) {
            if let (Some(name), Ok(metadata)) = (self.project.bundle_path(&path), path.metadata()) {
                self.files.empty_folders.insert(name, mode_of(&metadata));
            }
        }
    }

    /// Embeds the folders of every role and every playbook that was read.
    pub(crate) fn embed_folders(&mut self) {
        let mut folders: Vec<PathBuf> = self.roles.keys().cloned().collect();
        folders.extend(self.playbooks.iter().map(|folder| folder.to_path_buf()));
        folders.sort();
        for folder in folders {
            for name in FOLDERS {
                self.embed_below(&folder.join(name));
            }
        }
    }

    /// Embeds the files that a task of a well-known module names, and tells those that do not exist.
    pub(crate) fn embed_named_files(&mut self, scope: &Scope, module: &str, parts: &Parts<'_>) {
        let arguments = &parts.written.arguments;
        let get = |name: &str| arguments.values.get(name);
        let remote = get("remote_src").map(|value| coerce::as_boolean(value) != Some(false)).unwrap_or(false);
        let named: Option<(&str, &'static str)> = match module {
            "copy" | "unarchive" if !remote => Some(("src", "files")),
            "template" => Some(("src", "templates")),
            "script" if get("cmd").is_some() => Some(("cmd", "files")),
            "script" => Some(("_raw_params", "files")),
            "include_vars" => ["file", "_raw_params", "dir"]
                .into_iter()
                .find(|name| get(name).is_some())
                .map(|name| (name, "vars")),
            _ => None,
        };
        if let Some((argument, kind)) = named
            && let (Some(value), Some(node)) = (get(argument).cloned(), arguments.place(argument))
        {
            let value = if module == "script" { first_word(&value) } else { value };
            let at = arguments.at(scope, argument, node);
            let path = self.embed_named(scope, &value, Some(at), kind);
            if let (Some(path), "include_vars") = (path, module)
                && path.is_file()
                && crate::task_files::is_yaml(&path)
            {
                let shown = self.project.display(&path);
                self.vars_file(&path, Owner::VarsFile(shown));
            }
        }
        self.embed_loop_files(scope, parts);
    }

    /// Embeds the files that `with_fileglob`, `with_first_found` and `with_file` name literally.
    fn embed_loop_files(&mut self, scope: &Scope, parts: &Parts<'_>) {
        for (key, node) in &parts.own.loops.loops {
            let name = key.as_text().and_then(|name| name.rsplit('.').next()).unwrap_or_default();
            let mut texts = Vec::new();
            collect_texts(node, &mut texts);
            for text in texts {
                match name.strip_prefix("with_").unwrap_or(name) {
                    "fileglob" => self.embed_glob(scope, text.as_text().unwrap_or_default()),
                    "first_found" | "file" => {
                        for kind in ["files", "templates", "vars"] {
                            let value = self.value(scope, text);
                            self.embed_named(scope, &value, None, kind);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Embeds what `value` names: a file, or all files of a folder. What is templated is embedded as far as its beginning
    /// names a folder. What is missing is told at `required`, unless it is an absolute name: that is one of the host's.
    fn embed_named(
        &mut self,
        scope: &Scope,
        value: &Value,
        required: Option<Location>,
        kind: &'static str,
    ) -> Option<PathBuf> {
        let (text, literal) = match value {
            Value::Str(text) => (text.to_string(), true),
            Value::Template(text) => match fixed_text(scope, &Map::new(), text) {
                Some(known) => (known, true),
                None => {
                    // What is meant as long as nothing else sets its variables.
                    if let Some(guess) = static_text(scope, text) {
                        self.embed_named(scope, &Value::from(guess), None, kind);
                    }
                    (text.to_string(), false)
                }
            },
            _ => return None,
        };
        if text.is_empty() || text.contains("://") || text.starts_with('~') {
            return None;
        }
        if !literal {
            self.embed_beginning(scope, &text, kind);
            return None;
        }
        let key = (scope.folders.as_ptr(), kind);
        if let Some(known) = self.named.get(&key).and_then(|named| named.found.get(&text)) {
            return Some(known.clone());
        }
        let candidates: Vec<PathBuf> = scope
            .folders
            .iter()
            .flat_map(|folder| [folder.join(kind).join(&text), folder.join(&text)])
            .map(|path| normal(&path))
            .collect();
        if let Some(path) = candidates.iter().find(|path| self.embed_there(path)) {
            let new = || Named { _folders: scope.folders.clone(), found: HashMap::new() };
            self.named.entry(key).or_insert_with(new).found.insert(text, path.clone());
            return Some(path.clone());
        }
        if let (Some(at), false) = (required, text.starts_with('/')) {
            // A warning, which the build denies unless it is told otherwise: the module may find the file on the host.
            let problem = Problem::warning("missing-file", format!("the file `{text}` was not found"));
            self.not_found(problem.at(at), &text, &candidates);
        }
        None
    }

    /// Embeds the file at `path`, or all files of the folder there. Whether there is one, in the project.
    fn embed_there(&mut self, path: &Path) -> bool {
        if self.project.bundle_name(path).is_none() {
            return false;
        }
        if self.project.is_file(path) {
            self.embed(path);
            return true;
        }
        let is_folder = self.project.is_folder(path);
        if is_folder {
            self.embed_below(path);
        }
        is_folder
    }

    /// Embeds what lies below the folder that the fixed beginning of a template names, and ends as the template does.
    fn embed_beginning(&mut self, scope: &Scope, text: &str, kind: &str) {
        let (prefix, suffix) = fixed_ends(text);
        let Some((folder, start)) = prefix.rsplit_once('/') else { return };
        if folder.is_empty() {
            return;
        }
        let folders: Vec<PathBuf> =
            scope.folders.iter().flat_map(|base| [base.join(kind).join(folder), base.join(folder)]).collect();
        for folder in folders.iter().map(|folder| normal(folder)) {
            if self.project.bundle_name(&folder).is_none() || !self.project.is_folder(&folder) {
                continue;
            }
            for path in self.project.files_below(&folder) {
                let below = path.strip_prefix(&folder).map(slashed).unwrap_or_default();
                if below.starts_with(start) && below.ends_with(suffix) {
                    self.embed(&path);
                }
            }
        }
    }

    /// Embeds the files that match a literal pattern such as `conf.d/*.conf`.
    fn embed_glob(&mut self, scope: &Scope, pattern: &str) {
        let Some(pattern) = static_text(scope, pattern) else {
            self.embed_beginning(scope, pattern, "files");
            return;
        };
        for path in self.glob_files(scope, &pattern) {
            self.embed(&path);
        }
    }
}

/// The texts in a node, at any depth.
fn collect_texts<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    if node.as_text().is_some() && !node.is_null() {
        found.push(node);
    }
    node.as_sequence().unwrap_or_default().iter().for_each(|item| collect_texts(item, found));
    node.as_mapping().unwrap_or_default().iter().for_each(|(_, value)| collect_texts(value, found));
}

/// The first word of a command line, without quotes.
fn first_word(value: &Value) -> Value {
    let (Value::Str(text) | Value::Template(text)) = value else { return value.clone() };
    let words = coerce::split_args(text).unwrap_or_default();
    let word = words.first().map(|word| coerce::unquote(word.trim()).to_owned()).unwrap_or_default();
    marked_text(word.into())
}

#[cfg(unix)]
fn mode_of(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

#[cfg(not(unix))]
fn mode_of(_metadata: &std::fs::Metadata) -> u32 {
    0o644
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_a_command_line() {
        assert_eq!(first_word(&Value::str("'a b.sh' --x")), Value::str("a b.sh"));
        assert_eq!(first_word(&Value::str("")), Value::str(""));
    }
}

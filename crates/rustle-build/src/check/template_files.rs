//! The files of templates that the runner carries: those that tasks name literally, and all others below `templates/`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_playbook::{Files, Problem, SourceFile, TaskOrigin};
use rustle_schema::module_spec::{FileArg, ModuleSpec};
use rustle_schema::task::Action;
use rustle_template::{Newline, Options};
use rustle_value::{Map, Value, coerce};

use crate::check::Subject;
use crate::check::texts::{Reader, Use};
use crate::check::walk::Visited;

/// The folder of templates, in roles and beside playbooks.
pub(crate) const FOLDER: &str = "templates";

/// Reads them. A file that no task names may not be meant as a template, so what is wrong with it is a warning.
pub(crate) fn read<'a>(
    subject: &Subject<'a>,
    tasks: &[Visited<'a>],
    reader: &mut Reader<'_, 'a>,
    problems: &mut Vec<Problem>,
) {
    let mut named: BTreeMap<&[u8], (u32, Options)> = BTreeMap::new();
    let mut finder = Finder::new(subject.files);
    for visited in tasks {
        let Some(module) = visited.module else { continue };
        let Action::Module { args: Value::Map(args), .. } = &visited.task.action else { continue };
        let Some(name) = template_of(&module.spec, args) else { continue };
        let Some(origin) = subject.origins.task(visited.task.id) else { continue };
        if let Some(path) = finder.find(origin, name)
            && !named.contains_key(path)
            && let Some(options) = options_of(args)
        {
            named.insert(path, (visited.task.id, options));
        }
    }
    for (path, file) in &subject.files.embedded {
        let shown = String::from_utf8_lossy(path);
        let found = named.get(path.as_slice());
        if found.is_none() && !(is_below(&shown, FOLDER) && shown.ends_with(".j2")) {
            continue;
        }
        let Ok(Ok(text)) = std::fs::read(&file.source).map(String::from_utf8) else { continue };
        let (task, use_) = match found {
            Some((task, _)) => (Some(*task), Use::Certain),
            None => (None, Use::Unknown),
        };
        let options = found.map_or_else(Options::file, |(_, options)| options.clone());
        let file = Arc::new(SourceFile { path: shown.into_owned(), text });
        reader.file(&file, &options, task, use_, problems);
    }
}

/// Whether a folder of this name is above the file.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    parts.contains(&folder)
}

/// The template that the arguments name literally.
fn template_of<'a>(spec: &ModuleSpec, args: &'a Map) -> Option<&'a str> {
    let arg = spec.args.iter().find(|arg| arg.file == Some(FileArg::Templates))?;
    std::iter::once(&arg.name).chain(&arg.aliases).find_map(|name| args.get(name)?.as_str())
}

/// How the template is read, as far as the arguments say it literally; `None` if that is known at run time only.
fn options_of(args: &Map) -> Option<Options> {
    let mut options = Options::file();
    for (name, value) in args.iter() {
        let Some(name) = name.as_str() else { continue };
        let delimiter = match name {
            "block_start_string" => &mut options.block_start_string,
            "block_end_string" => &mut options.block_end_string,
            "variable_start_string" => &mut options.variable_start_string,
            "variable_end_string" => &mut options.variable_end_string,
            "comment_start_string" => &mut options.comment_start_string,
            "comment_end_string" => &mut options.comment_end_string,
            "trim_blocks" => {
                options.trim_blocks = coerce::as_boolean(value)?;
                continue;
            }
            "lstrip_blocks" => {
                options.lstrip_blocks = coerce::as_boolean(value)?;
                continue;
            }
            "newline_sequence" => {
                options.newline_sequence = Newline::parse(value.as_str()?).unwrap_or_default();
                continue;
            }
            _ => continue,
        };
        *delimiter = value.as_str()?.to_owned();
    }
    Some(options)
}

/// Finds the embedded files that tasks mean by names; tasks of one file that name the same template look once.
struct Finder<'a> {
    files: &'a Files,
    by_source: HashMap<&'a Path, &'a [u8]>,
    by_file_name: HashMap<&'a OsStr, Vec<(&'a Path, &'a [u8])>>,
    /// What was found, by the folders in which a task looks, which it shares with others, and the name.
    known: HashMap<(*const PathBuf, String), Option<&'a [u8]>>,
}

impl<'a> Finder<'a> {
    fn new(files: &'a Files) -> Finder<'a> {
        Finder { files, by_source: HashMap::new(), by_file_name: HashMap::new(), known: HashMap::new() }
    }

    /// The embedded file that a task means by `name`.
    fn find(&mut self, origin: &'a TaskOrigin, name: &str) -> Option<&'a [u8]> {
        let key = (origin.folders().as_ptr(), name.to_owned());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if self.by_source.is_empty() {
            for (path, file) in &self.files.embedded {
                let (source, path) = (file.source.as_path(), path.as_slice());
                self.by_source.entry(source).or_insert(path);
                let name = source.file_name().unwrap_or_default();
                self.by_file_name.entry(name).or_default().push((source, path));
            }
        }
        let candidates = origin.file_candidates(FOLDER, name);
        let found = candidates.iter().find_map(|candidate| self.at(candidate));
        self.known.insert(key, found);
        found
    }

    /// The first of the embedded files that is the one at `candidate`.
    fn at(&self, candidate: &Path) -> Option<&'a [u8]> {
        if let Some(path) = self.by_source.get(candidate) {
            return Some(path);
        }
        // They may differ in `..` and links.
        let alike = self.by_file_name.get(candidate.file_name()?)?;
        let real = candidate.canonicalize().ok()?;
        let is_it = |source: &Path| source.canonicalize().is_ok_and(|source| source == real);
        alike.iter().find(|(source, _)| is_it(source)).map(|(_, path)| *path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_from_files() {
        assert!(is_below("roles/web/templates/a/b.j2", FOLDER));
        assert!(!is_below("roles/web/files/templates", FOLDER));
    }

    #[test]
    fn arguments_say_how_a_template_is_read() {
        let mut args = Map::new();
        args.insert("variable_start_string", "<<");
        args.insert("lstrip_blocks", true);
        let options = options_of(&args).unwrap();
        assert_eq!((options.variable_start_string.as_str(), options.lstrip_blocks), ("<<", true));
        args.insert("block_start_string", Value::Template("{{ x }}".into()));
        assert_eq!(options_of(&args), None);
    }
}

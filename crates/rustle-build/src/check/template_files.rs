//! The files of templates that the runner carries: those that tasks name literally, and all others below `templates/`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rustle_playbook::{Problem, SourceFile, TaskOrigin};
use rustle_schema::module_spec::{FileArg, ModuleSpec};
use rustle_schema::task::Action;
use rustle_template::{Engine, Newline, Options};
use rustle_value::{Map, Value, coerce};

use crate::check::Subject;
use crate::check::texts::{self, Place, Text, Use};
use crate::check::walk::Everything;

/// The folder of templates, in roles and beside playbooks.
pub(crate) const FOLDER: &str = "templates";

/// Parses them. A file that no task names may not be meant as a template, so what is wrong with it is a warning.
pub(crate) fn collect<'a>(
    subject: &Subject<'a>,
    all: &Everything<'a>,
    engine: &Engine,
    problems: &mut Vec<Problem>,
    texts: &mut Vec<Text<'a>>,
) {
    let mut named: BTreeMap<&[u8], (u32, Options)> = BTreeMap::new();
    for visited in &all.tasks {
        let Action::Module { module, args: Value::Map(args), .. } = &visited.task.action else { continue };
        let Some(module) = subject.modules.get(module) else { continue };
        let Some(origin) = subject.origins.task(visited.task.id) else { continue };
        let (Some(name), Some(options)) = (template_of(&module.spec, args), options_of(args)) else {
            continue;
        };
        if let Some(path) = find(subject, origin, name) {
            named.entry(path).or_insert((visited.task.id, options));
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
        let parsed = engine.template(&text, &options).map(|template| template.analysis());
        let file = Arc::new(SourceFile { path: shown.into_owned(), text });
        texts::add(parsed, Place::File(file), task, use_, problems, texts);
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

/// The embedded file that a task means by `name`.
fn find<'a>(subject: &Subject<'a>, origin: &TaskOrigin, name: &str) -> Option<&'a [u8]> {
    let candidates = origin.file_candidates(FOLDER, name);
    candidates.iter().find_map(|candidate| {
        let is_it = |source: &Path| source == candidate || same(source, candidate);
        subject.files.embedded.iter().find(|(_, file)| is_it(&file.source)).map(|(path, _)| path.as_slice())
    })
}

/// Whether two paths name one file: they may differ in `..` and links.
fn same(a: &Path, b: &Path) -> bool {
    a.file_name() == b.file_name() && b.exists() && a.canonicalize().ok() == b.canonicalize().ok()
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

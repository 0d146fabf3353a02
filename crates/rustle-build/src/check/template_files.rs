//! The files of templates that the runner carries: those that tasks name literally, and all others below `templates/`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_playbook::{Files, Problem, SourceFile, file_candidates};
use rustle_schema::module_spec::{FileArg, ModuleSpec};
use rustle_schema::task::Action;
use rustle_template::analysis::Analysis;
use rustle_template::{Newline, Options};
use rustle_value::{Map, Value, coerce};

use crate::check::intake::{Intake, Item, Met, TemplateUse};
use crate::check::texts::{Place, Reader, Use};
use crate::check::verdict::{Judge, Verdict};
use crate::check::walk::{Everything, Visited};
use crate::check::{Ground, Subject};

/// The folder of templates, in roles and beside playbooks.
pub(crate) const FOLDER: &str = "templates";

/// A file of which something is to be told.
pub(crate) struct Doubtful {
    file: Arc<SourceFile>,
    verdict: Verdict,
    task: Option<u32>,
    use_: Use,
    /// The list that was taken in and in which the task stands.
    pub(crate) list: Option<usize>,
}

impl Doubtful {
    /// Tells it. A file that no task names may not be meant as a template, so what is wrong with it is a warning.
    pub(crate) fn tell(&self, reader: &mut Reader<'_, '_>, problems: &mut Vec<Problem>) {
        reader.tell(&self.verdict, Place::File(&self.file), self.task, self.use_, problems);
    }
}

/// The task that names a template literally, if this does, and knows now how it is read.
pub(crate) fn use_of(ground: &Ground<'_>, visited: &Visited<'_>) -> Option<TemplateUse> {
    let Action::Module { args: Value::Map(args), .. } = &visited.task.action else { return None };
    let name = template_of(&visited.module?.spec, args)?.to_owned();
    let folders = ground.origins.task(visited.task.id)?.folders().clone();
    Some(TemplateUse { task: visited.task.id, folders, name, options: options_of(args)? })
}

/// The first task that names a template, how it is read, and the list that was taken in and in which the task stands.
type Named = (u32, Options, Option<usize>);

/// The templates that tasks name, by their paths.
fn named<'a>(
    subject: &Subject<'a>,
    ground: &Ground<'_>,
    intake: &Intake<'_>,
    live: &Everything<'_>,
) -> BTreeMap<&'a [u8], Named> {
    let mut finder = Finder::new(subject.files);
    let mut named = BTreeMap::new();
    let mut enter = |used: &TemplateUse, list: Option<usize>| {
        if let Some(path) = finder.find(&used.folders, &used.name)
            && !named.contains_key(path)
        {
            named.insert(path, (used.task, used.options.clone(), list));
        }
    };
    intake.in_order(live, &mut |item| match item {
        Item::Task(visited) => use_of(ground, visited).iter().for_each(|used| enter(used, None)),
        Item::Met(list, Met::Template(used)) => enter(used, Some(list)),
        Item::Met(..) => {}
    });
    named
}

/// Reads them: those of which something is to be told, and whether one of them is evaluated for certain.
pub(crate) fn read(
    subject: &Subject<'_>,
    ground: &Ground<'_>,
    intake: &Intake<'_>,
    live: &Everything<'_>,
    judge: &mut Judge<'_>,
) -> (Vec<Doubtful>, bool) {
    let named = named(subject, ground, intake, live);
    let (mut doubtful, mut certain) = (Vec::new(), false);
    for (path, file) in &subject.files.embedded {
        let shown = String::from_utf8_lossy(path);
        let found = named.get(path.as_slice());
        if found.is_none() && !(is_below(&shown, FOLDER) && shown.ends_with(".j2")) {
            continue;
        }
        let Ok(Ok(text)) = std::fs::read(&file.source).map(String::from_utf8) else { continue };
        let (task, list, use_) = match found {
            Some((task, _, list)) => (Some(*task), *list, Use::Certain),
            None => (None, None, Use::Unknown),
        };
        let options = found.map_or_else(Options::file, |(_, options, _)| options.clone());
        let file = Arc::new(SourceFile { path: shown.into_owned(), text });
        let read = Analysis::of_template(&file.text, &options);
        if read.is_ok() {
            judge.facts.was_read(&file.path);
        }
        let verdict = judge.verdict(read);
        certain |= use_ == Use::Certain && !matches!(verdict, Verdict::Malformed(_));
        if !matches!(verdict, Verdict::Clean) {
            doubtful.push(Doubtful { file, verdict, task, use_, list });
        }
    }
    (doubtful, certain)
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
    fn find(&mut self, folders: &Arc<[PathBuf]>, name: &str) -> Option<&'a [u8]> {
        let key = (folders.as_ptr(), name.to_owned());
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
        let candidates = file_candidates(folders, FOLDER, name);
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

//! Where one task was written.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use rustle_value::coerce;

use super::path::{Step, ValuePath};
use super::snippets::{self, Keywords, Owner, Snippet};
use crate::source::{Location, SourceFile};
use rustle_value::yaml::{Node, NodeKind};

/// Where a task was written, and everything in it.
#[derive(Clone, Debug)]
pub struct TaskOrigin {
    owner: Owner,
    file: Arc<SourceFile>,
    /// The whole task.
    node: Node,
    /// The keyword under which the action stands: the module's name, or `action`.
    action: Arc<str>,
    /// The folders in which the task looks for files.
    folders: Arc<[PathBuf]>,
}

/// A value that was found: all of a node, or a piece of a scalar's text.
struct Found<'a> {
    node: &'a Node,
    piece: Option<Range<usize>>,
}

impl TaskOrigin {
    pub(crate) fn new(
        id: u32,
        file: &Arc<SourceFile>,
        node: Node,
        action: &Node,
        folders: &Arc<[PathBuf]>,
    ) -> TaskOrigin {
        let action = match &action.value {
            NodeKind::Scalar { text, .. } => text.clone(),
            _ => Arc::default(),
        };
        TaskOrigin { owner: Owner::Task(id), file: file.clone(), node, action, folders: folders.clone() }
    }

    /// A task that was settled: what [`TaskOrigin::parts`] gave.
    pub(super) fn again(
        id: u32,
        file: &Arc<SourceFile>,
        node: Node,
        action: &Arc<str>,
        folders: &Arc<[PathBuf]>,
    ) -> TaskOrigin {
        let (file, action, folders) = (file.clone(), action.clone(), folders.clone());
        TaskOrigin { owner: Owner::Task(id), file, node, action, folders }
    }

    /// Its file, the whole task, the keyword under which its action stands, and its folders.
    pub(super) fn parts(&self) -> (&Arc<SourceFile>, &Node, &Arc<str>, &Arc<[PathBuf]>) {
        (&self.file, &self.node, &self.action, &self.folders)
    }

    /// The whole task.
    pub fn location(&self) -> Location {
        Location::of(&self.file, &self.node)
    }

    /// The name of the module as it was written, in whatever way.
    pub fn module(&self) -> Location {
        let Some((key, value)) = self.entry(&self.action) else { return self.location() };
        if !matches!(&*self.action, "action" | "local_action") {
            return Location::of(&self.file, key);
        }
        let named = value.get("module").unwrap_or(value);
        let length = named.as_text().map_or(0, |text| text.split_whitespace().next().map_or(0, str::len));
        self.piece(named, 0..length)
    }

    /// The keyword `name` itself, its key: `when`, `notify`, `with_items`.
    pub fn keyword(&self, name: &str) -> Option<Location> {
        self.entry(name).map(|(key, _)| Location::of(&self.file, key))
    }

    /// The value at `path`, which begins with a keyword: `when[0]`, `vars.port`.
    pub fn value(&self, path: impl Into<ValuePath>) -> Option<Location> {
        self.resolve(path.into().steps()).map(|found| self.location_of(&found))
    }

    /// The value of an argument, however it was written: `src`, `sub.key[0]`. Free-form text is `_raw_params`.
    pub fn arg(&self, path: impl Into<ValuePath>) -> Option<Location> {
        self.resolve_arg(path.into().steps()).map(|found| self.location_of(&found))
    }

    /// The name of an argument, or of a key below one.
    pub fn arg_name(&self, path: impl Into<ValuePath>) -> Option<Location> {
        let path = path.into();
        let (Step::Key(last), parents) = path.steps().split_last()? else { return None };
        for parent in self.argument_places(parents) {
            if let Some((key, _)) = entry(parent, last) {
                return Some(Location::of(&self.file, key));
            }
            if let Some((name, _)) = parents.is_empty().then(|| pair(parent, last)).flatten() {
                return Some(self.piece(parent, name));
            }
        }
        None
    }

    /// Where the byte at `offset` of a text was written; `path` is that of [`TaskOrigin::value`], or `args.…` for
    /// an argument, `args` alone for all of a free-form text.
    pub fn template_at(&self, path: impl Into<ValuePath>, offset: usize) -> Option<Location> {
        let path = path.into();
        let found = match path.steps().split_first() {
            Some((Step::Key(first), rest)) if first == "args" => {
                self.resolve_arg(rest).or_else(|| self.resolve(path.steps()))?
            }
            _ => self.resolve(path.steps())?,
        };
        let piece = found.piece.clone().unwrap_or(0..found.node.as_text().map_or(0, str::len));
        Some(self.piece(found.node, piece.start + offset.min(piece.len())..piece.end))
    }

    /// The templates and conditions of the task.
    pub fn snippets(&self) -> Vec<Snippet<'_>> {
        let mut found = Vec::new();
        self.visit(&mut |occurrence| found.push(occurrence.snippet()));
        found
    }

    pub(super) fn visit<'a>(&'a self, visit: &mut snippets::Visit<'_, 'a>) {
        let keywords = Keywords::OfTask { action: &self.action };
        snippets::visit(&self.owner, &self.file, &self.node, keywords, visit);
    }

    /// The folders in which the task looks for files; tasks of one file share them.
    pub fn folders(&self) -> &Arc<[PathBuf]> {
        &self.folders
    }

    /// Where a relative file name is looked for, in order: below each folder of the task (its role's, its own file's, the
    /// playbook's) in `kind` (`files`, `templates`, `vars`), then in the folder itself.
    pub fn file_candidates(&self, kind: &str, name: &str) -> Vec<PathBuf> {
        file_candidates(&self.folders, kind, name)
    }

    fn location_of(&self, found: &Found<'_>) -> Location {
        match &found.piece {
            Some(piece) => self.piece(found.node, piece.clone()),
            None => Location::of(&self.file, found.node),
        }
    }

    fn piece(&self, node: &Node, range: Range<usize>) -> Location {
        piece(&self.file, node, range)
    }

    fn entry(&self, name: &str) -> Option<&(Node, Node)> {
        entry(&self.node, name)
    }

    fn resolve(&self, steps: &[Step]) -> Option<Found<'_>> {
        let node = descend(&self.node, steps)?;
        Some(Found { node, piece: None })
    }

    fn resolve_arg(&self, steps: &[Step]) -> Option<Found<'_>> {
        let Some((first, _)) = steps.split_first() else {
            let free_form = |place: &&Node| place.as_text().is_some();
            let node = self.argument_places(&[]).into_iter().find(free_form)?;
            return Some(Found { node, piece: None });
        };
        let Step::Key(name) = first else { return None };
        for place in self.argument_places(&[]) {
            if let Some(node) = descend(place, steps) {
                return Some(Found { node, piece: None });
            }
            if steps.len() > 1 {
                continue;
            }
            if let Some((_, value)) = pair(place, name) {
                return Some(Found { node: place, piece: Some(value) });
            }
            if name == "_raw_params" && place.as_text().is_some() {
                return Some(Found { node: place, piece: None });
            }
        }
        None
    }

    /// The nodes that hold arguments, or what lies at `steps` below them.
    fn argument_places(&self, steps: &[Step]) -> Vec<&Node> {
        let action = self.entry(&self.action).map(|(_, value)| value);
        let inner = action.filter(|_| matches!(&*self.action, "action" | "local_action"));
        let places = [action, inner.and_then(|node| node.get("args")), self.node.get("args")];
        places.into_iter().flatten().filter_map(|place| descend(place, steps)).collect()
    }
}

/// [`TaskOrigin::file_candidates`] of a task with these folders.
pub fn file_candidates(folders: &[PathBuf], kind: &str, name: &str) -> Vec<PathBuf> {
    folders.iter().flat_map(|folder| [folder.join(kind).join(name), folder.join(name)]).collect()
}

fn entry<'a>(node: &'a Node, name: &str) -> Option<&'a (Node, Node)> {
    node.as_mapping()?.iter().find(|(key, _)| key.as_text() == Some(name))
}

fn descend<'a>(node: &'a Node, steps: &[Step]) -> Option<&'a Node> {
    steps.iter().try_fold(node, |node, step| match (step, &node.value) {
        (Step::Key(key), _) => entry(node, key).map(|(_, value)| value),
        (Step::Index(index), NodeKind::Sequence(items)) => items.get(*index),
        _ => None,
    })
}

/// Where, within the text of a scalar of `key=value` pairs, the pair `name` has its name and its value without quotes.
/// The last one counts, as when the pairs are read.
pub(crate) fn pair(node: &Node, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    let text = node.as_text()?;
    let mut found = None;
    let mut from = 0;
    for part in coerce::split_args(text).ok()? {
        let part = part.trim_end();
        let at = from + text.get(from..)?.find(part)?;
        from = at + part.len();
        let Some(value) = part.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) else { continue };
        let start = at + name.len() + 1;
        let inner = coerce::unquote(value);
        let quote = (value.len() - inner.len()) / 2;
        found = Some((at..at + name.len(), start + quote..start + quote + inner.len()));
    }
    found
}

/// Where a piece of a scalar's text was written.
pub(crate) fn piece(file: &Arc<SourceFile>, node: &Node, range: Range<usize>) -> Location {
    let start = node.locate(range.start, &file.text).offset();
    // The end is behind the last character rather than before the one that follows, which may stand on another line.
    let last =
        node.as_text().and_then(|text| text.get(range.clone())).and_then(|text| text.chars().next_back());
    let end = last.map_or(start, |last| {
        node.locate(range.end.saturating_sub(last.len_utf8()), &file.text).offset() + last.len_utf8()
    });
    Location::new(file, start..end.max(start))
}

//! The documents that were read, and as much of what they say as is worth keeping.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_value::yaml::Node;

use crate::document::{Document, Read};

/// How many bytes of files are kept as trees that nobody needs for the time being.
const KEPT: usize = 1 << 20;

/// The documents that were read, by their paths.
#[derive(Default)]
pub(crate) struct Documents {
    /// `None` for those that cannot be read.
    known: HashMap<PathBuf, Option<Known>>,
    /// Those whose trees are kept though everything is made of them, and how long their texts are, the oldest first.
    spare: VecDeque<(PathBuf, usize)>,
    /// How long these are together.
    held: usize,
    /// Files that were looked at since an include may reach them, and whether they are lists of tasks.
    pub task_lists: HashMap<PathBuf, bool>,
}

struct Known {
    doc: Arc<Document>,
    /// What it says; `None` if that is to be read again from the text.
    root: Option<Option<Node>>,
    /// Whether everything is made of it.
    spare: bool,
}

/// What is known of a document.
pub(crate) enum Found {
    /// Nothing: it was not read.
    Nothing,
    /// It cannot be read.
    Unreadable,
    /// All of it.
    Whole(Read),
    /// All but what it says.
    Text(Arc<Document>),
}

impl Documents {
    /// What is known of the document at `path`.
    pub fn find(&self, path: &Path) -> Found {
        match self.known.get(path) {
            None => Found::Nothing,
            Some(None) => Found::Unreadable,
            Some(Some(Known { doc, root: Some(root), .. })) => {
                Found::Whole(Read { doc: doc.clone(), root: root.clone() })
            }
            Some(Some(Known { doc, root: None, .. })) => Found::Text(doc.clone()),
        }
    }

    /// Enters what was read at `path`.
    pub fn enter(&mut self, path: &Path, read: Option<&Read>) {
        let known =
            read.map(|read| Known { doc: read.doc.clone(), root: Some(read.root.clone()), spare: false });
        self.known.insert(path.to_owned(), known);
    }

    /// Notes that everything was made of the document at `path` that it is good for: its tree is dropped as soon as there
    /// are too many such.
    pub fn spare(&mut self, path: &Path) {
        let Some(Some(known)) = self.known.get_mut(path) else { return };
        if !std::mem::replace(&mut known.spare, true) {
            let length = known.doc.file.text.len();
            self.spare.push_back((path.to_owned(), length));
            self.held += length;
        }
        while self.held > KEPT
            && let Some((path, length)) = self.spare.pop_front()
        {
            self.held -= length;
            if let Some(Some(known)) = self.known.get_mut(&path) {
                known.root = None;
                known.spare = false;
            }
        }
    }
}

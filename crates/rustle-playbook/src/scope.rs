//! What surrounds the nodes that are being read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::task::Position;
use rustle_value::Map;

use crate::document::Document;
use crate::role::RoleFolder;
use crate::source::Location;
use rustle_value::yaml::Node;

/// What surrounds the nodes that are being read: their file, the role and the play that they belong to.
#[derive(Clone)]
pub(crate) struct Scope {
    /// The file that the nodes stand in.
    pub doc: Arc<Document>,
    /// The folder of the playbook, where everything is looked for at last.
    pub playbook: Arc<Path>,
    /// The role that the tasks belong to.
    pub role: Option<Arc<RoleFolder>>,
    /// The play that the tasks stand in; none where several plays may share them.
    pub play: Option<usize>,
    /// Whether the tasks are handlers.
    pub handlers: bool,
    /// Variables whose values are known now, for the names in static imports.
    pub known: Map,
    /// The files that are being read into one another, the innermost first.
    pub files: Arc<Chain>,
    /// What of a role the tasks are part of, for the search for endless recursion: the role's key and the file's name.
    pub unit: Option<Arc<(String, String)>>,
    /// The folders in which tasks look for their files.
    pub folders: Arc<[PathBuf]>,
    /// How many blocks and imports stand around the nodes.
    pub depth: usize,
}

/// Files that are read into one another.
pub(crate) struct Chain {
    pub path: PathBuf,
    /// Where it was asked for.
    pub from: Option<Location>,
    pub outer: Option<Arc<Chain>>,
}

impl Chain {
    /// A chain that begins with `path`.
    pub fn begin(path: &Path) -> Arc<Chain> {
        Arc::new(Chain { path: path.to_owned(), from: None, outer: None })
    }

    /// The files from the outermost on.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        let mut link = Some(self);
        while let Some(chain) = link {
            paths.push(chain.path.as_path());
            link = chain.outer.as_deref();
        }
        paths.reverse();
        paths
    }
}

impl Scope {
    /// The scope of a file that is read for itself.
    pub fn new(doc: &Arc<Document>, playbook: &Arc<Path>, known: &Map) -> Scope {
        let mut scope = Scope {
            doc: doc.clone(),
            playbook: playbook.clone(),
            role: None,
            play: None,
            handlers: false,
            known: known.clone(),
            files: Chain::begin(&doc.path),
            unit: None,
            folders: Arc::from([]),
            depth: 0,
        };
        scope.find_folders();
        scope
    }

    /// The scope of a file of `role`.
    pub fn in_role(mut self, role: &Arc<RoleFolder>) -> Scope {
        self.role = Some(role.clone());
        self.find_folders();
        self
    }

    /// The scope of `doc`, which is read in the place of the node at `from`.
    pub fn within(&self, doc: &Arc<Document>, from: Location) -> Scope {
        let files = Chain { path: doc.path.clone(), from: Some(from), outer: Some(self.files.clone()) };
        let depth = self.depth + 1;
        let mut scope = Scope { doc: doc.clone(), files: Arc::new(files), depth, ..self.clone() };
        scope.find_folders();
        scope
    }

    /// The scope of `doc`, which is reached from here at run time, perhaps from other places too.
    pub fn apart(&self, doc: &Arc<Document>) -> Scope {
        let files = Chain::begin(&doc.path);
        let mut scope = Scope { doc: doc.clone(), files, play: None, unit: None, depth: 0, ..self.clone() };
        scope.find_folders();
        scope
    }

    fn find_folders(&mut self) {
        let mut folders: Vec<PathBuf> = Vec::with_capacity(3);
        let role = self.role.as_ref().map(|role| role.dir.as_path());
        for folder in role.into_iter().chain([self.doc.folder(), &*self.playbook]) {
            if !folders.iter().any(|known| known == folder) {
                folders.push(folder.to_owned());
            }
        }
        self.folders = folders.into();
    }

    /// Where `node` stands.
    pub fn at(&self, node: &Node) -> Location {
        self.doc.location(node)
    }

    /// Where `node` begins, for a plan.
    pub fn position(&self, node: &Node) -> Position {
        self.doc.position(node)
    }
}

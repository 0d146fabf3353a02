//! Playbooks: lists of plays and of `import_playbook`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::task::Directives;
use rustle_value::Value;

use crate::document::Document;
use crate::keyword::Place;
use crate::kind::kind;
use crate::loader::Loader;
use crate::play::Given;
use crate::problem::Problem;
use crate::project::normal;
use crate::scope::Scope;
use crate::source::Location;
use rustle_value::yaml::Node;

/// The names of `import_playbook`.
const IMPORT: [&str; 3] =
    ["import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook"];

impl Loader<'_> {
    /// Reads the playbook at `path`. Whether there is one.
    pub(crate) fn playbook(&mut self, path: &Path) -> bool {
        if !self.project.is_file(path) {
            let shown = self.project.display(path);
            let message = format!("the playbook `{shown}` could not be found");
            self.problems.add(Problem::error("file-not-found", message));
            return false;
        }
        if self.project.bundle_name(path).is_none() {
            let shown = self.project.display(path);
            let message = format!("the playbook `{shown}` lies outside of the project");
            self.problems.add(Problem::error("outside-project", message));
            return false;
        }
        let Some(read) = self.document(path) else { return false };
        let scope = self.playbook_scope(&read.doc, None);
        self.plays(&scope, read.root.as_ref(), &Given::default());
        true
    }

    fn playbook_scope(&mut self, doc: &Arc<Document>, outer: Option<(&Scope, Location)>) -> Scope {
        let folder: Arc<Path> = Arc::from(doc.folder());
        if !self.playbooks.contains(&folder) {
            self.playbooks.push(folder.clone());
        }
        let mut scope = Scope::new(doc, &folder, &self.options.extra_vars);
        if let Some((outer, from)) = outer {
            scope.files = outer.within(doc, from).files;
        }
        scope
    }

    /// Reads the plays of the scope's document.
    fn plays(&mut self, scope: &Scope, root: Option<&Node>, given: &Given) {
        let doc = scope.doc.clone();
        let shown = self.project.display(&doc.path);
        let nothing = Location::new(&doc.file, 0..0);
        let Some(root) = root else {
            let message = format!("Empty playbook, nothing to do: {shown}");
            self.problems.add(Problem::error("empty-playbook", message).at(nothing));
            return;
        };
        let Some(items) = root.as_sequence() else {
            let found = kind(root);
            let mut problem =
                Problem::error("wrong-type", format!("a playbook must be a list of plays, not {found}"))
                    .at(scope.at(root.as_mapping().and_then(<[_]>::first).map_or(root, |(key, _)| key)));
            if root.as_mapping().is_some() {
                problem = problem.with_help("each play of the list begins with `- `");
            }
            self.problems.add(problem);
            return;
        };
        if items.is_empty() {
            let message = format!("a playbook must contain at least one play: {shown}");
            self.problems.add(Problem::error("empty-playbook", message).at(scope.at(root)));
        }
        for item in items {
            if item.as_mapping().is_none() {
                let message = "playbook entries must be either valid plays or 'import_playbook' statements";
                self.problems
                    .add(Problem::error("wrong-type", message).at(scope.at(item)).labelled(kind(item)));
            } else if IMPORT.iter().any(|name| item.get(name).is_some()) {
                self.import_playbook(scope, item, given);
            } else {
                self.play(scope, item, given);
            }
        }
        self.spare(scope);
    }

    fn import_playbook(&mut self, scope: &Scope, node: &Node, given: &Given) {
        let mut directives = Directives::default();
        let mut target = None;
        for (key, value) in node.as_mapping().unwrap_or_default() {
            let Some(name) = self.key_text(scope, Place::Playbook, key) else { continue };
            match name {
                _ if IMPORT.contains(&name) => target = Some(value),
                "name" => {}
                _ if Place::Playbook.has(name) => {
                    if !self.is_empty_keyword(scope, name, key, value) {
                        self.directive(scope, &mut directives, name, key, value);
                    }
                }
                _ => self.unknown_keyword(scope, Place::Playbook, name, key),
            }
        }
        let Some(target) = target else { return };
        self.hold_keywords(scope, crate::origins::Owner::Play(self.plan.plays.len()), node, &IMPORT);
        let Some(path) = self.imported_path(scope, target, &directives) else { return };
        if self.is_import_loop(scope, &path, &scope.at(target)) {
            return;
        }
        let Some(read) = self.document(&path) else { return };
        let inner = self.playbook_scope(&read.doc, Some((scope, scope.at(target))));
        let mut vars = directives.vars;
        vars.extend_from(&given.vars);
        let concat = |outer: &[Value], inner: Vec<Value>| outer.iter().cloned().chain(inner).collect();
        let given = Given {
            vars,
            tags: concat(&given.tags, directives.tags),
            when: concat(&given.when, directives.when),
        };
        self.plays(&inner, read.root.as_ref(), &given);
    }

    /// The playbook that an `import_playbook` names.
    fn imported_path(&mut self, scope: &Scope, target: &Node, directives: &Directives) -> Option<PathBuf> {
        let name = self.text(scope, "import_playbook", target)?;
        let mut known = scope.clone();
        known.known.extend_from(&directives.vars);
        known.known.extend_from(&self.options.extra_vars);
        let name = self.static_name(&known, &name, &scope.at(target))?;
        let path = normal(&scope.doc.folder().join(&name));
        if self.project.bundle_name(&path).is_none() {
            self.outside(
                &name,
                scope.at(target),
                "choose a folder above both playbooks as the project's root",
            );
            return None;
        }
        if !self.project.is_file(&path) {
            self.missing_file("playbook", &name, scope.at(target), &[path]);
            return None;
        }
        Some(path)
    }
}

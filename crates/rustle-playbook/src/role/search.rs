//! Finding roles.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::RoleFolder;
use crate::loader::{Job, Loader};
use crate::problem::Problem;
use crate::project::{absolute, normal, slashed};
use crate::scope::Scope;
use crate::source::Location;
use crate::suggest::closest;
use rustle_schema::plan::Role;

impl Loader<'_> {
    /// The role called `name`; if it is nowhere, that is told.
    pub(crate) fn find_role(&mut self, scope: &Scope, name: &str, at: &Location) -> Option<Arc<RoleFolder>> {
        let folders = self.role_folders(scope);
        let found = folders.iter().map(|(folder, configured)| (normal(&folder.join(name)), *configured));
        let found: Vec<(PathBuf, bool)> = found.collect();
        for (path, configured) in found {
            if name.is_empty() || !self.project.is_folder(&path) {
                continue;
            }
            if !configured && self.project.bundle_name(&path).is_none() {
                self.outside(
                    name,
                    at.clone(),
                    "put its folder into the roles path, or move it into the project",
                );
                return None;
            }
            return Some(self.enter_role(scope, name, &path));
        }
        self.handlers.lacking = true;
        self.role_not_found(scope, name, at.clone(), &folders);
        None
    }

    /// The role called `name`, if there is one in the project or on the roles path.
    pub(crate) fn existing_role(&mut self, scope: &Scope, name: &str) -> Option<Arc<RoleFolder>> {
        let folders = self.role_folders(scope).into_iter();
        let mut places = folders.map(|(folder, configured)| (normal(&folder.join(name)), configured));
        let (path, _) = places.find(|(path, configured)| {
            !name.is_empty()
                && self.project.is_folder(path)
                && (*configured || self.project.bundle_name(path).is_some())
        })?;
        Some(self.enter_role(scope, name, &path))
    }

    /// The folders in which roles are looked for, in order, and whether the user has configured them.
    fn role_folders(&self, scope: &Scope) -> Vec<(PathBuf, bool)> {
        let mut folders = vec![(scope.playbook.join("roles"), false)];
        folders.extend(
            self.options.roles_path.iter().map(|path| (absolute(&self.project.root.join(path)), true)),
        );
        if let Some(parent) = scope.role.as_ref().and_then(|role| role.dir.parent()) {
            folders.push((parent.to_owned(), true));
        }
        folders.push((scope.playbook.to_path_buf(), false));
        let mut unique: Vec<(PathBuf, bool)> = Vec::new();
        for (folder, configured) in folders {
            if !unique.iter().any(|(known, _)| *known == folder) {
                unique.push((folder, configured));
            }
        }
        unique
    }

    /// Enters the role in the folder `dir`, which is called `name`, into the plan.
    fn enter_role(&mut self, scope: &Scope, name: &str, dir: &Path) -> Arc<RoleFolder> {
        if let Some(known) = self.roles.get(dir) {
            return known.clone();
        }
        let base = slashed(Path::new(dir.file_name().unwrap_or(dir.as_os_str())));
        let bundle = self.project.place(dir, &format!("roles/{base}"));
        let name = if name.starts_with(['/', '.']) { base } else { name.to_owned() };
        let key = if self.plan.roles.contains_key(&name) { bundle.clone() } else { name.clone() };
        let role = Arc::new(RoleFolder { key, name, dir: dir.to_owned(), bundle });
        self.roles.insert(dir.to_owned(), role.clone());
        let entry = Role { name: role.name.clone(), path: role.bundle.clone(), ..Role::default() };
        self.plan.roles.insert(role.key.clone(), entry);
        self.jobs.push_back(Job::Role { role: role.clone(), scope: Box::new(scope.clone()) });
        role
    }

    fn role_not_found(&mut self, scope: &Scope, name: &str, at: Location, folders: &[(PathBuf, bool)]) {
        let mut names: Vec<String> = Vec::new();
        for (folder, _) in folders {
            if *folder != *scope.playbook {
                names.extend(self.folders_in(folder));
            }
        }
        let shown: Vec<String> = folders.iter().map(|(folder, _)| self.project.display(folder)).collect();
        let mut problem = Problem::error("role-not-found", format!("the role '{name}' was not found"))
            .at(at)
            .labelled("no such role")
            .with_note(format!("searched: {}", shown.join(", ")));
        if let Some(meant) = closest(name, names.iter().map(String::as_str)) {
            problem = problem.with_help(format!("did you mean `{meant}`?"));
        } else if name.matches('.').count() >= 2 {
            problem = problem
                .with_help("roles of collections are not found by themselves: put the role into `roles/`");
        }
        self.problems.add(problem);
    }

    /// The names of the folders in `folder`.
    fn folders_in(&mut self, folder: &Path) -> Vec<String> {
        let paths = self.project.list(folder);
        let folders = paths.iter().filter(|path| path.is_dir());
        folders.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect()
    }

    /// The roles that a templated name can mean: those in the search path whose names begin and end as it does.
    pub(crate) fn candidate_roles(
        &mut self,
        scope: &Scope,
        prefix: &str,
        suffix: &str,
    ) -> Vec<Arc<RoleFolder>> {
        let mut found = Vec::new();
        for (folder, _) in self.role_folders(scope) {
            if folder == *scope.playbook {
                continue;
            }
            let inner = prefix.rsplit_once('/').map_or("", |(inner, _)| inner);
            for name in self.folders_in(&folder.join(inner)) {
                let name = if inner.is_empty() { name } else { format!("{inner}/{name}") };
                let dir = folder.join(&name);
                let parts = ["tasks", "meta", "defaults", "vars", "handlers"];
                let is_role = parts.iter().any(|part| dir.join(part).is_dir());
                let hidden = name.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
                if is_role && !hidden && name.starts_with(prefix) && name.ends_with(suffix) {
                    found.push(self.enter_role(scope, &name, &dir));
                }
            }
        }
        found
    }

    /// Tells that `name` lies outside of the project.
    pub(crate) fn outside(&mut self, name: &str, at: Location, help: &str) {
        self.problems.add(
            Problem::error("outside-project", format!("`{name}` lies outside of the project"))
                .at(at)
                .with_note("nothing above the project's root is read")
                .with_help(help),
        );
    }
}

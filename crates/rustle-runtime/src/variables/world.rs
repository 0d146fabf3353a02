//! [`TaskWorld`]: what a running task's templates see.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustle_template::{FileKind, Variable, World};
use rustle_value::{Map, Value};

use super::locals::Locals;
use super::magic;
use super::scope::Scope;
use crate::embedded;
use crate::executor::State;
use crate::secrets;

/// What a running task's templates see.
pub struct TaskWorld<'a, 'p> {
    /// The run.
    pub state: &'a State<'p>,
    /// Where the task stands.
    pub scope: &'a Scope<'p>,
    /// The task's own `vars`.
    pub vars: &'a Map,
    /// The task's own `vars` once more, if it is an include: there they come before `set_fact`.
    pub include: Option<&'a Map>,
    /// What the task has set by now.
    pub locals: &'a Locals,
    /// Variables that are seen before all others.
    pub extra: Option<&'a Map>,
}

impl TaskWorld<'_, '_> {
    /// The variable in the layers below the magic ones.
    fn layered(&self, name: &str) -> Option<Variable> {
        let store = &self.state.store;
        let templated = |value: &Value| Some(Variable::Templated(value.clone()));
        let plain = |value: &Value| Some(Variable::Plain(value.clone()));
        if let Some(value) = store.extra.get(name) {
            return templated(value);
        }
        if let Some(value) = store.secrets.get(name) {
            return plain(value);
        }
        let include = self.include.into_iter().chain(&self.scope.include_params);
        if let Some(value) = include.into_iter().find_map(|layer| layer.get(name)) {
            return templated(value);
        }
        let role = self.scope.role.as_deref();
        if let Some(value) = role.and_then(|role| role.param(name)) {
            return templated(value);
        }
        if let Some(value) = store.set_facts.get(name) {
            return plain(value);
        }
        let play = &self.state.play;
        let value = store
            .included
            .get(name)
            .or_else(|| self.vars.get(name))
            .or_else(|| self.scope.vars.iter().find_map(|layer| layer.get(name)))
            .or_else(|| role.and_then(|role| role.var(name)))
            .or_else(|| play.exported().find_map(|role| role.exported_var(name)))
            .or_else(|| play.vars_files.iter().find_map(|layer| layer.get(name)))
            .or_else(|| play.vars.get(name));
        if let Some(value) = value {
            return templated(value);
        }
        if name == "ansible_facts" {
            return Some(Variable::Plain(Value::Map(store.facts.clone())));
        }
        if let Some(value) = store.injected.get(name) {
            return plain(value);
        }
        if let Some(value) = magic::host_variable(self.state, self.state.hosts.own(), name) {
            return Some(Variable::Plain(value));
        }
        let value = store
            .host
            .get(name)
            .or_else(|| store.groups.iter().find_map(|layer| layer.get(name)))
            .or_else(|| role.and_then(|role| role.default(name)))
            .or_else(|| play.exported().find_map(|role| role.exported_default(name)));
        match value {
            Some(value) => templated(value),
            None => magic::fallback(self.state, name).map(Variable::Plain),
        }
    }

    /// The dictionary `vars`: everything by name.
    fn everything(&self) -> Map {
        let mut names = self.variable_names();
        names.sort();
        let values = names.into_iter().filter(|name| &**name != "vars").filter_map(|name| {
            let value = match self.variable(&name)? {
                Variable::Plain(value) | Variable::Templated(value) => value,
            };
            Some((Value::Str(name), value))
        });
        values.collect()
    }
}

impl World for TaskWorld<'_, '_> {
    fn variable(&self, name: &str) -> Option<Variable> {
        if let Some(value) = self.extra.and_then(|extra| extra.get(name)) {
            return Some(Variable::Templated(value.clone()));
        }
        if let Some(variable) = self.locals.get(name) {
            return Some(variable.clone());
        }
        if name == "vars" {
            return Some(Variable::Templated(Value::Map(self.everything())));
        }
        magic::variable(self.state, self.scope, name).or_else(|| self.layered(name))
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        let store = &self.state.store;
        let play = &self.state.play;
        let mut names: HashSet<Arc<str>> = magic::NAMES.into_iter().map(Arc::from).collect();
        names.extend(magic::HOST_NAMES.map(Arc::from));
        if self.scope.role.is_some() {
            names.extend(magic::ROLE_NAMES.map(Arc::from));
        }
        names.extend(self.locals.names().cloned());
        let mut add = |layer: &Map| {
            names.extend(layer.keys().filter_map(|key| match key {
                Value::Str(name) => Some(Arc::clone(name)),
                _ => None,
            }));
        };
        let fixed = [
            &store.extra,
            &store.secrets,
            &store.set_facts,
            &store.included,
            &store.injected,
            &store.host,
            &play.vars,
        ];
        fixed.into_iter().chain(&store.groups).for_each(&mut add);
        self.scope.vars.iter().chain(&self.scope.include_params).for_each(&mut add);
        play.vars_files.iter().chain([self.vars]).chain(self.include).chain(self.extra).for_each(&mut add);
        let roles = self.scope.role.iter().chain(play.exported());
        roles.flat_map(|role| role.layers()).for_each(&mut add);
        names.into_iter().collect()
    }

    fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String> {
        embedded::find(
            &*self.state.files,
            &self.state.search_path(self.scope),
            &self.state.playbook_dir(),
            name,
            kind,
        )
    }

    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        embedded::read(&*self.state.files, path)
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        embedded::glob_relative(&*self.state.files, &self.state.search_path(self.scope), pattern)
    }

    fn run(&self, command: &str) -> io::Result<Vec<u8>> {
        embedded::pipe(command)
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn hosts(&self, pattern: &str) -> Result<Vec<String>, String> {
        self.state.matching_hosts(&[pattern.to_owned()], self)
    }

    fn secret(&self, name: &str) -> Option<Value> {
        secrets::opened().vaulted.get(name).cloned()
    }

    fn warn(&self, message: &str) {
        self.state.warn(message);
    }
}

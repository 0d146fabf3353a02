//! `hostvars`: the variables of every host of the inventory.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustle_template::{FileKind, Variable, World};
use rustle_value::{Map, Value};

use super::magic;
use crate::executor::State;
use crate::secrets;

/// `hostvars` as a task of this host sees it. The own host's entry holds templates that are rendered where they are
/// reached; those of the others are finished.
pub fn all(state: &State<'_>) -> Map {
    let others = state.other_host_vars();
    let vars = |host: &str| match host == state.hosts.own() {
        true => Some(Value::Map(own(state))),
        false => others.get(host).cloned(),
    };
    state.hosts.names().iter().filter_map(|host| Some((*host, vars(host)?))).collect()
}

/// What is known of the own host whatever play runs.
fn own(state: &State<'_>) -> Map {
    let store = &state.store;
    let mut vars = of_inventory(state, state.hosts.own());
    vars.insert("ansible_facts", store.facts.clone());
    for layer in [&store.injected, &store.included, &store.set_facts, &store.secrets, &store.extra] {
        vars.extend_from(layer);
    }
    vars
}

/// What the inventory says of a host, with the magic variables that it has without a play.
fn of_inventory(state: &State<'_>, host: &str) -> Map {
    let mut vars = Map::new();
    for layer in state.hosts.group_vars_of(host).iter().rev() {
        vars.extend_from(layer);
    }
    vars.extend_from(&state.hosts.vars_of(host));
    for name in magic::HOST_NAMES {
        if let Some(value) = magic::host_variable(state, host, name) {
            vars.insert(name, value);
        }
    }
    vars.insert("groups", state.groups());
    vars.insert("ansible_facts", Map::new());
    vars
}

/// The variables of every host but the own one, finished. What cannot be rendered is undefined, with the reason.
pub fn of_others(state: &State<'_>) -> Map {
    let others = state.hosts.names().iter().filter(|name| **name != state.hosts.own());
    others
        .map(|host| {
            let mut raw = of_inventory(state, host);
            raw.extend_from(&state.store.extra);
            let world = OtherHost { vars: &raw, warn: state };
            let finished: Map = raw
                .iter()
                .map(|(key, value)| {
                    let finished = if value.has_template() {
                        state.engine.resolve(value, &world).unwrap_or_else(|e| Value::undefined(e.message()))
                    } else {
                        value.clone()
                    };
                    (key.clone(), finished)
                })
                .collect();
            (*host, finished)
        })
        .collect()
}

/// Another host's variables, with which its own templates are rendered. It has no files and runs nothing.
struct OtherHost<'a, 'p> {
    vars: &'a Map,
    warn: &'a State<'p>,
}

impl World for OtherHost<'_, '_> {
    fn variable(&self, name: &str) -> Option<Variable> {
        self.vars.get(name).cloned().map(Variable::Templated)
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        self.vars.variable_names()
    }

    fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String> {
        self.vars.find_file(name, kind)
    }

    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.vars.read_file(path)
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        self.vars.glob(pattern)
    }

    fn run(&self, command: &str) -> io::Result<Vec<u8>> {
        self.vars.run(command)
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn secret(&self, name: &str) -> Option<Value> {
        secrets::opened().vaulted.get(name).cloned()
    }

    fn warn(&self, message: &str) {
        self.warn.warn(message);
    }
}

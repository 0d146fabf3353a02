//! [`Locals`]: what a running task itself has set.

use std::sync::Arc;

use rustle_template::Variable;
use rustle_value::Value;

/// What a running task itself has set: the item of its loop, its result so far, facts that it has just found. Few.
#[derive(Clone, Debug, Default)]
pub struct Locals(Vec<(Arc<str>, Variable)>);

impl Locals {
    /// The variable called `name`.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.0.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// Sets `name` to a finished value.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.put(name, Variable::Plain(value.into()));
    }

    /// Sets `name` to a value in which templates may stand.
    pub fn set_templated(&mut self, name: &str, value: impl Into<Value>) {
        self.put(name, Variable::Templated(value.into()));
    }

    fn put(&mut self, name: &str, variable: Variable) {
        match self.0.iter_mut().find(|(key, _)| &**key == name) {
            Some((_, slot)) => *slot = variable,
            None => self.0.push((Arc::from(name), variable)),
        }
    }

    /// Takes `name` out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| &**key != name);
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().map(|(name, _)| name)
    }
}

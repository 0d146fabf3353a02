//! [`Given`]: checked arguments on their way into a struct.

use std::collections::BTreeMap;

use rustle_schema::arguments::{self, Checked, FaultKind};
use rustle_schema::module_spec::{ArgSpec, ModuleSpec};
use rustle_value::{Map, Value};

use super::{ArgErrors, FromArg, FromArgs, paths};

/// Checked arguments on their way into a struct. What the macros write is its only user.
#[derive(Debug)]
pub struct Given {
    spec: &'static ModuleSpec,
    checked: Checked,
    internal: Map,
    errors: Vec<String>,
}

impl Given {
    pub(super) fn new(
        spec: &'static ModuleSpec,
        internal: &[&str],
        args: &Map,
        environment: &BTreeMap<String, String>,
    ) -> Given {
        let mut declared = args.clone();
        let mut set = Map::new();
        for key in internal {
            if let Some(value) = declared.remove(key) {
                set.insert(*key, value);
            }
        }
        let mut checked = arguments::check(spec, &declared);
        // A mode is resolved against a file, by the module, which says more than could be said here.
        let faults = checked.faults.drain(..).filter(|fault| fault.kind != FaultKind::Mode);
        let mut errors: Vec<String> = faults.map(|fault| fault.message).collect();
        if let Err(error) = paths::expand_all(&spec.args, &mut checked.values, environment) {
            errors.push(error);
        }
        Given { spec, checked, internal: set, errors }
    }

    pub(super) fn of_checked(spec: &'static ModuleSpec, values: &Map) -> Given {
        let checked = Checked { values: values.clone(), ..Checked::default() };
        Given { spec, checked, internal: Map::new(), errors: Vec::new() }
    }

    pub(super) fn finish(self) -> (Vec<String>, ArgErrors) {
        (self.checked.warnings, ArgErrors { messages: self.errors })
    }

    /// The argument called `name`, which is required or has a default.
    pub fn required<T: FromArg>(&mut self, name: &str) -> Option<T> {
        match self.checked.values.get(name) {
            Some(value) => self.made(name, T::from_checked(value)),
            None => {
                if self.errors.is_empty() {
                    self.errors.push(format!("missing required arguments: {name}"));
                }
                None
            }
        }
    }

    /// The argument called `name`, if it was given.
    pub fn optional<T: FromArg>(&mut self, name: &str) -> Option<Option<T>> {
        match self.checked.values.get(name) {
            None | Some(Value::None) => Some(None),
            Some(value) => self.made(name, T::from_checked(value)).map(Some),
        }
    }

    /// Arguments of a shared group.
    pub fn flattened<T: FromArgs>(&mut self) -> Option<T> {
        T::from_given(self)
    }

    /// Everything that was given and is not declared.
    pub fn rest(&mut self) -> Option<Map> {
        Some(self.checked.rest.clone())
    }

    /// What `prepare` set under `key`.
    pub fn internal<T: FromArg>(&mut self, key: &str) -> Option<Option<T>> {
        match self.internal.get(key) {
            None | Some(Value::None) => Some(None),
            Some(value) => self.made(key, T::from_arg(value)).map(Some),
        }
    }

    fn made<T>(&mut self, name: &str, made: Result<T, String>) -> Option<T> {
        match made {
            Ok(made) => Some(made),
            Err(why) => {
                let is_it = |arg: &&ArgSpec| arg.name == name;
                let wanted = self.spec.args.iter().find(is_it).map_or("its type", |arg| arg.kind.wanted());
                let value = self.checked.values.get(name).or(self.internal.get(name));
                let is = value.map_or("NoneType", Value::type_name);
                self.errors.push(format!(
                    "argument '{name}' is of type {is} and we were unable to convert to {wanted}: {why}"
                ));
                None
            }
        }
    }
}

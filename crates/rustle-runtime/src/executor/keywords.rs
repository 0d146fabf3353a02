//! Keywords of a task, evaluated.

use std::collections::BTreeMap;
use std::time::Duration;

use rustle_schema::task::Directives;
use rustle_template::{Error, World};
use rustle_value::Value;

use super::State;
use crate::variables::Scope;
use crate::variables::scope::Keywords;

/// The keyword that counts: the task's own, or the inherited one.
macro_rules! effective {
    ($field:ident, $own:expr, $scope:expr) => {
        $own.$field.as_ref().or($scope.keywords.$field.as_ref())
    };
}
pub(super) use effective;

/// What a task's keywords say of how its module is applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Surroundings {
    /// Nothing may be changed.
    pub check: bool,
    /// Differences are wanted.
    pub diff: bool,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The longest time that it may take.
    pub timeout: Option<Duration>,
    /// The user to become.
    pub become_: Option<Become>,
}

/// How another user is become.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Become {
    /// Who.
    pub user: String,
    /// By which means; `sudo` where nothing is said.
    pub method: String,
    /// Options of that program.
    pub flags: String,
}

impl State<'_> {
    /// A keyword that is a boolean.
    ///
    /// # Errors
    /// If it cannot be rendered, or is none of Ansible's words for one.
    pub(super) fn bool_keyword(
        &self,
        name: &str,
        value: Option<&Value>,
        world: &dyn World,
    ) -> Result<Option<bool>, Error> {
        let Some(value) = value else { return Ok(None) };
        if let Value::Bool(bool) = value {
            return Ok(Some(*bool));
        }
        let value = self.keyword(name, value, world)?;
        match &value {
            Value::None | Value::Omit => Ok(None),
            value => boolean(value).map(Some).ok_or_else(|| unconvertible(name, value, "bool")),
        }
    }

    /// A keyword that is text.
    ///
    /// # Errors
    /// If it cannot be rendered.
    fn text_keyword(
        &self,
        name: &str,
        value: Option<&Value>,
        world: &dyn World,
    ) -> Result<Option<String>, Error> {
        let Some(value) = value else { return Ok(None) };
        match self.keyword(name, value, world)? {
            Value::None | Value::Omit => Ok(None),
            value => Ok(Some(value.to_string())),
        }
    }

    /// A keyword that is a number.
    ///
    /// # Errors
    /// If it cannot be rendered, or is no number.
    pub(super) fn number_keyword(
        &self,
        name: &str,
        value: Option<&Value>,
        world: &dyn World,
    ) -> Result<Option<f64>, Error> {
        let Some(value) = value else { return Ok(None) };
        let value = self.keyword(name, value, world)?;
        let number = match &value {
            Value::None | Value::Omit => return Ok(None),
            Value::Int(int) => Some(*int as f64),
            Value::Float(float) => Some(*float),
            Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
            Value::Str(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|number| number.is_finite())
            .map(Some)
            .ok_or_else(|| unconvertible(name, &value, "float"))
    }

    /// A keyword that is a whole number.
    ///
    /// # Errors
    /// If it cannot be rendered, or is none.
    pub(super) fn count_keyword(
        &self,
        name: &str,
        value: Option<&Value>,
        world: &dyn World,
    ) -> Result<Option<i64>, Error> {
        let Some(value) = value else { return Ok(None) };
        match self.keyword(name, value, world)? {
            Value::None | Value::Omit => Ok(None),
            value => {
                let int = rustle_value::coerce::int(&value).map(Some);
                int.map_err(|_| unconvertible(name, &value, "int"))
            }
        }
    }

    fn keyword(&self, name: &str, value: &Value, world: &dyn World) -> Result<Value, Error> {
        let rendered = self.engine.resolve(value, world);
        rendered.map_err(|error| error.within(format!("Error processing keyword '{name}': ")))
    }

    /// How a task's module is applied.
    ///
    /// # Errors
    /// If a keyword cannot be rendered, or has the wrong type.
    pub(super) fn surroundings(
        &self,
        own: &Directives,
        scope: &Scope<'_>,
        world: &dyn World,
    ) -> Result<Surroundings, Error> {
        let check = self.bool_keyword("check_mode", effective!(check_mode, own, scope), world)?;
        let diff = self.bool_keyword("diff", effective!(diff, own, scope), world)?;
        let timeout = self.number_keyword("timeout", effective!(timeout, own, scope), world)?;
        let timeout = timeout.filter(|seconds| *seconds > 0.0).map(Duration::from_secs_f64);
        Ok(Surroundings {
            check: check.unwrap_or(self.settings.check),
            diff: diff.unwrap_or(self.settings.diff),
            environment: self.environment(own, &scope.keywords, world)?,
            timeout: timeout.or(self.settings.task_timeout),
            become_: self.become_user(own, scope, world)?,
        })
    }

    fn environment(
        &self,
        own: &Directives,
        inherited: &Keywords,
        world: &dyn World,
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut environment = BTreeMap::new();
        for entry in inherited.environment.iter().chain(&own.environment) {
            match self.keyword("environment", entry, world)? {
                Value::Map(map) => {
                    let entries = map.iter().filter(|(_, value)| !matches!(value, Value::Omit));
                    environment.extend(entries.map(|(key, value)| (key.to_string(), value.to_string())));
                }
                Value::Omit | Value::None => {}
                other => self.warn(&format!("could not parse environment value, skipping: {other}")),
            }
        }
        Ok(environment)
    }

    /// The user to become, if there is one. `ansible_become` and its kin come before the keywords.
    fn become_user(
        &self,
        own: &Directives,
        scope: &Scope<'_>,
        world: &dyn World,
    ) -> Result<Option<Become>, Error> {
        let variable = |name: &str| -> Option<Value> {
            use rustle_template::Variable::{Plain, Templated};
            world.variable(name).map(|(Plain(value) | Templated(value))| value)
        };
        let wanted = variable("ansible_become");
        let wanted = wanted.as_ref().or(effective!(become_, own, scope));
        if self.bool_keyword("become", wanted, world)? != Some(true) {
            return Ok(None);
        }
        let text = |name: &str, keyword: Option<&Value>| -> Result<String, Error> {
            let variable = variable(&format!("ansible_{name}"));
            let value = self.text_keyword(name, variable.as_ref().or(keyword), world)?;
            Ok(value.unwrap_or_default())
        };
        let user = text("become_user", effective!(become_user, own, scope))?;
        let method = text("become_method", effective!(become_method, own, scope))?;
        let flags = text("become_flags", effective!(become_flags, own, scope))?;
        let or = |value: String, otherwise: &str| if value.is_empty() { otherwise.to_owned() } else { value };
        Ok(Some(Become { user: or(user, "root"), method: or(method, "sudo"), flags }))
    }
}

/// Ansible's words for a boolean.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(bool) => Some(*bool),
        Value::Int(0) => Some(false),
        Value::Int(1) => Some(true),
        Value::Float(float) if *float == 0.0 => Some(false),
        Value::Float(float) if *float == 1.0 => Some(true),
        Value::Str(text) => match text.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Some(true),
            "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// What is said of a keyword's value that is not of the `kind` that it has to be.
fn unconvertible(name: &str, value: &Value, kind: &str) -> Error {
    let shown = rustle_value::python::repr(value);
    Error::value_error(format!(
        "Error processing keyword '{name}': The value {shown} could not be converted to '{kind}'."
    ))
}

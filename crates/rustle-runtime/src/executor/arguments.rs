//! The arguments of a module: rendered, expressions evaluated, what is omitted left out.

use std::path::Path;
use std::sync::Arc;

use rustle_schema::outcome::Outcome;
use rustle_template::{Error, FileKind, Meant, Options, World};
use rustle_value::{Map, Value};

use crate::args::Evaluated;
use crate::context::Context;
use crate::embedded;
use crate::error::{Error as ModuleError, Result as ModuleResult};
use crate::module::{FolderEntry, Run};
use crate::registry::Registration;
use crate::variables::TaskWorld;

use super::State;

/// The key under which a template of more arguments stands, beside those that are given one by one.
const MORE: &str = "_variable_params";

/// What stands in for a secret in what a module returns.
const MASK: &str = "********";

impl State<'_> {
    /// A task's arguments, ready for the module, over the `defaults` that it has for them.
    ///
    /// # Errors
    /// If a template or expression fails; the message is Ansible's.
    pub(super) fn arguments(
        &self,
        module: &Registration,
        args: &Value,
        defaults: Option<&Value>,
        world: &dyn World,
    ) -> Result<Map, Error> {
        let failed = |error: Error| {
            let name = module.name;
            let full = if name.contains('.') { name.to_owned() } else { format!("ansible.builtin.{name}") };
            error.within(format!("Finalization of task args for '{full}' failed: "))
        };
        let whole;
        let args = match args {
            Value::Map(map) => map,
            Value::None => return Ok(Map::new()),
            template => {
                whole = self.mapping("`args`", template, world).map_err(failed)?;
                &whole
            }
        };
        let more = self.more_arguments(args, world).map_err(failed)?;
        let args = more.as_ref().unwrap_or(args);
        let merged;
        let args = match defaults {
            None => args,
            Some(defaults) => {
                merged = self.over_defaults(defaults, args, world).map_err(failed)?;
                &merged
            }
        };
        let plain = module.expressions.is_empty()
            && !args.iter().any(|(key, value)| needs_work(key) || needs_work(value));
        if plain {
            return Ok(args.clone());
        }
        let mut ready = Map::with_capacity(args.len());
        for (key, value) in args {
            let name = key.as_str().unwrap_or_default();
            let value = if module.expressions.contains(&name) {
                self.expression_argument(value, world, true)
            } else {
                let resolved = self.engine.resolve(value, world);
                resolved.map_err(|error| {
                    failed(error.within(format!("Error while resolving value for '{key}': ")))
                })?
            };
            if !matches!(value, Value::Omit) {
                let key = self.engine.resolve(key, world).map_err(failed)?;
                ready.insert(key, value);
            }
        }
        Ok(ready)
    }
}

impl State<'_> {
    /// The mapping that a template gives; nothing is an empty one.
    fn mapping(&self, what: &str, template: &Value, world: &dyn World) -> Result<Map, Error> {
        match self.engine.resolve(template, world)? {
            Value::Map(map) => Ok(map),
            Value::None | Value::Omit => Ok(Map::new()),
            other => Err(Error::type_error(format!("{what} must be a mapping, not {:?}", other.type_name()))),
        }
    }

    /// All arguments, where some come from a template and others are given one by one, which stand above the former.
    fn more_arguments(&self, args: &Map, world: &dyn World) -> Result<Option<Map>, Error> {
        let Some(template) = args.get(MORE) else { return Ok(None) };
        let mut all = self.mapping("`args`", template, world)?;
        all.extend(
            args.iter()
                .filter(|(key, _)| key.as_str() != Some(MORE))
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        Ok(Some(all))
    }

    /// `args` over the `defaults` of their module.
    fn over_defaults(&self, defaults: &Value, args: &Map, world: &dyn World) -> Result<Map, Error> {
        let mut all = match defaults {
            Value::Map(map) => map.clone(),
            template => self.mapping("the defaults of a module", template, world)?,
        };
        all.extend_from(args);
        Ok(all)
    }

    /// An argument that is a bare expression, or a list of them: evaluated, with its source. A template in its place, as in
    /// `that: "{{ conditions }}"`, may stand for what is meant; `alone` says that no list is around it.
    fn expression_argument(&self, value: &Value, world: &dyn World, alone: bool) -> Value {
        let told = |result: Result<Value, Error>| result.map_err(|error| error.message().to_owned());
        let evaluated =
            |source: &str, result: Result<Value, Error>| Evaluated::new(source, told(result)).to_value();
        match value {
            Value::Str(text) => evaluated(text, self.expression_value(text, world)),
            Value::Template(text) => match self.engine.meant(text, world) {
                Ok(Meant::Expression(meant)) => {
                    let value = told(self.expression_value(&meant, world));
                    let meant = Some(meant.into_owned());
                    Evaluated { meant, ..Evaluated::new(text.as_ref(), value) }.to_value()
                }
                Ok(Meant::List(items)) if alone => {
                    Value::list(items.iter().map(|item| self.expression_argument(item, world, false)))
                }
                Ok(Meant::List(items)) => evaluated(text, Ok(Value::list(items))),
                Ok(Meant::Value(value)) => evaluated(text, Ok(value)),
                Err(error) => evaluated(text, Err(error)),
            },
            Value::List(items) => {
                Value::list(items.iter().map(|item| self.expression_argument(item, world, false)))
            }
            other => other.clone(),
        }
    }

    fn expression_value(&self, text: &str, world: &dyn World) -> Result<Value, Error> {
        let compiled = self.engine.expression(text)?;
        match self.engine.evaluate(&compiled, world)? {
            Value::Undefined(why) => Err(Error::undefined(why.message.as_ref())),
            value => Ok(value),
        }
    }
}

/// Whether a value differs from what it is once rendered.
fn needs_work(value: &Value) -> bool {
    match value {
        Value::Omit => true,
        other => other.has_template(),
    }
}

/// What a module's preparation sees of the run.
pub(super) struct TaskRun<'a, 'p> {
    pub world: &'a TaskWorld<'a, 'p>,
    pub context: &'a Context,
}

impl Run for TaskRun<'_, '_> {
    fn find_file(&self, name: &str, kind: FileKind) -> ModuleResult<String> {
        Ok(World::find_file(self.world, name, kind)?)
    }

    fn read_file(&self, path: &Path) -> ModuleResult<Arc<[u8]>> {
        Ok(World::read_file(self.world, path)?)
    }

    fn list_folder(&self, path: &Path) -> ModuleResult<Vec<FolderEntry>> {
        Ok(embedded::list(&*self.world.state.files, path)?)
    }

    fn entry(&self, path: &Path) -> ModuleResult<FolderEntry> {
        Ok(embedded::entry(&*self.world.state.files, path)?)
    }

    fn render(&self, text: &str, options: &Options, vars: &Map) -> ModuleResult<String> {
        let TaskWorld { state, scope, vars: own, include, locals, .. } = *self.world;
        let world = TaskWorld { state, scope, vars: own, include, locals, extra: Some(vars) };
        let template = state.engine.template(text, options).map_err(Error::from);
        let rendered = template.and_then(|template| state.engine.render_text(&template, &world));
        rendered.map_err(|error| ModuleError::new(format!("Task failed: {}", error.message())))
    }

    fn variable(&self, name: &str) -> ModuleResult<Option<Value>> {
        use rustle_template::Variable::{Plain, Templated};
        match self.world.variable(name) {
            None => Ok(None),
            Some(Plain(value)) => Ok(Some(value)),
            Some(Templated(value)) => {
                let resolved = self.world.state.engine.resolve(&value, self.world);
                resolved.map(Some).map_err(|error| ModuleError::new(error.message()))
            }
        }
    }

    fn role_parameters(&self) -> Vec<String> {
        let params = self.world.scope.role.iter().flat_map(|role| role.params.keys());
        params.map(Value::to_string).collect()
    }

    fn context(&self) -> &Context {
        self.context
    }
}

/// Masks the values of secret arguments wherever they stand in what the module returned.
pub(super) fn mask_secrets(module: &Registration, args: &Map, outcome: &mut Outcome) {
    let mut secrets = Vec::new();
    for value in module.secret_values(args) {
        collect(value, &mut secrets);
    }
    // The longest first: one secret may be a part of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    if secrets.is_empty() {
        return;
    }
    outcome.data = outcome.data.iter().map(|(key, value)| (key.clone(), mask(value, &secrets))).collect();
    for text in outcome.msg.iter_mut().chain(&mut outcome.warnings) {
        *text = mask_text(text, &secrets);
    }
    for diff in &mut outcome.diff {
        diff.before = mask(&diff.before, &secrets);
        diff.after = mask(&diff.after, &secrets);
        diff.prepared = diff.prepared.as_ref().map(|text| mask_text(text, &secrets));
    }
}

fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::Str(text) if !text.is_empty() => secrets.push(text.to_string()),
        Value::Int(_) | Value::Float(_) | Value::BigInt(_) => secrets.push(value.to_string()),
        Value::List(items) | Value::Tuple(items) => items.iter().for_each(|item| collect(item, secrets)),
        Value::Map(map) => map.values().for_each(|item| collect(item, secrets)),
        _ => {}
    }
}

fn mask(value: &Value, secrets: &[String]) -> Value {
    match value {
        Value::Str(text) => Value::from(mask_text(text, secrets)),
        Value::List(items) => Value::list(items.iter().map(|item| mask(item, secrets))),
        Value::Tuple(items) => Value::tuple(items.iter().map(|item| mask(item, secrets))),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), mask(value, secrets))).collect())
        }
        Value::Int(_) | Value::Float(_) | Value::BigInt(_) if secrets.contains(&value.to_string()) => {
            Value::str(MASK)
        }
        other => other.clone(),
    }
}

fn mask_text(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| text.contains(secret.as_str())).cloned().collect::<Vec<_>>()
    {
        text = text.replace(&secret, MASK);
    }
    text
}

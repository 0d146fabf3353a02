//! [`Engine`]: compiles texts and evaluates them.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustle_value::{Map, Value};

use crate::error::{Error, SyntaxError};
use crate::eval::State;
use crate::options::Options;
use crate::registry::Registry;
use crate::template::{Expression, Template};
use crate::world::World;

/// What was compiled, by its text.
type Kept<K, T> = RefCell<FxHashMap<K, Arc<T>>>;

/// How many texts of a kind an engine keeps compiled.
const KEPT: usize = 4096;

/// Compiles templates and expressions, and evaluates them. It keeps what it compiled.
pub struct Engine {
    registry: Registry,
    no_names: Map,
    templates: Kept<Arc<str>, Template>,
    /// Templates with options that are not those of a playbook.
    files: Kept<(Arc<str>, Options), Template>,
    expressions: Kept<Arc<str>, Expression>,
    conditions: Kept<Arc<str>, Expression>,
}

impl Default for Engine {
    fn default() -> Engine {
        Engine::new()
    }
}

impl Engine {
    /// An engine with the builtin filters, tests and lookups.
    pub fn new() -> Engine {
        Engine::with_registry(Registry::builtin())
    }

    /// An engine that knows what stands in `registry`.
    pub fn with_registry(registry: Registry) -> Engine {
        Engine {
            registry,
            no_names: Map::new(),
            templates: RefCell::default(),
            files: RefCell::default(),
            expressions: RefCell::default(),
            conditions: RefCell::default(),
        }
    }

    /// The filters, tests and lookups that this engine knows.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn no_names(&self) -> Map {
        self.no_names.clone()
    }

    /// Compiles a bare expression, as it stands in `when` or `debug: var=`.
    ///
    /// # Errors
    /// If it is none; the message is Jinja2's.
    pub fn expression(&self, source: &str) -> Result<Arc<Expression>, SyntaxError> {
        self.kept_expression(&self.expressions, source, false)
    }

    /// Compiles a condition: an expression in which also text literals that look like templates are rendered.
    pub(crate) fn condition_expression(&self, source: &str) -> Result<Arc<Expression>, SyntaxError> {
        self.kept_expression(&self.conditions, source, true)
    }

    fn kept_expression(
        &self,
        kept: &Kept<Arc<str>, Expression>,
        source: &str,
        condition: bool,
    ) -> Result<Arc<Expression>, SyntaxError> {
        if let Some(expression) = kept.borrow().get(source) {
            return Ok(expression.clone());
        }
        let expression = Arc::new(Expression::new(source, condition, &self.registry)?);
        keep(kept, expression.source.clone(), &expression);
        Ok(expression)
    }

    /// Compiles a template.
    ///
    /// # Errors
    /// If it is none; the message is Jinja2's.
    pub fn template(&self, source: &str, options: &Options) -> Result<Arc<Template>, SyntaxError> {
        if *options == Options::default() {
            return self.playbook_template(source);
        }
        // The key has to own its text, so a file is looked up with a copy of it.
        let key = (Arc::from(source), options.clone());
        if let Some(template) = self.files.borrow().get(&key) {
            return Ok(template.clone());
        }
        let template = Arc::new(Template::new(source, options, &self.registry)?);
        keep(&self.files, key, &template);
        Ok(template)
    }

    /// Compiles a template of a playbook.
    pub(crate) fn playbook_template(&self, source: &str) -> Result<Arc<Template>, SyntaxError> {
        if let Some(template) = self.templates.borrow().get(source) {
            return Ok(template.clone());
        }
        let template = Arc::new(Template::new(source, &Options::default(), &self.registry)?);
        keep(&self.templates, template.source.clone(), &template);
        Ok(template)
    }

    /// Evaluates an expression. The value is finished: no template stands in it. If it is undefined, the result is
    /// [`Value::Undefined`].
    ///
    /// # Errors
    /// If something undefined is used, or anything else fails; in ansible-core's words.
    pub fn evaluate(&self, expression: &Expression, world: &dyn World) -> Result<Value, Error> {
        State::new(self, world).evaluate(expression)
    }

    /// Renders a template. A lone `{{ expression }}` gives the expression's value, of whatever type; anything else gives
    /// text, or `None` if nothing was rendered. `omit` gives [`Value::Omit`].
    ///
    /// # Errors
    /// If something undefined is used, or anything else fails; in ansible-core's words.
    pub fn render(&self, template: &Template, world: &dyn World) -> Result<Value, Error> {
        State::new(self, world).render(template)
    }

    /// Renders a template to text, as the `template` module does with a file.
    ///
    /// # Errors
    /// As [`Engine::render`].
    pub fn render_text(&self, template: &Template, world: &dyn World) -> Result<String, Error> {
        Ok(match self.render(template, world)? {
            Value::Str(text) => text.to_string(),
            Value::None | Value::Omit => String::new(),
            Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            other => rustle_value::python::str(&other),
        })
    }

    /// Renders every template that stands in `value`, however deep. A value that is `omit` gives [`Value::Omit`]; in
    /// containers, entries that are `omit` drop out.
    ///
    /// # Errors
    /// If a template is none, uses something undefined, or fails otherwise.
    pub fn resolve(&self, value: &Value, world: &dyn World) -> Result<Value, Error> {
        if !value.has_template() {
            return Ok(value.clone());
        }
        State::new(self, world).resolve(value)
    }

    /// Calls the filter `name` outside of any template.
    ///
    /// # Errors
    /// If there is none, or it fails.
    pub fn call_filter(
        &self,
        name: &str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
        world: &dyn World,
    ) -> Result<Value, Error> {
        let state = State::new(self, world);
        state.filter(name, value, args, kwargs).and_then(|value| state.not_deferred(value))
    }

    /// Asks the test `name` outside of any template.
    ///
    /// # Errors
    /// If there is none, or it fails.
    pub fn call_test(
        &self,
        name: &str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
        world: &dyn World,
    ) -> Result<bool, Error> {
        State::new(self, world).test(name, value, args, kwargs)
    }

    /// Runs the lookup `name` outside of any template, as `with_<name>` loops do: the list of its results.
    ///
    /// # Errors
    /// If there is none, or it fails.
    pub fn call_lookup(
        &self,
        name: &str,
        terms: Vec<Value>,
        kwargs: Map,
        world: &dyn World,
    ) -> Result<Vec<Value>, Error> {
        State::new(self, world).lookup(name, terms, kwargs)
    }
}

/// Keeps what was compiled. Texts that are made while playbooks run are many; then all is forgotten at once.
fn keep<K: std::hash::Hash + Eq, T>(kept: &Kept<K, T>, key: K, compiled: &Arc<T>) {
    let mut kept = kept.borrow_mut();
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(key, compiled.clone());
}

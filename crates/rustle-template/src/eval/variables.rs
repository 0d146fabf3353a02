//! Variables: what stands in the world, rendered when it is reached.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustle_value::{Map, Value};

use super::{Context, Frame, State};
use crate::code::Local;
use crate::error::Error;
use crate::has_markers;
use crate::options::Options;
use crate::world::Variable;

/// What the templates in variables gave, by the address of their text. Within one evaluation a variable has one value,
/// however often it is named.
#[derive(Default)]
pub(super) struct Rendered(RefCell<FxHashMap<usize, Entry>>);

struct Entry {
    /// The text, kept so that no other comes to stand at its address.
    _text: Arc<str>,
    /// Nothing while it is being rendered.
    value: Option<Result<Value, Error>>,
}

impl State<'_> {
    /// The value of a name that the template does not assign.
    pub(super) fn global(&self, name: &Arc<str>, frame: Frame<'_>) -> Result<Value, Error> {
        if let Some(context) = frame.context {
            if let Some(value) = context.get(name) {
                return self.reached(value);
            }
            if context.is_isolated() {
                return Ok(super::builtins::global(name).unwrap_or_else(|| undefined(name)));
            }
        }
        self.named(name)
    }

    pub(super) fn local(&self, local: &Local, frame: Frame<'_>) -> Result<Value, Error> {
        if let Some(activation) = frame.locals
            && let Some(value) = local.places.iter().find_map(|place| activation.get(*place))
        {
            return self.reached(value);
        }
        self.global(&local.name, frame)
    }

    /// The variable called `name`, finished; undefined if there is none.
    pub(crate) fn variable(&self, name: &str) -> Result<Value, Error> {
        let value = match self.world.variable(name) {
            Some(variable) => self.stored(variable)?,
            None => undefined(name),
        };
        self.settle(value)
    }

    /// The variable, or else the function, called `name`.
    fn named(&self, name: &str) -> Result<Value, Error> {
        match self.world.variable(name) {
            Some(variable) => self.stored(variable),
            None => Ok(super::builtins::global(name).unwrap_or_else(|| undefined(name))),
        }
    }

    fn stored(&self, variable: Variable) -> Result<Value, Error> {
        match variable {
            Variable::Plain(value) => Ok(self.fresh(value)),
            Variable::Templated(value) => {
                if matches!(value, Value::List(_) | Value::Tuple(_) | Value::Map(_)) {
                    self.lazy.set(true);
                }
                self.reached(value)
            }
        }
    }

    /// A value that stands in a variable or a container: rendered if it is a template, else as it is now.
    #[inline]
    pub(super) fn reached(&self, value: Value) -> Result<Value, Error> {
        match value {
            Value::Template(text) => self.render_embedded(&text),
            value => Ok(self.fresh(value)),
        }
    }

    /// Renders a template that stands in a variable.
    pub(super) fn render_embedded(&self, text: &Arc<str>) -> Result<Value, Error> {
        if !has_markers(text) && !text.starts_with(crate::options::HEADER) {
            return Ok(Value::Str(text.clone()));
        }
        let address = text.as_ptr() as usize;
        if let Some(entry) = self.rendered.0.borrow().get(&address) {
            return match &entry.value {
                Some(result) => result.clone().map(|value| self.fresh(value)),
                None => Err(super::endless()),
            };
        }
        self.rendered.0.borrow_mut().insert(address, Entry { _text: text.clone(), value: None });
        let result = self.called(self.render_variable(text).map_err(Error::elsewhere), None);
        if let Some(entry) = self.rendered.0.borrow_mut().get_mut(&address) {
            entry.value = Some(result.clone());
        }
        result
    }

    fn render_variable(&self, text: &Arc<str>) -> Result<Value, Error> {
        self.check_stack()?;
        let template = self.engine.playbook_template(text)?;
        self.render_template(&template, None)
    }

    /// Renders `source` with the variables and, before them, `locals`.
    pub(crate) fn render_source(&self, source: &str, locals: &Map) -> Result<Value, Error> {
        self.check_stack()?;
        let template = self.engine.template(source, &Options::file())?;
        let context = (!locals.is_empty()).then(|| Context::of_map(locals));
        self.lazy.set(self.lazy.get() || locals.values().any(Value::has_template));
        let value = self.render_template(&template, context.as_ref()).map_err(Error::elsewhere)?;
        self.settle(value)
    }
}

/// The undefined value of a name that nobody knows.
#[cold]
pub(super) fn undefined(name: &str) -> Value {
    Value::undefined(format!("{} is undefined", rustle_value::python::repr(&Value::str(name))))
}

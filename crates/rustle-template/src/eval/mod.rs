//! The evaluator.

use rustle_value::value::Undefined;
use rustle_value::{Map, Value};

use crate::call::Call;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::world::{Variable, World};

/// One evaluation, from the outermost expression or template down to everything that it reaches.
pub struct State<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) world: &'a dyn World,
}

impl<'a> State<'a> {
    pub(crate) fn new(engine: &'a Engine, world: &'a dyn World) -> State<'a> {
        State { engine, world }
    }

    pub(crate) fn trip(&self, undefined: &Undefined) -> Error {
        Error::undefined(undefined.message.as_ref())
    }

    pub(crate) fn iterate(&self, value: &Value) -> Result<Vec<Value>, Error> {
        match value {
            Value::List(items) | Value::Tuple(items) => Ok(items.to_vec()),
            Value::Map(map) => Ok(map.keys().cloned().collect()),
            Value::Str(text) => Ok(text.chars().map(|c| Value::from(c.to_string())).collect()),
            Value::Bytes(bytes) => Ok(bytes.iter().map(|byte| Value::from(*byte)).collect()),
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            other => Err(Error::type_error(format!("'{}' object is not iterable", other.type_name()))),
        }
    }

    pub(crate) fn attribute_path(&self, item: &Value, path: &Value) -> Result<Value, Error> {
        let path = path.to_string();
        let mut at = item.clone();
        for part in path.split('.') {
            let next = match (&at, part.parse::<usize>()) {
                (Value::List(items) | Value::Tuple(items), Ok(index)) => items.get(index).cloned(),
                (Value::Map(map), _) => map.get(part).cloned(),
                (Value::Object(object), _) => object.get(part),
                (Value::Undefined(_), _) => return Ok(at),
                _ => None,
            };
            at = next.unwrap_or_else(|| {
                Value::undefined(format!("object of type '{}' has no attribute '{part}'", at.type_name()))
            });
        }
        Ok(at)
    }

    pub(crate) fn text(&self, value: &Value) -> Result<String, Error> {
        match value {
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            other => Ok(rustle_value::python::str(other)),
        }
    }

    pub(crate) fn truth(&self, value: &Value) -> Result<bool, Error> {
        match value {
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            other => Ok(other.is_true()),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Result<Value, Error> {
        match self.world.variable(name) {
            Some(Variable::Plain(value) | Variable::Templated(value)) => Ok(value),
            None => Ok(Value::undefined(format!("'{name}' is undefined"))),
        }
    }

    pub(crate) fn render_source(&self, source: &str, _locals: &Map) -> Result<Value, Error> {
        Ok(Value::str(source))
    }

    pub(crate) fn filter(
        &self,
        name: &str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
    ) -> Result<Value, Error> {
        let Some(filter) = self.engine.registry().filter(name) else {
            return Err(Error::new(ErrorKind::Unknown, format!("The filter plugin '{name}' was not found.")));
        };
        if !filter.takes_undefined {
            self.all_defined(&value, &args, &kwargs)?;
        }
        (filter.run)(&mut Call::new(name, value, args, kwargs, self))
    }

    pub(crate) fn test(
        &self,
        name: &str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
    ) -> Result<bool, Error> {
        let Some(test) = self.engine.registry().test(name) else {
            return Err(Error::new(ErrorKind::Unknown, format!("The test plugin '{name}' was not found.")));
        };
        if !test.takes_undefined {
            self.all_defined(&value, &args, &kwargs)?;
        }
        (test.run)(&mut Call::new(name, value, args, kwargs, self))
    }

    pub(crate) fn lookup(&self, name: &str, terms: Vec<Value>, kwargs: Map) -> Result<Vec<Value>, Error> {
        let Some(lookup) = self.engine.registry().lookup(name) else {
            return Err(Error::new(ErrorKind::Unknown, format!("The lookup plugin '{name}' was not found.")));
        };
        if !lookup.takes_undefined {
            self.all_defined(&Value::None, &terms, &kwargs)?;
        }
        (lookup.run)(&mut Call::new(name, Value::None, terms, kwargs, self))
    }

    pub(crate) fn call(&self, callable: &Value, _args: Vec<Value>, _kwargs: Map) -> Result<Value, Error> {
        Err(Error::type_error(format!("'{}' object is not callable", callable.type_name())))
    }

    fn all_defined(&self, value: &Value, args: &[Value], kwargs: &Map) -> Result<(), Error> {
        match std::iter::once(value).chain(args).chain(kwargs.values()).find(|it| it.is_undefined()) {
            Some(Value::Undefined(undefined)) => Err(self.trip(undefined)),
            _ => Ok(()),
        }
    }
}

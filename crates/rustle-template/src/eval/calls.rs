//! Calls: of functions, methods, filters, tests and lookups.

use std::sync::Arc;

use rustle_value::{Map, Value};

use super::arguments::Arguments;
use super::boundary::of_plugin;
use super::builtins::{BoundMethod, Builtin, Joiner};
use super::{Frame, State, methods};
use crate::call::Call;
use crate::code::{Args, Code, FilterCall, TestCall};
use crate::error::{Error, ErrorKind};
use crate::registry::{Filter, Lookup, Test};

impl State<'_> {
    pub(super) fn call_code(&self, code: &Code, args: &Args, frame: Frame<'_>) -> Result<Value, Error> {
        let callee = self.eval(code, frame)?;
        let args = self.arguments(args, frame)?;
        self.called(self.call_value(&callee, args), Some(code.at))
    }

    pub(super) fn method_code(
        &self,
        code: &Code,
        name: &Arc<str>,
        args: &Args,
        frame: Frame<'_>,
    ) -> Result<Value, Error> {
        let receiver = self.eval(code, frame)?;
        let args = self.arguments(args, frame)?;
        self.called(self.call_method(receiver, name, args), Some(code.at))
    }

    /// Calls a macro or another callable value.
    pub(crate) fn call(&self, callable: &Value, args: Vec<Value>, kwargs: Map) -> Result<Value, Error> {
        let result = self.called(self.call_value(callable, Arguments::new(args, kwargs)), None)?;
        self.settle(result)
    }

    pub(super) fn call_value(&self, callee: &Value, args: Arguments) -> Result<Value, Error> {
        let object = match callee {
            Value::Undefined(_) => return Ok(callee.clone()),
            Value::Object(object) => object.as_any(),
            other => return Err(not_callable(other)),
        };
        if let Some(it) = object.downcast_ref::<super::MacroValue>() {
            return self.call_macro(it, args);
        }
        if let Some(builtin) = object.downcast_ref::<Builtin>()
            && builtin.takes_undefined()
        {
            return self.call_builtin(*builtin, args);
        }
        if let Some(undefined) = self.first_undefined(args.values()) {
            return Ok(undefined);
        }
        if let Some(builtin) = object.downcast_ref::<Builtin>() {
            return self.call_builtin(*builtin, self.settled_arguments(args)?);
        }
        if let Some(method) = object.downcast_ref::<BoundMethod>() {
            return self.call_method(self.fresh(method.of.clone()), &method.name, args);
        }
        if let Some(it) = object.downcast_ref::<super::LoopValue>() {
            return self.call_loop(it, args);
        }
        if let Some(joiner) = object.downcast_ref::<Joiner>() {
            args.check("joiner", 0, 0)?;
            return Ok(joiner.next());
        }
        if let Some(block) = object.downcast_ref::<super::files::BlockValue>() {
            args.check("block", 0, 0)?;
            return self.render_block(block);
        }
        Err(not_callable(callee))
    }

    pub(super) fn call_method(
        &self,
        receiver: Value,
        name: &Arc<str>,
        args: Arguments,
    ) -> Result<Value, Error> {
        if !is_method(&receiver, name) {
            let callee = self.attribute(&receiver, name)?;
            return self.call_value(&callee, args);
        }
        if let Some(undefined) = self.first_undefined(args.values()) {
            return Ok(undefined);
        }
        match receiver {
            Value::List(items) => self.list_method(items, name, args),
            Value::Map(map) => self.dict_method(map, name, args),
            Value::Object(object) => methods::object::call(&*object, name, args),
            receiver => {
                let args = self.settled_arguments(args)?;
                methods::plain::call(&receiver, name, args.positional, args.named)
            }
        }
    }

    pub(super) fn filter_code(&self, call: &FilterCall, at: u32, frame: Frame<'_>) -> Result<Value, Error> {
        let Some(filter) = &call.filter else {
            return Err(unknown("filter", &call.name));
        };
        let value = self.eval(&call.value, frame)?;
        let args = self.arguments(&call.args, frame)?;
        self.run_filter(filter, &call.name, value, args, Some(at))
    }

    fn run_filter(
        &self,
        filter: &Filter,
        name: &str,
        value: Value,
        args: Arguments,
        at: Option<u32>,
    ) -> Result<Value, Error> {
        let value = self.settle(value)?;
        if let Some(undefined) = self.stops(filter.takes_undefined, &value, &args) {
            return Ok(undefined);
        }
        let args = self.settled_arguments(args)?;
        let mut call = Call::new(name, value, args.positional, args.named, self);
        let result = (filter.run)(&mut call).map_err(|error| of_plugin(error, "filter", &full_name(name)));
        self.called(result, at)
    }

    pub(super) fn test_code(&self, call: &TestCall, at: u32, frame: Frame<'_>) -> Result<Value, Error> {
        let Some(test) = &call.test else {
            return Err(unknown("test", &call.name));
        };
        let value = self.eval(&call.value, frame)?;
        let args = self.arguments(&call.args, frame)?;
        self.run_test(test, &call.name, value, args, Some(at))
    }

    fn run_test(
        &self,
        test: &Test,
        name: &str,
        value: Value,
        args: Arguments,
        at: Option<u32>,
    ) -> Result<Value, Error> {
        let value = self.settle(value)?;
        if let Some(undefined) = self.stops(test.takes_undefined, &value, &args) {
            return Ok(undefined);
        }
        let args = self.settled_arguments(args)?;
        let mut call = Call::new(name, value, args.positional, args.named, self);
        let result = (test.run)(&mut call).map_err(|error| of_plugin(error, "test", &full_name(name)));
        self.called(result.map(Value::Bool), at)
    }

    /// The undefined value that a filter or test gives instead of being called. One that stands for an error passes also
    /// through those that take what is undefined.
    fn stops(&self, takes_undefined: bool, value: &Value, args: &Arguments) -> Option<Value> {
        if takes_undefined {
            return self.is_deferred(value).then(|| value.clone());
        }
        self.first_undefined(std::iter::once(value).chain(args.values()))
    }

    /// Calls the filter `name`.
    pub(crate) fn filter(
        &self,
        name: &str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
    ) -> Result<Value, Error> {
        let filter = self.engine.registry().filter(name).copied().ok_or_else(|| unknown("filter", name))?;
        self.run_filter(&filter, name, value, Arguments::new(args, kwargs), None)
    }

    /// Asks the test `name`.
    pub(crate) fn test(
        &self,
        name: &str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
    ) -> Result<bool, Error> {
        let test = self.engine.registry().test(name).copied().ok_or_else(|| unknown("test", name))?;
        let result = self.run_test(&test, name, value, Arguments::new(args, kwargs), None)?;
        self.truth(&result)
    }

    /// Runs the lookup `name`: the list of its results.
    pub(crate) fn lookup(&self, name: &str, terms: Vec<Value>, kwargs: Map) -> Result<Vec<Value>, Error> {
        let lookup = self.known_lookup(name)?;
        let args = Arguments::new(terms, kwargs);
        if let Some(Value::Undefined(undefined)) = self.stops(lookup.takes_undefined, &Value::None, &args) {
            return Err(self.trip(&undefined));
        }
        self.run_lookup(&lookup, name, args)
    }

    fn known_lookup(&self, name: &str) -> Result<Lookup, Error> {
        self.engine.registry().lookup(name).copied().ok_or_else(|| {
            Error::new(ErrorKind::Unknown, format!("The lookup plugin '{name}' was not found.")).whole()
        })
    }

    fn run_lookup(&self, lookup: &Lookup, name: &str, args: Arguments) -> Result<Vec<Value>, Error> {
        let args = self.settled_arguments(args)?;
        let mut call = Call::new(name, Value::None, args.positional, args.named, self);
        (lookup.run)(&mut call).map_err(|error| of_plugin(error, "lookup", name))
    }

    /// `lookup(…)`, or `query(…)` if a list is wanted.
    pub(super) fn call_lookup(&self, mut args: Arguments, want_list: bool) -> Result<Value, Error> {
        if args.positional.is_empty() {
            let function = if want_list { "_query" } else { "_lookup" };
            let message = format!("{function}() missing 1 required positional argument: 'plugin_name'");
            return Err(Error::type_error(message));
        }
        let name = match args.positional.remove(0) {
            Value::Undefined(undefined) => return Err(self.trip(&undefined)),
            name => self.text(&name)?,
        };
        let lookup = self.known_lookup(&name)?;
        if let Some(undefined) = self.stops(lookup.takes_undefined, &Value::None, &args) {
            return Ok(undefined);
        }
        let want_list = match args.named.remove("wantlist") {
            Some(value) => want_list || self.truth(&value)?,
            None => want_list,
        };
        let errors = args.named.remove("errors");
        let errors = errors.as_ref().and_then(Value::as_str).unwrap_or("strict");
        match (self.run_lookup(&lookup, &name, args), errors) {
            (Ok(results), _) => Ok(if want_list { Value::from(results) } else { joined(results) }),
            (Err(error), "warn" | "ignore") if error.kind() != ErrorKind::Undefined => {
                if errors == "warn" {
                    let what = format!("An error occurred while running the lookup plugin '{name}'");
                    self.world.warn(&format!("{what}: {}", error.message()));
                }
                Ok(if want_list { Value::list([]) } else { Value::None })
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// What `lookup` makes of a list of results: the only one, or text with commas, or the list.
fn joined(mut results: Vec<Value>) -> Value {
    if results.len() == 1 {
        return results.pop().unwrap_or_default();
    }
    let texts: Option<Vec<&str>> = results.iter().map(Value::as_str).collect();
    match texts {
        Some(texts) if !texts.is_empty() => Value::from(texts.join(",")),
        _ => Value::from(results),
    }
}

/// Whether a value of this type has a method called `name`.
pub(super) fn is_method(value: &Value, name: &str) -> bool {
    match value {
        Value::List(_) => methods::list::NAMES.contains(&name),
        Value::Map(_) => methods::dict::NAMES.contains(&name),
        Value::Object(object) => methods::object::has(&**object, name),
        other => methods::plain::has(other, name),
    }
}

fn not_callable(value: &Value) -> Error {
    Error::type_error(format!("'{}' object is not callable", value.type_name()))
}

fn unknown(kind: &str, name: &str) -> Error {
    Error::new(ErrorKind::Unknown, format!("No {kind} named '{name}'."))
}

fn full_name(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("ansible.builtin.{name}") }
}

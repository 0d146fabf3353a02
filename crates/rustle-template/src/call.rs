//! [`Call`]: one call of a filter, test or lookup, as its function sees it.

use rustle_value::{Map, Value};

use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::eval::State;
use crate::world::World;

/// One call of a filter, test or lookup.
///
/// The function takes its arguments with [`Call::arg`] and then calls [`Call::finish`], which refuses what nobody took.
pub struct Call<'a> {
    /// What the filter, test or lookup was called by.
    pub name: &'a str,
    /// The value piped in; `None` for a lookup. Undefined only if the registration says that it may be.
    pub value: Value,
    /// The positional arguments that were not taken yet are those from the highest index asked for on.
    pub args: Vec<Value>,
    /// The named arguments that were not taken yet.
    pub kwargs: Map,
    asked: usize,
    needed: usize,
    state: &'a State<'a>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        name: &'a str,
        value: Value,
        args: Vec<Value>,
        kwargs: Map,
        state: &'a State<'a>,
    ) -> Call<'a> {
        Call { name, value, args, kwargs, asked: 0, needed: 0, state }
    }

    /// Takes the argument that stands at `index` (counted without the piped value) or is called `name`.
    pub fn arg(&mut self, index: usize, name: &str) -> Option<Value> {
        self.asked = self.asked.max(index + 1);
        if let Some(slot) = self.args.get_mut(index) {
            return Some(std::mem::take(slot));
        }
        if self.kwargs.is_empty() { None } else { self.kwargs.remove(name) }
    }

    /// Takes an argument that must be given.
    ///
    /// # Errors
    /// If it is not, as Python says it.
    pub fn required(&mut self, index: usize, name: &str) -> Result<Value, Error> {
        self.needed = self.needed.max(index + 1);
        self.arg(index, name).ok_or_else(|| {
            let function = function_name(self.name);
            Error::type_error(format!("{function}() missing 1 required positional argument: '{name}'"))
        })
    }

    /// Takes the named argument `name`, which has no position.
    pub fn named(&mut self, name: &str) -> Option<Value> {
        self.kwargs.remove(name)
    }

    /// Takes all positional arguments from `index` on: Python's `*args`.
    pub fn rest(&mut self, index: usize) -> Vec<Value> {
        self.asked = usize::MAX;
        if index >= self.args.len() { Vec::new() } else { self.args.split_off(index) }
    }

    /// Takes all named arguments: Python's `**kwargs`.
    pub fn rest_named(&mut self) -> Map {
        std::mem::take(&mut self.kwargs)
    }

    /// Refuses arguments that nobody took.
    ///
    /// # Errors
    /// If there are any, as Python says it.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(name) = self.kwargs.keys().next() {
            return Err(Error::type_error(format!(
                "{}() got an unexpected keyword argument '{name}'",
                function_name(self.name)
            )));
        }
        if self.args.len() > self.asked {
            // Python counts the piped value too.
            let (least, most, given) = (self.needed + 1, self.asked + 1, self.args.len() + 1);
            let takes = match most {
                1 => "1 positional argument".to_owned(),
                most if most == least => format!("{most} positional arguments"),
                most => format!("from {least} to {most} positional arguments"),
            };
            let function = function_name(self.name);
            return Err(Error::type_error(format!("{function}() takes {takes} but {given} were given")));
        }
        Ok(())
    }

    /// What surrounds the evaluation.
    pub fn world(&self) -> &'a dyn World {
        self.state.world
    }

    /// The engine that evaluates.
    pub fn engine(&self) -> &'a Engine {
        self.state.engine
    }

    /// The items over which Python would iterate: of a list or tuple, the keys of a dictionary, the characters of text.
    ///
    /// # Errors
    /// If `value` cannot be iterated over, or is undefined.
    pub fn iterate(&self, value: &Value) -> Result<Vec<Value>, Error> {
        self.state.iterate(value)
    }

    /// The attribute of `item` that `path` names, as the `attribute` argument of `map` and `join` does: `a.b.0`, or an
    /// integer. What is not there is [`Value::Undefined`].
    ///
    /// # Errors
    /// If a template that stands there fails.
    pub fn attribute(&self, item: &Value, path: &Value) -> Result<Value, Error> {
        self.state.attribute_path(item, path)
    }

    /// Python's `str(value)`.
    ///
    /// # Errors
    /// If `value` is undefined.
    pub fn text(&self, value: &Value) -> Result<String, Error> {
        self.state.text(value)
    }

    /// Python's `bool(value)`.
    ///
    /// # Errors
    /// If `value` is undefined.
    pub fn truth(&self, value: &Value) -> Result<bool, Error> {
        self.state.truth(value)
    }

    /// The value itself, unless it is undefined.
    ///
    /// # Errors
    /// If it is; the error says why.
    pub fn defined(&self, value: Value) -> Result<Value, Error> {
        match &value {
            Value::Undefined(undefined) => Err(self.state.trip(undefined)),
            _ => Ok(value),
        }
    }

    /// The variable called `name`, finished; undefined if there is none.
    ///
    /// # Errors
    /// If a template in it fails.
    pub fn variable(&self, name: &str) -> Result<Value, Error> {
        self.state.variable(name)
    }

    /// A value with every template in it rendered.
    ///
    /// # Errors
    /// If one of them fails.
    pub fn resolve(&self, value: &Value) -> Result<Value, Error> {
        self.state.resolve(value)
    }

    /// Renders `source` with the same variables and, before them, `locals` (`lookup('template')`).
    ///
    /// # Errors
    /// If it is no template, or fails.
    pub fn render(&self, source: &str, locals: &Map) -> Result<Value, Error> {
        self.state.render_source(source, locals)
    }

    /// Calls the filter `name`.
    ///
    /// # Errors
    /// If there is none, or it fails.
    pub fn filter(&self, name: &str, value: Value, args: Vec<Value>, kwargs: Map) -> Result<Value, Error> {
        self.state.filter(name, value, args, kwargs)
    }

    /// Asks the test `name`.
    ///
    /// # Errors
    /// If there is none, or it fails.
    pub fn test(&self, name: &str, value: Value, args: Vec<Value>, kwargs: Map) -> Result<bool, Error> {
        self.state.test(name, value, args, kwargs)
    }

    /// Runs the lookup `name`.
    ///
    /// # Errors
    /// If there is none, or it fails.
    pub fn lookup(&self, name: &str, terms: Vec<Value>, kwargs: Map) -> Result<Vec<Value>, Error> {
        self.state.lookup(name, terms, kwargs)
    }

    /// Calls a macro or another callable value.
    ///
    /// # Errors
    /// If it cannot be called, or fails.
    pub fn call(&self, callable: &Value, args: Vec<Value>, kwargs: Map) -> Result<Value, Error> {
        self.state.call(callable, args, kwargs)
    }

    /// An error of this call that is Python's `KeyError` or `ValueError`.
    pub fn error(&self, message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Value, message)
    }
}

/// What Python calls the function behind a filter, as its errors name it.
fn function_name(name: &str) -> String {
    const JINJA: [&str; 33] = [
        "batch",
        "capitalize",
        "center",
        "dictsort",
        "filesizeformat",
        "first",
        "float",
        "forceescape",
        "format",
        "indent",
        "int",
        "items",
        "join",
        "last",
        "list",
        "lower",
        "max",
        "min",
        "pprint",
        "replace",
        "reverse",
        "round",
        "slice",
        "sort",
        "striptags",
        "sum",
        "title",
        "tojson",
        "trim",
        "truncate",
        "upper",
        "urlencode",
        "wordcount",
    ];
    let short = name.rsplit_once('.').map_or(name, |(_, short)| short);
    match short {
        "d" | "default" => "ansible_default".to_owned(),
        "bool" => "to_bool".to_owned(),
        "random" => "rand".to_owned(),
        "shuffle" => "randomize_list".to_owned(),
        "hash" => "get_hash".to_owned(),
        "log" => "logarithm".to_owned(),
        "pow" => "power".to_owned(),
        "root" => "inversepower".to_owned(),
        "dict2items" => "dict_to_list_of_dict_key_value_elements".to_owned(),
        "items2dict" => "list_of_dict_key_value_elements_to_dict".to_owned(),
        "wordwrap" | "xmlattr" => format!("do_{short}"),
        _ if JINJA.contains(&short) => format!("do_{short}"),
        _ => short.to_owned(),
    }
}

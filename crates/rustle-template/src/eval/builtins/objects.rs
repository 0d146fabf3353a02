//! What the builtin functions make, and methods that are not called.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustle_value::{Map, Object, Value};

/// `namespace(a=1)`: the only thing whose attributes a template can set.
pub(crate) struct Namespace {
    values: Mutex<Map>,
}

impl Namespace {
    pub(super) fn new(values: Map) -> Namespace {
        Namespace { values: Mutex::new(values) }
    }

    pub(crate) fn set(&self, name: &Arc<str>, value: Value) {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), value);
    }
}

impl Object for Namespace {
    fn type_name(&self) -> &str {
        "Namespace"
    }

    fn get(&self, name: &str) -> Option<Value> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn text(&self) -> String {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner).clone();
        format!("<Namespace {values:?}>")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `cycler('a', 'b')`
pub(crate) struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
}

impl Cycler {
    pub(super) fn new(items: Vec<Value>) -> Cycler {
        Cycler { items, at: AtomicUsize::new(0) }
    }

    fn current(&self) -> Value {
        let at = self.at.load(Ordering::Relaxed) % self.items.len().max(1);
        self.items.get(at).cloned().unwrap_or_default()
    }

    pub(crate) fn next(&self) -> Value {
        let current = self.current();
        self.at.fetch_add(1, Ordering::Relaxed);
        current
    }

    pub(crate) fn reset(&self) {
        self.at.store(0, Ordering::Relaxed);
    }
}

impl Object for Cycler {
    fn type_name(&self) -> &str {
        "Cycler"
    }

    fn get(&self, name: &str) -> Option<Value> {
        (name == "current").then(|| self.current())
    }

    fn text(&self) -> String {
        "<Cycler>".into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `joiner(', ')`: nothing the first time it is called, then the separator.
pub(crate) struct Joiner {
    between: Value,
    used: AtomicBool,
}

impl Joiner {
    pub(super) fn new(between: Value) -> Joiner {
        Joiner { between, used: AtomicBool::new(false) }
    }

    pub(crate) fn next(&self) -> Value {
        match self.used.swap(true, Ordering::Relaxed) {
            true => self.between.clone(),
            false => Value::str(""),
        }
    }
}

impl Object for Joiner {
    fn type_name(&self) -> &str {
        "Joiner"
    }

    fn get(&self, name: &str) -> Option<Value> {
        (name == "sep").then(|| self.between.clone())
    }

    fn text(&self) -> String {
        "<Joiner>".into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A method that is named but not called: `text.upper`.
pub(crate) struct BoundMethod {
    pub(crate) of: Value,
    pub(crate) name: Arc<str>,
}

impl Object for BoundMethod {
    fn type_name(&self) -> &str {
        "builtin_function_or_method"
    }

    fn get(&self, _name: &str) -> Option<Value> {
        None
    }

    fn text(&self) -> String {
        format!("<built-in method {} of {} object>", self.name, self.of.type_name())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

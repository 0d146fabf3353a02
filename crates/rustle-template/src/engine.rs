//! [`Engine`]: compiles texts and evaluates them.

use rustle_value::{Map, Value};

use crate::error::Error;
use crate::eval::State;
use crate::registry::Registry;
use crate::world::World;

/// Compiles templates and expressions, and evaluates them. It keeps what it compiled.
pub struct Engine {
    registry: Registry,
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
        Engine { registry }
    }

    /// The filters, tests and lookups that this engine knows.
    pub fn registry(&self) -> &Registry {
        &self.registry
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
        State::new(self, world).filter(name, value, args, kwargs)
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

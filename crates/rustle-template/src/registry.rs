//! The table of what a template may call by name.

use rustc_hash::FxHashMap;
use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;

/// A filter: makes a value of the one that is piped in.
pub type FilterFn = fn(&mut Call<'_>) -> Result<Value, Error>;

/// A test: says whether something holds of the value.
pub type TestFn = fn(&mut Call<'_>) -> Result<bool, Error>;

/// A lookup: a list of results for the terms, which are the positional arguments.
pub type LookupFn = fn(&mut Call<'_>) -> Result<Vec<Value>, Error>;

/// A filter under one of its names.
#[derive(Clone, Copy)]
pub struct Filter {
    /// What templates call it, without a collection.
    pub name: &'static str,
    /// What it does.
    pub run: FilterFn,
    /// Whether it is called although its value or an argument is undefined, as `default` is. All others fail before.
    pub takes_undefined: bool,
}

impl Filter {
    /// A filter that wants its value and arguments defined.
    pub const fn new(name: &'static str, run: FilterFn) -> Filter {
        Filter { name, run, takes_undefined: false }
    }

    /// A filter that is called with what is undefined too.
    pub const fn with_undefined(name: &'static str, run: FilterFn) -> Filter {
        Filter { name, run, takes_undefined: true }
    }
}

/// A test under one of its names.
#[derive(Clone, Copy)]
pub struct Test {
    /// What templates call it, without a collection.
    pub name: &'static str,
    /// What it does.
    pub run: TestFn,
    /// Whether it is called although its value or an argument is undefined, as `defined` is.
    pub takes_undefined: bool,
}

impl Test {
    /// A test that wants its value and arguments defined.
    pub const fn new(name: &'static str, run: TestFn) -> Test {
        Test { name, run, takes_undefined: false }
    }

    /// A test that is called with what is undefined too.
    pub const fn with_undefined(name: &'static str, run: TestFn) -> Test {
        Test { name, run, takes_undefined: true }
    }
}

/// A lookup.
#[derive(Clone, Copy)]
pub struct Lookup {
    /// What templates call it, without a collection.
    pub name: &'static str,
    /// What it does.
    pub run: LookupFn,
    /// Whether it is called although a term is undefined, as `first_found` and `varnames` may be.
    pub takes_undefined: bool,
}

impl Lookup {
    /// A lookup that wants its terms defined.
    pub const fn new(name: &'static str, run: LookupFn) -> Lookup {
        Lookup { name, run, takes_undefined: false }
    }
}

/// Every filter, test and lookup that an engine knows.
#[derive(Clone, Default)]
pub struct Registry {
    filters: FxHashMap<&'static str, Filter>,
    tests: FxHashMap<&'static str, Test>,
    lookups: FxHashMap<&'static str, Lookup>,
}

impl Registry {
    /// The builtin ones.
    pub fn builtin() -> Registry {
        let mut registry = Registry::default();
        crate::filters::TABLES.iter().copied().flatten().for_each(|it| registry.add_filter(*it));
        crate::tests::TABLES.iter().copied().flatten().for_each(|it| registry.add_test(*it));
        crate::lookups::TABLES.iter().copied().flatten().for_each(|it| registry.add_lookup(*it));
        registry
    }

    /// Adds a filter; a later one of the same name wins.
    pub fn add_filter(&mut self, filter: Filter) {
        self.filters.insert(filter.name, filter);
    }

    /// Adds a test; a later one of the same name wins.
    pub fn add_test(&mut self, test: Test) {
        self.tests.insert(test.name, test);
    }

    /// Adds a lookup; a later one of the same name wins.
    pub fn add_lookup(&mut self, lookup: Lookup) {
        self.lookups.insert(lookup.name, lookup);
    }

    /// The filter called `name`, with or without `ansible.builtin.` before it.
    pub fn filter(&self, name: &str) -> Option<&Filter> {
        self.filters.get(short(name))
    }

    /// The test called `name`, with or without `ansible.builtin.` before it.
    pub fn test(&self, name: &str) -> Option<&Test> {
        self.tests.get(short(name))
    }

    /// The lookup called `name`, with or without `ansible.builtin.` before it.
    pub fn lookup(&self, name: &str) -> Option<&Lookup> {
        self.lookups.get(short(name))
    }

    /// The names of all filters, sorted.
    pub fn filter_names(&self) -> Vec<&'static str> {
        sorted(self.filters.keys())
    }

    /// The names of all tests, sorted.
    pub fn test_names(&self) -> Vec<&'static str> {
        sorted(self.tests.keys())
    }

    /// The names of all lookups, sorted.
    pub fn lookup_names(&self) -> Vec<&'static str> {
        sorted(self.lookups.keys())
    }
}

/// `name` without the collections that every playbook sees.
fn short(name: &str) -> &str {
    name.strip_prefix("ansible.builtin.").or_else(|| name.strip_prefix("ansible.legacy.")).unwrap_or(name)
}

fn sorted<'a>(names: impl Iterator<Item = &'a &'static str>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = names.copied().collect();
    names.sort_unstable();
    names
}

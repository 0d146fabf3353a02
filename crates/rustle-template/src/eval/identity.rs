//! Python's lists and dictionaries are references: a change through one name is seen through all.
//!
//! Values here share their content and copy it when it changes, so a change has to be remembered: once a container was
//! changed, its old content stands for the new one, for whoever still holds it. As long as nothing is changed, this costs
//! one look at a flag.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustle_value::{Map, Value};

use super::State;

/// The containers that were changed in an evaluation.
#[derive(Default)]
pub(super) struct Identities {
    changed: Cell<bool>,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Which container the content at an address stands for.
    of: FxHashMap<usize, usize>,
    /// What each container holds now.
    now: Vec<Value>,
    /// Content that is outdated: it is kept so that nothing else comes to stand at its address.
    old: Vec<Value>,
}

impl Identities {
    /// Whether anything was changed.
    #[inline]
    pub(super) fn changed(&self) -> bool {
        self.changed.get()
    }
}

/// The address of a container's content.
fn address(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(Arc::as_ptr(items) as *const () as usize),
        Value::Map(map) => Some(map.address()),
        _ => None,
    }
}

fn is_shared(value: &Value) -> bool {
    match value {
        Value::List(items) => Arc::strong_count(items) > 1,
        Value::Map(map) => map.is_shared(),
        _ => false,
    }
}

impl State<'_> {
    /// The value with what a container holds now.
    #[inline]
    pub(super) fn fresh(&self, value: Value) -> Value {
        if self.identities.changed() { self.current(value) } else { value }
    }

    #[cold]
    fn current(&self, value: Value) -> Value {
        let Some(address) = address(&value) else { return value };
        let inner = self.identities.inner.borrow();
        inner.of.get(&address).and_then(|index| inner.now.get(*index)).cloned().unwrap_or(value)
    }

    /// Changes the list `items`, for everybody who holds it.
    pub(super) fn change_list<T: Default>(
        &self,
        items: Arc<Vec<Value>>,
        change: impl FnOnce(&mut Vec<Value>) -> T,
    ) -> T {
        self.change(Value::List(items), |value| match value {
            Value::List(items) => change(Arc::make_mut(items)),
            _ => T::default(),
        })
    }

    /// Changes the dictionary `map`, for everybody who holds it.
    pub(super) fn change_map<T: Default>(&self, map: Map, change: impl FnOnce(&mut Map) -> T) -> T {
        self.change(Value::Map(map), |value| match value {
            Value::Map(map) => change(map),
            _ => T::default(),
        })
    }

    /// Lets `new`, which is the same container as `old` with its content brought up to date, stand for it.
    pub(super) fn adopt(&self, old: &Value, new: &Value) {
        self.change(old.clone(), |value| value.clone_from(new));
    }

    fn change<T: Default>(&self, held: Value, change: impl FnOnce(&mut Value) -> T) -> T {
        let Some(held_at) = address(&held) else { return T::default() };
        self.identities.changed.set(true);
        let mut guard = self.identities.inner.borrow_mut();
        let inner = &mut *guard;
        let index = match inner.of.get(&held_at) {
            Some(index) => {
                drop(held);
                *index
            }
            None => {
                inner.now.push(held);
                inner.of.insert(held_at, inner.now.len() - 1);
                inner.now.len() - 1
            }
        };
        let Some(now) = inner.now.get_mut(index) else { return T::default() };
        if is_shared(now) {
            inner.old.push(now.clone());
        }
        let result = change(now);
        if let Some(address) = address(now) {
            inner.of.insert(address, index);
        }
        result
    }
}

//! [`Map`]: a Python dictionary.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};
use rustc_hash::FxHasher;

use crate::value::Value;

type Inner = IndexMap<Value, Value, BuildHasherDefault<FxHasher>>;

/// A dictionary in insertion order. Cloning shares; the first change to a shared one copies it.
#[derive(Clone, Default)]
pub struct Map(Arc<Inner>);

/// A text key, asked for without making a [`Value`] of it.
struct Key<'a>(&'a str);

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Equivalent<Value> for Key<'_> {
    fn equivalent(&self, key: &Value) -> bool {
        key.as_str() == Some(self.0)
    }
}

impl Map {
    /// An empty dictionary.
    pub fn new() -> Map {
        Map::default()
    }

    /// An empty dictionary with room for `n` entries.
    pub fn with_capacity(n: usize) -> Map {
        Map(Arc::new(Inner::with_capacity_and_hasher(n, Default::default())))
    }

    /// Where the content stands, which tells whether two dictionaries share it.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// Whether others share the content.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value under the text `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(&Key(key))
    }

    /// The value under any `key`.
    pub fn get_value(&self, key: &Value) -> Option<&Value> {
        self.0.get(key)
    }

    /// Whether the text `key` is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(&Key(key))
    }

    /// Puts `value` under `key`, at the end if the key is new, and returns what was there.
    pub fn insert(&mut self, key: impl Into<Value>, value: impl Into<Value>) -> Option<Value> {
        Arc::make_mut(&mut self.0).insert(key.into(), value.into())
    }

    /// Takes the text `key` out, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        if !self.contains_key(key) {
            return None;
        }
        Arc::make_mut(&mut self.0).shift_remove(&Key(key))
    }

    /// Takes any `key` out, keeping the order of the others.
    pub fn remove_value(&mut self, key: &Value) -> Option<Value> {
        Arc::make_mut(&mut self.0).shift_remove(key)
    }

    /// The value under the text `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        Arc::make_mut(&mut self.0).get_mut(&Key(key))
    }

    /// The value under any `key`, to be changed.
    pub fn get_value_mut(&mut self, key: &Value) -> Option<&mut Value> {
        Arc::make_mut(&mut self.0).get_mut(key)
    }

    /// The entries in order.
    pub fn iter(&self) -> indexmap::map::Iter<'_, Value, Value> {
        self.0.iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> indexmap::map::Keys<'_, Value, Value> {
        self.0.keys()
    }

    /// The values in order.
    pub fn values(&self) -> indexmap::map::Values<'_, Value, Value> {
        self.0.values()
    }

    /// The values in order, to be changed.
    pub fn values_mut(&mut self) -> indexmap::map::ValuesMut<'_, Value, Value> {
        Arc::make_mut(&mut self.0).values_mut()
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Value, &mut Value) -> bool) {
        Arc::make_mut(&mut self.0).retain(keep);
    }

    /// Takes over every entry of `other`, its value winning.
    pub fn extend_from(&mut self, other: &Map) {
        if self.is_empty() {
            *self = other.clone();
        } else if !other.is_empty() {
            Arc::make_mut(&mut self.0).extend(other.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }

    /// The address of what this dictionary shares with its clones.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = Map::new();
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Map {}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&Value::Map(self.clone()), f)
    }
}

impl<K: Into<Value>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Map {
        Map(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()))
    }
}

impl<K: Into<Value>, V: Into<Value>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        Arc::make_mut(&mut self.0).extend(entries.into_iter().map(|(key, value)| (key.into(), value.into())));
    }
}

impl<K: Into<Value>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Map {
    fn from(entries: [(K, V); N]) -> Map {
        entries.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Value, &'a Value);
    type IntoIter = indexmap::map::Iter<'a, Value, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Value, Value);
    type IntoIter = indexmap::map::IntoIter<Value, Value>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

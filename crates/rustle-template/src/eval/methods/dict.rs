//! The methods of dictionaries.

use rustle_value::{Map, Value};

use super::super::State;
use super::super::arguments::Arguments;
use super::super::expressions::hashable;
use crate::error::Error;

/// What they are called.
pub(in crate::eval) const NAMES: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];

impl State<'_> {
    pub(in crate::eval) fn dict_method(
        &self,
        map: Map,
        name: &str,
        mut args: Arguments,
    ) -> Result<Value, Error> {
        match name {
            "get" => {
                args.check("get", 1, 2)?;
                let [key, default] = args.into_array();
                let key = hashed(key)?;
                match map.get_value(&key) {
                    Some(value) => self.reached(value.clone()),
                    None => Ok(default.unwrap_or_default()),
                }
            }
            "keys" => {
                args.check("dict.keys", 0, 0)?;
                Ok(Value::list(map.keys().cloned()))
            }
            "values" => {
                args.check("dict.values", 0, 0)?;
                Ok(Value::list(self.entries(map)?.into_iter().map(|(_, value)| value)))
            }
            "items" => {
                args.check("dict.items", 0, 0)?;
                let entries = self.entries(map)?;
                Ok(Value::list(entries.into_iter().map(|(key, value)| Value::tuple([key, value]))))
            }
            "copy" => {
                args.check("dict.copy", 0, 0)?;
                Ok(Value::Map(map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()))
            }
            "setdefault" => {
                args.check("setdefault", 1, 2)?;
                let [key, default] = args.into_array();
                let key = hashed(key)?;
                if let Some(value) = map.get_value(&key) {
                    return self.reached(value.clone());
                }
                let default = default.unwrap_or_default();
                let value = default.clone();
                self.change_map(map, |map| {
                    map.insert(key, value);
                });
                Ok(default)
            }
            "pop" => {
                args.check("pop", 1, 2)?;
                let [key, default] = args.into_array();
                let key = hashed(key)?;
                match (self.change_map(map, |map| map.remove_value(&key)), default) {
                    (Some(value), _) => self.reached(value),
                    (None, Some(default)) => Ok(default),
                    (None, None) => Err(Error::value_error(format!("{key:?}"))),
                }
            }
            "popitem" => {
                args.check("dict.popitem", 0, 0)?;
                let Some(key) = map.keys().next_back().cloned() else {
                    return Err(Error::value_error("popitem(): dictionary is empty"));
                };
                let value = self.change_map(map, |map| map.remove_value(&key)).unwrap_or_default();
                Ok(Value::tuple([key, self.reached(value)?]))
            }
            "clear" => {
                args.check("dict.clear", 0, 0)?;
                self.change_map(map, Map::clear);
                Ok(Value::None)
            }
            "update" => {
                let named = std::mem::take(&mut args.named);
                args.check("update", 0, 1)?;
                let mut new = Map::new();
                if let Some(other) = args.take(0, "other") {
                    self.add_entries(&mut new, &other)?;
                }
                new.extend_from(&named);
                self.change_map(map, |map| map.extend_from(&new));
                Ok(Value::None)
            }
            // `fromkeys`, which has nothing to do with this dictionary.
            _ => {
                args.check("fromkeys", 1, 2)?;
                let [keys, value] = args.into_array();
                let keys = self.items(&keys.unwrap_or_default())?;
                let value = value.unwrap_or_default();
                keys.iter().try_for_each(hashable)?;
                Ok(Value::Map(keys.iter().map(|key| (key.clone(), value.clone())).collect()))
            }
        }
    }

    /// The entries, each of which has to be defined.
    fn entries(&self, map: Map) -> Result<Vec<(Value, Value)>, Error> {
        map.into_iter()
            .map(|(key, value)| match self.reached(value)? {
                Value::Undefined(undefined) => Err(self.trip(&undefined)),
                value => Ok((key, value)),
            })
            .collect()
    }
}

fn hashed(key: Option<Value>) -> Result<Value, Error> {
    let key = key.unwrap_or_default();
    hashable(&key)?;
    Ok(key)
}

//! The functions that every template knows.

mod objects;
mod range;

use std::any::Any;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;
use rustle_value::{Map, Object, Value};

use super::State;
use super::arguments::Arguments;
use crate::error::Error;
pub(crate) use crate::moment::Moment;
pub(crate) use objects::{BoundMethod, Cycler, Joiner, Namespace};
pub(crate) use range::RangeValue;

/// A function that every template knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    Lookup,
    Query,
    Range,
    Dict,
    Namespace,
    Cycler,
    Joiner,
    Now,
    Undef,
}

/// What every template knows, by name.
static GLOBALS: LazyLock<FxHashMap<&'static str, Value>> = LazyLock::new(|| {
    let functions = [
        ("lookup", Builtin::Lookup),
        ("query", Builtin::Query),
        ("q", Builtin::Query),
        ("range", Builtin::Range),
        ("dict", Builtin::Dict),
        ("namespace", Builtin::Namespace),
        ("cycler", Builtin::Cycler),
        ("joiner", Builtin::Joiner),
        ("now", Builtin::Now),
        ("undef", Builtin::Undef),
    ];
    let mut globals: FxHashMap<&str, Value> = functions
        .into_iter()
        .map(|(name, function)| (name, Value::Object(Arc::new(function) as Arc<dyn Object>)))
        .collect();
    globals.insert("omit", Value::Omit);
    globals
});

/// The names that every template knows.
pub(crate) fn global_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = GLOBALS.keys().copied().collect();
    names.sort_unstable();
    names
}

/// Whether every template knows `name`.
pub(crate) fn is_global(name: &str) -> bool {
    GLOBALS.contains_key(name)
}

/// What every template knows as `name`.
pub(super) fn global(name: &str) -> Option<Value> {
    GLOBALS.get(name).cloned()
}

impl Builtin {
    /// Whether it deals with undefined arguments itself.
    pub(super) fn takes_undefined(self) -> bool {
        matches!(self, Builtin::Lookup | Builtin::Query | Builtin::Undef)
    }
}

impl Object for Builtin {
    fn type_name(&self) -> &str {
        match self {
            Builtin::Range | Builtin::Dict | Builtin::Namespace | Builtin::Cycler | Builtin::Joiner => "type",
            _ => "function",
        }
    }

    fn get(&self, _name: &str) -> Option<Value> {
        None
    }

    fn text(&self) -> String {
        format!("<{} {self:?}>", self.type_name())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl State<'_> {
    pub(super) fn call_builtin(&self, builtin: Builtin, mut args: Arguments) -> Result<Value, Error> {
        match builtin {
            Builtin::Lookup => self.call_lookup(args, false),
            Builtin::Query => self.call_lookup(args, true),
            Builtin::Range => RangeValue::call(args).map(object),
            Builtin::Dict => self.make_dict(args, "dict").map(Value::Map),
            Builtin::Namespace => Ok(object(Namespace::new(self.make_dict(args, "namespace")?))),
            Builtin::Cycler => {
                if args.positional.is_empty() {
                    return Err(Error::value_error("at least one item has to be provided"));
                }
                Ok(object(Cycler::new(args.positional)))
            }
            Builtin::Joiner => {
                let between = args.take(0, "sep").unwrap_or_else(|| Value::str(", "));
                Ok(object(Joiner::new(between)))
            }
            Builtin::Now => {
                let utc = args.take(0, "utc").is_some_and(|it| it.is_true());
                let format = args.take(1, "fmt").filter(Value::is_true);
                let now = if utc { Moment::now_utc() } else { Moment::now() };
                match format {
                    Some(format) => Ok(Value::from(now.strftime(&self.text(&format)?)?)),
                    None => Ok(object(now)),
                }
            }
            Builtin::Undef => Ok(Value::undefined(match args.take(0, "hint") {
                None | Some(Value::None) => "Mandatory variable has not been overridden".to_owned(),
                Some(Value::Str(hint)) => hint.to_string(),
                Some(other) => {
                    let kind = other.type_name();
                    let message =
                        format!("The 'hint' argument must be of type 'str' or 'NoneType', not '{kind}'.");
                    return Err(Error::type_error(message));
                }
            })),
        }
    }

    /// Python's `dict(mapping or pairs, **named)`.
    pub(super) fn make_dict(&self, args: Arguments, function: &str) -> Result<Map, Error> {
        if args.positional.len() > 1 {
            let given = args.positional.len();
            let message = format!("{function} expected at most 1 argument, got {given}");
            return Err(Error::type_error(message));
        }
        let mut map = Map::with_capacity(args.named.len());
        for value in args.positional {
            self.add_entries(&mut map, &value)?;
        }
        map.extend_from(&args.named);
        Ok(map)
    }

    /// Adds the entries of a dictionary, or pairs, to `map`, as Python's `dict.update` does.
    pub(super) fn add_entries(&self, map: &mut Map, value: &Value) -> Result<(), Error> {
        if let Value::Map(other) = value {
            for (key, value) in other {
                map.insert(key.clone(), value.clone());
            }
            return Ok(());
        }
        for (index, pair) in self.items(value)?.iter().enumerate() {
            let entry = self.items(pair).map_err(|_| {
                Error::type_error(format!(
                    "cannot convert dictionary update sequence element #{index} to a sequence"
                ))
            })?;
            let [key, value] = entry.as_slice() else {
                return Err(Error::value_error(format!(
                    "dictionary update sequence element #{index} has length {}; 2 is required",
                    entry.len()
                )));
            };
            super::expressions::hashable(key)?;
            map.insert(key.clone(), value.clone());
        }
        Ok(())
    }
}

fn object(it: impl Object + 'static) -> Value {
    Value::Object(Arc::new(it))
}

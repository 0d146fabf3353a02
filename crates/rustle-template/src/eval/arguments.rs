//! The arguments of a call: evaluated, and taken by functions of the engine itself.

use rustle_value::{Map, Value};

use super::{Frame, State};
use crate::code::Args;
use crate::error::Error;

/// The evaluated arguments of a call.
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Map,
}

impl State<'_> {
    pub(super) fn arguments(&self, args: &Args, frame: Frame<'_>) -> Result<Arguments, Error> {
        let mut positional = self.eval_all(&args.positional, frame)?;
        if let Some(star) = &args.star {
            let value = self.eval(star, frame)?;
            match self.items(&value) {
                Ok(items) => positional.extend(items.iter().cloned()),
                Err(error) if value.is_undefined() => return Err(error),
                Err(_) => {
                    let kind = value.type_name();
                    return Err(Error::type_error(format!("Value after * must be an iterable, not {kind}")));
                }
            }
        }
        let mut named = match args.named.len() {
            0 => self.no_names.clone(),
            n => Map::with_capacity(n),
        };
        for (name, value) in &args.named {
            named.insert(name.clone(), self.eval(value, frame)?);
        }
        if let Some(star_star) = &args.star_star {
            match self.eval(star_star, frame)? {
                Value::Map(map) => {
                    for (key, value) in &map {
                        if named.insert(key.clone(), self.reached(value.clone())?).is_some() {
                            let message = format!("got multiple values for keyword argument '{key}'");
                            return Err(Error::type_error(message));
                        }
                    }
                }
                Value::Undefined(undefined) => return Err(self.trip(&undefined)),
                other => {
                    let kind = other.type_name();
                    let message = format!("argument after ** must be a mapping, not {kind}");
                    return Err(Error::type_error(message));
                }
            }
        }
        Ok(Arguments { positional, named })
    }

    /// The same arguments, settled.
    pub(super) fn settled_arguments(&self, mut args: Arguments) -> Result<Arguments, Error> {
        if !args.values().any(|value| self.is_unsettled(value)) {
            return Ok(args);
        }
        for value in &mut args.positional {
            *value = self.settle(std::mem::take(value))?;
        }
        let mut named = Map::with_capacity(args.named.len());
        for (name, value) in args.named {
            named.insert(name, self.settle(value)?);
        }
        Ok(Arguments { positional: args.positional, named })
    }
}

impl Arguments {
    pub(super) fn new(positional: Vec<Value>, named: Map) -> Arguments {
        Arguments { positional, named }
    }

    /// All values.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.positional.iter().chain(self.named.values())
    }

    /// Takes the argument at `index` or called `name`.
    pub(super) fn take(&mut self, index: usize, name: &str) -> Option<Value> {
        match self.positional.get_mut(index) {
            Some(value) => Some(std::mem::take(value)),
            None if self.named.is_empty() => None,
            None => self.named.remove(name),
        }
    }

    /// Refuses more positional arguments than `most`, fewer than `least`, and named ones.
    pub(super) fn check(&self, function: &str, least: usize, most: usize) -> Result<(), Error> {
        let given = self.positional.len();
        if let Some(name) = self.named.keys().next() {
            let message = format!("{function}() got an unexpected keyword argument '{name}'");
            return Err(Error::type_error(message));
        }
        if (least..=most).contains(&given) {
            return Ok(());
        }
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        Err(Error::type_error(match (least, most) {
            (0, 0) => format!("{function}() takes no arguments ({given} given)"),
            (1, 1) => format!("{function}() takes exactly one argument ({given} given)"),
            (least, most) if least == most => {
                format!("{function} expected {least} {}, got {given}", plural(least))
            }
            (least, _) if given < least => {
                format!("{function} expected at least {least} {}, got {given}", plural(least))
            }
            (_, most) => format!("{function} expected at most {most} {}, got {given}", plural(most)),
        }))
    }

    /// The positional arguments as an array of `N`, those not given being nothing.
    pub(super) fn into_array<const N: usize>(self) -> [Option<Value>; N] {
        let mut values = self.positional.into_iter();
        std::array::from_fn(|_| values.next())
    }
}

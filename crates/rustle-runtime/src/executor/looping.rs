//! Loops: their items, and what all of their results come to.

use rustle_schema::task::{Loop, LoopControl};
use rustle_template::{Error, ErrorKind, World};
use rustle_value::{Map, Value};

use super::State;
use super::result::Finished;
use crate::variables::Locals;

/// Why a loop has no items.
pub(super) enum LoopError {
    /// Something in it is undefined: an error only if the task's condition holds.
    Undefined(Error),
    /// It fails in any case, with this message.
    Other(String),
}

impl State<'_> {
    /// The items of a loop.
    pub(super) fn items(&self, looping: &Loop, world: &dyn World) -> Result<Vec<Value>, LoopError> {
        let wrong = |error: Error| match error.kind() {
            ErrorKind::Undefined => LoopError::Undefined(error),
            _ => LoopError::Other(error.message().to_owned()),
        };
        let value = self.engine.resolve(&looping.items, world).map_err(wrong)?;
        let Some(lookup) = &looping.with else {
            return match value {
                Value::List(items) => Ok(items.to_vec()),
                Value::Omit => Err(LoopError::Other("A template was resolved to an Omit scalar.".into())),
                Value::Undefined(why) => Err(LoopError::Undefined(Error::undefined(why.message.as_ref()))),
                other => Err(LoopError::Other(format!(
                    "The `loop` value must resolve to a 'list', not '{}'.",
                    other.type_name()
                ))),
            };
        };
        let terms = match value {
            Value::List(items) => items.to_vec(),
            other => vec![other],
        };
        let name = rustle_schema::names::canonical(lookup);
        self.engine.call_lookup(name, terms, Map::new(), world).map_err(wrong)
    }
}

/// `loop_control`, rendered as far as it does not depend on the item.
pub(super) struct Control<'a> {
    /// The variable that holds the item.
    pub loop_var: &'a str,
    /// The variable that holds its index.
    pub index_var: Option<&'a str>,
    /// How an item is shown, if not by itself.
    pub label: Option<&'a Value>,
    /// Seconds between two items.
    pub pause: f64,
    /// Whether `ansible_loop` is there.
    pub extended: bool,
    /// Whether it holds all items.
    pub allitems: bool,
    /// What ends the loop early.
    pub break_when: &'a [Value],
}

impl<'a> Control<'a> {
    /// The control of a loop.
    ///
    /// # Errors
    /// If one of its keywords cannot be rendered, or has the wrong type.
    pub fn new(control: &'a LoopControl, state: &State<'_>, world: &dyn World) -> Result<Control<'a>, Error> {
        Ok(Control {
            loop_var: control.loop_var.as_deref().unwrap_or("item"),
            index_var: control.index_var.as_deref(),
            label: control.label.as_ref(),
            pause: state.number_keyword("pause", control.pause.as_ref(), world)?.unwrap_or(0.0),
            extended: state.bool_keyword("extended", control.extended.as_ref(), world)?.unwrap_or(false),
            allitems: state
                .bool_keyword("extended_allitems", control.extended_allitems.as_ref(), world)?
                .unwrap_or(true),
            break_when: &control.break_when,
        })
    }

    /// Sets the variables of one item, and returns those that its result has too.
    pub fn enter(&self, items: &[Value], index: usize, locals: &mut Locals) -> Map {
        let item = items.get(index).cloned().unwrap_or_default();
        let mut vars = Map::from([(self.loop_var, item), ("ansible_loop_var", Value::from(self.loop_var))]);
        if let Some(name) = self.index_var {
            vars.insert(name, index);
            vars.insert("ansible_index_var", name);
        }
        if self.extended {
            vars.insert("ansible_loop", self.extended(items, index));
        }
        for (name, value) in &vars {
            locals.set(name.as_str().unwrap_or_default(), value.clone());
        }
        vars
    }

    fn extended(&self, items: &[Value], index: usize) -> Map {
        let length = items.len();
        let mut all = Map::from([
            ("index", Value::from(index + 1)),
            ("index0", Value::from(index)),
            ("first", Value::Bool(index == 0)),
            ("last", Value::Bool(index + 1 == length)),
            ("length", Value::from(length)),
            ("revindex", Value::from(length - index)),
            ("revindex0", Value::from(length - index - 1)),
        ]);
        if self.allitems {
            all.insert("allitems", items.to_vec());
        }
        if let Some(next) = items.get(index + 1) {
            all.insert("nextitem", next.clone());
        }
        if let Some(previous) = index.checked_sub(1).and_then(|index| items.get(index)) {
            all.insert("previtem", previous.clone());
        }
        all
    }
}

/// The results of a loop's items, and what they come to.
#[derive(Default)]
pub(super) struct Collected {
    results: Vec<Value>,
    skipped: bool,
    changed: bool,
    failed: bool,
    whole: Finished,
}

impl Collected {
    /// Nothing yet.
    pub fn new() -> Collected {
        Collected { skipped: true, ..Collected::default() }
    }

    /// Adds one item.
    pub fn add(&mut self, item: Finished) {
        self.changed |= item.changed();
        self.skipped &= item.skipped();
        if item.result.get("failed").is_some_and(Value::is_true) {
            // One failure that is not ignored is enough.
            self.whole.ignore_errors = item.ignore_errors && (!self.failed || self.whole.ignore_errors);
            self.failed = true;
        }
        self.whole.no_log |= item.no_log;
        if !item.no_log {
            self.whole.shown_items.push(self.results.len());
        }
        self.whole.unreachable |= item.unreachable;
        self.whole.effects.extend(item.effects);
        for name in item.notify {
            if !self.whole.notify.contains(&name) {
                self.whole.notify.push(name);
            }
        }
        self.whole.warnings.extend(item.warnings);
        self.results.push(Value::Map(item.result));
    }

    /// The result of the whole loop.
    pub fn finish(mut self) -> Finished {
        let result = &mut self.whole.result;
        result.insert("changed", self.changed);
        let message = if self.skipped {
            "All items skipped"
        } else if self.failed {
            "One or more items failed"
        } else {
            "All items completed"
        };
        result.insert("msg", message);
        result.insert("results", self.results);
        result.insert("skipped", self.skipped);
        if self.failed {
            result.insert("failed", true);
        }
        self.whole
    }

    /// The result of a loop over nothing.
    pub fn nothing() -> Finished {
        let result = Map::from([
            ("changed", Value::Bool(false)),
            ("skipped", Value::Bool(true)),
            ("skipped_reason", Value::str("No items in the list")),
            ("results", Value::list([])),
        ]);
        Finished { result, ..Finished::default() }
    }
}

//! Macros, and the object `loop`.

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustle_value::{Object, Value};

use super::arguments::Arguments;
use super::{Activation, Context, Frame, Output, State};
use crate::code::{Function, Loop};
use crate::error::Error;
use crate::options::Options;

/// Where a function was made: what it sees.
#[derive(Clone)]
pub(crate) struct Closure {
    pub(super) locals: Option<Arc<Activation>>,
    pub(super) context: Option<Arc<Context>>,
    pub(super) options: Arc<Options>,
}

impl Closure {
    pub(super) fn of(frame: Frame<'_>) -> Closure {
        Closure {
            locals: frame.locals.cloned(),
            context: frame.context.cloned(),
            options: frame.options.clone(),
        }
    }

    /// The frame of a call whose slots are `locals`.
    pub(super) fn frame<'f>(&'f self, locals: &'f Arc<Activation>) -> Frame<'f> {
        Frame { locals: Some(locals), context: self.context.as_ref(), options: &self.options }
    }
}

/// A macro, or what `caller` is in one.
pub(crate) struct MacroValue {
    pub(super) function: Arc<Function>,
    pub(super) closure: Closure,
}

impl Object for MacroValue {
    fn type_name(&self) -> &str {
        "Macro"
    }

    fn get(&self, name: &str) -> Option<Value> {
        let function = &self.function;
        Some(match name {
            "name" => Value::str(&function.name),
            "arguments" => function.parameters.iter().map(|it| Value::str(&it.name)).collect(),
            "catch_kwargs" => Value::Bool(function.kwargs.is_some()),
            "catch_varargs" => Value::Bool(function.varargs.is_some()),
            "caller" => Value::Bool(function.caller.is_some()),
            _ => return None,
        })
    }

    fn text(&self) -> String {
        format!("<Macro {:?}>", Value::str(&self.function.name))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl State<'_> {
    pub(super) fn call_macro(&self, it: &MacroValue, mut args: Arguments) -> Result<Value, Error> {
        self.check_stack()?;
        let function = &*it.function;
        let locals = Activation::new(function.slots, it.closure.locals.clone());
        let frame = it.closure.frame(&locals);
        let count = function.parameters.len();
        let rest = if args.positional.len() > count { args.positional.split_off(count) } else { Vec::new() };
        let mut positional = args.positional.into_iter();
        let mut missing = Vec::new();
        for parameter in &function.parameters {
            let given = positional.next().or_else(|| args.named.remove(&parameter.name));
            match given {
                Some(value) => locals.set(parameter.slot, Some(value)),
                None => missing.push(parameter),
            }
        }
        if let Some(slot) = function.caller {
            let caller = args.named.remove("caller").filter(|it| !it.is_none());
            locals.set(slot, Some(caller.unwrap_or_else(|| Value::undefined("No caller defined"))));
        }
        if let Some(slot) = function.kwargs {
            locals.set(slot, Some(Value::Map(args.named)));
        } else if let Some(name) = args.named.keys().next() {
            let message = format!("macro '{}' takes no keyword argument {name:?}", function.name);
            return Err(Error::type_error(message));
        }
        if let Some(slot) = function.varargs {
            locals.set(slot, Some(Value::tuple(rest)));
        } else if !rest.is_empty() {
            let message = format!("macro '{}' takes not more than {count} argument(s)", function.name);
            return Err(Error::type_error(message));
        }
        // Defaults see the parameters before them.
        for parameter in missing {
            let value = match &parameter.default {
                Some(default) => self.eval(default, frame)?,
                None => Value::undefined(format!("parameter '{}' was not provided", parameter.name)),
            };
            locals.set(parameter.slot, Some(value));
        }
        let mut out = Output::default();
        self.run_all(&function.steps, frame, &mut out)?;
        Ok(out.into_value())
    }
}

/// `loop`, while a loop runs.
pub(crate) struct LoopValue {
    pub(super) items: Arc<Vec<Value>>,
    pub(super) index: AtomicUsize,
    pub(super) depth: usize,
    pub(super) changed: Mutex<Option<Vec<Value>>>,
    /// What `loop(…)` runs, in a recursive loop.
    pub(super) recursion: Option<(Arc<Loop>, Closure)>,
}

impl LoopValue {
    fn index0(&self) -> usize {
        self.index.load(Ordering::Relaxed)
    }

    /// `loop.cycle(a, b)`
    pub(crate) fn cycle(&self, args: &[Value]) -> Result<Value, Error> {
        match self.index0().checked_rem(args.len()).and_then(|at| args.get(at)) {
            Some(value) => Ok(value.clone()),
            None => Err(Error::type_error("no items for cycling given")),
        }
    }

    /// `loop.changed(a)`
    pub(crate) fn changed(&self, args: Vec<Value>) -> Value {
        let mut last = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = last.as_ref() != Some(&args);
        *last = Some(args);
        Value::Bool(changed)
    }
}

impl Object for LoopValue {
    fn type_name(&self) -> &str {
        "LoopContext"
    }

    fn get(&self, name: &str) -> Option<Value> {
        let (index, len) = (self.index0(), self.items.len());
        Some(match name {
            "index" => Value::from(index + 1),
            "index0" => Value::from(index),
            "revindex" => Value::from(len.saturating_sub(index)),
            "revindex0" => Value::from(len.saturating_sub(index + 1)),
            "first" => Value::Bool(index == 0),
            "last" => Value::Bool(index + 1 == len),
            "length" => Value::from(len),
            "depth" => Value::from(self.depth + 1),
            "depth0" => Value::from(self.depth),
            "previtem" => match index.checked_sub(1).and_then(|index| self.items.get(index)) {
                Some(item) => item.clone(),
                None => Value::undefined("there is no previous item"),
            },
            "nextitem" => match self.items.get(index + 1) {
                Some(item) => item.clone(),
                None => Value::undefined("there is no next item"),
            },
            _ => return None,
        })
    }

    fn text(&self) -> String {
        format!("<LoopContext {}/{}>", self.index0() + 1, self.items.len())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

//! The evaluator.
//!
//! Everything runs in one [`State`], from the outermost expression or template down to the variables, macros and included
//! files that it reaches. Undefined values flow as values, as in Ansible: whoever needs a value of them fails with their
//! message.

mod access;
mod arguments;
mod arithmetic;
mod boundary;
mod builtins;
mod calls;
mod expressions;
mod files;
mod finish;
mod functions;
mod identity;
mod iterate;
mod loops;
mod methods;
mod output;
mod statements;
mod variables;

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex, PoisonError};

use rustle_value::value::Undefined;
use rustle_value::{Map, Value};

use crate::code::Place;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::template::{Expression, Template};
use crate::world::World;

pub(crate) use builtins::{global_names, is_global};
pub(crate) use files::Context;
pub(crate) use functions::{LoopValue, MacroValue};
use identity::Identities;
pub(crate) use output::Output;
use variables::Rendered;

/// How many bytes of the stack an evaluation may take: half of what a thread has.
const STACK: usize = 768 * 1024;

/// One evaluation, from the outermost expression or template down to everything that it reaches.
pub struct State<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) world: &'a dyn World,
    /// The named arguments of a call without any.
    no_names: Map,
    /// Whether a container was met in which templates may stand that are not rendered yet.
    lazy: Cell<bool>,
    /// Whether a template runs that can change lists and dictionaries.
    changing: Cell<bool>,
    /// What the templates in variables gave.
    rendered: Rendered,
    /// Lists and dictionaries that were changed.
    identities: Identities,
    /// Errors that undefined values stand for.
    deferred: RefCell<Vec<(Arc<str>, Error)>>,
    /// Where the stack was when the evaluation began.
    stack: usize,
}

/// The slots of one call of a function, of a template, or of a level of a recursive loop.
#[derive(Debug)]
pub(crate) struct Activation {
    slots: Mutex<Vec<Option<Value>>>,
    parent: Option<Arc<Activation>>,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'f> {
    locals: Option<&'f Arc<Activation>>,
    context: Option<&'f Arc<Context>>,
    /// How templates that this one includes are read.
    options: &'f Arc<Options>,
}

impl Activation {
    pub(crate) fn new(slots: usize, parent: Option<Arc<Activation>>) -> Arc<Activation> {
        Arc::new(Activation { slots: Mutex::new(vec![None; slots]), parent })
    }

    fn set(&self, slot: usize, value: Option<Value>) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = slots.get_mut(slot) {
            *place = value;
        }
    }

    fn clear(&self, range: &std::ops::Range<usize>) {
        if range.is_empty() {
            return;
        }
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = slots.get_mut(range.clone()) {
            places.fill(None);
        }
    }

    fn get(&self, place: Place) -> Option<Value> {
        let mut activation = self;
        for _ in 0..place.up {
            activation = activation.parent.as_deref()?;
        }
        let slots = activation.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(usize::from(place.slot)).cloned().flatten()
    }
}

impl<'a> State<'a> {
    pub(crate) fn new(engine: &'a Engine, world: &'a dyn World) -> State<'a> {
        State {
            engine,
            world,
            no_names: engine.no_names(),
            lazy: Cell::new(false),
            changing: Cell::new(false),
            rendered: Rendered::default(),
            identities: Identities::default(),
            deferred: RefCell::new(Vec::new()),
            stack: stack_address(),
        }
    }

    /// The error that the use of an undefined value gives.
    #[cold]
    pub(crate) fn trip(&self, undefined: &Undefined) -> Error {
        match self.deferred_error(undefined) {
            Some(error) => error,
            None => Error::undefined(undefined.message.as_ref()),
        }
    }

    /// Whether the value is undefined because something failed.
    fn is_deferred(&self, value: &Value) -> bool {
        matches!(value, Value::Undefined(undefined) if self.deferred_error(undefined).is_some())
    }

    /// The error that an undefined value stands for, if it stands for one.
    fn deferred_error(&self, undefined: &Undefined) -> Option<Error> {
        let deferred = self.deferred.borrow();
        let (_, error) = deferred.iter().find(|(message, _)| Arc::ptr_eq(message, &undefined.message))?;
        Some(error.clone())
    }

    /// The value, unless it is an undefined one that stands for an error.
    pub(crate) fn not_deferred(&self, value: Value) -> Result<Value, Error> {
        match &value {
            Value::Undefined(undefined) => self.deferred_error(undefined).map_or(Ok(value), Err),
            _ => Ok(value),
        }
    }

    /// An undefined value that stands for `error`: it fails with it as soon as it is used, even by `default`.
    fn defer(&self, error: Error) -> Value {
        let message: Arc<str> = Arc::from(error.message());
        if error.kind() != ErrorKind::Undefined {
            self.deferred.borrow_mut().push((message.clone(), error));
        }
        Value::Undefined(Undefined { message })
    }

    /// Fails before the stack is used up.
    #[inline]
    fn check_stack(&self) -> Result<(), Error> {
        if self.stack.abs_diff(stack_address()) > STACK { Err(endless()) } else { Ok(()) }
    }
}

#[cold]
fn endless() -> Error {
    Error::new(ErrorKind::Recursion, "Recursive loop detected in template").whole()
}

/// About where the stack is now.
#[inline]
fn stack_address() -> usize {
    let here = 0u8;
    std::ptr::from_ref(&here) as usize
}

impl State<'_> {
    pub(crate) fn evaluate(&self, expression: &Expression) -> Result<Value, Error> {
        let frame = Frame { locals: None, context: None, options: &expression.options };
        let result = match self.eval(&expression.code, frame) {
            Ok(value @ Value::Undefined(_)) => self.not_deferred(value),
            Ok(value) => self.finish(value),
            Err(error) => Err(error),
        };
        result.map_err(|error| boundary::of_text(error, "expression"))
    }

    pub(crate) fn render(&self, template: &Template) -> Result<Value, Error> {
        let value = self.render_template(template, None)?;
        self.finish(value).map_err(|error| boundary::of_text(error, "template"))
    }

    pub(crate) fn resolve(&self, value: &Value) -> Result<Value, Error> {
        self.lazy.set(true);
        self.finish(value.clone()).map_err(|error| boundary::of_text(error, "template"))
    }
}

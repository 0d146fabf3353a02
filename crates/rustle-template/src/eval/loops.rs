//! Loops.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustle_value::Value;

use super::arguments::Arguments;
use super::functions::Closure;
use super::statements::Flow;
use super::{Activation, Frame, LoopValue, Output, State};
use crate::code::Loop;
use crate::error::Error;

/// The most items by which a loop may lengthen the list that it goes through: one that always does would never end.
const GROWTH: usize = 100_000;

impl State<'_> {
    pub(super) fn run_loop(&self, it: &Arc<Loop>, frame: Frame<'_>, out: &mut Output) -> Result<(), Error> {
        let iterable = self.eval(&it.iter, frame)?;
        let items = self.items(&iterable).map_err(|error| error.at(it.iter.at as usize))?;
        self.run_items(it, items, 0, frame, out)
    }

    /// `loop(items)` in a recursive loop.
    pub(super) fn call_loop(&self, value: &LoopValue, mut args: Arguments) -> Result<Value, Error> {
        let Some((it, closure)) = &value.recursion else {
            return Err(Error::type_error(
                "The loop must have the 'recursive' marker to be called recursively.",
            ));
        };
        self.check_stack()?;
        let Some(iterable) = args.take(0, "iterable") else {
            let message = "LoopContext.__call__() missing 1 required positional argument: 'iterable'";
            return Err(Error::type_error(message));
        };
        let items = self.items(&iterable)?;
        let frame = Frame {
            locals: closure.locals.as_ref(),
            context: closure.context.as_ref(),
            options: &closure.options,
        };
        let mut out = Output::default();
        self.run_items(it, items, value.depth + 1, frame, &mut out)?;
        Ok(out.into_value())
    }

    fn run_items(
        &self,
        it: &Arc<Loop>,
        items: Arc<Vec<Value>>,
        depth: usize,
        frame: Frame<'_>,
        out: &mut Output,
    ) -> Result<(), Error> {
        let own = it.own_slots.map(|slots| Activation::new(slots, frame.locals.cloned()));
        let inner = Frame { locals: own.as_ref().or(frame.locals), ..frame };
        let items = match &it.test {
            Some(_) => Arc::new(self.chosen(it, &items, inner)?),
            None => items,
        };
        if items.is_empty() {
            return self.run_scope(&it.otherwise, frame, out).map(|_| ());
        }
        let value = it.loop_slot.map(|_| {
            Arc::new(LoopValue {
                items: items.clone(),
                index: AtomicUsize::new(0),
                depth,
                changed: Mutex::new(None),
                recursion: it.own_slots.map(|_| (it.clone(), Closure::of(frame))),
            })
        });
        let mut index = 0;
        loop {
            let Some(item) = self.item_now(&items, index, it.test.is_none()) else { return Ok(()) };
            if index.saturating_sub(items.len()) > GROWTH {
                return Err(super::endless());
            }
            let item = self.reached(item)?;
            if let (Some(value), Some(slot), Some(locals)) = (&value, it.loop_slot, inner.locals) {
                value.index.store(index, Ordering::Relaxed);
                locals.set(slot, Some(Value::Object(value.clone())));
            }
            self.assign(&it.target, item, inner)?;
            if let ControlFlow::Break(Flow::Break) = self.run_scope(&it.body, inner, out)? {
                return Ok(());
            }
            index += 1;
        }
    }

    /// An item of what a loop goes through. A list that the loop makes longer is gone through to its new end; it is not
    /// held on to between the items, so that it can be made longer in place.
    fn item_now(&self, items: &Arc<Vec<Value>>, index: usize, live: bool) -> Option<Value> {
        match self.fresh(Value::List(items.clone())) {
            Value::List(now) if live => now.get(index).cloned(),
            _ => items.get(index).cloned(),
        }
    }

    /// The items for which the loop's `if` holds.
    fn chosen(&self, it: &Loop, items: &[Value], frame: Frame<'_>) -> Result<Vec<Value>, Error> {
        let mut chosen = Vec::new();
        for item in items {
            let item = self.reached(item.clone())?;
            self.assign(&it.target, item.clone(), frame)?;
            if match &it.test {
                Some(test) => self.condition_of(test, frame)?,
                None => true,
            } {
                chosen.push(item);
            }
        }
        Ok(chosen)
    }
}

//! Statements.

use std::ops::ControlFlow;
use std::sync::Arc;

use rustle_value::Value;

use super::builtins::Namespace;
use super::functions::{Closure, MacroValue};
use super::{Frame, Output, State};
use crate::code::{Code, Filtered, Function, Op, Scope, Step, Target};
use crate::error::Error;

/// What ends the statements before their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Break,
    Continue,
    /// The rest of the template does not matter: it extends another, which was rendered.
    Extended,
}

/// How statements ended.
pub(super) type Ended = ControlFlow<Flow>;

const NEXT: Ended = ControlFlow::Continue(());

impl State<'_> {
    pub(super) fn run(&self, steps: &[Step], frame: Frame<'_>, out: &mut Output) -> Result<Ended, Error> {
        for (index, step) in steps.iter().enumerate() {
            let ended = match step {
                Step::Text(text) => {
                    self.push_text(out, text)?;
                    NEXT
                }
                Step::Output(code) => {
                    let value = self.eval(code, frame)?;
                    self.push(out, value).map_err(|error| error.at(code.at as usize))?;
                    NEXT
                }
                Step::If(branches, otherwise) => self.run_if(branches, otherwise, frame, out)?,
                Step::Set(target, code) => {
                    let value = self.eval(code, frame)?;
                    self.assign(target, value, frame).map_err(|error| error.at(code.at as usize))?;
                    NEXT
                }
                Step::For(it) => {
                    self.run_loop(it, frame, out)?;
                    NEXT
                }
                Step::Extends { template, visible } => {
                    let rest = steps.get(index + 1..).unwrap_or_default();
                    self.extends(template, visible, rest, frame, out)?
                }
                step => self.run_more(step, frame, out)?,
            };
            if ended.is_break() {
                return Ok(ended);
            }
        }
        Ok(NEXT)
    }

    /// Runs the steps of a function or template, which nothing but their end ends.
    pub(super) fn run_all(&self, steps: &[Step], frame: Frame<'_>, out: &mut Output) -> Result<(), Error> {
        self.run(steps, frame, out).map(|_| ())
    }

    /// What is rarer, and needs more room on the stack.
    fn run_more(&self, step: &Step, frame: Frame<'_>, out: &mut Output) -> Result<Ended, Error> {
        self.check_stack()?;
        match step {
            Step::SetBlock(target, filter, scope) => {
                let mut value = self.captured(scope, frame)?;
                if let Some(filter) = filter {
                    value = self.filtered(filter, value, frame)?;
                }
                self.assign(target, value, frame)?;
            }
            Step::With(bindings, scope) => {
                let mut values = Vec::with_capacity(bindings.len());
                for (_, code) in bindings {
                    values.push(self.eval(code, frame)?);
                }
                self.empty(scope, frame);
                for ((target, _), value) in bindings.iter().zip(values) {
                    self.assign(target, value, frame)?;
                }
                return self.run(&scope.steps, frame, out);
            }
            Step::Macro(place, function) => {
                self.assign(&Target::Place(*place), macro_value(function, frame), frame)?;
            }
            Step::CallBlock(code, caller) => {
                let value = self.call_block(code, caller, frame)?;
                self.push(out, value)?;
            }
            Step::FilterBlock(filter, scope) => {
                let value = self.captured(scope, frame)?;
                let value = self.filtered(filter, value, frame)?;
                self.push(out, value)?;
            }
            Step::Include(include) => self.include(include, frame, out)?,
            Step::Import { template, target, visible } => {
                let module = self.import(template, visible.as_deref(), frame)?;
                self.assign(&Target::Place(*target), Value::Object(Arc::new(module)), frame)?;
            }
            Step::FromImport { template, names, visible } => {
                let module = self.import(template, visible.as_deref(), frame)?;
                for (name, place) in names {
                    self.assign(&Target::Place(*place), module.export(name), frame)?;
                }
            }
            Step::Block { name, visible } => self.block(name, visible, frame, out)?,
            Step::Scope(scope) => return self.run_scope(scope, frame, out),
            Step::Do(code) => {
                self.eval(code, frame)?;
            }
            Step::Break => return Ok(ControlFlow::Break(Flow::Break)),
            Step::Continue => return Ok(ControlFlow::Break(Flow::Continue)),
            // `run` has dealt with all others.
            _ => {}
        }
        Ok(NEXT)
    }

    fn run_if(
        &self,
        branches: &[(Code, Vec<Step>)],
        otherwise: &[Step],
        frame: Frame<'_>,
        out: &mut Output,
    ) -> Result<Ended, Error> {
        for (condition, body) in branches {
            if self.condition_of(condition, frame)? {
                return self.run(body, frame, out);
            }
        }
        self.run(otherwise, frame, out)
    }

    pub(super) fn run_scope(
        &self,
        scope: &Scope,
        frame: Frame<'_>,
        out: &mut Output,
    ) -> Result<Ended, Error> {
        self.empty(scope, frame);
        self.run(&scope.steps, frame, out)
    }

    fn empty(&self, scope: &Scope, frame: Frame<'_>) {
        if let Some(locals) = frame.locals {
            locals.clear(&scope.slots);
        }
    }

    /// What a scope renders, as a value.
    fn captured(&self, scope: &Scope, frame: Frame<'_>) -> Result<Value, Error> {
        let mut out = Output::default();
        self.run_scope(scope, frame, &mut out).map(|_| out.into_value())
    }

    fn filtered(&self, filter: &Filtered, value: Value, frame: Frame<'_>) -> Result<Value, Error> {
        if let Some(locals) = frame.locals {
            locals.set(filter.slot, Some(value));
        }
        self.eval(&filter.code, frame)
    }

    fn call_block(&self, code: &Code, caller: &Arc<Function>, frame: Frame<'_>) -> Result<Value, Error> {
        let (callee, mut args) = match &code.op {
            Op::Call(call) => (self.eval(&call.0, frame)?, self.arguments(&call.1, frame)?),
            Op::Method(call) => {
                let receiver = self.eval(&call.0, frame)?;
                (self.attribute(&receiver, &call.1)?, self.arguments(&call.2, frame)?)
            }
            _ => return Err(Error::type_error("expected call")),
        };
        args.named.insert("caller", macro_value(caller, frame));
        self.called(self.call_value(&callee, args), Some(code.at))
    }

    pub(super) fn assign(&self, target: &Target, value: Value, frame: Frame<'_>) -> Result<(), Error> {
        match target {
            Target::Place(place) => {
                if let Some(locals) = frame.locals {
                    locals.set(usize::from(place.slot), Some(value));
                }
                Ok(())
            }
            Target::Tuple(targets) => {
                let items = match &value {
                    Value::Undefined(undefined) => return Err(self.trip(undefined)),
                    value => self.items(value).map_err(|_| {
                        let kind = value.type_name();
                        Error::type_error(format!("cannot unpack non-iterable {kind} object"))
                    })?,
                };
                let (wanted, given) = (targets.len(), items.len());
                if given > wanted {
                    let message = format!("too many values to unpack (expected {wanted})");
                    return Err(Error::value_error(message));
                }
                if given < wanted {
                    let message = format!("not enough values to unpack (expected {wanted}, got {given})");
                    return Err(Error::value_error(message));
                }
                for (target, item) in targets.iter().zip(items.iter()) {
                    self.assign(target, self.reached(item.clone())?, frame)?;
                }
                Ok(())
            }
            Target::Attribute(of, name) => match self.eval(of, frame)? {
                Value::Undefined(undefined) => Err(self.trip(&undefined)),
                Value::Object(object) => match object.as_any().downcast_ref::<Namespace>() {
                    Some(namespace) => {
                        namespace.set(name, value);
                        Ok(())
                    }
                    None => Err(no_namespace()),
                },
                _ => Err(no_namespace()),
            },
        }
    }
}

fn no_namespace() -> Error {
    Error::type_error("cannot assign attribute on non-namespace object")
}

fn macro_value(function: &Arc<Function>, frame: Frame<'_>) -> Value {
    Value::Object(Arc::new(MacroValue { function: function.clone(), closure: Closure::of(frame) }))
}

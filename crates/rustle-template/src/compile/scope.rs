//! Where names stand.

use std::ops::Range;
use std::sync::Arc;

use super::Compiler;
use crate::ast::Span;
use crate::code::{Code, Local, Op, Place};

/// The slots of one function, macro or template, while it is compiled.
pub(super) struct Activation {
    /// How many slots were given out.
    pub(super) slots: usize,
    scopes: Vec<Vec<(Arc<str>, usize)>>,
    /// Whether the names outside cannot be seen.
    closed: bool,
}

impl Activation {
    pub(super) fn new(closed: bool) -> Activation {
        Activation { slots: 0, scopes: Vec::new(), closed }
    }

    fn add(&mut self, name: Arc<str>) -> usize {
        let slot = self.slots;
        self.slots += 1;
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, slot));
        }
        slot
    }
}

impl Compiler<'_> {
    /// Opens a scope in which `names` are assigned.
    pub(super) fn open_scope(&mut self, names: Vec<Arc<str>>) -> Range<usize> {
        let Some(activation) = self.activations.last_mut() else { return 0..0 };
        activation.scopes.push(Vec::with_capacity(names.len()));
        let start = activation.slots;
        for name in names {
            activation.add(name);
        }
        start..activation.slots
    }

    pub(super) fn close_scope(&mut self) {
        if let Some(activation) = self.activations.last_mut() {
            activation.scopes.pop();
        }
    }

    /// A slot that has no name.
    pub(super) fn hidden_slot(&mut self) -> usize {
        match self.activations.last_mut() {
            Some(activation) => {
                activation.slots += 1;
                activation.slots - 1
            }
            None => 0,
        }
    }

    /// The slot of `name`, which the innermost scope assigns.
    pub(super) fn place(&mut self, name: &Arc<str>) -> Place {
        let Some(activation) = self.activations.last_mut() else { return Place { up: 0, slot: 0 } };
        let known = activation.scopes.last().and_then(|scope| scope.iter().find(|(known, _)| known == name));
        let slot = match known {
            Some((_, slot)) => *slot,
            None => activation.add(name.clone()),
        };
        Place { up: 0, slot: slot.try_into().unwrap_or(u16::MAX) }
    }

    /// The code that reads `name`.
    pub(super) fn name(&self, name: &Arc<str>, span: Span) -> Code {
        let at = span.start;
        match self.local(name) {
            Some(local) => Code { op: Op::Local(local), at },
            None => Code { op: Op::Global(name.clone()), at },
        }
    }

    fn local(&self, name: &Arc<str>) -> Option<Local> {
        let mut places = Vec::new();
        for (up, activation) in self.activations.iter().rev().enumerate() {
            for scope in activation.scopes.iter().rev() {
                if let Some((_, slot)) = scope.iter().rev().find(|(known, _)| known == name) {
                    places.push(Place { up: up as u16, slot: (*slot).try_into().unwrap_or(u16::MAX) });
                }
            }
            if activation.closed {
                break;
            }
        }
        (!places.is_empty()).then(|| Local { name: name.clone(), places })
    }

    /// Every local name that can be seen here.
    pub(super) fn visible(&self) -> Vec<Local> {
        let mut names: Vec<&Arc<str>> = Vec::new();
        for activation in self.activations.iter().rev() {
            for (name, _) in activation.scopes.iter().flatten() {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            if activation.closed {
                break;
            }
        }
        names.into_iter().filter_map(|name| self.local(name)).collect()
    }

    /// The local names of the template's outermost scope, as far as they can be seen here.
    pub(super) fn outermost(&self) -> Vec<Local> {
        let up = self.activations.len().saturating_sub(1);
        let Some(scope) = self.activations.first().and_then(|activation| activation.scopes.first()) else {
            return Vec::new();
        };
        let place = |slot: usize| Place { up: up as u16, slot: slot.try_into().unwrap_or(u16::MAX) };
        scope.iter().map(|(name, slot)| Local { name: name.clone(), places: vec![place(*slot)] }).collect()
    }

    /// The names of the innermost scope that do not begin with `_`.
    pub(super) fn scope_names(&self) -> Vec<(Arc<str>, Place)> {
        let scope = self.activations.last().and_then(|activation| activation.scopes.last());
        scope
            .into_iter()
            .flatten()
            .filter(|(name, _)| !name.starts_with('_'))
            .map(|(name, slot)| (name.clone(), Place { up: 0, slot: (*slot).try_into().unwrap_or(u16::MAX) }))
            .collect()
    }
}

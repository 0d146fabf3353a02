//! Loops.

use std::sync::Arc;

use super::scope::Activation;
use super::{Compiler, names};
use crate::ast::For;
use crate::code::{Loop, Scope, Step};

impl Compiler<'_> {
    pub(super) fn for_loop(&mut self, it: &For) -> Step {
        let iter = self.code(&it.iter);
        let otherwise = self.scope(&it.otherwise);
        // Each level of a recursive loop has names of its own.
        if it.recursive {
            self.activations.push(Activation::new(false));
        }
        let wants_loop = it.recursive || names::mentions(&it.body, "loop");
        let mut assigned = Vec::new();
        if wants_loop {
            assigned.push(Arc::from("loop"));
        }
        names::of_target(&it.target, &mut assigned);
        let bound = assigned.len();
        for name in names::assigned(&it.body) {
            if !assigned.contains(&name) {
                assigned.push(name);
            }
        }
        let mut slots = self.open_scope(assigned);
        // `loop` and the target are set for each item; only what the body itself assigns has to be emptied.
        let loop_slot = wants_loop.then_some(slots.start);
        slots.start += bound;
        let target = self.target(&it.target);
        let test = it.test.as_ref().map(|test| self.code(test));
        let steps = self.steps(&it.body);
        self.close_scope();
        let own_slots = match it.recursive {
            true => self.activations.pop().map(|activation| activation.slots),
            false => None,
        };
        let body = Scope { slots, steps };
        Step::For(Arc::new(Loop { target, iter, test, body, otherwise, loop_slot, own_slots }))
    }
}

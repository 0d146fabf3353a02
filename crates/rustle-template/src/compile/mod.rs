//! From the tree to what is evaluated: names become slots, filters and tests become functions.

mod expressions;
mod loops;
pub(crate) mod names;
mod scope;
mod statements;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ast::{Expr, Stmt};
use crate::code::{Code, Function, Place, Step};
use crate::registry::Registry;
use scope::Activation;

/// The steps of a whole template.
pub(crate) struct Program {
    /// How many slots the outermost activation has.
    pub(crate) slots: usize,
    pub(crate) steps: Vec<Step>,
    pub(crate) blocks: FxHashMap<Arc<str>, Arc<Function>>,
    /// The names that an import of this template gets.
    pub(crate) exports: Vec<(Arc<str>, Place)>,
    /// Whether it calls a method that changes what it is called on.
    pub(crate) changes: bool,
}

/// Compiles a template.
pub(crate) fn template(statements: &[Stmt], registry: &Registry) -> Program {
    let mut compiler = Compiler::new(registry);
    compiler.activations.push(Activation::new(false));
    compiler.open_scope(names::assigned(statements));
    let steps = compiler.steps(statements);
    let exports = compiler.scope_names();
    let slots = compiler.activations.pop().map_or(0, |activation| activation.slots);
    Program { slots, steps, blocks: compiler.blocks, exports, changes: compiler.changes }
}

/// Compiles a bare expression. In conditions, text literals that look like templates are rendered.
pub(crate) fn expression(expr: &Expr, registry: &Registry, embedded: bool) -> Code {
    let mut compiler = Compiler::new(registry);
    compiler.embedded = embedded;
    compiler.code(expr)
}

struct Compiler<'r> {
    registry: &'r Registry,
    activations: Vec<Activation>,
    blocks: FxHashMap<Arc<str>, Arc<Function>>,
    /// Whether text literals that look like templates are rendered here.
    embedded: bool,
    /// Whether a method was met that changes what it is called on.
    changes: bool,
}

impl<'r> Compiler<'r> {
    fn new(registry: &'r Registry) -> Compiler<'r> {
        Compiler {
            registry,
            activations: Vec::new(),
            blocks: FxHashMap::default(),
            embedded: false,
            changes: false,
        }
    }
}

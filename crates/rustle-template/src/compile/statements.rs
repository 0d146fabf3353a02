//! Statements.

use std::sync::Arc;

use super::scope::Activation;
use super::{Compiler, names};
use crate::ast::{self, Expr, ExprKind, Stmt};
use crate::code::{Code, Filtered, Function, Include, Local, Op, Parameter, Place, Scope, Step, Target};

impl Compiler<'_> {
    pub(super) fn steps(&mut self, statements: &[Stmt]) -> Vec<Step> {
        statements.iter().map(|statement| self.step(statement)).collect()
    }

    fn step(&mut self, statement: &Stmt) -> Step {
        match statement {
            Stmt::Text(text) => Step::Text(text.clone()),
            Stmt::Output(expr) => Step::Output(self.code(expr)),
            Stmt::If { branches, otherwise } => Step::If(
                branches.iter().map(|(condition, body)| (self.code(condition), self.steps(body))).collect(),
                self.steps(otherwise),
            ),
            Stmt::For(it) => self.for_loop(it),
            Stmt::Set(target, value) => {
                // The value is compiled first: it sees the name as it was before.
                let value = self.code(value);
                Step::Set(self.target(target), value)
            }
            Stmt::SetBlock(target, filter, body) => {
                let filter = filter.as_ref().map(|filter| self.filtered(filter));
                let scope = self.scope(body);
                Step::SetBlock(self.target(target), filter, scope)
            }
            Stmt::With(bindings, body) => self.with(bindings, body),
            Stmt::Macro(it) => {
                let function = self.function(it);
                Step::Macro(self.place(&it.name), function)
            }
            Stmt::CallBlock(call, caller) => {
                let call = self.code(call);
                Step::CallBlock(call, self.function(caller))
            }
            Stmt::FilterBlock(filter, body) => {
                let filter = self.filtered(filter);
                Step::FilterBlock(filter, self.scope(body))
            }
            Stmt::Include { template, ignore_missing, with_context } => Step::Include(Box::new(Include {
                template: self.code(template),
                ignore_missing: *ignore_missing,
                visible: self.handed_down(*with_context),
            })),
            Stmt::Import { template, name, with_context } => Step::Import {
                template: self.code(template),
                visible: self.handed_down(*with_context),
                target: self.place(name),
            },
            Stmt::FromImport { template, names, with_context } => Step::FromImport {
                template: self.code(template),
                visible: self.handed_down(*with_context),
                names: names.iter().map(|(name, alias)| (name.clone(), self.place(alias))).collect(),
            },
            Stmt::Block(block) => {
                let visible = if block.scoped { self.visible() } else { self.outermost() };
                let function = self.block(block);
                self.blocks.insert(block.name.clone(), function);
                Step::Block { name: block.name.clone(), visible }
            }
            Stmt::Extends(template) => {
                Step::Extends { template: self.code(template), visible: self.outermost() }
            }
            Stmt::Scope(body) => Step::Scope(self.scope(body)),
            Stmt::Do(expr) => Step::Do(self.code(expr)),
            Stmt::Break => Step::Break,
            Stmt::Continue => Step::Continue,
        }
    }

    fn handed_down(&self, with_context: bool) -> Option<Vec<Local>> {
        with_context.then(|| self.visible())
    }

    /// Statements in a scope of their own.
    pub(super) fn scope(&mut self, statements: &[Stmt]) -> Scope {
        let slots = self.open_scope(names::assigned(statements));
        let steps = self.steps(statements);
        self.close_scope();
        Scope { slots, steps }
    }

    fn with(&mut self, bindings: &[(ast::Target, Expr)], body: &[Stmt]) -> Step {
        let values: Vec<Code> = bindings.iter().map(|(_, value)| self.code(value)).collect();
        let mut assigned = Vec::new();
        bindings.iter().for_each(|(target, _)| names::of_target(target, &mut assigned));
        // What the body assigns may be what is bound: one scope has both.
        for name in names::assigned(body) {
            if !assigned.contains(&name) {
                assigned.push(name);
            }
        }
        let slots = self.open_scope(assigned);
        let targets: Vec<Target> = bindings.iter().map(|(target, _)| self.target(target)).collect();
        let steps = self.steps(body);
        self.close_scope();
        Step::With(targets.into_iter().zip(values).collect(), Scope { slots, steps })
    }

    pub(super) fn target(&mut self, target: &ast::Target) -> Target {
        match target {
            ast::Target::Name(name, _) => Target::Place(self.place(name)),
            ast::Target::Tuple(targets, _) => {
                Target::Tuple(targets.iter().map(|target| self.target(target)).collect())
            }
            ast::Target::Attribute(of, attribute, span) => {
                Target::Attribute(self.name(of, *span), attribute.clone())
            }
        }
    }

    /// A chain of filters whose first value stands in a hidden slot.
    fn filtered(&mut self, filter: &Expr) -> Filtered {
        let slot = self.hidden_slot();
        let code = self.filter_chain(filter, slot);
        Filtered { slot, code }
    }

    fn filter_chain(&mut self, expr: &Expr, slot: usize) -> Code {
        let at = expr.span.start;
        match &expr.kind {
            ExprKind::Filter(value, name, args) => {
                let value = match value {
                    Some(value) => self.filter_chain(value, slot),
                    None => {
                        let place = Place { up: 0, slot: slot.try_into().unwrap_or(u16::MAX) };
                        Code { op: Op::Local(Local { name: Arc::from(""), places: vec![place] }), at }
                    }
                };
                Code { op: self.filter(name, value, args), at }
            }
            _ => self.code(expr),
        }
    }

    fn function(&mut self, it: &ast::Macro) -> Arc<Function> {
        self.activations.push(Activation::new(false));
        let mut assigned: Vec<Arc<str>> = it.parameters.iter().map(|(name, _)| name.clone()).collect();
        let mut special = |name: &str| {
            let wanted = names::mentions(&it.body, name) && !assigned.iter().any(|known| **known == *name);
            wanted.then(|| assigned.push(Arc::from(name)));
            wanted
        };
        let (caller, kwargs, varargs) = (special("caller"), special("kwargs"), special("varargs"));
        for name in names::assigned(&it.body) {
            if !assigned.contains(&name) {
                assigned.push(name);
            }
        }
        self.open_scope(assigned);
        let mut slot = |name: &str| usize::from(self.place(&Arc::from(name)).slot);
        let caller = caller.then(|| slot("caller"));
        let kwargs = kwargs.then(|| slot("kwargs"));
        let varargs = varargs.then(|| slot("varargs"));
        let mut parameters = Vec::with_capacity(it.parameters.len());
        for (name, default) in &it.parameters {
            let default = default.as_ref().map(|default| self.code(default));
            let slot = usize::from(self.place(name).slot);
            parameters.push(Parameter { name: name.clone(), slot, default });
        }
        let steps = self.steps(&it.body);
        let slots = self.activations.pop().map_or(0, |activation| activation.slots);
        Arc::new(Function { name: it.name.clone(), parameters, varargs, kwargs, caller, slots, steps })
    }

    /// A block sees no slot of the template around it: what it may see is handed to it when it runs, since the template
    /// that runs it may be another one.
    fn block(&mut self, block: &ast::Block) -> Arc<Function> {
        let outside = std::mem::take(&mut self.activations);
        self.activations.push(Activation::new(true));
        self.open_scope(names::assigned(&block.body));
        let steps = self.steps(&block.body);
        let slots = self.activations.pop().map_or(0, |activation| activation.slots);
        self.activations = outside;
        Arc::new(Function {
            name: block.name.clone(),
            parameters: Vec::new(),
            varargs: None,
            kwargs: None,
            caller: None,
            slots,
            steps,
        })
    }
}

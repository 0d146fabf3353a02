//! Macros, call blocks, and what is assigned to.

use std::sync::Arc;

use super::Parser;
use crate::ast::{Expr, ExprKind, Macro, Span, Stmt, Target};
use crate::error::SyntaxError;
use crate::lexer::{Kind, Op};

type Parameters = Vec<(Arc<str>, Option<Expr>)>;

impl Parser<'_, '_> {
    pub(super) fn macro_statement(&mut self) -> Result<Stmt, SyntaxError> {
        let span = self.span();
        self.advance();
        let name = self.assigned_name()?;
        let parameters = self.parameters()?;
        let body = self.body(&["endmacro"])?;
        self.advance();
        Ok(Stmt::Macro(Box::new(Macro { name, parameters, body, span })))
    }

    pub(super) fn call_block(&mut self) -> Result<Stmt, SyntaxError> {
        let span = self.span();
        self.advance();
        let parameters = match self.is_op(Op::LParen) {
            true => self.parameters()?,
            false => Vec::new(),
        };
        let call = self.expression()?;
        if !matches!(call.kind, ExprKind::Call(..)) {
            return Err(self.fail_at(span, "expected call"));
        }
        let body = self.body(&["endcall"])?;
        self.advance();
        let caller = Macro { name: Arc::from("caller"), parameters, body, span };
        Ok(Stmt::CallBlock(call, Box::new(caller)))
    }

    fn parameters(&mut self) -> Result<Parameters, SyntaxError> {
        self.expect_op(Op::LParen)?;
        let mut parameters: Parameters = Vec::new();
        while !self.is_op(Op::RParen) {
            if !parameters.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            let name = self.assigned_name()?;
            if parameters.iter().any(|(known, _)| *known == name) {
                let message = format!("duplicate argument {} in function definition", super::quote(&name));
                return Err(self.fail(message));
            }
            let default = match self.skip_op(Op::Assign) {
                true => Some(self.expression()?),
                false if parameters.last().is_some_and(|(_, default)| default.is_some()) => {
                    return Err(self.fail("non-default argument follows default argument"));
                }
                false => None,
            };
            if &*name == "caller" && default.is_none() {
                return Err(self.fail(
                    "When defining macros or call blocks the special \"caller\" argument must be omitted or be given \
                     a default.",
                ));
            }
            parameters.push((name, default));
        }
        self.expect_op(Op::RParen)?;
        Ok(parameters)
    }

    /// A name that is assigned to.
    pub(super) fn assigned_name(&mut self) -> Result<Arc<str>, SyntaxError> {
        let (name, span) = self.expect_name()?;
        self.assignable(name, span)
    }

    fn assignable(&self, name: &str, span: Span) -> Result<Arc<str>, SyntaxError> {
        match name {
            "true" | "True" | "false" | "False" | "none" | "None" => {
                Err(self.fail_at(span, "can't assign to 'const'"))
            }
            _ => Ok(Arc::from(name)),
        }
    }

    /// `name`, `a, b`, `(a, b)`, and `namespace.name` if `with_namespace`; `end` is the word that ends it.
    pub(super) fn target(&mut self, with_namespace: bool, end: Option<&str>) -> Result<Target, SyntaxError> {
        let start = self.span();
        let mut targets = Vec::new();
        let mut is_tuple = false;
        loop {
            if !targets.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            let at_end = match self.current() {
                Kind::VariableEnd | Kind::BlockEnd | Kind::Op(Op::RParen) => true,
                Kind::Name(name) => Some(*name) == end,
                _ => false,
            };
            if at_end {
                break;
            }
            targets.push(self.simple_target(with_namespace)?);
            if !self.is_op(Op::Comma) {
                break;
            }
            is_tuple = true;
        }
        match (is_tuple, targets.pop()) {
            (false, Some(target)) => Ok(target),
            (false, None) => {
                let got = super::quote(&self.current().to_string());
                Err(self.fail(format!("Expected an expression, got {got}")))
            }
            (true, last) => {
                targets.extend(last);
                Ok(Target::Tuple(targets, self.since(start)))
            }
        }
    }

    fn simple_target(&mut self, with_namespace: bool) -> Result<Target, SyntaxError> {
        let span = self.span();
        match *self.current() {
            Kind::Op(Op::LParen) => {
                self.advance();
                let target = self.nested(|parser| parser.target(with_namespace, None))?;
                self.expect_op(Op::RParen)?;
                Ok(target)
            }
            Kind::Name(name) => {
                self.advance();
                let name = self.assignable(name, span)?;
                if with_namespace && self.skip_op(Op::Dot) {
                    let (attribute, _) = self.expect_name()?;
                    return Ok(Target::Attribute(name, Arc::from(attribute), self.since(span)));
                }
                Ok(Target::Name(name, span))
            }
            _ => {
                let kind = match self.primary()?.kind {
                    ExprKind::List(_) => "list",
                    ExprKind::Dict(_) => "dict",
                    _ => "const",
                };
                Err(self.fail_at(span, format!("can't assign to '{kind}'")))
            }
        }
    }
}

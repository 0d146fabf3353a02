//! Operands: names, literals, brackets, and what is hung onto them.

use std::sync::Arc;

use rustle_value::Value;

use super::{Parser, quote};
use crate::ast::{Expr, ExprKind};
use crate::error::SyntaxError;
use crate::lexer::{Kind, Op};

impl Parser<'_, '_> {
    pub(super) fn primary(&mut self) -> Result<Expr, SyntaxError> {
        let start = self.span();
        let kind = match self.current().clone() {
            Kind::Name(name) => {
                self.advance();
                match name {
                    "true" | "True" => ExprKind::Literal(Value::Bool(true)),
                    "false" | "False" => ExprKind::Literal(Value::Bool(false)),
                    "none" | "None" => ExprKind::Literal(Value::None),
                    _ => ExprKind::Name(Arc::from(name)),
                }
            }
            Kind::Str(mut text) => {
                self.advance();
                // Literals beside one another are one.
                while let Kind::Str(more) = self.current() {
                    text.push_str(more);
                    self.advance();
                }
                ExprKind::Literal(Value::from(text))
            }
            Kind::Int(int) => {
                self.advance();
                ExprKind::Literal(int)
            }
            Kind::Float(float) => {
                self.advance();
                ExprKind::Literal(Value::Float(float))
            }
            Kind::Op(Op::LParen) => {
                self.advance();
                let inner = self.tuple(true, true, &[])?;
                self.expect_op(Op::RParen)?;
                return Ok(Expr { span: self.since(start), ..inner });
            }
            Kind::Op(Op::LBracket) => self.list()?,
            Kind::Op(Op::LBrace) => self.dict()?,
            other => return Err(self.fail(format!("unexpected {}", quote(&other.to_string())))),
        };
        self.make(kind, start)
    }

    /// One expression, or several with commas, which make a tuple. An empty tuple needs parentheses.
    pub(super) fn tuple(
        &mut self,
        parenthesised: bool,
        with_condition: bool,
        ends: &[&str],
    ) -> Result<Expr, SyntaxError> {
        let start = self.span();
        let mut items = Vec::new();
        let mut is_tuple = false;
        loop {
            if !items.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            let at_end = match self.current() {
                Kind::VariableEnd | Kind::BlockEnd | Kind::Op(Op::RParen) => true,
                Kind::Name(name) => ends.contains(name),
                _ => false,
            };
            if at_end {
                break;
            }
            items.push(if with_condition { self.expression()? } else { self.without_condition()? });
            if !self.is_op(Op::Comma) {
                break;
            }
            is_tuple = true;
        }
        if is_tuple {
            return self.make(ExprKind::Tuple(items), start);
        }
        match items.pop() {
            Some(item) => Ok(item),
            None if parenthesised => self.make(ExprKind::Tuple(Vec::new()), start),
            None => {
                let got = quote(&self.current().to_string());
                Err(self.fail(format!("Expected an expression, got {got}")))
            }
        }
    }

    fn list(&mut self) -> Result<ExprKind, SyntaxError> {
        self.expect_op(Op::LBracket)?;
        let mut items = Vec::new();
        while !self.is_op(Op::RBracket) {
            if !items.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            if self.is_op(Op::RBracket) {
                break;
            }
            items.push(self.expression()?);
        }
        self.expect_op(Op::RBracket)?;
        Ok(ExprKind::List(items))
    }

    fn dict(&mut self) -> Result<ExprKind, SyntaxError> {
        self.expect_op(Op::LBrace)?;
        let mut entries = Vec::new();
        while !self.is_op(Op::RBrace) {
            if !entries.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            if self.is_op(Op::RBrace) {
                break;
            }
            let key = self.expression()?;
            self.expect_op(Op::Colon)?;
            entries.push((key, self.expression()?));
        }
        self.expect_op(Op::RBrace)?;
        Ok(ExprKind::Dict(entries))
    }

    /// `.name`, `[item]`, `(arguments)`, as often as they follow.
    pub(super) fn postfix(&mut self, mut expr: Expr) -> Result<Expr, SyntaxError> {
        loop {
            expr = match self.current() {
                Kind::Op(Op::Dot) => self.attribute(expr)?,
                Kind::Op(Op::LBracket) => self.subscript(expr)?,
                Kind::Op(Op::LParen) => self.call(expr)?,
                _ => return Ok(expr),
            };
        }
    }

    fn attribute(&mut self, value: Expr) -> Result<Expr, SyntaxError> {
        let start = value.span;
        self.advance();
        let at = self.span();
        let kind = match self.current().clone() {
            Kind::Name(name) => {
                self.advance();
                ExprKind::Attribute(Box::new(value), Arc::from(name))
            }
            Kind::Int(int) => {
                self.advance();
                let index = self.make(ExprKind::Literal(int), at)?;
                ExprKind::Item(Box::new(value), Box::new(index))
            }
            _ => return Err(self.fail("expected name or number")),
        };
        self.make(kind, start)
    }

    fn subscript(&mut self, value: Expr) -> Result<Expr, SyntaxError> {
        let start = value.span;
        self.advance();
        let at = self.span();
        let mut items = Vec::new();
        while !self.is_op(Op::RBracket) {
            if !items.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            let first = match self.current() {
                Kind::Op(Op::Colon) => None,
                _ => Some(self.expression()?),
            };
            match first {
                Some(item) if !self.is_op(Op::Colon) => items.push(item),
                start_bound => {
                    let bounds = self.slice(start_bound)?;
                    self.expect_op(Op::RBracket)?;
                    return self.make(ExprKind::Slice(Box::new(value), Box::new(bounds)), start);
                }
            }
        }
        let item = match (items.len(), items.pop()) {
            (1, Some(item)) => item,
            (_, last) => {
                items.extend(last);
                self.make(ExprKind::Tuple(items), at)?
            }
        };
        self.expect_op(Op::RBracket)?;
        self.make(ExprKind::Item(Box::new(value), Box::new(item)), start)
    }

    /// What follows the first bound of a slice.
    fn slice(&mut self, start: Option<Expr>) -> Result<[Option<Expr>; 3], SyntaxError> {
        self.expect_op(Op::Colon)?;
        let stop = self.bound()?;
        let step = if self.skip_op(Op::Colon) { self.bound()? } else { None };
        Ok([start, stop, step])
    }

    fn bound(&mut self) -> Result<Option<Expr>, SyntaxError> {
        match self.current() {
            Kind::Op(Op::Colon | Op::RBracket | Op::Comma) => Ok(None),
            _ => self.expression().map(Some),
        }
    }
}

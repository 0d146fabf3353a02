//! From tokens to the tree of [`crate::ast`].

mod calls;
mod expressions;
mod macros;
mod primary;
mod statements;

use std::sync::{Arc, LazyLock};

use rustle_value::Value;

use crate::ast::{Expr, ExprKind, Span, Stmt};
use crate::error::SyntaxError;
use crate::lexer::{self, Kind, Op, Token};
use crate::options::Options;

/// How deep brackets, signs and blocks may lie within one another.
const MAX_NESTING: usize = 96;

/// How deep the tree of one expression may be: `a + b + c` is one deeper than `a + b`.
const MAX_DEPTH: u16 = 256;

/// The statements of the template `source`, which has been freed of its header.
pub(crate) fn template(source: &str, options: &Options) -> Result<Vec<Stmt>, SyntaxError> {
    Parser::new(lexer::template(source, options), options).template()
}

/// The tree of the bare expression `source`.
pub(crate) fn expression(source: &str) -> Result<Expr, SyntaxError> {
    static OPTIONS: LazyLock<Options> = LazyLock::new(Options::file);
    let mut parser = Parser::new(lexer::expression(source, &OPTIONS), &OPTIONS);
    let expr = parser.expression()?;
    match parser.current() {
        Kind::Eof => Ok(expr),
        _ => Err(parser.fail("chunk after expression")),
    }
}

struct Parser<'s, 'o> {
    tokens: Vec<Token<'s>>,
    at: usize,
    options: &'o Options,
    nesting: usize,
    /// The tags that are open, for messages.
    tags: Vec<&'s str>,
    /// What could end each open part, for messages.
    ends: Vec<&'static [&'static str]>,
    /// The blocks met so far.
    blocks: Vec<Arc<str>>,
}

impl<'s, 'o> Parser<'s, 'o> {
    fn new(tokens: Vec<Token<'s>>, options: &'o Options) -> Parser<'s, 'o> {
        Parser { tokens, at: 0, options, nesting: 0, tags: Vec::new(), ends: Vec::new(), blocks: Vec::new() }
    }

    /// The token that is looked at. The last one, the end, is never passed.
    fn token(&self) -> &Token<'s> {
        let last = self.tokens.len() - 1;
        &self.tokens[self.at.min(last)]
    }

    fn current(&self) -> &Kind<'s> {
        &self.token().kind
    }

    fn peek(&self) -> &Kind<'s> {
        self.tokens.get(self.at + 1).map_or(&Kind::Eof, |token| &token.kind)
    }

    fn span(&self) -> Span {
        let token = self.token();
        Span::new(token.start, token.end)
    }

    /// From `start` to the end of the token before this one.
    fn since(&self, start: Span) -> Span {
        let end = match self.at.checked_sub(1).and_then(|at| self.tokens.get(at)) {
            Some(token) => Span::new(token.start, token.end),
            None => start,
        };
        start.to(end)
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn is_op(&self, op: Op) -> bool {
        matches!(self.current(), Kind::Op(it) if *it == op)
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(self.current(), Kind::Name(it) if *it == name)
    }

    fn skip_op(&mut self, op: Op) -> bool {
        let found = self.is_op(op);
        if found {
            self.advance();
        }
        found
    }

    fn skip_name(&mut self, name: &str) -> bool {
        let found = self.is_name(name);
        if found {
            self.advance();
        }
        found
    }

    fn expect_op(&mut self, op: Op) -> Result<(), SyntaxError> {
        if self.skip_op(op) { Ok(()) } else { Err(self.expected(op.as_str())) }
    }

    fn expect_word(&mut self, name: &str) -> Result<(), SyntaxError> {
        if self.skip_name(name) { Ok(()) } else { Err(self.expected(name)) }
    }

    fn expect_name(&mut self) -> Result<(&'s str, Span), SyntaxError> {
        let Kind::Name(name) = *self.current() else { return Err(self.expected("name")) };
        let span = self.span();
        self.advance();
        Ok((name, span))
    }

    fn expect_block_end(&mut self) -> Result<(), SyntaxError> {
        if *self.current() != Kind::BlockEnd {
            return Err(self.expected("end of statement block"));
        }
        self.advance();
        Ok(())
    }

    fn expected(&self, what: &str) -> SyntaxError {
        let what = quote(what);
        match self.current() {
            Kind::Eof => self.fail(format!("unexpected end of template, expected {what}.")),
            other => self.fail(format!("expected token {what}, got {}", quote(&other.to_string()))),
        }
    }

    /// An error at the current token. If that is itself an error of the text, it is the one that counts.
    fn fail(&self, message: impl Into<String>) -> SyntaxError {
        self.fail_at(self.span(), message)
    }

    fn fail_at(&self, span: Span, message: impl Into<String>) -> SyntaxError {
        let (span, message) = match self.current() {
            Kind::Error(message) => (self.span(), message.clone()),
            _ => (span, message.into()),
        };
        SyntaxError { message, offset: span.offset(), len: span.len() }
    }

    /// Goes one level deeper for the time of `parse`.
    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.nesting >= MAX_NESTING {
            return Err(self.fail("the template is nested too deeply"));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    /// An expression that reaches from `start` to the token before this one.
    fn make(&self, kind: ExprKind, start: Span) -> Result<Expr, SyntaxError> {
        let expr = Expr::new(kind, self.since(start));
        if expr.depth > MAX_DEPTH {
            return Err(self.fail_at(start, "the expression is nested too deeply"));
        }
        Ok(expr)
    }
}

/// `text` in quotes, as Python's `repr` has it.
fn quote(text: &str) -> String {
    rustle_value::python::repr(&Value::str(text))
}

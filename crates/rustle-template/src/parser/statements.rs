//! Text, output and tags.

use std::sync::Arc;

use super::{Parser, quote};
use crate::ast::{Block, Expr, For, Stmt};
use crate::error::SyntaxError;
use crate::lexer::{Kind, Op};

impl<'s> Parser<'s, '_> {
    pub(super) fn template(&mut self) -> Result<Vec<Stmt>, SyntaxError> {
        self.statements(None)
    }

    /// The rest of the tag that is open, and what follows up to a tag in `ends`, which is looked at then.
    pub(super) fn body(&mut self, ends: &'static [&'static str]) -> Result<Vec<Stmt>, SyntaxError> {
        // A colon is tolerated, for those who think in Python.
        self.skip_op(Op::Colon);
        self.expect_block_end()?;
        let body = self.nested(|parser| parser.statements(Some(ends)))?;
        if *self.current() == Kind::Eof {
            self.ends.push(ends);
            let error = self.unknown_tag(None);
            self.ends.pop();
            return Err(error);
        }
        Ok(body)
    }

    fn statements(&mut self, ends: Option<&'static [&'static str]>) -> Result<Vec<Stmt>, SyntaxError> {
        self.ends.extend(ends);
        let mut statements = Vec::new();
        loop {
            match self.current().clone() {
                Kind::Data(text) => {
                    statements.push(Stmt::Text(self.text(text)));
                    self.advance();
                }
                Kind::VariableBegin => {
                    self.advance();
                    let expr = self.tuple(false, true, &[])?;
                    if *self.current() != Kind::VariableEnd {
                        return Err(self.expected("end of print statement"));
                    }
                    self.advance();
                    statements.push(Stmt::Output(expr));
                }
                Kind::BlockBegin => {
                    self.advance();
                    if let (Some(ends), Kind::Name(name)) = (ends, self.current())
                        && ends.contains(name)
                    {
                        break;
                    }
                    self.statement(&mut statements)?;
                    self.expect_block_end()?;
                }
                Kind::Eof => break,
                other => return Err(self.fail(format!("unexpected {}", quote(&other.to_string())))),
            }
        }
        if ends.is_some() {
            self.ends.pop();
        }
        Ok(statements)
    }

    /// Text as the result has it: with the newlines that the options ask for.
    fn text(&self, text: &str) -> Arc<str> {
        match self.options.newline_sequence.as_str() {
            "\n" => Arc::from(text),
            newline => Arc::from(text.replace('\n', newline)),
        }
    }

    fn statement(&mut self, out: &mut Vec<Stmt>) -> Result<(), SyntaxError> {
        let Kind::Name(name) = *self.current() else { return Err(self.fail("tag name expected")) };
        self.tags.push(name);
        let statement = match name {
            "for" => self.for_statement()?,
            "if" => self.if_statement()?,
            "set" => self.set_statement()?,
            "with" => self.with_statement()?,
            "macro" => self.macro_statement()?,
            "call" => self.call_block()?,
            "filter" => {
                self.advance();
                let filter = self.filter_chain()?;
                let body = self.body(&["endfilter"])?;
                self.advance();
                Stmt::FilterBlock(filter, body)
            }
            "print" => {
                self.advance();
                let mut first = true;
                while *self.current() != Kind::BlockEnd {
                    if !first {
                        self.expect_op(Op::Comma)?;
                    }
                    first = false;
                    out.push(Stmt::Output(self.expression()?));
                }
                self.tags.pop();
                return Ok(());
            }
            "include" => self.include_statement()?,
            "import" => self.import_statement()?,
            "from" => self.import_names()?,
            "block" => self.block_statement()?,
            "extends" => {
                self.advance();
                Stmt::Extends(self.expression()?)
            }
            "autoescape" => {
                self.advance();
                self.expression()?;
                let body = self.body(&["endautoescape"])?;
                self.advance();
                Stmt::Scope(body)
            }
            "do" if self.options.do_statements => {
                self.advance();
                Stmt::Do(self.tuple(false, true, &[])?)
            }
            "break" | "continue" if self.options.loop_controls => {
                self.advance();
                if name == "break" { Stmt::Break } else { Stmt::Continue }
            }
            _ => {
                self.tags.pop();
                return Err(self.unknown_tag(Some(name)));
            }
        };
        self.tags.pop();
        out.push(statement);
        Ok(())
    }

    /// The error about a tag that is none, or that is missing.
    fn unknown_tag(&self, name: Option<&str>) -> SyntaxError {
        let mut message = match name {
            Some(name) => format!("Encountered unknown tag {}.", quote(name)),
            None => "Unexpected end of template.".to_owned(),
        };
        if let Some(looking) = self.ends.last() {
            let looking = looking.iter().map(|end| quote(end)).collect::<Vec<_>>().join(" or ");
            if name.is_some_and(|name| self.ends.iter().any(|ends| ends.contains(&name))) {
                message += " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ";
            } else {
                message += " Jinja was looking for the following tags: ";
            }
            message += &looking;
            message.push('.');
        }
        if let Some(tag) = self.tags.last() {
            message += &format!(" The innermost block that needs to be closed is {}.", quote(tag));
        }
        self.fail(message)
    }

    fn for_statement(&mut self) -> Result<Stmt, SyntaxError> {
        self.advance();
        let target = self.target(false, Some("in"))?;
        self.expect_word("in")?;
        let iter = self.tuple(false, false, &["recursive"])?;
        let test = match self.skip_name("if") {
            true => Some(self.expression()?),
            false => None,
        };
        let recursive = self.skip_name("recursive");
        let body = self.body(&["endfor", "else"])?;
        let has_else = self.is_name("else");
        self.advance();
        let mut otherwise = Vec::new();
        if has_else {
            otherwise = self.body(&["endfor"])?;
            self.advance();
        }
        Ok(Stmt::For(Box::new(For { target, iter, test, recursive, body, otherwise })))
    }

    fn if_statement(&mut self) -> Result<Stmt, SyntaxError> {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            self.advance();
            let condition = self.tuple(false, false, &[])?;
            branches.push((condition, self.body(&["elif", "else", "endif"])?));
            if self.is_name("elif") {
                continue;
            }
            let has_else = self.is_name("else");
            self.advance();
            if has_else {
                otherwise = self.body(&["endif"])?;
                self.advance();
            }
            return Ok(Stmt::If { branches, otherwise });
        }
    }

    fn set_statement(&mut self) -> Result<Stmt, SyntaxError> {
        self.advance();
        let target = self.target(true, None)?;
        if self.skip_op(Op::Assign) {
            return Ok(Stmt::Set(target, self.tuple(false, true, &[])?));
        }
        let filter = match self.skip_op(Op::Pipe) {
            true => Some(self.filter_chain()?),
            false => None,
        };
        let body = self.body(&["endset"])?;
        self.advance();
        Ok(Stmt::SetBlock(target, filter, body))
    }

    fn with_statement(&mut self) -> Result<Stmt, SyntaxError> {
        self.advance();
        let mut bindings = Vec::new();
        while *self.current() != Kind::BlockEnd {
            if !bindings.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            let target = self.target(false, None)?;
            self.expect_op(Op::Assign)?;
            bindings.push((target, self.expression()?));
        }
        let body = self.body(&["endwith"])?;
        self.advance();
        Ok(Stmt::With(bindings, body))
    }

    fn block_statement(&mut self) -> Result<Stmt, SyntaxError> {
        let span = self.span();
        self.advance();
        let name: Arc<str> = Arc::from(self.expect_name()?.0);
        if self.blocks.contains(&name) {
            return Err(self.fail_at(span, format!("block {} defined twice", quote(&name))));
        }
        self.blocks.push(name.clone());
        let scoped = self.skip_name("scoped");
        let required = self.skip_name("required");
        if self.is_op(Op::Sub) {
            return Err(self.fail(
                "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an \
                 underscore instead.",
            ));
        }
        let body = self.body(&["endblock"])?;
        let blank = |stmt: &Stmt| matches!(stmt, Stmt::Text(text) if text.trim().is_empty());
        if required && !body.iter().all(blank) {
            return Err(self.fail_at(span, "Required blocks can only contain comments or whitespace"));
        }
        self.advance();
        self.skip_name(&name);
        Ok(Stmt::Block(Arc::new(Block { name, scoped, required, body, span })))
    }

    fn include_statement(&mut self) -> Result<Stmt, SyntaxError> {
        self.advance();
        let template = self.expression()?;
        let ignore_missing = self.is_name("ignore") && *self.peek() == Kind::Name("missing");
        if ignore_missing {
            self.advance();
            self.advance();
        }
        let with_context = self.with_context()?.unwrap_or(true);
        Ok(Stmt::Include { template, ignore_missing, with_context })
    }

    fn import_statement(&mut self) -> Result<Stmt, SyntaxError> {
        self.advance();
        let template = self.expression()?;
        self.expect_word("as")?;
        let name = self.assigned_name()?;
        let with_context = self.with_context()?.unwrap_or(false);
        Ok(Stmt::Import { template, name, with_context })
    }

    fn import_names(&mut self) -> Result<Stmt, SyntaxError> {
        self.advance();
        let template: Expr = self.expression()?;
        self.expect_word("import")?;
        let mut names = Vec::new();
        let with_context = loop {
            if !names.is_empty() {
                self.expect_op(Op::Comma)?;
            }
            let with_context = self.with_context()?;
            if with_context.is_some() {
                break with_context;
            }
            let span = self.span();
            let name = self.assigned_name()?;
            if name.starts_with('_') {
                return Err(self.fail_at(span, "names starting with an underline can not be imported"));
            }
            let alias = match self.skip_name("as") {
                true => self.assigned_name()?,
                false => name.clone(),
            };
            names.push((name, alias));
            let with_context = self.with_context()?;
            if with_context.is_some() || !self.is_op(Op::Comma) {
                break with_context;
            }
        };
        Ok(Stmt::FromImport { template, names, with_context: with_context.unwrap_or(false) })
    }

    /// `with context` or `without context`, if it stands here.
    fn with_context(&mut self) -> Result<Option<bool>, SyntaxError> {
        let with = match (self.current(), self.peek()) {
            (Kind::Name("with"), Kind::Name("context")) => true,
            (Kind::Name("without"), Kind::Name("context")) => false,
            _ => return Ok(None),
        };
        self.advance();
        self.advance();
        Ok(Some(with))
    }
}

//! [`Template`] and [`Expression`]: compiled text.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rustle_value::Value;

use crate::ast::{Expr, Stmt};
use crate::code::Code;
use crate::compile::{self, Program};
use crate::error::SyntaxError;
use crate::options::{HEADER, Newline, Options};
use crate::parser;
use crate::registry::Registry;

/// A compiled template.
pub struct Template {
    pub(crate) source: Arc<str>,
    pub(crate) options: Arc<Options>,
    pub(crate) statements: Vec<Stmt>,
    pub(crate) program: Program,
    /// How many bytes of a header stand before the text.
    pub(crate) base: usize,
    /// How many newlines the text ends with.
    newlines: usize,
    /// What a newline at the end is, whatever a header says.
    newline_sequence: Newline,
}

impl Template {
    /// Compiles `source`.
    pub(crate) fn new(source: &str, options: &Options, registry: &Registry) -> Result<Template, SyntaxError> {
        let newline_sequence = options.newline_sequence;
        let Read { base, options, statements } = read(source, options)?;
        let program = compile::template(&statements, registry);
        let newlines = match options.keep_trailing_newline {
            true => newlines_at_end(source),
            false => 0,
        };
        Ok(Template {
            source: Arc::from(source),
            options: Arc::new(options.into_owned()),
            statements,
            program,
            base,
            newlines,
            newline_sequence,
        })
    }

    /// The text that was compiled.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text at the end of which newlines are missing that the template has.
    pub(crate) fn with_newlines(&self, value: Value) -> Value {
        let Value::Str(text) = &value else { return value };
        match self.newlines.checked_sub(newlines_at_end(text)) {
            None | Some(0) => value,
            Some(missing) => {
                let newlines = self.newline_sequence.as_str().repeat(missing);
                Value::from(format!("{text}{newlines}"))
            }
        }
    }
}

/// A template that was read and not compiled.
pub(crate) struct Read<'o> {
    /// How many bytes of a header stand before the text.
    pub(crate) base: usize,
    /// The options, those of a header among them.
    pub(crate) options: Cow<'o, Options>,
    pub(crate) statements: Vec<Stmt>,
}

/// Reads a template.
pub(crate) fn read<'o>(source: &str, options: &'o Options) -> Result<Read<'o>, SyntaxError> {
    let mut options = Cow::Borrowed(options);
    let base = if source.starts_with(HEADER) { options.to_mut().take_header(source)? } else { 0 };
    options.check()?;
    let body = source.get(base..).unwrap_or_default();
    let text = if body.contains('\r') {
        Cow::Owned(body.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(body)
    };
    let read = match options.newline_is_text {
        true => &*text,
        false => text.strip_suffix('\n').unwrap_or(&text),
    };
    let statements = match base > 0 || options.has_markers(body) {
        true => parser::template(read, &options)
            .map_err(|error| SyntaxError { offset: error.offset + base, ..error })?,
        // Text without a single tag stays as it is, to the last carriage return.
        false => vec![Stmt::Text(Arc::from(body))],
    };
    Ok(Read { base, options, statements })
}

fn newlines_at_end(text: &str) -> usize {
    text.bytes().rev().take_while(|byte| *byte == b'\n').count()
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.source).finish()
    }
}

/// A compiled expression.
pub struct Expression {
    pub(crate) source: Arc<str>,
    pub(crate) options: Arc<Options>,
    pub(crate) expr: Expr,
    pub(crate) code: Code,
}

impl Expression {
    /// Compiles `source`. In a condition, text literals that look like templates are rendered.
    pub(crate) fn new(source: &str, condition: bool, registry: &Registry) -> Result<Expression, SyntaxError> {
        let expr = parser::expression(source)?;
        let code = compile::expression(&expr, registry, condition);
        Ok(Expression { source: Arc::from(source), options: Arc::new(Options::default()), expr, code })
    }

    /// The text that was compiled.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

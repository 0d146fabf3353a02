//! Conditions: `when`, `changed_when`, `failed_when`, `until`, `assert`.

use std::borrow::Cow;

use rustle_value::Value;

use crate::ast::{Expr, ExprKind, Stmt};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::has_markers;
use crate::options::{HEADER, Options};
use crate::template::Template;
use crate::world::{Variable, World};

/// What a condition came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether it holds.
    pub value: bool,
    /// What the author should change, if anything.
    pub warning: Option<String>,
}

/// What is meant by text that stands where a bare expression belongs.
#[derive(Clone, Debug, PartialEq)]
pub enum Meant<'t> {
    /// This expression: the text itself, or that of the author's variable which it names in braces.
    Expression(Cow<'t, str>),
    /// The entries of a list that the author wrote, each of which may be an expression.
    List(Vec<Value>),
    /// This value, which its template gave.
    Value(Value),
}

/// What is said of text that somebody else than the author wrote where an expression belongs.
pub const UNTRUSTED: &str = "Encountered untrusted template or expression.";

/// What ansible-core says of a condition that is a template.
const AS_TEMPLATE: &str =
    "Conditionals should not be surrounded by templating delimiters such as {{ }} or {% %}.";

impl Engine {
    /// Evaluates a condition: a boolean, or the text of an expression, whose result must be a boolean.
    ///
    /// # Errors
    /// If it is none, uses something undefined, fails, or its result is no boolean; in ansible-core's words.
    pub fn condition(&self, condition: &Value, world: &dyn World) -> Result<Condition, Error> {
        let text = match condition {
            Value::Bool(value) => return Ok(Condition { value: *value, warning: None }),
            Value::None => return Err(empty()),
            Value::Str(text) | Value::Template(text) => text.trim(),
            _ => return Err(whole("Conditional expressions must be strings.")),
        };
        if text.is_empty() {
            return Err(empty());
        }
        self.condition_text(text, world).map_err(|error| match error.kind() {
            ErrorKind::Undefined => error.within("Error while evaluating conditional: "),
            _ => error,
        })
    }

    fn condition_text(&self, text: &str, world: &dyn World) -> Result<Condition, Error> {
        let value = match self.meant(text, world)? {
            Meant::Expression(text) if text.is_empty() => return Err(empty()),
            Meant::Expression(text) => {
                return Ok(Condition { value: self.boolean(&text, world)?, warning: None });
            }
            Meant::Value(Value::None) => return Err(empty()),
            Meant::Value(value) => value,
            Meant::List(items) => Value::list(items),
        };
        Ok(Condition { value: as_bool(&value)?, warning: Some(AS_TEMPLATE.into()) })
    }

    /// What `text` means, which stands where a bare expression belongs. A template as a whole may stand for an expression
    /// that the author wrote elsewhere, or for a list of them; their own templates are left alone.
    ///
    /// # Errors
    /// If the template fails, or gives text that nobody wrote as an expression: a fact or a result.
    pub fn meant<'t>(&self, text: &'t str, world: &dyn World) -> Result<Meant<'t>, Error> {
        let text = text.trim();
        if !is_all_template(text) {
            return Ok(Meant::Expression(text.into()));
        }
        let template = self.template(text, &Options::default())?;
        if let [Stmt::Output(Expr { kind: ExprKind::Name(name), .. })] = template.statements.as_slice()
            && let Some(Variable::Templated(Value::List(items))) = world.variable(name)
        {
            return Ok(Meant::List(items.to_vec()));
        }
        match self.render(&template, world)? {
            Value::Str(text) if text.trim().is_empty() => Ok(Meant::Expression("".into())),
            Value::Str(text) if is_authors(&template, world) => {
                Ok(Meant::Expression(text.trim().to_owned().into()))
            }
            Value::List(items) if items.iter().any(is_text) && is_authors(&template, world) => {
                Ok(Meant::List(items.to_vec()))
            }
            Value::Str(_) => Err(whole(UNTRUSTED)),
            Value::List(items) if items.iter().any(is_text) => Err(whole(UNTRUSTED)),
            value => Ok(Meant::Value(value)),
        }
    }

    /// The boolean that an expression gives.
    fn boolean(&self, text: &str, world: &dyn World) -> Result<bool, Error> {
        let expression = self.condition_expression(text).map_err(|error| {
            let hint = match has_markers(text) {
                true => ". Template delimiters are not supported in expressions",
                false => "",
            };
            Error::new(ErrorKind::Syntax, format!("Syntax error in expression{hint}: {}", error.message))
                .at(error.offset)
                .whole()
        })?;
        match self.evaluate(&expression, world)? {
            Value::Undefined(undefined) => Err(Error::undefined(undefined.message.as_ref())),
            value => as_bool(&value),
        }
    }
}

fn as_bool(value: &Value) -> Result<bool, Error> {
    if let Value::Bool(bool) = value {
        return Ok(*bool);
    }
    let truth = if value.is_true() { "True" } else { "False" };
    Err(whole(format!(
        "Conditional result ({truth}) was derived from value of type '{}' at '<unknown>'. Conditionals must have a \
         boolean result.",
        value.type_name()
    )))
}

fn empty() -> Error {
    whole("Empty conditional expressions are not allowed.")
}

fn whole(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Type, message).whole()
}

/// Whether the text is wrapped in delimiters: where a bare expression belongs, only such a template may stand.
pub fn is_all_template(text: &str) -> bool {
    let starts = ["{{", "{%", "{#"].iter().any(|start| text.starts_with(start));
    let ends = ["}}", "%}", "#}"].iter().any(|end| text.ends_with(end));
    text.starts_with(HEADER) || (starts && ends)
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Str(_))
}

/// Whether a template is a lone variable that the playbook's author wrote. Text from elsewhere, a fact or a result, must
/// not become an expression.
fn is_authors(template: &Template, world: &dyn World) -> bool {
    fn root(expr: &Expr) -> Option<&str> {
        match &expr.kind {
            ExprKind::Name(name) => Some(name),
            ExprKind::Attribute(value, _) | ExprKind::Item(value, _) => root(value),
            _ => None,
        }
    }
    match template.statements.as_slice() {
        [Stmt::Output(expr)] => {
            root(expr).is_some_and(|name| matches!(world.variable(name), Some(Variable::Templated(_))))
        }
        _ => false,
    }
}

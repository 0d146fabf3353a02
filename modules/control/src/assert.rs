//! `assert`: fails unless every expression holds.

use rustle_runtime::args::Evaluated;
use rustle_runtime::prelude::*;
use rustle_runtime::template::UNTRUSTED;

/// Fails unless every expression holds.
///
/// The expressions are looked at in order; the first that does not hold is named.
///
/// # Examples
/// ```yaml
/// - assert:
///     that:
///       - ansible_facts.os_family == 'Debian'
///       - port | int > 1024
///     fail_msg: This needs Debian and a high port.
/// ```
///
/// # Returns
/// - `assertion` (str): the expression that does not hold
/// - `evaluated_to` (bool): what it was
#[rustle_module(name = "assert", check_mode = "full")]
pub struct Assert {
    /// Bare expressions, as in `when`.
    #[arg(expression)]
    that: Vec<Evaluated>,
    /// What to say if one does not hold: text, or a list of texts.
    #[arg(alias = "msg")]
    fail_msg: Option<Value>,
    /// What to say if all hold: text, or a list of texts.
    success_msg: Option<Value>,
    /// Says nothing if all hold.
    #[arg(default = false)]
    quiet: bool,
}

impl Module for Assert {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let fail_msg = message(self.fail_msg.as_ref(), "fail_msg", "Assertion failed")?;
        let success_msg = message(self.success_msg.as_ref(), "success_msg", "All assertions passed")?;
        for assertion in &self.that {
            if !holds(assertion)? {
                let outcome = Outcome { failed: true, verbose: true, ..Outcome::default() };
                return Ok(outcome
                    .with("evaluated_to", false)
                    .with("assertion", written(assertion))
                    .with("msg", fail_msg));
            }
        }
        let outcome = Outcome { verbose: !self.quiet, ..Outcome::ok() };
        Ok(outcome.with("msg", success_msg))
    }
}

/// Whether an expression holds; what is neither true nor false is an error, as in `when`.
fn holds(assertion: &Evaluated) -> Result<bool> {
    match &assertion.result {
        Ok(Value::Bool(holds)) => Ok(*holds),
        Ok(other) => Err(Error::new(format!(
            "Task failed: Conditional result ({}) was derived from value of type '{}'. \
             Conditionals must have a boolean result.",
            if other.is_true() { "True" } else { "False" },
            other.type_name()
        ))),
        Err(message) if message == UNTRUSTED => Err(Error::new(format!("Task failed: {message}"))),
        Err(message) => Err(Error::new(match message.starts_with("Syntax error") {
            true => format!("Task failed: {}", syntax_error(message, &assertion.source)),
            false => format!("Task failed: Error while evaluating conditional: {message}"),
        })),
    }
}

/// What is said of an expression that is none.
fn syntax_error(message: &str, source: &str) -> String {
    let hint = if source.contains("{{") || source.contains("{%") {
        ". Template delimiters are not supported in expressions"
    } else {
        ""
    };
    let why = message.strip_prefix("Syntax error in template: ").unwrap_or(message);
    format!("Syntax error in expression{hint}: {why}")
}

/// The expression as it was written; one that was no text is itself.
fn written(assertion: &Evaluated) -> Value {
    match &assertion.result {
        Ok(value @ Value::Bool(_)) if value.to_string() == assertion.source => value.clone(),
        _ => Value::from(assertion.source.as_str()),
    }
}

/// A message argument: text, or a list of texts.
fn message(given: Option<&Value>, name: &str, otherwise: &str) -> Result<Value> {
    match given {
        None => Ok(Value::from(otherwise)),
        Some(text @ Value::Str(_)) => Ok(text.clone()),
        Some(list @ Value::List(items)) if items.iter().all(|it| it.as_str().is_some()) => Ok(list.clone()),
        Some(other) => Err(Error::new(format!(
            "argument '{name}' is of type {} and we were unable to convert to str_or_list_of_str: a string or list of \
             strings is required",
            other.type_name()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, args};

    use super::*;

    fn that(results: &[(&str, std::result::Result<Value, String>)]) -> Map {
        let that = results.iter().map(|(source, result)| Evaluated::new(*source, result.clone()).to_value());
        Map::from([("that", that.collect::<Value>())])
    }

    #[test]
    fn the_first_that_does_not_hold_is_named() {
        let outcome = testing::apply::<Assert>(that(&[
            ("a", Ok(true.into())),
            ("b", Ok(false.into())),
            ("c", Err("x".into())),
        ]));
        assert!(outcome.failed);
        assert_eq!(outcome.data.get("assertion"), Some(&Value::from("b")));
        assert_eq!(outcome.data.get("msg"), Some(&Value::from("Assertion failed")));
    }

    #[test]
    fn all_that_hold_pass() {
        let mut args = that(&[("a", Ok(true.into()))]);
        args.insert("success_msg", "yay");
        let outcome = testing::apply::<Assert>(args);
        assert!(!outcome.failed);
        assert_eq!(outcome.data.get("msg"), Some(&Value::from("yay")));
    }

    #[test]
    fn what_is_neither_true_nor_false_is_an_error() {
        let message = testing::fails::<Assert>(that(&[("[1]", Ok(Value::list([Value::Int(1)])))]));
        assert!(
            message.contains("Conditional result (True) was derived from value of type 'list'"),
            "{message}"
        );
        let undefined = testing::fails::<Assert>(that(&[("x", Err("'x' is undefined".into()))]));
        assert!(undefined.ends_with("Error while evaluating conditional: 'x' is undefined"), "{undefined}");
    }

    #[test]
    fn messages_are_text_or_lists_of_text() {
        let mut args = that(&[("a", Ok(false.into()))]);
        args.insert("fail_msg", Value::Int(1));
        assert!(
            testing::fails::<Assert>(args)
                .contains("is of type int and we were unable to convert to str_or_list_of_str")
        );
        assert!(testing::fails::<Assert>(args! {}).contains("missing required arguments: that"));
    }
}

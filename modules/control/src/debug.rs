//! `debug`: prints a message or a value.

use rustle_runtime::args::Evaluated;
use rustle_runtime::prelude::*;
use rustle_runtime::template::UNTRUSTED;

/// Prints a message, or the value of an expression.
///
/// # Examples
/// ```yaml
/// - debug:
///     msg: "System {{ inventory_hostname }}"
/// - debug:
///     var: result.stdout
///     verbosity: 2
/// ```
///
/// # Returns
/// - `msg` (raw): the message, where `var` was not given
#[rustle_module(name = "debug", mutually_exclusive = [["msg", "var"]], check_mode = "full")]
pub struct Debug {
    /// The message.
    #[arg(default = "Hello world!")]
    msg: Value,
    /// The expression to print; without braces.
    #[arg(expression)]
    var: Option<Evaluated>,
    /// Prints only from this many `-v` on.
    #[arg(default = 0)]
    verbosity: i64,
}

impl Module for Debug {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        if i64::from(ctx.snapshot().verbosity) < self.verbosity {
            let outcome = Outcome { skipped: true, ..Outcome::ok() };
            return Ok(outcome.with("skipped_reason", "Verbosity threshold not met."));
        }
        let outcome = Outcome { verbose: true, ..Outcome::ok() };
        let Some(var) = &self.var else {
            return Ok(outcome.with("msg", self.msg.clone()));
        };
        if let (Ok(value), true) = (&var.result, var.expression().contains("{{")) {
            let shown = rustle_runtime::value::python::repr(value);
            return Err(Error::new(format!(
                "argument 'var' is an expression and needs no braces: with them it is {shown}, and no expression"
            )));
        }
        if let Err(message) = &var.result
            && message == UNTRUSTED
        {
            let message = format!("Task failed: Error while resolving `var` expression: {message}");
            return Err(Error::new(message));
        }
        Ok(match &var.result {
            Ok(value) => outcome.with(var.expression(), value.clone()),
            Err(message) => outcome
                .with(var.expression(), format!("<< error 1 - {message} >>"))
                .warn(format!("Encountered 1 template error.\nerror 1 - {message}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, args};

    use super::*;

    #[test]
    fn it_prints_what_it_is_given() {
        assert_eq!(testing::apply::<Debug>(args! {}).data.get("msg"), Some(&Value::from("Hello world!")));
        let list = testing::apply::<Debug>(args! { "msg": [1, "a"] });
        assert_eq!(list.data.get("msg").map(Value::to_string).as_deref(), Some("[1, 'a']"));
    }

    #[test]
    fn a_variable_stands_under_its_own_name() {
        let mut args = args! {};
        args.insert("var", Evaluated::new("a.b", Ok(Value::Int(3))).to_value());
        assert_eq!(testing::apply::<Debug>(args.clone()).data.get("a.b"), Some(&Value::Int(3)));
        args.insert("var", Evaluated::new("nope", Err("'nope' is undefined".into())).to_value());
        let undefined = testing::apply::<Debug>(args);
        assert!(!undefined.failed);
        assert_eq!(undefined.data.get("nope"), Some(&Value::from("<< error 1 - 'nope' is undefined >>")));
    }

    #[test]
    fn a_template_that_gives_no_expression_is_told() {
        let braces = Evaluated::new("{{ port }}", Ok(Value::Int(80))).to_value();
        let message = testing::fails::<Debug>(Map::from([("var", braces)]));
        assert!(message.contains("needs no braces"), "{message}");
    }

    #[test]
    fn verbosity_skips() {
        let outcome = testing::apply::<Debug>(args! { "verbosity": 2 });
        assert!(outcome.skipped && outcome.data.contains_key("skipped_reason"));
    }
}

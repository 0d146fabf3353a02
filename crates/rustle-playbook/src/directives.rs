//! Keywords that plays, blocks, roles and tasks share.

use rustle_schema::task::Directives;
use rustle_value::Value;

use crate::keyword::{Place, elsewhere, unsupported, without_effect};
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;
use rustle_template::trust::marked_text;
use rustle_value::yaml::Node;

impl Loader<'_> {
    /// Reads the keyword `name` into `into`. Whether it is one of those that are shared; the caller knows the others.
    pub(crate) fn directive(
        &mut self,
        scope: &Scope,
        into: &mut Directives,
        name: &str,
        key: &Node,
        value: &Node,
    ) -> bool {
        let slot = match name {
            "when" => {
                into.when = self.conditions(scope, name, value);
                return true;
            }
            "tags" => {
                into.tags = self.tags(scope, value);
                return true;
            }
            "vars" => {
                into.vars = self.vars(scope, value);
                return true;
            }
            "environment" => {
                into.environment = self.environment(scope, value);
                return true;
            }
            "module_defaults" => {
                into.module_defaults = self.module_defaults(scope, value);
                return true;
            }
            "become_user" => &mut into.become_user,
            "become_method" => &mut into.become_method,
            "become_flags" => &mut into.become_flags,
            "timeout" => &mut into.timeout,
            "become" => &mut into.become_,
            "ignore_errors" => &mut into.ignore_errors,
            "no_log" => &mut into.no_log,
            "check_mode" => &mut into.check_mode,
            "diff" => &mut into.diff,
            "run_once" => &mut into.run_once,
            "any_errors_fatal" => &mut into.any_errors_fatal,
            _ => return self.connection_keyword(scope, name, key, value),
        };
        *slot = match name {
            "become_user" | "become_flags" => self.text(scope, name, value),
            "become_method" => self.become_method(scope, value),
            "timeout" => self.integer(scope, name, value),
            _ => self.boolean(scope, name, value),
        };
        true
    }

    /// Keywords that mean nothing, or nothing yet, to a runner. Whether `name` is one of them.
    fn connection_keyword(&mut self, scope: &Scope, name: &str, key: &Node, value: &Node) -> bool {
        match name {
            "collections" => true,
            "connection" => {
                if value.as_text() != Some("local") {
                    self.problems.add(
                        Problem::error("unsupported-keyword", "only `connection: local` is supported")
                            .at(scope.at(value))
                            .with_help("a runner acts on the host it is started on: remove the keyword"),
                    );
                }
                true
            }
            "remote_user" | "port" => {
                self.no_connection(scope, name, key);
                true
            }
            _ if let Some(why) = without_effect(name) => {
                let message = format!("`{name}` has no effect: {why}");
                self.problems.add(Problem::warning("no-effect", message).at(scope.at(key)));
                true
            }
            _ => match unsupported(name) {
                Some(instead) => {
                    let problem =
                        Problem::error("unsupported-keyword", format!("`{name}` is not supported yet"))
                            .at(scope.at(key));
                    self.problems.add(if instead.is_empty() { problem } else { problem.with_help(instead) });
                    true
                }
                None => false,
            },
        }
    }

    /// Tells that it does not matter how the host would be reached.
    pub(crate) fn no_connection(&mut self, scope: &Scope, name: &str, key: &Node) {
        self.problems.add(
            Problem::warning("no-effect", format!("`{name}` has no effect: a runner makes no connection"))
                .at(scope.at(key))
                .with_help(if name == "port" {
                    "for a variable called `port`, write it under `vars:`"
                } else {
                    "the runner acts as the user who starts it; use `become_user` for another"
                }),
        );
    }

    /// Whether the keyword `name` has no value; that is told, and it then says nothing.
    pub(crate) fn is_empty_keyword(&mut self, scope: &Scope, name: &str, key: &Node, value: &Node) -> bool {
        if !value.is_null() {
            return false;
        }
        if name == "tags" {
            self.wrong_type(scope, name, value, "text or a list of texts");
            return true;
        }
        self.problems.add(
            Problem::warning("empty-keyword", format!("`{name}` has no value and says nothing"))
                .at(scope.at(key)),
        );
        true
    }

    /// Tells that `name` is no keyword of `place`.
    pub(crate) fn unknown_keyword(&mut self, scope: &Scope, place: Place, name: &str, key: &Node) {
        let mut problem =
            Problem::error("unknown-keyword", format!("`{name}` is not a keyword of {}", place.describe()))
                .at(scope.at(key))
                .labelled("unknown keyword");
        if let Some(help) = did_you_mean(name, place.keywords()) {
            problem = problem.with_help(help);
        } else if let Some(other) = elsewhere(name, place) {
            problem = problem.with_help(format!("`{name}` is a keyword of {}", other.describe()));
        }
        self.problems.add(problem);
    }

    /// The text of a key; a key that is no text is told.
    pub(crate) fn key_text<'n>(&mut self, scope: &Scope, place: Place, key: &'n Node) -> Option<&'n str> {
        match key.as_text() {
            Some(text) if key.to_value().as_str().is_some() => Some(text),
            _ => {
                let message = format!("the keywords of {} are text", place.describe());
                self.problems.add(Problem::error("unknown-keyword", message).at(scope.at(key)));
                None
            }
        }
    }

    fn tags(&mut self, scope: &Scope, node: &Node) -> Vec<Value> {
        let wanted = "text or a list of texts";
        let Some(items) = node.as_sequence() else {
            return match self.value(scope, node) {
                value @ Value::Template(_) => vec![value],
                Value::Str(text) => text.split(',').map(|tag| marked_text(tag.trim().into())).collect(),
                _ => {
                    self.wrong_type(scope, "tags", node, wanted);
                    Vec::new()
                }
            };
        };
        let mut tags = Vec::with_capacity(items.len());
        for item in items {
            match self.value(scope, item) {
                value @ (Value::Str(_) | Value::Template(_)) => tags.push(value),
                Value::Int(number) => tags.push(Value::from(number.to_string())),
                _ => self.wrong_type(scope, "tags", item, "a list of texts"),
            }
        }
        tags
    }

    fn environment(&mut self, scope: &Scope, node: &Node) -> Vec<Value> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            match self.value(scope, item) {
                value @ (Value::Map(_) | Value::Template(_)) => found.push(value),
                _ => self.wrong_type(scope, "environment", item, "a mapping of names to values"),
            }
        }
        found
    }

    fn become_method(&mut self, scope: &Scope, node: &Node) -> Option<Value> {
        let value = self.text(scope, "become_method", node)?;
        match value.as_str().map(rustle_schema::names::canonical) {
            Some(method @ ("sudo" | "su")) => Some(Value::str(method)),
            Some(method) => {
                self.problems.add(
                    Problem::error(
                        "become-method-not-supported",
                        format!("become method `{method}` is not supported yet"),
                    )
                    .at(scope.at(node))
                    .with_help("`sudo` and `su` are"),
                );
                None
            }
            None => Some(value),
        }
    }
}

/// Puts the keywords of `outer`, which surrounds it, into `inner`: its conditions, tags and variables come first, and
/// whatever the inner one does not say is taken over.
pub(crate) fn inherit(outer: &Directives, inner: &mut Directives) {
    let prepend = |outer: &[Value], inner: &mut Vec<Value>| {
        inner.splice(0..0, outer.iter().cloned());
    };
    prepend(&outer.when, &mut inner.when);
    prepend(&outer.tags, &mut inner.tags);
    prepend(&outer.environment, &mut inner.environment);
    inner.module_defaults.splice(0..0, outer.module_defaults.iter().cloned());
    let mut vars = outer.vars.clone();
    vars.extend_from(&inner.vars);
    inner.vars = vars;
    let take = |outer: &Option<Value>, inner: &mut Option<Value>| {
        if inner.is_none() {
            inner.clone_from(outer);
        }
    };
    take(&outer.become_, &mut inner.become_);
    take(&outer.become_user, &mut inner.become_user);
    take(&outer.become_method, &mut inner.become_method);
    take(&outer.become_flags, &mut inner.become_flags);
    take(&outer.ignore_errors, &mut inner.ignore_errors);
    take(&outer.no_log, &mut inner.no_log);
    take(&outer.check_mode, &mut inner.check_mode);
    take(&outer.diff, &mut inner.diff);
    take(&outer.run_once, &mut inner.run_once);
    take(&outer.timeout, &mut inner.timeout);
    take(&outer.any_errors_fatal, &mut inner.any_errors_fatal);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_comes_first_and_is_overridden() {
        let outer = Directives {
            when: vec![Value::str("a")],
            vars: [("x", 1), ("y", 1)].into_iter().collect(),
            become_: Some(Value::Bool(true)),
            no_log: Some(Value::Bool(true)),
            ..Directives::default()
        };
        let mut inner = Directives {
            when: vec![Value::str("b")],
            vars: [("x", 2)].into_iter().collect(),
            become_: Some(Value::Bool(false)),
            ..Directives::default()
        };
        inherit(&outer, &mut inner);
        assert_eq!(inner.when, [Value::str("a"), Value::str("b")]);
        assert_eq!(inner.vars, [("x", 2), ("y", 1)].into_iter().collect());
        assert_eq!(inner.become_, Some(Value::Bool(false)));
        assert_eq!(inner.no_log, Some(Value::Bool(true)));
    }
}

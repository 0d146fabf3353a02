//! The rules over several arguments.

use rustle_playbook::Problem;
use rustle_schema::module_spec::Rule;
use rustle_value::{Value, coerce};

use crate::check::arguments::{GivenArgs, Scope};
use crate::suggest;

/// Checks every rule.
pub(crate) fn check(scope: &Scope<'_>, rules: &[Rule], given: &GivenArgs<'_>, problems: &mut Vec<Problem>) {
    problems.extend(rules.iter().filter_map(|rule| broken(scope, rule, given)));
}

fn broken(scope: &Scope<'_>, rule: &Rule, given: &GivenArgs<'_>) -> Option<Problem> {
    let is_given = |name: &String| given.contains(name);
    match rule {
        Rule::MutuallyExclusive(names) => exclusive(scope, names, given),
        Rule::RequiredTogether(names) => {
            let (there, missing): (Vec<&String>, Vec<&String>) =
                names.iter().partition(|name| is_given(name));
            let (first, _) = (there.first()?, missing.first()?);
            let path = given.get(first.as_str())?.path();
            let message = format!("{} needs {} together", scope.what(), list(names));
            let problem = Problem::error("arguments-together", message);
            let problem =
                problem.labelled(format!("{} {} missing", list(missing.iter().copied()), be(missing.len())));
            Some(scope.place.name(&path, problem))
        }
        Rule::RequiredOneOf(names) => {
            if names.iter().any(is_given) {
                return None;
            }
            let message = format!("{} needs one of {}", scope.what(), list(names));
            Some(scope.place.whole(Problem::error("missing-argument", message).labelled("none is given")))
        }
        Rule::RequiredIf { arg, value, required, any } => {
            if !holds(scope, arg, value, given) {
                return None;
            }
            let missing: Vec<&String> = required.iter().filter(|name| !is_given(name)).collect();
            if missing.is_empty() || (*any && missing.len() < required.len()) {
                return None;
            }
            let wanted = if *any { format!("one of {}", list(required)) } else { list(missing) };
            let shown = coerce::str(value).unwrap_or_default();
            let message = format!("{} needs {wanted} if `{arg}` is `{shown}`", scope.what());
            let problem = Problem::error("missing-argument", message);
            Some(match given.get(arg.as_str()) {
                Some(given) => scope.place.value(&given.path(), problem.labelled("not given")),
                None => scope
                    .place
                    .whole(problem.with_note(format!("`{arg}` is `{shown}` where it is not given"))),
            })
        }
        Rule::RequiredBy { arg, required } => {
            let path = given.get(arg.as_str())?;
            let missing: Vec<&String> = required.iter().filter(|name| !is_given(name)).collect();
            missing.first()?;
            let message = format!("the argument `{arg}` of {} needs {}", scope.what(), list(missing));
            Some(
                scope
                    .place
                    .name(&path.path(), Problem::error("missing-argument", message).labelled("not given")),
            )
        }
    }
}

fn exclusive(scope: &Scope<'_>, names: &[String], given: &GivenArgs<'_>) -> Option<Problem> {
    let certain = |name: &&String| given.get(name.as_str()).is_some_and(|given| !given.is_uncertain());
    let there: Vec<&String> = names.iter().filter(certain).collect();
    let (first, last) = match there.as_slice() {
        [first, .., last] => (given.get(first.as_str())?, given.get(last.as_str())?),
        _ => return None,
    };
    let message = format!("{} takes only one of {}", scope.what(), list(names));
    let problem = Problem::error("exclusive-arguments", message).labelled("this one");
    let problem = scope.place.name(&last.path(), problem);
    Some(match scope.place.origin.and_then(|origin| origin.arg_name(first.path())) {
        Some(other) => problem.and_at(other, "and this one"),
        None => problem,
    })
}

/// Whether the argument certainly has this value, given or by default.
fn holds(scope: &Scope<'_>, arg: &str, value: &Value, given: &GivenArgs<'_>) -> bool {
    let actual = match given.get(arg) {
        Some(given) => Some(given.value),
        None => scope.find(arg).and_then(|arg| arg.default.as_ref()),
    };
    match actual {
        None | Some(Value::Template(_) | Value::Omit) => false,
        Some(actual) if actual == value => true,
        Some(actual) => match (coerce::as_boolean(actual), value) {
            (Some(actual), Value::Bool(wanted)) => actual == *wanted,
            _ => coerce::str(actual) == coerce::str(value),
        },
    }
}

fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    suggest::enumerate(names.into_iter().map(String::as_str))
}

fn be(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

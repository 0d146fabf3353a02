//! Whether literal values have the types that their arguments want. What a template gives is known at run time only.

use rustle_playbook::{Problem, ValuePath};
use rustle_schema::module_spec::{ArgSpec, ArgType};
use rustle_value::coerce;
use rustle_value::{Map, Value};

use crate::check::arguments::{GivenArgs, Scope};
use crate::check::rules;
use crate::lints::DECIMAL_MODE;
use crate::suggest;

/// The word for the mode of the source. Whether a module knows a source is its own matter, at run time.
const SOURCE_MODE: &str = "preserve";

/// Checks every value that is given.
pub(crate) fn check(scope: &Scope<'_>, given: &GivenArgs<'_>, problems: &mut Vec<Problem>) {
    for (name, it) in given.iter() {
        let Some(arg) = scope.find(name) else { continue };
        // Null is "not given" to most modules; those that it is wrong for say so at run time.
        if arg.expression || matches!(it.value, Value::None | Value::Template(_)) || takes_anything(&arg.kind)
        {
            continue;
        }
        value_of(scope, arg, &arg.kind, &it.path(), it.value, problems);
    }
}

/// Whether every literal is right for arguments of this type.
fn takes_anything(kind: &ArgType) -> bool {
    matches!(kind, ArgType::Str | ArgType::Path | ArgType::Raw | ArgType::Custom(_))
}

fn value_of(
    scope: &Scope<'_>,
    arg: &ArgSpec,
    kind: &ArgType,
    path: &ValuePath,
    value: &Value,
    problems: &mut Vec<Problem>,
) {
    if matches!(value, Value::Template(_) | Value::Omit) {
        return;
    }
    let result = match kind {
        ArgType::Str | ArgType::Path | ArgType::Raw | ArgType::Custom(_) => Ok(()),
        ArgType::Bool => coerce::boolean(value).map(drop).map_err(|error| ("a boolean", error)),
        ArgType::Int => coerce::int(value).map(drop).map_err(|error| ("a whole number", error)),
        ArgType::Float => coerce::float(value).map(drop).map_err(|error| ("a number", error)),
        ArgType::Json => coerce::jsonarg(value).map(drop).map_err(|error| ("JSON", error)),
        ArgType::Mode => {
            decimal_mode(scope, path, value, problems);
            if value.as_str() == Some(SOURCE_MODE) {
                return;
            }
            coerce::mode(value).map(drop).map_err(|error| ("a mode", error))
        }
        ArgType::Choice(words) => {
            choice(scope, arg, words, path, value, problems);
            Ok(())
        }
        ArgType::List(inner) => match coerce::list(value) {
            Ok(items) => {
                list(scope, arg, inner, path, value, &items, problems);
                Ok(())
            }
            // A mapping where a list of mappings is wanted is a list of one.
            Err(_) if matches!((value, &**inner), (Value::Map(_), ArgType::Options(..))) => {
                value_of(scope, arg, inner, path, value, problems);
                Ok(())
            }
            Err(error) => Err(("a list", error)),
        },
        ArgType::Map(inner) => match coerce::dict(value) {
            Ok(map) => {
                for (key, value) in map.iter() {
                    let path = key.as_str().map_or_else(|| path.clone(), |key| path.key(key));
                    value_of(scope, arg, inner, &path, value, problems);
                }
                Ok(())
            }
            Err(error) => Err(("a mapping", error)),
        },
        ArgType::Options(args, rules) => match coerce::dict(value) {
            Ok(map) => {
                options(scope, arg, args, rules, path, &map, problems);
                Ok(())
            }
            Err(error) => Err(("a mapping", error)),
        },
    };
    if let Err((wanted, error)) = result {
        let message = format!("the argument `{}` of {} should be {wanted}", arg.name, scope.what());
        let problem = Problem::error("wrong-type", message).labelled(format!("this is {}", describe(value)));
        let problem = match kind {
            ArgType::Bool => {
                problem.with_note("a boolean is `true`, `false`, `yes`, `no`, `on`, `off`, 1 or 0")
            }
            ArgType::Int | ArgType::Float | ArgType::List(_) => problem,
            _ => problem.with_note(error.to_string()),
        };
        problems.push(scope.place.value(path, problem));
    }
}

/// What a value is, in a playbook author's words.
fn describe(value: &Value) -> &'static str {
    match value {
        Value::None => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) => "a number",
        Value::List(_) | Value::Tuple(_) => "a list",
        Value::Map(_) => "a mapping",
        _ => "text",
    }
}

fn list(
    scope: &Scope<'_>,
    arg: &ArgSpec,
    inner: &ArgType,
    path: &ValuePath,
    value: &Value,
    items: &[Value],
    problems: &mut Vec<Problem>,
) {
    for (index, item) in items.iter().enumerate() {
        // Text that was split stands in one place.
        let path = if matches!(value, Value::List(_)) { path.index(index) } else { path.clone() };
        value_of(scope, arg, inner, &path, item, problems);
    }
}

fn options(
    scope: &Scope<'_>,
    arg: &ArgSpec,
    args: &[ArgSpec],
    rules: &[rustle_schema::module_spec::Rule],
    path: &ValuePath,
    map: &Map,
    problems: &mut Vec<Problem>,
) {
    let inner = Scope { what: &arg.name, args, free_form: None, rest: false, place: scope.place };
    let given = inner.given(map, path, problems);
    inner.required(&given, problems);
    check(&inner, &given, problems);
    rules::check(&inner, rules, &given, problems);
}

fn choice(
    scope: &Scope<'_>,
    arg: &ArgSpec,
    words: &[String],
    path: &ValuePath,
    value: &Value,
    problems: &mut Vec<Problem>,
) {
    let text = coerce::str(value).unwrap_or_default();
    if words.contains(&text) || is_boolean_word(value, words) {
        return;
    }
    let message = format!("the argument `{}` of {} cannot be `{text}`", arg.name, scope.what());
    let words = || words.iter().map(String::as_str);
    let problem = Problem::error("wrong-choice", message).labelled("not one of its values");
    let problem = match suggest::closest(&text, words()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem,
    };
    let note = format!("it can be {}", suggest::enumerate(words()));
    problems.push(scope.place.value(path, problem.with_note(note)));
}

/// YAML reads `yes` and `no` as booleans: such a value is the one word among the choices that means the same.
fn is_boolean_word(value: &Value, words: &[String]) -> bool {
    let Value::Bool(wanted) = value else { return false };
    words.iter().filter(|word| coerce::as_boolean(&Value::str(word)) == Some(*wanted)).count() == 1
}

/// `mode: 644` is decimal and sets strange bits; `0644` or `"644"` was meant.
fn decimal_mode(scope: &Scope<'_>, path: &ValuePath, value: &Value, problems: &mut Vec<Problem>) {
    let Value::Int(mode) = value else { return };
    let Some(written) = scope.place.origin.and_then(|origin| origin.arg(path)) else { return };
    let text = written.text();
    let octal =
        text.len() >= 3 && !text.starts_with('0') && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    if octal {
        let message = format!("the mode {text} without quotes is a decimal number: it means 0{mode:o}");
        let problem = Problem::warning(DECIMAL_MODE, message).at(written.clone());
        problems.push(problem.labelled("probably octal was meant").with_help(format!("write \"0{text}\"")));
    }
}

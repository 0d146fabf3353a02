//! `validate_argument_spec`: checks variables against a specification.

use rustle_runtime::prelude::*;
use rustle_runtime::schema::arguments::{self, Fault, FaultKind};
use rustle_runtime::schema::module_spec::{ArgSpec, ArgType, ModuleSpec};
use rustle_runtime::value::coerce;

/// Checks variables against a specification of arguments, as `meta/argument_specs.yml` of a role holds it. A role that has
/// one begins with this task.
///
/// # Examples
/// ```yaml
/// - validate_argument_spec:
///     argument_spec:
///       port:
///         type: int
///         required: true
///       level:
///         choices: [debug, info]
/// ```
///
/// # Returns
/// - `argument_errors` (list): what is wrong
/// - `argument_spec_data` (dict): the specification, where something is wrong
/// - `validate_args_context` (dict): whose specification it is
#[rustle_module(name = "validate_argument_spec", check_mode = "full", diff_mode = "none")]
pub struct ValidateArgumentSpec {
    /// The specification: names, each with its attributes (`type`, `required`, `choices`, `elements`, `options`, …).
    argument_spec: Map,
    /// Arguments that are checked beside variables, above which they stand.
    #[arg(default = {})]
    provided_arguments: Map,
    /// What the result tells of whose specification it is.
    #[arg(default = {})]
    validate_args_context: Map,
    /// The variables of the specified names.
    #[arg(internal)]
    variables: Option<Map>,
}

impl Module for ValidateArgumentSpec {
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        let mut variables = Map::new();
        if let Some(Value::Map(spec)) = args.get("argument_spec") {
            let mut names: Vec<String> = spec.keys().map(Value::to_string).collect();
            // What a role is given and does not know is told at its own start.
            let context = args.get("validate_args_context");
            if context.and_then(|it| it.get("type")).and_then(Value::as_str) == Some("role") {
                names.extend(run.role_parameters());
            }
            for name in names {
                let value = run.variable(&name);
                let failed = |error: Error| Error::new(format!("Task failed: {}", error.message()));
                if let Some(value) = value.map_err(failed)? {
                    variables.insert(name, value);
                }
            }
        }
        args.insert("_variables", variables);
        Ok(())
    }

    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let mut given = self.variables.clone().unwrap_or_default();
        given.extend_from(&self.provided_arguments);
        let spec = ModuleSpec { args: arguments(&self.argument_spec)?, ..ModuleSpec::default() };
        let checked = arguments::check(&spec, &given);
        // What is in a mapping is looked at once the mapping's neighbours have been.
        let is_nested = |fault: &Fault| fault.args.iter().any(|path| path.len() > 1);
        let nested = checked.faults.iter().position(is_nested).unwrap_or(checked.faults.len());
        let choices = self.argument_spec.iter().filter_map(|(name, it)| no_choice(name, it, &checked.values));
        let choices: Vec<String> = choices.collect();
        let mut messages: Vec<String> = checked.faults.into_iter().map(told).collect();
        messages.splice(nested..nested, choices);
        let context = self.validate_args_context.clone();
        if messages.is_empty() {
            let outcome = Outcome::ok().msg("The arg spec validation passed");
            return Ok(outcome.with("validate_args_context", context));
        }
        Ok(Outcome::failed(format!("Validation of arguments failed:\n{}", messages.join("\n")))
            .with("argument_errors", messages)
            .with("argument_spec_data", self.argument_spec.clone())
            .with("validate_args_context", context))
    }
}

/// What is said of a fault. An unknown argument is told as this validator tells it, not as a module does.
fn told(fault: Fault) -> String {
    match fault.message.strip_prefix("Unsupported parameters: ") {
        Some(names) if fault.kind == FaultKind::Unsupported => names.to_owned(),
        _ => fault.message,
    }
}

/// What is said of a value that is none of its choices, where these are no words: words are compared with the types.
fn no_choice(name: &Value, attributes: &Value, values: &Map) -> Option<String> {
    let kind = attributes.get("type").and_then(Value::as_str).unwrap_or("str");
    let choices = attributes.get("choices").and_then(Value::as_items)?;
    let value = values.get_value(name).filter(|_| !matches!(kind, "str" | "list" | "dict"))?;
    (!choices.contains(value)).then(|| {
        let listed: Vec<String> = choices.iter().map(Value::to_string).collect();
        format!("value of {name} must be one of: {}, got: {value}", listed.join(", "))
    })
}

/// The arguments that a mapping specifies.
fn arguments(spec: &Map) -> Result<Vec<ArgSpec>> {
    let mut arguments = Vec::with_capacity(spec.len());
    for (name, attributes) in spec {
        let Value::Map(attributes) = attributes else {
            return Err(Error::new(format!("the specification of '{name}' must be a mapping")));
        };
        arguments.push(argument(name.to_string(), attributes)?);
    }
    Ok(arguments)
}

fn argument(name: String, attributes: &Map) -> Result<ArgSpec> {
    let is = |key: &str| attributes.get(key).and_then(coerce::as_boolean).unwrap_or(false);
    let kind = kind(&name, attributes)?;
    Ok(ArgSpec {
        kind,
        aliases: words(attributes.get("aliases")),
        required: is("required"),
        default: attributes.get("default").filter(|it| !it.is_none()).cloned(),
        no_log: is("no_log"),
        name,
        ..ArgSpec::default()
    })
}

/// The type of an argument, with its choices and with what a mapping holds.
fn kind(name: &str, attributes: &Map) -> Result<ArgType> {
    let word = |key: &str| attributes.get(key).and_then(Value::as_str);
    let plain = |word: &str| -> Result<ArgType> {
        Ok(match word {
            "str" if attributes.contains_key("choices") => ArgType::Choice(words(attributes.get("choices"))),
            "str" => ArgType::Str,
            "bool" => ArgType::Bool,
            "int" => ArgType::Int,
            "float" => ArgType::Float,
            "path" => ArgType::Path,
            "json" | "jsonarg" => ArgType::Json,
            "list" => ArgType::List(Box::new(ArgType::Raw)),
            "dict" => match attributes.get("options") {
                Some(Value::Map(options)) => ArgType::Options(arguments(options)?, Vec::new()),
                _ => ArgType::Map(Box::new(ArgType::Raw)),
            },
            // Sizes (`10M`) are told from other text by nobody else.
            "raw" | "bytes" | "bits" => ArgType::Raw,
            other => return Err(Error::new(format!("the type of '{name}' is unknown: {other}"))),
        })
    };
    match (word("type").unwrap_or("str"), word("elements")) {
        ("list", Some(elements)) => Ok(ArgType::List(Box::new(plain(elements)?))),
        (word, _) => plain(word),
    }
}

/// The words of a list.
fn words(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_items).into_iter().flatten().map(Value::to_string).collect()
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{Case, FakeRun, args};

    use super::*;

    fn checked(spec: Map, run: FakeRun) -> Outcome {
        let mut args = args! { "validate_args_context": {"name": "web"} };
        args.insert("argument_spec", spec);
        Case::<ValidateArgumentSpec>::new(args).with_run(run).apply()
    }

    #[test]
    fn variables_are_held_against_their_types() {
        let spec = args! {
            "port": {"type": "int", "required": true},
            "level": {"choices": ["debug", "info"], "default": "info"},
            "users": {"type": "list", "elements": "dict", "options": {"name": {"required": true}}}
        };
        let run = || FakeRun::new().with_variable("port", "80");
        let passed = checked(spec.clone(), run());
        assert_eq!(passed.msg.as_deref(), Some("The arg spec validation passed"));
        assert!(passed.data.contains_key("validate_args_context"));
        let users = Value::list([Value::Map(args! { "uid": 1 })]);
        let failed = checked(spec, run().with_variable("level", "loud").with_variable("users", users));
        assert!(failed.failed);
        let errors = failed.data.get("argument_errors").map(Value::to_string).unwrap_or_default();
        assert!(errors.contains("value of level must be one of: debug, info, got: loud"), "{errors}");
        assert!(errors.contains("missing required arguments: name found in users"), "{errors}");
    }

    #[test]
    fn numbers_have_choices_too() {
        let spec = args! { "level": {"type": "int", "choices": [1, 2]} };
        assert!(!checked(spec.clone(), FakeRun::new().with_variable("level", "2")).failed);
        let failed = checked(spec, FakeRun::new().with_variable("level", 7));
        let message = failed.msg.unwrap_or_default();
        assert!(message.ends_with("value of level must be one of: 1, 2, got: 7"), "{message}");
    }

    #[test]
    fn what_is_required_must_be_a_variable() {
        let failed = checked(args! { "port": {"type": "int", "required": true} }, FakeRun::new());
        let message = failed.msg.unwrap_or_default();
        assert_eq!(message, "Validation of arguments failed:\nmissing required arguments: port");
    }

    #[test]
    fn a_specification_that_is_none_is_refused() {
        let case = |spec: Map| {
            let mut args = Map::new();
            args.insert("argument_spec", spec);
            Case::<ValidateArgumentSpec>::new(args).with_run(FakeRun::new()).assert_fails()
        };
        assert!(case(args! { "a": 1 }).contains("the specification of 'a' must be a mapping"));
        assert!(case(args! { "a": {"type": "zork"} }).contains("the type of 'a' is unknown: zork"));
    }
}

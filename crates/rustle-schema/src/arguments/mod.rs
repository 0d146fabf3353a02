//! What a module's specification makes of the arguments that a task gives it.
//!
//! The order of the checks, their words and their odd corners are those of ansible-core 2.19's `ArgumentSpecValidator`,
//! with one difference: nothing stops at the first fault, every one of them is reported. A runner checks values that are
//! rendered; a build checks those of the playbook, in which any value may still be a template, of which nothing but its
//! being there is known.

mod coercion;
mod rules;

use rustle_value::{Map, Value};

use crate::module_spec::{ArgSpec, ArgType, ModuleSpec, Rule};

/// The name under which a task's free-form text arrives.
pub const FREE_FORM: &str = "_raw_params";

/// What came of a check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// The arguments under their own names, coerced to their types, defaults filled in. One that was not given and has
    /// no default is absent. Paths are not expanded: that is the business of the host.
    pub values: Map,
    /// What was given and is not declared, if the module takes it.
    pub rest: Map,
    /// Everything that is wrong, in the order in which ansible-core looks.
    pub faults: Vec<Fault>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// One thing that is wrong with arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// The arguments concerned, each by the names that lead to it: `["opts", "size"]`. For an argument that was given,
    /// the last is the name it was given under.
    pub args: Vec<Vec<String>>,
    /// The message, as ansible-core words it.
    pub message: String,
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The module has no such argument.
    Unsupported,
    /// It must be given and is not.
    Missing,
    /// Its value cannot be made its type.
    Type,
    /// Its value is none of its choices.
    Choice,
    /// It is no file mode. The value is kept: a module that is given one refuses it itself, and names the file.
    Mode,
    /// A rule over several arguments is broken.
    Rule,
}

/// Checks `given` against `spec`.
///
/// ```
/// use rustle_schema::arguments::check;
/// use rustle_schema::module_spec::{ArgSpec, ArgType, ModuleSpec};
/// use rustle_value::{Map, Value};
///
/// let count = ArgSpec { name: "count".into(), kind: ArgType::Int, required: true, ..ArgSpec::default() };
/// let spec = ModuleSpec { name: "acme.count".into(), args: vec![count], ..ModuleSpec::default() };
/// assert_eq!(check(&spec, &Map::from([("count", "7")])).values.get("count"), Some(&Value::Int(7)));
/// assert_eq!(check(&spec, &Map::new()).faults[0].message, "missing required arguments: count");
/// ```
pub fn check(spec: &ModuleSpec, given: &Map) -> Checked {
    let mut given = given.clone();
    if let Some(name) = &spec.free_form
        && let Some(text) = given.remove(FREE_FORM)
    {
        given.insert(name, text);
    }
    let mut checked = Checked::default();
    let mut late = Vec::new();
    let mut level =
        Level { spec, out: &mut checked, late: &mut late, context: Vec::new(), prefix: String::new() };
    let (values, rest) = level.check(&spec.args, &spec.rules, &given, spec.rest.is_some());
    checked.values = values;
    checked.rest = rest;
    checked.faults.append(&mut late);
    checked
}

/// One mapping of arguments: the task's own, or one nested in it.
struct Level<'a> {
    spec: &'a ModuleSpec,
    out: &'a mut Checked,
    /// Faults that are reported after all others.
    late: &'a mut Vec<Fault>,
    /// The names that lead here.
    context: Vec<String>,
    /// How warnings name this place: `opts.`, `list[0].`.
    prefix: String,
}

impl Level<'_> {
    fn check(&mut self, args: &[ArgSpec], rules: &[Rule], given: &Map, keep_rest: bool) -> (Map, Map) {
        let mut given = given.clone();
        given.retain(|_, value| *value != Value::Omit);
        let (mut params, rest) = self.own_names(args, given, keep_rest);
        self.rules(rules.iter().filter(|rule| matches!(rule, Rule::MutuallyExclusive(_))), &params);
        for arg in args {
            if let (Some(default), false) = (&arg.default, params.contains_key(&arg.name)) {
                params.insert(&arg.name, default.clone());
            }
        }
        self.missing(args, &params);
        let mut failed = self.types(args, &mut params);
        failed.extend(self.choices(args, &mut params));
        self.rules(rules.iter().filter(|rule| !matches!(rule, Rule::MutuallyExclusive(_))), &params);
        for name in failed {
            params.remove(&name);
        }
        self.nested(args, &mut params);
        params.retain(|name, value| {
            let spec = || args.iter().find(|arg| name.as_str() == Some(&arg.name));
            !value.is_none() || spec().is_some_and(|arg| arg.required || arg.default.is_some())
        });
        (params, rest)
    }

    /// Gives every argument its own name, and sets aside what is not declared.
    fn own_names(&mut self, args: &[ArgSpec], given: Map, keep_rest: bool) -> (Map, Map) {
        let mut params = Map::with_capacity(args.len());
        // A task gives few arguments, and a module has many with more names: looking through the few costs least.
        let mut given: Vec<(Value, Value)> = given.into_iter().collect();
        let mut take = |name: &str| {
            let at = given.iter().position(|(key, _)| key.as_str() == Some(name))?;
            Some(given.remove(at).1)
        };
        for arg in args {
            let mut value = take(&arg.name);
            for alias in &arg.aliases {
                let Some(aliased) = take(alias) else { continue };
                if value.is_some() {
                    let prefix = &self.prefix;
                    self.out.warnings.push(format!(
                        "Both option {prefix}{} and its alias {prefix}{alias} are set.",
                        arg.name
                    ));
                }
                value = Some(aliased);
            }
            let Some(value) = value else { continue };
            if let Some(why) = &arg.deprecated {
                self.out.warnings.push(format!("Param '{}{}' is deprecated: {why}", self.prefix, arg.name));
            }
            params.insert(&arg.name, value);
        }
        let given: Map = given.into_iter().collect();
        if keep_rest {
            return (params, given);
        }
        if !given.is_empty() {
            self.unsupported(args, &given);
        }
        (params, Map::new())
    }

    fn unsupported(&mut self, args: &[ArgSpec], unknown: &Map) {
        let mut paths: Vec<Vec<String>> = unknown.keys().map(|key| self.path(&key.to_string())).collect();
        paths.sort();
        let written: Vec<String> = paths.iter().map(|path| path.join(".")).collect();
        let mut names: Vec<&str> = args.iter().map(|arg| arg.name.as_str()).collect();
        names.sort_unstable();
        let mut aliases: Vec<&str> = args.iter().flat_map(|arg| &arg.aliases).map(String::as_str).collect();
        aliases.sort_unstable();
        let aliases = if aliases.is_empty() { String::new() } else { format!(" ({})", aliases.join(", ")) };
        let module = match self.spec.name.as_str() {
            "" => "Unsupported parameters".to_owned(),
            name => format!("Unsupported parameters for ({name}) module"),
        };
        let message = format!(
            "{module}: {}. Supported parameters include: {}{aliases}.",
            written.join(", "),
            names.join(", ")
        );
        self.late.push(Fault { kind: FaultKind::Unsupported, args: paths, message });
    }

    fn missing(&mut self, args: &[ArgSpec], params: &Map) {
        let missing = args.iter().filter(|arg| arg.required && !params.contains_key(&arg.name));
        let mut missing: Vec<&str> = missing.map(|arg| arg.name.as_str()).collect();
        if missing.is_empty() {
            return;
        }
        missing.sort_unstable();
        let message = self.found_in(format!("missing required arguments: {}", missing.join(", ")));
        self.fault(FaultKind::Missing, &missing, message);
    }

    /// Checks the arguments of arguments.
    fn nested(&mut self, args: &[ArgSpec], params: &mut Map) {
        for arg in args {
            let Some(value) = params.get_mut(&arg.name) else { continue };
            match (&arg.kind, &*value) {
                (ArgType::Options(args, rules), Value::Map(map)) => {
                    *value = Value::Map(self.inner(&arg.name, "", args, rules, map));
                }
                (ArgType::List(of), Value::List(items)) => {
                    let ArgType::Options(args, rules) = &**of else { continue };
                    let items = items.iter().enumerate().map(|(index, item)| match item {
                        Value::Map(map) => {
                            Value::Map(self.inner(&arg.name, &format!("[{index}]"), args, rules, map))
                        }
                        other => other.clone(),
                    });
                    *value = Value::list(items.collect::<Vec<_>>());
                }
                (ArgType::Map(of), Value::Map(map)) => {
                    let ArgType::Options(args, rules) = &**of else { continue };
                    let entries = map.iter().map(|(key, item)| match item {
                        Value::Map(map) => {
                            let at = format!("[{}]", rustle_value::python::repr(key));
                            (key.clone(), Value::Map(self.inner(&arg.name, &at, args, rules, map)))
                        }
                        other => (key.clone(), other.clone()),
                    });
                    *value = Value::Map(entries.collect());
                }
                _ => {}
            }
        }
    }

    fn inner(&mut self, name: &str, at: &str, args: &[ArgSpec], rules: &[Rule], given: &Map) -> Map {
        let context = self.path(name);
        let prefix = format!("{}{name}{at}.", self.prefix);
        let mut level = Level { spec: self.spec, out: self.out, late: self.late, context, prefix };
        level.check(args, rules, given, false).0
    }

    fn path(&self, name: &str) -> Vec<String> {
        self.context.iter().cloned().chain([name.to_owned()]).collect()
    }

    fn fault<S: AsRef<str>>(&mut self, kind: FaultKind, names: &[S], message: String) {
        let args = names.iter().map(|name| self.path(name.as_ref())).collect();
        self.out.faults.push(Fault { kind, args, message });
    }

    /// The message, with where it applies.
    fn found_in(&self, message: String) -> String {
        if self.context.is_empty() {
            message
        } else {
            format!("{message} found in {}", self.context.join(" -> "))
        }
    }
}

/// Whether `value` is a template that may turn out to be `omit`, so that nobody can say whether the argument is given.
fn may_be_omitted(value: &Value) -> bool {
    matches!(value, Value::Template(text) if text.contains("omit"))
}

#[cfg(test)]
mod tests;

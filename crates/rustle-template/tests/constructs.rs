//! Constructs of Jinja2 and Ansible, compared with what ansible-core makes of them, as recorded by `constructs/record.py`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustle_template::{Engine, Error, FileKind, Options, Variable, World, has_markers};
use rustle_value::{Map, Value, json, python};

/// One file of cases.
struct Table {
    variables: Map,
    files: Map,
}

impl World for Table {
    fn variable(&self, name: &str) -> Option<Variable> {
        self.variables.get(name).cloned().map(Variable::Templated)
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        self.variables.keys().filter_map(|key| key.as_str().map(Arc::from)).collect()
    }

    fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String> {
        match self.files.contains_key(name) && kind == FileKind::Templates {
            true => Ok(name.to_owned()),
            false => {
                let message = format!("'{name}' not found in search path: '.'");
                Err(io::Error::new(io::ErrorKind::NotFound, message))
            }
        }
    }

    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let file = path.to_str().and_then(|path| self.files.get(path)).and_then(Value::as_str);
        file.map(|text| Arc::from(text.as_bytes())).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn glob(&self, _pattern: &str) -> Vec<String> {
        Vec::new()
    }

    fn run(&self, _command: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn env(&self, _name: &str) -> Option<String> {
        None
    }
}

/// The value as a playbook's author would have written it: texts with markers are templates.
fn authored(value: &Value) -> Value {
    match value {
        Value::Str(text) if has_markers(text) => Value::Template(text.clone()),
        Value::List(items) => Value::list(items.iter().map(authored)),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), authored(value))).collect())
        }
        other => other.clone(),
    }
}

fn evaluated(engine: &Engine, case: &Value, table: &Table) -> Result<Value, Error> {
    let text = |key: &str| case.get(key).and_then(Value::as_str);
    if let Some(source) = text("condition") {
        return engine.condition(&Value::str(source), table).map(|it| Value::Bool(it.value));
    }
    if let Some(source) = text("expression") {
        let expression = engine.expression(source).map_err(|error| {
            let hint = match has_markers(source) {
                true => ". Template delimiters are not supported in expressions",
                false => "",
            };
            Error::user(format!("Syntax error in expression{hint}: {}", error.message))
        })?;
        return match engine.evaluate(&expression, table)? {
            Value::Undefined(undefined) => Err(Error::undefined(undefined.message.as_ref())),
            value => Ok(value),
        };
    }
    let options = if case.get("file").is_some() { Options::file() } else { Options::default() };
    let template = engine.template(text("template").unwrap_or_default(), &options)?;
    engine.render(&template, table)
}

/// What came out, as it is recorded.
fn described(result: &Result<Value, Error>) -> String {
    match result {
        Ok(Value::Omit) => "omit".into(),
        Ok(value) => format!("{} {}", value.type_name(), python::repr(value)),
        Err(error) => format!("ERROR {error}"),
    }
}

fn expected(record: &Value) -> String {
    let text = |key: &str| record.get(key).and_then(Value::as_str);
    match (text("error"), text("type"), text("repr")) {
        (Some(error), ..) => format!("ERROR {error}"),
        (None, Some(kind), Some(repr)) => format!("{kind} {repr}"),
        (None, kind, _) => kind.unwrap_or("nothing was recorded").to_owned(),
    }
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let file = json::loads(&text).unwrap();
    let map = |key: &str| match file.get(key).map(authored) {
        Some(Value::Map(map)) => map,
        _ => Map::new(),
    };
    let files = file.get("files").and_then(Value::as_map).cloned().unwrap_or_default();
    let mut failures = Vec::new();
    let cases = file.get("cases").and_then(Value::as_items).unwrap();
    for case in cases {
        let mut variables = map("variables");
        if let Some(Value::Map(more)) = case.get("variables").map(authored) {
            variables.extend_from(&more);
        }
        let table = Table { variables, files: files.clone() };
        let record = case.get("ours").or_else(|| case.get("expect")).unwrap();
        let result = evaluated(&Engine::new(), case, &table);
        let (got, want) = (described(&result), expected(record));
        if got != want {
            let source = ["template", "condition", "expression"].iter().find_map(|key| case.get(key));
            failures.push(format!("{:?}\n  got  {got}\n  want {want}", source.unwrap_or(&Value::None)));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases of {name} differ:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

macro_rules! tables {
    ($($test:ident $file:literal,)*) => {
        $(#[test]
        fn $test() {
            check($file);
        })*
    };
}

tables! {
    values "values.json",
    statements "statements.json",
    operators "operators.json",
    methods "methods.json",
    undefined "undefined.json",
    files "files.json",
    conditions "conditions.json",
    expressions "expressions.json",
}

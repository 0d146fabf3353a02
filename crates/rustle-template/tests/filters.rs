//! Filters, tests and lookups, compared with what ansible-core makes of the same expressions, as recorded by
//! `filters/record.py`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustle_template::{Engine, Error, FileKind, Options, Variable, World};
use rustle_value::{Map, Value, json, python};

/// Variables, and a folder with the files of the playbook.
struct Table {
    variables: Map,
    folder: PathBuf,
}

impl World for Table {
    fn variable(&self, name: &str) -> Option<Variable> {
        self.variables.get(name).cloned().map(Variable::Plain)
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        self.variables.keys().filter_map(|key| key.as_str().map(Arc::from)).collect()
    }

    fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String> {
        let folder = match kind {
            FileKind::Files => "files",
            FileKind::Templates => "templates",
            FileKind::Vars => "vars",
            FileKind::Tasks => "tasks",
        };
        let places = [self.folder.join(folder).join(name), self.folder.join(name)];
        let found = places.into_iter().find(|place| place.exists());
        let missing =
            || io::Error::new(io::ErrorKind::NotFound, "File not found. Use -vvvvv to see paths searched.");
        found.map(|path| path.to_string_lossy().into_owned()).ok_or_else(missing)
    }

    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        std::fs::read(path).map(Arc::from)
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        let suffix = pattern.rsplit_once('*').map_or(pattern, |(_, suffix)| suffix);
        let entries = std::fs::read_dir(self.folder.join("files")).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.path().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(suffix)).collect();
        names.sort();
        names
    }

    fn run(&self, command: &str) -> io::Result<Vec<u8>> {
        let output = Command::new("/bin/sh").arg("-c").arg(command).current_dir(&self.folder).output()?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let code = output.status.code().unwrap_or_default();
        Err(io::Error::other(format!("lookup_plugin.pipe({command}) returned {code}")))
    }

    fn env(&self, name: &str) -> Option<String> {
        match name {
            "HOME" => Some("/home/me".into()),
            "GREETING" => Some("hello".into()),
            _ => None,
        }
    }
}

fn evaluated(engine: &Engine, expression: &str, table: &Table) -> Result<Value, Error> {
    let template = engine.template(&format!("{{{{ {expression} }}}}"), &Options::default())?;
    engine.render(&template, table)
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/filters").join(name);
    let file = json::loads(&std::fs::read_to_string(path).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in file.get("files").and_then(Value::as_map).into_iter().flatten() {
        let path = folder.path().join(name.as_str().unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content.as_str().unwrap()).unwrap();
    }
    let variables = file.get("variables").and_then(Value::as_map).cloned().unwrap();
    let table = Table { variables, folder: folder.path().canonicalize().unwrap() };
    let shown_folder = table.folder.to_string_lossy().into_owned();
    let engine = Engine::new();
    let mut failures = Vec::new();
    let cases = file.get("cases").and_then(Value::as_items).unwrap();
    for case in cases {
        let text = |index: usize| case.as_items().and_then(|case| case.get(index)).and_then(Value::as_str);
        let expression = text(0).unwrap();
        let wanted = text(2).or(text(1)).unwrap();
        let got = match evaluated(&engine, expression, &table) {
            Ok(value) => python::repr(&value),
            Err(error) => format!("!{error}"),
        };
        let got = got.replace(&shown_folder, "$FOLDER");
        if got != wanted {
            failures.push(format!("{expression}\n  got  {got}\n  want {wanted}"));
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
    text "text.json",
    numbers "numbers.json",
    sequences "sequences.json",
    dictionaries "dictionaries.json",
    regular_expressions "regex.json",
    encodings "encoding.json",
    paths "paths.json",
    digests_and_chance "chance.json",
    times "time.json",
    tests "tests.json",
    lookups "lookups.json",
}

//! Each folder of `tests/cases` is a project, with what loading it must give.
//!
//! `input/` is the project; `input/site.yml`, or what `case.json` says, is read: another playbook, or a plan of
//! `tests/plans`. `problems.txt` holds the problems, one on
//! each line as `file:line:column-end severity code message` (help and notes indented below it); `plan.json` the plan, if
//! there is no error; `files.txt` the embedded files. A file that is absent stands for nothing. With `BLESS=1` they are
//! written: read what `git diff` says then.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rustle_playbook::{Loaded, Location, Options, Severity};
use rustle_value::Map;
use serde_json::Value as Json;

fn options(case: &Json, input: &Path) -> Options {
    let list = |name: &str| {
        let items = case[name].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(Json::as_str).map(PathBuf::from).collect::<Vec<_>>()
    };
    let root = case["root"].as_str().map_or_else(|| input.to_owned(), |root| input.join(root));
    let extra: Map = case["extra_vars"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), rustle_value::json::from_json(value)))
        .collect();
    Options {
        root: Some(root),
        inventory: list("inventory"),
        roles_path: list("roles_path"),
        extra_vars: extra,
        modules: case["modules"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        given: Vec::new(),
        sealed: list("sealed").into_iter().map(|name| name.to_string_lossy().into_owned()).collect(),
    }
}

fn load(folder: &Path) -> Loaded {
    let input = folder.join("input");
    let case: Json = fs::read_to_string(folder.join("case.json"))
        .map_or(Json::Null, |text| serde_json::from_str(&text).expect("case.json"));
    let options = options(&case, &input);
    let name = case["playbook"].as_str().unwrap_or("site.yml");
    match case["plan"].as_str() {
        Some(name) => {
            let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
            let text = fs::read(plans.join(name)).expect("the plan");
            rustle_playbook::load_plan_json(&text, name, &input, &options)
        }
        None => rustle_playbook::load_playbook(&input.join(name), &options),
    }
}

fn place(location: Option<&Location>) -> String {
    location.map_or_else(|| "-".to_owned(), |location| format!("{location:?}"))
}

fn problems(loaded: &Loaded) -> String {
    let mut out = String::new();
    for problem in &loaded.problems {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let at = place(problem.primary.as_ref());
        writeln!(out, "{at} {severity} {} {}", problem.code, problem.message).unwrap();
        if let Some(location) = &problem.primary {
            let marked = location.text().lines().next().unwrap_or_default();
            writeln!(out, "    marks: {marked}").unwrap();
        }
        for (location, label) in &problem.secondary {
            writeln!(out, "    {}: {label}", place(Some(location))).unwrap();
        }
        problem.notes.iter().for_each(|note| writeln!(out, "    note: {note}").unwrap());
        problem.help.iter().for_each(|help| writeln!(out, "    help: {help}").unwrap());
    }
    out
}

fn plan(loaded: &Loaded) -> String {
    match &loaded.plan {
        Some(plan) if !loaded.has_errors() => serde_json::to_string_pretty(plan).unwrap() + "\n",
        _ => String::new(),
    }
}

fn files(loaded: &Loaded) -> String {
    let names = loaded.files.embedded.keys().map(|name| String::from_utf8_lossy(name).into_owned() + "\n");
    if loaded.has_errors() { String::new() } else { names.collect() }
}

fn compare(path: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("BLESS").is_some() {
        if found.is_empty() {
            let _ = fs::remove_file(path);
            return Ok(());
        }
        return fs::write(path, found).map_err(|error| error.to_string());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == found {
        return Ok(());
    }
    let differs = expected
        .lines()
        .zip(found.lines())
        .position(|(a, b)| a != b)
        .unwrap_or(expected.lines().count().min(found.lines().count()));
    let line = |text: &str| text.lines().nth(differs).unwrap_or("<end>").to_owned();
    Err(format!(
        "{}:{}:\n  expected: {}\n  found:    {}",
        path.display(),
        differs + 1,
        line(&expected),
        line(found)
    ))
}

#[test]
fn cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 40, "only {} cases", folders.len());
    let mut wrong = Vec::new();
    for folder in &folders {
        let loaded = load(folder);
        let again = load(folder);
        assert_eq!(plan(&loaded), plan(&again), "{} is not read the same way twice", folder.display());
        let results = [
            ("problems.txt", problems(&loaded)),
            ("plan.json", plan(&loaded)),
            ("files.txt", files(&loaded)),
        ];
        for (name, found) in results {
            wrong.extend(compare(&folder.join(name), &found).err());
        }
        check_origins(&loaded);
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every template that the plan holds must be found among the snippets, and every snippet must be where it says.
fn check_origins(loaded: &Loaded) {
    let Some(plan) = &loaded.plan else { return };
    for snippet in loaded.origins.snippets() {
        assert!(!snippet.text.is_empty());
        let start = snippet.at(0);
        assert!(
            start.span.start >= snippet.location.span.start && start.span.start <= snippet.location.span.end
        );
    }
    let value = serde_json::to_value(plan).unwrap();
    let mut templates = Vec::new();
    collect_templates(&value, &mut templates);
    let snippets: Vec<String> =
        loaded.origins.snippets().map(|snippet| snippet.text.trim().to_string()).collect();
    // The lookup of a secret stands in no file: what stands there is encrypted.
    templates.retain(|template| !template.starts_with("{{ lookup('rustle.secret', "));
    for template in templates {
        let known = snippets
            .iter()
            .any(|snippet| snippet.contains(template.trim()) || template.contains(snippet.as_str()));
        assert!(known, "no snippet for {template}");
    }
}

fn collect_templates(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(entries) => {
            if let (Some(Json::Array(pair)), 1) = (entries.get("$rustle"), entries.len())
                && pair[0] == "t"
            {
                found.push(pair[1].as_str().unwrap_or_default().to_owned());
            }
            entries.values().for_each(|value| collect_templates(value, found));
        }
        Json::Array(items) => items.iter().for_each(|value| collect_templates(value, found)),
        _ => {}
    }
}

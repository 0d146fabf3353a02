//! `include_vars`: variables from files, while the run goes on.

use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::variables_file;

/// Reads variables from a YAML or JSON file, or from all such files of a folder.
///
/// Files are looked for among the embedded ones first, in `vars/` of the role and beside the playbook. Text in them may
/// be a template, which is rendered where the variable is used.
///
/// # Examples
/// ```yaml
/// - include_vars: "{{ ansible_facts.os_family }}.yml"
/// - include_vars:
///     dir: vars/services
///     depth: 1
///     name: services
/// ```
///
/// # Returns
/// - `ansible_facts` (dict): the variables
/// - `ansible_included_var_files` (list): the files that were read
#[rustle_module(
    name = "include_vars",
    mutually_exclusive = [["file", "dir"]],
    required_one_of = [["file", "dir", "free"]],
    check_mode = "full"
)]
pub struct IncludeVars {
    /// The file, in free form.
    #[arg(free_form)]
    #[expect(dead_code, reason = "read by prepare")]
    free: Option<String>,
    /// The file.
    #[arg(file = "vars")]
    #[expect(dead_code, reason = "read by prepare")]
    file: Option<String>,
    /// The folder: all its files are read, in the order of their names.
    #[expect(dead_code, reason = "read by prepare")]
    dir: Option<String>,
    /// How many levels of folders are read; 0 is all.
    #[arg(default = 0)]
    depth: usize,
    /// Only files whose names match this regular expression.
    files_matching: Option<String>,
    /// Files that are passed over: regular expressions for the ends of their names.
    ignore_files: Option<Value>,
    /// The extensions that files may have.
    #[arg(default = ["yaml", "yml", "json"])]
    extensions: Vec<String>,
    /// Passes over files with other extensions, instead of failing.
    #[arg(default = false)]
    ignore_unknown_extensions: bool,
    /// The variable that all of them are put into.
    name: Option<String>,
    /// Whether a dictionary replaces the one that a variable holds already, or is merged with it.
    #[arg(default = "replace")]
    hash_behaviour: HashBehaviour,
    /// The files that were found.
    #[arg(internal)]
    found: Option<Map>,
    /// The dictionaries that are there already and that theirs are merged with.
    #[arg(internal)]
    existing: Option<Map>,
}

/// What becomes of a dictionary that several files set.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum HashBehaviour {
    /// The later one stands.
    Replace,
    /// They are merged.
    Merge,
}

impl Module for IncludeVars {
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        check_kind(args)?;
        let found = match Search::of(args)? {
            Search::File(name) => match run.find_file(&name, FileKind::Vars) {
                Ok(path) => Found::of(vec![(path.clone(), run.read_file(Path::new(&path))?)]),
                Err(error) => Found::failed(error.message()),
            },
            Search::Folder(folder) => match run.find_file(&folder, FileKind::Vars) {
                Ok(path) => folder_files(args, Path::new(&path), run)?,
                Err(_) => Found::failed(&format!("{folder} directory does not exist")),
            },
        };
        if args.get("hash_behaviour").is_some_and(|it| it.as_str() == Some("merge")) {
            let name = args.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
            args.insert("_existing", found.existing(name, run)?);
        }
        args.insert("_found", found.into_map());
        Ok(())
    }

    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let found = self.found.as_ref().ok_or("include_vars was not prepared")?;
        let mut variables = Map::new();
        let mut read = Vec::new();
        for (path, content) in found.get("files").and_then(Value::as_map).into_iter().flatten() {
            let (path, content) = (path.to_string(), content.as_str().unwrap_or_default());
            match variables_file::parse(content, &path) {
                Ok(more) => variables.extend_from(&more),
                Err(error) => return Ok(self.refused(error.message().into(), read)),
            }
            read.push(path);
        }
        if let Some(message) = found.get("error") {
            return Ok(self.refused(message.clone(), read));
        }
        variables = self.named(variables);
        if self.hash_behaviour == HashBehaviour::Merge {
            let mut all = self.existing.clone().unwrap_or_default();
            merge(&mut all, &variables);
            variables = all;
        }
        Ok(Outcome::ok()
            .with("ansible_facts", variables.clone())
            .with("ansible_included_var_files", read)
            .effect(Effect::IncludeVariables(variables)))
    }
}

impl IncludeVars {
    /// The variables, in the one that they are put into if there is one.
    fn named(&self, variables: Map) -> Map {
        match self.name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Map::from([(name, variables)]),
            None => variables,
        }
    }

    /// The failure that is told in `message`, as Ansible tells it. No variable is set.
    fn refused(&self, message: Value, read: Vec<String>) -> Outcome {
        Outcome::failed("Task failed: Action failed: Unknown error.")
            .with("ansible_facts", self.named(Map::new()))
            .with("ansible_included_var_files", read)
            .with("message", message)
    }
}

/// What is for a folder does not go together with a file.
fn check_kind(args: &Map) -> Result<()> {
    let given = |names: &[&str]| names.iter().any(|name| args.contains_key(name));
    let of_folder =
        ["dir", "depth", "files_matching", "ignore_files", "extensions", "ignore_unknown_extensions"];
    match given(&of_folder) && given(&["file", "_raw_params"]) {
        true => Err(Error::new(
            "Task failed: You are mixing file only and dir only arguments, these are incompatible",
        )),
        false => Ok(()),
    }
}

/// What is asked for.
enum Search {
    File(String),
    Folder(String),
}

impl Search {
    fn of(args: &Map) -> Result<Search> {
        let text = |key: &str| args.get(key).filter(|it| !it.is_none()).map(Value::to_string);
        match (text("free").or_else(|| text("file")), text("dir")) {
            (Some(file), _) => Ok(Search::File(file)),
            (None, Some(folder)) => Ok(Search::Folder(folder)),
            (None, None) => Err(Error::new("one of the following is required: file, dir, free-form")),
        }
    }
}

/// What was found: files with their content, and why it went no further.
struct Found {
    files: Map,
    error: Option<String>,
}

impl Found {
    fn of(files: Vec<(String, std::sync::Arc<[u8]>)>) -> Found {
        let files =
            files.into_iter().map(|(path, content)| (path, String::from_utf8_lossy(&content).into_owned()));
        Found { files: files.collect(), error: None }
    }

    fn failed(message: &str) -> Found {
        Found { files: Map::new(), error: Some(message.to_owned()) }
    }

    /// The dictionaries that are merged with what the files set: those in variables that the files set too, or in the
    /// variable that all of it is put into.
    fn existing(&self, name: Option<&str>, run: &dyn Run) -> Result<Map> {
        let mut names = Vec::from_iter(name.map(Value::from));
        if name.is_none() {
            for (path, content) in &self.files {
                let Ok(more) = variables_file::parse(&content.to_string(), &path.to_string()) else {
                    continue;
                };
                names.extend(more.iter().filter(|(_, it)| it.as_map().is_some()).map(|(key, _)| key.clone()));
            }
        }
        let mut existing = Map::new();
        for name in names {
            if let Some(old @ Value::Map(_)) = run.variable(&name.to_string())? {
                existing.insert(name, old);
            }
        }
        Ok(existing)
    }

    fn into_map(self) -> Map {
        let mut map = Map::from([("files", self.files)]);
        if let Some(error) = self.error {
            map.insert("error", error);
        }
        map
    }
}

/// The files of a folder that are to be read, in order.
fn folder_files(args: &Map, folder: &Path, run: &dyn Run) -> Result<Found> {
    // The folder is walked before the arguments are checked as a whole, so the few that rule the walk are read here.
    let wanted = Walk::from_args(args)?;
    let mut files = Vec::new();
    for entry in run.list_folder(folder)? {
        let level = entry.path.components().count();
        if entry.kind != rustle_runtime::module::EntryKind::File || (wanted.depth > 0 && level > wanted.depth)
        {
            continue;
        }
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let full = folder.join(&entry.path);
        if wanted.passes_over(&name) {
            continue;
        }
        let extension =
            Path::new(&name).extension().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        if !wanted.extensions.contains(&extension) {
            if wanted.ignore_unknown_extensions {
                continue;
            }
            let message = format!(
                "{} does not have a valid extension: {}",
                full.display(),
                wanted.extensions.join(", ")
            );
            return Ok(Found { error: Some(message), ..Found::of(files) });
        }
        let content = run.read_file(&full)?;
        files.push((full.display().to_string(), content));
    }
    Ok(Found::of(files))
}

/// The arguments that rule which files of a folder are read.
struct Walk {
    depth: usize,
    matching: Option<fancy_regex::Regex>,
    ignored: Vec<fancy_regex::Regex>,
    extensions: Vec<String>,
    ignore_unknown_extensions: bool,
}

impl Walk {
    fn from_args(args: &Map) -> Result<Walk> {
        let parsed = IncludeVars::from_args(args).map_err(|errors| Error::new(errors.to_string()))?;
        let matching = match &parsed.files_matching {
            Some(pattern) => {
                Some(fancy_regex::Regex::new(pattern).context(format!("files_matching '{pattern}'"))?)
            }
            None => None,
        };
        Ok(Walk {
            depth: parsed.depth,
            matching,
            ignored: ignored(parsed.ignore_files.as_ref())?,
            extensions: parsed.extensions,
            ignore_unknown_extensions: parsed.ignore_unknown_extensions,
        })
    }

    fn passes_over(&self, name: &str) -> bool {
        let unmatched = self.matching.as_ref().is_some_and(|it| !it.is_match(name).unwrap_or(false));
        unmatched || self.ignored.iter().any(|it| it.is_match(name).unwrap_or(false))
    }
}

/// The expressions of `ignore_files`: a list, or text with spaces between them.
fn ignored(given: Option<&Value>) -> Result<Vec<fancy_regex::Regex>> {
    let patterns: Vec<String> = match given {
        None | Some(Value::None) => Vec::new(),
        Some(Value::List(items)) => items.iter().map(Value::to_string).collect(),
        Some(Value::Map(map)) => {
            return Err(Error::new(format!("{} must be a list", Value::Map(map.clone()))));
        }
        Some(text) => text.to_string().split_whitespace().map(str::to_owned).collect(),
    };
    let compile = |pattern: &String| {
        fancy_regex::Regex::new(&format!("{pattern}$"))
            .map_err(|_| Error::new(format!("Task failed: Invalid regular expression: {pattern}")))
    };
    patterns.iter().map(compile).collect()
}

/// Takes over `more`, dictionaries being merged.
fn merge(into: &mut Map, more: &Map) {
    for (key, value) in more {
        let merged = match (into.get_value(key), value) {
            (Some(Value::Map(old)), Value::Map(new)) => {
                let mut both = old.clone();
                merge(&mut both, new);
                Value::Map(both)
            }
            _ => value.clone(),
        };
        into.insert(key.clone(), merged);
    }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{Case, FakeRun, args};

    use super::*;

    fn apply(args: Map, run: FakeRun) -> Outcome {
        Case::<IncludeVars>::new(args).with_run(run).apply()
    }

    #[test]
    fn templates_in_a_file_stay_templates() {
        let run = FakeRun::new().with_vars_file("a.yml", "a: '{{ b }}'\nc: 1\n");
        let outcome = apply(args! { "_raw_params": "a.yml" }, run);
        let [Effect::IncludeVariables(variables)] = outcome.effects.as_slice() else { panic!("{outcome:?}") };
        assert_eq!(variables.get("a"), Some(&Value::Template("{{ b }}".into())));
        assert_eq!(variables.get("c"), Some(&Value::Int(1)));
    }

    #[test]
    fn a_folder_is_read_in_order_and_merged_or_replaced() {
        let run = || {
            let run = FakeRun::new().with_vars_file("d/1.yml", "m: {a: 1}\n");
            run.with_vars_file("d/2.json", r#"{"m": {"b": 2}}"#).with_vars_file("d/x.txt", "no: 1")
        };
        let existing = || run().with_variable("n", Value::Map(Map::from([("k", 1)])));
        let args = |behaviour: &str| {
            args! { "dir": "d", "ignore_unknown_extensions": true, "hash_behaviour": behaviour, "name": "n" }
        };
        let facts =
            |outcome: Outcome| outcome.data.get("ansible_facts").map(Value::to_string).unwrap_or_default();
        assert_eq!(facts(apply(args("replace"), run())), "{'n': {'m': {'b': 2}}}");
        // Files of one folder replace what others of it set: what is merged is what was there before.
        assert_eq!(facts(apply(args("merge"), run())), "{'n': {'m': {'b': 2}}}");
        assert_eq!(facts(apply(args("merge"), existing())), "{'n': {'k': 1, 'm': {'b': 2}}}");
        let refused = apply(args! { "dir": "d" }, run());
        assert!(refused.failed);
        assert!(refused.data.get("message").is_some_and(|it| it.to_string().contains("valid extension")));
    }

    #[test]
    fn files_are_ignored_by_the_end_of_their_names() {
        let run = || FakeRun::new().with_vars_file("d/a.yml", "a: 1").with_vars_file("d/b.yaml", "b: 2");
        let read = |ignored: Value| {
            let outcome = apply(args! { "dir": "d", "ignore_files": ignored }, run());
            outcome.data.get("ansible_facts").map(Value::to_string).unwrap_or_default()
        };
        assert_eq!(read(["b.y.ml"].into_iter().collect()), "{'a': 1}");
        assert_eq!(read("a.yml nope".into()), "{'b': 2}");
        assert_eq!(read(["a"].into_iter().collect()), "{'a': 1, 'b': 2}");
        let bad = Case::<IncludeVars>::new(args! { "dir": "d", "ignore_files": ["("] }).with_run(run());
        assert!(bad.assert_fails().contains("Invalid regular expression: ("));
    }

    #[test]
    fn arguments_for_folders_do_not_go_with_a_file() {
        let args = args! { "file": "a.yml", "depth": 1 };
        let message = Case::<IncludeVars>::new(args).with_run(FakeRun::new()).assert_fails();
        assert!(message.contains("You are mixing file only and dir only arguments"), "{message}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let outcome = apply(args! { "file": "nope.yml" }, FakeRun::new());
        assert!(outcome.failed);
        assert!(outcome.data.get("message").is_some_and(|it| it.to_string().contains("nope.yml")));
    }
}

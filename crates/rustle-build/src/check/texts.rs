//! Every template and expression that there is, parsed: those in the playbook, in arguments that are bare expressions, and
//! in the files of templates that the runner carries.

use std::sync::Arc;

use rustle_playbook::{Location, Owner, Problem, Snippet, SnippetKind, SourceFile, TaskOrigin, ValuePath};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::task::Action;
use rustle_template::analysis::Analysis;
use rustle_template::{Engine, Options, SyntaxError, is_all_template};
use rustle_value::{Map, Value};

use crate::check::walk::{Everything, Visited};
use crate::check::{Subject, template_files};

/// A text that was parsed.
pub(crate) struct Text<'a> {
    /// What it needs.
    pub(crate) analysis: Analysis,
    /// Where its parts stand.
    pub(crate) place: Place<'a>,
    /// The task that it belongs to.
    pub(crate) task: Option<u32>,
    /// When it is evaluated.
    pub(crate) use_: Use,
}

/// When a text is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Whenever its task is done.
    Certain,
    /// Only if something that names it is: the value of a variable, for example.
    Lazy,
    /// Perhaps never: a file that no task names literally.
    Unknown,
}

/// Where the parts of a text stand.
pub(crate) enum Place<'a> {
    /// In the playbook.
    Snippet(Box<Snippet<'a>>),
    /// In an argument that is a bare expression.
    Argument(&'a TaskOrigin, ValuePath, &'a str),
    /// In a file of its own.
    File(Arc<SourceFile>),
}

impl Place<'_> {
    /// Where `len` bytes from `offset` stand.
    pub(crate) fn locate(&self, offset: usize, len: usize) -> Option<Location> {
        match self {
            Place::Snippet(snippet) => Some(snippet.span(offset, offset + len)),
            Place::Argument(origin, path, _) => {
                let at = origin.template_at(path, offset)?;
                let end = at.span.end.min(at.span.start + len);
                Some(Location::new(&at.file, at.span.start..end))
            }
            Place::File(file) => Some(Location::new(file, offset..offset + len)),
        }
    }

    /// The text.
    fn text(&self) -> Option<&str> {
        match self {
            Place::Snippet(snippet) => Some(&snippet.text),
            Place::Argument(_, _, text) => Some(text),
            Place::File(file) => Some(&file.text),
        }
    }

    /// The path in the bundle of a text that is a file of its own.
    pub(crate) fn file(&self) -> Option<&str> {
        match self {
            Place::File(file) => Some(&file.path),
            _ => None,
        }
    }

    fn whole(&self) -> Option<Location> {
        match self {
            Place::Snippet(snippet) => Some(snippet.location.clone()),
            _ => self.locate(0, usize::MAX / 2),
        }
    }

    /// The problem at `len` bytes from `offset`.
    pub(crate) fn put(&self, problem: Problem, offset: usize, len: usize) -> Problem {
        match self.locate(offset, len).filter(|at| !at.span.is_empty()).or_else(|| self.whole()) {
            Some(at) => problem.at(at),
            None => problem,
        }
    }
}

/// Parses everything. What is no template is told in `problems`.
pub(crate) fn collect<'a>(
    subject: &Subject<'a>,
    all: &Everything<'a>,
    problems: &mut Vec<Problem>,
) -> Vec<Text<'a>> {
    let engine = Engine::new();
    let mut texts = Vec::new();
    for snippet in subject.origins.snippets() {
        let condition = snippet.kind == SnippetKind::Condition;
        let parsed = match condition {
            true => engine.expression(&snippet.text).map(|expression| expression.analysis()),
            false => engine.template(&snippet.text, &Options::default()).map(|template| template.analysis()),
        };
        let (task, use_) = belongs(&snippet);
        let place = Place::Snippet(Box::new(snippet));
        add(parsed, place, task, use_, problems, &mut texts);
    }
    for visited in &all.tasks {
        expressions(subject, &engine, visited, problems, &mut texts);
    }
    template_files::collect(subject, all, &engine, problems, &mut texts);
    texts
}

/// Adds what was parsed, or tells why it could not be.
pub(crate) fn add<'a>(
    parsed: Result<Analysis, SyntaxError>,
    place: Place<'a>,
    task: Option<u32>,
    use_: Use,
    problems: &mut Vec<Problem>,
    texts: &mut Vec<Text<'a>>,
) {
    match parsed {
        Ok(analysis) => texts.push(Text { analysis, place, task, use_ }),
        Err(error) => {
            let what = match place {
                Place::Snippet(ref snippet) if snippet.kind == SnippetKind::Condition => "expression",
                Place::Argument(..) => "expression",
                _ => "template",
            };
            let message = format!("this is no {what}: {}", error.message);
            let problem = match use_ {
                Use::Unknown => Problem::warning("template-syntax", message),
                _ => Problem::error("template-syntax", message),
            };
            let text = place.text().unwrap_or_default();
            let problem = match text.get(error.offset..) {
                Some(rest) if rest.starts_with('=') && !rest.starts_with("==") => {
                    problem.with_help("`==` compares; a variable is set by `set_fact` or `vars`")
                }
                _ => problem,
            };
            // What is missing at the end is shown at the last character.
            let last = text.trim_end().char_indices().next_back().map_or(0, |(at, _)| at);
            problems.push(place.put(problem, error.offset.min(last), error.len.max(1)));
        }
    }
}

/// The task of a snippet, and when it is evaluated.
fn belongs(snippet: &Snippet<'_>) -> (Option<u32>, Use) {
    let Owner::Task(id) = snippet.owner else { return (None, Use::Lazy) };
    // A name that cannot be rendered is shown as it is; variables are rendered where they are used.
    let path = snippet.path.to_string();
    let lazy = ["name", "vars"].iter().any(|key| path == *key || path.starts_with(&format!("{key}.")));
    (Some(*id), if lazy { Use::Lazy } else { Use::Certain })
}

/// The arguments of a task that are bare expressions: `debug: var=…`, `assert: that: …`.
fn expressions<'a>(
    subject: &Subject<'a>,
    engine: &Engine,
    visited: &Visited<'a>,
    problems: &mut Vec<Problem>,
    texts: &mut Vec<Text<'a>>,
) {
    let Action::Module { module, args: Value::Map(args), .. } = &visited.task.action else { return };
    let Some(module) = subject.modules.get(module) else { return };
    let Some(origin) = subject.origins.task(visited.task.id) else { return };
    for (path, text) in expression_texts(&module.spec, args) {
        let parsed = engine.expression(text).map(|expression| expression.analysis());
        // `debug` says that its variable is not defined, and goes on.
        let use_ = if module.spec.name == "debug" { Use::Lazy } else { Use::Certain };
        let place = Place::Argument(origin, ValuePath::from(format!("args.{path}").as_str()), text);
        add(parsed, place, Some(visited.task.id), use_, problems, texts);
    }
}

fn expression_texts<'a>(spec: &ModuleSpec, args: &'a Map) -> Vec<(ValuePath, &'a str)> {
    let mut found = Vec::new();
    for arg in spec.args.iter().filter(|arg| arg.expression) {
        for name in std::iter::once(&arg.name).chain(&arg.aliases) {
            let path = ValuePath::root().key(name);
            match args.get(name) {
                Some(Value::List(items)) => {
                    let texts = items.iter().enumerate();
                    found.extend(
                        texts.filter_map(|(index, item)| Some((path.index(index), expression_text(item)?))),
                    );
                }
                Some(value) => found.extend(expression_text(value).map(|text| (path, text))),
                None => {}
            }
        }
    }
    found
}

/// The text of an argument that is an expression. A template as a whole may stand for one, braces within one may not.
fn expression_text(value: &Value) -> Option<&str> {
    match value {
        Value::Str(text) => Some(text),
        Value::Template(text) if !is_all_template(text) => Some(text),
        _ => None,
    }
}

//! Every template and expression that there is, parsed: those in the playbook, in arguments that are bare expressions, and
//! in the files of templates that the runner carries.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use rustle_playbook::{
    Location, Occurrence, Owner, Problem, Snippet, SnippetKind, SourceFile, TaskOrigin, ValuePath,
};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::task::Action;
use rustle_template::analysis::Analysis;
use rustle_template::{Options, SyntaxError, is_all_template};
use rustle_value::{Map, Value};

use crate::check::Ground;
use crate::check::verdict::{Judge, Verdict};
use crate::check::walk::Visited;

/// How many texts are remembered: playbooks repeat themselves, most of all within a role.
pub(crate) const REMEMBERED: usize = 8192;

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

/// Where a text stands, as far as that must be known as long as nothing is wrong with it.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a, 'w> {
    /// In the playbook.
    Snippet(&'w Occurrence<'a, 'w>),
    /// In an argument that is a bare expression, of this name; in the item of this number, where it is a list.
    Argument(&'a TaskOrigin, &'a str, Option<usize>, &'a str),
    /// In a file of its own.
    File(&'w Arc<SourceFile>),
}

impl<'a> Place<'a, '_> {
    /// With all that a problem needs.
    pub(crate) fn found(self) -> Found<'a> {
        match self {
            Place::Snippet(occurrence) => Found::Snippet(occurrence.snippet()),
            Place::Argument(origin, name, index, text) => {
                let path = ValuePath::root().key("args").key(name);
                Found::Argument(origin, index.map_or_else(|| path.clone(), |index| path.index(index)), text)
            }
            Place::File(file) => Found::File(file.clone()),
        }
    }

    fn is_expression(self) -> bool {
        match self {
            Place::Snippet(occurrence) => occurrence.kind == SnippetKind::Condition,
            Place::Argument(..) => true,
            Place::File(_) => false,
        }
    }
}

/// Where the parts of a text stand.
pub(crate) enum Found<'a> {
    Snippet(Snippet<'a>),
    Argument(&'a TaskOrigin, ValuePath, &'a str),
    File(Arc<SourceFile>),
}

impl Found<'_> {
    /// Where `len` bytes from `offset` stand.
    fn locate(&self, offset: usize, len: usize) -> Option<Location> {
        match self {
            Found::Snippet(snippet) => Some(snippet.span(offset, offset + len)),
            Found::Argument(origin, path, _) => {
                let at = origin.template_at(path, offset)?;
                let end = at.span.end.min(at.span.start + len);
                Some(Location::new(&at.file, at.span.start..end))
            }
            Found::File(file) => Some(Location::new(file, offset..offset + len)),
        }
    }

    /// The text.
    fn text(&self) -> &str {
        match self {
            Found::Snippet(snippet) => &snippet.text,
            Found::Argument(_, _, text) => text,
            Found::File(file) => &file.text,
        }
    }

    fn whole(&self) -> Option<Location> {
        match self {
            Found::Snippet(snippet) => Some(snippet.location.clone()),
            _ => self.locate(0, usize::MAX / 2),
        }
    }

    /// The problem at `len` bytes from `offset`.
    pub(crate) fn put(&self, problem: Problem, offset: usize, len: usize) -> Problem {
        match self.place(offset, len) {
            Some(at) => problem.at(at),
            None => problem,
        }
    }

    /// Where a problem with `len` bytes from `offset` is told.
    pub(crate) fn place(&self, offset: usize, len: usize) -> Option<Location> {
        self.locate(offset, len).filter(|at| !at.span.is_empty()).or_else(|| self.whole())
    }
}

/// Reads texts one after another, each text once however often it stands somewhere, and has them judged.
pub(crate) struct Reader<'j, 'a> {
    judge: &'j mut Judge<'a>,
    options: Options,
    templates: HashMap<Arc<str>, Rc<Verdict>>,
    expressions: HashMap<Arc<str>, Rc<Verdict>>,
    /// Whether a text was read that is evaluated for certain.
    pub(crate) certain: bool,
}

impl<'j, 'a> Reader<'j, 'a> {
    pub(crate) fn new(judge: &'j mut Judge<'a>) -> Reader<'j, 'a> {
        Reader {
            judge,
            options: Options::default(),
            templates: HashMap::new(),
            expressions: HashMap::new(),
            certain: false,
        }
    }

    /// Reads every text of the playbook and of its tasks' arguments.
    pub(crate) fn playbook(
        &mut self,
        ground: &Ground<'a>,
        tasks: &[Visited<'a>],
        problems: &mut Vec<Problem>,
    ) {
        ground.origins.visit(&mut |occurrence| {
            let verdict = self.verdict(occurrence);
            let (task, use_) = belongs(occurrence);
            self.tell(&verdict, Place::Snippet(occurrence), task, use_, problems);
        });
        for visited in tasks {
            self.arguments(ground, visited, problems);
        }
    }

    fn verdict(&mut self, occurrence: &Occurrence<'a, '_>) -> Rc<Verdict> {
        let condition = occurrence.kind == SnippetKind::Condition;
        let known = if condition { &mut self.expressions } else { &mut self.templates };
        if let Some(verdict) = known.get(&**occurrence.text) {
            return verdict.clone();
        }
        let read = match condition {
            true => Analysis::of_expression(occurrence.text),
            false => Analysis::of_template(occurrence.text, &self.options),
        };
        let verdict = Rc::new(self.judge.verdict(read));
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(occurrence.text.clone(), verdict.clone());
        verdict
    }

    fn arguments(&mut self, ground: &Ground<'a>, visited: &Visited<'a>, problems: &mut Vec<Problem>) {
        for (use_, origin, (name, index, text)) in expressions(ground, visited) {
            let verdict = match self.expressions.get(text) {
                Some(verdict) => verdict.clone(),
                None => Rc::new(self.judge.verdict(Analysis::of_expression(text))),
            };
            let place = Place::Argument(origin, name, index, text);
            self.tell(&verdict, place, Some(visited.task.id), use_, problems);
        }
    }

    pub(crate) fn tell(
        &mut self,
        verdict: &Verdict,
        place: Place<'a, '_>,
        task: Option<u32>,
        use_: Use,
        problems: &mut Vec<Problem>,
    ) {
        self.certain |= use_ == Use::Certain && !matches!(verdict, Verdict::Malformed(_));
        match verdict {
            Verdict::Clean => {}
            Verdict::Doubtful(doubts) => self.judge.tell(doubts, place, task, use_, problems),
            Verdict::Malformed(error) => problems.push(malformed(error, place, use_)),
        }
    }
}

/// Why a text could not be read.
fn malformed(error: &SyntaxError, place: Place<'_, '_>, use_: Use) -> Problem {
    let what = if place.is_expression() { "expression" } else { "template" };
    let message = format!("this is no {what}: {}", error.message);
    let problem = match use_ {
        Use::Unknown => Problem::warning("template-syntax", message),
        _ => Problem::error("template-syntax", message),
    };
    let found = place.found();
    let text = found.text();
    let problem = match text.get(error.offset..) {
        Some(rest) if rest.starts_with('=') && !rest.starts_with("==") => {
            problem.with_help("`==` compares; a variable is set by `set_fact` or `vars`")
        }
        _ => problem,
    };
    // What is missing at the end is shown at the last character.
    let last = text.trim_end().char_indices().next_back().map_or(0, |(at, _)| at);
    found.put(problem, error.offset.min(last), error.len.max(1))
}

/// The task of a snippet, and when it is evaluated.
pub(crate) fn belongs(occurrence: &Occurrence<'_, '_>) -> (Option<u32>, Use) {
    let Owner::Task(id) = occurrence.owner else { return (None, Use::Lazy) };
    // A name that cannot be rendered is shown as it is; variables are rendered where they are used.
    let lazy = matches!(occurrence.keyword(), "name" | "vars");
    (Some(*id), if lazy { Use::Lazy } else { Use::Certain })
}

/// The arguments of a task that are bare expressions: `debug: var=…`, `assert: that: …`.
pub(crate) fn expressions<'a>(
    ground: &Ground<'a>,
    visited: &Visited<'a>,
) -> Vec<(Use, &'a TaskOrigin, ExpressionText<'a>)> {
    let Some(module) = visited.module else { return Vec::new() };
    let Action::Module { args: Value::Map(args), .. } = &visited.task.action else { return Vec::new() };
    if !module.spec.args.iter().any(|arg| arg.expression) {
        return Vec::new();
    }
    let Some(origin) = ground.origins.task(visited.task.id) else { return Vec::new() };
    // `debug` says that its variable is not defined, and goes on.
    let use_ = if module.spec.name == "debug" { Use::Lazy } else { Use::Certain };
    expression_texts(&module.spec, args).into_iter().map(|text| (use_, origin, text)).collect()
}

/// The name of each, the number of the item, where it is one of a list, and the text.
pub(crate) type ExpressionText<'a> = (&'a str, Option<usize>, &'a str);

fn expression_texts<'a>(spec: &'a ModuleSpec, args: &'a Map) -> Vec<ExpressionText<'a>> {
    let mut found = Vec::new();
    for arg in spec.args.iter().filter(|arg| arg.expression) {
        for name in std::iter::once(&arg.name).chain(&arg.aliases) {
            match args.get(name) {
                Some(Value::List(items)) => {
                    let texts = items.iter().enumerate();
                    found.extend(texts.filter_map(|(index, item)| {
                        Some((name.as_str(), Some(index), expression_text(item)?))
                    }));
                }
                Some(value) => {
                    found.extend(expression_text(value).map(|text| (name.as_str(), None, text)));
                }
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

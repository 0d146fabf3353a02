//! What texts of a finished list need of the plan as a whole: which names must be defined somewhere.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use rustle_playbook::{FinishedList, SnippetKind};
use rustle_template::Options;
use rustle_template::analysis::Analysis;

use crate::check::defined::Definitions;
use crate::check::names::Names;
use crate::check::texts::{REMEMBERED, Use, belongs};
use crate::check::variables::Variables;
use crate::facts::Facts;

/// Reads the texts of lists while they are at hand.
pub(crate) struct Readings {
    names: Names,
    options: Options,
    pub(crate) facts: Facts,
    /// Whether a text was read that is evaluated for certain.
    pub(crate) certain: bool,
    templates: HashMap<Arc<str>, Rc<Reading>>,
    expressions: HashMap<Arc<str>, Rc<Reading>>,
    /// What any text needs, each with its number.
    needs: HashMap<Need, u32>,
}

/// A name that a text uses, and that must be defined somewhere.
#[derive(PartialEq, Eq, Hash)]
enum Need {
    Variable(Arc<str>),
    Function(Arc<str>),
}

/// What one text needs.
struct Reading {
    /// Whether something is to be told of it, whatever is defined.
    doubtful: bool,
    malformed: bool,
    needs: Box<[u32]>,
}

/// What the texts of a list need.
#[derive(Default)]
pub(crate) struct Needs {
    pub(crate) doubtful: bool,
    names: BTreeSet<u32>,
}

impl Readings {
    pub(crate) fn new() -> Readings {
        Readings {
            names: Names::new(),
            options: Options::default(),
            facts: Facts::default(),
            certain: false,
            templates: HashMap::new(),
            expressions: HashMap::new(),
            needs: HashMap::new(),
        }
    }

    /// Reads the templates and conditions of a list.
    pub(crate) fn list(&mut self, list: &FinishedList<'_>, needs: &mut Needs) {
        list.visit(&mut |occurrence| {
            let reading = self.read(occurrence.text, occurrence.kind == SnippetKind::Condition);
            self.note(&reading, belongs(occurrence).1, needs);
        });
    }

    /// Reads an argument that is a bare expression.
    pub(crate) fn argument(&mut self, text: &str, use_: Use, needs: &mut Needs) {
        let reading = match self.expressions.get(text) {
            Some(reading) => reading.clone(),
            None => self.read(&Arc::from(text), true),
        };
        self.note(&reading, use_, needs);
    }

    fn note(&mut self, reading: &Reading, use_: Use, needs: &mut Needs) {
        self.certain |= use_ == Use::Certain && !reading.malformed;
        needs.doubtful |= reading.doubtful;
        needs.names.extend(&*reading.needs);
    }

    fn read(&mut self, text: &Arc<str>, is_expression: bool) -> Rc<Reading> {
        let known = if is_expression { &self.expressions } else { &self.templates };
        if let Some(reading) = known.get(&**text) {
            return reading.clone();
        }
        let read = match is_expression {
            true => Analysis::of_expression(text),
            false => Analysis::of_template(text, &self.options),
        };
        let reading = Rc::new(match read {
            Ok(analysis) => self.reading(&analysis),
            Err(_) => Reading { doubtful: true, malformed: true, needs: Box::default() },
        });
        let known = if is_expression { &mut self.expressions } else { &mut self.templates };
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(text.clone(), reading.clone());
        reading
    }

    fn reading(&mut self, analysis: &Analysis) -> Reading {
        self.facts.add(analysis);
        let variables = analysis.variables.iter().filter(|used| !used.guarded);
        let variables = variables.filter_map(|used| Some(Need::Variable(used.path.first()?.clone())));
        let functions = self.names.to_define(analysis).map(|used| Need::Function(used.name.clone()));
        let mut needs = Vec::new();
        for need in variables.chain(functions) {
            let next = u32::try_from(self.needs.len()).unwrap_or(u32::MAX);
            needs.push(*self.needs.entry(need).or_insert(next));
        }
        let doubtful = !self.names.unknown(analysis, &|_| true).is_empty();
        Reading { doubtful, malformed: false, needs: needs.into() }
    }

    /// The numbers of the names of which something is to be told where they are used.
    pub(crate) fn doubtful(&self, definitions: &Definitions, variables: &Variables<'_>) -> BTreeSet<u32> {
        let is_doubtful = |need: &Need| match need {
            Need::Variable(name) => variables.matters(name),
            Need::Function(name) => definitions.get(name).is_none(),
        };
        self.needs.iter().filter(|(need, _)| is_doubtful(need)).map(|(_, number)| *number).collect()
    }
}

impl Needs {
    /// Whether something is to be told of a text of the list, if it is of these names.
    pub(crate) fn are_doubtful(&self, names: &BTreeSet<u32>) -> bool {
        self.doubtful || self.names.iter().any(|name| names.contains(name))
    }
}

//! The executor, with plans written in memory and modules written by hand.

mod blocks;
mod flow;
mod handlers;
mod includes;
mod loops;
mod modules;
mod roles;
mod variables;

use std::sync::{Arc, Mutex};

use rustle_schema::event::{Event, TaskResult};
use rustle_schema::plan::{Plan, Play};
use rustle_schema::report::Recap;
use rustle_schema::task::{Action, Block, Directives, Loop, LoopControl, Meta, Step, Task};
use rustle_value::{Map, Value, json};

use super::{Ended, Executor};
use crate::embedded::Memory;
use crate::report::{Reporter, Reporters};
use crate::settings::Settings;
use crate::signals::Interrupt;

/// What a run has told.
#[derive(Debug)]
pub struct Told {
    pub events: Vec<Event>,
    pub recap: Recap,
    pub ended: Ended,
}

impl Told {
    /// The results, in order.
    pub fn results(&self) -> Vec<&TaskResult> {
        fn result(event: &Event) -> Option<&TaskResult> {
            match event {
                Event::TaskResult(result) => Some(result),
                _ => None,
            }
        }
        self.events.iter().filter_map(result).collect()
    }

    /// `task: status msg` of every result.
    pub fn story(&self) -> Vec<String> {
        let results = self.results();
        let line = |result: &&TaskResult| {
            let status = serde_json::to_value(result.status).unwrap();
            let item = result.item.as_ref().map(|item| format!("({item})")).unwrap_or_default();
            let msg = result.result.get("msg").map(|msg| format!(" {msg}")).unwrap_or_default();
            format!("{}{item}: {}{msg}", result.task, status.as_str().unwrap())
        };
        results.iter().map(line).collect()
    }

    /// The last result of the task called `name`, as JSON.
    pub fn result(&self, name: &str) -> serde_json::Value {
        let results = self.results();
        let result = results.iter().rev().find(|result| result.task == name);
        let Some(result) = result else { panic!("there is no {name} in {:?}", self.story()) };
        json::to_json(&Value::Map(result.result.clone()))
    }

    /// The numbers that are not 0: `ok=1 failed=2`.
    pub fn numbers(&self) -> String {
        let numbers = serde_json::to_value(self.recap).unwrap();
        let words = numbers.as_object().unwrap().iter().filter(|(_, number)| **number != 0);
        words.map(|(word, number)| format!("{word}={number}")).collect::<Vec<_>>().join(" ")
    }
}

struct Recorder(Arc<Mutex<Vec<Event>>>);

impl Reporter for Recorder {
    fn event(&mut self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Runs a plan as localhost.
pub fn run_plan(plan: &Plan, settings: Settings, files: Memory) -> Told {
    run_as(plan, settings, files, "localhost")
}

/// Runs a plan as a host.
pub fn run_as(plan: &Plan, settings: Settings, files: Memory, host: &str) -> Told {
    let events = Arc::new(Mutex::new(Vec::new()));
    let reporters = Arc::new(Reporters::new(vec![Box::new(Recorder(Arc::clone(&events)))]));
    let interrupt = Arc::new(Interrupt::default());
    let mut executor =
        Executor::new(plan, settings, host, Arc::new(files), Arc::clone(&reporters), interrupt);
    let ended = executor.run();
    let events = events.lock().unwrap().clone();
    Told { events, recap: reporters.recap(host), ended }
}

/// Runs the tasks of one play.
pub fn run(tasks: Vec<Step>) -> Told {
    run_plan(&plan(tasks), Settings::default(), Memory::default())
}

/// A plan of one play.
pub fn plan(tasks: Vec<Step>) -> Plan {
    Plan { format: 1, name: "site.yml".into(), plays: vec![play(tasks)], ..Plan::default() }
}

/// A play on all hosts, without facts.
pub fn play(tasks: Vec<Step>) -> Play {
    Play {
        name: "play".into(),
        hosts: vec!["localhost".into()],
        gather_facts: false.into(),
        tasks,
        ..Play::default()
    }
}

/// A value as a playbook has it: text with braces is a template.
pub fn value(json: serde_json::Value) -> Value {
    rustle_template::trust::marked(json::from_json(&json))
}

/// A dictionary as a playbook has it.
pub fn map(json: serde_json::Value) -> Map {
    match value(json) {
        Value::Map(map) => map,
        other => panic!("{other:?} is no dictionary"),
    }
}

/// A task being written.
#[derive(Clone)]
pub struct T(pub Task);

/// A task called `name` that applies `module`.
pub fn task(name: &str, module: &str, args: serde_json::Value) -> T {
    let action = Action::Module { module: module.into(), written: module.into(), args: value(args) };
    written(name, action)
}

/// A task of any action.
pub fn written(name: &str, action: Action) -> T {
    T(Task::new(Some(value(name.into())), action, Directives::default()))
}

/// A task that tells `msg`.
pub fn say(name: &str, msg: &str) -> T {
    task(name, "say", serde_json::json!({ "msg": msg }))
}

impl T {
    pub fn with(mut self, change: impl FnOnce(&mut Task)) -> T {
        change(&mut self.0);
        self
    }

    pub fn when(self, condition: &str) -> T {
        let condition = Value::from(condition);
        self.with(|task| task.directives.when.push(condition))
    }

    pub fn register(self, name: &str) -> T {
        self.with(|task| task.register = Some(name.into()))
    }

    pub fn notify(self, name: &str) -> T {
        self.with(|task| task.notify.push(value(name.into())))
    }

    pub fn tags(self, tags: &[&str]) -> T {
        self.with(|task| task.directives.tags.extend(tags.iter().map(|tag| value((*tag).into()))))
    }

    pub fn vars(self, vars: serde_json::Value) -> T {
        self.with(|task| task.directives.vars = map(vars))
    }

    pub fn ignore_errors(self) -> T {
        self.with(|task| task.directives.ignore_errors = Some(true.into()))
    }

    pub fn each(self, items: serde_json::Value) -> T {
        self.each_controlled(items, LoopControl::default())
    }

    pub fn each_controlled(self, items: serde_json::Value, control: LoopControl) -> T {
        self.with(|task| task.looping = Some(Box::new(Loop { with: None, items: value(items), control })))
    }

    pub fn step(self) -> Step {
        Step::Task(Box::new(self.0))
    }
}

/// The steps of tasks.
pub fn steps<const N: usize>(tasks: [T; N]) -> Vec<Step> {
    tasks.into_iter().map(T::step).collect()
}

/// A block.
pub fn block(tasks: Vec<Step>, rescue: Vec<Step>, always: Vec<Step>) -> Step {
    Step::Block(Box::new(Block { block: tasks, rescue, always, ..Block::default() }))
}

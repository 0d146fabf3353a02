//! Plays: who is in them, their variables, and the order of their sections.

use std::rc::Rc;

use rustle_schema::event::Event;
use rustle_schema::plan::Play;
use rustle_schema::task::{Action, Directives, Step, Task};
use rustle_template::{Error, FileKind};
use rustle_value::{Map, Value};

use super::handlers::Handler;
use super::rendering::Nothing;
use super::state::PlayState;
use super::{Executor, Flow};
use crate::variables::scope::Keywords;
use crate::variables::{RoleScope, Scope};
use crate::{embedded, registry, variables_file};

impl<'p> Executor<'p> {
    /// Carries out a play.
    pub(super) fn play(&mut self, play: &'p Play) -> Flow {
        self.flushing = false;
        self.rescuing = 0;
        let top = Rc::new(Scope {
            keywords: Rc::new(Keywords::default().with(&play.directives)),
            ..Scope::default()
        });
        self.state.play =
            PlayState { play: Some(play), vars: play.directives.vars.clone(), ..PlayState::default() };
        let name = self.state.render_text(&play.name, &top).unwrap_or_else(|_| play.name.to_string());
        self.state.play.name.clone_from(&name);
        let hosts = match self.hosts_of(play, &top) {
            Ok(hosts) => hosts,
            Err(error) => return self.stop_with_error(error),
        };
        self.send(Event::PlayStart { play: name.clone() });
        if !hosts.iter().any(|host| host == self.state.hosts.own()) {
            self.send(Event::PlaySkipped { play: name });
            return Flow::Next;
        }
        // A runner is to its inventory what Ansible is with `--limit` and this one host.
        self.state.play.hosts = Value::list([self.state.hosts.own().into()]);
        let flow = self.sections(play, &top);
        self.state.play = PlayState::default();
        flow
    }

    /// The hosts that the play's patterns mean.
    fn hosts_of(&self, play: &Play, top: &Rc<Scope<'p>>) -> Result<Vec<String>, String> {
        let mut patterns = Vec::new();
        let nothing = Nothing::default();
        let world = self.state.world(top, &nothing);
        for pattern in &play.hosts {
            let value = self
                .state
                .engine
                .resolve(pattern, &world)
                .map_err(|error| format!("Error processing keyword 'hosts': {error}"))?;
            match &value {
                Value::List(items) | Value::Tuple(items) => {
                    patterns.extend(items.iter().map(Value::to_string))
                }
                other => patterns.push(other.to_string()),
            }
        }
        self.state.matching_hosts(&patterns, &world)
    }

    fn sections(&mut self, play: &'p Play, top: &Rc<Scope<'p>>) -> Flow {
        let roles = match self.prepare(play, top) {
            Ok(roles) => roles,
            Err(error) => return self.stop_with_error(error),
        };
        let flow = self.gather_facts(play, top);
        if flow != Flow::Next {
            return flow;
        }
        let force = self.state.settings.force_handlers || self.is_true(play.force_handlers.as_ref(), top);
        let sections: [&dyn Fn(&mut Self) -> Flow; 3] = [
            &|executor| executor.steps(&play.pre_tasks, top),
            &|executor| executor.roles_and_tasks(&roles, &play.tasks, top),
            &|executor| executor.steps(&play.post_tasks, top),
        ];
        for section in sections {
            let flow = section(self);
            let flow = match flow {
                Flow::Next => self.flush_handlers(),
                Flow::Failed if force => self.finally(flow, Self::flush_handlers),
                other => other,
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn roles_and_tasks(&mut self, roles: &[RoleEntry<'p>], tasks: &'p [Step], top: &Rc<Scope<'p>>) -> Flow {
        for (role, directives) in roles {
            let flow = self.role(role, directives, top);
            if flow != Flow::Next {
                return flow;
            }
        }
        self.steps(tasks, top)
    }

    /// Reads the play's variables, and finds its roles and handlers.
    fn prepare(&mut self, play: &'p Play, top: &Rc<Scope<'p>>) -> Result<Vec<RoleEntry<'p>>, String> {
        let mut roles = Vec::new();
        for entry in &play.roles {
            let role = self.role_scope(entry, None, top)?;
            self.state.play.roles.push(Rc::clone(&role));
            roles.push((role, &entry.directives));
        }
        self.vars_files(play, top)?;
        for (role, directives) in &roles {
            self.add_role_handlers(role, directives, top);
        }
        let own = Rc::new(Scope { handler: true, ..top.fork() });
        let handlers = play.handlers.iter().map(|task| Handler::new(task, Rc::clone(&own)));
        self.state.play.handlers.extend(handlers);
        for (role, directives) in &roles {
            let within = self.role_tasks_scope(role, directives, top);
            self.find_imports(role.tasks, &within)?;
        }
        for section in [&play.pre_tasks, &play.tasks, &play.post_tasks] {
            self.find_imports(section, top)?;
        }
        Ok(roles)
    }

    /// Reads `vars_files`. Each entry is a file, or a list of which the first that exists is taken.
    fn vars_files(&mut self, play: &'p Play, top: &Rc<Scope<'p>>) -> Result<(), String> {
        for entry in &play.vars_files {
            let alternatives = entry.as_items().unwrap_or(std::slice::from_ref(entry));
            for name in alternatives {
                let name = match self.state.render_text(name, top) {
                    Ok(name) => name,
                    Err(_) => {
                        self.state.warn("skipping vars_files item due to an undefined variable");
                        break;
                    }
                };
                let folder = self.state.playbook_dir();
                let Ok(found) = embedded::find(&*self.state.files, &[], &folder, &name, FileKind::Vars)
                else {
                    continue;
                };
                let bytes =
                    embedded::read(&*self.state.files, found.as_ref()).map_err(|e| format!("{name}: {e}"))?;
                let text = String::from_utf8_lossy(&bytes);
                let vars = variables_file::parse(&text, &name).map_err(|error| error.to_string())?;
                self.state.play.vars_files.insert(0, vars);
                break;
            }
        }
        self.send_warnings();
        Ok(())
    }

    /// Runs `setup` first, unless the play does not want it or the runner does not have it.
    fn gather_facts(&mut self, play: &'p Play, top: &Rc<Scope<'p>>) -> Flow {
        let wanted = match self.keyword_bool("gather_facts", Some(&play.gather_facts), top) {
            Ok(wanted) => wanted.unwrap_or(true),
            Err(error) => return self.stop_with_error(error.to_string()),
        };
        let Some(setup) = registry::find("setup").filter(|_| wanted) else { return Flow::Next };
        let tags = if play.directives.tags.is_empty() { vec![Value::str("always")] } else { Vec::new() };
        let directives = Directives { tags, ..Directives::default() };
        if !self.state.selected(&directives, top) {
            return Flow::Next;
        }
        let mut args = Map::new();
        if !play.gather_subset.is_empty() {
            args.insert("gather_subset", play.gather_subset.clone());
        }
        let action =
            Action::Module { module: setup.name.into(), written: "gather_facts".into(), args: args.into() };
        let name = Value::str("Gathering Facts");
        let task = Task { id: u32::MAX, ..Task::new(Some(name), action, directives) };
        self.implicit_task(&task, top)
    }

    fn is_true(&self, value: Option<&Value>, top: &Rc<Scope<'p>>) -> bool {
        matches!(self.keyword_bool("force_handlers", value, top), Ok(Some(true)))
    }

    /// A boolean keyword of the play.
    fn keyword_bool(
        &self,
        name: &str,
        value: Option<&Value>,
        top: &Rc<Scope<'p>>,
    ) -> Result<Option<bool>, Error> {
        let nothing = Nothing::default();
        self.state.bool_keyword(name, value, &self.state.world(top, &nothing))
    }
}

/// A role of `roles:`, with its keywords.
type RoleEntry<'p> = (Rc<RoleScope<'p>>, &'p Directives);

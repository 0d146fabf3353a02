//! Handlers: notified by a change, run once a flush, in the order of their definition.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use rustle_schema::event::Event;
use rustle_schema::task::Task;

use super::{Executor, Flow, State};
use crate::variables::Scope;

/// One handler of a play.
#[derive(Debug)]
pub struct Handler<'p> {
    /// What it does.
    pub task: &'p Task,
    /// Where it stands.
    pub scope: Rc<Scope<'p>>,
    /// Whether it shall run at the next flush.
    pub notified: Cell<bool>,
    /// Its name, once it could be rendered.
    name: OnceCell<String>,
}

impl<'p> Handler<'p> {
    /// The handler that `task` is.
    pub fn new(task: &'p Task, scope: Rc<Scope<'p>>) -> Rc<Handler<'p>> {
        Rc::new(Handler { task, scope, notified: Cell::new(false), name: OnceCell::new() })
    }

    /// Its name without that of its role, if it has one that can be rendered by now.
    fn name(&self, state: &State<'p>) -> Option<&str> {
        if let Some(name) = self.name.get() {
            return Some(name);
        }
        let name = state.render_text(self.task.name.as_ref()?, &self.scope).ok()?;
        Some(self.name.get_or_init(|| name))
    }

    /// Whether `notification` is its name, with or without that of its role.
    fn is_called(&self, state: &State<'p>, notification: &str) -> bool {
        let Some(name) = self.name(state) else { return false };
        name == notification || self.within_role(notification) == Some(name)
    }

    /// Whether it listens to `notification`.
    fn listens(&self, state: &State<'p>, notification: &str) -> bool {
        self.task.listen.iter().any(|topic| match state.render_text(topic, &self.scope) {
            Ok(topic) => topic == notification || self.within_role(notification) == Some(&topic),
            Err(_) => false,
        })
    }

    /// What is left of `notification` without `role : ` in front, if that is the handler's role.
    fn within_role<'n>(&self, notification: &'n str) -> Option<&'n str> {
        let role = self.scope.role.as_ref()?;
        notification.strip_prefix(role.role.name.as_str())?.strip_prefix(" : ")
    }
}

impl<'p> Executor<'p> {
    /// The handlers that a notification means: one of that name, and all that listen to it. The play's own come before
    /// those of its roles, those of a later use of a role before those of an earlier one; of one list, the first is meant.
    fn handlers_for(&self, notification: &str) -> Vec<Rc<Handler<'p>>> {
        let state = &self.state;
        let lists = || state.play.handlers.chunk_by(|a, b| Rc::ptr_eq(&a.scope, &b.scope)).rev();
        let in_order = || lists().flatten();
        let mut found: Vec<Rc<Handler<'p>>> =
            in_order().find(|handler| handler.is_called(state, notification)).cloned().into_iter().collect();
        let mut seen: Vec<&str> = Vec::new();
        for handler in in_order().filter(|handler| handler.listens(state, notification)) {
            let name = handler.name(state);
            if name.is_some_and(|name| seen.contains(&name)) {
                continue;
            }
            seen.extend(name);
            found.push(Rc::clone(handler));
        }
        found
    }

    /// Notes that a change notifies handlers. While handlers run, those that come later run in the same flush.
    pub(super) fn notify(&mut self, notifications: &[String]) -> Flow {
        for notification in notifications {
            let handlers = self.handlers_for(notification);
            if handlers.is_empty() {
                return self.stop_with_error(format!(
                    "The requested handler '{notification}' was not found in either the main handlers list nor in the listening handlers list"
                ));
            }
            if self.flushing {
                handlers.iter().for_each(|handler| self.mark(handler));
            } else if !self.state.play.notifications.contains(notification) {
                self.state.play.notifications.push(notification.clone());
            }
        }
        Flow::Next
    }

    fn mark(&self, handler: &Handler<'p>) {
        if !handler.notified.replace(true) {
            let name = self.task_title(handler.task, &handler.scope);
            self.send(Event::Notified { handler: name, host: self.state.hosts.own().to_owned() });
        }
    }

    /// Runs the notified handlers.
    pub(super) fn flush_handlers(&mut self) -> Flow {
        if self.flushing {
            return self.stop_with_error("flush_handlers cannot be used as a handler".into());
        }
        for notification in std::mem::take(&mut self.state.play.notifications) {
            for handler in self.handlers_for(&notification) {
                self.mark(&handler);
            }
        }
        self.flushing = true;
        let mut flow = Flow::Next;
        // What a handler includes runs within it, and handlers of a role that it includes come at the end.
        let mut index = 0;
        while let Some(handler) = self.state.play.handlers.get(index).cloned() {
            index += 1;
            if handler.notified.replace(false) {
                flow = self.task(handler.task, &handler.scope);
                if flow != Flow::Next {
                    break;
                }
            }
        }
        self.flushing = false;
        flow
    }
}

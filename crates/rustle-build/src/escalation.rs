//! `become` for a whole playbook.

use rustle_schema::plan::Plan;
use rustle_schema::task::Directives;
use rustle_value::Value;

/// `become` for a whole playbook, as `ansible-playbook` takes it on its command line: what a play says wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Escalation {
    /// `--become`.
    pub on: bool,
    /// `--become-user`.
    pub user: Option<String>,
    /// `--become-method`.
    pub method: Option<String>,
}

impl Escalation {
    /// Says it in every play that does not say it.
    pub(crate) fn apply(&self, plan: &mut Plan) {
        for Directives { become_, become_user, become_method, .. } in
            plan.plays.iter_mut().map(|play| &mut play.directives)
        {
            let text = |text: &Option<String>| text.as_deref().map(Value::from);
            *become_ = become_.take().or_else(|| self.on.then_some(Value::Bool(true)));
            *become_user = become_user.take().or_else(|| text(&self.user));
            *become_method = become_method.take().or_else(|| text(&self.method));
        }
    }
}

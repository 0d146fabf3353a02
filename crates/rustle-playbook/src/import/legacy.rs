//! The older shape: as today's, with more in its binary deployments.

use rustle_value::yaml::Node;

use super::nodes::{entries, field, items, text_field};
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;

/// Settings of a deployment that a runner takes on its command line instead.
const SETTINGS: [(&str, &str); 6] = [
    ("controller_endpoint", "a runner reports to no controller"),
    ("execution_timeout", "the whole run has no time limit"),
    ("report_interval", "a runner reports to no controller"),
    ("cleanup_on_completion", "a runner does not delete itself"),
    ("log_level", "pass `-v` to the runner"),
    ("max_retries", "a runner reports to no controller"),
];

impl Loader<'_> {
    /// The plays of a plan of the older shape.
    pub(super) fn legacy_plan(&mut self, scope: &Scope, root: &Node) -> Vec<Node> {
        for deployment in items(root, "binary_deployments") {
            self.legacy_deployment(scope, deployment);
        }
        self.current_plan(scope, root)
    }

    fn legacy_deployment(&mut self, scope: &Scope, deployment: &Node) {
        for (name, meaning) in SETTINGS {
            if field(deployment, name).is_some() {
                self.note_loss(&format!("`{name}` of a binary deployment has no effect: {meaning}"));
            }
        }
        for secret in items(deployment, "secrets") {
            let key = text_field(secret, "key").unwrap_or_default();
            self.problems.add(
                Problem::error(
                    "secrets-not-supported",
                    format!("the secret `{key}` of a plan is not supported yet"),
                )
                .at(scope.at(secret))
                .with_help("put it into the runner's environment and read it with `lookup('env', …)`"),
            );
        }
        let target = |node: &Node| text_field(node, "target_triple").map(str::to_owned);
        let requirements = deployment.get("compilation_requirements");
        let target = requirements
            .and_then(target)
            .or_else(|| text_field(deployment, "target_architecture").map(str::to_owned));
        if let Some(target) = target {
            self.note_loss(&format!(
                "the plan was made for {target}: the target is chosen when the runner is built"
            ));
        }
        for file in items(deployment, "static_files") {
            self.legacy_file(scope, file);
        }
        for (name, _) in entries(deployment, "embedded_data") {
            if name.as_text() == Some("variables") {
                self.note_loss("the variables of a binary deployment are arguments, and are not used");
            }
        }
    }

    /// `{source_path, target_path, permissions, compress}`: the file is carried if the project has it.
    fn legacy_file(&mut self, scope: &Scope, file: &Node) {
        let Some((_, node)) = field(file, "source_path") else { return };
        let name = node.as_text().unwrap_or_default();
        let path = crate::project::normal(&self.project.root.join(name));
        if self.project.bundle_name(&path).is_none() {
            self.outside(name, scope.at(node), "move it into the project");
        } else if self.project.is_file(&path) {
            self.embed(&path);
        } else {
            self.missing_file("file", name, scope.at(node), &[path]);
        }
    }
}

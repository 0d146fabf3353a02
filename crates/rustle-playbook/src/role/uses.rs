//! Entries of `roles:` and dependencies.

use rustle_schema::plan::RoleUse;
use rustle_schema::task::Directives;
use rustle_value::{Map, Value};

use crate::keyword::Place;
use crate::kind::kind;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::{Node, NodeKind};

impl Loader<'_> {
    /// The list `roles:` of a play.
    pub(crate) fn role_list(&mut self, scope: &Scope, node: &Node) -> Vec<RoleUse> {
        let Some(items) = node.as_sequence() else {
            self.wrong_type(scope, "roles", node, "a list of roles");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.role_use(scope, item)).collect()
    }

    /// One entry: the role's name, or a mapping with `role` or `name`, keywords, and parameters.
    pub(crate) fn role_use(&mut self, scope: &Scope, node: &Node) -> Option<RoleUse> {
        let mut directives = Directives::default();
        let mut params = Map::new();
        let (named, entries): (&Node, &[(Node, Node)]) = match &node.value {
            NodeKind::Scalar { .. } if !node.is_null() => (node, &[]),
            NodeKind::Mapping(entries) => {
                match node.get("role").or_else(|| node.get("name")).or_else(|| node.get("src")) {
                    Some(named) => (named, entries),
                    None => {
                        self.no_role_name(scope, node);
                        return None;
                    }
                }
            }
            _ => {
                self.no_role_name(scope, node);
                return None;
            }
        };
        let name = match self.value(scope, named) {
            Value::Int(number) => Value::from(number.to_string()),
            value @ (Value::Str(_) | Value::Template(_)) => value,
            _ => {
                self.no_role_name(scope, named);
                return None;
            }
        };
        let galaxy = node.get("role").is_none() && node.get("name").is_none();
        for (key, value) in entries {
            let Some(keyword) = self.key_text(scope, Place::Role, key) else { continue };
            if matches!(keyword, "role" | "name") || (galaxy && matches!(keyword, "src" | "version" | "scm"))
            {
                continue;
            }
            if Place::Role.has(keyword) {
                if !self.is_empty_keyword(scope, keyword, key, value) {
                    self.directive(scope, &mut directives, keyword, key, value);
                }
            } else {
                self.check_variable_name(scope, key);
                let value = self.value(scope, value);
                self.definitions.add(keyword, &value);
                params.insert(keyword, value);
            }
        }
        let name = self.static_name(scope, &name, &scope.at(named))?;
        let role = self.find_role(scope, &name, &scope.at(named))?;
        if !entries.is_empty() {
            self.hold_keywords(scope, Owner::RoleUse(role.key.clone()), node, &["role"]);
        }
        self.reach_role_tasks(&role, "main", scope);
        Some(RoleUse {
            role: role.key.clone(),
            params,
            directives,
            position: scope.position(node),
            ..RoleUse::default()
        })
    }

    fn no_role_name(&mut self, scope: &Scope, node: &Node) {
        let found = kind(node);
        self.problems.add(
            Problem::error("wrong-type", "role definitions must contain a role name")
                .at(scope.at(node))
                .labelled(found)
                .with_help("write the role's name, or a mapping with `role: name`"),
        );
    }
}

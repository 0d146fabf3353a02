//! What a template needs, without evaluating it: for the checks of a build.
//!
//! Offsets count bytes from the start of the text, a `#jinja2:` header included.

mod conditions;
mod statements;
mod walk;

use std::sync::Arc;

use rustle_value::Value;

use crate::ast::Span;
use crate::error::SyntaxError;
use crate::options::Options;
use crate::parser;
use crate::registry::Registry;
use crate::template::{self, Expression, Template};
use walk::Walk;

pub use conditions::defined_where;

/// What a template or an expression needs.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The variables that are read, once for each place.
    pub variables: Vec<VariableUse>,
    /// The filters that are called.
    pub filters: Vec<NameUse>,
    /// The tests that are asked.
    pub tests: Vec<NameUse>,
    /// The functions that are called and that the template does not define: `range`, `lookup`, or a variable.
    pub functions: Vec<NameUse>,
    /// The lookups that are run.
    pub lookups: Vec<LookupUse>,
    /// The templates that are included, imported or extended.
    pub files: Vec<FileUse>,
}

/// A place where a variable is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// The variable, and the attributes or literal items that are taken of it: `a`, `b`, `0` for `a.b[0]`.
    pub path: Vec<Arc<str>>,
    /// Where it stands.
    pub offset: usize,
    /// How many bytes it has, attributes included.
    pub len: usize,
    /// Whether the author has thought of it being undefined: `default`, `is defined`, also in a condition around it.
    pub guarded: bool,
}

/// A place where something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameUse {
    /// What is named.
    pub name: Arc<str>,
    /// Where it stands.
    pub offset: usize,
    /// How many bytes it has.
    pub len: usize,
}

/// A place where a lookup is run.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupUse {
    /// Which lookup; nothing if that is computed.
    pub name: Option<Arc<str>>,
    /// The terms that are literals; nothing for those that are computed. Literals may hold templates.
    pub terms: Vec<Option<Value>>,
    /// The named arguments, as the terms.
    pub named: Vec<(Arc<str>, Option<Value>)>,
    /// Where the lookup's name stands.
    pub offset: usize,
    /// How many bytes it has.
    pub len: usize,
}

/// A place where a template names another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUse {
    /// Which ones, the first of which that exists is taken; nothing if that is computed.
    pub names: Option<Vec<Arc<str>>>,
    /// Whether it may be missing.
    pub optional: bool,
    /// Where the name stands.
    pub offset: usize,
    /// How many bytes it has.
    pub len: usize,
}

impl VariableUse {
    /// The variable's name.
    pub fn name(&self) -> &str {
        self.path.first().map_or("", |name| name)
    }
}

impl Analysis {
    /// What the template `source` needs. It is read and not compiled, which is enough for whoever does not evaluate it.
    ///
    /// # Errors
    /// If it is none; the message is Jinja2's.
    pub fn of_template(source: &str, options: &Options) -> Result<Analysis, SyntaxError> {
        let read = template::read(source, options)?;
        let mut walk = Walk::default();
        walk.template(&read.statements);
        Ok(walk.finished(read.base))
    }

    /// What the bare expression `source` needs, as [`Analysis::of_template`].
    ///
    /// # Errors
    /// If it is none; the message is Jinja2's.
    pub fn of_expression(source: &str) -> Result<Analysis, SyntaxError> {
        let mut walk = Walk::default();
        walk.expr(&parser::expression(source)?);
        Ok(walk.finished(0))
    }
}

impl Template {
    /// What the template needs.
    pub fn analysis(&self) -> Analysis {
        let mut walk = Walk::default();
        walk.template(&self.statements);
        walk.finished(self.base)
    }
}

impl Expression {
    /// What the expression needs.
    pub fn analysis(&self) -> Analysis {
        let mut walk = Walk::default();
        walk.expr(&self.expr);
        walk.finished(0)
    }
}

fn name_use(name: &Arc<str>, span: Span) -> NameUse {
    NameUse { name: name.clone(), offset: span.offset(), len: span.len() }
}

/// The names of the builtin filters, sorted.
pub fn known_filters() -> Vec<&'static str> {
    Registry::builtin().filter_names()
}

/// The names of the builtin tests, sorted.
pub fn known_tests() -> Vec<&'static str> {
    Registry::builtin().test_names()
}

/// The names of the builtin lookups, sorted.
pub fn known_lookups() -> Vec<&'static str> {
    Registry::builtin().lookup_names()
}

/// The names of the functions that every template knows, sorted.
pub fn known_functions() -> Vec<&'static str> {
    crate::eval::global_names()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Options};

    fn of_template(source: &str) -> Analysis {
        Engine::new().template(source, &Options::default()).unwrap().analysis()
    }

    fn of_expression(source: &str) -> Analysis {
        Engine::new().expression(source).unwrap().analysis()
    }

    /// Each variable as `path@offset`, with a `?` if it is guarded.
    fn shown(analysis: &Analysis) -> Vec<String> {
        let show = |it: &VariableUse| {
            format!("{}@{}{}", it.path.join("."), it.offset, if it.guarded { "?" } else { "" })
        };
        analysis.variables.iter().map(show).collect()
    }

    #[test]
    fn paths_and_offsets_are_found() {
        let analysis = of_template("a {{ x.y['z'][0] | upper }} {{ f(u) }}");
        assert_eq!(shown(&analysis), ["x.y.z.0@5", "u@33"]);
        let upper = NameUse { name: "upper".into(), offset: 19, len: 5 };
        assert_eq!(analysis.filters, [upper]);
        assert_eq!(&*analysis.functions[0].name, "f");
        let analysis = of_template("#jinja2: trim_blocks: False\n{{ x }}");
        assert_eq!(shown(&analysis), ["x@31"]);
    }

    #[test]
    fn what_the_template_assigns_is_not_free() {
        let source =
            "{% set a = b %}{% for i in c if i > d %}{{ i }}{{ loop.index }}{{ a }}{% endfor %}{{ i }}";
        assert_eq!(shown(&of_template(source)), ["b@11", "c@27", "d@36", "i@85"]);
        let source = "{% macro m(x, y=z) %}{{ x }}{{ y }}{{ caller() }}{{ w }}{% endmacro %}{{ m(1) }}";
        assert_eq!(shown(&of_template(source)), ["z@16", "w@52"]);
    }

    #[test]
    fn guards_are_seen() {
        assert_eq!(shown(&of_expression("a.b | default(c)")), ["a.b@0?", "c@14"]);
        assert_eq!(shown(&of_expression("a | d(b) | d('c')")), ["a@0?", "b@6?"]);
        assert_eq!(shown(&of_expression("a is defined and a.b > c")), ["a@0?", "a.b@17?", "c@23"]);
        assert_eq!(shown(&of_expression("a is undefined or a == 1")), ["a@0?", "a@18?"]);
        assert_eq!(shown(&of_expression("a if a is defined else b")), ["a@0?", "a@5?", "b@23"]);
        assert_eq!(shown(&of_expression("not (a is not defined) and a")), ["a@5?", "a@27?"]);
        let source = "{% if a is defined and b %}{{ a }}{{ b }}{% else %}{{ a }}{% endif %}{{ a }}";
        assert_eq!(shown(&of_template(source)), ["a@6?", "b@23", "a@30?", "b@37", "a@54", "a@72"]);
    }

    #[test]
    fn lookups_and_files_are_found() {
        let analysis = of_template("{{ lookup('file', 'a.txt', p, errors='ignore') }}{% include 'x.j2' %}");
        let lookup = &analysis.lookups[0];
        assert_eq!(lookup.name.as_deref(), Some("file"));
        assert_eq!(lookup.terms, [Some(Value::str("a.txt")), None]);
        assert_eq!(lookup.named, [("errors".into(), Some(Value::str("ignore")))]);
        assert_eq!(analysis.files[0].names, Some(vec!["x.j2".into()]));
        assert_eq!(shown(&analysis), ["p@27"]);
    }
}

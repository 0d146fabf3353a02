//! Problems, in order, as a compiler shows them.

mod json;

use std::cmp::Ordering;
use std::fmt;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use rustle_playbook::{Location, Problem, Severity};

/// Everything that is wrong, in the order of files and places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems in order, each once.
    pub fn new(mut problems: Vec<Problem>) -> Problems {
        problems.sort_by(order);
        problems.dedup();
        Problems(problems)
    }

    /// One problem.
    pub fn one(problem: Problem) -> Problems {
        Problems(vec![problem])
    }

    /// The problems.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of them keep anything from being built.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many of them are warnings.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|problem| problem.severity == severity).count()
    }

    /// All of them as a compiler shows them, the sources quoted, an empty line between two, a summary at the end if there
    /// are errors. `colour` adds the terminal's escape sequences.
    pub fn render(&self, colour: bool) -> String {
        self.render_as("nothing was built", colour)
    }

    /// The same with other words for what the errors kept from happening.
    pub fn render_as(&self, kept: &str, colour: bool) -> String {
        let mut text = String::new();
        for problem in &self.0 {
            text.push_str(&render(problem, colour));
            text.push_str("\n\n");
        }
        if let Some(summary) = self.summary(kept) {
            let groups = [Level::ERROR.primary_title(summary).element(annotate_snippets::Padding)];
            text.push_str(renderer(colour).render(&groups).trim_end_matches(['|', ' ', '\n']));
            text.push('\n');
        }
        text
    }

    fn summary(&self, kept: &str) -> Option<String> {
        let errors = match self.errors() {
            0 => return None,
            1 => "1 error".to_owned(),
            more => format!("{more} errors"),
        };
        let warnings = match self.warnings() {
            0 => String::new(),
            1 => " and 1 warning".to_owned(),
            more => format!(" and {more} warnings"),
        };
        Some(format!("{kept}: {errors}{warnings}"))
    }
}

impl fmt::Display for Problems {
    /// Without colour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Whether one of them keeps anything from being done.
pub(crate) fn any_error(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// What stands nowhere comes first, then by file, place, and what it says.
pub(crate) fn order(a: &Problem, b: &Problem) -> Ordering {
    let place = |problem: &Problem| {
        problem.primary.as_ref().map(|at| (at.file.path.clone(), at.span.start, at.span.end))
    };
    place(a)
        .cmp(&place(b))
        .then_with(|| a.severity.cmp(&b.severity))
        .then_with(|| (a.code, &a.message).cmp(&(b.code, &b.message)))
}

/// The problem in one line: `site.yml:3:5: there is no module `foo` [unknown-module]`.
pub fn one_line(problem: &Problem) -> String {
    let place = problem.primary.as_ref().map(|at| {
        let (line, column) = at.file.line_column(at.span.start);
        format!("{}:{line}:{column}: ", at.file.path)
    });
    let text = format!("{}{} [{}]", place.unwrap_or_default(), problem.message, problem.code);
    text.replace(['\n', '\r'], " ")
}

/// One problem as a compiler shows it.
pub fn render(problem: &Problem, colour: bool) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&problem.message).id(problem.code));
    for snippet in snippets(problem) {
        group = group.element(snippet);
    }
    for note in &problem.notes {
        group = group.element(Level::NOTE.message(note));
    }
    for help in &problem.help {
        group = group.element(Level::HELP.message(help));
    }
    renderer(colour).render(&[group])
}

fn renderer(colour: bool) -> Renderer {
    if colour { Renderer::styled() } else { Renderer::plain() }
}

/// One snippet for each file that the problem points into, the file of the primary place first.
fn snippets(problem: &Problem) -> Vec<Snippet<'_, Annotation<'_>>> {
    let Some(primary) = &problem.primary else { return Vec::new() };
    let label = Some(problem.label.as_str()).filter(|label| !label.is_empty());
    let mut places: Vec<(&Location, AnnotationKind, Option<&str>)> =
        vec![(primary, AnnotationKind::Primary, label)];
    let others = problem.secondary.iter();
    places.extend(others.map(|(at, label)| (at, AnnotationKind::Context, Some(label.as_str()))));
    let mut snippets: Vec<(&str, Snippet<'_, Annotation<'_>>)> = Vec::new();
    for (at, kind, label) in places {
        let annotation = kind.span(shown(at)).label(label);
        match snippets.iter().position(|(path, _)| *path == at.file.path) {
            Some(number) => {
                let (path, snippet) = snippets.swap_remove(number);
                snippets.insert(number, (path, snippet.annotation(annotation)));
            }
            None => {
                let snippet = Snippet::source(at.file.text.as_str()).path(at.file.path.as_str());
                snippets.push((&at.file.path, snippet.annotation(annotation)));
            }
        }
    }
    snippets.into_iter().map(|(_, snippet)| snippet).collect()
}

/// The span to mark: what reaches over many lines is marked in its first line only, so that a mark stays readable.
fn shown(at: &Location) -> std::ops::Range<usize> {
    let text = at.text();
    let first = text.lines().next().unwrap_or_default().trim_end();
    let end = at.span.start + if text.lines().count() > 1 { first.len() } else { text.trim_end().len() };
    at.span.start..end
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustle_playbook::SourceFile;

    use super::*;

    fn file(path: &str, text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile { path: path.into(), text: text.into() })
    }

    #[test]
    fn a_problem_is_shown_with_its_source() {
        let site = file("site.yml", "- hosts: all\n  tasks:\n    - coppy: src=a\n");
        let problem = Problem::error("unknown-module", "there is no module `coppy`")
            .at(Location::new(&site, 28..33))
            .labelled("no such module")
            .with_note("a note")
            .with_help("did you mean `copy`?");
        assert_eq!(
            render(&problem, false),
            "error[unknown-module]: there is no module `coppy`\n --> site.yml:3:7\n  |\n3 |     - coppy: src=a\n  \
             |       ^^^^^ no such module\n  |\n  = note: a note\n  = help: did you mean `copy`?"
        );
        assert_eq!(one_line(&problem), "site.yml:3:7: there is no module `coppy` [unknown-module]");
    }

    #[test]
    fn order_is_by_place_and_doubles_vanish() {
        let (a, b) = (file("a.yml", "x\ny\n"), file("b.yml", "x\n"));
        let late = Problem::error("e", "late").at(Location::new(&b, 0..1));
        let early = Problem::warning("e", "early").at(Location::new(&a, 2..3));
        let nowhere = Problem::error("e", "nowhere");
        let problems = Problems::new(vec![late.clone(), early.clone(), nowhere.clone(), late.clone()]);
        assert_eq!(problems.iter().collect::<Vec<_>>(), [&nowhere, &early, &late]);
        assert!(
            problems.render(false).ends_with("error: nothing was built: 2 errors and 1 warning\n"),
            "{problems}"
        );
    }
}

//! Problems for programs: one object, with what is wrong in three lists.

use rustle_playbook::{Problem, Severity};
use serde_json::{Value, json};

use super::Problems;

impl Problems {
    /// All of them as one object: `errors`, `warnings` and `infos`, each a list in the order of [`Problems::iter`]. Every
    /// problem has the same keys; `file`, `line` and `column` (both from 1) are null for what stands nowhere.
    ///
    /// ```
    /// use rustle_build::{Problem, Problems};
    ///
    /// let report = Problems::one(Problem::warning("undocumented", "an argument has no documentation")).to_json();
    /// assert_eq!(report["warnings"][0]["code"], "undocumented");
    /// assert_eq!(report["errors"].as_array().map(Vec::len), Some(0));
    /// ```
    pub fn to_json(&self) -> Value {
        let list = |severity: Severity| -> Vec<Value> {
            self.iter().filter(|problem| problem.severity == severity).map(object).collect()
        };
        json!({
            "errors": list(Severity::Error),
            "warnings": list(Severity::Warning),
            "infos": list(Severity::Note),
        })
    }

    /// The same with every warning an error: what `--deny warnings` asks for.
    #[must_use]
    pub fn denying_warnings(self) -> Problems {
        let denied = self.into_iter().map(|mut problem| {
            if problem.severity == Severity::Warning {
                problem.severity = Severity::Error;
                problem.notes.push("`--deny warnings` makes it an error".to_owned());
            }
            problem
        });
        Problems::new(denied.collect())
    }
}

fn object(problem: &Problem) -> Value {
    let place = problem.primary.as_ref().map(|at| (&at.file.path, at.file.line_column(at.span.start)));
    json!({
        "code": problem.code,
        "message": problem.message,
        "file": place.as_ref().map(|(file, _)| file),
        "line": place.as_ref().map(|(_, (line, _))| line),
        "column": place.as_ref().map(|(_, (_, column))| column),
        "label": problem.label,
        "notes": problem.notes,
        "help": problem.help,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustle_playbook::{Location, SourceFile};

    use super::*;

    fn some() -> Problems {
        let file =
            Arc::new(SourceFile { path: "module.toml".into(), text: "id = 1\nversion = \"x\"\n".into() });
        Problems::new(vec![
            Problem::note("unused-permission", "nothing needs it"),
            Problem::warning("undocumented", "no documentation").with_help("write one").with_help("or two"),
            Problem::error("module-manifest", "`x` is no version")
                .at(Location::new(&file, 17..20))
                .labelled("here")
                .with_note("three numbers"),
        ])
    }

    #[test]
    fn every_problem_is_in_the_list_of_its_severity() {
        let report = some().to_json();
        assert_eq!(
            report,
            json!({
                "errors": [{
                    "code": "module-manifest", "message": "`x` is no version", "file": "module.toml", "line": 2,
                    "column": 11, "label": "here", "notes": ["three numbers"], "help": [],
                }],
                "warnings": [{
                    "code": "undocumented", "message": "no documentation", "file": null, "line": null, "column": null,
                    "label": "", "notes": [], "help": ["write one", "or two"],
                }],
                "infos": [{
                    "code": "unused-permission", "message": "nothing needs it", "file": null, "line": null,
                    "column": null, "label": "", "notes": [], "help": [],
                }],
            })
        );
        assert_eq!(Problems::default().to_json(), json!({"errors": [], "warnings": [], "infos": []}));
    }

    #[test]
    fn denied_warnings_are_errors_and_notes_stay() {
        let denied = some().denying_warnings();
        assert_eq!((denied.errors(), denied.warnings()), (2, 0));
        let report = denied.to_json();
        assert_eq!(report["errors"][0]["notes"], json!(["`--deny warnings` makes it an error"]));
        assert_eq!(report["infos"].as_array().map(Vec::len), Some(1));
    }
}

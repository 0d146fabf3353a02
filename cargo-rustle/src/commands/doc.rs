//! `cargo rustle doc`: the documentation of a module, as a manual page shows it.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_build::modules::Modules;
use rustle_build::{catalogue, modules_there};
use rustle_schema::module_spec::{ArgSpec, ArgType, ModuleSpec, Rule, Support};
use rustle_schema::names;

use crate::commands::project;
use crate::failure::{Failure, Result};
use crate::project::Project;

pub fn command() -> Command {
    Command::new("doc")
        .about("Shows the documentation of a module")
        .arg(Arg::new("module").value_name("MODULE").help("Its name; without one, all modules are listed"))
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .requires("module")
                .help("The module's specification as JSON"),
        )
        .arg(project())
}

pub fn run(matches: &ArgMatches) -> Result {
    let modules = modules(matches);
    let Some(name) = matches.get_one::<String>("module") else {
        print!("{}", list(&modules));
        return Ok(ExitCode::SUCCESS);
    };
    let Some(module) = modules.get(names::canonical(name)) else {
        let failure = Failure::new(format!("there is no module `{name}`"));
        return Err(match modules.closest(name) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`cargo rustle doc` lists all modules"),
        });
    };
    if matches.get_flag("json") {
        let json =
            serde_json::to_string_pretty(&*module.spec).map_err(|error| Failure::new(error.to_string()))?;
        println!("{json}");
    } else {
        print!("{}", page(&module.spec));
    }
    Ok(ExitCode::SUCCESS)
}

/// The modules of the project; outside of one, the builtin ones.
fn modules(matches: &ArgMatches) -> Modules {
    let project = Project::of(matches.get_one("project")).ok();
    let options = project.and_then(|project| project.options().ok());
    modules_there(&options.unwrap_or_default())
}

fn list(modules: &Modules) -> String {
    let mut specs: Vec<&ModuleSpec> = modules.all().map(|module| &*module.spec).collect();
    specs.extend(catalogue::builtin().iter().filter(|spec| modules.get(&spec.name).is_none()));
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    let width = specs.iter().map(|spec| spec.name.len()).max().unwrap_or_default();
    specs.iter().fold(String::new(), |mut text, spec| {
        let _ = writeln!(text, "{:width$}  {}", spec.name, one_line(&spec.summary));
        text
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page of a module.
fn page(spec: &ModuleSpec) -> String {
    let mut page = Page(String::new());
    page.title("NAME");
    page.text(1, &format!("{} - {}", spec.name, one_line(&spec.summary)));
    if !spec.aliases.is_empty() {
        page.text(1, &format!("also: {}", spec.aliases.join(", ")));
    }
    if !spec.description.is_empty() {
        page.title("DESCRIPTION");
        page.markdown(1, &spec.description);
    }
    if !spec.args.is_empty() {
        page.title("ARGUMENTS");
        spec.args.iter().for_each(|arg| page.argument(1, arg, spec.free_form.as_deref()));
    }
    if spec.rest.is_some() {
        page.text(1, "All other arguments are taken too, whatever their names.");
    }
    if !spec.rules.is_empty() {
        page.title("RULES");
        spec.rules.iter().for_each(|rule| page.text(1, &sentence(rule)));
    }
    if !spec.returns.is_empty() {
        page.title("RETURNS");
        for value in &spec.returns {
            page.text(1, &format!("{} ({})", value.name, value.kind));
            page.markdown(2, &value.doc);
        }
    }
    if !spec.examples.is_empty() {
        page.title("EXAMPLES");
        spec.examples.lines().for_each(|line| page.line(1, line));
    }
    page.title("NOTES");
    page.text(
        1,
        &format!("Check mode: {}. Differences: {}.", support(spec.check_mode), support(spec.diff_mode)),
    );
    for (title, items) in [("Effects", &spec.effects), ("Permissions", &spec.permissions)] {
        if !items.is_empty() {
            page.text(1, &format!("{title}: {}.", items.join(", ")));
        }
    }
    page.text(1, &format!("From the crate {} {}.", spec.krate, spec.version));
    page.0
}

fn support(support: Support) -> &'static str {
    match support {
        Support::Full => "supported",
        Support::Partial => "supported in part",
        Support::None => "not supported",
    }
}

fn sentence(rule: &Rule) -> String {
    match rule {
        Rule::RequiredTogether(names) => format!("All or none of {}.", names.join(", ")),
        Rule::RequiredOneOf(names) => format!("At least one of {}.", names.join(", ")),
        Rule::MutuallyExclusive(names) => format!("At most one of {}.", names.join(", ")),
        Rule::RequiredIf { arg, value, required, any } => {
            let one = if *any { "one of " } else { "" };
            format!("If {arg} is {value}: {one}{}.", required.join(", "))
        }
        Rule::RequiredBy { arg, required } => format!("With {arg}: {}.", required.join(", ")),
    }
}

/// The name of a type, as a page shows it.
fn kind(kind: &ArgType) -> String {
    match kind {
        ArgType::Str => "text".into(),
        ArgType::Bool => "boolean".into(),
        ArgType::Int => "whole number".into(),
        ArgType::Float => "number".into(),
        ArgType::Path => "path".into(),
        ArgType::Raw => "anything".into(),
        ArgType::Mode => "mode".into(),
        ArgType::Json => "JSON".into(),
        ArgType::Choice(words) => words.join(" | "),
        ArgType::List(inner) => format!("list of {}", self::kind(inner)),
        ArgType::Map(inner) => format!("mapping to {}", self::kind(inner)),
        ArgType::Options(..) => "mapping".into(),
        ArgType::Custom(name) => name.clone(),
    }
}

/// The width of a page.
const WIDTH: usize = 96;

struct Page(String);

impl Page {
    fn title(&mut self, title: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(title);
        self.0.push('\n');
    }

    fn line(&mut self, depth: usize, line: &str) {
        if !line.trim().is_empty() {
            self.0.push_str(&"    ".repeat(depth));
        }
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// One paragraph, wrapped.
    fn text(&mut self, depth: usize, text: &str) {
        let width = WIDTH - 4 * depth;
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                self.line(depth, &line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(depth, &line);
        }
    }

    /// Paragraphs, lists and code: code and lists keep their lines.
    fn markdown(&mut self, depth: usize, text: &str) {
        let mut code = false;
        for (number, paragraph) in text.trim().split("\n\n").enumerate() {
            if number > 0 {
                self.0.push('\n');
            }
            let fences = paragraph.matches("```").count();
            let list = paragraph.trim_start().starts_with(['-', '*']);
            if code || fences > 0 || list || paragraph.starts_with("    ") {
                paragraph
                    .lines()
                    .filter(|line| !line.starts_with("```"))
                    .for_each(|line| self.line(depth, line));
            } else {
                self.text(depth, paragraph);
            }
            code ^= fences % 2 == 1;
        }
    }

    fn argument(&mut self, depth: usize, arg: &ArgSpec, free_form: Option<&str>) {
        let mut head = format!("{} ({}", arg.name, kind(&arg.kind));
        if arg.required {
            head.push_str(", required");
        }
        if let Some(default) = arg.default.as_ref().filter(|default| !default.is_none()) {
            let _ = write!(head, ", default {default:?}");
        }
        head.push(')');
        if !arg.aliases.is_empty() {
            let _ = write!(head, ", also {}", arg.aliases.join(", "));
        }
        self.text(depth, &head);
        self.markdown(depth + 1, &arg.doc);
        let notes = [
            (free_form == Some(arg.name.as_str()), "Free-form text goes here."),
            (arg.expression, "An expression, without braces."),
            (arg.no_log, "Never shown."),
        ];
        for (_, note) in notes.iter().filter(|(holds, _)| *holds) {
            self.text(depth + 1, note);
        }
        if let Some(why) = &arg.deprecated {
            self.text(depth + 1, &format!("Deprecated: {why}"));
        }
        let mut inner = &arg.kind;
        while let ArgType::List(of) | ArgType::Map(of) = inner {
            inner = of;
        }
        if let ArgType::Options(args, rules) = inner {
            args.iter().for_each(|arg| self.argument(depth + 1, arg, None));
            rules.iter().for_each(|rule| self.text(depth + 1, &sentence(rule)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_schema::module_spec::ReturnSpec;

    #[test]
    fn a_page_says_everything() {
        let arg = |name: &str, kind: ArgType| ArgSpec {
            name: name.into(),
            kind,
            doc: "What it is.".into(),
            ..ArgSpec::default()
        };
        let spec = ModuleSpec {
            name: "acme.greet".into(),
            version: "1.2.0".into(),
            krate: "acme".into(),
            summary: "Greets somebody\nin a file.".into(),
            description: "One.\n\n- a\n- b".into(),
            args: vec![
                ArgSpec { required: true, aliases: vec!["file".into()], ..arg("path", ArgType::Path) },
                ArgSpec { default: Some("world".into()), ..arg("name", ArgType::Str) },
                arg("how", ArgType::Choice(vec!["loud".into(), "low".into()])),
            ],
            rules: vec![Rule::MutuallyExclusive(vec!["name".into(), "how".into()])],
            returns: vec![ReturnSpec { name: "size".into(), kind: "int".into(), doc: "Bytes.".into() }],
            examples: "- acme.greet:\n    path: /x\n".into(),
            ..ModuleSpec::default()
        };
        assert_eq!(
            page(&spec),
            "NAME\n    acme.greet - Greets somebody in a file.\n\nDESCRIPTION\n    One.\n\n    - a\n    - b\n\nARGUMENTS\n    \
             path (path, required), also file\n        What it is.\n    name (text, default 'world')\n        What it \
             is.\n    how (loud | low)\n        What it is.\n\nRULES\n    At most one of name, how.\n\nRETURNS\n    size \
             (int)\n        Bytes.\n\nEXAMPLES\n    - acme.greet:\n        path: /x\n\nNOTES\n    Check mode: supported. \
             Differences: supported.\n    From the crate acme 1.2.0.\n"
        );
    }
}

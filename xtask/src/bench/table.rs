//! The tables, as Markdown.

use std::fmt::Write as _;

use super::build::{Build, Prepared};
use super::measure::Cost;
use super::modules::{Modules, PACKAGES};
use super::subject::Subject;
use super::{Row, aims};

/// The whole page.
pub(crate) fn text(rows: &[Row], tasks: usize, rounds: usize, build: Option<&Build>) -> String {
    let mut page = String::from("# Performance\n\n");
    let date = jiff::Zoned::now().date();
    let _ = writeln!(
        page,
        "Measured on {date} by `cargo xtask bench --write`, in one run: CPU milliseconds a task (user and system, children \
         included), medians of {rounds} runs over {tasks} tasks, start-up included; ansible-core once over {}. `start` is a \
         run of one task. The floor is a hand-written program that makes the same system calls (`xtask/src/bin/floor.rs`), \
         the shell script does the same with the usual tools. Files are written to memory (tmpfs), where there is one. Machines \
         differ: the ratios are what to read.\n",
        tasks / 10
    );
    runs(&mut page, "First run", rows, |cost| cost.first);
    runs(&mut page, "Converged: nothing is left to do", rows, |cost| cost.again);
    if let Some(build) = build {
        builds(&mut page, build);
    }
    aims::append(&mut page, rows, build);
    page
}

fn runs(page: &mut String, title: &str, rows: &[Row], pick: impl Fn(&Cost) -> f64) {
    let _ = writeln!(page, "## {title}\n");
    let _ = writeln!(
        page,
        "| task | floor | shell | Rustle | ansible-core | Rustle / floor | ansible-core / Rustle |"
    );
    let _ = writeln!(page, "| --- | --- | --- | --- | --- | --- | --- |");
    for row in rows {
        let cost = |subject: Subject| row.cost(subject).map(&pick);
        let shown = |cost: Option<f64>| cost.map_or("–".into(), |it| format!("{it:.4}"));
        let ratio = |over: Option<f64>, under: Option<f64>| match (over, under) {
            (Some(over), Some(under)) if under > 0.0 => format!("{:.1}", over / under),
            _ => "–".into(),
        };
        let (floor, shell, rustle, ansible) =
            (cost(Subject::Floor), cost(Subject::Shell), cost(Subject::Rustle), cost(Subject::Ansible));
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} |",
            row.kind.name(),
            shown(floor),
            shown(shell),
            shown(rustle),
            shown(ansible),
            ratio(rustle, floor),
            ratio(ansible, rustle)
        );
    }
    page.push('\n');
}

fn builds(page: &mut String, build: &Build) {
    page.push_str("## Build\n\n| what | cost |\n| --- | --- |\n");
    for Prepared { tasks, script, check } in &build.prepare {
        let _ = writeln!(page, "| `cargo rustle check` of {tasks} tasks | {check:.2} CPU s |");
        let _ =
            writeln!(page, "| `prepare()` of them in a build script, not optimised | {script:.2} CPU s |");
    }
    let _ = writeln!(
        page,
        "| the template, first release build with all dependencies | {:.0} CPU s |",
        build.cold
    );
    let _ = writeln!(page, "| the template, after a changed playbook | {:.1} CPU s |", build.incremental);
    let _ = writeln!(page, "| the template's executable, stripped | {:.2} MB |", build.size as f64 / 1e6);
    if let Some(size) = build.static_size {
        let _ = writeln!(page, "| the same, fully static (musl) | {:.2} MB |", size as f64 / 1e6);
    }
    page.push_str(&modules(&build.modules));
    page.push('\n');
}

/// The lines about modules from elsewhere.
pub(crate) fn modules(modules: &Modules) -> String {
    let Modules { cold, warm, verify } = modules;
    format!(
        "| `cargo rustle lock` of {PACKAGES} packages of a registry on loopback, nothing stored | {cold:.2} s |\n\
         | the same, everything stored | {warm:.2} CPU s |\n\
         | what their lock adds to a build script, not optimised | {verify:.3} CPU s |\n"
    )
}

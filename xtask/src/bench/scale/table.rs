//! The tables.

use std::fmt::Write as _;

use super::Scale;
use super::prepare::Cost;
use super::rebuild::{self, Rebuild, Time};

/// The heading under which the tables stand in docs/PERFORMANCE.md, where they stay until they are measured again.
pub(crate) const HEADING: &str = "## Scale";

/// The tables, as Markdown.
pub(crate) fn text(scale: &Scale) -> String {
    let date = jiff::Zoned::now().strftime("%Y-%m-%d");
    let mut page = format!(
        "{HEADING}\n\nMeasured on {date} by `cargo xtask bench --scale --write`, in one run: medians, CPU seconds (user and \
         system, children included). The projects are generated (`xtask/src/bench/scale/project.rs`): roles with files of 500 \
         tasks, templates, handlers, loops, conditions and blocks, about 170 bytes a task.\n\n"
    );
    prepare(&mut page, scale);
    start(&mut page, scale);
    if let Some(rebuild) = &scale.rebuild {
        builds(&mut page, rebuild);
    }
    if !scale.sizes.is_empty() {
        page.push_str("| modules in the runner | executable | CPU s to build it after the one above |\n| --- | --- | --- |\n");
        for size in &scale.sizes {
            let _ = writeln!(page, "| {} | {} | {:.1} |", size.modules, megabytes(size.bytes), size.cpu);
        }
        page.push('\n');
    }
    if !scale.profiles.is_empty() {
        let _ = writeln!(
            page,
            "| `[build] profile` | executable | CPU s to build it first | after one changed line | to render and write {} files | memory then |\n\
             | --- | --- | --- | --- | --- | --- |",
            rebuild::TASKS
        );
        for it in &scale.profiles {
            let (bytes, memory) = (megabytes(it.bytes), megabytes(it.memory));
            let _ = writeln!(
                page,
                "| {} | {bytes} | {:.1} | {:.1} | {:.3} | {memory} |",
                it.name, it.first, it.again, it.run
            );
        }
        page.push('\n');
    }
    if !scale.embeds.is_empty() {
        page.push_str(
            "| carried | `cp -r`: CPU s, wall s | `prepare()`: CPU s, wall s | memory |\n| --- | --- | --- | --- |\n",
        );
        for embed in &scale.embeds {
            let _ = writeln!(
                page,
                "| {} MiB in {} | {} | {} | {} |",
                embed.size,
                if embed.files == 1 { "one file".into() } else { format!("{} files", embed.files) },
                both(&embed.copy),
                both(&embed.prepare),
                megabytes(embed.memory)
            );
        }
        page.push('\n');
    }
    aims(&mut page, scale);
    page
}

fn prepare(page: &mut String, scale: &Scale) {
    if scale.prepare.is_empty() {
        return;
    }
    page.push_str(
        "| `prepare()` of | content | CPU s | µs a task | memory | of the content | not optimised |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for it in &scale.prepare {
        let Cost { cpu, memory } = it.release;
        let _ = writeln!(
            page,
            "| {} tasks | {} | {cpu:.2} | {:.1} | {} | {:.1} × | {} |",
            it.tasks,
            megabytes(it.content),
            cpu * 1e6 / it.tasks as f64,
            megabytes(memory),
            memory as f64 / it.content as f64,
            it.plain.map_or("–".into(), |plain| format!("{:.2} s", plain.cpu))
        );
    }
    page.push('\n');
}

fn start(page: &mut String, scale: &Scale) {
    if scale.start.is_empty() {
        return;
    }
    page.push_str(
        "| tasks in the plan | in roles | bundle | ms from start to the first task |\n| --- | --- | --- | --- |\n",
    );
    for it in &scale.start {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {:.1} |",
            it.tasks,
            it.roles,
            megabytes(it.bundle),
            it.first_task
        );
    }
    let largest =
        |one: bool| scale.start.iter().filter(|it| (it.roles == 1) == one).max_by_key(|it| it.tasks);
    if let (Some(one), Some(many)) = (largest(true), largest(false)) {
        let more = (many.first_task - one.first_task) * 1e3 / (many.roles - one.roles) as f64;
        let _ = writeln!(
            page,
            "\nThe handlers and variables of a play's roles are there from its start: {more:.0} µs a role. Tasks cost nothing before \
             they are reached."
        );
    }
    page.push('\n');
}

fn builds(page: &mut String, built: &Rebuild) {
    let _ = writeln!(
        page,
        "| a runner of {} tasks | CPU s | wall s | saved against cold |\n| --- | --- | --- | --- |",
        rebuild::TASKS
    );
    let rows = [
        ("first release build, all dependencies", Some(built.cold)),
        ("`cargo build` after one changed line", Some(built.cargo)),
        ("`cargo rustle build` after one changed line", built.kept),
        ("`cargo rustle repack`", built.repack),
    ];
    for (what, time) in rows {
        let Some(time) = time else { continue };
        let saved = (1.0 - time.cpu / built.cold.cpu) * 100.0;
        let _ = writeln!(page, "| {what} | {:.3} | {:.3} | {saved:.1}% |", time.cpu, time.wall);
    }
    if let Some(run) = built.run {
        let _ = writeln!(
            page,
            "| `cargo rustle run` after a change, {} `debug` tasks run | {:.3} | {:.3} | |",
            rebuild::TASKS,
            run.cpu,
            run.wall
        );
    }
    page.push('\n');
}

/// What was aimed at, beside what came out.
fn aims(page: &mut String, scale: &Scale) {
    let mut rows: Vec<(&str, String, bool)> = Vec::new();
    if let Some(largest) = scale.prepare.last() {
        let cpu = largest.release.cpu;
        rows.push(("1,000,000 tasks prepared in 15 CPU s", format!("{cpu:.1} s"), cpu <= 15.0));
        let ratio = largest.release.memory as f64 / largest.content as f64;
        rows.push(("memory at most 2 × the content", format!("{ratio:.1} ×"), ratio <= 2.0));
    }
    for it in &scale.embeds {
        let ratio = it.memory as f64 / (it.size << 20) as f64;
        rows.push((
            if it.files == 1 {
                "a large file carried within 2 × of it"
            } else {
                "many files carried within 2 × of them"
            },
            format!("{ratio:.2} × of {} MiB", it.size),
            ratio <= 2.0,
        ));
    }
    let in_one = || scale.start.iter().filter(|it| it.roles == 1);
    if let (Some(least), Some(most)) = (in_one().next(), in_one().next_back()) {
        let more = most.first_task - least.first_task;
        rows.push(("the first task as soon, within 1 ms", format!("{more:.1} ms later"), more <= 1.0));
    }
    if let Some(Rebuild { cold, cargo, kept, repack, run }) = &scale.rebuild {
        let saved = |time: &Time| (1.0 - time.cpu / cold.cpu) * 100.0;
        rows.push(("`cargo build` saves 90%", format!("{:.1}%", saved(cargo)), saved(cargo) >= 90.0));
        if let Some(kept) = kept {
            rows.push((
                "`cargo rustle build` saves 99%",
                format!("{:.1}%", saved(kept)),
                saved(kept) >= 99.0,
            ));
        }
        if let Some(repack) = repack {
            let wall = repack.wall * 1e3;
            rows.push(("repack within 50 ms", format!("{wall:.0} ms"), wall <= 50.0));
        }
        if let Some(run) = run {
            let wall = run.wall * 1e3;
            rows.push((
                "a changed playbook of 1,000 tasks run within 150 ms",
                format!("{wall:.0} ms"),
                wall <= 150.0,
            ));
        }
    }
    page.push_str("| aim | measured | met |\n| --- | --- | --- |\n");
    for (aim, measured, met) in rows {
        let _ = writeln!(page, "| {aim} | {measured} | {} |", if met { "yes" } else { "no" });
    }
    page.push('\n');
}

fn both(time: &Time) -> String {
    format!("{:.2}, {:.2}", time.cpu, time.wall)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

//! What was aimed at, beside what came out.

use std::fmt::Write as _;

use super::Row;
use super::build::Build;
use super::measure::Cost;
use super::modules::PACKAGES;
use super::subject::{Kind, Subject};

/// One aim: what it says, what was measured, and whether that is within it.
struct Aim {
    what: String,
    measured: String,
    met: bool,
}

/// Appends the table of aims.
pub(crate) fn append(page: &mut String, rows: &[Row], build: Option<&Build>) {
    page.push_str("## Aims\n\n| aim | measured | met |\n| --- | --- | --- |\n");
    for aim in runs(rows).into_iter().chain(build.into_iter().flat_map(builds)) {
        let met = if aim.met { "yes" } else { "no" };
        let _ = writeln!(page, "| {} | {} | {met} |", aim.what, aim.measured);
    }
}

fn runs(rows: &[Row]) -> Vec<Aim> {
    let mut aims = Vec::new();
    for row in rows {
        let (Some(ours), Some(floor)) = (row.cost(Subject::Rustle), row.cost(Subject::Floor)) else {
            continue;
        };
        let name = row.kind.name();
        match row.kind {
            Kind::Start => {
                let over = ours.first - floor.first;
                aims.push(Aim {
                    what: "start-up within 3 ms of the floor".into(),
                    measured: format!("{over:.1} ms over it"),
                    met: over <= 3.0,
                });
            }
            Kind::Debug | Kind::Skipped => aims.push(Aim {
                what: format!("{name} at most 0.02 ms a task"),
                measured: format!("{:.4} ms", ours.first),
                met: ours.first <= 0.02,
            }),
            Kind::Command => aims.push(ratio(name, "first run", 1.2, ours, floor, |cost| cost.first)),
            Kind::File | Kind::Copy | Kind::Template | Kind::Lineinfile => {
                aims.push(ratio(name, "first run", 1.5, ours, floor, |cost| cost.first));
                aims.push(ratio(name, "converged", 1.5, ours, floor, |cost| cost.again));
            }
        }
    }
    aims
}

fn ratio(name: &str, when: &str, aim: f64, ours: &Cost, floor: &Cost, pick: fn(&Cost) -> f64) -> Aim {
    let ratio = pick(ours) / pick(floor);
    Aim {
        what: format!("{name}, {when}: at most {aim} × the floor"),
        measured: format!("{ratio:.1} × ({:.4} ms more)", pick(ours) - pick(floor)),
        met: ratio <= aim,
    }
}

fn builds(build: &Build) -> Vec<Aim> {
    let aims = [(1_000, 0.1), (10_000, 0.5), (100_000, 5.0)];
    let prepared = build.prepare.iter().filter_map(|prepared| {
        let (tasks, aim) = aims.iter().find(|(wanted, _)| *wanted == prepared.tasks)?;
        Some(Aim {
            what: format!("a plan of {tasks} tasks prepared in {aim} CPU s"),
            measured: format!("{:.2} CPU s; in a build script {:.2}", prepared.check, prepared.script),
            met: prepared.check <= *aim,
        })
    });
    let size = build.static_size.map(|size| Aim {
        what: "a static executable of at most 3 MB".into(),
        measured: format!("{:.2} MB", size as f64 / 1e6),
        met: size <= 3_000_000,
    });
    let modules = &build.modules;
    let brought = Aim {
        what: format!("{PACKAGES} packages brought from loopback in 3 s"),
        measured: format!("{:.2} s", modules.cold),
        met: modules.cold <= 3.0,
    };
    let verified = Aim {
        what: format!("the lock of {PACKAGES} packages adds at most 0.1 CPU s to a build"),
        measured: format!("{:.3} CPU s, not optimised", modules.verify),
        met: modules.verify <= 0.1,
    };
    prepared.chain(size).chain([brought, verified]).collect()
}

//! `--timings`: the tasks that took longest.

use std::io::{self, Write};

use rustle_schema::event::Event;

use super::Reporter;

/// How many tasks are shown.
const SHOWN: usize = 20;

/// Gathers how long each task took, and shows the slowest at the end.
#[derive(Debug, Default)]
pub struct Timings {
    tasks: Vec<(f64, String)>,
}

impl Timings {
    /// The slowest tasks, each with its seconds.
    fn text(&mut self) -> String {
        self.tasks.sort_by(|a, b| b.0.total_cmp(&a.0));
        let total: f64 = self.tasks.iter().map(|(seconds, _)| seconds).sum();
        let lines = self.tasks.iter().take(SHOWN).map(|(seconds, task)| format!("{seconds:9.3}s  {task}\n"));
        format!(
            "\nSlowest of {} tasks ({total:.3}s in all):\n{}",
            self.tasks.len(),
            lines.collect::<String>()
        )
    }
}

impl Reporter for Timings {
    fn event(&mut self, event: &Event) {
        match event {
            Event::TaskResult(result) if result.item.is_none() => {
                self.tasks.push((result.seconds, result.task.clone()));
            }
            Event::End { .. } => {
                let _ = io::stderr().write_all(self.text().as_bytes());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_comes_first() {
        let mut timings = Timings { tasks: vec![(0.5, "quick".into()), (2.0, "slow".into())] };
        assert_eq!(
            timings.text(),
            "\nSlowest of 2 tasks (2.500s in all):\n    2.000s  slow\n    0.500s  quick\n"
        );
    }
}

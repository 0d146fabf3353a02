//! How long it takes from opening the bundle behind an executable to its first task, in milliseconds:
//!
//! ```text
//! cargo run --release -p rustle-bundle --example start -- EXECUTABLE…
//! ```

use std::path::Path;
use std::time::{Duration, Instant};

use rustle_bundle::{Bundle, BundleError, open_appended};
use rustle_schema::task::Step;

/// How often each is measured; the shortest time counts.
const ROUNDS: u32 = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for executable in std::env::args().skip(1) {
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let bundle = open_appended(Path::new(&executable))?.ok_or("no bundle is appended to it")?;
            let head = bundle.head()?;
            let list = head.plays.first().map(|play| play.tasks.as_slice()).unwrap_or_default();
            if !reach(&bundle, list)? {
                return Err("it has no task".into());
            }
            best = best.min(begun.elapsed());
        }
        println!("{executable}: {:.3} ms", best.as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// Whether there is a first task in `list`, reading chunks as a run does.
fn reach(bundle: &Bundle, list: &[Step]) -> Result<bool, BundleError> {
    match list.first() {
        Some(Step::Chunk(chunk)) => reach(bundle, &bundle.steps(chunk)?),
        first => Ok(first.is_some()),
    }
}

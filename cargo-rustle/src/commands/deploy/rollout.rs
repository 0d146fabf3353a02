//! Batch after batch, and within a batch so many hosts at the same time.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use super::batches;
use super::deployment::{HostEnd, State};
use super::display::Display;
use super::host::{self, Message, Shared, What};
use super::targets::Target;

/// How often those who wait to be shown are looked at.
const TICK: Duration = Duration::from_millis(100);

/// How all hosts ended, in the order of the targets; `None` for those that were not touched.
pub fn run(
    targets: &[Target],
    forks: usize,
    shared: &Shared<'_>,
    display: &mut Display,
) -> Vec<Option<HostEnd>> {
    let mut ends: Vec<Option<HostEnd>> = vec![None; targets.len()];
    let record = &shared.deployment.record;
    for range in &record.batches {
        batch(range.clone(), targets, forks, shared, display, &mut ends);
        let hosts = ends.get(range.clone()).unwrap_or_default();
        let failed = hosts.iter().flatten().filter(|end| end.failed()).count();
        if batches::stops(range.len(), failed, record.max_fail_percentage) && !shared.collect {
            break;
        }
    }
    ends
}

fn batch(
    range: Range<usize>,
    targets: &[Target],
    forks: usize,
    shared: &Shared<'_>,
    display: &mut Display,
    ends: &mut [Option<HostEnd>],
) {
    let known = |number: usize| targets.get(number).and_then(|it| shared.deployment.known.get(&it.name));
    // Those that are over need nobody to look at them again.
    let (over, left): (Vec<usize>, VecDeque<usize>) = {
        let (over, left): (Vec<usize>, Vec<usize>) = range.clone().partition(|number| {
            let known = known(*number);
            let finished =
                known.and_then(|known| known.ended.as_ref()).is_some_and(|end| end.state == State::Finished);
            finished || shared.collect && known.is_none_or(|known| known.begun.is_none())
        });
        (over, left.into())
    };
    for number in over {
        if let Some(end) = known(number).and_then(|known| known.ended.clone())
            && let Some(place) = ends.get_mut(number)
        {
            display.known(number, &end);
            *place = Some(end);
        }
    }
    let before = ends.get(range.clone()).unwrap_or_default().iter().flatten();
    let failed = AtomicUsize::new(before.filter(|end| end.failed()).count());
    let threads = forks.min(left.len());
    let left = Mutex::new(left);
    let most = shared.deployment.record.max_fail_percentage;
    let next = || {
        // Once it is clear that this batch is the last, no further host of it is touched.
        let stop = most.is_some() && batches::stops(range.len(), failed.load(Ordering::Acquire), most);
        if stop && !shared.collect {
            None
        } else {
            left.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
        }
    };
    std::thread::scope(|scope| {
        let (tell, told) = mpsc::channel::<Message>();
        for _ in 0..threads {
            let (tell, next, failed) = (tell.clone(), &next, &failed);
            let work = move || {
                while let Some(number) = next() {
                    if let Some(target) = targets.get(number)
                        && host::drive(number, target, shared, &tell)
                    {
                        failed.fetch_add(1, Ordering::AcqRel);
                    }
                }
            };
            // With fewer threads than asked for it takes longer, and nothing else.
            let _ = std::thread::Builder::new().name("host".into()).spawn_scoped(scope, work);
        }
        drop(tell);
        loop {
            match told.recv_timeout(TICK) {
                Ok(Message { host, what }) => {
                    if let What::Ended(end) = &what
                        && let Some(place) = ends.get_mut(host)
                    {
                        *place = Some((**end).clone());
                    }
                    display.message(host, what);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            display.tick();
        }
        display.drain();
    });
}

//! A few cases at a time: they wait for processes, mostly.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Does `work` on each item, `jobs` at a time, and gives the results to `done` in the order of the items.
pub fn each<T: Sync, R: Send>(
    jobs: usize,
    items: &[T],
    work: impl Fn(&T) -> io::Result<R> + Sync,
    mut done: impl FnMut(&T, &io::Result<R>),
) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let own = sender.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                while let Some((index, item)) = take(next, items) {
                    // Nobody listens any more only when the other side has panicked.
                    if own.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting: Vec<Option<io::Result<R>>> = items.iter().map(|_| None).collect();
        let mut shown = 0;
        for (index, result) in receiver {
            waiting[index] = Some(result);
            while let Some(result) = waiting.get(shown).and_then(Option::as_ref) {
                done(&items[shown], result);
                shown += 1;
            }
        }
    });
}

fn take<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        let items: Vec<u32> = (0..20).collect();
        let mut seen = Vec::new();
        each(4, &items, |item| Ok(item * 2), |_, result| seen.push(*result.as_ref().expect("fine")));
        assert_eq!(seen, items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }
}

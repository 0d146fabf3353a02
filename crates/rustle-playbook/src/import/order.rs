//! The order of tasks that depend on each other.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// The numbers `0..count` in an order in which each comes behind all that it depends on, the one with the lowest `rank`
/// first where there is a choice.
///
/// # Errors
/// A ring: each member depends on the next, the last one on the first.
pub(super) fn sorted(
    count: usize,
    depends: &[Vec<usize>],
    rank: impl Fn(usize) -> u64,
) -> Result<Vec<usize>, Vec<usize>> {
    let mut waiting: Vec<usize> = (0..count).map(|item| depends.get(item).map_or(0, Vec::len)).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (item, needs) in depends.iter().enumerate().take(count) {
        for needed in needs {
            if let Some(list) = followers.get_mut(*needed) {
                list.push(item);
            }
        }
    }
    let free = |item: &usize| waiting.get(*item) == Some(&0);
    let mut ready: BinaryHeap<Reverse<(u64, usize)>> =
        (0..count).filter(free).map(|item| Reverse((rank(item), item))).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((_, item))) = ready.pop() {
        order.push(item);
        for follower in followers.get(item).cloned().unwrap_or_default() {
            let Some(left) = waiting.get_mut(follower) else { continue };
            *left -= 1;
            if *left == 0 {
                ready.push(Reverse((rank(follower), follower)));
            }
        }
    }
    if order.len() == count { Ok(order) } else { Err(ring(&waiting, depends)) }
}

/// Takes the item's own number out of what it needs, if its id is that of others too: ids are not unique in plans.
pub(super) fn drop_own(needs: &mut Vec<usize>, own: usize) {
    if needs.len() > 1 {
        needs.retain(|needed| *needed != own);
    }
}

/// A ring among the items that still wait.
fn ring(waiting: &[usize], depends: &[Vec<usize>]) -> Vec<usize> {
    let blocked = |item: usize| waiting.get(item).is_some_and(|left| *left > 0);
    let Some(mut item) = (0..waiting.len()).find(|item| blocked(*item)) else { return Vec::new() };
    // Every blocked item depends on a blocked one, so that the way leads into a ring before it has seen all of them.
    let mut way: Vec<usize> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    loop {
        if let Some(first) = places.insert(item, way.len()) {
            return way.split_off(first);
        }
        way.push(item);
        let next = depends.get(item).and_then(|needs| needs.iter().copied().find(|needed| blocked(*needed)));
        let Some(next) = next else { return way };
        item = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_come_first_and_ranks_decide() {
        let depends = vec![vec![2], vec![], vec![], vec![0]];
        assert_eq!(sorted(4, &depends, |item| item as u64), Ok(vec![1, 2, 0, 3]));
        assert_eq!(sorted(3, &[], |item| 10 - item as u64), Ok(vec![2, 1, 0]));
    }

    #[test]
    fn rings_are_returned() {
        let depends = vec![vec![], vec![2], vec![3], vec![1], vec![1]];
        assert_eq!(sorted(5, &depends, |item| item as u64), Err(vec![1, 2, 3]));
        assert_eq!(sorted(1, &[vec![0]], |_| 0), Err(vec![0]));
        // A long one is found in one walk: with a look back at every step this would take minutes.
        let long: Vec<Vec<usize>> = (0..300_000).map(|item| vec![(item + 1) % 300_000]).collect();
        assert_eq!(sorted(long.len(), &long, |item| item as u64).map_err(|ring| ring.len()), Err(300_000));
    }
}

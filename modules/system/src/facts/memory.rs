//! Memory and swap, from `/proc/meminfo` (proc(5)), in MiB.

use std::collections::HashMap;

use rustle_runtime::prelude::*;

use super::{Gathering, content};

pub(super) fn has(name: &str) -> bool {
    matches!(name, "memfree_mb" | "memory_mb" | "memtotal_mb" | "swapfree_mb" | "swaptotal_mb")
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let text = content("/proc/meminfo").unwrap_or_default();
    let kib: HashMap<&str, i64> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(name, rest)| Some((name, rest.split_whitespace().next()?.parse().ok()?)))
        .collect();
    let mib = |name: &str| kib.get(name).copied().unwrap_or_default() / 1024;
    let (total, free) = (mib("MemTotal"), mib("MemFree"));
    let (swap, swap_free) = (mib("SwapTotal"), mib("SwapFree"));
    let unused = free + mib("Cached") + mib("Buffers");
    gathering.put("memtotal_mb", total);
    gathering.put("memfree_mb", free);
    gathering.put("swaptotal_mb", swap);
    gathering.put("swapfree_mb", swap_free);
    let real = Map::from([("total", total), ("used", total - free), ("free", free)]);
    let nocache = Map::from([("free", unused), ("used", total - unused)]);
    let swap = Map::from([
        ("total", swap),
        ("free", swap_free),
        ("used", swap - swap_free),
        ("cached", mib("SwapCached")),
    ]);
    gathering.put("memory_mb", Map::from([("real", real), ("nocache", nocache), ("swap", swap)]));
}

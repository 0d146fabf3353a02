//! `[limits]`: how much may come from elsewhere, and how long it may take.

use rustle_playbook::Problem;

use super::reader::Table;

/// How much may come from elsewhere, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `archive_mb`: the largest archive or file that is downloaded.
    pub archive_mb: u64,
    /// `unpacked_mb`: the largest package, unpacked.
    pub unpacked_mb: u64,
    /// `entries`: the most files in a package.
    pub entries: u64,
    /// `ratio`: how many times larger than its archive a package may be.
    pub ratio: u64,
    /// `depth`: how deep its folders may be.
    pub depth: u64,
    /// `connect_secs`: the longest wait for a connection.
    pub connect_secs: u64,
    /// `header_secs`: the longest wait for the head of an answer.
    pub header_secs: u64,
    /// `idle_secs`: the longest silence while a body arrives.
    pub idle_secs: u64,
    /// `http_secs`: the longest download.
    pub http_secs: u64,
    /// `git_secs`: the longest clone.
    pub git_secs: u64,
    /// `resolve_secs`: the longest search for versions.
    pub resolve_secs: u64,
    /// `cache_mb`: the size to which `cargo rustle cache gc` shrinks the user's store.
    pub cache_mb: u64,
    /// `index_ttl_hours`: how long what a registry said of versions is taken for true. Content never ages.
    pub index_ttl_hours: u64,
}

impl Default for Limits {
    /// The defaults of the module system's requirements, where they name one.
    fn default() -> Limits {
        Limits {
            archive_mb: 10,
            unpacked_mb: 100,
            entries: 10_000,
            ratio: 200,
            depth: 32,
            connect_secs: 10,
            header_secs: 10,
            idle_secs: 10,
            http_secs: 60,
            git_secs: 300,
            resolve_secs: 10,
            cache_mb: 1000,
            index_ttl_hours: 24,
        }
    }
}

/// One key: its name, the field, the largest value.
type Entry = (&'static str, fn(&mut Limits) -> &mut u64, i64);

const KEYS: &[Entry] = &[
    ("archive_mb", |it| &mut it.archive_mb, 100_000),
    ("unpacked_mb", |it| &mut it.unpacked_mb, 100_000),
    ("entries", |it| &mut it.entries, 10_000_000),
    ("ratio", |it| &mut it.ratio, 100_000),
    ("depth", |it| &mut it.depth, 1_000),
    ("connect_secs", |it| &mut it.connect_secs, 86_400),
    ("header_secs", |it| &mut it.header_secs, 86_400),
    ("idle_secs", |it| &mut it.idle_secs, 86_400),
    ("http_secs", |it| &mut it.http_secs, 86_400),
    ("git_secs", |it| &mut it.git_secs, 86_400),
    ("resolve_secs", |it| &mut it.resolve_secs, 86_400),
    ("cache_mb", |it| &mut it.cache_mb, 100_000_000),
    ("index_ttl_hours", |it| &mut it.index_ttl_hours, 87_600),
];

pub(super) fn read(mut table: Table<'_>, problems: &mut Vec<Problem>) -> Limits {
    let mut limits = Limits::default();
    for (key, field, most) in KEYS {
        if let Some(number) = table.integer(key, 1..=*most, problems) {
            *field(&mut limits) = number.unsigned_abs();
        }
    }
    table.finish(problems);
    limits
}

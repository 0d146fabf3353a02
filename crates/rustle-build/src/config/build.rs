//! `[build]`: how a runner is built.

use globset::{Glob, GlobBuilder, GlobMatcher};
use rustle_bundle::{Compression, DEFAULT_LEVEL};
use rustle_playbook::{Location, Problem};

use super::reader::Table;
use crate::profiles::Profile;
use crate::suggest;

/// `[build]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// `compression`: the level, zstd's or gzip's.
    pub compression: Option<i32>,
    /// `compression_algorithm`: one of [`Compression::NAMES`], zstd where it is not given.
    pub algorithm: Option<&'static str>,
    /// `[build.compress]`: patterns of files and the algorithm of each, the longest pattern first.
    pub compress: Vec<(String, &'static str)>,
    /// `target`: what `cargo rustle build` builds for.
    pub target: Option<String>,
    /// `profile`, and where it stands; [`Profile::Size`] where it is not given.
    pub profile: Option<(Profile, Location)>,
    /// `static`: whether an executable for this machine must be static (`true`), shall be if it can (not given), or is
    /// linked as its system links programs (`false`).
    pub statically: Option<bool>,
    /// `signer`: the key that bundles must be signed by, or its name in `[keys]`; and where it stands.
    pub signer: Option<(String, Location)>,
    /// `embed`: how the bundle gets into the executable.
    pub embed: Embed,
}

/// How the bundle gets into the executable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Embed {
    /// A long bundle is linked where the target is known, all else is compiled in.
    #[default]
    Auto,
    /// Compiled in, by `include_dir!`.
    Include,
    /// Linked, as an object file.
    Object,
}

impl Embed {
    const WORDS: [&str; 3] = ["auto", "include", "object"];

    fn read(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> Embed {
        let Some((word, at)) = table.text_at("embed", problems) else { return Embed::Auto };
        match word.as_str() {
            "auto" => Embed::Auto,
            "include" => Embed::Include,
            "object" => Embed::Object,
            _ => {
                let problem = Problem::error("config", format!("`{word}` is no way to embed")).at(at);
                problems
                    .push(problem.with_help(format!("the ways are {}", suggest::enumerate(Embed::WORDS))));
                Embed::Auto
            }
        }
    }
}

impl Build {
    /// How files are packed that no pattern matches.
    pub fn compression(&self) -> Compression {
        let level = self.compression.unwrap_or(DEFAULT_LEVEL);
        self.algorithm.and_then(|name| Compression::named(name, level)).unwrap_or(Compression::Zstd(level))
    }

    /// How the files that match each pattern are packed, the pattern that counts first.
    pub fn patterns(&self) -> Vec<(GlobMatcher, Compression)> {
        let level = self.compression.unwrap_or(DEFAULT_LEVEL);
        let one = |(pattern, name): &(String, &'static str)| {
            let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
            Some((glob.compile_matcher(), Compression::named(name, level)?))
        };
        self.compress.iter().filter_map(one).collect()
    }

    /// What the executable is built for: the smallest size where nothing is said.
    pub fn profile(&self) -> Profile {
        self.profile.as_ref().map(|(profile, _)| *profile).unwrap_or_default()
    }
}

/// Reads the table.
pub(super) fn read(mut table: Table<'_>, problems: &mut Vec<Problem>) -> Build {
    let build = Build {
        compression: table.integer("compression", -7..=22, problems).map(|level| level as i32),
        algorithm: algorithm(&mut table, "compression_algorithm", problems),
        compress: compress(&mut table, problems),
        target: table.text("target", problems),
        profile: profile(&mut table, problems),
        statically: table.boolean("static", problems),
        embed: Embed::read(&mut table, problems),
        signer: table.text_at("signer", problems),
    };
    table.finish(problems);
    build
}

/// The name of a compression.
fn algorithm(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<&'static str> {
    let (word, at) = table.text_at(key, problems)?;
    let known = Compression::NAMES.into_iter().find(|name| *name == word);
    if known.is_none() {
        let problem = Problem::error("config", format!("`{word}` is no compression")).at(at);
        problems.push(problem.with_help(format!("there are {}", suggest::enumerate(Compression::NAMES))));
    }
    known
}

fn compress(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> Vec<(String, &'static str)> {
    let Some(mut table) = table.table("compress", problems) else { return Vec::new() };
    let mut patterns = Vec::new();
    for pattern in table.keys() {
        if let Err(error) = Glob::new(&pattern)
            && let Some(at) = table.key_at(&pattern)
        {
            let message = format!("`{pattern}` is no pattern: {}", error.kind());
            problems.push(Problem::error("config", message).at(at));
        }
        if let Some(name) = algorithm(&mut table, &pattern, problems) {
            patterns.push((pattern, name));
        }
    }
    // The longest is the most particular.
    patterns.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then(one.cmp(other)));
    table.finish(problems);
    patterns
}

fn profile(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> Option<(Profile, Location)> {
    let (word, at) = table.text_at("profile", problems)?;
    let profile = Profile::from_word(&word);
    if profile.is_none() {
        let problem = Problem::error("config", format!("`{word}` is no profile")).at(at.clone());
        problems.push(problem.with_help(match suggest::closest(&word, Profile::WORDS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the profiles are {}", suggest::enumerate(Profile::WORDS)),
        }));
    }
    Some((profile?, at))
}

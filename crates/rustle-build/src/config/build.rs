//! `[build]`: how a runner is built.

use std::ops::RangeInclusive;

use globset::{Glob, GlobBuilder, GlobMatcher};
use rustle_bundle::{Compression, DEFAULT_LEVEL};
use rustle_playbook::{Location, Problem};

use super::reader::Table;
use super::size;
use crate::profiles::Profile;
use crate::suggest;

/// zstd's levels: negative ones are faster and pack less.
pub const LEVELS: RangeInclusive<i32> = -7..=22;

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
    /// `max_size`: how many bytes a runner may have, and where that stands.
    pub max_size: Option<(u64, Location)>,
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
        compression: table
            .integer("compression", i64::from(*LEVELS.start())..=i64::from(*LEVELS.end()), problems)
            .map(|level| level as i32),
        algorithm: algorithm(&mut table, "compression_algorithm", problems),
        compress: compress(&mut table, problems),
        target: table.text("target", problems),
        profile: profile(&mut table, problems),
        statically: table.boolean("static", problems),
        embed: Embed::read(&mut table, problems),
        signer: table.text_at("signer", problems),
        max_size: max_size(&mut table, problems),
    };
    table.finish(problems);
    build
}

fn max_size(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> Option<(u64, Location)> {
    let (text, at) = table.text_at("max_size", problems)?;
    let bytes = size::bytes(&text).filter(|bytes| *bytes > 0);
    if bytes.is_none() {
        problems.push(
            Problem::error("config", format!("`{text}` is no size"))
                .at(at.clone())
                .with_help("such as `20 MB`"),
        );
    }
    Some((bytes?, at))
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

#[cfg(test)]
mod tests {

    use crate::config::Config;
    use crate::diagnostics::one_line;
    use crate::profiles::Profile;

    fn parse(text: &str) -> (Config, Vec<String>) {
        let mut problems = Vec::new();
        let config = Config::of_text(text.to_owned(), &mut problems);
        (config, problems.iter().map(|it| format!("{} {:?}", one_line(it), it.help)).collect())
    }

    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn every_key_is_read() {
        let (config, problems) = parse(&format!(
            "[build]\ncompression = 9\nprofile = \"speed\"\nstatic = false\nmax_size = \"20 MB\"\nsigner = \"ops\"\n\
             [keys]\nops = {{ key = \"{KEY}\", prefixes = [] }}\n"
        ));
        assert_eq!(problems, [""; 0]);
        assert_eq!(config.build.profile(), Profile::Speed);
        assert_eq!(config.build.statically, Some(false));
        assert_eq!(config.build.max_size.as_ref().map(|(bytes, _)| *bytes), Some(20_000_000));
        assert_eq!(config.signer().as_deref(), Some(KEY));
        assert_eq!(parse(&format!("[build]\nsigner = \"{KEY}\"\n")).0.signer().as_deref(), Some(KEY));
    }

    #[test]
    fn what_is_wrong_is_told_with_advice() {
        let (_, problems) = parse("[build]\nprofile = \"sped\"\nmax_size = \"much\"\nsigner = \"nobody\"\n");
        assert_eq!(
            problems,
            [
                "rustle.toml:2:11: `sped` is no profile [config] [\"did you mean `speed`?\"]",
                "rustle.toml:3:12: `much` is no size [config] [\"such as `20 MB`\"]",
                "rustle.toml:4:10: `nobody` is no key, and `[keys]` has none of that name [config] [\"`cargo rustle \
                 module key` makes one; its public half begins with `RW`\"]",
            ]
        );
    }

    #[test]
    fn keys_by_other_names_are_told_what_they_are_here() {
        let (_, problems) = parse(
            "[template]\nengine = \"tera\"\ncompression_algorithm = \"zstd\"\n[build]\noptimization_level = 3\n",
        );
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("`[build] profile`, and"), "{}", problems[0]);
        assert!(problems[1].contains("there is no table `[template]`"), "{}", problems[1]);
        assert!(
            problems[1].contains("`engine` is nothing: ")
                && problems[1].contains("`[build] compression_algorithm`")
        );
    }
}

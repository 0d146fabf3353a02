//! `[build]`: how a runner is built.

use rustle_playbook::{Location, Problem};

use super::reader::Table;
use crate::profiles::Profile;
use crate::suggest;

/// `[build]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// `compression`: zstd's level.
    pub compression: Option<i32>,
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
    /// What the executable is built for: the smallest size where nothing is said.
    pub fn profile(&self) -> Profile {
        self.profile.as_ref().map(|(profile, _)| *profile).unwrap_or_default()
    }
}

/// Reads the table.
pub(super) fn read(mut table: Table<'_>, problems: &mut Vec<Problem>) -> Build {
    let build = Build {
        compression: table.integer("compression", -7..=22, problems).map(|level| level as i32),
        target: table.text("target", problems),
        profile: profile(&mut table, problems),
        statically: table.boolean("static", problems),
        embed: Embed::read(&mut table, problems),
        signer: table.text_at("signer", problems),
    };
    table.finish(problems);
    build
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

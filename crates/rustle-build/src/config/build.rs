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

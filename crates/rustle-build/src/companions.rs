//! Companions: crates that register something else than modules, linked where the configuration or the plan needs them.

use rustle_bundle::Bundle;
use rustle_playbook::Problem;
use rustle_seal::BUNDLE_FOLDER;

use crate::build::BuildOptions;
use crate::modules::Linked;
use crate::sealed::Sealed;

/// A crate that a runner may need beside those of its modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Companion {
    /// The package.
    pub package: &'static str,
    /// What needs it, as a message says it: `` `[controller]` of rustle.toml ``.
    pub needed_by: &'static str,
}

/// Every companion there is, whether a runner needs it or not: a base runner links them all.
pub const ALL: [Companion; 2] = [CONTROLLER, SECRETS];

/// Reports to a controller.
const CONTROLLER: Companion =
    Companion { package: "rustle-controller", needed_by: "`[controller]` of rustle.toml" };

/// What opens seals.
const SECRETS: Companion = Companion { package: "rustle-secrets", needed_by: "a sealed secret" };

/// The companions that a runner of these options needs.
pub fn needed(options: &BuildOptions) -> Vec<Companion> {
    let mut needed = Vec::new();
    if options.config.controller.is_some() {
        needed.push(CONTROLLER);
    }
    let secrets = &options.config.secrets;
    if !secrets.is_empty() || !options.seals.is_empty() || Sealed::has_some(&options.folder) {
        needed.push(SECRETS);
    }
    needed
}

/// Those that a bundle needs: its runner has them, or it would not start.
pub fn of_bundle(bundle: &Bundle) -> Vec<Companion> {
    let mut needed = Vec::new();
    if bundle.settings().controller.is_some() {
        needed.push(CONTROLLER);
    }
    if !bundle.below(BUNDLE_FOLDER.as_bytes()).is_empty() {
        needed.push(SECRETS);
    }
    needed
}

/// The names, as Rust code writes them, of the crates of `needed`. One that Cargo.toml lacks is a problem.
pub(crate) fn linked(needed: &[Companion], linked: &Linked, problems: &mut Vec<Problem>) -> Vec<String> {
    let Linked::Manifest(manifest) = linked else {
        return needed.iter().map(|it| it.package.replace('-', "_")).collect();
    };
    let mut names = Vec::new();
    for Companion { package, needed_by } in needed {
        match manifest.dependency(package) {
            Some(dependency) => names.push(dependency.extern_name.clone()),
            None => problems.push(
                Problem::error(
                    "missing-crate",
                    format!("{needed_by} needs the crate `{package}`, which Cargo.toml lacks"),
                )
                .with_help("`cargo rustle check --fix` adds it"),
            ),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    const LINK: Companion = Companion { package: "rustle-controller", needed_by: "`[controller]`" };

    #[test]
    fn a_missing_companion_is_a_problem_that_says_what_to_do() {
        let mut problems = Vec::new();
        let there = Manifest::parse("[dependencies]\nlink = { package = \"rustle-controller\" }").unwrap();
        assert_eq!(linked(&[LINK], &Linked::Manifest(there), &mut problems), ["link"]);
        assert_eq!(linked(&[LINK], &Linked::Builtins, &mut problems), ["rustle_controller"]);
        assert_eq!(problems, []);
        assert_eq!(linked(&[LINK], &Linked::Manifest(Manifest::default()), &mut problems), [""; 0]);
        assert_eq!(problems[0].help, ["`cargo rustle check --fix` adds it"]);
    }
}

//! `-e`: variables that are given at run time, as far as a build wants to know of them.

use clap::{Arg, ArgAction, ArgMatches};
use rustle_build::BuildOptions;

/// `-e`.
pub fn arg() -> Arg {
    Arg::new("extra-vars")
        .short('e')
        .long("extra-vars")
        .value_name("NAME[=VALUE]")
        .action(ArgAction::Append)
        .help("A variable that is given at run time, so that it counts as defined")
}

/// The variables that were given: name, and value if there is one.
pub fn of(matches: &ArgMatches) -> Vec<(String, Option<String>)> {
    let texts = matches.get_many::<String>("extra-vars").into_iter().flatten();
    texts
        .map(|text| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.clone(), None),
        })
        .collect()
}

/// Makes the build know of them. Their values serve the names of files that are imported.
pub fn apply(given: &[(String, Option<String>)], options: &mut BuildOptions) {
    for (name, value) in given {
        options.config.runner.extra_vars.push(name.clone());
        if let Some(value) = value {
            options.extra_vars.insert(name, value.as_str());
        }
    }
}

/// The names in a runner's own options (`-e a=1 --extra-vars b=2`); `None` if a file or a document gives some that are not
/// known here.
pub fn names_in<'a>(options: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut options = options.peekable();
    while let Some(option) = options.next() {
        let text = match option.strip_prefix("--extra-vars=") {
            Some(text) => text,
            None if option == "-e" || option == "--extra-vars" => options.next().unwrap_or_default(),
            None => match option.strip_prefix("-e") {
                Some(text) => text.trim_start_matches('='),
                None => continue,
            },
        };
        if text.starts_with(['@', '{', '[']) || !text.contains('=') {
            return None;
        }
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        names.extend(pairs.map(|(name, _)| name.to_owned()));
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_runners_options() {
        let names = |options: &[&str]| names_in(options.iter().copied());
        assert_eq!(
            names(&["--check", "-e", "a=1 b=2", "--extra-vars=c=3", "-ed=4"]).unwrap(),
            ["a", "b", "c", "d"]
        );
        assert_eq!(names(&["--diff"]).unwrap(), [""; 0]);
        assert_eq!(names(&["-e", "@vars.yml"]), None);
        assert_eq!(names(&["-e", "{\"a\": 1}"]), None);
    }
}

//! What people read when there is no solution, word for word.

mod world;

use rustle_resolve::{Candidate, Index, IndexError, Kind, Request, solve};
use semver::Version;
use world::shelf::{Shelf, dependency, features};

fn request(roots: &[&str]) -> Request {
    Request { roots: roots.iter().map(|root| dependency(root)).collect(), ..Request::default() }
}

#[track_caller]
fn refused(shelf: &Shelf, request: &Request, kind: Kind, text: &[&str]) {
    let text = text.join("\n");
    let why = solve(shelf, request).unwrap_err();
    if why.text() != text {
        panic!("told:\n{why}\n\nexpected:\n{text}");
    }
    assert_eq!(why.kind(), kind);
}

#[test]
fn diamond() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.2.0", &["com.acme.b ^2"]);
    shelf.put("com.acme.c", "1.0.0", &["com.acme.b ^1"]);
    shelf.put("com.acme.b", "1.0.0", &[]);
    shelf.put("com.acme.b", "2.0.0", &[]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1", "com.acme.c ^1"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  because com.acme.a 1.2.0 depends on com.acme.b ^2, and com.acme.c 1.0.0 depends on com.acme.b ^1, and one version of each module is linked, com.acme.a 1.2.0 and com.acme.c 1.0.0 exclude each other",
            "  and because com.acme.a ^1 and com.acme.c ^1 are asked for, nothing fits",
        ],
    );
}

#[test]
fn diamond_below_several_versions() {
    let mut shelf = Shelf::default();
    for version in ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"] {
        shelf.put("com.acme.a", version, &["com.acme.b ^2"]);
    }
    shelf.put("com.acme.a", "2.0.0", &[]);
    shelf.put("com.acme.c", "1.0.0", &["com.acme.b ^1"]);
    shelf.put("com.acme.c", "1.1.0", &["com.acme.d ^1"]);
    shelf.put("com.acme.d", "1.0.0", &["com.acme.b >=1, <1.5"]);
    shelf.put("com.acme.b", "1.0.0", &[]);
    shelf.put("com.acme.b", "1.9.0", &[]);
    shelf.put("com.acme.b", "2.0.0", &[]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1", "com.acme.c ^1"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  because com.acme.c 1.1.0 depends on com.acme.d ^1, and com.acme.d 1.0.0 depends on com.acme.b >=1, <1.5, com.acme.c 1.1.0 needs com.acme.b 1.0.0",
            "  and because com.acme.a 1.0.0 to 1.4.0 depend on com.acme.b ^2, com.acme.a 1.0.0 to 1.4.0 and com.acme.c 1.1.0 exclude each other (1)",
            "  because com.acme.a 1.0.0 to 1.4.0 depend on com.acme.b ^2, and com.acme.c 1.0.0 depends on com.acme.b ^1, and one version of each module is linked, com.acme.a 1.0.0 to 1.4.0 and com.acme.c 1.0.0 exclude each other",
            "  and because of (1), and com.acme.a ^1 and com.acme.c ^1 are asked for, nothing fits",
        ],
    );
}

#[test]
fn two_majors_of_one_id() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &[]);
    shelf.put("com.acme.a", "2.0.0", &[]);
    shelf.put("com.acme.site", "1.0.0", &["com.acme.a ^1"]);
    refused(
        &shelf,
        &request(&["com.acme.a ^2", "com.acme.site *"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  because com.acme.site 1.0.0 depends on com.acme.a ^1, and com.acme.a ^2 is asked for, and one version of each module is linked, com.acme.site 1.0.0 cannot be used",
            "  and because com.acme.site * is asked for, nothing fits",
        ],
    );
}

#[test]
fn yanked_only() {
    let mut shelf = Shelf::default();
    shelf.put_with("com.acme.a", "1.0.0", &[], |it| it.yanked = true);
    shelf.put_with("com.acme.a", "1.1.0", &[], |it| it.yanked = true);
    shelf.put("com.acme.a", "2.0.0", &[]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  com.acme.a ^1 is asked for, but no version of it can be used",
            "  note: com.acme.a 1.1.0 was yanked, and is not locked",
            "  note: com.acme.a 1.0.0 was yanked, and is not locked",
        ],
    );
}

#[test]
fn newer_rust() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.4.2", &[]);
    shelf.put_with("com.acme.a", "2.0.0", &[], |it| it.rust_version = Some(Version::new(1, 99, 0)));
    let request = Request { rust_version: Some(Version::new(1, 95, 0)), ..request(&["com.acme.a ^2"]) };
    refused(
        &shelf,
        &request,
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  com.acme.a ^2 is asked for, but no version of it can be used",
            "  note: com.acme.a 2.0.0 needs Rust 1.99.0, and here is Rust 1.95.0",
            "  note: the nearest version of com.acme.a that fits is 1.4.2",
        ],
    );
}

#[test]
fn other_targets() {
    let mut shelf = Shelf::default();
    shelf.put_with("com.acme.a", "1.0.0", &[], |it| {
        it.targets = vec!["*-windows-*".into(), "*-darwin".into()]
    });
    let request = Request { target: Some("x86_64-unknown-linux-gnu".into()), ..request(&["com.acme.a 1.0"]) };
    refused(
        &shelf,
        &request,
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  com.acme.a ^1.0 is asked for, but no version of it can be used",
            "  note: com.acme.a 1.0.0 is not for x86_64-unknown-linux-gnu, but for *-windows-*, *-darwin",
            "  note: no version of com.acme.a fits",
        ],
    );
}

#[test]
fn missing_feature() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &["com.acme.b ^1 +tls"]);
    shelf.put_with("com.acme.b", "1.0.0", &[], |it| it.features = features(&[("json", &[]), ("yaml", &[])]));
    shelf.put("com.acme.b", "1.1.0", &[]);
    refused(
        &shelf,
        &request(&["com.acme.a *"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  because com.acme.a 1.0.0 depends on com.acme.b ^1 with feature `tls`, but no version of it can be used, and com.acme.a * is asked for, nothing fits",
            "  note: com.acme.b 1.1.0 has no feature `tls` (it has none)",
            "  note: com.acme.b 1.0.0 has no feature `tls` (it has `json` and `yaml`)",
        ],
    );
}

#[test]
fn feature_that_wants_what_others_exclude() {
    let mut shelf = Shelf::default();
    shelf.put_with("com.acme.a", "1.0.0", &["com.acme.b ^2 ?"], |it| {
        it.features = features(&[("fast", &["dep:com.acme.b"])]);
    });
    shelf.put("com.acme.b", "1.0.0", &[]);
    shelf.put("com.acme.b", "2.0.0", &[]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1 +fast", "com.acme.b ^1"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  because com.acme.a 1.0.0 with feature `fast` enables its optional com.acme.b, and com.acme.a 1.0.0 optionally depends on com.acme.b ^2, com.acme.a 1.0.0 with feature `fast` needs com.acme.b 2.0.0",
            "  and because com.acme.a ^1 with feature `fast` and com.acme.b ^1 are asked for, nothing fits",
        ],
    );
}

#[test]
fn missing_id() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &["com.acme.nowhere ^1"]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1"]),
        Kind::NotFound,
        &[
            "a module that is needed is in no source",
            "  because com.acme.a 1.0.0 depends on com.acme.nowhere ^1, but no source has it, and com.acme.a ^1 is asked for, nothing fits",
            "  note: com.acme.nowhere was searched in: shelf one, shelf two",
        ],
    );
}

#[test]
fn cycle() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &["com.acme.b ^1"]);
    shelf.put("com.acme.b", "1.2.0", &["com.acme.c *"]);
    shelf.put("com.acme.c", "0.3.0", &["com.acme.a *"]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1"]),
        Kind::Cycle,
        &[
            "these modules depend on each other in a ring:",
            "  com.acme.a 1.0.0 depends on com.acme.b 1.2.0",
            "  com.acme.b 1.2.0 depends on com.acme.c 0.3.0",
            "  com.acme.c 0.3.0 depends on com.acme.a 1.0.0",
            "A module is linked after those that it depends on, so none of them can come first.",
        ],
    );
}

#[test]
fn self_dependency() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &["com.acme.a ^1"]);
    refused(
        &shelf,
        &request(&["com.acme.a ^1"]),
        Kind::Cycle,
        &[
            "com.acme.a 1.0.0 depends on itself",
            "A module is linked after those that it depends on, so none can come first.",
        ],
    );
    shelf.put("com.acme.b", "1.0.0", &["com.acme.b ^2"]);
    refused(
        &shelf,
        &request(&["com.acme.b *"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  com.acme.b * is asked for, but no version of it can be used",
            "  note: com.acme.b 1.0.0 depends on another version of itself, ^2",
        ],
    );
}

#[test]
fn impossible_constraint() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &[]);
    refused(
        &shelf,
        &request(&["com.acme.a >2, <1"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  com.acme.a >2, <1 is asked for, but no version can ever match that",
        ],
    );
}

#[test]
fn no_such_version() {
    let mut shelf = Shelf::default();
    for version in ["1.0.0", "1.1.0", "3.0.0-beta.2"] {
        shelf.put("com.acme.a", version, &[]);
    }
    refused(
        &shelf,
        &request(&["com.acme.a 3"]),
        Kind::Conflict,
        &[
            "no choice of versions satisfies everybody",
            "  com.acme.a ^3 is asked for, but no version of it can be used",
            "  note: com.acme.a has no version that matches ^3; there are 1.1.0 and 1.0.0",
            "  note: com.acme.a 3.0.0-beta.2 is a pre-release, which only a constraint that names one accepts, such as ^3.0.0-beta.2",
        ],
    );
}

#[test]
fn unreadable_source() {
    struct Broken;
    impl Index for Broken {
        fn candidates(&self, _: &str) -> Result<std::sync::Arc<[Candidate]>, IndexError> {
            Err(IndexError::Unreadable {
                from: "registry acme".into(),
                why: "it did not answer within 10 s".into(),
            })
        }
    }
    let why = solve(&Broken, &request(&["com.acme.a *"])).unwrap_err();
    assert_eq!(why.kind(), Kind::Index);
    assert_eq!(
        why.text(),
        "which versions of com.acme.a there are could not be learned: registry acme: it did not answer within 10 s"
    );
}

//! Where servers send us, and where we do not go.

use rustle_fetch::testserver::{Authority, Reply, Server};
use rustle_tests::anywhere::{Package, Ran, Shelf, World};

/// Fault 22: to files, to the addresses of machines' own secrets, in circles.
#[test]
fn fault_22_redirects() {
    let world = World::new();
    let shelf = Shelf::start();
    for (target, code) in [
        ("file:///etc/passwd", "E-FETCH-REDIRECT"),
        ("ftp://127.0.0.1/x", "E-FETCH-REDIRECT"),
        ("http://169.254.169.254/latest/meta-data/", "E-FETCH-"),
        ("http://[fd00:ec2::254]/", "E-FETCH-"),
        ("/greet.rs", "E-FETCH-REDIRECT"),
    ] {
        let url = shelf.answer("/greet.rs", Reply::redirect(302, target));
        world.refuses(&["add", "acme.greet", "--url", &url], &[code]);
    }
    let steps = Server::start(|request| {
        let number: u32 =
            request.path.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or_default();
        Reply::redirect(302, &format!("/{}.rs", number + 1))
    });
    world.refuses(&["add", "acme.greet", "--url", &steps.url("/0.rs")], &["E-FETCH-REDIRECT"]);
    assert!(steps.received().len() < 50, "{}", steps.received().len());
}

/// Fault 22: from an encrypted address to one that is not.
#[test]
fn fault_22_from_https_to_http() {
    let authority = Authority::new();
    let world = World::new();
    let pem = world.path("authority.pem");
    authority.write_pem(&pem);
    let (safe, plain) = (Shelf::start_tls(&authority), Shelf::start());
    let module = Package::new("acme.greet", "1.0.0").source();
    let target = plain.put("/greet.rs", &module);
    let url = safe.answer("/greet.rs", Reply::redirect(301, &target));
    let args = ["add", "acme.greet", "--url", &url];
    world.refused(world.command(&args).env("RUSTLE_CAINFO", &pem), &["E-FETCH-REDIRECT"]);
    assert_eq!(plain.received().len(), 0);
    // A server that nobody vouches for is not listened to at all; one that somebody does is.
    let url = safe.put("/greet.rs", &module);
    let args = ["add", "acme.greet", "--url", &url];
    world.refuses(&args, &["E-FETCH-CERTIFICATE"]);
    Ran::of(world.command(&args).env("RUSTLE_CAINFO", &pem)).succeeded();
}

//! A controller and a network that misbehave: every event arrives once in the receiver's view, or is in the spool.

use std::io::Read;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustle_fetch::testserver::{Authority, Leaf, Reply, Server, Step};

use crate::receiver::{Receiver, missing, of, ok};
use crate::site::{Ran, Site, looping};

/// How many results [`looping`] of 20 has.
const RESULTS: usize = 22;

/// The run went well, and the receiver has all of it.
fn has_all(ran: &Ran, receiver: &Receiver, site: &Site) {
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let seen = receiver.seen.lock().unwrap();
    let events = seen.run();
    assert_eq!(missing(events).len(), 0);
    assert_eq!(of(events, "task_result").len(), RESULTS);
    assert_eq!(events.values().next_back().unwrap()["event"], "report");
    assert_eq!(site.spooled(), 0, "{}", ran.err);
}

/// The run went well, nothing was delivered, and a receiver that behaves gets all of it later.
fn has_all_later(site: &Site, ran: &Ran, why: &str) {
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("the report is not acknowledged") && ran.err.contains(why), "{}", ran.err);
    assert_eq!(site.spooled(), 1);
    let receiver = Receiver::start(&site.authority);
    let runner = site.build(&looping(20), &receiver.url(), "");
    let sent = site.send_spool(&runner);
    assert!(sent.out.starts_with("1 runs were delivered"), "{}{}", sent.out, sent.err);
    has_all(&sent, &receiver, site);
}

#[test]
fn nobody_listens() {
    let site = Site::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let runner = site.build(&looping(20), &format!("https://localhost:{port}/"), "wait = 1\n");
    let begun = Instant::now();
    let ran = site.run(&runner);
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    has_all_later(&site, &ran, "Connection refused");
}

#[test]
fn it_fails_for_a_while() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |_, number| match number {
        0 | 2 => Err(Reply::status(500, &[], b"oops")),
        1 => Err(Reply::status(503, &[], b"")),
        _ => Ok(ok()),
    });
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    has_all(&ran, &receiver, &site);
    assert_eq!(ran.err.matches("has not acknowledged").count(), 2, "one for each kind: {}", ran.err);
    let seen = receiver.seen.lock().unwrap();
    assert!(seen.bodies[0]["attempt"].as_u64() > Some(1));
}

#[test]
fn it_asks_for_patience() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |_, number| match number {
        0 => Err(Reply::status(429, &[("Retry-After", "2")], b"")),
        _ => Ok(ok()),
    });
    let begun = Instant::now();
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    has_all(&ran, &receiver, &site);
}

#[test]
fn who_asks_for_more_patience_than_there_is_gets_it_later() {
    let site = Site::new();
    let receiver =
        Receiver::with(&site.authority, |_, _| Err(Reply::status(429, &[("Retry-After", "3000")], b"")));
    let begun = Instant::now();
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    assert!(begun.elapsed() < Duration::from_secs(10), "nobody waits in vain: {:?}", begun.elapsed());
    assert_eq!(receiver.requests(), 1);
    has_all_later(&site, &ran, "it answers 429");
}

#[test]
fn it_trickles() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |_, number| match number {
        // It has taken the events in, and the answer takes longer than anybody waits.
        0 | 1 => {
            let head = b"HTTP/1.1 204 No Content\r\nX: 1\r\nX: 2\r\nX: 3\r\n\r\n".to_vec();
            Ok(Reply::default().then(Step::Drip(head, Duration::from_millis(300))))
        }
        _ => Ok(ok()),
    });
    let ran = site.run(&site.build(&looping(20), &receiver.url(), "timeout = 1\n"));
    has_all(&ran, &receiver, &site);
    assert!(receiver.seen.lock().unwrap().duplicates >= 1);
    assert!(ran.err.contains("no whole answer within 1 s"), "{}", ran.err);
}

#[test]
fn answers_that_are_cut_lead_to_duplicates_that_a_receiver_knows() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |_, number| match number {
        0 => Ok(Reply::drop()),
        1 => Ok(Reply::raw("HTTP/1.1 20")),
        2 => Ok(Reply::head(200, &[("Content-Length", "100")]).then(Step::Send(b"half".to_vec()))),
        _ => Ok(ok()),
    });
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    has_all(&ran, &receiver, &site);
    assert!(receiver.seen.lock().unwrap().duplicates >= 3);
}

#[test]
fn requests_that_are_cut_come_again() {
    let site = Site::new();
    let receiver = Receiver::start(&site.authority);
    // Cuts the first connections after ever more bytes of what the runner sends, then lets everything through.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let to = receiver.server.address();
    let count = AtomicUsize::new(0);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let most = match count.fetch_add(1, Ordering::SeqCst) {
                number @ 0..4 => [100, 700, 1500, 2500][number],
                _ => u64::MAX,
            };
            std::thread::spawn(move || forward(&stream, to, most));
        }
    });
    let ran = site.run(&site.build(&looping(20), &format!("https://localhost:{port}/"), ""));
    has_all(&ran, &receiver, &site);
    assert!(ran.err.contains("has not acknowledged"), "{}", ran.err);
}

/// Lets through what both sides say, until one side has said `most` bytes.
fn forward(from: &std::net::TcpStream, to: std::net::SocketAddr, most: u64) {
    let Ok(to) = std::net::TcpStream::connect(to) else { return };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = std::io::copy(&mut &to, &mut &*from);
            let _ = from.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut Read::take(from, most), &mut &to);
        if most < u64::MAX {
            let _ = from.shutdown(std::net::Shutdown::Both);
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}

#[test]
fn a_giant_answer_is_not_read() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |_, _| {
        Ok(Reply::head(200, &[]).then(Step::Forever(vec![b'x'; 1 << 16])))
    });
    let begun = Instant::now();
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    has_all(&ran, &receiver, &site);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[test]
fn a_redirect_is_not_followed() {
    let site = Site::new();
    let elsewhere = Receiver::start(&site.authority);
    let to = elsewhere.url();
    let receiver = Receiver::with(&site.authority, move |_, _| Err(Reply::redirect(307, &to)));
    let ran = site.run(&site.build(&looping(20), &receiver.url(), ""));
    assert_eq!(elsewhere.requests(), 0);
    has_all_later(&site, &ran, "a redirect (307), which is not followed");
}

#[test]
fn wrong_certificates_are_told_at_once_and_nothing_is_sent() {
    let stranger = Authority::new();
    let expired = Leaf { expired: true, ..Leaf::default() };
    let other = Leaf { name: Some("example.org".into()), ..Leaf::default() };
    for (case, word) in
        [(0, "invalid peer certificate"), (1, "xpired"), (2, "not valid for name"), (3, "certificate_sha256")]
    {
        let site = Site::new();
        let handler = |_: &rustle_fetch::testserver::Received| ok();
        let server = match case {
            0 => Server::start_tls(&stranger, handler),
            1 => Server::start_tls_with(&site.authority, &expired, handler),
            2 => Server::start_tls_with(&site.authority, &other, handler),
            _ => Server::start_tls(&site.authority, handler),
        };
        let pin =
            if case == 3 { format!("certificate_sha256 = \"{}\"\n", "0".repeat(64)) } else { String::new() };
        let ran = site.run(&site.build(&looping(20), &server.url("/"), &pin));
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
        assert!(ran.err.contains("its certificate is not believed"), "{word}: {}", ran.err);
        assert!(server.received().is_empty(), "{word}");
        has_all_later(&site, &ran, "its certificate is not believed");
    }
}

#[test]
fn a_refused_run_stays_and_does_not_hold_up_others() {
    let site = Site::new();
    let first = Receiver::with(&site.authority, |_, _| Err(Reply::status(400, &[], b"no")));
    let ran = site.run(&site.build(&looping(20), &first.url(), ""));
    assert!(ran.err.contains("it answers 400"), "{}", ran.err);
    assert_eq!(site.spooled(), 1);
    // The same receiver goes on refusing that run, and takes another.
    let refused = std::fs::read_dir(site.spool()).unwrap().next().unwrap().unwrap().file_name();
    let refused = refused.to_string_lossy().into_owned();
    let second = Receiver::with(&site.authority, move |request, _| {
        if request.header("Rustle-Run") == Some(&refused) {
            Err(Reply::status(400, &[], b""))
        } else {
            Ok(ok())
        }
    });
    let ran = site.run(&site.build(&looping(20), &second.url(), ""));
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("refuses an earlier run, which stays in"), "{}", ran.err);
    assert_eq!(of(second.seen.lock().unwrap().run(), "report").len(), 1);
    assert_eq!(site.spooled(), 1);
}

#[test]
fn batches_that_are_too_large_become_smaller() {
    let site = Site::new();
    let receiver = Receiver::with(&site.authority, |request, _| {
        let body = crate::receiver::body(request);
        let events = body["events"].as_array().unwrap();
        let giant = events.iter().any(|event| event.to_string().len() > 20_000);
        if events.len() > 3 || giant { Err(Reply::status(413, &[], b"")) } else { Ok(ok()) }
    });
    let playbook =
        format!("{}    - name: giant\n      debug:\n        msg: \"{{{{ 'x' * 50000 }}}}\"\n", looping(20));
    let ran = site.run(&site.build(&playbook, &receiver.url(), "interval = 3\n"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let seen = receiver.seen.lock().unwrap();
    let events = seen.run();
    assert_eq!(missing(events).len(), 0);
    assert_eq!(of(events, "task_result").len(), RESULTS);
    let dropped = of(events, "dropped");
    assert_eq!(dropped.len(), 1);
    assert!(dropped[0]["reason"].as_str().unwrap().starts_with("it is too large for the controller"));
    assert_eq!(of(events, "report").len(), 1);
}

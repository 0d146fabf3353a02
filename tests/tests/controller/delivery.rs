//! What is delivered when all goes well.

use crate::receiver::{Receiver, missing, of};
use crate::site::{Site, looping};

#[test]
fn every_event_and_the_report_arrive_once() {
    let site = Site::new();
    let receiver = Receiver::start(&site.authority);
    let runner = site.build(&looping(500), &receiver.server.url("/v1"), "");
    let ran = site.run(&runner);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(ran.err, "");
    let seen = receiver.seen.lock().unwrap();
    let events = seen.run();
    assert_eq!((missing(events).len(), seen.duplicates), (0, 0));
    assert_eq!(events[&0]["event"], "start");
    // 500 items and the whole, beside the first task.
    assert_eq!(of(events, "task_result").len(), 502);
    assert_eq!(of(events, "end").len(), 1);
    let (last, report) = events.last_key_value().unwrap();
    assert_eq!(report["event"], "report");
    assert_eq!((report["events"].as_u64(), report["dropped"].as_u64()), (Some(*last), Some(0)));
    assert_eq!(report["recap"]["localhost"]["ok"], 2);
    let kinds: Vec<&str> = seen.bodies.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"start"), Some(&"report")));
    assert!(receiver.server.received().iter().any(|it| it.header("Content-Encoding") == Some("gzip")));
    assert_eq!(site.spooled(), 0);
}

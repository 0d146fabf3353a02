//! A thousand hosts, some of which are not well.

use std::fs;
use std::time::Instant;

use crate::{count, fleet, names};

#[test]
#[ignore = "takes minutes"]
fn of_a_thousand_hosts_none_is_lost() {
    let names = names(1000);
    let fleet = fleet(&names);
    fleet.seed();
    let of = |remainder: usize| names.iter().skip(remainder).step_by(50);
    let (fail, refuse, drop, copy, lost, slow) = (of(1), of(2), of(3), of(4), of(5), of(6));
    for name in fail.clone() {
        fs::write(fleet.host(name).join("fail"), "").expect("written");
    }
    refuse.clone().for_each(|name| fleet.faults(name, "refuse"));
    drop.for_each(|name| fleet.faults(name, "drop-output 900 3"));
    copy.clone().for_each(|name| {
        fs::remove_dir_all(fleet.host(name).join(".rustle")).expect("removed");
        fleet.faults(name, "drop-input 5000000 2");
    });
    lost.clone().for_each(|name| fleet.faults(name, "lost 1000"));
    slow.for_each(|name| fleet.faults(name, "slow 300"));
    let begun = Instant::now();
    let ran = fleet.deploy(&[
        "-f",
        "32",
        "--serial",
        "1,100,25%",
        "--max-fail-percentage",
        "20",
        "--reconnect",
        "20",
    ]);
    println!("a thousand hosts: {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.hosts() == names, "not all hosts, or not in their order: {}", ran.err);
    let recap = ran.recap();
    let gone: Vec<&String> = refuse.clone().chain(lost.clone()).collect();
    fleet.is_true(&ran, names.iter().filter(|name| !gone.contains(name)));
    for name in &names {
        let (failed, unreachable) = (recap[name].failed, recap[name].unreachable);
        assert_eq!(failed > 0, fail.clone().any(|it| it == name), "{name}");
        assert_eq!(unreachable > 0, gone.contains(&name), "{name}");
    }
    // Those that are back are found, and nothing is done twice.
    gone.iter().for_each(|name| fleet.faults(name, ""));
    let ran = fleet.deploy(&["--resume", "-f", "32"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    fleet.is_true(&ran, &names);
    assert!(names.iter().all(|name| count(&fleet, name) == 1), "each ran once");
}

//! Copies that break off, and hosts that cannot take one.

use std::fs;

use crate::{count, fleet, names};

#[test]
fn a_copy_goes_on_where_it_was_cut_off() {
    let names = names(1);
    let fleet = fleet(&names);
    let most = 3_000_000;
    fleet.faults("h1", &format!("drop-input {most} 1"));
    let ran = fleet.deploy(&["-v"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    fleet.is_true(&ran, &names);
    // A second time, the connection never comes back, and what has arrived stays for the next deployment.
    let runners = fleet.host("h1").join(".rustle/runners");
    fs::remove_dir_all(&runners).expect("removed");
    fs::remove_file(fleet.host("h1").join("drop-input.count")).expect("removed");
    let ran = fleet.deploy(&["--reconnect", "0"]);
    assert_eq!((ran.code, ran.recap()["h1"].unreachable), (Some(4), 1), "{}\n{}", ran.out, ran.err);
    let partial = runners.join(format!("{}.partial", fleet.digest()));
    let length = fs::metadata(&partial).expect("what has arrived").len();
    assert!(length > 0 && length <= most, "{length}");
    let before = fs::read(&partial).expect("read");
    assert_eq!(before, fs::read(fleet.runner()).expect("read")[..before.len()]);
    // Less than the rest is allowed now, so only a copy that goes on can succeed.
    let rest = fs::metadata(fleet.runner()).expect("there").len() - length;
    fs::remove_file(fleet.host("h1").join("drop-input.count")).expect("removed");
    fleet.faults("h1", &format!("drop-input {} 9", rest + 1));
    let ran = fleet.deploy(&["--reconnect", "0"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert!(!partial.exists());
}

#[test]
fn what_lies_there_and_is_something_else_is_replaced() {
    let fleet = fleet(&names(1));
    let runners = fleet.host("h1").join(".rustle/runners");
    fs::create_dir_all(&runners).expect("made");
    fs::write(runners.join(fleet.digest()), "not the runner").expect("written");
    fs::write(runners.join(format!("{}.partial", fleet.digest())), "not its beginning").expect("written");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert_eq!(count(&fleet, "h1"), 1);
}

#[test]
fn a_full_disk_is_the_hosts_own_failure() {
    let names = names(3);
    let fleet = fleet(&names);
    fleet.faults("h2", "full 100");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("cannot be written to"), "{}", ran.out);
    assert_eq!(ran.recap()["h2"].failed, 1);
    let left: Vec<_> = fs::read_dir(fleet.host("h2").join(".rustle/runners")).expect("there").collect();
    assert!(left.is_empty(), "no half file: {left:?}");
    fleet.is_true(&ran, ["h1", "h3"].map(String::from).iter());
}

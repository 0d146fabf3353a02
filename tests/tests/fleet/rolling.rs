//! Batches.

use std::fs;

use crate::{count, fleet, names};

#[test]
fn a_batch_that_fails_is_the_last() {
    let names = names(9);
    let fleet = fleet(&names);
    fleet.seed();
    for name in ["h4", "h5"] {
        fs::write(fleet.host(name).join("fail"), "").expect("written");
    }
    let ran = fleet.deploy(&["--serial", "1,4", "--max-fail-percentage", "30"]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("not touched: h6, h7, h8, h9"), "{}", ran.err);
    for name in &names[5..] {
        assert!(fleet.jobs(name).is_empty() && count(&fleet, name) == 0, "{name} is not touched");
    }
    fleet.is_true(&ran, &names[..5]);
    // One of four is not more than 30%.
    fs::remove_file(fleet.host("h5").join("fail")).expect("removed");
    let ran = fleet.deploy(&["--serial", "1,4", "--max-fail-percentage", "30"]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.hosts(), names);
    fleet.is_true(&ran, &names);
}

#[test]
fn a_batch_of_which_nothing_is_left_is_the_last() {
    let names = names(4);
    let fleet = fleet(&names);
    fleet.seed();
    fleet.faults("h1", "refuse");
    fs::write(fleet.host("h2").join("fail"), "").expect("written");
    let ran = fleet.deploy(&["--serial", "50%"]);
    assert_eq!(ran.code, Some(4), "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("not touched: h3, h4"), "{}", ran.err);
    assert_eq!(ran.recap().len(), 2);
    // What was not reached and what comes after it is gone on with.
    fleet.faults("h1", "");
    let ran = fleet.deploy(&["--resume"]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.hosts(), names);
    fleet.is_true(&ran, &names);
    assert_eq!(count(&fleet, "h2"), 1, "what has ended is not done again");
}

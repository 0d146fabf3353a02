//! Settings of `[run]` that are obeyed on the host: where a run is, how long a task may take, how much is told.

use std::fs;

use crate::receiver::{Receiver, of};
use crate::site::{Ran, Site};

const PLAYBOOK: &str = "\
- hosts: all
  gather_facts: false
  tasks:
    - name: where
      command: pwd
      register: where
    - name: too long
      command: sleep 30
      ignore_errors: true
    - name: long enough
      command: sleep 0.1
      timeout: 20
";

#[test]
fn a_run_is_where_it_was_told_to_be_and_no_task_takes_longer() {
    let site = Site::new();
    let receiver = Receiver::start(&site.authority);
    let there = site.path("there").canonicalize().unwrap_or_else(|_| {
        fs::create_dir(site.path("there")).unwrap();
        site.path("there").canonicalize().unwrap()
    });
    let run = format!(
        "[run]\nworking_dir = \"{}\"\ntask_timeout = 1\nverbosity = 1\n[controller]\n",
        there.display()
    );
    let runner = site.build_with(PLAYBOOK, &receiver.server.url("/"), "", &run);
    let ran: Ran = site.command(&runner).args(["--report", "report.json"]).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let seen = receiver.seen.lock().unwrap();
    let results = of(seen.run(), "task_result");
    assert_eq!(results[0]["result"]["stdout"].as_str(), there.to_str());
    assert_eq!(results[1]["status"], "ignored");
    assert_eq!(results[2]["status"], "changed");
    // As with `-v`, and the report is where the command was given.
    assert!(ran.out.contains("\"stdout\""), "{}", ran.out);
    assert!(site.path("report.json").exists() && !there.join("report.json").exists());
    // The command line goes before; a folder that is not there is told before anything is done.
    let elsewhere: Ran = site.command(&runner).args(["--working-dir", "/nowhere"]).output().unwrap().into();
    assert_eq!(elsewhere.code, Some(1));
    assert!(elsewhere.err.contains("the run cannot be in the folder /nowhere"), "{}", elsewhere.err);
}

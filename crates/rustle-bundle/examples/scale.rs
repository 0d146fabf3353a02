//! Writes a plan of any number of tasks behind an executable, to measure what a run of it costs:
//!
//! ```text
//! cargo run --release -p rustle-bundle --example scale -- BASE OUT TASKS [HOSTS]
//! ```
//!
//! The tasks are written one by one, so that this takes no more memory for a million than for a thousand.

use std::path::Path;
use std::time::Instant;

use rustle_bundle::{Bundle, Compression, FilePart, Writer, append_bundle};
use rustle_schema::inventory::{Host, Inventory};
use rustle_schema::plan::{PLAN_FORMAT, Plan, Play};
use rustle_schema::settings::Settings;
use rustle_schema::task::{Action, Directives, Position, Step, Task};
use rustle_value::{Map, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [base, out, tasks, hosts @ ..] = args.as_slice() else {
        return Err("scale BASE OUT TASKS [HOSTS]".into());
    };
    let (tasks, hosts): (u32, u32) = (tasks.parse()?, hosts.first().map_or(Ok(0), |hosts| hosts.parse())?);
    let begun = Instant::now();
    let packed = Path::new(out).with_extension("bundle");
    let mut writer = Writer::create(&packed, Compression::default())?;
    let mut list = writer.list();
    for number in 0..tasks {
        writer.push(&mut list, Step::Task(Box::new(task(number))))?;
    }
    let play = Play {
        name: "scale".into(),
        hosts: vec![Value::str("localhost")],
        gather_facts: Value::Bool(false),
        tasks: writer.end(list)?,
        ..Play::default()
    };
    let plan = Plan {
        format: PLAN_FORMAT,
        name: "site.yml".into(),
        sources: vec!["site.yml".into()],
        plays: vec![play],
        inventory: inventory(hosts),
        modules: vec!["debug".into()],
        facts: Some(Vec::new()),
        ..Plan::default()
    };
    let path = writer.finish(&plan, &Settings { name: "scale".into(), ..Settings::default() })?;
    let written = begun.elapsed();
    let file = std::fs::File::open(&path)?;
    let length = file.metadata()?.len();
    append_bundle(Path::new(base), Path::new(out), &Bundle::open(FilePart::new(file, 0, length))?)?;
    std::fs::remove_file(&path)?;
    println!("{tasks} tasks, {hosts} hosts: {length} bytes, written in {:.2} s", written.as_secs_f64());
    Ok(())
}

fn task(number: u32) -> Task {
    let args = Map::from([("msg", Value::from(format!("this is task number {number}")))]);
    let action =
        Action::Module { module: "debug".into(), written: "ansible.builtin.debug".into(), args: args.into() };
    let directives = Directives { when: vec![Value::str("number is not defined")], ..Directives::default() };
    let name = Value::from(format!("Say the number {number}"));
    Task {
        id: number,
        register: Some("said".into()),
        position: Position { source: 0, line: number * 5 + 4, column: 7 },
        ..Task::new(Some(name), action, directives)
    }
}

fn inventory(hosts: u32) -> Inventory {
    let host = |number: u32| {
        let address = format!("10.{}.{}.{}", number >> 16, (number >> 8) & 255, number & 255);
        let vars =
            Map::from([("ansible_host", Value::from(address)), ("rack", Value::Int(i64::from(number % 40)))]);
        (format!("web{number}"), Host { vars, order: number })
    };
    let mut inventory = Inventory { hosts: (0..hosts).map(host).collect(), ..Inventory::default() };
    inventory.hosts.insert("localhost".into(), Host { order: hosts, ..Host::default() });
    inventory
}

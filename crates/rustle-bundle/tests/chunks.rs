//! Long lists of steps lie in chunks, and come back as they were.

use proptest::prelude::*;
use rustle_bundle::{Bundle, BundleError, Writer};
use rustle_schema::plan::{PLAN_FORMAT, Plan, Play, Role, RoleUse};
use rustle_schema::settings::Settings;
use rustle_schema::task::{Action, Block, Directives, Meta, Step, Task};
use rustle_value::Value;

fn task(name: &str) -> Step {
    Step::Task(Box::new(Task::new(Some(name.into()), Action::Meta(Meta::Noop), Directives::default())))
}

fn tasks(count: usize) -> Vec<Step> {
    (0..count).map(|number| task(&format!("task {number}"))).collect()
}

fn plan(tasks: Vec<Step>) -> Plan {
    let play = Play { name: "all".into(), tasks, ..Play::default() };
    Plan { format: PLAN_FORMAT, name: "site.yml".into(), plays: vec![play], ..Plan::default() }
}

fn written(plan: &Plan, chunk: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.chunk_tasks(chunk);
    writer.finish(plan, &Settings::default()).unwrap()
}

/// Walks to the first task as a run does: the number of chunks that it has read on the way.
fn first(bundle: &Bundle, steps: &[Step]) -> (String, usize) {
    match &steps[0] {
        Step::Task(task) => (task.name.as_ref().unwrap().to_string(), 0),
        Step::Chunk(chunk) => {
            let (name, read) = first(bundle, &bundle.steps(chunk).unwrap());
            (name, read + 1)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_short_list_stays_where_it_is() {
    let plan = plan(tasks(64));
    let bundle = Bundle::open(written(&plan, 64)).unwrap();
    assert!(bundle.head().unwrap() == plan && bundle.plan().unwrap() == plan);
}

#[test]
fn the_head_does_not_grow_with_a_list() {
    for (count, read) in [(17, 1), (256, 1), (300, 2), (5000, 3)] {
        let plan = plan(tasks(count));
        let bundle = Bundle::open(written(&plan, 16)).unwrap();
        let head = bundle.head().unwrap();
        let list = &head.plays[0].tasks;
        assert!(list.len() <= 16, "{count}: {}", list.len());
        assert_eq!(first(&bundle, list), ("task 0".into(), read), "{count}");
        assert_eq!(list.iter().map(Step::tasks).sum::<u64>(), count as u64);
        assert!(bundle.plan().unwrap() == plan, "{count}");
    }
}

#[test]
fn many_short_lists_do_not_stay_in_the_head() {
    let role = Role { name: "r".into(), tasks: [("main".to_owned(), tasks(30))].into(), ..Role::default() };
    let plan = Plan {
        roles: (0..50).map(|number| (format!("r{number}"), role.clone())).collect(),
        ..plan(tasks(3))
    };
    let bundle = Bundle::open(written(&plan, 64)).unwrap();
    let head = bundle.head().unwrap();
    assert!(head.roles.values().all(|role| matches!(role.tasks["main"][..], [Step::Chunk(_)])));
    assert!(bundle.plan().unwrap() == plan);
}

#[test]
fn a_list_that_is_pushed_is_the_list_that_is_given() {
    let plan_of = |tasks| plan(tasks);
    let mut writer = Writer::default();
    writer.chunk_tasks(8);
    let mut list = writer.list();
    for step in tasks(1000) {
        writer.push(&mut list, step).unwrap();
    }
    let pushed = plan_of(writer.end(list).unwrap());
    let bytes = writer.finish(&pushed, &Settings::default()).unwrap();
    assert!(bytes == written(&plan_of(tasks(1000)), 8));
}

#[test]
fn an_import_of_a_role_shows_from_above() {
    let import = Step::Role(Box::new(RoleUse { role: "web".into(), import: true, ..RoleUse::default() }));
    let mut list = tasks(200);
    list[150] = Step::Block(Box::new(Block { rescue: vec![import], ..Block::default() }));
    let bundle = Bundle::open(written(&plan(list), 50)).unwrap();
    let head = bundle.head().unwrap();
    let imports: Vec<bool> = head.plays[0].tasks.iter().map(Step::imports).collect();
    // The block counts for itself and for what is in it.
    assert_eq!(imports, [false, false, false, true, false]);
}

#[test]
fn steps_of_any_size_are_cut() {
    let noise: String = {
        let mut state = 1_u64;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b' ' + (state >> 58) as u8)
        })
        .take(3 << 20)
        .collect()
    };
    let mut list = tasks(70);
    list.insert(3, task(&noise));
    let plan = plan(list);
    let bundle = Bundle::open(written(&plan, 64)).unwrap();
    assert!(bundle.plan().unwrap() == plan);
}

#[test]
fn damage_of_a_chunk_is_noticed_before_anything_runs() {
    let good = written(&plan(tasks(30)), 8);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x41;
        assert!(Bundle::open(bad).is_err(), "byte {at} of {}", good.len());
    }
    for length in 0..good.len() {
        assert!(Bundle::open(good[..length].to_vec()).is_err(), "{length} of {}", good.len());
    }
    for byte in 0..=u8::MAX {
        let longer = [&good[..], &[byte]].concat();
        assert!(matches!(Bundle::open(longer), Err(BundleError::Length { .. })));
    }
}

#[test]
fn chunks_that_were_swapped_are_noticed() {
    // Two chunks of the same length: what they say differs in one digit that does not pack.
    let good = written(&plan(tasks(100)), 8);
    let bundle = Bundle::open(good.clone()).unwrap();
    let place = |step: &Step| match step {
        Step::Chunk(chunk) => {
            let at = u64::from_le_bytes(chunk.place.0[..8].try_into().unwrap()) as usize;
            (at, u32::from_le_bytes(chunk.place.0[8..12].try_into().unwrap()) as usize)
        }
        other => panic!("{other:?}"),
    };
    let mut chunks = Vec::new();
    for step in &bundle.head().unwrap().plays[0].tasks {
        let Step::Chunk(chunk) = step else { continue };
        chunks.extend(bundle.steps(chunk).unwrap().iter().map(&place));
    }
    let (one, other) = chunks
        .iter()
        .enumerate()
        .find_map(|(at, one)| Some((one, chunks[at + 1..].iter().find(|other| other.1 == one.1)?)))
        .expect("two chunks of one length");
    let mut bad = good.clone();
    bad[one.0..one.0 + one.1].copy_from_slice(&good[other.0..other.0 + other.1]);
    bad[other.0..other.0 + other.1].copy_from_slice(&good[one.0..one.0 + one.1]);
    assert!(bad != good);
    assert!(matches!(Bundle::open(bad), Err(BundleError::Digest(_))));
}

#[test]
fn in_a_long_bundle_a_chunk_is_verified_when_it_is_reached() {
    let mut writer = Writer::new(-7);
    writer.chunk_tasks(8);
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(17 << 20)
    .collect();
    writer.file("noise", 0o644, noise).unwrap();
    let good = writer.finish(&plan(tasks(100)), &Settings::default()).unwrap();
    let list = |bundle: &Bundle| bundle.head().unwrap().plays[0].tasks.clone();
    let steps = list(&Bundle::open(good.clone()).unwrap());
    let Step::Chunk(chunk) = &steps[0] else { panic!("{steps:?}") };
    let mut bad = good;
    let at = u64::from_le_bytes(chunk.place.0[..8].try_into().unwrap()) as usize;
    bad[at + 5] ^= 1;
    let bundle = Bundle::open(bad).unwrap();
    assert!(matches!(bundle.steps(chunk), Err(BundleError::Digest(_))));
    assert!(bundle.plan().is_err() && bundle.verify_all().is_err());
}

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![
        4 => "[a-z]{0,20}".prop_map(|name| task(&name)),
        1 => Just(Step::Role(Box::default())),
    ];
    let step = leaf.prop_recursive(4, 200, 12, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..12);
        (list(), list(), list(), any::<bool>()).prop_map(|(block, rescue, always, import)| {
            Step::Block(Box::new(Block {
                block,
                rescue,
                always,
                import,
                name: Some(Value::str("b")),
                ..Block::default()
            }))
        })
    });
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_steps_they_come_back(steps in any_steps(), chunk in 1_u64..9) {
        let plan = plan(steps);
        let bundle = Bundle::open(written(&plan, chunk)).unwrap();
        prop_assert!(bundle.plan().unwrap() == plan);
        let count = |plan: &Plan| plan.plays[0].tasks.iter().map(Step::tasks).sum::<u64>();
        prop_assert_eq!(count(&bundle.head().unwrap()), count(&plan));
        let imports = |plan: &Plan| plan.plays[0].tasks.iter().any(Step::imports);
        prop_assert_eq!(imports(&bundle.head().unwrap()), imports(&plan));
    }
}

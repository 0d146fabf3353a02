//! Lists that are taken away as soon as they are finished: nothing else may differ by it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rustle_playbook::{
    FinishedList, Loaded, Options, Origins, Settle, Snippet, TaskOrigin, load_plan_json,
    load_plan_json_settling, load_playbook, load_playbook_settling,
};
use rustle_schema::bytes::Bytes;
use rustle_schema::plan::Plan;
use rustle_schema::task::{Chunk, Step};

/// Keeps every list as it is, and the texts in it.
#[derive(Default)]
struct Shelf {
    lists: Vec<Vec<Step>>,
    texts: Vec<String>,
}

impl Settle for Shelf {
    fn settle(&mut self, list: &FinishedList<'_>, steps: &mut Vec<Step>) -> bool {
        list.visit(&mut |occurrence| self.texts.push(shown(&occurrence.snippet())));
        let place = Bytes(self.lists.len().to_le_bytes().to_vec());
        let tasks = steps.iter().map(Step::tasks).sum();
        self.lists.push(std::mem::take(steps));
        steps.push(Step::Chunk(Box::new(Chunk { place, tasks, imports: false })));
        true
    }
}

impl Shelf {
    /// Puts the lists back into the plan.
    fn restore(&self, plan: &mut Plan) {
        for play in &mut plan.plays {
            for list in [&mut play.pre_tasks, &mut play.tasks, &mut play.post_tasks] {
                self.expand(list);
            }
        }
        plan.task_files.values_mut().for_each(|list| self.expand(list));
        plan.roles.values_mut().flat_map(|role| role.tasks.values_mut()).for_each(|list| self.expand(list));
    }

    fn expand(&self, list: &mut Vec<Step>) {
        for step in std::mem::take(list) {
            match step {
                Step::Chunk(chunk) => {
                    let number = usize::from_le_bytes(chunk.place.0.try_into().unwrap());
                    let mut steps = self.lists[number].clone();
                    self.expand(&mut steps);
                    list.append(&mut steps);
                }
                Step::Block(mut block) => {
                    for list in [&mut block.block, &mut block.rescue, &mut block.always] {
                        self.expand(list);
                    }
                    list.push(Step::Block(block));
                }
                other => list.push(other),
            }
        }
    }
}

fn shown(snippet: &Snippet<'_>) -> String {
    let Snippet { owner, path, kind, text, location, .. } = snippet;
    format!(
        "{owner:?} {path} {kind:?} {text} {} {:?} {:?}",
        location.file.path,
        location.span,
        snippet.at(0).span
    )
}

fn snippets(origins: &Origins) -> Vec<String> {
    let mut found: Vec<String> = origins.snippets().map(|snippet| shown(&snippet)).collect();
    found.sort();
    found
}

fn everything(shelf: &Shelf) -> BTreeSet<usize> {
    (0..shelf.lists.len()).collect()
}

/// Asserts that the playbook is read as it is where nothing is taken away; how many lists were.
fn check(playbook: &Path, options: &Options) -> usize {
    let mut shelf = Shelf::default();
    let settled = load_playbook_settling(playbook, options, &mut shelf);
    compare(&playbook.display().to_string(), &load_playbook(playbook, options), settled, shelf)
}

/// The same with a plan.
fn check_plan(plan: &Path) -> usize {
    let (text, options) = (fs::read(plan).unwrap(), Options::default());
    let (name, root) = (plan.display().to_string(), plan.parent().unwrap());
    let mut shelf = Shelf::default();
    let settled = load_plan_json_settling(&text, &name, root, &options, &mut shelf);
    compare(&name, &load_plan_json(&text, &name, root, &options), settled, shelf)
}

fn compare(name: &str, whole: &Loaded, settled: Loaded, mut shelf: Shelf) -> usize {
    let Loaded { plan, origins, problems, .. } = settled;
    assert_eq!(problems, whole.problems, "{name}");
    let mut together = snippets(&origins);
    together.append(&mut shelf.texts);
    together.sort();
    assert_eq!(together, snippets(&whole.origins), "{name}");
    let restored = origins.again().restored(&everything(&shelf));
    together = [snippets(&origins), snippets(&restored)].concat();
    together.sort();
    assert_eq!(together, snippets(&whole.origins), "{name}");
    let plan = plan.map(|mut plan| {
        shelf.restore(&mut plan);
        plan
    });
    assert_eq!(plan, whole.plan, "{name}");
    for id in 0..plan.map_or(0, |_| 5000) {
        let places = |task: Option<&TaskOrigin>| {
            task.map(|task| (task.location().span, task.module().span, task.folders().clone()))
        };
        let found = origins.task(id).or(restored.task(id));
        assert_eq!(places(found), places(whole.origins.task(id)), "{name}: {id}");
    }
    shelf.lists.len()
}

#[test]
fn cases_are_read_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    let playbooks = folders.iter().map(|folder| folder.join("input/site.yml")).filter(|path| path.exists());
    let options = Options { modules: vec!["acme.web.vhost".into()], ..Options::default() };
    let taken: usize = playbooks.map(|playbook| check(&playbook, &options)).sum();
    assert!(taken > 50, "only {taken} lists were taken");
}

#[test]
fn plans_are_read_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let plans: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    let taken: usize =
        plans.iter().filter(|plan| plan.extension().is_some()).map(|plan| check_plan(plan)).sum();
    assert!(taken > 5, "only {taken} lists were taken");
}

#[test]
fn long_lists_are_taken_in_portions_and_files_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let task = |number: usize| {
        format!(
            "- name: Say {number}\n  debug:\n    msg: \"{{{{ x{number} }}}}\"\n  when: y{number} is defined\n"
        )
    };
    let tasks: String = (0..2000).map(task).collect();
    let block: String = (0..1500)
        .flat_map(|number| ["    ".to_owned(), task(number).replace('\n', "\n    "), "\n".into()])
        .collect();
    // More than is kept of files that are done with, so that the first is read from its text once more.
    put("long.yml", format!("{tasks}- block:\n{block}  when: z\n# {}\n", "x".repeat(1 << 20)));
    put("other.yml", format!("- ping:\n  vars: {{a: \"{{{{ b }}}}\"}}\n# {}\n", "x".repeat(1 << 20)));
    let imports = "    - import_tasks: long.yml\n    - import_tasks: other.yml\n".repeat(2);
    put("site.yml", format!("- hosts: all\n  tasks:\n{imports}"));
    assert!(check(&folder.path().join("site.yml"), &Options::default()) > 10);
}

//! Steps that are put aside, packed, while a plan is being made: a plan of a million tasks is then never in memory as such.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rustle_schema::bytes::Bytes;
use rustle_schema::task::{Chunk, Step};

use crate::codec::{Codec, Compression, Packer, Unpacker};
use crate::error::BundleError;
use crate::reader::PLAN_DEPTH;

/// How many bytes of steps are packed together.
const FRAME: usize = 256 << 10;

/// How they are packed: they are read again soon.
const COMPRESSION: Compression = Compression::Zstd(1);

/// How the place of a chunk begins that stands for steps on a shelf. No place in a bundle has this length.
const MARK: &[u8; 5] = b"shelf";

/// Lists of steps, packed. A list that is put here becomes a [`Step::Chunk`], which may stand in any list of a plan or of
/// the shelf until a [`Writer`](crate::Writer) that knows the shelf writes the plan.
///
/// ```
/// use rustle_bundle::Shelf;
/// use rustle_schema::task::Step;
///
/// let mut shelf = Shelf::default();
/// let chunk = shelf.put(&[Step::Block(Box::default())])?;
/// assert_eq!(shelf.steps(&chunk)?, [Step::Block(Box::default())]);
/// # Ok::<(), rustle_bundle::BundleError>(())
/// ```
#[derive(Default)]
pub struct Shelf {
    frames: Vec<Frame>,
    /// What the frame that is not full yet holds so far.
    current: Vec<u8>,
    lists: Vec<List>,
    packer: Packer,
    /// The frame that was unpacked last.
    last: Mutex<Last>,
}

struct Frame {
    codec: Codec,
    packed: Box<[u8]>,
    length: usize,
}

/// Where a list begins: in which frame, and where in it; its steps follow one another.
#[derive(Clone, Copy)]
struct List {
    frame: usize,
    at: usize,
    steps: usize,
}

#[derive(Default)]
struct Last {
    number: Option<usize>,
    content: Vec<u8>,
    unpacker: Option<Unpacker>,
}

/// One step on a shelf.
pub(crate) enum Put {
    /// A task, as it stands in a bundle.
    Task(Vec<u8>),
    /// Any other.
    Step(Step),
}

/// What stands before each step: its length, and whether it is a task.
const HEAD: usize = 5;

impl Shelf {
    /// Puts a list of steps here: what stands for them.
    ///
    /// # Errors
    /// If they cannot be packed.
    pub fn put(&mut self, steps: &[Step]) -> Result<Chunk, BundleError> {
        let list = List { frame: self.frames.len(), at: self.current.len(), steps: steps.len() };
        for step in steps {
            let begin = self.current.len();
            self.current.extend([0; HEAD]);
            ciborium::into_writer(step, &mut self.current)
                .map_err(|error| BundleError::Plan(error.to_string()))?;
            let length = u32::try_from(self.current.len() - begin - HEAD)
                .map_err(|_| BundleError::Plan("a step is longer than 4 GB".into()))?;
            let [a, b, c, d] = length.to_le_bytes();
            let head = [a, b, c, d, u8::from(matches!(step, Step::Task(_)))];
            if let Some(place) = self.current.get_mut(begin..begin + HEAD) {
                place.copy_from_slice(&head);
            }
            if self.current.len() >= FRAME {
                self.pack()?;
            }
        }
        let number = u32::try_from(self.lists.len())
            .map_err(|_| BundleError::Plan("the plan has too many lists of steps".into()))?;
        self.lists.push(list);
        Ok(Chunk {
            place: Bytes([&MARK[..], &number.to_le_bytes()].concat()),
            tasks: steps.iter().map(Step::tasks).sum(),
            imports: steps.iter().any(Step::imports),
        })
    }

    /// The steps that a chunk of this shelf stands for, among which there may be more chunks.
    ///
    /// # Errors
    /// If it is none of this shelf's.
    pub fn steps(&self, chunk: &Chunk) -> Result<Vec<Step>, BundleError> {
        let mut steps = Vec::new();
        self.read(chunk, &mut |put| {
            steps.push(match put {
                Put::Task(bytes) => step(&bytes)?,
                Put::Step(step) => step,
            });
            Ok(())
        })?;
        Ok(steps)
    }

    /// The number of the list that a chunk stands for, from 0 in the order in which they were put here; `None` if it is none
    /// of a shelf.
    pub fn number(chunk: &Chunk) -> Option<usize> {
        let number = chunk.place.0.strip_prefix(MARK)?;
        usize::try_from(u32::from_le_bytes(number.try_into().ok()?)).ok()
    }

    /// Hands out the steps of a list, one after the other.
    pub(crate) fn read(
        &self,
        chunk: &Chunk,
        each: &mut dyn FnMut(Put) -> Result<(), BundleError>,
    ) -> Result<(), BundleError> {
        let list = Shelf::number(chunk).and_then(|number| self.lists.get(number)).copied();
        let mut list = list.ok_or_else(lost)?;
        while list.steps > 0 {
            // A frame is not held while its steps are handed out: whoever takes them may read other lists.
            let (taken, rest) = self.part(list)?;
            list = rest;
            taken.into_iter().try_for_each(&mut *each)?;
        }
        Ok(())
    }

    /// The steps of `list` that lie in its first frame, and what is left of it.
    fn part(&self, mut list: List) -> Result<(Vec<Put>, List), BundleError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let content = match self.frames.get(list.frame) {
            Some(frame) => last.content(list.frame, frame)?,
            None => self.current.as_slice(),
        };
        let mut taken = Vec::new();
        while list.steps > 0 && list.at < content.len() {
            let (bytes, is_task) = entry(content, list.at).ok_or_else(lost)?;
            taken.push(match is_task {
                true => Put::Task(content.get(bytes.clone()).unwrap_or_default().to_vec()),
                false => Put::Step(step(content.get(bytes.clone()).unwrap_or_default())?),
            });
            list.at = bytes.end;
            list.steps -= 1;
        }
        if taken.is_empty() && list.frame >= self.frames.len() {
            return Err(lost());
        }
        Ok((taken, List { frame: list.frame + 1, at: 0, steps: list.steps }))
    }

    fn pack(&mut self) -> Result<(), BundleError> {
        let (codec, packed) = self.packer.pack(&self.current, COMPRESSION)?;
        self.frames.push(Frame { codec, packed: packed.into(), length: self.current.len() });
        self.current.clear();
        Ok(())
    }
}

impl Last {
    fn content(&mut self, number: usize, frame: &Frame) -> Result<&[u8], BundleError> {
        if self.number != Some(number) {
            self.number = None;
            self.content.clear();
            let unpacker = match &mut self.unpacker {
                Some(unpacker) => unpacker,
                none => none.insert(Unpacker::new()?),
            };
            unpacker.unpack(frame.codec, &frame.packed, frame.length, &mut self.content)?;
            self.number = Some(number);
        }
        Ok(&self.content)
    }
}

/// Where the bytes of the step at `at` are, and whether it is a task.
fn entry(content: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
    let (length, rest) = content.get(at..)?.split_first_chunk::<4>()?;
    let begin = at + HEAD;
    let end = begin.checked_add(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    (end <= content.len()).then_some((begin..end, rest.first() == Some(&1)))
}

/// The step that was written as `bytes`.
pub(crate) fn step(bytes: &[u8]) -> Result<Step, BundleError> {
    ciborium::de::from_reader_with_recursion_limit(bytes, PLAN_DEPTH)
        .map_err(|error| BundleError::Plan(error.to_string()))
}

fn lost() -> BundleError {
    BundleError::Plan("a list of its steps is not there".into())
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf")
            .field("lists", &self.lists.len())
            .field("frames", &self.frames.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::plan::{Plan, Play, Role};
    use rustle_schema::settings::Settings;
    use rustle_schema::task::{Action, Block, Meta, Task};
    use rustle_value::Value;

    use super::*;
    use crate::{Bundle, Writer};

    fn task(id: u32) -> Step {
        let name = format!("Task {id} {}", "x".repeat(id as usize % 700));
        let task = Task::new(Some(Value::from(name)), Action::Meta(Meta::Noop), Default::default());
        Step::Task(Box::new(Task { id, ..task }))
    }

    fn tasks(ids: std::ops::Range<u32>) -> Vec<Step> {
        ids.map(task).collect()
    }

    fn import(steps: Vec<Step>) -> Step {
        Step::Block(Box::new(Block { block: steps, import: true, ..Block::default() }))
    }

    fn plan(one: Vec<Step>, other: Vec<Step>) -> Plan {
        let mut role = Role::default();
        role.tasks.insert("main".into(), other);
        Plan {
            plays: vec![Play { tasks: one, ..Play::default() }],
            roles: [("web".to_owned(), role)].into(),
            ..Plan::default()
        }
    }

    #[test]
    fn a_bundle_is_the_same_with_steps_on_a_shelf() {
        for (few, many) in [(3, 40), (20, 70), (200, 3000)] {
            let whole = plan(
                vec![task(1), import(tasks(2..few)), task(few)],
                vec![import(tasks(0..many)), import(vec![import(tasks(0..few))])],
            );
            let mut shelf = Shelf::default();
            let mut put = |steps: Vec<Step>| vec![Step::Chunk(Box::new(shelf.put(&steps).unwrap()))];
            let inner = put(tasks(0..few));
            let one = vec![task(1), import(put(tasks(2..few))), task(few)];
            let other = vec![import(put(tasks(0..many))), import(vec![import(inner)])];
            let aside = plan(put(one), put(other));
            assert_eq!(aside.tasks(), whole.tasks());
            let settings = Settings::default();
            let expected = Writer::default().finish(&whole, &settings).unwrap();
            let found = Writer::default().finish_from(&aside, &shelf, &settings).unwrap();
            assert!(found == expected, "{few} {many}");
            assert_eq!(Bundle::open(found).unwrap().plan().unwrap(), whole);
        }
    }

    #[test]
    fn lists_come_back_and_others_are_refused() {
        let mut shelf = Shelf::default();
        let lists: Vec<Vec<Step>> = vec![tasks(0..900), Vec::new(), tasks(5..6), tasks(0..2000)];
        let chunks: Vec<Chunk> = lists.iter().map(|list| shelf.put(list).unwrap()).collect();
        for (chunk, list) in chunks.iter().zip(&lists).rev() {
            assert_eq!(&shelf.steps(chunk).unwrap(), list);
        }
        assert_eq!(
            chunks.iter().map(Shelf::number).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2), Some(3)]
        );
        assert!(Shelf::default().steps(&chunks[0]).is_err());
        assert!(shelf.steps(&Chunk::default()).is_err());
        assert_eq!(Shelf::number(&Chunk::default()), None);
    }
}

//! Cuts long lists of steps into chunks.
//!
//! A list is a tree: what the plan holds of it are a few chunks, what each stands for is a list again, of steps or of
//! more chunks. So the first task of any list lies a few small frames from its beginning.

use std::borrow::Cow;
use std::ops::Range;

use rustle_schema::task::{Block, Chunk, Step};

use crate::error::BundleError;
use crate::frames::Frames;
use crate::shelf::{self, Put, Shelf};
use crate::sink::Sink;

/// How many tasks a chunk has, if nobody says otherwise.
pub(crate) const TASKS: u64 = 64;

/// A chunk ends before it is much longer than this, however few its tasks are.
const BYTES: usize = 256 << 10;

/// A list of steps that is being written, one step after the other.
#[derive(Debug)]
pub struct StepList<'a> {
    /// The steps that wait to become a chunk, and above them the chunks that wait to become one.
    levels: Vec<Level<'a>>,
    /// How many tasks a chunk has.
    tasks: u64,
    /// Whether a list of so few steps that they would be one chunk stays in the plan as it is.
    inline: bool,
}

#[derive(Debug, Default)]
struct Level<'a> {
    steps: Vec<Held<'a>>,
    encoded: Vec<u8>,
    weight: u64,
}

/// A step that waits to become part of a chunk.
#[derive(Debug)]
enum Held<'a> {
    Step(Cow<'a, Step>),
    /// A task of which there are only the bytes that it becomes, and where these are.
    Task(Range<usize>),
}

impl Held<'_> {
    fn tasks(&self) -> u64 {
        match self {
            Held::Step(step) => step.tasks(),
            Held::Task(_) => 1,
        }
    }

    fn imports(&self) -> bool {
        match self {
            Held::Step(step) => step.imports(),
            Held::Task(_) => false,
        }
    }
}

impl Level<'_> {
    /// Writes the chunk that it has become.
    fn write<S: Sink>(&mut self, frames: &mut Frames<S>) -> Result<Step, BundleError> {
        let mut content = Vec::with_capacity(self.encoded.len() + 5);
        array_head(self.steps.len(), &mut content);
        content.append(&mut self.encoded);
        let chunk = Chunk {
            place: frames.chunk(&content)?,
            tasks: self.steps.iter().map(|step| step.tasks()).sum(),
            imports: self.steps.iter().any(|step| step.imports()),
        };
        self.steps.clear();
        self.weight = 0;
        Ok(Step::Chunk(Box::new(chunk)))
    }
}

/// What CBOR writes before the elements of an array.
fn array_head(length: usize, to: &mut Vec<u8>) {
    const ARRAY: u8 = 0x80;
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..24), _) => to.push(ARRAY | length),
        (Ok(length), _) => to.extend([ARRAY | 24, length]),
        (_, Ok(length)) => {
            to.push(ARRAY | 25);
            to.extend(length.to_be_bytes());
        }
        _ => {
            to.push(ARRAY | 26);
            to.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
}

impl<'a> StepList<'a> {
    pub(crate) fn new(tasks: u64, inline: bool) -> StepList<'a> {
        StepList { levels: vec![Level::default()], tasks: tasks.max(1), inline }
    }

    /// Appends a step. What is long within a block is cut, too.
    pub(crate) fn push<S: Sink>(
        &mut self,
        step: Cow<'a, Step>,
        frames: &mut Frames<S>,
    ) -> Result<(), BundleError> {
        self.push_from(step, None, frames)
    }

    /// Appends a step, or the steps on `shelf` that it stands for.
    fn push_from<S: Sink>(
        &mut self,
        step: Cow<'a, Step>,
        shelf: Option<&Shelf>,
        frames: &mut Frames<S>,
    ) -> Result<(), BundleError> {
        match (&*step, shelf) {
            (Step::Block(block), _) => {
                let block = Cow::Owned(Step::Block(Box::new(self.block(block, shelf, frames)?)));
                self.push_at(0, block, frames)
            }
            (Step::Chunk(chunk), Some(shelf)) if Shelf::number(chunk).is_some() => {
                shelf.read(chunk, &mut |put| match put {
                    Put::Task(bytes) => self.push_task(&bytes, frames),
                    Put::Step(step) => self.push_from(Cow::Owned(step), Some(shelf), frames),
                })
            }
            _ => self.push_at(0, step, frames),
        }
    }

    /// Appends a task of which there are the bytes that it becomes.
    fn push_task<S: Sink>(&mut self, bytes: &[u8], frames: &mut Frames<S>) -> Result<(), BundleError> {
        self.make_room(0, 1, frames)?;
        if let Some(level) = self.levels.first_mut() {
            let begin = level.encoded.len();
            level.encoded.extend_from_slice(bytes);
            level.weight += 1;
            level.steps.push(Held::Task(begin..level.encoded.len()));
        }
        Ok(())
    }

    fn push_at<S: Sink>(
        &mut self,
        number: usize,
        step: Cow<'a, Step>,
        frames: &mut Frames<S>,
    ) -> Result<(), BundleError> {
        let weight = weight(&step);
        self.make_room(number, weight, frames)?;
        let Some(level) = self.levels.get_mut(number) else { return Ok(()) };
        ciborium::into_writer(&*step, &mut level.encoded)
            .map_err(|error| BundleError::Plan(error.to_string()))?;
        level.weight += weight;
        level.steps.push(Held::Step(step));
        Ok(())
    }

    /// Sees to it that the level with this number is there and has room for a step of this weight.
    fn make_room<S: Sink>(
        &mut self,
        number: usize,
        weight: u64,
        frames: &mut Frames<S>,
    ) -> Result<(), BundleError> {
        let most = if number == 0 { self.tasks } else { self.tasks.max(2) };
        let Some(level) = self.levels.get_mut(number) else {
            self.levels.push(Level::default());
            return Ok(());
        };
        let full = level.weight + weight > most || level.encoded.len() > BYTES;
        if full && !level.steps.is_empty() {
            let chunk = level.write(frames)?;
            self.push_at(number + 1, Cow::Owned(chunk), frames)?;
        }
        Ok(())
    }

    /// Ends the list: what the plan carries for it.
    pub(crate) fn end<S: Sink>(mut self, frames: &mut Frames<S>) -> Result<Vec<Step>, BundleError> {
        let empty = self.levels.len() == 1 && self.levels.iter().all(|level| level.steps.is_empty());
        if !self.inline && self.levels.len() == 1 && !empty {
            self.levels.push(Level::default());
        }
        let mut number = 0;
        while number + 1 < self.levels.len() {
            if let Some(level) = self.levels.get_mut(number).filter(|level| !level.steps.is_empty()) {
                let chunk = level.write(frames)?;
                self.push_at(number + 1, Cow::Owned(chunk), frames)?;
            }
            number += 1;
        }
        let Level { steps, encoded, .. } = self.levels.pop().unwrap_or_default();
        let whole = |held| match held {
            Held::Step(step) => Ok(Cow::into_owned(step)),
            Held::Task(bytes) => shelf::step(encoded.get(bytes).unwrap_or_default()),
        };
        steps.into_iter().map(whole).collect()
    }

    fn block<S: Sink>(
        &self,
        block: &Block,
        shelf: Option<&Shelf>,
        frames: &mut Frames<S>,
    ) -> Result<Block, BundleError> {
        let mut cut = |steps: &[Step]| list(steps, self.tasks, true, shelf, frames);
        Ok(Block {
            name: block.name.clone(),
            directives: block.directives.clone(),
            block: cut(&block.block)?,
            rescue: cut(&block.rescue)?,
            always: cut(&block.always)?,
            notify: block.notify.clone(),
            import: block.import,
            position: block.position,
        })
    }
}

/// Cuts a list that is there as a whole, or lies on a shelf. With `inline`, a list of at most `tasks` tasks stays as it is.
pub(crate) fn list<S: Sink>(
    steps: &[Step],
    tasks: u64,
    inline: bool,
    shelf: Option<&Shelf>,
    frames: &mut Frames<S>,
) -> Result<Vec<Step>, BundleError> {
    let mut list = StepList::new(tasks, inline);
    for step in steps {
        list.push_from(Cow::Borrowed(step), shelf, frames)?;
    }
    list.end(frames)
}

/// How much a step adds to the list that it is in: a task, a chunk and a role are one, a block is what is left in it.
fn weight(step: &Step) -> u64 {
    match step {
        Step::Task(_) | Step::Role(_) | Step::Chunk(_) => 1,
        Step::Block(block) => {
            1 + [&block.block, &block.rescue, &block.always].into_iter().flatten().map(weight).sum::<u64>()
        }
    }
}

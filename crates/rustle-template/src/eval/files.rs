//! Templates that run other templates: include, import, extends and blocks.

use std::any::Any;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustle_value::{Map, Object, Value};

use super::statements::{Ended, Flow};
use super::{Activation, Frame, Output, State};
use crate::code::{Code, Function, Include, Local, Step};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::template::Template;
use crate::world::FileKind;

/// Names that one template hands to another.
pub(crate) struct Context {
    names: FxHashMap<Arc<str>, Value>,
    outer: Option<Arc<Context>>,
    /// Whether not even the variables are seen.
    isolated: bool,
    blocks: Option<Arc<Blocks>>,
}

/// For each block, what the templates of a chain put there: those that extend stand before those that are extended.
type Blocks = FxHashMap<Arc<str>, Vec<(Arc<Function>, Arc<Options>)>>;

impl Context {
    /// The names of a dictionary.
    pub(super) fn of_map(map: &Map) -> Arc<Context> {
        let names = map.iter().map(|(key, value)| (Arc::from(key.to_string()), value.clone())).collect();
        Arc::new(Context { names, outer: None, isolated: false, blocks: None })
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        match self.names.get(name) {
            Some(value) => Some(value.clone()),
            None => self.outer.as_ref()?.get(name),
        }
    }

    pub(super) fn is_isolated(&self) -> bool {
        self.isolated || self.outer.as_ref().is_some_and(|outer| outer.is_isolated())
    }
}

/// What one template sees of another that includes it.
fn context(
    names: FxHashMap<Arc<str>, Value>,
    outer: Option<&Arc<Context>>,
    blocks: Option<Arc<Blocks>>,
) -> Arc<Context> {
    let blocks = blocks.or_else(|| outer.and_then(|outer| outer.blocks.clone()));
    Arc::new(Context { names, outer: outer.cloned(), isolated: false, blocks })
}

/// A block, called through `self` or `super`.
pub(super) struct BlockValue {
    name: Arc<str>,
    /// How many templates of the chain are passed over.
    depth: usize,
    context: Arc<Context>,
}

/// `self`: the blocks of a template.
struct BlocksValue(Arc<Context>);

/// An imported template.
pub(super) struct Module {
    name: String,
    exports: FxHashMap<Arc<str>, Value>,
    text: String,
}

impl Module {
    /// What the template exports as `name`.
    pub(super) fn export(&self, name: &str) -> Value {
        self.exports.get(name).cloned().unwrap_or_else(|| {
            Value::undefined(format!(
                "the template '{}' does not export the requested name '{name}'",
                self.name
            ))
        })
    }
}

impl State<'_> {
    /// Renders a template: a value, which may be undefined.
    pub(crate) fn render_template(
        &self,
        template: &Template,
        outer: Option<&Arc<Context>>,
    ) -> Result<Value, Error> {
        let mut out = Output::default();
        let result = self.run_template(template, outer, &mut out).map(|_| ());
        let result = self.collected(out, result);
        let value = result.map_err(|error| super::boundary::of_text(error, "template"))?;
        Ok(template.with_newlines(value))
    }

    /// Runs a template and returns its outermost activation.
    fn run_template(
        &self,
        template: &Template,
        outer: Option<&Arc<Context>>,
        out: &mut Output,
    ) -> Result<Arc<Activation>, Error> {
        let program = &template.program;
        if program.changes {
            self.changing.set(true);
        }
        let locals = Activation::new(program.slots, None);
        let own = match program.blocks.is_empty() {
            true => None,
            false => {
                let chain = |(name, function): (&Arc<str>, &Arc<Function>)| {
                    (name.clone(), vec![(function.clone(), template.options.clone())])
                };
                let blocks = Arc::new(program.blocks.iter().map(chain).collect::<Blocks>());
                Some(with_self(context(FxHashMap::default(), outer, Some(blocks))))
            }
        };
        let frame =
            Frame { locals: Some(&locals), context: own.as_ref().or(outer), options: &template.options };
        self.run_all(&program.steps, frame, out).map_err(|error| error.shifted(template.base))?;
        Ok(locals)
    }

    pub(super) fn include(&self, include: &Include, frame: Frame<'_>, out: &mut Output) -> Result<(), Error> {
        let names = self.template_names(&include.template, frame)?;
        let found = match self.load(&names, frame.options) {
            Err(error) if include.ignore_missing && error.kind() == ErrorKind::Io => return Ok(()),
            found => found.map_err(|error| error.at(include.template.at as usize))?,
        };
        let outer = self.handed_down(include.visible.as_deref(), frame);
        self.run_template(&found, Some(&outer), out).map_err(Error::elsewhere)?;
        Ok(())
    }

    pub(super) fn import(
        &self,
        template: &Code,
        visible: Option<&[Local]>,
        frame: Frame<'_>,
    ) -> Result<Module, Error> {
        let names = self.template_names(template, frame)?;
        let found = self.load(&names, frame.options).map_err(|error| error.at(template.at as usize))?;
        let outer = self.handed_down(visible, frame);
        let mut out = Output::default();
        let locals = self.run_template(&found, Some(&outer), &mut out).map_err(Error::elsewhere)?;
        let exports = found
            .program
            .exports
            .iter()
            .filter_map(|(name, place)| Some((name.clone(), locals.get(*place)?)))
            .collect();
        let text = match out.into_value() {
            Value::None => String::new(),
            value => self.text(&value)?,
        };
        Ok(Module { name: names.into_iter().next().unwrap_or_default(), exports, text })
    }

    /// The context of a template that sees the local names in `visible`, or nothing at all.
    fn handed_down(&self, visible: Option<&[Local]>, frame: Frame<'_>) -> Arc<Context> {
        match visible {
            Some(visible) => context(dumped(visible, frame), frame.context, Some(Arc::default())),
            None => {
                Arc::new(Context { names: FxHashMap::default(), outer: None, isolated: true, blocks: None })
            }
        }
    }

    /// The names of files of which the first that is there is meant.
    fn template_names(&self, code: &Code, frame: Frame<'_>) -> Result<Vec<String>, Error> {
        let value = self.eval(code, frame)?;
        let value = self.settle(value)?;
        match &value {
            Value::List(items) | Value::Tuple(items) => items.iter().map(|item| self.text(item)).collect(),
            Value::Str(name) => Ok(vec![name.to_string()]),
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            other => {
                Err(Error::type_error(format!("a template is named by text, not by '{}'", other.type_name())))
            }
        }
        .map_err(|error| error.at(code.at as usize))
    }

    fn load(&self, names: &[String], options: &Options) -> Result<Arc<Template>, Error> {
        self.check_stack()?;
        let mut first_error = None;
        for name in names {
            match self.world.find_file(name, FileKind::Templates) {
                Ok(path) => {
                    let bytes = self.world.read_file(Path::new(&path)).map_err(|error| io(&error))?;
                    let source = String::from_utf8_lossy(&bytes);
                    return self
                        .engine
                        .template(&source, &options.included())
                        .map_err(|error| Error::from(error).elsewhere().within(format_args!("'{name}': ")));
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        match (names, first_error) {
            ([_], Some(error)) => Err(io(&error)),
            _ => {
                let names = names.join(", ");
                let message = format!("none of the templates given were found: {names}");
                Err(Error::new(ErrorKind::Io, message))
            }
        }
    }

    /// Runs the template that this one extends, with the blocks of this one in place of its own. What follows `extends`
    /// is run before, but prints nothing.
    pub(super) fn extends(
        &self,
        template: &Code,
        visible: &[Local],
        rest: &[Step],
        frame: Frame<'_>,
        out: &mut Output,
    ) -> Result<Ended, Error> {
        let names = self.template_names(template, frame)?;
        let base = self.load(&names, frame.options).map_err(|error| error.at(template.at as usize))?;
        let mut blocks: Blocks = match frame.context.and_then(|context| context.blocks.as_ref()) {
            Some(blocks) => (**blocks).clone(),
            None => Blocks::default(),
        };
        for (name, function) in &base.program.blocks {
            blocks.entry(name.clone()).or_default().push((function.clone(), base.options.clone()));
        }
        for step in rest {
            if !matches!(step, Step::Text(_) | Step::Output(_) | Step::Block { .. }) {
                self.run_all(std::slice::from_ref(step), frame, &mut Output::default())?;
            }
        }
        let names = dumped(visible, frame);
        let outer = with_self(context(names, frame.context, Some(Arc::new(blocks))));
        let locals = Activation::new(base.program.slots, None);
        let inner = Frame { locals: Some(&locals), context: Some(&outer), options: &base.options };
        self.run_all(&base.program.steps, inner, out).map_err(Error::elsewhere)?;
        Ok(ControlFlow::Break(Flow::Extended))
    }

    pub(super) fn block(
        &self,
        name: &Arc<str>,
        visible: &[Local],
        frame: Frame<'_>,
        out: &mut Output,
    ) -> Result<(), Error> {
        let context = context(dumped(visible, frame), frame.context, None);
        self.run_block(&BlockValue { name: name.clone(), depth: 0, context }, out)
    }

    pub(super) fn render_block(&self, block: &BlockValue) -> Result<Value, Error> {
        let mut out = Output::default();
        let result = self.run_block(block, &mut out);
        self.collected(out, result)
    }

    fn run_block(&self, block: &BlockValue, out: &mut Output) -> Result<(), Error> {
        self.check_stack()?;
        let chain = block.context.blocks.as_ref().and_then(|blocks| blocks.get(&block.name));
        let Some((function, options)) = chain.and_then(|chain| chain.get(block.depth)) else { return Ok(()) };
        let above = match chain.and_then(|chain| chain.get(block.depth + 1)) {
            Some(_) => Value::Object(Arc::new(BlockValue {
                name: block.name.clone(),
                depth: block.depth + 1,
                context: block.context.clone(),
            })),
            None => Value::undefined(format!("there is no parent block called '{}'.", block.name)),
        };
        let names = FxHashMap::from_iter([(Arc::from("super"), above)]);
        let context = context(names, Some(&block.context), None);
        let locals = Activation::new(function.slots, None);
        let frame = Frame { locals: Some(&locals), context: Some(&context), options };
        self.run_all(&function.steps, frame, out)
    }
}

/// The context with `self` in it.
fn with_self(inner: Arc<Context>) -> Arc<Context> {
    let blocks = Value::Object(Arc::new(BlocksValue(inner.clone())));
    context(FxHashMap::from_iter([(Arc::from("self"), blocks)]), Some(&inner), None)
}

/// The values that local names have.
fn dumped(visible: &[Local], frame: Frame<'_>) -> FxHashMap<Arc<str>, Value> {
    let Some(locals) = frame.locals else { return FxHashMap::default() };
    visible
        .iter()
        .filter_map(|local| {
            let value = local.places.iter().find_map(|place| locals.get(*place))?;
            Some((local.name.clone(), value))
        })
        .collect()
}

fn io(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, error.to_string())
}

impl Object for BlockValue {
    fn type_name(&self) -> &str {
        "BlockReference"
    }

    fn get(&self, name: &str) -> Option<Value> {
        (name == "name").then(|| Value::str(&self.name))
    }

    fn text(&self) -> String {
        format!("<BlockReference {:?}>", Value::str(&self.name))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for BlocksValue {
    fn type_name(&self) -> &str {
        "TemplateReference"
    }

    fn get(&self, name: &str) -> Option<Value> {
        let (name, _) = self.0.blocks.as_ref()?.get_key_value(name)?;
        let block = BlockValue { name: name.clone(), depth: 0, context: self.0.clone() };
        Some(Value::Object(Arc::new(block)))
    }

    fn text(&self) -> String {
        "<TemplateReference>".into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Module {
    fn type_name(&self) -> &str {
        "TemplateModule"
    }

    fn get(&self, name: &str) -> Option<Value> {
        self.exports.get(name).cloned()
    }

    fn text(&self) -> String {
        self.text.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

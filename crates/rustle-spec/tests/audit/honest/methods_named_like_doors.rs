use rustle_runtime::prelude::*;

/// Has methods with names of doors.
#[rustle_module(name = "acme.methods_named_like_doors")]
pub struct MethodsNamedLikeDoors {
    /// What is worked on.
    name: String,
}

impl Module for MethodsNamedLikeDoors {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let graph = Graph::default().connect(1, 2).bind(3).spawn().output();
        let _ = (ctx, graph.open("x"), graph.write(4), graph.status(), graph.metadata(), graph.is_file());
        Ok(Outcome::default())
    }
}

#[derive(Default)]
struct Graph(Vec<usize>);

impl Graph {
    fn connect(mut self, from: usize, to: usize) -> Self {
        self.0.extend([from, to]);
        self
    }
    fn bind(self, _: usize) -> Self {
        self
    }
    fn spawn(self) -> Self {
        self
    }
    fn output(self) -> Self {
        self
    }
    fn open(&self, _: &str) -> bool {
        true
    }
    fn write(&self, _: usize) {}
    fn status(&self) {}
    fn metadata(&self) {}
    fn is_file(&self) -> bool {
        false
    }
}

use std::future::Future;
use std::pin::pin;
use std::task::{self, Waker};

use rustle_runtime::prelude::*;

/// Waits for futures.
#[rustle_module(name = "acme.asynchronous")]
pub struct Asynchronous {
    /// What is worked on.
    name: String,
}

impl Module for Asynchronous {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut future = pin!(later(self.name.len()));
        let mut context = task::Context::from_waker(Waker::noop());
        let _ = (ctx, future.as_mut().poll(&mut context).is_ready());
        Ok(Outcome::default())
    }
}

async fn later(number: usize) -> usize {
    let inner = async move { number + 1 };
    inner.await
}

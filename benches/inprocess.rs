//! What `benches/peers` needs of Mizzen itself: charts as files, and the time that rendering takes inside a process.
//!
//! `cargo bench --bench inprocess -- generate umbrella 100 DIR` writes a chart, and
//! `cargo bench --bench inprocess -- measure CHART...` prints how long its render takes, in milliseconds: the least of
//! several, from the loaded chart and its values to the rendered files, as Helm's engine.Render does it.

mod charts;

use mizzen::chart;
use mizzen::engine::{self, Capabilities, Release};
use mizzen::go::Dict;
use mizzen::host::Host;
use mizzen::profile::HELM_4_3;
use mizzen::template::{Unobserved, limits};
use mizzen::values;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

fn generate(kind: &str, n: usize, folder: &Path) -> Result<(), Failure> {
    let (_, make) = charts::KINDS.iter().find(|(name, _)| *name == kind).ok_or("there is no such kind of chart")?;
    for (name, text) in make(n) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn measure(path: &str) -> Result<(), Failure> {
    const LEAST: usize = 5;
    const LONGEST: Duration = Duration::from_secs(2);
    let mut chart = chart::load(Path::new(path), &HELM_4_3, &mut |_| {})?;
    values::process_dependencies(&mut chart, &Dict::new(), &HELM_4_3, &mut |_| {})?;
    let capabilities = Rc::new(Capabilities::new(&HELM_4_3));
    let release = Release { name: "release-name".to_owned(), namespace: "default".to_owned(), is_upgrade: false };
    let mut least = f64::MAX;
    let start = Instant::now();
    let mut runs = 0;
    while runs < LEAST || start.elapsed() < LONGEST {
        // Templates may write into the values, so that each render has its own.
        let values = values::to_render_values(&chart, &Dict::new(), false, &HELM_4_3, &mut |_| {})?;
        let options = engine::Options::default();
        let begin = Instant::now();
        let rendered =
            engine::render(&chart, &values, &release, &capabilities, &options, &Clock, &HELM_4_3, Unobserved)?;
        least = least.min(begin.elapsed().as_secs_f64());
        black_box(rendered);
        runs += 1;
    }
    writeln!(io::stdout(), "{:.4}", least * 1e3)?;
    Ok(())
}

fn run() -> Result<(), Failure> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["generate", kind, n, folder] => generate(kind, n.parse()?, Path::new(folder)),
        ["measure", charts @ ..] => charts.iter().try_for_each(|path| measure(path)),
        _ => Err("usage: generate KIND N FOLDER | measure CHART...".into()),
    }
}

/// Renders need a deep stack, which the main thread does not have.
fn main() -> Result<(), Failure> {
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(run)?;
    thread.join().map_err(|_| "the program panicked")?
}

//! Says how the program is linked, and how it starts.
//!
//! Imports: nothing.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    println!("cargo::rustc-check-cfg=cfg(own_start)");
    let of_target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if of_target("OS") != "linux" || of_target("ENV") != "gnu" {
        return;
    }
    // See start.rs; elsewhere than on these it has not been seen to work.
    if matches!(of_target("ARCH").as_str(), "x86_64" | "aarch64") {
        println!("cargo::rustc-cfg=own_start");
    }
    // At a fixed address nothing has to be relocated at the start, which was a tenth of the time of a small chart.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // What unwinds the stack is small; loading it as a library of its own was another twentieth.
    let native = std::env::var("HOST") == std::env::var("TARGET");
    if native && has_static_unwinder() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Whether the linker's driver knows libgcc_eh.a, as that of GCC does.
fn has_static_unwinder() -> bool {
    let output = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_absolute())
}

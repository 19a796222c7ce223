//! Says how the program is linked.
//!
//! Imports: nothing.

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let of_target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    // At a fixed address nothing has to be relocated at the start, which was a tenth of the time of a small chart.
    if of_target("OS") == "linux" && of_target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

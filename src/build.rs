//! Says how the program is linked, and how it starts.
//!
//! Imports: nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    println!("cargo::rerun-if-changed=src/layout.ld");
    println!("cargo::rustc-check-cfg=cfg(own_start)");
    let of_target = |name: &str| variable(&format!("CARGO_CFG_TARGET_{name}"));
    if of_target("OS") != "linux" || of_target("ENV") != "gnu" {
        return;
    }
    // See start.rs; elsewhere than on these it has not been seen to work.
    if matches!(of_target("ARCH").as_str(), "x86_64" | "aarch64") {
        println!("cargo::rustc-cfg=own_start");
    }
    // At a fixed address nothing has to be relocated at the start, which was a tenth of the time of a small chart.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    if !links_as_usual() {
        return;
    }
    // With the C library inside, nothing has to be looked for, mapped and bound: an eighth of the time of a small chart.
    if let Some(folder) = static_libraries() {
        println!("cargo::rustc-link-arg-bins=-static");
        println!("cargo::rustc-link-arg-bins=-L{}", folder.display());
    }
    // What renders run lies together, and fewer pages of the program are read: another eighth. Only for what is measured.
    if of_target("ARCH") == "x86_64" && variable("PROFILE") == "release" {
        println!("cargo::rustc-link-arg-bins=-T");
        println!("cargo::rustc-link-arg-bins={}/src/layout.ld", variable("CARGO_MANIFEST_DIR"));
    }
}

/// A variable of the environment, which is empty where it is not set.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Whether nobody chose a linker of their own: those of rustc and GCC read scripts, and others may not.
fn links_as_usual() -> bool {
    variable("RUSTC_LINKER").is_empty() && !variable("CARGO_ENCODED_RUSTFLAGS").contains("link")
}

/// A folder where linkers that ask for the libraries below as shared ones find the archives instead, as scripts, which
/// is how the system's own libc.so is written; nothing where the system does not have the archives. There is no stable
/// way to tell rustc in a package that it should link statically.
fn static_libraries() -> Option<PathBuf> {
    if variable("HOST") != variable("TARGET") {
        return None;
    }
    // The C library and what unwinds the stack call each other.
    let libc =
        format!("GROUP ( \"{}\" \"{}\" \"{}\" )", archive("libc.a")?, archive("libgcc_eh.a")?, archive("libgcc.a")?);
    let folder = PathBuf::from(variable("OUT_DIR")).join("static");
    std::fs::create_dir_all(&folder).ok()?;
    for name in ["c", "gcc_s"] {
        std::fs::write(folder.join(format!("lib{name}.so")), &libc).ok()?;
    }
    for name in ["dl", "m", "pthread", "rt", "util"] {
        let script = format!("GROUP ( \"{}\" )", archive(&format!("lib{name}.a"))?);
        std::fs::write(folder.join(format!("lib{name}.so")), script).ok()?;
    }
    Some(folder)
}

/// The path of an archive as the linker's driver knows it.
fn archive(name: &str) -> Option<String> {
    let output = Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Path::new(&path).is_absolute().then_some(path)
}

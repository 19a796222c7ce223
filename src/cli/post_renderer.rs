//! `--post-renderer`: an executable that changes the manifests, as in Helm 3, under every profile.

use crate::go::fs::path_error;
use crate::go::strconv::quote;
use crate::profile::{PostRenderer as Kind, Profile};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// An executable and its arguments.
#[derive(Debug)]
pub struct PostRenderer {
    path: String,
    arguments: Vec<String>,
}

impl PostRenderer {
    /// As postrender.NewExec: finds the executable. The error is that of the flag.
    pub fn new(name: &str, arguments: Vec<String>, profile: &'static Profile) -> Result<PostRenderer, String> {
        let found = look_path(name).and_then(|path| super::helm::absolute(&path));
        match found {
            Ok(path) => Ok(PostRenderer { path, arguments }),
            Err(cause) => {
                let cause = match profile.post_renderer {
                    Kind::Executable => {
                        format!("unable to find binary at {name}: exec: {}: {cause}", quote(name.as_bytes()))
                    }
                    Kind::Plugin => format!("plugin: {{Name:{name} Type:postrenderer/v1}} not found"),
                };
                Err(format!("invalid argument {} for \"--post-renderer\" flag: {cause}", quote(name.as_bytes())))
            }
        }
    }

    /// Whether there is nothing of that name.
    pub fn is_missing(name: &str) -> bool {
        look_path(name).is_err()
    }

    /// As execRender.Run: what the executable writes when it reads the manifests.
    pub fn run(&self, manifests: &[u8]) -> Result<Vec<u8>, String> {
        self.try_run(manifests).map_err(|error| format!("error while running post render on files: {error}"))
    }

    fn try_run(&self, manifests: &[u8]) -> Result<Vec<u8>, String> {
        let failed = |said: &[u8], cause: String| {
            format!(
                "error while running command {}. error output:\n{}: {cause}",
                self.path,
                String::from_utf8_lossy(said)
            )
        };
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(b"", path_error("fork/exec", &self.path, &error)))?;
        let input = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // It may read or not, and stop when it has seen enough.
            scope.spawn(move || input.map(|mut input| input.write_all(manifests)));
            child.wait_with_output()
        });
        let output = output.map_err(|error| failed(b"", path_error("wait", &self.path, &error)))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let cause = match (output.status.code(), output.status.signal()) {
            (Some(code), _) => format!("exit status {code}"),
            (None, Some(signal)) => format!("signal: {}", signal_name(signal)),
            (None, None) => "unknown".to_owned(),
        };
        Err(failed(&output.stderr, cause))
    }
}

/// As syscall.Signal's String, of those that end programs.
fn signal_name(signal: i32) -> String {
    match signal {
        1 => "hangup".to_owned(),
        2 => "interrupt".to_owned(),
        3 => "quit".to_owned(),
        6 => "aborted".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        13 => "broken pipe".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}

/// As exec.LookPath.
fn look_path(name: &str) -> Result<String, String> {
    if name.contains('/') {
        return find_executable(name).map(|()| name.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = path.as_bytes().split(|&byte| byte == b':');
    folders
        .map(|folder| String::from_utf8_lossy(if folder.is_empty() { b"." } else { folder }).into_owned())
        .map(|folder| format!("{folder}/{name}"))
        .find(|path| find_executable(path).is_ok())
        .ok_or_else(|| "executable file not found in $PATH".to_owned())
}

fn find_executable(path: &str) -> Result<(), String> {
    let found = std::fs::metadata(Path::new(path)).map_err(|error| path_error("stat", path, &error))?;
    if found.is_dir() {
        return Err("is a directory".to_owned());
    }
    if found.permissions().mode() & 0o111 == 0 {
        return Err("permission denied".to_owned());
    }
    Ok(())
}

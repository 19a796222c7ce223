//! The namespace of the current context: the one thing that a render takes from kubectl's configuration.

use crate::go::{Dict, Value};
use crate::yaml;
use std::path::PathBuf;

/// As clientcmd's DeferredLoadingClientConfig.Namespace, without flags: the namespace of the context, where it has one.
///
/// `file` and `context` are `--kubeconfig` and `--kube-context`.
pub fn namespace(file: Option<&str>, context: Option<&str>) -> Option<String> {
    let configs: Vec<Dict> = files(file)
        .into_iter()
        .filter_map(|path| std::fs::read(path).ok())
        .filter_map(|text| yaml::unmarshal_map(&text).ok())
        .collect();
    let context = match context.filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        // Of several files the first that says something counts.
        None => configs.iter().find_map(|config| text(config, "current-context"))?,
    };
    let entry = configs.iter().find_map(|config| find_context(config, &context))?;
    text(&entry, "namespace")
}

/// Whether there is a kubeconfig file at all.
pub fn is_configured(file: Option<&str>) -> bool {
    files(file).iter().any(|path| path.exists())
}

fn files(file: Option<&str>) -> Vec<PathBuf> {
    if let Some(file) = file.filter(|file| !file.is_empty()) {
        return vec![PathBuf::from(file)];
    }
    match std::env::var_os("KUBECONFIG").filter(|paths| !paths.is_empty()) {
        Some(paths) => std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => std::env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect(),
    }
}

fn find_context(config: &Dict, name: &str) -> Option<Dict> {
    let contexts = config.get(b"contexts")?;
    let entry = contexts
        .as_list()?
        .iter()
        .filter_map(Value::as_dict)
        .find(|entry| text(entry, "name").as_deref() == Some(name))?;
    entry.get(b"context")?.as_dict().cloned()
}

fn text(dict: &Dict, key: &str) -> Option<String> {
    dict.get(key.as_bytes())?.as_str().map(ToString::to_string).filter(|text| !text.is_empty())
}

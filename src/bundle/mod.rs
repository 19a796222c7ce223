//! Manifests as one artefact for `kubectl apply`: in phases, with namespaces, and with an inventory of what made them.
//!
//! `object` reads the resources out of rendered documents; `phase` says when each is applied and `scope` whether it
//! lies in a namespace; `edit` writes what is missing into a document and leaves its other bytes alone. `stored` writes
//! a bundle as a stream, as files or as an archive and reads it again; `inventory` is what it says of itself, `change`
//! compares two bundles, and `images` finds the images that objects use.
//!
//! Imports: go, yaml, profile, manifest, output.

pub mod applyset;
pub mod change;
pub mod edit;
pub mod error;
pub mod images;
pub mod inventory;
pub mod object;
pub mod phase;
pub mod scope;
pub mod stored;

pub use applyset::ApplySet;
pub use change::{Changes, changed_fields, changes};
pub use error::Error;
pub use inventory::{Entry, Inventory, Source, digest};
pub use object::{Object, Piece, Stage};
pub use phase::PHASES;
pub use scope::{Scope, Scopes};
pub use stored::Stored;

use crate::profile::Profile;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be made of the objects.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The set that the objects are to be marked as parts of.
    pub applyset: Option<ApplySet>,
    /// Further kinds, as `Kind.group`, that lie in namespaces.
    pub namespaced: Vec<String>,
    /// Whether a Namespace is added for each namespace that is used and not made.
    pub create_namespaces: bool,
}

/// The objects in the order in which they are applied, whatever the order of the pieces, and what is to be said of them.
pub fn assemble(
    pieces: &[Piece],
    settings: &Settings,
    profile: &'static Profile,
) -> Result<(Vec<Object>, Vec<String>), Error> {
    let mut read = Vec::new();
    for piece in pieces {
        object::read(piece, &mut read)?;
    }
    let mut scopes = Scopes::new(&settings.namespaced);
    read.iter().for_each(|found| scopes.learn(&found.value));
    let mut warnings = BTreeSet::new();
    let mut objects: BTreeMap<object::Key, Object> = BTreeMap::new();
    let label = settings.applyset.as_ref().map(|set| (applyset::PART_OF, set.id()));
    for found in read {
        let object::Found { mut object, value } = found;
        object.check()?;
        let scope = scopes.of(&object);
        let mut namespace = None;
        match scope {
            // The server drops the namespace of an object that lies in none.
            Scope::Cluster => object.namespace.clear(),
            Scope::Namespaced if object.namespace.is_empty() => {
                object.namespace.clone_from(&settings.namespace);
                namespace = Some(settings.namespace.as_str());
            }
            Scope::Namespaced => {}
            Scope::Unknown => {
                if object.namespace.is_empty() {
                    let kind = object.group_kind();
                    warnings.insert(format!("{kind}: nobody says whether it lies in a namespace, so it gets none\nhint: bundle its CustomResourceDefinition too, or say --namespaced {kind}"));
                }
            }
        }
        let label = label.as_ref().map(|(key, id)| (*key, id.as_str()));
        if namespace.is_some() || label.is_some() {
            object.content = edit::complete(&object.content, &value, namespace, label)
                .map_err(|error| Error::Edit { object: object.to_string(), error })?;
        }
        insert(&mut objects, object)?;
    }
    if settings.create_namespaces {
        add_namespaces(&mut objects, label.as_ref().map(|(key, id)| (*key, id.as_str())));
    }
    if let Some(set) = &settings.applyset {
        let parent = set.parent(objects.values());
        insert(&mut objects, parent)?;
    }
    let mut objects: Vec<Object> = objects.into_values().collect();
    objects.sort_by(|a, b| phase::compare(a, b, profile));
    Ok((objects, warnings.into_iter().collect()))
}

/// Keeps an object, which may come twice where both are the same.
fn insert(objects: &mut BTreeMap<object::Key, Object>, object: Object) -> Result<(), Error> {
    match objects.get_mut(&object.key()) {
        None => {
            objects.insert(object.key(), object);
        }
        Some(known) if known.content == object.content => {
            // Whichever was read first: the order of the pieces must not show.
            if (&object.service, &object.source) < (&known.service, &known.source) {
                *known = object;
            }
        }
        Some(known) => {
            let mut services = [known.place(), object.place()];
            services.sort();
            return Err(Error::Twice { object: object.to_string(), places: services });
        }
    }
    Ok(())
}

fn add_namespaces(objects: &mut BTreeMap<object::Key, Object>, label: Option<(&str, &str)>) {
    let made = |object: &&Object| object.kind == "Namespace" && object.group().is_empty();
    let made: BTreeSet<String> = objects.values().filter(made).map(|object| object.name.clone()).collect();
    let used: BTreeSet<String> = objects.values().map(|object| object.namespace.clone()).collect();
    for name in used.difference(&made) {
        // These are there in every cluster.
        if name.is_empty() || name == "default" || name.starts_with("kube-") {
            continue;
        }
        let object = object::namespace(name, label);
        objects.insert(object.key(), object);
    }
}

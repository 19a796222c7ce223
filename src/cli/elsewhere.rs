//! Commands of Helm that need a cluster or a network, and what to do instead.

/// The command's name, and the advice.
pub static COMMANDS: &[(&str, &str)] = &[
    ("env", "Helm's environment changes nothing here, except HELM_NAMESPACE, HELM_DEBUG and HELM_KUBECONTEXT"),
    ("get", "`helm get` reads a release from the cluster"),
    ("history", "`helm history` reads releases from the cluster"),
    ("install", "render with `mizzen template` and give the manifests to `kubectl apply -f -`, or use `helm install`"),
    ("list", "`helm list` reads releases from the cluster; `mizzen dependency list` lists a chart's dependencies"),
    ("ls", "`helm ls` reads releases from the cluster; `mizzen dependency list` lists a chart's dependencies"),
    ("plugin", "plugins extend Helm, use `helm plugin`"),
    ("pull", "download the chart with `helm pull` and give its path"),
    ("push", "write the archive with `mizzen package` and upload it with `helm push`"),
    ("registry", "log in with `helm registry`, and download charts with `helm pull`"),
    ("repo", "keep repositories with `helm repo`, and download charts with `helm pull`"),
    ("rollback", "apply the manifests that an earlier commit renders to, or use `helm rollback`"),
    ("search", "search with `helm search`, and download the chart with `helm pull`"),
    ("status", "`helm status` reads a release from the cluster"),
    ("test", "render the tests with `mizzen template`, or use `helm test`"),
    ("uninstall", "give what `mizzen template` prints to `kubectl delete -f -`, or use `helm uninstall`"),
    (
        "upgrade",
        "render with `mizzen template --is-upgrade` and give the manifests to `kubectl apply -f -`, or use `helm upgrade`",
    ),
];

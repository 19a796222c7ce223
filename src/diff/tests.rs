//! Small manifests, compared.

use super::*;

/// What the fields of a comparison say, with the class of each.
pub(super) fn fields_of(before: &str, after: &str) -> Vec<String> {
    let changes = changes(before, after, &[]);
    let fields = changes.iter().flat_map(|change| &change.hunks).flat_map(|hunk| &hunk.fields);
    fields
        .map(|field| {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
            format!("{} {} → {} {}", field.path, side(&field.before), side(&field.after), field.risk.name())
        })
        .collect()
}

fn changes(before: &str, after: &str, ignore: &[Ignore]) -> Vec<Change> {
    let read = |text: &str| inputs_of_text("m.yaml", &crate::go::Str::from(text));
    let mut secrets = Secrets::new(b"key");
    for input in read(before).iter().chain(&read(after)) {
        secrets.learn_secret(input);
    }
    let options = Options { ignore, secrets: &secrets, context: 3 };
    compare("", &read(before), &read(after), &options, &Unannotated)
}

const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  replicas: 2\n  template:\n    metadata:\n      labels:\n        helm.sh/chart: c-1\n      annotations:\n        checksum/config: abc\n    spec:\n      containers:\n        - name: app\n          image: a:1\n          env:\n            - name: A\n              value: x\n          ports:\n            - containerPort: 80\n";

#[test]
fn an_inserted_sidecar_is_one_hunk() {
    let after = POD.replace(
        "      containers:\n",
        "      containers:\n        - name: proxy\n          image: p:1\n          env:\n            - name: A\n              value: x\n          ports:\n            - containerPort: 80\n",
    );
    let changes = changes(POD, &after, &[]);
    assert_eq!(changes.len(), 1);
    let hunks = &changes[0].hunks;
    assert_eq!(hunks.len(), 1);
    let changed: Vec<&Line> = hunks[0].lines.iter().filter(|line| line.op != Op::Keep).collect();
    assert_eq!(changed.len(), 7);
    assert!(changed.iter().all(|line| line.op == Op::Add), "{changed:?}");
    assert_eq!(changed[0].text, "        - name: proxy");
    assert_eq!(hunks[0].fields.len(), 1);
    assert_eq!(hunks[0].fields[0].path, "spec.template.spec.containers[proxy]");
}

#[test]
fn labels_and_checksums_are_folded_and_counted() {
    let after = POD.replace("c-1", "c-2").replace("abc", "def").replace("replicas: 2", "replicas: 3");
    let changes = changes(POD, &after, &[]);
    assert_eq!(fields_of(POD, &after), ["spec.replicas 2 → 3 capacity"]);
    assert_eq!(changes[0].folded.get(&Noise::ChartLabel), Some(&1));
    assert_eq!(changes[0].folded.get(&Noise::Checksum), Some(&1));
    // Pods restart also where only a checksum says so.
    assert_eq!(changes[0].risk(), Risk::Restarts);
}

#[test]
fn what_is_ignored_is_counted() {
    for (ignore, hunks, ignored) in [
        ("spec.replicas", 1, 1),
        ("/image: a/", 1, 1),
        ("spec.template.spec.containers[*].image", 1, 1),
        ("spec", 0, 2),
        ("Deployment", 0, 4),
        ("Deployment/b", 2, 0),
    ] {
        let after = POD.replace("replicas: 2", "replicas: 3").replace("a:1", "a:2");
        let ignore = Ignore::parse(ignore).unwrap();
        let changes = changes(POD, &after, &[ignore]);
        let count = changes.iter().map(|change| change.hunks.len()).sum::<usize>();
        let folded = changes[0].folded.get(&Noise::Ignored).copied().unwrap_or(0);
        assert_eq!((count, folded), (hunks, ignored));
    }
}

#[test]
fn risks() {
    let manifest = |head: &str, rest: &str| format!("{head}metadata:\n  name: a\n{rest}");
    let deployment = "apiVersion: apps/v1\nkind: Deployment\n";
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n";
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\n";
    let service = "apiVersion: v1\nkind: Service\n";
    for (head, before, after, wanted) in [
        (deployment, "spec:\n  replicas: 1\n", "spec:\n  replicas: 2\n", Risk::Capacity),
        (deployment, "spec: {selector: {a: b}}\n", "spec: {selector: {a: c}}\n", Risk::Recreates),
        (deployment, "spec: {template: {spec: {a: 1}}}\n", "spec: {template: {spec: {a: 2}}}\n", Risk::Restarts),
        (
            deployment,
            "spec: {template: {spec: {hostNetwork: false}}}\n",
            "spec: {template: {spec: {hostNetwork: true}}}\n",
            Risk::Exposes,
        ),
        (
            "apiVersion: apps/v1\nkind: StatefulSet\n",
            "spec: {serviceName: a}\n",
            "spec: {serviceName: b}\n",
            Risk::Recreates,
        ),
        (
            role,
            "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n",
            "rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]\n",
            Risk::Rbac,
        ),
        (
            role,
            "rules: [{apiGroups: [''], resources: [pods], verbs: ['*']}]\n",
            "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n",
            Risk::Harmless,
        ),
        (
            claim,
            "spec: {resources: {requests: {storage: 1Gi}}}\n",
            "spec: {resources: {requests: {storage: 2Gi}}}\n",
            Risk::Capacity,
        ),
        (
            claim,
            "spec: {resources: {requests: {storage: 1Gi}}}\n",
            "spec: {resources: {requests: {storage: 900Mi}}}\n",
            Risk::DeletesData,
        ),
        (service, "spec: {type: ClusterIP}\n", "spec: {type: LoadBalancer}\n", Risk::Exposes),
        (service, "spec: {a: 1}\n", "spec: {a: 2}\n", Risk::Harmless),
        ("apiVersion: x.example.com/v1\nkind: Db\n", "spec: {a: 1}\n", "spec: {a: 2}\n", Risk::Restarts),
    ] {
        let changes = changes(&manifest(head, before), &manifest(head, after), &[]);
        assert_eq!(changes[0].risk(), wanted, "{head}{before}{after}");
    }
    for (manifest, wanted) in [
        (claim, Risk::DeletesData),
        (role, Risk::Harmless),
        (deployment, Risk::Restarts),
        ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n", Risk::Exposes),
    ] {
        assert_eq!(changes(&format!("{manifest}metadata: {{name: a}}\n"), "", &[])[0].risk(), wanted, "{manifest}");
    }
}

#[test]
fn a_new_name_is_found_by_likeness() {
    let after = POD.replace("  name: a\n", "  name: other\n");
    let changes = changes(POD, &after, &[]);
    assert_eq!(changes.len(), 1);
    assert!(matches!(&changes[0].status, Status::Renamed(id) if id.name == "a"), "{:?}", changes[0].status);
    assert_eq!(changes[0].risk(), Risk::Recreates);
}

#[test]
fn secrets_are_never_shown() {
    let block = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  password: aHVudGVyMg==\nstringData:\n  text: |\n    first line of it\n    hunter2\n  \"a.b\": 'quoted-one'\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  url: postgres://u:hunter2@db\n  auth: dTpodW50ZXIyOng=\n";
    let flow = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: aHVudGVyMg==}\n";
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"s\"}, \"data\": {\"password\": \"aHVudGVyMg==\"}}\n";
    let list =
        "apiVersion: v1\nkind: SecretList\nitems:\n- metadata:\n    name: s\n  data:\n    password: aHVudGVyMg==\n";
    for text in [block, flow, json, list] {
        let other = text
            .replace("aHVudGVyMg==", "aHVudGVyMw==")
            .replace("hunter2", "hunter3")
            .replace("dTpodW50ZXIyOng=", "dTpodW50ZXIzOng=")
            .replace("quoted-one", "quoted-two");
        for (before, after) in [(text, other.as_str()), (text, ""), ("", text)] {
            let changes = changes(before, after, &[]);
            assert!(!changes.is_empty() && changes.iter().all(|change| !change.hunks.is_empty()), "{before}{after}");
            let shown = format!("{changes:?}");
            for secret in ["aHVudGVyM", "hunter", "first line", "quoted-", "dW50ZXI", "dTpod"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
            assert!(shown.contains(secret::OPEN));
        }
    }
}

#[test]
fn lists_are_compared_by_what_names_their_items() {
    for (before, after, wanted) in [
        ("args: [a, b]\n", "args: [a, c, b]\n", vec!["args[] - → c harmless"]),
        (
            "ports: [{port: 1}, {port: 2}]\n",
            "ports: [{port: 2}, {port: 1}]\n",
            vec!["ports[order] [\"1/TCP\",\"2/TCP\"] → [\"2/TCP\",\"1/TCP\"] harmless"],
        ),
        ("l: [{a: 1}, {a: 2}]\n", "l: [{a: 1}, {a: 3}]\n", vec!["l[].a 2 → 3 harmless"]),
        (
            "env: [{name: A, value: '1'}]\n",
            "env: [{name: B, value: x}, {name: A, value: '2'}]\n",
            vec!["env[A].value \"1\" → \"2\" harmless", "env[B] - → {\"name\":\"B\",\"value\":\"x\"} harmless"],
        ),
    ] {
        assert_eq!(fields_of(before, after), wanted);
    }
}

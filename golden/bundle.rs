//! Bundles as a pipeline uses them: made, committed, verified, and compared with an earlier one.

use super::Folder;
use super::factory::{check, files, fits, run, shell};
use libtest_mimic::{Failed, Trial};
use std::path::Path;

/// The stories.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("bundle: the same bytes in every form, and nothing foreign is touched", forms),
        Trial::test("bundle: what changed, what is gone, and the way back", changes),
        Trial::test("bundle: hooks of a chart, and its CRDs", hooks),
        Trial::test("verify: each cause by its name", causes),
        Trial::test("verify: a bundle in every form", verified),
        Trial::test("verify: no value of a Secret is shown", secrets),
    ]
}

/// A folder with a library and some services.
fn shop() -> Result<Folder, Failed> {
    let folder = Folder::new()?;
    run(&folder.0, "mizzen init && mizzen new checkout && mizzen new search")?;
    Ok(folder)
}

/// What a command prints that must end with 1.
fn differs(folder: &Path, line: &str) -> Result<String, Failed> {
    let output = shell(folder, line)?;
    let said = String::from_utf8_lossy(&output.stderr);
    check(output.status.code() == Some(1), &format!("`{line}` ends with {:?}: {said}", output.status.code()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn replace(path: &Path, from: &str, to: &str) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    check(text.contains(from), &format!("{} holds {from}", path.display()))?;
    Ok(std::fs::write(path, text.replace(from, to))?)
}

fn forms() -> Result<(), Failed> {
    let shop = shop()?;
    let folder = shop.0.as_path();
    let commands = "mizzen bundle -o b.yaml && mizzen bundle -o b.tar.gz && mizzen bundle -o b --kustomization";
    run(folder, commands)?;
    std::fs::write(folder.join("b/notes.txt"), "ours")?;
    let written = files(folder)?;
    run(folder, commands)?;
    check(files(folder)? == written, "the second run touches no file")?;
    let stream = run(folder, "mizzen bundle")?;
    check(stream == std::fs::read_to_string(folder.join("b.yaml"))?, "the stream is the file")?;
    // The order in which services are named is none of the bundle's business, and neither is where the folder lies.
    let one = run(folder, "mizzen bundle checkout search hello")?;
    check(one == run(folder, "mizzen bundle search hello checkout")?, "the order of services does not show")?;
    std::fs::create_dir_all(folder.join("x"))?;
    run(folder, "mizzen bundle -o x/c.tar.gz")?;
    check(std::fs::read(folder.join("x/c.tar.gz"))? == std::fs::read(folder.join("b.tar.gz"))?, "archives are equal")?;
    fits("inventory.schema.json", &std::fs::read_to_string(folder.join("b/INVENTORY"))?)?;
    std::fs::remove_dir_all(folder.join("services/search"))?;
    run(folder, "mizzen bundle -o b")?;
    let left = files(&folder.join("b"))?;
    check(left.keys().all(|name| !name.contains("search")), "what is gone goes from the folder")?;
    check(left.contains_key("notes.txt"), "what is not ours stays")?;
    check(!left.contains_key("kustomization.yaml"), "a kustomization that is not asked for goes")
}

fn changes() -> Result<(), Failed> {
    let shop = shop()?;
    let folder = shop.0.as_path();
    run(folder, "mizzen bundle -n shop -o before.yaml && mizzen bundle -n shop -o before")?;
    std::fs::remove_dir_all(folder.join("services/search"))?;
    run(folder, "mizzen new basket")?;
    let checkout = folder.join("services/checkout/configuration.yml");
    replace(&checkout, "replicas: 2", "replicas: 5")?;
    let line = |before: &str| {
        format!(
            "mizzen bundle -n shop --since {before} -o some.yaml --prune prune.yaml --rollback back.yaml --rollback-prune back-prune.yaml"
        )
    };
    run(folder, &line("before.yaml"))?;
    let read = |name: &str| std::fs::read_to_string(folder.join(name));
    let names = |text: &str| -> Vec<String> {
        let mut names: Vec<String> =
            text.lines().filter_map(|line| line.strip_prefix("  name: ")).map(|name| name.trim().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    check(names(&read("some.yaml")?) == ["basket", "checkout"], "only what changed or is new is in it")?;
    check(read("some.yaml")?.contains("replicas: 5"), "as it is now")?;
    check(!read("some.yaml")?.contains("kind: Service\n") || read("some.yaml")?.contains("name: basket"), "no more")?;
    let prune = read("prune.yaml")?;
    check(names(&prune) == ["search"] && prune.contains("namespace: shop"), &format!("what is gone: {prune}"))?;
    check(!prune.contains("spec"), "only names are needed to delete")?;
    let back = read("back.yaml")?;
    check(names(&back) == ["checkout", "search"] && back.contains("replicas: 2"), &format!("what was: {back}"))?;
    check(names(&read("back-prune.yaml")?) == ["basket"], "what is new goes after a rollback")?;
    // A folder and an archive are as good, and an inventory tells all but what was.
    let (some, back) = (read("some.yaml")?, read("back.yaml")?);
    run(folder, &line("before"))?;
    let without_place =
        |text: &str| text.lines().filter(|line| !line.starts_with("# \"arguments\"")).collect::<String>();
    check(
        without_place(&read("some.yaml")?) == without_place(&some) && read("back.yaml")? == back,
        "a folder is as good",
    )?;
    run(folder, "mizzen bundle -n shop --since before/INVENTORY -o again.yaml")?;
    check(without_place(&read("again.yaml")?) == without_place(&some), "an inventory is enough")?;
    let output = shell(folder, &line("before/INVENTORY"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    check(output.status.code() == Some(1) && said.contains("nothing to go back to"), &said)?;
    run(folder, "mizzen verify some.yaml").map(|_| ())?;
    // With the old services back, nothing is left to do.
    run(folder, "mizzen bundle -n shop -o now.yaml")?;
    let output = shell(folder, "mizzen bundle -n shop --since now.yaml -o nothing.yaml")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    check(said.starts_with("0 added, 0 changed, 0 removed"), &said)
}

/// A chart with a CRD, hooks of all kinds and a Secret.
fn chart(folder: &Path) -> Result<(), Failed> {
    let hook = |kind: &str, name: &str, hook: &str, weight: &str| {
        format!(
            "apiVersion: batch/v1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations:\n    helm.sh/hook: {hook}\n    helm.sh/hook-weight: \"{weight}\"\n---\n"
        )
    };
    let hooks = [
        hook("Job", "late", "pre-install", "10"),
        hook("Job", "early", "pre-upgrade,pre-install", "-10"),
        hook("Job", "done", "post-install", "0"),
        hook("Job", "gone", "post-delete", "0"),
        hook("Job", "tried", "test", "0"),
    ];
    for (name, text) in [
        ("Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.2.3\n".to_owned()),
        ("values.yaml", "password: planted-in-values\n".to_owned()),
        ("crds/crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: as.e.x\nspec:\n  group: e.x\n  scope: Cluster\n  names:\n    kind: A\n".to_owned()),
        ("templates/hooks.yaml", hooks.concat()),
        (
            "templates/app.yaml",
            "apiVersion: e.x/v1\nkind: A\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: {{ .Values.password }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  url: https://u:{{ .Values.password }}@h\n".to_owned(),
        ),
    ] {
        let path = folder.join("app").join(name);
        std::fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

fn hooks() -> Result<(), Failed> {
    let folder = Folder::new()?;
    chart(&folder.0)?;
    run(&folder.0, "mizzen bundle --chart app --release r -n shop -o b && mizzen bundle --chart app --no-hooks -o c")?;
    let names: Vec<String> = files(&folder.0.join("b"))?.into_keys().collect();
    let wanted = [
        ".mizzen-files",
        "00-crds/customresourcedefinition-as.e.x.yaml",
        "02-before/40-job-shop-early.yaml",
        "02-before/60-job-shop-late.yaml",
        "05-configuration/configmap-shop-c.yaml",
        "05-configuration/secret-shop-s.yaml",
        "11-others/a-a.yaml",
        "12-after/50-job-shop-done.yaml",
        "INVENTORY",
    ];
    let plain: Vec<String> = names
        .iter()
        .map(|name| name.replace("49990-", "40-").replace("50010-", "60-").replace("50000-", "50-"))
        .collect();
    check(plain == wanted, &format!("{names:?}"))?;
    let without: Vec<String> = files(&folder.0.join("c"))?.into_keys().filter(|name| name.contains("job")).collect();
    check(without.is_empty(), &format!("{without:?}"))
}

fn causes() -> Result<(), Failed> {
    let shop = shop()?;
    let folder = shop.0.as_path();
    run(folder, "mizzen render -o manifests && mizzen verify manifests")?;
    fits("inventory.schema.json", &std::fs::read_to_string(folder.join("manifests/.mizzen-inventory"))?)?;
    let codes = |line: &str| -> Result<Vec<String>, Failed> {
        let report = fits("verify.schema.json", &differs(folder, line)?)?;
        let reasons = report["differences"].as_array().into_iter().flatten().flat_map(|difference| {
            let state = difference["state"].as_str().unwrap_or_default().to_owned();
            let file = difference["file"].as_str().unwrap_or_default().split('/').next().unwrap_or_default().to_owned();
            let reasons = difference["reasons"].as_array().cloned().unwrap_or_default();
            reasons
                .into_iter()
                .map(move |reason| format!("{file} {state} {}", reason["code"].as_str().unwrap_or_default()))
        });
        let mut reasons: Vec<String> = reasons.collect();
        reasons.sort();
        reasons.dedup();
        Ok(reasons)
    };
    let verify = "mizzen verify manifests --format json";
    let deployment = folder.join("manifests/checkout/deployment-checkout.yaml");
    let committed = std::fs::read_to_string(&deployment)?;
    replace(&deployment, "replicas: 2", "replicas: 7")?;
    std::fs::remove_file(folder.join("manifests/hello/deployment-hello.yaml"))?;
    std::fs::write(folder.join("manifests/search/more.yaml"), "kind: More\n")?;
    let found = codes(verify)?;
    check(found == ["checkout differs edited", "hello missing removed", "search extra added"], &format!("{found:?}"))?;
    let text = differs(folder, "mizzen verify manifests")?;
    check(text.contains("spec.replicas") && !text.contains('7'), &text)?;
    std::fs::write(&deployment, committed)?;
    std::fs::remove_file(folder.join("manifests/search/more.yaml"))?;
    run(folder, "mizzen render -o manifests && mizzen verify manifests")?;
    let configuration = folder.join("services/checkout/configuration.yml");
    replace(&configuration, "replicas: 2", "replicas: 3")?;
    let found = codes(verify)?;
    check(found == ["checkout differs inputs"], &format!("{found:?}"))?;
    let found = codes("mizzen verify manifests --format json --set replicas=9")?;
    check(found.contains(&"hello differs values".to_owned()), &format!("{found:?}"))?;
    replace(&configuration, "replicas: 3", "replicas: 2")?;
    run(folder, "mizzen verify manifests")?;
    let found = codes("mizzen verify manifests --format json -n elsewhere")?;
    check(found.iter().all(|found| found.ends_with("differs arguments")), &format!("{found:?}"))?;
    replace(&folder.join("library/values.yaml"), "revisionHistoryLimit: 5", "revisionHistoryLimit: 6")?;
    let found = codes(verify)?;
    check(found.contains(&"hello differs library".to_owned()), &format!("{found:?}"))?;
    replace(&folder.join("library/Chart.yaml"), "version: 1.0.0", "version: 1.1.0")?;
    let found = codes(verify)?;
    check(found.contains(&"hello differs library-version".to_owned()), &format!("{found:?}"))?;
    let found = codes("mizzen verify manifests --format json --helm-version 3.17")?;
    check(found.contains(&"hello differs helm".to_owned()), &format!("{found:?}"))?;
    std::fs::remove_dir_all(folder.join("services/hello"))?;
    run(folder, "mizzen new fresh")?;
    let found = codes(verify)?;
    check(found.contains(&"hello extra service".to_owned()), &format!("{found:?}"))?;
    check(found.contains(&"fresh missing service".to_owned()), &format!("{found:?}"))?;
    let output = shell(folder, "mizzen verify manifests --services nowhere")?;
    check(output.status.code() == Some(2), "what cannot be compared ends with 2")
}

fn verified() -> Result<(), Failed> {
    let shop = shop()?;
    let folder = shop.0.as_path();
    for name in ["b.yaml", "b.tar.gz", "b"] {
        // What was said when it was made need not be said again, but for values.
        run(
            folder,
            &format!("mizzen bundle checkout -n shop --applyset s --create-namespaces --set replicas=4 -o {name}"),
        )?;
        run(folder, &format!("mizzen verify {name} --set replicas=4"))?;
        let output = shell(folder, &format!("mizzen verify {name} --format json"))?;
        let report = fits("verify.schema.json", &String::from_utf8_lossy(&output.stdout))?;
        check(report["differences"][0]["reasons"][0]["code"] == "values", &report.to_string())?;
        check(String::from_utf8_lossy(&output.stderr).contains("give the same as then"), "the hint says what to do")?;
    }
    replace(&folder.join("b.yaml"), "replicas: 4", "replicas: 5")?;
    let text = differs(folder, "mizzen verify b.yaml --set replicas=4")?;
    check(text.starts_with("differs  Deployment shop/checkout (checkout): edited by hand\n"), &text)
}

fn secrets() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    chart(folder)?;
    run(folder, "mizzen bundle --chart app -o b.yaml --set password=planted-by-flag")?;
    replace(&folder.join("b.yaml"), "password: planted-by-flag", "password: planted-by-hand")?;
    let head: String =
        std::fs::read_to_string(folder.join("b.yaml"))?.lines().take_while(|line| line.starts_with('#')).collect();
    check(!head.contains("planted"), "the inventory holds no value")?;
    for flags in ["", " --format json", " --set password=planted-otherwise"] {
        let output = shell(folder, &format!("mizzen verify b.yaml{flags}"))?;
        check(output.status.code() == Some(1), "it differs")?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        check(said.contains("stringData.password"), &said)?;
        check(!said.contains("planted"), &said)?;
    }
    let images = run(folder, "mizzen images --chart app --format json")?;
    fits("images.schema.json", &images)?;
    check(!images.contains("planted"), &images)
}

//! A chart as an archive: as Helm's chartutil.Save, but the same chart always gives the same bytes.

use super::{Chart, ChartFile, write};
use crate::go::json::{self, Implementation};
use crate::go::strconv::quote;
use crate::go::{path, strconv};
use crate::profile::{Packages, Profile};
use flate2::{Compression, GzBuilder};
use std::io::Write;

/// The time of all files in an archive where the environment names none: 1980-01-01, the earliest that all tools know.
pub const TIME: u64 = 315_532_800;

/// As sourceDateEpochFromEnv: the time that `SOURCE_DATE_EPOCH` names, else [`TIME`].
pub fn time(source_date_epoch: Option<&str>) -> Result<u64, String> {
    let Some(text) = source_date_epoch.filter(|text| !text.is_empty()) else { return Ok(TIME) };
    let time =
        strconv::parse_int(text.as_bytes(), 10).map_err(|error| format!("invalid SOURCE_DATE_EPOCH: {error}"))?;
    u64::try_from(time).map_err(|_| "invalid SOURCE_DATE_EPOCH: must not be negative".to_owned())
}

/// The name of a chart's archive: `<name>-<version>.tgz`.
pub fn file_name(chart: &Chart) -> String {
    format!("{}-{}.tgz", chart.name(), chart.metadata.version)
}

/// The archive of a chart and the charts in it, all files of which bear the time, in seconds since 1970.
pub fn archive(chart: &mut Chart, time: u64, profile: &'static Profile) -> Result<Vec<u8>, String> {
    chart.metadata.validate(profile).map_err(|error| format!("chart validation: {error}"))?;
    let gzip = GzBuilder::new().mtime(0).comment("Helm").write(Vec::new(), Compression::new(6));
    let mut archive = Archive { tar: tar::Builder::new(gzip), time, profile };
    archive.chart(chart, "")?;
    let gzip = archive.tar.into_inner().map_err(|error| error.to_string())?;
    gzip.finish().map_err(|error| error.to_string())
}

struct Archive<W: Write> {
    tar: tar::Builder<W>,
    time: u64,
    profile: &'static Profile,
}

impl<W: Write> Archive<W> {
    /// As writeTarContents: the files in Helm's order.
    fn chart(&mut self, chart: &Chart, prefix: &str) -> Result<(), String> {
        let name = chart.name();
        if path::base(name.as_bytes()) != name.as_bytes() {
            return Err(format!("{} is not a valid chart name", quote(name.as_bytes())));
        }
        let base = format!("{prefix}{name}");
        let is_v1 = chart.metadata.api_version == "v1";
        let chart_yaml = if is_v1 {
            // Those of apiVersion v1 stand in requirements.yaml.
            write::chart_yaml(&super::Metadata { dependencies: Vec::new(), ..chart.metadata.clone() })?
        } else {
            write::chart_yaml(&chart.metadata)?
        };
        self.file(&base, "Chart.yaml", &chart_yaml)?;
        if let Some(lock) = chart.lock.as_ref().filter(|_| chart.metadata.api_version == "v2") {
            self.file(&base, "Chart.lock", &write::lock_yaml(lock)?)?;
        }
        for file in chart.raw.iter().filter(|file| file.name == "values.yaml") {
            self.chart_file(&base, file)?;
        }
        if let Some(schema) = &chart.schema {
            if json::unmarshal(schema, Implementation::V1).error.is_some() {
                return Err(match self.profile.packages {
                    Packages::Helm3 => "Invalid JSON in values.schema.json".to_owned(),
                    Packages::Helm4 => "invalid JSON in values.schema.json".to_owned(),
                });
            }
            self.file(&base, "values.schema.json", schema)?;
        }
        for file in &chart.templates {
            self.file(&base, &file.name, &file.data)?;
        }
        for file in &chart.files {
            self.chart_file(&base, file)?;
        }
        for dependency in &chart.dependencies {
            self.chart(dependency, &format!("{base}/charts/"))?;
        }
        Ok(())
    }

    fn chart_file(&mut self, base: &str, file: &ChartFile) -> Result<(), String> {
        let data = file.content.bytes().map_err(|error| error.to_string())?;
        self.file(base, &file.name, &data)
    }

    fn file(&mut self, base: &str, name: &str, data: &[u8]) -> Result<(), String> {
        let name = path::join(&[base.as_bytes(), name.as_bytes()]);
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(self.time);
        let name = String::from_utf8_lossy(&name);
        self.tar.append_data(&mut header, &*name, data).map_err(|error| error.to_string())
    }
}

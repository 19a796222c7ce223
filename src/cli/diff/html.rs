//! The view for a browser: one page that needs nothing else, to search in and to fold.

use super::Report;
use super::markdown::html;
use super::text::{shown, summary, title, visible, why};
use crate::diff::Op;
use std::fmt::Write;

const STYLE: &str = "body{font:15px system-ui,sans-serif;margin:1.5rem auto;max-width:75rem;padding:0 1rem;color:#1b1f24;background:#fff}\
#search{width:100%;font-size:1rem;padding:.5rem;box-sizing:border-box;margin:.5rem 0}\
button{font-size:.9rem;margin:0 .3rem .6rem 0}\
details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0}\
summary{padding:.5rem;cursor:pointer;font-weight:600}\
.class{font-weight:400;border-radius:1rem;padding:.1rem .6rem;margin-left:.5rem;background:#eaeef2}\
.deletes-data,.recreates,.widens-rbac,.exposes{background:#ffcecb}.restarts,.capacity{background:#fff1b8}\
.in{padding:0 .7rem .7rem}.cause{color:#57606a;font-size:.85rem}\
pre{overflow-x:auto;background:#f6f8fa;margin:.3rem 0;padding:.4rem;font-size:13px;line-height:1.35}\
pre span{display:block;min-height:1.35em}.add{background:#dafbe1}.del{background:#ffebe9}\
ul{margin:.3rem 0;padding-left:1.2rem}li{overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}pre{background:#161b22}.add{background:#12351f}.del{background:#4b1113}\
details{border-color:#30363d}.class{color:#1b1f24}}";

/// What is searched for also stands behind the `#` of the address, so that a link can lead to it. What is found is
/// unfolded.
const SCRIPT: &str = "const all=[...document.querySelectorAll('details')],box=document.getElementById('search'),count=document.getElementById('count');\
const texts=all.map(part=>part.textContent.toLowerCase());\
function find(){const word=box.value.trim().toLowerCase();let shown=0;all.forEach((part,at)=>{const hit=texts[at].includes(word);\
part.hidden=!hit;if(word)part.open=hit;shown+=hit});count.textContent=shown+' of '+all.length+' sections'}\
function follow(){try{box.value=decodeURIComponent(location.hash.slice(1))}catch{box.value=location.hash.slice(1)}find()}\
box.addEventListener('input',find);window.addEventListener('hashchange',follow);\
document.getElementById('open').addEventListener('click',()=>all.forEach(part=>part.open=true));\
document.getElementById('close').addEventListener('click',()=>all.forEach(part=>part.open=false));follow();";

/// The page.
pub fn document(report: &Report) -> String {
    let name = format!("{} → {}", report.before, report.after);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{0}</h1>\n<ul>\n",
        html(&name)
    );
    for line in summary(report).lines() {
        let _ = writeln!(out, "<li>{}</li>", html(line));
    }
    for (service, _, text) in &report.failures {
        let _ = writeln!(out, "<li><b>cannot be rendered:</b> {} {}</li>", html(service), html(text));
    }
    out.push_str("</ul>\n<input id=\"search\" type=\"search\" placeholder=\"Search: a service, a kind, a field, a value\" aria-label=\"Search\">\n\
        <button id=\"open\" type=\"button\">Unfold all</button><button id=\"close\" type=\"button\">Fold all</button> <span id=\"count\"></span>\n");
    for (at, section) in report.sections.iter().enumerate() {
        let open = if at == 0 { " open" } else { "" };
        let _ = writeln!(
            out,
            "<details{open}><summary>{}<span class=\"class {}\">{}</span></summary><div class=\"in\">",
            html(&title(section)),
            section.risk.name(),
            html(&why(section.risk, &section.reasons))
        );
        if section.members.len() > 1 {
            let names: Vec<String> = section
                .members
                .iter()
                .map(|member| if member.service.is_empty() { member.id.to_string() } else { member.service.clone() })
                .collect();
            let _ = writeln!(out, "<p class=\"cause\">{}</p>", html(&names.join(", ")));
        }
        for hunk in &section.hunks {
            if !hunk.causes.is_empty() {
                let _ = writeln!(out, "<div class=\"cause\">made by {}</div>", html(&hunk.causes.join(", ")));
            }
            let fields: Vec<String> = hunk.fields.iter().map(shown).filter(|text| !text.is_empty()).collect();
            if !fields.is_empty() {
                let items: Vec<String> = fields.iter().map(|field| format!("<li>{}</li>", html(field))).collect();
                let _ = writeln!(out, "<ul>{}</ul>", items.concat());
            }
            out.push_str("<pre>");
            for line in &hunk.lines {
                let (class, sign) = match line.op {
                    Op::Keep => ("", ' '),
                    Op::Remove => (" class=\"del\"", '-'),
                    Op::Add => (" class=\"add\"", '+'),
                };
                let _ = write!(out, "<span{class}>{sign}{}</span>", html(&visible(&line.text)));
            }
            out.push_str("</pre>\n");
        }
        out.push_str("</div></details>\n");
    }
    let _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

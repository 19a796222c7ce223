//! Which template line wrote which bytes, and through which calls.

use crate::go::{Mark, Span, Str, bytes};
use crate::template::Template;
use std::collections::HashMap;
use std::ops::Range;

/// A call of a template, from one place; a loop that calls it often counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CallId(u32);

/// A place in a template file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name of the file, or that of the set of templates for the text of a `tpl`.
    pub file: Str,
    /// The name of the template.
    pub template: Str,
    /// The text of the file.
    pub source: Str,
    /// In bytes from the start of the text.
    pub position: usize,
}

impl Site {
    /// The line, from 1.
    pub fn line(&self) -> usize {
        1 + bytes::count(self.before(), b'\n')
    }

    /// The column in bytes, from 0.
    pub fn column(&self) -> usize {
        let before = self.before();
        before.len() - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
    }

    fn before(&self) -> &[u8] {
        self.source.get(..self.position).unwrap_or_default()
    }
}

/// Where bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What wrote them.
    pub site: Site,
    /// Where that was called, innermost first, up to the file that was rendered.
    pub callers: Vec<Site>,
}

struct Call {
    file: Str,
    template: Str,
    source: Str,
    caller: Option<Caller>,
}

/// A call and where it stands in the template, in bytes from the start of its file.
pub(super) type Caller = (CallId, u32);

/// All lines that wrote something, numbered.
#[derive(Default)]
pub(super) struct Origins {
    calls: Vec<Call>,
    /// By caller, name and file.
    call_ids: HashMap<(Option<Caller>, Str, Str), CallId>,
    lines: Vec<(CallId, u32)>,
    line_ids: HashMap<(CallId, u32), u32>,
}

impl Origins {
    pub fn call(&mut self, template: &Template, caller: Option<Caller>) -> CallId {
        // Two texts of `tpl` have the same name.
        let key = (caller, template.name().clone(), template.file().clone());
        if let Some(&known) = self.call_ids.get(&key)
            && self.calls.get(known.0 as usize).is_some_and(|call| call.source == *template.source())
        {
            return known;
        }
        let id = CallId(self.calls.len() as u32);
        let (name, file) = (template.name().clone(), template.file().clone());
        self.calls.push(Call { file, template: name, source: template.source().clone(), caller });
        self.call_ids.insert(key, id);
        id
    }

    pub fn line(&mut self, call: CallId, position: u32) -> u32 {
        *self.line_ids.entry((call, position)).or_insert_with(|| {
            self.lines.push((call, position));
            self.lines.len() as u32 - 1
        })
    }

    /// A text of several lines: each is a line of its own.
    pub fn text(&mut self, call: CallId, position: usize, range: Range<u32>, buffer: &mut Buffer) {
        let length = (range.end - range.start) as usize;
        let source = self.calls.get(call.0 as usize).map(|call| call.source.clone()).unwrap_or_default();
        let text = source.get(position..position + length).unwrap_or_default();
        let mut from = 0;
        while from < length {
            let newline = text.get(from..).unwrap_or_default().iter().position(|&byte| byte == b'\n');
            let to = newline.map_or(length, |newline| from + newline + 1);
            let line = self.line(call, (position + from) as u32);
            buffer.wrote(line, range.start + from as u32..range.start + to as u32);
            from = to;
        }
    }

    pub fn site(&self, call: CallId, position: u32) -> Site {
        let call = &self.calls[call.0 as usize];
        Site {
            file: call.file.clone(),
            template: call.template.clone(),
            source: call.source.clone(),
            position: position as usize,
        }
    }

    pub fn origin(&self, line: u32) -> Origin {
        let (call, position) = self.lines.get(line as usize).copied().unwrap_or((CallId(0), 0));
        let callers = std::iter::successors(self.caller(call), |(call, _)| self.caller(*call));
        Origin {
            site: self.site(call, position),
            callers: callers.map(|(call, position)| self.site(call, position)).collect(),
        }
    }

    /// The call that wrote a line and its callers, each with the place it stood at.
    pub fn calls_of(&self, line: u32) -> Vec<Caller> {
        let first = self.lines.get(line as usize).copied();
        std::iter::successors(first, |(call, _)| self.caller(*call)).collect()
    }

    pub fn templates(&self) -> impl Iterator<Item = (&Str, &Str)> {
        self.calls.iter().map(|call| (&call.file, &call.template))
    }

    fn caller(&self, call: CallId) -> Option<Caller> {
        self.calls.get(call.0 as usize).and_then(|call| call.caller)
    }
}

/// The lines of one output, and the marks of its strings.
#[derive(Default)]
pub(super) struct Buffer {
    /// Where each piece begins, and the line that wrote it. A piece ends where the next begins.
    pieces: Vec<(u32, u32)>,
    /// The end of what was written last, and how far its strings told where they came from.
    end: u32,
    told: u32,
    /// All marks but lines.
    pub marks: Vec<Span>,
}

impl Buffer {
    pub fn wrote(&mut self, line: u32, range: Range<u32>) {
        if !range.is_empty() {
            self.pieces.push((range.start, line));
        }
        (self.told, self.end) = (range.start, range.end);
    }

    /// A part of what was written last came from elsewhere. Where several lines had a part in it, the first counts.
    pub fn came_from(&mut self, line: u32, range: Range<u32>) {
        let range = range.start.max(self.told)..range.end.min(self.end);
        let Some(&(start, printer)) = self.pieces.last() else { return };
        if range.is_empty() {
            return;
        }
        if start == range.start {
            self.pieces.pop();
        }
        self.pieces.push((range.start, line));
        if range.end < self.end {
            self.pieces.push((range.end, printer));
        }
        self.told = range.end;
    }

    /// The lines as marks.
    pub fn lines(&self, end: u32) -> Vec<Span> {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.0).chain([end]);
        let pieces = self.pieces.iter().zip(ends);
        pieces.map(|(&(start, line), end)| Span { range: start..end, mark: Mark(line) }).collect()
    }
}

/// A rendered file.
#[derive(Debug)]
pub struct Output {
    pieces: Vec<(u32, u32)>,
    marks: Vec<Span>,
    len: u32,
}

impl Output {
    /// `cut` are the ranges that are no longer there.
    pub(super) fn new(buffer: Buffer, cut: &[Range<usize>]) -> Output {
        let mut before = Vec::with_capacity(cut.len());
        let mut total = 0;
        for range in cut {
            before.push((range.start as u32, range.end as u32, total));
            total += (range.end - range.start) as u32;
        }
        let moved = |offset: u32| match before.partition_point(|(start, ..)| *start < offset).checked_sub(1) {
            None => offset,
            Some(at) => {
                let (start, end, earlier) = before[at];
                offset - earlier - (offset.min(end) - start)
            }
        };
        let pieces = buffer.pieces.iter().map(|&(start, line)| (moved(start), line)).collect();
        let mut marks: Vec<Span> = buffer
            .marks
            .into_iter()
            .map(|span| Span { range: moved(span.range.start)..moved(span.range.end), mark: span.mark })
            .filter(|span| !span.range.is_empty())
            .collect();
        marks.sort_by_key(|span| span.range.start);
        Output { pieces, marks, len: moved(buffer.end) }
    }

    pub(super) fn line(&self, offset: u32) -> Option<u32> {
        let after = self.pieces.partition_point(|piece| piece.0 <= offset);
        self.pieces.get(after.checked_sub(1)?).map(|piece| piece.1).filter(|_| offset < self.len)
    }

    pub(super) fn marks_in(&self, range: Range<usize>) -> Vec<u32> {
        let (start, end) = (range.start as u32, range.end as u32);
        let candidates = self.marks.partition_point(|span| span.range.start < end);
        self.marks[..candidates].iter().filter(|span| span.range.end > start).map(|span| span.mark.0).collect()
    }
}

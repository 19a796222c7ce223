//! Parsing: tokens to the nodes of one document, as goyaml parserc.go and the parser in decode.go do.

use super::error::{Error, Mark, Stage};
use super::reader::{self, Source};
use super::scan::{Line, Scanner, Text, Token, TokenKind, slice};
use std::borrow::Cow;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Scalar,
    Sequence,
    Mapping,
    /// An alias of the node with that index.
    Alias(u32),
}

/// A node of a document. The nodes of a document stand in the order of its text, each before its children.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// Whether a scalar is plain, or tagged `!`: its type is found from its text.
    pub(super) implicit: bool,
    pub(super) mark: Mark,
    /// The index after this node and all below it.
    pub(super) next: u32,
    /// The text of a scalar, or the name of an alias.
    text: Text,
    /// The tag in full; empty where there is none.
    tag: Text,
}

/// The first document of a text.
pub(super) struct Document<'a> {
    source: Cow<'a, [u8]>,
    written: Vec<u8>,
    /// The nodes, the root first; none where the text is empty.
    pub(super) nodes: Vec<Node>,
}

impl Document<'_> {
    /// The text of a scalar, or the name of an alias.
    pub(super) fn text(&self, node: &Node) -> &[u8] {
        slice(&self.source, &self.written, node.text)
    }

    /// The tag of a node.
    pub(super) fn tag(&self, node: &Node) -> &[u8] {
        slice(&self.source, &self.written, node.tag)
    }
}

/// Parses the first document of `text`.
pub(super) fn parse(text: &[u8]) -> Result<Document<'_>, Error> {
    if u32::try_from(text.len()).is_err() {
        return Err(Error::new(Stage::Convert, "yaml: input is too large"));
    }
    let Source { text: source, ascii, refused, .. } = reader::read(text);
    let mut parser = Parser::new(&source, ascii, refused.is_none());
    let result = parser.document();
    if let Some(problem) = refused
        && parser.scanner.needed() > source.len()
    {
        return Err(Error::goyaml(problem, None));
    }
    result?;
    let Parser { scanner, nodes, .. } = parser;
    let written = scanner.into_written();
    Ok(Document { source, written, nodes })
}

/// What to parse next: goyaml's parser states.
#[derive(Clone, Copy)]
enum State {
    BlockNode,
    BlockSequenceEntry { first: bool },
    IndentlessSequenceEntry,
    BlockMappingKey { first: bool },
    BlockMappingValue,
    FlowSequenceEntry { first: bool },
    FlowSequenceEntryMappingKey,
    FlowSequenceEntryMappingValue,
    FlowSequenceEntryMappingEnd,
    FlowMappingKey { first: bool },
    FlowMappingValue { empty: bool },
    DocumentEnd,
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the open collections start.
    marks: Vec<Mark>,
    /// Handles and prefixes.
    tags: Vec<(Vec<u8>, Vec<u8>)>,
    nodes: Vec<Node>,
    /// The open collections.
    open: Vec<u32>,
    anchors: crate::go::Map<Vec<u8>, u32>,
}

/// The anchor and the tag in front of a node.
#[derive(Default)]
struct Properties {
    anchor: Text,
    tag: Text,
    any: bool,
}

impl<'a> Parser<'a> {
    fn new(source: &'a [u8], ascii: bool, lines: bool) -> Parser<'a> {
        Parser {
            scanner: Scanner::new(source, ascii, lines),
            state: State::BlockNode,
            states: Vec::new(),
            marks: Vec::new(),
            tags: Vec::new(),
            nodes: Vec::new(),
            open: Vec::new(),
            anchors: crate::go::Map::default(),
        }
    }

    /// As yaml_parser_set_parser_error_context and decode.go fail: the line is counted from 0, and line 0 gives way
    /// to that of the context.
    fn error(context: Mark, problem: &'static str, mark: Mark) -> Error {
        let line = if mark.line != 0 { mark.line } else { context.line };
        Error { line: line as usize, ..Error::goyaml(problem, Some(mark)) }
    }

    fn next(&mut self) -> Result<Token, Error> {
        self.scanner.skip();
        self.scanner.peek()
    }

    /// Parses up to the end of the first document.
    fn document(&mut self) -> Result<(), Error> {
        self.scanner.peek()?;
        let mut token = self.next()?;
        let explicit = matches!(
            token.kind,
            TokenKind::Version { .. } | TokenKind::TagDirective | TokenKind::DocumentStart | TokenKind::StreamEnd
        );
        if token.kind == TokenKind::StreamEnd {
            return Ok(());
        }
        self.directives()?;
        self.states.push(State::DocumentEnd);
        if explicit {
            token = self.scanner.peek()?;
            if token.kind != TokenKind::DocumentStart {
                return Err(Self::error(Mark::default(), "did not find expected <document start>", token.start));
            }
            token = self.next()?;
            if matches!(
                token.kind,
                TokenKind::Version { .. }
                    | TokenKind::TagDirective
                    | TokenKind::DocumentStart
                    | TokenKind::DocumentEnd
                    | TokenKind::StreamEnd
            ) {
                self.pop();
                self.empty_scalar(token.start);
            }
        }
        while !matches!(self.state, State::DocumentEnd) {
            self.step()?;
        }
        // The event after the document is looked for, and so the token that ends it.
        self.scanner.peek()?;
        Ok(())
    }

    fn directives(&mut self) -> Result<(), Error> {
        let mut version = false;
        loop {
            let token = self.scanner.peek()?;
            match token.kind {
                TokenKind::Version { major, minor } => {
                    if version {
                        return Err(Self::error(Mark::default(), "found duplicate %YAML directive", token.start));
                    }
                    if (major, minor) != (1, 1) {
                        return Err(Self::error(Mark::default(), "found incompatible YAML document", token.start));
                    }
                    version = true;
                }
                TokenKind::TagDirective => {
                    let handle = self.scanner.text(token.text).to_vec();
                    if self.tags.iter().any(|(known, _)| *known == handle) {
                        return Err(Self::error(Mark::default(), "found duplicate %TAG directive", token.start));
                    }
                    let prefix = self.scanner.text(token.suffix).to_vec();
                    self.tags.push((handle, prefix));
                }
                _ => break,
            }
            self.scanner.skip();
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tags.iter().any(|(known, _)| known == handle.as_bytes()) {
                self.tags.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), Error> {
        match self.state {
            State::BlockNode => self.node(true, false),
            State::BlockSequenceEntry { first } => self.block_sequence_entry(first),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey { first } => self.block_mapping_key(first),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceEntry { first } => self.flow_sequence_entry(first),
            State::FlowSequenceEntryMappingKey => self.flow_sequence_entry_mapping_key(),
            State::FlowSequenceEntryMappingValue => self.flow_sequence_entry_mapping_value(),
            State::FlowSequenceEntryMappingEnd => {
                self.state = State::FlowSequenceEntry { first: false };
                self.close();
                Ok(())
            }
            State::FlowMappingKey { first } => self.flow_mapping_key(first),
            State::FlowMappingValue { empty } => self.flow_mapping_value(empty),
            State::DocumentEnd => Ok(()),
        }
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    /// Pushes the state to return to and parses a node.
    fn node_then(&mut self, then: State, block: bool, indentless: bool) -> Result<(), Error> {
        self.states.push(then);
        self.node(block, indentless)
    }

    // Nodes.

    fn push(&mut self, kind: NodeKind, implicit: bool, mark: Mark, text: Text, properties: &Properties) {
        let index = self.nodes.len() as u32;
        if !properties.anchor.is_empty() {
            self.anchors.insert(self.scanner.text(properties.anchor).to_vec(), index);
        }
        self.nodes.push(Node { kind, implicit, mark, next: index + 1, text, tag: properties.tag });
    }

    fn open(&mut self, kind: NodeKind, mark: Mark, properties: &Properties, state: State) {
        self.open.push(self.nodes.len() as u32);
        self.push(kind, false, mark, Text::default(), properties);
        self.state = state;
    }

    fn close(&mut self) {
        if let Some(index) = self.open.pop() {
            let next = self.nodes.len() as u32;
            self.nodes[index as usize].next = next;
        }
    }

    fn empty_scalar(&mut self, mark: Mark) {
        self.push(NodeKind::Scalar, true, mark, Text::default(), &Properties::default());
    }

    /// As yaml_parser_parse_node.
    fn node(&mut self, block: bool, indentless: bool) -> Result<(), Error> {
        let mut token = self.scanner.peek()?;
        let start = token.start;
        if token.kind == TokenKind::Alias {
            let name = self.scanner.text(token.text);
            let Some(&target) = self.anchors.get(name) else {
                let problem = format!("unknown anchor '{}' referenced", String::from_utf8_lossy(name));
                return Err(Error::goyaml(problem, Some(start)));
            };
            self.pop();
            self.push(NodeKind::Alias(target), false, start, token.text, &Properties::default());
            self.scanner.skip();
            return Ok(());
        }
        let mut properties = Properties::default();
        if matches!(token.kind, TokenKind::Anchor | TokenKind::Tag) {
            token = self.properties(token, start, &mut properties)?;
        }
        let untagged = properties.tag.is_empty();
        match token.kind {
            TokenKind::BlockEntry if indentless => {
                self.open(NodeKind::Sequence, start, &properties, State::IndentlessSequenceEntry);
            }
            TokenKind::Scalar { plain } => {
                let implicit = (untagged && plain) || self.scanner.text(properties.tag) == b"!";
                self.pop();
                self.push(NodeKind::Scalar, implicit, start, token.text, &properties);
                self.scanner.skip();
            }
            TokenKind::FlowSequenceStart => {
                self.open(NodeKind::Sequence, start, &properties, State::FlowSequenceEntry { first: true });
            }
            TokenKind::FlowMappingStart => {
                self.open(NodeKind::Mapping, start, &properties, State::FlowMappingKey { first: true });
            }
            TokenKind::BlockSequenceStart if block => {
                self.open(NodeKind::Sequence, start, &properties, State::BlockSequenceEntry { first: true });
            }
            TokenKind::BlockMappingStart if block => {
                self.open(NodeKind::Mapping, start, &properties, State::BlockMappingKey { first: true });
            }
            _ if properties.any => {
                self.pop();
                self.push(NodeKind::Scalar, untagged, start, Text::default(), &properties);
            }
            _ => return Err(Self::error(start, "did not find expected node content", token.start)),
        }
        Ok(())
    }

    /// Reads an anchor and a tag in either order, and returns the token after them.
    fn properties(&mut self, mut token: Token, start: Mark, properties: &mut Properties) -> Result<Token, Error> {
        let mut tag = None;
        let first = token.kind;
        for _ in 0..2 {
            match token.kind {
                TokenKind::Anchor => properties.anchor = token.text,
                TokenKind::Tag => tag = Some(token),
                _ => break,
            }
            token = self.next()?;
            if token.kind == first {
                break;
            }
        }
        properties.any = !properties.anchor.is_empty();
        if let Some(Token { text: handle, suffix, start: mark, .. }) = tag {
            properties.tag = if handle.is_empty() {
                suffix
            } else {
                let name = self.scanner.text(handle);
                let Some((_, prefix)) = self.tags.iter().find(|(known, _)| known == name) else {
                    return Err(Self::error(start, "found undefined tag handle", mark));
                };
                let prefix = self.scanner.write_bytes(prefix);
                self.scanner.write([prefix, suffix])
            };
            properties.any |= !properties.tag.is_empty();
        }
        Ok(token)
    }

    // Block collections.

    /// Remembers where a collection starts and takes its first token.
    fn first(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        self.marks.push(token.start);
        self.scanner.skip();
        Ok(())
    }

    /// The error of a collection that does not go on as it should.
    fn unexpected(&mut self, problem: &'static str, token: Token) -> Error {
        Self::error(self.marks.pop().unwrap_or_default(), problem, token.start)
    }

    /// Ends a collection with the token that is next.
    fn end(&mut self) {
        self.pop();
        self.marks.pop();
        self.close();
        self.scanner.skip();
    }

    fn block_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.first()?;
        }
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let then = State::BlockSequenceEntry { first: false };
                self.scanner.skip();
                if self.simple_mapping(then) {
                    return Ok(());
                }
                match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        self.state = then;
                        self.empty_scalar(token.end);
                        Ok(())
                    }
                    _ => self.node_then(then, true, false),
                }
            }
            TokenKind::BlockEnd => {
                self.end();
                Ok(())
            }
            _ => Err(self.unexpected("did not find expected '-' indicator", token)),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.pop();
            self.close();
            return Ok(());
        }
        self.scanner.skip();
        if self.simple_mapping(State::IndentlessSequenceEntry) {
            return Ok(());
        }
        match self.scanner.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_scalar(token.end);
                Ok(())
            }
            _ => self.node_then(State::IndentlessSequenceEntry, true, false),
        }
    }

    fn block_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.first()?;
        }
        if let Some(line) = self.scanner.simple_line() {
            return self.simple_line(line);
        }
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => match self.next()?.kind {
                TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.state = State::BlockMappingValue;
                    self.empty_scalar(token.end);
                    Ok(())
                }
                _ => self.node_then(State::BlockMappingValue, true, true),
            },
            TokenKind::BlockEnd => {
                self.end();
                Ok(())
            }
            _ => Err(self.unexpected("did not find expected key", token)),
        }
    }

    /// As the states of a mapping do it with the tokens of such a line.
    fn simple_line(&mut self, line: Line) -> Result<(), Error> {
        let Line { key, key_mark, colon, value } = line;
        let then = State::BlockMappingKey { first: false };
        self.state = then;
        self.push(NodeKind::Scalar, true, key_mark, key, &Properties::default());
        if let Some(value) = value {
            self.push(NodeKind::Scalar, value.plain, value.mark, value.text, &Properties::default());
            return Ok(());
        }
        if self.simple_mapping(then) {
            return Ok(());
        }
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_scalar(colon);
                Ok(())
            }
            _ => self.node_then(then, true, true),
        }
    }

    /// Begins a block mapping without its tokens, if its first line is simple.
    fn simple_mapping(&mut self, then: State) -> bool {
        let Some(mark) = self.scanner.simple_mapping() else { return false };
        self.states.push(then);
        self.open(NodeKind::Mapping, mark, &Properties::default(), State::BlockMappingKey { first: false });
        self.marks.push(mark);
        true
    }

    fn block_mapping_value(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let then = State::BlockMappingKey { first: false };
        if token.kind != TokenKind::Value {
            self.state = then;
            self.empty_scalar(token.start);
            return Ok(());
        }
        match self.next()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = then;
                self.empty_scalar(token.end);
                Ok(())
            }
            _ => self.node_then(then, true, true),
        }
    }

    // Flow collections.

    fn flow_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.first()?;
        }
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowSequenceEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return Err(self.unexpected("did not find expected ',' or ']'", token));
                }
                token = self.next()?;
            }
            if token.kind == TokenKind::Key {
                let state = State::FlowSequenceEntryMappingKey;
                self.open(NodeKind::Mapping, token.start, &Properties::default(), state);
                self.scanner.skip();
                return Ok(());
            } else if token.kind != TokenKind::FlowSequenceEnd {
                return self.node_then(State::FlowSequenceEntry { first: false }, false, false);
            }
        }
        self.end();
        Ok(())
    }

    fn flow_sequence_entry_mapping_key(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // As goyaml, which takes the token here, so that `[? : a]` and `[?]` are read as it reads them.
                self.scanner.skip();
                self.state = State::FlowSequenceEntryMappingValue;
                self.empty_scalar(token.end);
                Ok(())
            }
            _ => self.node_then(State::FlowSequenceEntryMappingValue, false, false),
        }
    }

    fn flow_sequence_entry_mapping_value(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let then = State::FlowSequenceEntryMappingEnd;
        if token.kind == TokenKind::Value
            && !matches!(self.next()?.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd)
        {
            return self.node_then(then, false, false);
        }
        self.state = then;
        self.empty_scalar(token.start);
        Ok(())
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.first()?;
        }
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowMappingEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return Err(self.unexpected("did not find expected ',' or '}'", token));
                }
                token = self.next()?;
            }
            if token.kind == TokenKind::Key {
                token = self.next()?;
                let then = State::FlowMappingValue { empty: false };
                return match token.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        self.state = then;
                        self.empty_scalar(token.start);
                        Ok(())
                    }
                    _ => self.node_then(then, false, false),
                };
            } else if token.kind != TokenKind::FlowMappingEnd {
                return self.node_then(State::FlowMappingValue { empty: true }, false, false);
            }
        }
        self.end();
        Ok(())
    }

    fn flow_mapping_value(&mut self, empty: bool) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let then = State::FlowMappingKey { first: false };
        if !empty
            && token.kind == TokenKind::Value
            && !matches!(self.next()?.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd)
        {
            return self.node_then(then, false, false);
        }
        self.state = then;
        self.empty_scalar(token.start);
        Ok(())
    }
}

//! YAML text → [`Node`], strictly: one document, unique text keys, no tags, no
//! merge keys, no directives, bounded size, depth and alias expansion.
//!
//! The parser stops at broken syntax; everything else is collected in one pass.

mod scalar;
mod syntax;

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde_yaml::granit_parser::{self as yaml, Event, ScalarStyle};

use self::{scalar::plain_value, syntax::broken_syntax};
use super::{
    diagnostic::Diagnostic,
    node::{Entry, Key, Map, Node, Value},
    source::{Source, Span},
    template::{self, Scalar},
};

/// The most values that one file may hold, expanded aliases included.
pub const MAX_NODES: usize = 50_000;

/// The most levels that lists and maps may be nested.
pub const MAX_DEPTH: usize = 64;

/// Reads a file into its tree and adds what is wrong with it to `findings`.
/// The tree is missing only if the text is no YAML at all.
pub fn read(source: &Arc<Source>, findings: &mut Vec<Diagnostic>) -> Option<Node> {
    let options = yaml::options! {
        disallow_directives: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder {
        source,
        parser: yaml::Parser::new_from_str_with_options(source.text(), options),
        findings,
        anchors: HashMap::new(),
        nodes: 0,
    };
    match builder.document() {
        Ok(node) => Some(node),
        Err(diagnostic) => {
            findings.push(diagnostic);
            None
        }
    }
}

/// What an alias stands for, with what it costs to repeat it.
struct Anchored {
    node: Node,
    nodes: usize,
    height: usize,
}

/// A finished subtree and how many levels it has.
struct Built {
    node: Node,
    height: usize,
}

/// Stops the reading of the file.
type Fatal = Diagnostic;

struct Builder<'a> {
    source: &'a Arc<Source>,
    parser: yaml::Parser<'a, yaml::StrInput<'a>>,
    findings: &'a mut Vec<Diagnostic>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn document(&mut self) -> Result<Node, Fatal> {
        let mut root = None;
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(Diagnostic::error(&place, "a second document in one file")
                        .label("starts here")
                        .help("one file is one scenario; move it to a file of its own"));
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, place, 0)?.node),
            }
        }
        Ok(root.unwrap_or_else(|| Node::new(Span::new(self.source, 0..0), Value::Null)))
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fatal> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or_default();
                Ok((event, Span::new(self.source, range)))
            }
            Some(Err(error)) => Err(broken_syntax(self.source, &error)),
            None => Ok((Event::StreamEnd, Span::new(self.source, 0..0))),
        }
    }

    fn node(&mut self, event: Event<'a>, place: Span, depth: usize) -> Result<Built, Fatal> {
        self.count(1, &place)?;
        if depth > MAX_DEPTH {
            return Err(too_deep(&place));
        }
        let nodes_before = self.nodes;
        let anchor = event.anchor_id();
        if let Some(tag) = event.tag() {
            let help = if tag.is_yaml_core_schema() {
                "quote a value to make it text; every other type is told by its form"
            } else {
                "the format has no types beyond text, numbers, booleans, lists and maps"
            };
            let tag = tag.original();
            let before = &self.source.text()[..place.range().start];
            let written = before.rfind(&tag).map(|at| at..at + tag.len());
            let place = Span::new(self.source, written.unwrap_or_else(|| place.range()));
            self.findings.push(
                Diagnostic::error(&place, format!("tags such as `{tag}` are not allowed"))
                    .help(help),
            );
        }
        let built = match event {
            Event::Alias(id) => return self.alias(id, &place, depth),
            Event::Scalar(text, style, ..) => Built {
                node: self.scalar(text, style, place),
                height: 0,
            },
            Event::SequenceStart(..) => self.list(&place, depth)?,
            Event::MappingStart(..) => self.map(&place, depth)?,
            _ => return Err(Diagnostic::error(&place, "expected a value")),
        };
        if let Some(id) = anchor {
            let anchored = Anchored {
                node: built.node.clone(),
                nodes: 1 + self.nodes - nodes_before,
                height: built.height,
            };
            self.anchors.insert(id, anchored);
        }
        Ok(built)
    }

    fn alias(&mut self, id: usize, place: &Span, depth: usize) -> Result<Built, Fatal> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(Diagnostic::error(place, "an alias inside its own anchor")
                .help("a value cannot contain itself"));
        };
        let (nodes, height) = (anchored.nodes, anchored.height);
        if depth + height > MAX_DEPTH {
            return Err(too_deep(place));
        }
        let node = anchored.node.clone();
        self.count(nodes, place)?;
        Ok(Built { node, height })
    }

    fn list(&mut self, start: &Span, depth: usize) -> Result<Built, Fatal> {
        let mut items = Vec::new();
        let mut height = 0;
        loop {
            let (event, place) = self.next()?;
            if event == Event::SequenceEnd {
                let span =
                    collection_span(start, items.last().map(|item: &Node| &item.span), &place);
                let node = Node::new(span, Value::List(items));
                return Ok(Built { node, height });
            }
            let item = self.node(event, place, depth + 1)?;
            height = height.max(item.height + 1);
            items.push(item.node);
        }
    }

    fn map(&mut self, start: &Span, depth: usize) -> Result<Built, Fatal> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut first_places: HashMap<String, Span> = HashMap::new();
        let mut height = 0;
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                let last = entries.last().map(|entry| &entry.value.span);
                let span = collection_span(start, last, &place);
                let node = Node::new(span, Value::Map(entries.into_iter().collect::<Map>()));
                return Ok(Built { node, height });
            }
            let key = self.key(event, place, depth)?;
            let (event, place) = self.next()?;
            let value = self.node(event, place, depth + 1)?;
            height = height.max(value.height + 1);
            let Some(key) = key else { continue };
            if let Some(first) = first_places.get(&key.text) {
                self.findings.push(
                    Diagnostic::error(&key.span, format!("`{}` is given twice", key.text))
                        .related(first, "first given here"),
                );
                continue;
            }
            first_places.insert(key.text.clone(), key.span.clone());
            entries.push(Entry {
                key,
                value: value.node,
            });
        }
    }

    /// Reads a key. A key that cannot be used is reported and gives `None`, so
    /// that its value is still read for its own mistakes.
    fn key(&mut self, event: Event<'a>, place: Span, depth: usize) -> Result<Option<Key>, Fatal> {
        let Event::Scalar(text, style, ..) = event else {
            let refusal = match event {
                Event::Alias(_) => "an alias cannot be a key",
                _ => "a key must be text, not a list or a map",
            };
            let mut refusal = Diagnostic::error(&place, refusal);
            if place.text().starts_with('{') {
                refusal = refusal.help("quote text that begins with `{`");
            }
            if !matches!(event, Event::Alias(_)) {
                self.node(event, place, depth + 1)?;
            }
            self.findings.push(refusal);
            return Ok(None);
        };
        self.count(1, &place)?;
        let plain = style == ScalarStyle::Plain;
        if plain && text == "<<" {
            self.findings.push(
                Diagnostic::error(&place, "merge keys are not allowed")
                    .help("write the entries out, or share values through `vars`"),
            );
            return Ok(None);
        }
        if plain && place.text().is_empty() {
            self.findings
                .push(Diagnostic::error(&place, "a key is missing before this"));
            return Ok(None);
        }
        match template::read(&text, &place) {
            Ok(Scalar::Text(text)) => Ok(Some(Key { span: place, text })),
            Ok(Scalar::Template(_)) => {
                self.findings.push(
                    Diagnostic::error(&place, "references are not replaced in keys")
                        .help("write `$$(` for a literal `$(`"),
                );
                Ok(None)
            }
            Err(problem) => {
                self.findings.push(problem);
                Ok(None)
            }
        }
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, place: Span) -> Node {
        if style == ScalarStyle::Plain
            && let Some(value) = plain_value(&text)
        {
            return match value {
                Ok(value) => Node::new(place, value),
                Err(number) => {
                    self.findings.push(number.diagnostic(&place));
                    Node::new(place, Value::Text(text.into_owned()))
                }
            };
        }
        match template::read(&text, &place) {
            Ok(Scalar::Text(text)) => Node::new(place, Value::Text(text)),
            Ok(Scalar::Template(template)) => Node::new(place, Value::Template(template)),
            Err(problem) => {
                self.findings.push(problem);
                Node::new(place, Value::Text(text.into_owned()))
            }
        }
    }

    fn count(&mut self, nodes: usize, place: &Span) -> Result<(), Fatal> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(Diagnostic::error(
                place,
                format!("the file holds more than {MAX_NODES} values"),
            )
            .help("aliases count as often as they are used"));
        }
        Ok(())
    }
}

fn too_deep(place: &Span) -> Diagnostic {
    Diagnostic::error(
        place,
        format!("lists and maps are nested more than {MAX_DEPTH} levels deep"),
    )
}

/// The end of a block collection is where the next token starts, which may be
/// many lines below; the last child's end is what a person takes for it.
fn collection_span(start: &Span, last: Option<&Span>, end: &Span) -> Span {
    let closed_by_bracket = matches!(end.text(), "]" | "}");
    match last {
        Some(last) if !closed_by_bracket => start.to(last),
        _ => start.to(end),
    }
}

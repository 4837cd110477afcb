//! Writes an expression as PromQL again, in the form that Prometheus itself
//! gives it. Reading the result gives the same tree.

use alloc::string::String;
use core::fmt;

use super::expression::{
    Aggregate, Anchor, Binary, Cardinality, Expression, LabelChoice, Node, Selector, Shift, Sign,
};
use crate::telemetry::Millis;
use crate::telemetry::duration::write_duration;
use crate::telemetry::text::{ApiFloat, Quoted};

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Number(value) => ApiFloat(*value).fmt(f),
            Node::Text(text) => Quoted(text).fmt(f),
            Node::Selector(selector) => {
                write_selector(f, selector)?;
                write_shift(f, selector.shift)
            }
            Node::Range(selector, range) => {
                write_selector(f, selector)?;
                write!(f, "[{}]", write_duration(*range))?;
                write_shift(f, selector.shift)
            }
            Node::Subquery(subquery) => {
                let range = write_duration(subquery.range);
                let step = subquery.step.map(write_duration).unwrap_or_default();
                write!(f, "{}[{range}:{step}]", subquery.expression)?;
                write_shift(f, subquery.shift)
            }
            Node::Paren(inner) => write!(f, "({inner})"),
            Node::Unary(Sign::Plus, inner) => write!(f, "+{inner}"),
            Node::Unary(Sign::Minus, inner) => write!(f, "-{inner}"),
            Node::Binary(binary) => write_binary(f, binary),
            Node::Call(function, arguments) => {
                f.write_str(function.name)?;
                write_list(f, arguments)
            }
            Node::Aggregate(aggregate) => write_aggregate(f, aggregate),
        }
    }
}

fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    f.write_str("(")?;
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(")")
}

fn write_selector(f: &mut fmt::Formatter<'_>, selector: &Selector) -> fmt::Result {
    if let Some(name) = &selector.name {
        f.write_str(name)?;
        if selector.matchers.is_empty() {
            return Ok(());
        }
    }
    f.write_str("{")?;
    for (index, matcher) in selector.matchers.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(f, "{comma}{matcher}")?;
    }
    f.write_str("}")
}

fn write_shift(f: &mut fmt::Formatter<'_>, shift: Shift) -> fmt::Result {
    match shift.anchor {
        None => {}
        Some(Anchor::Start) => f.write_str(" @ start()")?,
        Some(Anchor::Finish) => f.write_str(" @ end()")?,
        Some(Anchor::Time(at)) => write!(f, " @ {}", seconds(at))?,
    }
    match shift.offset {
        0 => Ok(()),
        offset if offset < 0 => write!(f, " offset -{}", write_duration(-offset)),
        offset => write!(f, " offset {}", write_duration(offset)),
    }
}

/// Seconds with three decimals, exactly.
fn seconds(at: Millis) -> String {
    let sign = if at < 0 { "-" } else { "" };
    let size = at.unsigned_abs();
    alloc::format!("{sign}{}.{:03}", size / 1000, size % 1000)
}

fn write_binary(f: &mut fmt::Formatter<'_>, binary: &Binary) -> fmt::Result {
    write!(f, "{} {}", binary.left, binary.operator.symbol())?;
    if binary.returns_bool {
        f.write_str(" bool")?;
    }
    let matching = &binary.matching;
    match &matching.labels {
        LabelChoice::Only(names) => {
            f.write_str(" on ")?;
            write_list(f, names)?;
        }
        LabelChoice::Except(names)
            if !names.is_empty() || matching.cardinality != Cardinality::OneToOne =>
        {
            f.write_str(" ignoring ")?;
            write_list(f, names)?;
        }
        LabelChoice::Except(_) => {}
    }
    match matching.cardinality {
        Cardinality::OneToOne => {}
        Cardinality::ManyToOne => {
            f.write_str(" group_left ")?;
            write_list(f, &matching.include)?;
        }
        Cardinality::OneToMany => {
            f.write_str(" group_right ")?;
            write_list(f, &matching.include)?;
        }
    }
    write!(f, " {}", binary.right)
}

fn write_aggregate(f: &mut fmt::Formatter<'_>, aggregate: &Aggregate) -> fmt::Result {
    f.write_str(aggregate.aggregator.name())?;
    match &aggregate.grouping {
        LabelChoice::Only(names) if names.is_empty() => {}
        LabelChoice::Only(names) => {
            f.write_str(" by ")?;
            write_list(f, names)?;
            f.write_str(" ")?;
        }
        LabelChoice::Except(names) => {
            f.write_str(" without ")?;
            write_list(f, names)?;
            f.write_str(" ")?;
        }
    }
    match &aggregate.parameter {
        Some(parameter) => write!(f, "({parameter}, {})", aggregate.expression),
        None => write!(f, "({})", aggregate.expression),
    }
}

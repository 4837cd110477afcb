//! Expressions by chance, typed, from a seed: the same ones in every run.

/// Numbers by chance (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound that is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("the bound is small");
        usize::try_from(self.roll() % bound).expect("the number is small")
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

const METRICS: &[&str] = &[
    "instance_cpu_utilization_average",
    "net_in_bytes",
    "net_out_bytes",
    "sparse",
    "info",
    "req_bucket",
    "odd",
    "even",
    "missing",
];
const MATCHERS: &[&str] = &[
    "uuid=\"a\"",
    "uuid!=\"a\"",
    "uuid=~\"a|b|c\"",
    "uuid=~\"[b-d]\"",
    "uuid!~\"a.*\"",
    "dc=\"fra\"",
    "dc=\"\"",
    "dc!=\"\"",
    "dc=~\"f.+\"",
    "kind=~\".*\"",
    "kind!~\"x|y\"",
    "le=\"+Inf\"",
    "name=~\"(?i)VM-[a-c]\"",
    "other=\"\"",
];
const DURATIONS: &[&str] = &["45s", "1m", "150s", "5m", "17m", "1h", "1h30m"];
const NUMBERS: &[&str] = &[
    "0", "1", "2.5", "-3", "100", "1e3", "0.1", "Inf", "NaN", "7",
];
const RANGE_FUNCTIONS: &[&str] = &[
    "rate",
    "increase",
    "delta",
    "irate",
    "idelta",
    "deriv",
    "resets",
    "changes",
    "avg_over_time",
    "min_over_time",
    "max_over_time",
    "sum_over_time",
    "count_over_time",
    "last_over_time",
    "present_over_time",
    "absent_over_time",
    "stddev_over_time",
    "stdvar_over_time",
];
const VECTOR_FUNCTIONS: &[&str] = &[
    "abs",
    "ceil",
    "floor",
    "exp",
    "sqrt",
    "ln",
    "log2",
    "log10",
    "sgn",
    "round",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "deg",
    "rad",
    "absent",
    "sort",
    "sort_desc",
    "histogram_count",
    "histogram_sum",
];
const CALENDAR: &[&str] = &[
    "hour",
    "minute",
    "month",
    "year",
    "day_of_week",
    "day_of_month",
    "day_of_year",
    "days_in_month",
];
/// Aggregations of which the order of the elements changes the last digit.
pub(crate) const SUMS: &[&str] = &["sum", "avg", "stddev", "stdvar"];
const GROUPINGS: &[&str] = &[
    "",
    "",
    "by (uuid)",
    "by (dc)",
    "by (dc, kind)",
    "by (__name__)",
    "by ()",
    "without (uuid)",
    "without (dc, le)",
    "without ()",
    "by (nothing)",
];
const ARITHMETIC: &[&str] = &["+", "-", "*", "/", "%", "^", "atan2"];
const COMPARISONS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
const MATCHINGS: &[&str] = &[
    "",
    "",
    "on (uuid)",
    "on (uuid, dc)",
    "ignoring (dc)",
    "ignoring (name)",
    "on ()",
    "on (uuid) group_left",
    "on (uuid) group_left (name)",
    "on (uuid) group_right (dc)",
    "ignoring (name, dc) group_left (name)",
    "ignoring (le) group_right",
    "on (kind)",
];

/// An expression that Prometheus takes, of at most so many levels.
pub(crate) fn expression(dice: &mut Dice, levels: usize) -> String {
    match dice.below(12) {
        0 => scalar(dice, levels),
        1 => {
            let (sum, grouping) = (dice.pick(SUMS), dice.pick(GROUPINGS));
            format!("{sum} {grouping} ({})", vector(dice, levels))
        }
        _ => vector(dice, levels),
    }
}

fn vector(dice: &mut Dice, levels: usize) -> String {
    if levels == 0 {
        return selector(dice);
    }
    let below = levels - 1;
    match dice.below(16) {
        0 | 1 => selector(dice),
        2..=5 => over_time(dice, below),
        6 => {
            let function = dice.pick(VECTOR_FUNCTIONS);
            format!("{function}({})", vector(dice, below))
        }
        7 => format!("-{}", operand(dice, below)),
        8..=10 => aggregation(dice, below),
        11 | 12 => {
            let (left, right) = (operand(dice, below), operand(dice, below));
            let matching = dice.pick(MATCHINGS);
            format!("{left} {} {matching} {right}", operator(dice))
        }
        13 => {
            let number = scalar(dice, 0);
            let operand = operand(dice, below);
            match dice.below(2) {
                0 => format!("{operand} {} {number}", operator(dice)),
                _ => format!("{number} {} {operand}", operator(dice)),
            }
        }
        14 => {
            let (left, right) = (operand(dice, below), operand(dice, below));
            let matching = dice.pick(&["", "on (uuid)", "ignoring (dc)", "on ()"]);
            format!(
                "{left} {} {matching} {right}",
                dice.pick(&["and", "or", "unless"])
            )
        }
        _ => special(dice, below),
    }
}

/// An expression in parentheses, so that precedence does not change it.
fn operand(dice: &mut Dice, levels: usize) -> String {
    format!("({})", vector(dice, levels))
}

fn operator(dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => dice.pick(COMPARISONS).into(),
        1 => format!("{} bool", dice.pick(COMPARISONS)),
        _ => dice.pick(ARITHMETIC).into(),
    }
}

fn selector(dice: &mut Dice) -> String {
    let mut text = unshifted(dice);
    text.push_str(&shift(dice));
    text
}

fn unshifted(dice: &mut Dice) -> String {
    let matchers: Vec<&str> = (0..dice.below(3)).map(|_| dice.pick(MATCHERS)).collect();
    let matchers = matchers.join(",");
    match dice.below(12) {
        0 => format!("{{__name__=~\"net_.*\",{matchers}}}"),
        1 => format!("{{__name__=~\"even|odd\",{matchers}}}"),
        _ if matchers.is_empty() => dice.pick(METRICS).into(),
        _ => format!("{}{{{matchers}}}", dice.pick(METRICS)),
    }
}

fn shift(dice: &mut Dice) -> String {
    let offset = dice.pick(DURATIONS);
    match dice.below(10) {
        0 => format!(" offset {offset}"),
        1 => format!(" offset -{offset}"),
        2 => format!(" @ {}", crate::samples::START + 4321),
        3 => format!(" @ start() offset {offset}"),
        4 => " @ end()".into(),
        _ => String::new(),
    }
}

fn range(dice: &mut Dice, levels: usize) -> String {
    let range = dice.pick(DURATIONS);
    if levels > 0 && dice.below(6) == 0 {
        let step = dice.pick(&["", "1m", "90s", "7m"]);
        return format!(
            "({})[{range}:{step}]{}",
            vector(dice, levels - 1),
            shift(dice)
        );
    }
    format!("{}[{range}]{}", unshifted(dice), shift(dice))
}

fn over_time(dice: &mut Dice, levels: usize) -> String {
    let samples = range(dice, levels);
    match dice.below(12) {
        0 => format!("quantile_over_time({}, {samples})", scalar(dice, 0)),
        // In a range query after `@`, Prometheus 2.42 moves its interval along.
        1 if !samples.contains('@') => {
            format!("predict_linear({samples}, {})", scalar(dice, 0))
        }
        2 => format!("holt_winters({samples}, 0.3, 0.6)"),
        _ => format!("{}({samples})", dice.pick(RANGE_FUNCTIONS)),
    }
}

fn aggregation(dice: &mut Dice, levels: usize) -> String {
    let grouping = dice.pick(GROUPINGS);
    let number = dice.below(4);
    match dice.below(9) {
        0 => format!("topk {grouping} ({number}, {})", ordered(dice)),
        1 => format!("bottomk {grouping} ({number}, {})", ordered(dice)),
        2 => format!(
            "quantile {grouping} ({}, {})",
            dice.pick(&["0.5", "0.9", "1.1", "0"]),
            vector(dice, levels)
        ),
        3 => format!("count_values {grouping} (\"v\", {})", ordered(dice)),
        4 | 5 => {
            let aggregation = dice.pick(&["min", "max", "count", "group"]);
            format!("{aggregation} {grouping} ({})", vector(dice, levels))
        }
        _ => format!("{} {grouping} ({})", dice.pick(SUMS), ordered(dice)),
    }
}

/// A vector whose elements Prometheus has in a certain order. In range queries
/// those of operations have none, and sums and ties depend on it.
fn ordered(dice: &mut Dice) -> String {
    match dice.below(2) {
        0 => selector(dice),
        _ => over_time(dice, 0),
    }
}

fn special(dice: &mut Dice, levels: usize) -> String {
    let operand = vector(dice, levels);
    match dice.below(11) {
        // What is not a number has no date, which Go does not know.
        0 => format!("{}((({operand}) > -1e9) < 1e10)", dice.pick(CALENDAR)),
        // After `@`, Prometheus 2.42 finds no timestamps.
        9 => format!("timestamp({})", unshifted(dice)),
        10 => format!("vector({})", scalar(dice, levels)),
        1 => format!("clamp({operand}, {}, {})", scalar(dice, 0), scalar(dice, 0)),
        2 => format!("clamp_min({operand}, {})", scalar(dice, 0)),
        3 => format!("clamp_max({operand}, {})", scalar(dice, 0)),
        4 => format!("round({operand}, {})", scalar(dice, 0)),
        5 => format!(
            "histogram_quantile({}, rate(req_bucket[5m]))",
            dice.pick(&["0.5", "0.99", "-1"])
        ),
        6 => format!("label_replace({operand}, \"new\", \"<$1>\", \"uuid\", \"([a-c])\")"),
        7 => format!("label_join({operand}, \"new\", \"-\", \"uuid\", \"dc\")"),
        _ => format!("label_replace({operand}, \"dc\", \"$0\", \"kind\", \".*\")"),
    }
}

fn scalar(dice: &mut Dice, levels: usize) -> String {
    if levels == 0 {
        return dice.pick(NUMBERS).into();
    }
    let below = levels - 1;
    match dice.below(7) {
        0 => "time()".into(),
        1 => "pi()".into(),
        2 => format!("scalar({})", vector(dice, below)),
        3 => format!(
            "({}) {} ({})",
            scalar(dice, below),
            dice.pick(ARITHMETIC),
            scalar(dice, below)
        ),
        4 => format!(
            "({}) {} bool ({})",
            scalar(dice, below),
            dice.pick(COMPARISONS),
            scalar(dice, below)
        ),
        5 => format!("-({})", scalar(dice, below)),
        _ => dice.pick(NUMBERS).into(),
    }
}

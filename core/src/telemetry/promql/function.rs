//! The functions of Prometheus 2.42: their names and the types of their
//! arguments. What they compute is the business of `evaluate`.
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/>

use super::expression::Type;
use Type::{Matrix, Scalar, Text, Vector};

/// A function as the parser sees it.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) builtin: Builtin,
    pub(crate) arguments: &'static [Type],
    pub(crate) optional: Optional,
    pub(crate) returns: Type,
}

/// How many arguments may be left out or added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Optional {
    /// None.
    Exact,
    /// The last one may be left out.
    Last,
    /// The last one may be left out or repeated.
    Repeated,
}

impl Function {
    /// The function of this name. Names of functions have one case of letters.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        let index = FUNCTIONS
            .binary_search_by(|function| function.name.cmp(name))
            .ok()?;
        Some(&FUNCTIONS[index])
    }

    /// The type of the argument with this index.
    pub(crate) fn argument(&self, index: usize) -> Option<Type> {
        match self.arguments.get(index) {
            None if self.optional != Optional::Exact => self.arguments.last().copied(),
            argument => argument.copied(),
        }
    }
}

/// Which function it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin {
    Absent,
    AbsentOverTime,
    Calendar(Calendar),
    Clamp,
    ClampMax,
    ClampMin,
    HistogramQuantile,
    LabelJoin,
    LabelReplace,
    Math(Math),
    /// For samples that are histograms, which there are none of.
    NativeHistogram,
    OverTime(OverTime),
    Pi,
    Round,
    Scalar,
    Sort,
    SortDesc,
    Time,
    Timestamp,
    Vector,
}

/// A function of one float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Math {
    Abs,
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Ceil,
    Cos,
    Cosh,
    Deg,
    Exp,
    Floor,
    Ln,
    Log10,
    Log2,
    Rad,
    Sgn,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
}

/// A part of a date in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calendar {
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    DaysInMonth,
    Hour,
    Minute,
    Month,
    Year,
}

/// A function of the samples of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OverTime {
    Avg,
    Changes,
    Count,
    Delta,
    Deriv,
    HoltWinters,
    Idelta,
    Increase,
    Irate,
    Last,
    Max,
    Min,
    PredictLinear,
    Present,
    Quantile,
    Rate,
    Resets,
    Stddev,
    Stdvar,
    Sum,
}

const fn exact(
    name: &'static str,
    builtin: Builtin,
    arguments: &'static [Type],
    returns: Type,
) -> Function {
    Function {
        name,
        builtin,
        arguments,
        optional: Optional::Exact,
        returns,
    }
}

const fn math(name: &'static str, math: Math) -> Function {
    exact(name, Builtin::Math(math), &[Vector], Vector)
}

const fn over_time(name: &'static str, function: OverTime) -> Function {
    exact(name, Builtin::OverTime(function), &[Matrix], Vector)
}

const fn calendar(name: &'static str, part: Calendar) -> Function {
    Function {
        optional: Optional::Last,
        ..exact(name, Builtin::Calendar(part), &[Vector], Vector)
    }
}

/// All functions, sorted by name.
static FUNCTIONS: [Function; 70] = [
    math("abs", Math::Abs),
    exact("absent", Builtin::Absent, &[Vector], Vector),
    exact(
        "absent_over_time",
        Builtin::AbsentOverTime,
        &[Matrix],
        Vector,
    ),
    math("acos", Math::Acos),
    math("acosh", Math::Acosh),
    math("asin", Math::Asin),
    math("asinh", Math::Asinh),
    math("atan", Math::Atan),
    math("atanh", Math::Atanh),
    over_time("avg_over_time", OverTime::Avg),
    math("ceil", Math::Ceil),
    over_time("changes", OverTime::Changes),
    exact("clamp", Builtin::Clamp, &[Vector, Scalar, Scalar], Vector),
    exact("clamp_max", Builtin::ClampMax, &[Vector, Scalar], Vector),
    exact("clamp_min", Builtin::ClampMin, &[Vector, Scalar], Vector),
    math("cos", Math::Cos),
    math("cosh", Math::Cosh),
    over_time("count_over_time", OverTime::Count),
    calendar("day_of_month", Calendar::DayOfMonth),
    calendar("day_of_week", Calendar::DayOfWeek),
    calendar("day_of_year", Calendar::DayOfYear),
    calendar("days_in_month", Calendar::DaysInMonth),
    math("deg", Math::Deg),
    over_time("delta", OverTime::Delta),
    over_time("deriv", OverTime::Deriv),
    math("exp", Math::Exp),
    math("floor", Math::Floor),
    exact(
        "histogram_count",
        Builtin::NativeHistogram,
        &[Vector],
        Vector,
    ),
    exact(
        "histogram_fraction",
        Builtin::NativeHistogram,
        &[Scalar, Scalar, Vector],
        Vector,
    ),
    exact(
        "histogram_quantile",
        Builtin::HistogramQuantile,
        &[Scalar, Vector],
        Vector,
    ),
    exact("histogram_sum", Builtin::NativeHistogram, &[Vector], Vector),
    exact(
        "holt_winters",
        Builtin::OverTime(OverTime::HoltWinters),
        &[Matrix, Scalar, Scalar],
        Vector,
    ),
    calendar("hour", Calendar::Hour),
    over_time("idelta", OverTime::Idelta),
    over_time("increase", OverTime::Increase),
    over_time("irate", OverTime::Irate),
    Function {
        optional: Optional::Repeated,
        ..exact(
            "label_join",
            Builtin::LabelJoin,
            &[Vector, Text, Text, Text],
            Vector,
        )
    },
    exact(
        "label_replace",
        Builtin::LabelReplace,
        &[Vector, Text, Text, Text, Text],
        Vector,
    ),
    over_time("last_over_time", OverTime::Last),
    math("ln", Math::Ln),
    math("log10", Math::Log10),
    math("log2", Math::Log2),
    over_time("max_over_time", OverTime::Max),
    over_time("min_over_time", OverTime::Min),
    calendar("minute", Calendar::Minute),
    calendar("month", Calendar::Month),
    exact("pi", Builtin::Pi, &[], Scalar),
    exact(
        "predict_linear",
        Builtin::OverTime(OverTime::PredictLinear),
        &[Matrix, Scalar],
        Vector,
    ),
    over_time("present_over_time", OverTime::Present),
    exact(
        "quantile_over_time",
        Builtin::OverTime(OverTime::Quantile),
        &[Scalar, Matrix],
        Vector,
    ),
    math("rad", Math::Rad),
    over_time("rate", OverTime::Rate),
    over_time("resets", OverTime::Resets),
    Function {
        optional: Optional::Last,
        ..exact("round", Builtin::Round, &[Vector, Scalar], Vector)
    },
    exact("scalar", Builtin::Scalar, &[Vector], Scalar),
    math("sgn", Math::Sgn),
    math("sin", Math::Sin),
    math("sinh", Math::Sinh),
    exact("sort", Builtin::Sort, &[Vector], Vector),
    exact("sort_desc", Builtin::SortDesc, &[Vector], Vector),
    math("sqrt", Math::Sqrt),
    over_time("stddev_over_time", OverTime::Stddev),
    over_time("stdvar_over_time", OverTime::Stdvar),
    over_time("sum_over_time", OverTime::Sum),
    math("tan", Math::Tan),
    math("tanh", Math::Tanh),
    exact("time", Builtin::Time, &[], Scalar),
    exact("timestamp", Builtin::Timestamp, &[Vector], Vector),
    exact("vector", Builtin::Vector, &[Scalar], Vector),
    calendar("year", Calendar::Year),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_sorted_so_that_each_is_found() {
        assert!(FUNCTIONS.is_sorted_by(|one, next| one.name < next.name));
        for function in &FUNCTIONS {
            let found = Function::named(function.name).map(|found| found.builtin);
            assert_eq!(found, Some(function.builtin));
        }
        assert!(Function::named("RATE").is_none() && Function::named("").is_none());
    }
}

//! The tables that divan prints, read back. Only the median is taken: one
//! disturbance moves the mean and both ends, not the median.
//! <https://docs.rs/divan>

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// The names from the benchmark's file down to the argument.
    pub(super) path: Vec<String>,
    /// In nanoseconds.
    pub(super) median: f64,
}

/// What has been read so far.
#[derive(Debug, Default)]
pub(super) struct Table {
    open: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    /// Takes a line of output; lines that belong to no table change nothing.
    pub(super) fn add(&mut self, line: &str) {
        let (depth, text) = unbranch(line);
        let cells: Vec<&str> = text.split('│').map(str::trim).collect();
        // Name and fastest, slowest, median, mean, samples, iterations.
        let [first, _, median, _, _, _] = cells.as_slice() else {
            return;
        };
        let name = first.split("  ").next().unwrap_or_default().to_owned();
        self.open.truncate(depth);
        self.open.push(name);
        if let Some(median) = nanoseconds(median) {
            let path = self.open.clone();
            self.rows.push(Row { path, median });
        }
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Strips the branches in front of a name and counts them.
fn unbranch(line: &str) -> (usize, &str) {
    let mut depth = 0;
    let mut rest = line;
    while let Some(inner) = ["│  ", "   ", "├─ ", "╰─ "]
        .iter()
        .find_map(|branch| rest.strip_prefix(branch))
    {
        depth += 1;
        rest = inner;
    }
    (depth, rest)
}

fn nanoseconds(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let scale = match unit {
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * scale)
}

#[cfg(test)]
mod tests {
    use super::Table;

    const PRINTED: &str = "\
     Running benches/token.rs (target/release/deps/token-77c0)
Timer precision: 20 ns
token                  fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ inspect             3.384 µs      │ 32 µs         │ 3.88 µs       │ 4.158 µs      │ 100     │ 100
├─ mint                              │               │               │               │         │
│  ├─ ES256            163.7 µs      │ 8.253 ms      │ 1.751 ms      │ 338.9 µs      │ 100     │ 100
│  ╰─ HS256            1.731 µs      │ 5.497 µs      │ 20 ns         │ 2.066 µs      │ 100     │ 100
╰─ verify                            │               │               │               │         │
   ╰─ RS256            250.8 µs      │ 4.401 ms      │ 1.5 s         │ 547.4 µs      │ 94      │ 94
";

    #[test]
    fn medians_are_read_with_their_paths() {
        let mut table = Table::default();
        PRINTED.lines().for_each(|line| table.add(line));
        let rows: Vec<(String, f64)> = table
            .rows()
            .iter()
            .map(|row| (row.path.join("/"), row.median.round()))
            .collect();
        assert_eq!(
            rows,
            [
                ("token/inspect".to_owned(), 3880.0),
                ("token/mint/ES256".to_owned(), 1_751_000.0),
                ("token/mint/HS256".to_owned(), 20.0),
                ("token/verify/RS256".to_owned(), 1_500_000_000.0),
            ]
        );
    }

    #[test]
    fn other_output_is_no_table() {
        let mut table = Table::default();
        table.add("test result: ok. 3 passed");
        table.add("a │ b");
        assert!(table.rows().is_empty());
    }
}

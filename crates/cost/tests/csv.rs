//! Files as people have them: a clear error or a stated treatment, never a silently wrong figure.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::fmt::Write as _;
use std::io::Read;

use afterhours_cost::csv::{Absent, Duplicates, Error, Table, Treatment, read};
use afterhours_cost::{Day, Observation};
use jiff::civil::date;
use proptest::prelude::{any, prop, prop_assert, proptest};

fn of(text: &str) -> Table {
    read(text.as_bytes(), &Treatment::default()).unwrap()
}

fn error(text: &str) -> String {
    let error = read(text.as_bytes(), &Treatment::default()).unwrap_err();
    error.to_string()
}

fn day(dom: i8) -> Day {
    Day::of(date(2024, 1, dom))
}

#[test]
fn columns_may_come_in_any_order_and_case() {
    let table = of("Cost,Currency,KEY,Date\n1.5,USD,a,2024-01-01\n2,USD,a,2024-01-02\n");
    assert_eq!(table.currency.as_deref(), Some("USD"));
    assert_eq!(table.series[0].cost(day(1)), Some(1.5));
    assert_eq!(table.series[0].cost(day(2)), Some(2.0));
    assert!(table.warnings.is_empty(), "{:?}", table.warnings);
}

#[test]
fn rows_may_come_in_any_order() {
    let table = of(
        "date,key,cost\n2024-01-03,b,3\n2024-01-01,a,1\n2024-01-01,b,9\n2024-01-02T00:00:00Z,b,2\n2024-01-02,a,4\n2024-01-03,a,5\n",
    );
    let keys: Vec<&str> = table
        .series
        .iter()
        .map(afterhours_cost::Series::key)
        .collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(table.series[1].cost(day(1)), Some(9.0));
    assert_eq!(table.series[1].cost(day(2)), Some(2.0));
    assert!(table.warnings.is_empty(), "{:?}", table.warnings);
}

#[test]
fn a_missing_day_is_missing_and_said() {
    let text = "date,key,cost\n2024-01-01,a,1\n2024-01-01,b,1\n2024-01-02,b,1\n2024-01-03,a,1\n2024-01-03,b,1\n";
    let table = of(text);
    assert_eq!(table.series[0].get(day(2)), Observation::Missing);
    assert!(table.warnings[0].incomplete && table.warnings[0].message.contains("not as 0"));
    let zero = Treatment {
        absent: Absent::Zero,
        ..Treatment::default()
    };
    let table = read(text.as_bytes(), &zero).unwrap();
    assert_eq!(table.series[0].cost(day(2)), Some(0.0));
    assert!(!table.warnings[0].incomplete && table.warnings[0].message.contains("as 0"));
}

#[test]
fn a_key_that_ends_early_is_said() {
    let table =
        of("date,key,cost\n2024-01-01,a,1\n2024-01-01,b,1\n2024-01-02,b,1\n2024-01-03,b,1\n");
    assert_eq!(table.series[0].end(), table.series[1].end());
    assert_eq!(table.warnings[0].key.as_deref(), Some("a"));
    assert!(
        table.warnings[0]
            .message
            .contains("the last row is of 2024-01-01")
    );
}

#[test]
fn duplicates_are_treated_as_stated() {
    let text = "date,key,cost\n2024-01-01,a,1\n2024-01-01,a,1\n2024-01-02,a,2\n2024-01-02,a,3\n2024-01-03,a,4\n";
    let table = of(text);
    assert_eq!(table.series[0].cost(day(1)), Some(1.0));
    assert_eq!(table.series[0].get(day(2)), Observation::Missing);
    let said: Vec<&str> = table
        .warnings
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert!(said[0].starts_with("1 row (line 3)"), "{said:?}");
    assert!(
        said[1].starts_with("1 row (line 5)") && table.warnings[1].incomplete,
        "{said:?}"
    );
    let treated = |duplicates| {
        let treatment = Treatment {
            duplicates,
            ..Treatment::default()
        };
        let table = read(text.as_bytes(), &treatment).unwrap();
        assert!(!table.warnings.is_empty());
        (table.series[0].cost(day(1)), table.series[0].cost(day(2)))
    };
    assert_eq!(treated(Duplicates::Sum), (Some(2.0), Some(5.0)));
    assert_eq!(treated(Duplicates::Last), (Some(1.0), Some(3.0)));
}

#[test]
fn three_rows_that_contradict_each_other_stay_missing() {
    let table = of(
        "date,key,cost\n2024-01-01,a,1\n2024-01-02,a,2\n2024-01-02,a,3\n2024-01-02,a,2\n2024-01-03,a,1\n",
    );
    assert_eq!(table.series[0].get(day(2)), Observation::Missing);
}

#[test]
fn figures_that_are_none_are_missing_and_said() {
    for nothing in ["", "NaN", "inf", "-Infinity", "null"] {
        let table = of(&format!(
            "date,key,cost\n2024-01-01,a,1\n2024-01-02,a,{nothing}\n2024-01-03,a,1\n"
        ));
        assert_eq!(
            table.series[0].get(day(2)),
            Observation::Missing,
            "{nothing:?}"
        );
        assert!(table.warnings[0].incomplete && table.warnings[0].message.contains("line 3"));
    }
}

#[test]
fn credits_are_kept_and_said() {
    let table = of("date,key,cost\n2024-01-01,a,1\n2024-01-02,a,-50.25\n");
    assert_eq!(table.series[0].cost(day(2)), Some(-50.25));
    assert!(table.warnings[0].code == "negative" && table.warnings[0].message.contains("line 3"));
}

#[test]
fn two_currencies_are_refused() {
    let text = "date,key,cost,currency\n2024-01-01,a,1,USD\n2024-01-01,b,1,EUR\n";
    assert_eq!(
        error(text),
        "line 3: `currency` is \"EUR\" after \"USD\", accepted: one currency per file"
    );
    assert!(error("date,key,cost,currency\n2024-01-01,a,1,\n").contains("ISO 4217"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_header() {
    assert_eq!(
        of("\u{feff}date,key,cost\n2024-01-01,a,1\n").series.len(),
        1
    );
    assert_eq!(
        of("\u{feff}\"date\",key,cost\r\n2024-01-01,a,1\r\n")
            .series
            .len(),
        1
    );
}

#[test]
fn other_separators_and_encodings_are_named() {
    assert!(error("date;key;cost\n2024-01-01;a;1\n").contains("semicolons"));
    assert!(error("date\tkey\tcost\n").contains("tabs"));
    let utf16: Vec<u8> = "date,key,cost\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(read(utf16.as_slice(), &Treatment::default()).is_err());
}

#[test]
fn values_that_cannot_be_understood_are_named_with_their_line() {
    for (row, part) in [
        ("01/02/2024,a,1", "line 2: `date` is \"01/02/2024\""),
        ("2024-02-30,a,1", "line 2: `date` is \"2024-02-30\""),
        ("2024-01-01T13:00:00Z,a,1", "line 2: `date`"),
        ("1024-01-01,a,1", "1970 to 2199"),
        ("2024-01-01,,1", "line 2: `key` is \"\""),
        ("2024-01-01,a,\"1,5\"", "line 2: `cost` is \"1,5\""),
        ("2024-01-01,a,$5", "line 2: `cost` is \"$5\""),
        ("2024-01-01,a,1e300", "line 2: `cost` is \"1e300\""),
    ] {
        let error = error(&format!("date,key,cost\n{row}\n"));
        assert!(
            error.contains(part) && error.contains("accepted: "),
            "{error}"
        );
    }
}

#[test]
fn headers_and_shapes_that_are_wrong_are_named() {
    assert!(error("").contains("empty"));
    assert!(error("date,key,cost\n").contains("empty"));
    assert!(error("date,key\n2024-01-01,a\n").contains("column `cost`"));
    assert!(error("date,key,cost,cost\n").contains("twice"));
    let ragged = read(
        "date,key,cost\n2024-01-01,a\n".as_bytes(),
        &Treatment::default(),
    );
    assert!(matches!(ragged, Err(Error::Form(_))));
    let ignored = of("date,key,cost,owner\n2024-01-01,a,1,ops\n");
    assert!(ignored.warnings[0].message.contains("owner"));
}

#[test]
fn one_stray_date_does_not_blow_up_the_table() {
    let error = error("date,key,cost\n2024-01-01,a,1\n1999-01-01,b,1\n");
    assert!(
        error.contains("1999-01-01") && error.contains("3660 days"),
        "{error}"
    );
}

/// Rows made while they are read, so that the file is never held.
struct Rows {
    next: u32,
    of: u32,
    buffer: Vec<u8>,
}

impl Read for Rows {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.buffer.len() < into.len() && self.next < self.of {
            let (row, key) = (self.next / 2000, self.next % 2000);
            let day = Day::of(date(2022, 1, 1)).plus(i32::try_from(row).unwrap());
            self.buffer
                .extend(format!("{day},account-{key},{key}.5\n").bytes());
            self.next += 1;
        }
        let count = into.len().min(self.buffer.len());
        into[..count].copy_from_slice(&self.buffer[..count]);
        self.buffer.drain(..count);
        Ok(count)
    }
}

#[test]
fn two_million_rows_give_every_figure() {
    let rows = Rows {
        next: 0,
        of: 2_000_000,
        buffer: b"date,key,cost\n".to_vec(),
    };
    let table = read(rows, &Treatment::default()).unwrap();
    assert_eq!((table.rows, table.series.len()), (2_000_000, 2000));
    assert!(table.warnings.is_empty());
    assert!(
        table
            .series
            .iter()
            .all(|one| one.len() == 1000 && one.missing() == 0)
    );
    let seven = table
        .series
        .iter()
        .find(|one| one.key() == "account-7")
        .unwrap();
    assert_eq!(seven.cost(Day::of(date(2024, 9, 26))), Some(7.5));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"date,key,cost\n2024-01-01,a,1\n".to_vec();
        file.extend(&bytes);
        drop(read(bytes.as_slice(), &Treatment::default()));
        drop(read(file.as_slice(), &Treatment::default()));
    }

    #[test]
    fn what_is_read_sums_up_to_what_was_written(
        cells in prop::collection::btree_map((0..40_i32, 0..5_u8), 0..100_000_u32, 1..80),
    ) {
        let mut file = "date,key,cost\n".to_owned();
        for ((at, key), cents) in &cells {
            let (whole, rest) = (cents / 100, cents % 100);
            writeln!(file, "{},k{key},{whole}.{rest:02}", day(1).plus(*at)).unwrap();
        }
        let table = of(&file);
        let wanted: f64 = cells.values().map(|cents| f64::from(*cents) / 100.0).sum();
        let found: f64 = table
            .series
            .iter()
            .flat_map(|one| (0..40).filter_map(|at| one.cost(day(1).plus(at))))
            .sum();
        prop_assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    }
}

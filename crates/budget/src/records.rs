//! Record types on the bill: usage, and what comes by the calendar or by hand.

use std::collections::BTreeMap;

use afterhours_cost::Day;
use afterhours_cost::series::levels;
use afterhours_ports::{RecordKind, Slice};
use jiff::civil::Date;
use serde::Serialize;

use crate::history::{History, Metric};

/// What a value of `RECORD_TYPE` is. What is not known counts as usage: it is looked at and not left out.
pub fn kind_of(record_type: &str) -> RecordKind {
    match record_type {
        "Credit" => RecordKind::Credit,
        "Refund" => RecordKind::Refund,
        "Tax" => RecordKind::Tax,
        "Support" => RecordKind::Support,
        "Upfront" | "SavingsPlanUpfrontFee" => RecordKind::Upfront,
        "Recurring" | "RIFee" | "SavingsPlanRecurringFee" => RecordKind::Recurring,
        "Fee" => RecordKind::OtherFee,
        text if text.contains("Discount") && text != "DiscountedUsage" => RecordKind::Discount,
        _ => RecordKind::Usage,
    }
}

/// What a kind of record came to in a month so far, unblended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordLine {
    /// The kind.
    pub kind: RecordKind,
    /// Money in the month of the scan, as far as it was delivered.
    pub this_month: f64,
    /// Money in the month before.
    pub last_month: f64,
}

/// The bill of this month and the last one by kind of record.
pub(crate) fn by_kind(history: &History, today: Date) -> Vec<RecordLine> {
    let name = |key: &str| {
        Some(
            kind_of(levels(key).next().unwrap_or_default())
                .as_str()
                .to_owned(),
        )
    };
    let slice = Slice::RecordTypeService;
    let series: BTreeMap<String, _> = history
        .series_where(slice, Metric::Unblended, name)
        .into_iter()
        .map(|one| (one.key().to_owned(), one))
        .collect();
    let this = Day::of(today).first_of_month();
    let last = this.plus(-1).first_of_month();
    let kinds = [
        RecordKind::Usage,
        RecordKind::Credit,
        RecordKind::Refund,
        RecordKind::Tax,
        RecordKind::Support,
        RecordKind::Upfront,
        RecordKind::Recurring,
        RecordKind::Discount,
        RecordKind::OtherFee,
    ];
    kinds
        .into_iter()
        .filter_map(|kind| {
            let one = series.get(kind.as_str())?;
            let sum = |from: Day, until: Day| {
                (0..until.since(from))
                    .filter_map(|at| one.cost(from.plus(i32::try_from(at).ok()?)))
                    .sum()
            };
            Some(RecordLine {
                kind,
                this_month: sum(this, this.first_of_next_month()),
                last_month: sum(last, this),
            })
        })
        .collect()
}

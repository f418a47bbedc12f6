//! The examples of the level semantics, under their ids.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::schedule::{Calendar, Schedule, State, Zone};
use jiff::Timestamp;

fn calendar(schedule: &str, zone: &str) -> Calendar {
    Schedule::parse(schedule)
        .unwrap()
        .calendar(&Zone::parse(zone).unwrap())
}

fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

macro_rules! examples {
    ($($name:ident: $schedule:literal, $zone:literal, $instant:literal => $state:ident;)*) => {
        $(
            #[test]
            fn $name() {
                assert_eq!(calendar($schedule, $zone).state(at($instant)), State::$state);
            }
        )*
    };
}

examples! {
    n01_asleep_in_the_second_before_opening: "Mon-Fri 08:00-18:00", "Europe/Berlin", "2026-03-27T06:59:59Z" => Asleep;
    n02_the_opening_instant_is_inclusive: "Mon-Fri 08:00-18:00", "Europe/Berlin", "2026-03-27T07:00:00Z" => Awake;
    n03_awake_in_the_last_second: "Mon-Fri 08:00-18:00", "Europe/Berlin", "2026-03-27T16:59:59Z" => Awake;
    n03_awake_in_the_last_nanosecond: "Mon-Fri 08:00-18:00", "Europe/Berlin", "2026-03-27T16:59:59.999999999Z" => Awake;
    n04_the_closing_instant_is_exclusive: "Mon-Fri 08:00-18:00", "Europe/Berlin", "2026-03-27T17:00:00Z" => Asleep;
    n05_asleep_on_saturday: "Mon-Fri 08:00-18:00", "Europe/Berlin", "2026-03-28T12:00:00Z" => Asleep;
    n13_opening_on_the_monday_after_the_change: "Mon-Fri 08:00-18:00", "America/New_York", "2026-03-09T12:00:00Z" => Awake;
    n15_half_hour_zone: "Mon-Fri 08:00-18:00", "Asia/Kolkata", "2026-03-30T02:29:59Z" => Asleep;
    n15_half_hour_zone_opens: "Mon-Fri 08:00-18:00", "Asia/Kolkata", "2026-03-30T02:30:00Z" => Awake;
    n24_touching_windows_leave_no_gap: "Mon-Fri 08:00-12:00,12:00-18:00", "Europe/Berlin", "2026-03-27T11:00:00Z" => Awake;
    n28_overnight_on_friday_evening: "Mon-Fri 22:00-06:00", "UTC", "2026-03-27T23:00:00Z" => Awake;
    n28_overnight_reaches_into_saturday: "Mon-Fri 22:00-06:00", "UTC", "2026-03-28T05:59:59Z" => Awake;
    n31_monday_morning_belongs_to_sunday: "Mon-Fri 22:00-06:00", "UTC", "2026-03-23T05:00:00Z" => Asleep;
    n36_before_a_window_inside_the_gap: "Sun 02:00-03:00", "America/New_York", "2026-03-08T06:59:59Z" => Asleep;
    n36_a_window_inside_the_gap_never_opens: "Sun 02:00-03:00", "America/New_York", "2026-03-08T07:00:00Z" => Asleep;
    n39_a_begin_in_the_gap_opens_at_its_end: "Sun 02:30-05:00", "America/New_York", "2026-03-08T07:00:00Z" => Awake;
    n41_an_end_in_the_gap_closes_at_its_end: "Sun 00:00-02:30", "America/New_York", "2026-03-08T07:00:00Z" => Asleep;
    n41_awake_until_the_gap: "Sun 00:00-02:30", "America/New_York", "2026-03-08T06:59:59Z" => Awake;
    n43_a_begin_in_the_fold_opens_at_its_first_occurrence: "Sun 01:30-04:00", "America/New_York", "2026-11-01T05:30:00Z" => Awake;
    n43_and_does_not_close_before_the_second: "Sun 01:30-04:00", "America/New_York", "2026-11-01T06:15:00Z" => Awake;
    n47_an_end_in_the_fold_closes_at_its_first_occurrence: "Sun 00:00-01:30", "America/New_York", "2026-11-01T05:30:00Z" => Asleep;
    n47_and_does_not_open_again: "Sun 00:00-01:30", "America/New_York", "2026-11-01T06:15:00Z" => Asleep;
    n59_skip_date: "Mon-Fri 08:00-18:00; skip 2026-12-25", "Europe/Berlin", "2026-12-25T09:00:00Z" => Asleep;
    n60_a_skip_date_is_local: "Mon-Fri 08:00-18:00; skip 2026-12-25", "Pacific/Auckland", "2026-12-24T20:00:00Z" => Asleep;
    n62_a_window_that_began_before_the_skip_date_keeps_its_tail: "Mon-Fri 22:00-06:00; skip 2026-12-25", "UTC", "2026-12-25T03:00:00Z" => Awake;
    n62_nothing_begins_on_the_skip_date: "Mon-Fri 22:00-06:00; skip 2026-12-25", "UTC", "2026-12-25T23:00:00Z" => Asleep;

    wrapping_range_includes_sunday: "Fri-Mon 08:00-18:00", "UTC", "2026-03-29T12:00:00Z" => Awake;
    wrapping_range_leaves_out_tuesday: "Fri-Mon 08:00-18:00", "UTC", "2026-03-24T12:00:00Z" => Asleep;
    day_list: "Sun,Wed 08:00-18:00", "UTC", "2026-03-25T12:00:00Z" => Awake;
    day_list_leaves_out_the_others: "Sun,Wed 08:00-18:00", "UTC", "2026-03-26T12:00:00Z" => Asleep;
    whole_days_meet_at_midnight: "Mon-Sun 00:00-24:00", "Europe/Berlin", "2026-03-26T23:00:00Z" => Awake;
    clauses_are_unioned: "Mon-Fri 08:00-18:00; Fri 17:00-20:00", "UTC", "2026-03-27T19:00:00Z" => Awake;
    always: "always", "UTC", "2026-03-29T12:00:00Z" => Awake;
    never: "never", "UTC", "2026-03-27T12:00:00Z" => Asleep;
    always_with_a_zone: "always; tz Europe/Berlin", "UTC", "2026-03-29T12:00:00Z" => Awake;
    open_beats_skip: "Mon-Fri 08:00-18:00; skip 2026-12-24..2027-01-01; open 2026-12-27 10:00-16:00", "UTC", "2026-12-27T12:00:00Z" => Awake;
    open_beats_skip_in_any_order: "open 2026-12-27 10:00-16:00; skip 2026-12-24..2027-01-01; Mon-Fri 08:00-18:00", "UTC", "2026-12-27T12:00:00Z" => Awake;
    open_ends: "skip 2026-12-24..2027-01-01; open 2026-12-27 10:00-16:00", "UTC", "2026-12-27T16:00:00Z" => Asleep;
    open_replaces_the_windows_of_its_date: "Mon-Fri 08:00-18:00; open 2026-12-23 10:00-12:00", "UTC", "2026-12-23T15:00:00Z" => Asleep;
    open_keeps_the_tail_of_the_day_before: "Mon-Fri 22:00-06:00; open 2026-12-23 10:00-12:00", "UTC", "2026-12-23T05:00:00Z" => Awake;
    overnight_open: "Mon 08:00-09:00; open 2026-12-27 20:00-04:00", "UTC", "2026-12-28T03:59:59Z" => Awake;
    skip_beats_windows_to_its_last_date: "Mon-Fri 08:00-18:00; skip 2026-12-24..2027-01-01", "UTC", "2027-01-01T12:00:00Z" => Asleep;
    skip_ends_after_its_last_date: "Mon-Fri 08:00-18:00; skip 2026-12-24..2027-01-01", "UTC", "2027-01-04T12:00:00Z" => Awake;
    the_tz_clause_beats_the_default_zone: "Mon-Fri 08:00-18:00; tz Europe/Berlin", "America/New_York", "2026-03-27T07:00:00Z" => Awake;
    a_fold_over_midnight_opens_tomorrow_only_once: "Sun 00:00-01:00", "America/St_Johns", "2006-10-29T02:31:00Z" => Awake;
    a_date_that_a_zone_skipped: "Fri 08:00-18:00", "Pacific/Apia", "2011-12-30T12:00:00Z" => Asleep;
}

//! CPU time and memory of a scan of 5,000 series of 400 days: `cargo run --release -p afterhours-backtest --example cpu`.
//!
//! The series have weekdays, growth, noise, monthly fees and a few events; all days are scored, months are forecast, and
//! the threshold is calibrated. CPU time is that of the process, so other work on the machine does not count.

use std::io::Write as _;

use afterhours_backtest::random::Random;
use afterhours_cost::{Day, Series, Settings, detect};
use jiff::civil::date;
use nix::sys::resource::{UsageWho, getrusage};

const SERIES: usize = 5_000;
const DAYS: i32 = 400;

fn series(number: usize, random: &mut Random) -> Series {
    let size = 10.0 * (1.0 + 99.0 * random.unit());
    let weekend = 0.6 + 0.4 * random.unit();
    let start = Day::of(date(2025, 1, 1));
    let step = (random.below(10) == 0).then(|| 200 + random.below(150));
    let days = (0..DAYS).map(|at| {
        let day = start.plus(at);
        let mut cost = size * (1.0 + 0.001 * f64::from(at));
        if day.number() % 7 < 2 {
            cost *= weekend;
        }
        if day.civil().2 == 1 && number.is_multiple_of(4) {
            cost += 3.0 * size;
        }
        if step.is_some_and(|from| usize::try_from(at).is_ok_and(|at| at >= from)) {
            cost *= 1.8;
        }
        Some(cost * (1.0 + 0.1 * (random.unit() - 0.5)))
    });
    let key = format!(
        "{:012}/service-{}/usage-{number}",
        number % 20,
        number % 200
    );
    Series::new(&key, start, days)
}

fn cpu_seconds() -> nix::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = |time: nix::sys::time::TimeVal| {
        use nix::sys::time::TimeValLike as _;
        std::time::Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0))
            .as_secs_f64()
    };
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut random = Random::new(1);
    let all: Vec<Series> = (0..SERIES)
        .map(|number| series(number, &mut random))
        .collect();
    let settings = Settings {
        alerts_per_month: Some(10.0),
        ..Settings::default()
    };
    let today = Day::of(date(2025, 1, 1)).plus(DAYS).date();
    let before = cpu_seconds()?;
    let scan = detect(&all, &settings, today);
    let took = cpu_seconds()? - before;
    let most = getrusage(UsageWho::RUSAGE_SELF)?.max_rss();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{SERIES} series of {DAYS} days: {took:.2} s of CPU, {} MB at most, {} anomalies, {} forecasts",
        most / 1024,
        scan.anomalies.len(),
        scan.forecast.len()
    )?;
    Ok(())
}

//! A bill in memory that grows late, a bucket, and a topic.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use afterhours_budget::{BudgetError, Outside, Report, Subject, Told, scan};
use afterhours_core::alert::{Envelope, Scope};
use afterhours_core::config::Budget;
use afterhours_core::memory::ScopeDocument;
use afterhours_ports::{
    AwsBudget, Budgets, CostDay, CostGroup, CostPage, CostQuery, Costs, ErrorClass, PortError,
    PortResult, Precondition, Publisher, PutOutcome, REQUEST_CAP, Slice, Store, Stored,
};
use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

pub(crate) const SAGEMAKER: &str = "Amazon SageMaker";
pub(crate) const HOST: &str = "EUC1-Host:ml.g5.xlarge";

/// A line of the bill.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) account: &'static str,
    pub(crate) service: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) record: &'static str,
    pub(crate) cost: f64,
}

pub(crate) fn line(service: &'static str, usage: &'static str, cost: f64) -> Line {
    Line {
        account: "111111111111",
        service,
        usage,
        record: "Usage",
        cost,
    }
}

/// What of a final cost is there so many days after its day.
type Lag = fn(i32) -> f64;

#[derive(Clone)]
pub(crate) struct World {
    /// The lines of a day, when it is final.
    pub(crate) bill: Arc<dyn Fn(Date) -> Vec<Line> + Send + Sync>,
    pub(crate) lag: Lag,
    pub(crate) currency: &'static str,
    pub(crate) days_per_page: usize,
    pub(crate) fails: Option<PortError>,
    pub(crate) budgets: Vec<AwsBudget>,
    pub(crate) config: Budget,
    pub(crate) documents: Vec<ScopeDocument>,
    pub(crate) outside: Arc<Bucket>,
    /// Queries that were asked, each once.
    pub(crate) asked: Arc<Mutex<Vec<CostQuery>>>,
}

impl World {
    pub(crate) fn new(bill: impl Fn(Date) -> Vec<Line> + Send + Sync + 'static) -> Self {
        Self {
            bill: Arc::new(bill),
            lag: |_| 1.0,
            currency: "USD",
            days_per_page: 400,
            fails: None,
            budgets: Vec::new(),
            config: Budget::default(),
            documents: Vec::new(),
            outside: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// One daily run, at 06:00 UTC.
    pub(crate) async fn run(&self, today: Date) -> Result<(Report, Told), BudgetError> {
        let open = |most: u32| -> Box<dyn Costs> {
            Box::new(Explorer {
                world: self.clone(),
                today,
                most,
                made: Mutex::new(0),
            })
        };
        let outside = Outside {
            costs: &open,
            budgets: Some(self),
            store: self.outside.as_ref(),
            publisher: Some(self.outside.as_ref()),
        };
        let subject = Subject {
            scope: scope(),
            documents: self.documents.clone(),
            unread: Vec::new(),
        };
        scan(&self.config, outside, &subject, at(today, 6)).await
    }

    /// Daily runs from one day to another; the last answer.
    pub(crate) async fn runs(&self, from: Date, to: Date) -> (Report, Told) {
        let mut last = self.run(from).await.unwrap();
        let mut today = from.tomorrow().unwrap();
        while today <= to {
            last = self.run(today).await.unwrap();
            today = today.tomorrow().unwrap();
        }
        last
    }
}

pub(crate) fn scope() -> Scope {
    Scope {
        environment: "staging".to_owned(),
        account: "111111111111".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

pub(crate) fn at(day: Date, hour: i8) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.at(hour, 0, 0, 0)).unwrap()
}

pub(crate) fn failing(class: ErrorClass, code: &str) -> PortError {
    PortError {
        class,
        action: "ce:GetCostAndUsage".to_owned(),
        code: code.to_owned(),
        message: "said so".to_owned(),
    }
}

struct Explorer {
    world: World,
    today: Date,
    most: u32,
    made: Mutex<u32>,
}

#[async_trait]
impl Costs for Explorer {
    async fn page(&self, query: &CostQuery, token: Option<&str>) -> PortResult<CostPage> {
        {
            let mut made = self.made.lock().unwrap();
            if *made >= self.most {
                return Err(failing(ErrorClass::Limit, REQUEST_CAP));
            }
            *made += 1;
        }
        if let Some(error) = &self.world.fails {
            return Err(error.clone());
        }
        if token.is_none() {
            self.world.asked.lock().unwrap().push(*query);
        }
        assert!(query.until <= self.today, "days to come: {query:?}");
        let first = token.map_or(query.from, |token| token.parse().unwrap());
        let mut days = Vec::new();
        let mut date = first;
        while date < query.until && days.len() < self.world.days_per_page {
            days.push(self.day(query.slice, date));
            date = date.tomorrow().unwrap();
        }
        let next = (date < query.until).then(|| date.to_string());
        Ok(CostPage { days, next })
    }

    fn requests(&self) -> u32 {
        *self.made.lock().unwrap()
    }
}

impl Explorer {
    fn day(&self, slice: Slice, date: Date) -> CostDay {
        let share = (self.world.lag)((self.today - date).get_days());
        let mut groups: BTreeMap<[String; 2], f64> = BTreeMap::new();
        for line in (self.world.bill)(date) {
            if slice != Slice::RecordTypeService && line.record != "Usage" {
                continue;
            }
            let keys = match slice {
                Slice::ServiceUsageType => [line.service, line.usage],
                Slice::AccountService => [line.account, line.service],
                Slice::RecordTypeService => [line.record, line.service],
            };
            let cost = line.cost * share;
            if cost != 0.0 {
                *groups.entry(keys.map(ToOwned::to_owned)).or_default() += cost;
            }
        }
        let currency = self.world.currency.to_owned();
        let groups = groups.into_iter().map(|(keys, cost)| CostGroup {
            keys,
            net_amortized: cost,
            unblended: cost,
            usage: None,
            currency: currency.clone(),
        });
        CostDay {
            date,
            estimated: true,
            groups: groups.collect(),
        }
    }
}

#[async_trait]
impl Budgets for World {
    async fn list(&self) -> PortResult<Vec<AwsBudget>> {
        Ok(self.budgets.clone())
    }
}

/// The bucket and the topic.
#[derive(Default)]
pub(crate) struct Bucket {
    pub(crate) objects: Mutex<BTreeMap<String, (u64, Vec<u8>)>>,
    pub(crate) alerts: Mutex<Vec<Envelope>>,
    pub(crate) topic_denied: Mutex<bool>,
    /// Keys whose next write meets that of another run, as often as said.
    pub(crate) contended: Mutex<BTreeMap<String, u32>>,
}

impl Bucket {
    pub(crate) fn text(&self, key: &str) -> String {
        let objects = self.objects.lock().unwrap();
        let bytes = objects.get(key).map(|(_, bytes)| bytes.clone());
        String::from_utf8(bytes.unwrap_or_default()).unwrap()
    }

    pub(crate) fn set(&self, key: &str, text: &str) {
        let mut objects = self.objects.lock().unwrap();
        objects.insert(key.to_owned(), (99, text.as_bytes().to_vec()));
    }

    pub(crate) fn take_titles(&self) -> Vec<String> {
        let mut alerts = self.alerts.lock().unwrap();
        alerts.drain(..).map(|alert| alert.title).collect()
    }

    /// Titles without those of heartbeats.
    pub(crate) fn take_news(&self) -> Vec<String> {
        let mut titles = self.take_titles();
        titles.retain(|title| !title.starts_with("Cost watch"));
        titles
    }
}

#[async_trait]
impl Store for Bucket {
    async fn get(&self, key: &str) -> PortResult<Option<Stored>> {
        let objects = self.objects.lock().unwrap();
        Ok(objects.get(key).map(|(version, bytes)| Stored {
            bytes: bytes.clone(),
            etag: version.to_string(),
        }))
    }

    async fn put(&self, key: &str, json: &[u8], only_if: &Precondition) -> PortResult<PutOutcome> {
        if let Some(left) = self.contended.lock().unwrap().get_mut(key)
            && *left > 0
        {
            *left -= 1;
            return Ok(PutOutcome::Conflict);
        }
        let mut objects = self.objects.lock().unwrap();
        let version = objects.get(key).map(|(version, _)| *version);
        let holds = match only_if {
            Precondition::Absent => version.is_none(),
            Precondition::Unchanged(etag) => version.is_some_and(|v| v.to_string() == *etag),
        };
        if !holds {
            return Ok(PutOutcome::Conflict);
        }
        objects.insert(key.to_owned(), (version.unwrap_or(0) + 1, json.to_vec()));
        Ok(PutOutcome::Written)
    }

    async fn keys_after(&self, _: &str, _: &str, _: Option<u32>) -> PortResult<Vec<String>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Publisher for Bucket {
    async fn publish(&self, alert: &Envelope) -> PortResult<()> {
        if *self.topic_denied.lock().unwrap() {
            return Err(failing(ErrorClass::Denied, "AuthorizationError"));
        }
        alert.validate().unwrap();
        self.alerts.lock().unwrap().push(alert.clone());
        Ok(())
    }
}

/// A cost that is a little different each day, and less at weekends.
pub(crate) fn usual(size: f64, date: Date) -> f64 {
    let number = (date - Date::constant(2020, 1, 1)).get_days();
    let weekend = if number % 7 >= 5 { 0.7 } else { 1.0 };
    size * weekend * (1.0 + 0.03 * f64::from((number * 7 + 3) % 17 - 8) / 8.0)
}

/// A bill of two services; from a day on for so many days one of them costs more.
pub(crate) fn with_spike(from: Date, days: i64, extra: f64) -> impl Fn(Date) -> Vec<Line> {
    move |date| {
        let until = from.saturating_add(days.days());
        let more = if date >= from && date < until {
            extra
        } else {
            0.0
        };
        vec![
            line(SAGEMAKER, HOST, usual(100.0, date) + more),
            line(
                "Amazon Simple Storage Service",
                "EUC1-TimedStorage",
                usual(30.0, date),
            ),
        ]
    }
}

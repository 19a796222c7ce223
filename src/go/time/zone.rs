//! Time zones: `*time.Location`, from the zone database that is compiled in.

use super::super::list::List;
use super::super::object::{Field, Method, Object, ObjectType};
use super::super::value::{Elem, Kind, Type, Value};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A time zone; clones are the same pointer in Go.
#[derive(Clone, Debug)]
pub struct Location(Rc<Zone>);

#[derive(Debug)]
struct Zone {
    name: String,
    rules: Rules,
}

#[derive(Debug)]
enum Rules {
    Fixed { abbreviation: String, offset: i64 },
    Database(TimeZone),
}

/// What Go says to times before and after those that the database can tell: 400 years are a whole number of weeks.
const SECONDS_PER_400_YEARS: i64 = 146_097 * 86_400;

thread_local! {
    static UTC: Location = Location::new("UTC", Rules::Fixed { abbreviation: "UTC".to_owned(), offset: 0 });
    static LOADED: RefCell<HashMap<String, Location>> = RefCell::default();
    static DATABASE: TimeZoneDatabase = TimeZoneDatabase::bundled();
}

impl Location {
    fn new(name: &str, rules: Rules) -> Location {
        Location(Rc::new(Zone { name: name.to_owned(), rules }))
    }

    /// `time.UTC`.
    pub fn utc() -> Location {
        UTC.with(Location::clone)
    }

    /// As `time.LoadLocation`, where `Local` is `local`.
    pub fn load(name: &[u8], local: &Location) -> Option<Location> {
        match name {
            b"" | b"UTC" => Some(Location::utc()),
            b"Local" => Some(local.clone()),
            _ => Location::from_database(std::str::from_utf8(name).ok()?),
        }
    }

    /// `time.Local` of a host in the zone of that name; UTC where the database does not have it.
    ///
    /// `shown` is what it calls itself: Go knows the zone that `TZ` names by that name, and the machine's as `Local`.
    pub fn local(name: &str, shown: &str) -> Location {
        thread_local! {
            static LOCAL: RefCell<Option<(String, String, Location)>> = const { RefCell::new(None) };
        }
        LOCAL.with_borrow_mut(|cached| match cached {
            Some((zone, as_shown, location)) if zone == name && as_shown == shown => location.clone(),
            _ => {
                let location = match load_rules(name) {
                    Some(rules) if name != "UTC" => Location::new(shown, rules),
                    // The machine's own zone has that name also where it is UTC.
                    _ => {
                        let shown = if shown == "Local" { shown } else { "UTC" };
                        Location::new(shown, Rules::Fixed { abbreviation: "UTC".to_owned(), offset: 0 })
                    }
                };
                *cached = Some((name.to_owned(), shown.to_owned(), location.clone()));
                location
            }
        })
    }

    /// As `time.FixedZone`.
    pub fn fixed(abbreviation: String, offset: i64) -> Location {
        Location(Rc::new(Zone { name: abbreviation.clone(), rules: Rules::Fixed { abbreviation, offset } }))
    }

    fn from_database(name: &str) -> Option<Location> {
        LOADED.with_borrow_mut(|loaded| {
            if let Some(location) = loaded.get(name) {
                return Some(location.clone());
            }
            let location = Location::new(name, load_rules(name)?);
            loaded.insert(name.to_owned(), location.clone());
            Some(location)
        })
    }

    /// Whether this is the zone that Go has without looking for one: the zero value but for its name.
    fn is_utc(&self) -> bool {
        self.0.name == "UTC"
    }

    /// As `Location.String`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub(super) fn same(&self, other: &Location) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Seconds east of Greenwich at an instant.
    pub fn offset(&self, seconds: i64) -> i64 {
        match &self.0.rules {
            Rules::Fixed { offset, .. } => *offset,
            Rules::Database(zone) => i64::from(zone.to_offset(timestamp(seconds)).seconds()),
        }
    }

    /// The abbreviation at an instant, and whether daylight saving time is in effect.
    pub(super) fn abbreviation(&self, seconds: i64) -> (String, bool) {
        match &self.0.rules {
            Rules::Fixed { abbreviation, .. } => (abbreviation.clone(), false),
            Rules::Database(zone) => {
                let info = zone.to_offset_info(timestamp(seconds));
                (info.abbreviation().to_owned(), info.dst().is_dst())
            }
        }
    }

    /// As lookupName: the offset of an abbreviation, preferably one that is in effect at `seconds` of local time.
    pub(super) fn offset_of(&self, abbreviation: &[u8], seconds: i64) -> Option<i64> {
        let Rules::Database(zone) = &self.0.rules else { return None };
        // The database tells zones only by their transitions; those until the rules repeat are enough.
        let end = Timestamp::from_second(4_102_444_800).ok()?;
        let mut offsets: Vec<i64> = Vec::new();
        let first = zone.to_offset_info(Timestamp::MIN);
        if first.abbreviation().as_bytes() == abbreviation {
            offsets.push(i64::from(first.offset().seconds()));
        }
        for transition in zone.following(Timestamp::MIN).take_while(|transition| transition.timestamp() < end) {
            let offset = i64::from(transition.offset().seconds());
            if transition.abbreviation().as_bytes() == abbreviation && !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        let in_effect = |offset: &&i64| self.abbreviation(seconds.wrapping_sub(**offset)).0.as_bytes() == abbreviation;
        offsets.iter().find(in_effect).or(offsets.first()).copied()
    }
}

/// The rules of a zone; unlike Go's files the bundled database ignores case.
fn load_rules(name: &str) -> Option<Rules> {
    let zone = DATABASE.with(|database| database.get(name)).ok()?;
    (zone.iana_name() == Some(name)).then_some(Rules::Database(zone))
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_else(|_| {
        let years = seconds.rem_euclid(SECONDS_PER_400_YEARS);
        let shift = if seconds > 0 { SECONDS_PER_400_YEARS } else { -10 * SECONDS_PER_400_YEARS };
        Timestamp::from_second(years + shift).unwrap_or(Timestamp::UNIX_EPOCH)
    })
}

impl Object for Location {
    fn ty(&self) -> &'static ObjectType {
        &LOCATION
    }

    /// What Go keeps of a zone, but without the rules of those from the database.
    fn fields(&self) -> Vec<Value> {
        let list = |ty, items: Option<Value>| match items {
            Some(item) => Value::List(List::new(Elem::Object(ty), [item])),
            None => Value::List(List::nil(Elem::Object(ty))),
        };
        let (zone, transition) = match &self.0.rules {
            Rules::Fixed { abbreviation, offset } if !self.is_utc() => {
                let zone = FixedZone { abbreviation: abbreviation.clone(), offset: *offset, pointer: false };
                (Some(zone), Some(Value::Object(Rc::new(Transition))))
            }
            _ => (None, None),
        };
        let (start, end) = if zone.is_some() { (i64::MIN, i64::MAX) } else { (0, 0) };
        let object = |zone: &FixedZone| Value::Object(Rc::new(zone.clone()));
        vec![
            Value::string(&self.0.name),
            list(&ZONE, zone.as_ref().map(object)),
            list(&TRANSITION, transition),
            Value::string(""),
            Value::Int64(start),
            Value::Int64(end),
            zone.map_or(Value::Nil, |zone| object(&FixedZone { pointer: true, ..zone })),
        ]
    }

    fn stringer(&self) -> Option<String> {
        Some(self.0.name.clone())
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Location>().is_some_and(|other| self.same(other))
    }
}

/// `time.zone`, of which a fixed zone has one, and a pointer to it.
#[derive(Clone, Debug)]
struct FixedZone {
    abbreviation: String,
    offset: i64,
    pointer: bool,
}

impl Object for FixedZone {
    fn ty(&self) -> &'static ObjectType {
        if self.pointer { &ZONE_POINTER } else { &ZONE }
    }

    fn fields(&self) -> Vec<Value> {
        vec![Value::string(&self.abbreviation), Value::Int(self.offset), Value::Bool(false)]
    }
}

static ZONE: ObjectType = ObjectType { name: "time.zone", kind: Kind::Struct, fields: &ZONE_FIELDS, methods: &[] };
static ZONE_POINTER: ObjectType =
    ObjectType { name: "*time.zone", kind: Kind::Pointer, fields: &ZONE_FIELDS, methods: &[] };
static ZONE_FIELDS: [Field; 3] = [
    Field::unexported("name", Type::String),
    Field::unexported("offset", Type::Int),
    Field::unexported("isDST", Type::Bool),
];

/// `time.zoneTrans`: a fixed zone has one, at the beginning of time.
#[derive(Debug)]
struct Transition;

impl Object for Transition {
    fn ty(&self) -> &'static ObjectType {
        &TRANSITION
    }

    fn fields(&self) -> Vec<Value> {
        vec![Value::Int64(i64::MIN), Value::Uint8(0), Value::Bool(false), Value::Bool(false)]
    }
}

static TRANSITION: ObjectType = ObjectType {
    name: "time.zoneTrans",
    kind: Kind::Struct,
    fields: &[
        Field::unexported("when", Type::Int64),
        Field::unexported("index", Type::Uint8),
        Field::unexported("isstd", Type::Bool),
        Field::unexported("isutc", Type::Bool),
    ],
    methods: &[],
};

/// `*time.Location`.
pub(super) static LOCATION: ObjectType = ObjectType {
    name: "*time.Location",
    kind: Kind::Pointer,
    fields: &[
        Field::unexported("name", Type::String),
        Field::unexported("zone", Type::List(Elem::Object(&ZONE))),
        Field::unexported("tx", Type::List(Elem::Object(&TRANSITION))),
        Field::unexported("extend", Type::String),
        Field::unexported("cacheStart", Type::Int64),
        Field::unexported("cacheEnd", Type::Int64),
        Field::unexported("cacheZone", Type::Object(&ZONE_POINTER)),
    ],
    methods: &[Method::new("String", &[], |value, _| {
        Ok(of(value).map_or(Value::Nil, |location| Value::string(location.name())))
    })],
};

/// The location in a template's value.
pub(super) fn of(value: &Value) -> Option<&Location> {
    let Value::Object(object) = value else { return None };
    let object: &dyn std::any::Any = &**object;
    object.downcast_ref()
}

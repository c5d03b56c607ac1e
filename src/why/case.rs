//! One subscription that did not get a message: how far it was from it, and what would have closed the gap.

use super::fix::{Draft, Fix};
use super::mend::{self, FilterOf};
use super::words;
use crate::diagnostic::closest;
use crate::engine::message_box::Verdict;
use crate::engine::{Engine, Missing, Publisher, Subscriber};
use crate::message::{BTS, Message, Name, Value};
use crate::model::FilterOperator;
use crate::program::{Group, Program};
use crate::xml::SchemaSet;

/// Beyond this a subscription was not meant for the message.
pub const FAR: u32 = 50;

/// A message against one subscription, there or not.
pub struct Case<'a> {
    pub engine: &'a Engine,
    pub message: &'a Message,
    pub publisher: Publisher,
    pub owner: Subscriber,
    pub service: Name,
    pub shape: Option<Name>,
    pub groups: &'a [Group],
    pub missing: Option<&'a Missing>,
}

/// How near a subscription was.
pub struct Gap {
    /// The group that came nearest.
    pub predicates: Vec<Verdict>,
    pub distance: u32,
}

impl Case<'_> {
    fn program(&self) -> &Program {
        self.engine.program()
    }

    fn schemas(&self) -> &SchemaSet {
        &self.program().schemas
    }

    fn message_type(&self) -> Option<&str> {
        match self.message.context.get(BTS.message_type) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The receive port the message came through.
    fn received(&self) -> Option<Name> {
        match self.publisher {
            Publisher::ReceivePort(port) => Some(port),
            _ => None,
        }
    }

    /// The receive location it came through.
    fn location(&self) -> Option<Name> {
        match self.message.context.get(BTS.receive_location_name) {
            Some(Value::String(name)) => Some(Name::new(name)),
            _ => None,
        }
    }

    pub fn gap(&self) -> Option<Gap> {
        let beyond = match self.missing {
            None => 0,
            Some(Missing::Enlisted) => 1,
            Some(Missing::Bound(_)) => 2,
            Some(Missing::Initialized(..)) => 4,
        };
        let judged = self.groups.iter().map(|group| {
            let predicates: Vec<Verdict> = group
                .iter()
                .map(|predicate| Verdict {
                    predicate: predicate.clone(),
                    actual: self.message.context.promoted(predicate.property).cloned(),
                    holds: predicate.holds(&self.message.context),
                })
                .collect();
            let untyped = self.untyped();
            let failed = predicates.iter().filter(|verdict| !verdict.holds);
            let distance = failed.map(|verdict| self.distance(verdict, untyped)).sum::<u32>() + beyond;
            Gap { predicates, distance }
        });
        judged.min_by_key(|gap| gap.distance)
    }

    /// The pipeline did not look into the message, and could have: what it would promote is missing too.
    fn untyped(&self) -> bool {
        self.message.context.get(BTS.message_type).is_none() && self.location().is_some()
    }

    /// How far a predicate is from holding: 1 is a slip of the pen, from [`FAR`] on it is of another world.
    fn distance(&self, verdict: &Verdict, untyped: bool) -> u32 {
        let name = verdict.predicate.property;
        let addressed = [
            BTS.sp_transport_id,
            BTS.sp_group_id,
            BTS.correlation_token,
            BTS.partner_service,
            BTS.partner_port,
            BTS.operation,
            BTS.ack_type,
        ];
        if addressed.contains(&name) {
            return 2 * FAR;
        }
        if name == BTS.reply_token {
            return 4;
        }
        if name == BTS.receive_port_id {
            return if self.received().is_some() { 3 } else { FAR };
        }
        // Only what failed has them: who wants those is not meant for what did not.
        if name.as_str().starts_with("ErrorReport.") && verdict.actual.is_none() {
            return 2 * FAR;
        }
        let Some(actual) = &verdict.actual else {
            return match (untyped, self.message_type()) {
                _ if name == BTS.message_type => {
                    if untyped {
                        1
                    } else {
                        12
                    }
                }
                (true, _) => 0,
                _ if self.message.context.get(name).is_some() => 1,
                (false, Some(kind)) if self.can_promote(kind, name) => 1,
                _ => 5,
            };
        };
        let similar = match (actual, &verdict.predicate.value) {
            (Value::String(a), Value::String(b)) => closest(a, [b.as_str()]).is_some(),
            _ => true,
        };
        if name == BTS.message_type {
            let mapped = self.map_to(&verdict.predicate.value).is_some();
            return if mapped {
                2
            } else if similar {
                5
            } else {
                20
            };
        }
        match self.owner {
            Subscriber::Instance { .. } => 3,
            _ if similar => 1,
            _ => 2,
        }
    }

    fn can_promote(&self, message_type: &str, property: Name) -> bool {
        let local = property.as_str().rsplit('.').next().unwrap_or_default();
        match self.schemas().class_of(message_type) {
            Some(class) => class.fields.iter().any(|f| f.name.as_str().eq_ignore_ascii_case(local)),
            None => self.schemas().field_for(message_type, property).is_some(),
        }
    }

    /// A map from the type of the message to the wanted one, of the receive port.
    fn map_to(&self, wanted: &Value) -> Option<(Name, Name)> {
        let (port, actual) = (self.received()?, self.message_type()?);
        let Value::String(wanted) = wanted else { return None };
        let fits = |map: &&crate::model::Map| {
            map.sources.as_slice() == [actual.to_owned()] && map.targets.as_slice() == [wanted.to_string()]
        };
        let map = self.program().application.maps.values().find(fits)?;
        Some((port, Name::new(&map.name)))
    }

    fn filter(&self) -> Option<FilterOf> {
        match self.owner {
            Subscriber::SendPort(name) => Some(FilterOf::SendPort(name)),
            Subscriber::SendPortGroup(name) => Some(FilterOf::SendPortGroup(name)),
            Subscriber::Activation { service } => Some(FilterOf::Receive(service, self.shape?)),
            Subscriber::Instance { .. } => None,
        }
    }

    /// What would have let the message go there, the smallest first.
    pub fn fixes(&self, gap: &Gap) -> Vec<Fix> {
        let mut fixes: Vec<Fix> = Vec::new();
        for way in [Way::Mend, Way::Ease] {
            let mut draft = Draft::new(&self.program().application);
            if self.close(&mut draft, gap, way).is_some()
                && let Some(fix) = draft.finish()
                && !fixes.iter().any(|other| other.edit == fix.edit)
            {
                fixes.push(fix);
            }
        }
        fixes
    }

    fn close(&self, draft: &mut Draft, gap: &Gap, way: Way) -> Option<()> {
        let failed = gap.predicates.iter().filter(|verdict| !verdict.holds);
        if self.untyped() && gap.predicates.iter().any(|v| !v.holds && self.distance(v, true) <= 1) {
            mend::parse(draft, self.location()?)?;
        }
        for verdict in failed {
            self.mend(draft, verdict, way)?;
        }
        match self.missing {
            None => {}
            Some(Missing::Enlisted) => start(draft, self.owner)?,
            Some(Missing::Bound(ports)) => {
                for port in ports {
                    mend::bind(draft, self.service, *port, self.received())?;
                }
            }
            Some(Missing::Initialized(..)) => return None,
        }
        Some(())
    }

    fn mend(&self, draft: &mut Draft, verdict: &Verdict, way: Way) -> Option<()> {
        let (name, operator, value) =
            (verdict.predicate.property, verdict.predicate.operator, &verdict.predicate.value);
        let row = self.filter().filter(|of| of_filter(draft, *of, name, operator));
        match (&verdict.actual, row) {
            _ if self.untyped() && self.distance(verdict, true) <= 1 => Some(()),
            (_, Some(of)) if way == Way::Ease => mend::drop_row(draft, of, name, operator, value),
            (Some(actual), Some(of)) => mend::correct_row(draft, of, name, operator, value, actual),
            (Some(_), None) if name == BTS.message_type => {
                let (port, map) = self.map_to(value)?;
                let title = format!("Map with {map} at receive port {port}");
                mend::change_receive_port(draft, title, port, |p| p.inbound_maps.push(map.to_string()))
            }
            (_, None) if name == BTS.receive_port_id => {
                let port = self.bound_port()?;
                mend::bind(draft, self.service, port, Some(self.received()?))
            }
            (None, None) if name == BTS.reply_token => {
                let port = self.received()?;
                let title = format!("Make receive port {port} two-way");
                mend::change_receive_port(draft, title, port, |p| {
                    p.two_way = true;
                    for location in &mut p.locations {
                        if location.send_pipeline.is_empty() {
                            "XMLTransmit".clone_into(&mut location.send_pipeline);
                        }
                    }
                })
            }
            (None, row) => self.bring(draft, (name, operator, value), row),
            (Some(_), None) => None,
        }
    }

    /// Brings a property that is absent, or only written, into the routing context.
    fn bring(
        &self,
        draft: &mut Draft,
        (name, operator, value): (Name, FilterOperator, &Value),
        row: Option<FilterOf>,
    ) -> Option<()> {
        if let Some(kind) = self.message_type()
            && mend::promote(draft, self.schemas(), kind, name).is_some()
        {
            // Promoted, it may still have another value than the filter wants: that is seen when it is there.
            return Some(());
        }
        if self.message.context.get(name).is_some()
            && let Publisher::Orchestration { instance, port } = self.publisher
        {
            let service = self.engine.instance(instance)?.service;
            return mend::initialize_on_send(draft, service, port, name);
        }
        let of = row?;
        let others = [BTS.receive_location_name, BTS.receive_port_name];
        if others.contains(&name)
            && let Some(port) = self.received()
        {
            let with = Value::string(port.as_str());
            return mend::replace_row(draft, of, (name, operator, value), (BTS.receive_port_name, &with));
        }
        mend::drop_row(draft, of, name, operator, value)
    }

    /// The logical port of the receive.
    fn bound_port(&self) -> Option<Name> {
        let service = self.program().service_by_name(self.service)?;
        let receive = service.receives.iter().find(|r| Some(service.shape_id(r.shape)) == self.shape)?;
        Some(service.port(receive.port)?.name)
    }

    /// What kept the message from it, as a sentence.
    pub fn sentence(&self, gap: &Gap) -> String {
        let who = words::subscriber(self.owner, self.service);
        let failed = gap.predicates.iter().filter(|verdict| !verdict.holds);
        let mut reasons: Vec<String> =
            failed.map(|verdict| words::failed(verdict, &self.message.context)).collect();
        match self.missing {
            None => {}
            Some(Missing::Enlisted) => reasons.push("it is not enlisted".to_owned()),
            Some(Missing::Bound(ports)) => {
                let names: Vec<String> = ports.iter().map(ToString::to_string).collect();
                reasons.push(format!("its port {} is not bound", words::joined(&names)));
            }
            Some(Missing::Initialized(_, sets)) => {
                let names: Vec<String> = sets.iter().map(ToString::to_string).collect();
                reasons.push(format!("its correlation set {} has no values yet", words::joined(&names)));
            }
        }
        let mut sentence = format!("It did not go to {who}: {}", words::joined(&reasons));
        sentence.push('.');
        sentence
    }
}

/// Whether a fix corrects what a filter asks for, or takes it out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Mend,
    Ease,
}

fn of_filter(draft: &Draft, of: FilterOf, property: Name, operator: FilterOperator) -> bool {
    let rows = of.rows(&draft.application).unwrap_or_default();
    rows.iter().any(|row| row.property == property.as_str() && row.operator == operator)
}

/// Starts what has a subscription, or would have.
pub fn start(draft: &mut Draft, owner: Subscriber) -> Option<()> {
    match owner {
        Subscriber::Activation { service } => mend::start_service(draft, service),
        Subscriber::SendPort(name) => mend::start_send_port(draft, name),
        Subscriber::SendPortGroup(name) => mend::start_group(draft, name),
        Subscriber::Instance { .. } => None,
    }
}

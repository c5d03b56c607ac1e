use super::{filter, properties};
use crate::biztalk::decode;
use crate::biztalk::xml_text::{attribute, child, children, children_named, is_true, parse, text};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{
    Adapter, Authentication, Bindings, Certificate, Enlistment, Filter, Host, Party, PartyAlias,
    PipelineComponent, PortBinding, PortState, ReceiveLocation, ReceivePort, Recurrence, RecurrenceDays,
    Schedule, SendPort, SendPortGroup, ServiceBinding, ServiceState, TrackedSchema, Transport,
};
use std::collections::BTreeMap;
use uppsala::{Document, NodeId};

/// What a binding file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BindingFile {
    pub bindings: Bindings,
    /// Hosts it names.
    pub hosts: Vec<Host>,
    /// What is odd in it: filters BizTalk would drop (`Z21`), filters that cannot be read (`Z22`).
    pub findings: Vec<Diagnostic>,
}

/// Reads a binding file; `file` is where it is, for findings.
///
/// # Errors
/// `Z20` when the bytes are no binding file.
pub fn read_bindings(file: &str, bytes: &[u8]) -> Result<BindingFile, Diagnostic> {
    let (source, _) = decode(bytes);
    let tree = parse(file, &source, "BindingInfo", "a binding file")?;
    let mut reader = Reader { tree: &tree, file, found: BindingFile::default() };
    if let Some(root) = tree.document_element() {
        for id in children(&tree, root) {
            match tree.element(id).map_or("", |e| &*e.name.local_name) {
                "ModuleRefCollection" => reader.modules(id),
                "SendPortCollection" => reader.send_ports(id),
                "DistributionListCollection" => reader.groups(id),
                "ReceivePortCollection" => reader.receive_ports(id),
                "PartyCollection" => reader.parties(id),
                _ => {}
            }
        }
    }
    Ok(reader.found)
}

struct Reader<'a> {
    tree: &'a Document<'a>,
    file: &'a str,
    found: BindingFile,
}

impl<'a> Reader<'a> {
    fn attribute(&self, id: NodeId, name: &str) -> String {
        attribute(self.tree, id, name)
    }

    fn text(&self, id: NodeId, name: &str) -> String {
        text(self.tree, id, name)
    }

    fn flag(&self, id: NodeId, name: &str) -> bool {
        is_true(&self.text(id, name))
    }

    fn number(&self, id: NodeId, name: &str) -> Option<u32> {
        self.text(id, name).trim().parse().ok()
    }

    fn child(&self, id: NodeId, name: &str) -> Option<NodeId> {
        child(self.tree, id, name).filter(|id| !is_true(&self.attribute(*id, "nil")))
    }

    fn named(&self, id: NodeId, name: &'a str) -> Vec<NodeId> {
        children_named(self.tree, id, name).collect()
    }

    /// Elements of a list below an element.
    fn list(&self, id: NodeId, list: &str, name: &'a str) -> Vec<NodeId> {
        self.child(id, list).map(|list| self.named(list, name)).unwrap_or_default()
    }

    /// `Name` of a reference that is set.
    fn reference(&self, id: NodeId, name: &str) -> Option<String> {
        Some(self.attribute(self.child(id, name)?, "Name")).filter(|name| !name.is_empty())
    }

    fn modules(&mut self, id: NodeId) {
        for module in self.named(id, "ModuleRef") {
            let assembly = self.attribute(module, "FullName");
            for service in self.list(module, "Services", "Service") {
                self.service(service, &assembly);
            }
            for schema in self.list(module, "TrackedSchemas", "Schema") {
                let name = self.attribute(schema, "FullName");
                self.assembly(&name, &self.attribute(schema, "AssemblyQualifiedName"));
                let properties = self.list(schema, "TrackedPropertyNames", "string");
                self.found.bindings.tracked_schemas.push(TrackedSchema {
                    schema: name,
                    root: self.attribute(schema, "RootName"),
                    properties: properties.iter().map(|id| self.tree.text_content_deep(*id)).collect(),
                    all_properties: is_true(&self.attribute(schema, "AlwaysTrackAllProperties")),
                    description: self.attribute(schema, "Description"),
                });
            }
        }
    }

    fn assembly(&mut self, name: &str, full: &str) {
        if !name.is_empty() && !full.is_empty() && full != name {
            self.found.bindings.assemblies.insert(name.to_owned(), full.to_owned());
        }
    }

    fn service(&mut self, id: NodeId, assembly: &str) {
        let name = self.attribute(id, "Name");
        if !assembly.starts_with('[') {
            self.assembly(&name, assembly);
        }
        let host = self.child(id, "Host");
        let mut ports = BTreeMap::new();
        for port in self.list(id, "Ports", "Port") {
            // Only ports bound at deployment are bound here; those of role links and of specify now are not.
            if !matches!(self.attribute(port, "BindingOption").as_str(), "" | "1") {
                continue;
            }
            let receive = self.reference(port, "ReceivePortRef").map(PortBinding::ReceivePort);
            let send = || self.reference(port, "SendPortRef").map(PortBinding::SendPort);
            let group = || self.reference(port, "DistributionListRef").map(PortBinding::SendPortGroup);
            if let Some(bound) = receive.or_else(send).or_else(group) {
                ports.insert(self.attribute(port, "Name"), bound);
            }
        }
        for role in self.list(id, "Roles", "Role") {
            self.role(role);
        }
        let own = ServiceBinding {
            orchestration: name,
            host: host.map(|host| self.host(host)).unwrap_or_default(),
            state: match self.attribute(id, "State").as_str() {
                "Enlisted" => ServiceState::Stopped,
                "Unenlisted" => ServiceState::Bound,
                _ => ServiceState::Started,
            },
            ports,
            description: self.attribute(id, "Description"),
            tracking: self.attribute(id, "TrackingOption"),
            analytics: is_true(&self.attribute(id, "AnalyticsEnabled")),
        };
        self.found.bindings.services.push(own);
    }

    fn role(&mut self, role: NodeId) {
        for party in self.list(role, "EnlistedParties", "EnlistedParty") {
            let mappings = self.list(party, "Mappings", "Mapping").into_iter().filter_map(|mapping| {
                let port_type = self.attribute(mapping, "PortTypeName");
                let operation = self.attribute(mapping, "OperationName");
                let key = if operation.is_empty() { port_type } else { format!("{port_type}.{operation}") };
                Some((key, self.reference(mapping, "SendPortRef")?))
            });
            let enlistment = Enlistment {
                role_link_type: self.attribute(role, "RoleLinkTypeName"),
                role: self.attribute(role, "Name"),
                ports: mappings.collect(),
            };
            let name = self.attribute(party, "Name");
            self.party(name).enlistments.push(enlistment);
        }
    }

    /// A party by name, made when it is not there yet.
    fn party(&mut self, name: String) -> &mut Party {
        let parties = &mut self.found.bindings.parties;
        let at = parties.iter().position(|party| party.name == name).unwrap_or(parties.len());
        if at == parties.len() {
            parties.push(Party { name, ..Party::default() });
        }
        // It is there now.
        #[expect(clippy::indexing_slicing, reason = "the position was just found or made")]
        &mut parties[at]
    }

    /// Notes a host and gives its name.
    fn host(&mut self, id: NodeId) -> String {
        let name = self.attribute(id, "Name");
        if !name.is_empty() && !self.found.hosts.iter().any(|host| host.name == name) {
            self.found.hosts.push(Host {
                name: name.clone(),
                group: self.attribute(id, "NTGroupName"),
                isolated: matches!(self.attribute(id, "Type").as_str(), "Isolated" | "2"),
                trusted: is_true(&self.attribute(id, "Trusted"))
                    || is_true(&self.attribute(id, "HostTrusted")),
                ..Host::default()
            });
        }
        name
    }

    fn adapter(&mut self, id: Option<NodeId>) -> String {
        let Some(id) = id else { return String::new() };
        let name = self.attribute(id, "Name");
        let class_id = self.attribute(id, "ConfigurationClsid");
        if !name.is_empty() && !class_id.is_empty() {
            let capabilities = self.attribute(id, "Capabilities").trim().parse().unwrap_or(0);
            self.found.bindings.adapters.insert(name.clone(), Adapter { capabilities, class_id });
        }
        name
    }

    /// Name of a pipeline, in full.
    fn pipeline(&mut self, id: Option<NodeId>) -> String {
        let Some(id) = id else { return String::new() };
        let mut name = self.attribute(id, "Name");
        let full = self.attribute(id, "FullyQualifiedName");
        // Older files write `Assembly:Version:Class` and only the short name.
        if !name.contains('.')
            && let Some(class) = full.rsplit(':').next().and_then(|class| class.split(',').next())
            && class.ends_with(&name)
        {
            name = class.trim().to_owned();
        }
        self.assembly(&name, &full);
        let tracking = self.attribute(id, "TrackingOption");
        if !tracking.is_empty() && !name.is_empty() {
            self.found.bindings.pipeline_tracking.insert(name.clone(), tracking);
        }
        name
    }

    fn maps(&mut self, id: NodeId, list: &str) -> Vec<String> {
        let transforms = self.list(id, list, "Transform");
        let mut names = Vec::new();
        for transform in transforms {
            let name = self.attribute(transform, "FullName");
            self.assembly(&name, &self.attribute(transform, "AssemblyQualifiedName"));
            names.push(name);
        }
        names
    }

    fn filter(&mut self, id: NodeId, owner: &str) -> Filter {
        let written = self.text(id, "Filter");
        let place = || Place { file: self.file.to_owned(), name: owner.to_owned(), ..Place::default() };
        let read = filter::read(&written);
        let (rows, finding) = match read {
            Ok(rows) => {
                let hidden = !rows.is_empty() && written.starts_with(char::is_whitespace);
                let finding = hidden.then(|| {
                    let message =
                        format!("the filter of `{owner}` begins with white space, so BizTalk drops it");
                    let help = "it is used here; remove the white space before <Filter> in the binding file";
                    Diagnostic::warning("Z21", message, help).at(place())
                });
                (rows, finding)
            }
            Err(reason) => {
                let message = format!("the filter of `{owner}` cannot be read: {reason}");
                let help = "correct it, or set the filter again at the port";
                (Filter::new(), Some(Diagnostic::warning("Z22", message, help).at(place())))
            }
        };
        self.found.findings.extend(finding);
        rows
    }

    fn transport(&mut self, id: NodeId) -> Option<Transport> {
        let transport = self.adapter(self.child(id, "TransportType"));
        let address = self.text(id, "Address");
        if transport.is_empty() && address.is_empty() {
            return None;
        }
        let (properties, property_types) = properties::read(&self.text(id, "TransportTypeData"));
        let window = self.flag(id, "ServiceWindowEnabled");
        let handler = self.child(id, "SendHandler");
        Some(Transport {
            transport,
            address,
            retry_count: self.number(id, "RetryCount").unwrap_or(3),
            retry_interval: self.number(id, "RetryInterval").unwrap_or(5),
            service_window: window
                .then(|| (time_of(&self.text(id, "FromTime")), time_of(&self.text(id, "ToTime")))),
            host: handler.map(|id| self.host(id)).unwrap_or_default(),
            properties,
            property_types,
            delivery_notification: self.number(id, "DeliveryNotification").is_some_and(|n| n > 1),
        })
    }

    fn send_ports(&mut self, id: NodeId) {
        for id in self.named(id, "SendPort") {
            let name = self.attribute(id, "Name");
            let primary = self.child(id, "PrimaryTransport");
            let backup = self.child(id, "SecondaryTransport");
            let ordered = self.flag(id, "OrderedDelivery")
                || primary.is_some_and(|transport| self.flag(transport, "OrderedDelivery"));
            let mut components = properties::read_components(&self.text(id, "SendPipelineData"));
            components.extend(properties::read_components(&self.text(id, "ReceivePipelineData")));
            let certificate = self.child(id, "EncryptionCert").map(|id| self.certificate(id));
            let port = SendPort {
                two_way: is_true(&self.attribute(id, "IsTwoWay")),
                dynamic: self.attribute(id, "IsStatic") == "false",
                send_pipeline: self.pipeline(self.child(id, "TransmitPipeline")),
                receive_pipeline: self.pipeline(self.child(id, "ReceivePipeline")),
                pipeline_properties: flat(&components),
                primary: primary.and_then(|id| self.transport(id)),
                backup: backup.and_then(|id| self.transport(id)),
                filter: self.filter(id, &name),
                outbound_maps: self.maps(id, "Transforms"),
                inbound_maps: self.maps(id, "InboundTransforms"),
                ordered_delivery: ordered,
                stop_on_failure: self.flag(id, "StopSendingOnFailure"),
                priority: self.number(id, "Priority").and_then(|n| u8::try_from(n).ok()).unwrap_or(5),
                route_failed_messages: self.flag(id, "RouteFailedMessage"),
                state: PortState::default(),
                encryption_certificate: certificate.filter(|c| *c != Certificate::default()),
                component_properties: components,
                application: self.text(id, "ApplicationName"),
                description: self.text(id, "Description"),
                tracking: self.number(id, "Tracking").unwrap_or(0),
                analytics: is_true(&self.attribute(id, "AnalyticsEnabled")),
                name,
            };
            self.found.bindings.send_ports.push(port);
        }
    }

    fn certificate(&self, id: NodeId) -> Certificate {
        Certificate {
            thumbprint: self.attribute(id, "ThumbPrint"),
            short_name: self.attribute(id, "ShortName"),
            long_name: self.attribute(id, "LongName"),
            usage: self.attribute(id, "UsageType"),
        }
    }

    fn groups(&mut self, id: NodeId) {
        for id in self.named(id, "DistributionList") {
            let name = self.attribute(id, "Name");
            let ports = self.list(id, "SendPorts", "SendPortRef");
            let group = SendPortGroup {
                ports: ports.into_iter().map(|port| self.attribute(port, "Name")).collect(),
                filter: self.filter(id, &name),
                state: PortState::default(),
                application: self.text(id, "ApplicationName"),
                description: self.text(id, "Description"),
                name,
            };
            self.found.bindings.send_port_groups.push(group);
        }
    }

    fn receive_ports(&mut self, id: NodeId) {
        for id in self.named(id, "ReceivePort") {
            let mut locations = Vec::new();
            for location in self.list(id, "ReceiveLocations", "ReceiveLocation") {
                locations.push(self.location(location));
            }
            let port = ReceivePort {
                name: self.attribute(id, "Name"),
                two_way: is_true(&self.attribute(id, "IsTwoWay")),
                locations,
                inbound_maps: self.maps(id, "Transforms"),
                outbound_maps: self.maps(id, "OutboundTransforms"),
                authentication: match self.text(id, "Authentication").trim() {
                    "1" | "RequiredDropMessages" => Authentication::Drop,
                    "2" | "RequiredKeepMessages" => Authentication::Keep,
                    _ => Authentication::None,
                },
                route_failed_messages: self.flag(id, "RouteFailedMessage"),
                send_pipeline: self.pipeline(self.child(id, "TransmitPipeline")),
                component_properties: properties::read_components(&self.text(id, "SendPipelineData")),
                application: self.text(id, "ApplicationName"),
                description: self.text(id, "Description"),
                tracking: self.number(id, "Tracking").unwrap_or(0),
                analytics: is_true(&self.attribute(id, "AnalyticsEnabled")),
            };
            self.found.bindings.receive_ports.push(port);
        }
    }

    fn location(&mut self, id: NodeId) -> ReceiveLocation {
        let (properties, property_types) =
            properties::read(&self.text(id, "ReceiveLocationTransportTypeData"));
        let mut components = properties::read_components(&self.text(id, "ReceivePipelineData"));
        components.extend(properties::read_components(&self.text(id, "SendPipelineData")));
        let enabled = self.text(id, "Enable");
        let handler = self.child(id, "ReceiveHandler");
        ReceiveLocation {
            name: self.attribute(id, "Name"),
            transport: self.adapter(self.child(id, "ReceiveLocationTransportType")),
            address: self.text(id, "Address"),
            receive_pipeline: self.pipeline(self.child(id, "ReceivePipeline")),
            send_pipeline: self.pipeline(self.child(id, "SendPipeline")),
            pipeline_properties: flat(&components),
            enabled: enabled.is_empty() || is_true(&enabled),
            schedule: self.schedule(id),
            host: handler.map(|id| self.host(id)).unwrap_or_default(),
            properties,
            property_types,
            component_properties: components,
            public_address: self.text(id, "PublicAddress"),
            primary: self.flag(id, "Primary"),
            description: self.text(id, "Description"),
        }
    }

    fn schedule(&self, id: NodeId) -> Option<Schedule> {
        let when = |flag: &str, value: &str| self.flag(id, flag).then(|| date_of(&self.text(id, value)));
        let window = self.flag(id, "ReceiveLocationServiceWindowEnabled").then(|| {
            let time = |name| time_of(&self.text(id, name));
            (time("ReceiveLocationFromTime"), time("ReceiveLocationToTime"))
        });
        let schedule = Schedule {
            start_date: when("ReceiveLocationStartDateEnabled", "ReceiveLocationStartDate"),
            stop_date: when("ReceiveLocationEndDateEnabled", "ReceiveLocationEndDate"),
            window,
            time_zone: self.text(id, "ScheduleTimeZone"),
            standard_time: self.text(id, "ScheduleAutoAdjustToDaylightSaving").trim() == "false",
            recurrence: self.recurrence(id),
        };
        let limits = schedule.start_date.is_some()
            || schedule.stop_date.is_some()
            || schedule.window.is_some()
            || schedule.recurrence.is_some();
        limits.then_some(schedule)
    }

    fn recurrence(&self, id: NodeId) -> Option<Recurrence> {
        let words = |name| {
            let text = self.text(id, name);
            let words = text.split([' ', ',']).filter(|word| !word.is_empty() && *word != "None");
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let days = match self.text(id, "ScheduleRecurrenceType").trim() {
            "Daily" => RecurrenceDays::Daily,
            "Weekly" => RecurrenceDays::Weekly(words("ScheduleDaysOfWeek")),
            "Monthly" if self.flag(id, "ScheduleIsOrdinal") => RecurrenceDays::Ordinal {
                months: words("ScheduleMonths"),
                ordinal: self.text(id, "ScheduleOrdinalType"),
                day: self.text(id, "ScheduleOrdinalDayOfWeek"),
            },
            "Monthly" => RecurrenceDays::Monthly {
                months: words("ScheduleMonths"),
                days: words("ScheduleMonthDays"),
                last_day: self.flag(id, "ScheduleLastDayOfMonth"),
            },
            _ => return None,
        };
        Some(Recurrence {
            from: date_of(&self.text(id, "ScheduleRecurenceFrom")),
            interval: self.number(id, "ScheduleRecurrenceInterval").unwrap_or(1),
            days,
        })
    }

    fn parties(&mut self, id: NodeId) {
        for id in self.named(id, "Party") {
            let aliases = self.list(id, "Aliases", "PartyAlias").into_iter().map(|alias| PartyAlias {
                name: self.attribute(alias, "Name"),
                qualifier: self.attribute(alias, "Qualifier"),
                value: self.attribute(alias, "Value"),
                automatic: is_true(&self.attribute(alias, "IsAutoCreated")),
            });
            let aliases = aliases.collect();
            let ports = self.list(id, "SendPorts", "SendPortRef");
            let send_ports = ports.into_iter().map(|port| self.attribute(port, "Name")).collect();
            let signature = self.child(id, "SignatureCert").map(|id| self.certificate(id));
            let custom_data = self.text(id, "CustomData");
            let name = self.attribute(id, "Name");
            let party = self.party(name);
            party.aliases = aliases;
            party.send_ports = send_ports;
            party.signature_certificate = signature.filter(|c| *c != Certificate::default());
            party.custom_data = custom_data;
        }
    }
}

/// Properties of all components, for pipelines that are configured as a whole; the first of a name counts.
fn flat(components: &[PipelineComponent]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, value) in components.iter().flat_map(|component| &component.properties) {
        all.entry(name.clone()).or_insert_with(|| value.clone());
    }
    all
}

/// `08:00` of `2014-05-21T08:00:00`.
fn time_of(text: &str) -> String {
    let time = text.split_once('T').map_or(text, |(_, time)| time);
    time.get(..5).unwrap_or(time).to_owned()
}

fn date_of(text: &str) -> String {
    text.split('T').next().unwrap_or_default().trim().to_owned()
}

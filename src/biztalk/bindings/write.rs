//! Binding files in the form that BizTalk's tools import.

use super::{filter, properties};
use crate::biztalk::btp;
use crate::message::document::escape_xml;
use crate::model::{
    Application, Authentication, Binding, Certificate, Polarity, PortBinding, ReceiveLocation, Recurrence,
    RecurrenceDays, Schedule, SendPort, ServiceBinding, ServiceState, Transport,
};

const ASSEMBLY: &str =
    "Microsoft.BizTalk.Deployment, Version=3.0.1.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35";

/// Writes the bindings of an application as one binding file.
pub fn write_bindings(application: &Application) -> String {
    let bindings = &application.bindings;
    let mut out = Out { text: String::new(), open: Vec::new(), application };
    out.text.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.open(
        "BindingInfo",
        &[
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
            ("Assembly", ASSEMBLY),
            ("Version", "3.5.1.0"),
        ],
    );
    out.modules();
    out.open("SendPortCollection", &[]);
    bindings.send_ports.iter().for_each(|port| out.send_port(port));
    out.close();
    out.open("DistributionListCollection", &[]);
    for group in &bindings.send_port_groups {
        out.open("DistributionList", &[("Name", &group.name)]);
        out.optional("Description", &group.description);
        out.open("SendPorts", &[]);
        group.ports.iter().for_each(|port| out.empty("SendPortRef", &[("Name", port)]));
        out.close();
        out.leaf("Filter", &filter::write(&group.filter));
        out.optional("ApplicationName", &group.application);
        out.close();
    }
    out.close();
    out.open("ReceivePortCollection", &[]);
    for port in &bindings.receive_ports {
        out.open(
            "ReceivePort",
            &[
                ("Name", &port.name),
                ("IsTwoWay", flag(port.two_way)),
                ("AnalyticsEnabled", flag(port.analytics)),
            ],
        );
        out.optional("Description", &port.description);
        out.open("ReceiveLocations", &[]);
        port.locations.iter().for_each(|location| out.location(location));
        out.close();
        out.pipeline("TransmitPipeline", &port.send_pipeline, true);
        out.optional("SendPipelineData", &properties::write_components(&port.component_properties));
        let authentication = match port.authentication {
            Authentication::None => "0",
            Authentication::Drop => "1",
            Authentication::Keep => "2",
        };
        out.leaf("Authentication", authentication);
        out.leaf("Tracking", &port.tracking.to_string());
        out.maps("Transforms", &port.inbound_maps);
        out.maps("OutboundTransforms", &port.outbound_maps);
        out.leaf("RouteFailedMessage", flag(port.route_failed_messages));
        out.optional("ApplicationName", &port.application);
        out.close();
    }
    out.close();
    out.open("PartyCollection", &[]);
    for party in &bindings.parties {
        out.open("Party", &[("Name", &party.name)]);
        out.open("Aliases", &[]);
        for alias in &party.aliases {
            let automatic = flag(alias.automatic);
            let own = [
                ("Name", &*alias.name),
                ("Qualifier", &alias.qualifier),
                ("Value", &alias.value),
                ("IsAutoCreated", automatic),
            ];
            out.empty("PartyAlias", &own);
        }
        out.close();
        out.open("SendPorts", &[]);
        party.send_ports.iter().for_each(|port| out.empty("SendPortRef", &[("Name", port)]));
        out.close();
        out.certificate("SignatureCert", party.signature_certificate.as_ref());
        out.optional("CustomData", &party.custom_data);
        out.close();
    }
    out.close();
    out.close();
    out.text
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

struct Out<'a> {
    text: String,
    open: Vec<&'static str>,
    application: &'a Application,
}

impl Out<'_> {
    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.open.len()));
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push_str(&format!(" {name}=\"{}\"", attribute_text(value)));
        }
    }

    fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str(&format!("</{name}>\n"));
        }
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str(" />\n");
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.start(name, &[]);
        let text = escape_xml(text);
        self.text.push_str(&if text.is_empty() { " />\n".to_owned() } else { format!(">{text}</{name}>\n") });
    }

    fn optional(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.leaf(name, text);
        }
    }

    fn full_name(&self, name: &str) -> String {
        self.application.bindings.assemblies.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn modules(&mut self) {
        let bindings = &self.application.bindings;
        self.open("ModuleRefCollection", &[]);
        // Orchestrations by assembly; tracked schemas belong to the application.
        let mut assemblies: Vec<String> = Vec::new();
        for service in &bindings.services {
            let assembly = bindings.assemblies.get(&service.orchestration).cloned().unwrap_or_default();
            if !assemblies.contains(&assembly) {
                assemblies.push(assembly);
            }
        }
        let own = format!("[Application:{}]", self.application.settings.name);
        if !bindings.tracked_schemas.is_empty() {
            self.open("ModuleRef", &[("Name", &own), ("FullName", &own)]);
            self.open("TrackedSchemas", &[]);
            for schema in &bindings.tracked_schemas {
                let full = self.full_name(&schema.schema);
                let all = flag(schema.all_properties);
                let attributes = [
                    ("FullName", &*schema.schema),
                    ("RootName", &schema.root),
                    ("AssemblyQualifiedName", &full),
                    ("AlwaysTrackAllProperties", all),
                    ("Description", &schema.description),
                ];
                self.open("Schema", &attributes);
                self.open("TrackedPropertyNames", &[]);
                schema.properties.iter().for_each(|property| self.leaf("string", property));
                self.close();
                self.close();
            }
            self.close();
            self.close();
        }
        for assembly in assemblies {
            let name = assembly.split(',').next().unwrap_or_default();
            let part = |key: &str| {
                let found = assembly.split(',').find_map(|part| part.trim().strip_prefix(key));
                found.unwrap_or_default().to_owned()
            };
            let (version, culture, token) = (part("Version="), part("Culture="), part("PublicKeyToken="));
            let name = if name.is_empty() { &own } else { name };
            let attributes = [
                ("Name", name),
                ("Version", &version),
                ("Culture", &culture),
                ("PublicKeyToken", &token),
                ("FullName", if assembly.is_empty() { &own } else { &assembly }),
            ];
            self.open("ModuleRef", &attributes);
            self.open("Services", &[]);
            for service in &bindings.services {
                if bindings.assemblies.get(&service.orchestration).map(String::as_str).unwrap_or_default()
                    == assembly
                {
                    self.service(service);
                }
            }
            self.close();
            self.close();
        }
        self.close();
    }

    fn service(&mut self, service: &ServiceBinding) {
        let state = match service.state {
            ServiceState::Started => "Started",
            ServiceState::Stopped => "Enlisted",
            ServiceState::Bound | ServiceState::Unbound => "Unenlisted",
        };
        let attributes = [
            ("Name", &*service.orchestration),
            ("State", state),
            ("TrackingOption", &service.tracking),
            ("Description", &service.description),
            ("AnalyticsEnabled", flag(service.analytics)),
        ];
        self.open("Service", &attributes);
        self.open("Ports", &[]);
        let orchestration = self.application.orchestration(&service.orchestration);
        let ports = orchestration.map(|(_, own)| own.ports.as_slice()).unwrap_or_default();
        for (name, bound) in &service.ports {
            let logical = ports.iter().find(|port| port.name == *name);
            let uses = matches!(logical.map(|port| port.polarity), Some(Polarity::Uses) | None)
                && !matches!(bound, PortBinding::ReceivePort(_));
            let later = logical.is_none_or(|port| matches!(port.binding, Binding::SpecifyLater));
            let attributes = [
                ("Name", name.as_str()),
                ("Modifier", if uses { "1" } else { "2" }),
                ("BindingOption", if later { "1" } else { "2" }),
            ];
            self.open("Port", &attributes);
            let (kind, target) = match bound {
                PortBinding::SendPort(target) => ("SendPortRef", target),
                PortBinding::SendPortGroup(target) => ("DistributionListRef", target),
                PortBinding::ReceivePort(target) => ("ReceivePortRef", target),
            };
            for reference in ["SendPortRef", "DistributionListRef", "ReceivePortRef"] {
                if reference == kind {
                    self.empty(reference, &[("Name", target)]);
                } else {
                    self.empty(reference, &[("xsi:nil", "true")]);
                }
            }
            self.close();
        }
        self.close();
        self.roles(orchestration.map(|(_, own)| own.role_links.as_slice()).unwrap_or_default(), service);
        if !service.host.is_empty() {
            self.host("Host", &service.host);
        }
        self.close();
    }

    /// Parties that are enlisted, with the first orchestration that uses their role.
    fn roles(&mut self, links: &[crate::model::RoleLink], service: &ServiceBinding) {
        let bindings = &self.application.bindings;
        let first = bindings.services.first().is_some_and(|s| s.orchestration == service.orchestration);
        let mut roles: Vec<(&str, &str)> = Vec::new();
        for enlistment in bindings.parties.iter().flat_map(|party| &party.enlistments) {
            let role = (enlistment.role_link_type.as_str(), enlistment.role.as_str());
            let own = links.iter().any(|link| link.role_link_type.ends_with(role.0));
            if (own || first) && !roles.contains(&role) {
                roles.push(role);
            }
        }
        if roles.is_empty() {
            return;
        }
        self.open("Roles", &[]);
        for (link, role) in roles {
            self.open("Role", &[("Name", role), ("RoleLinkTypeName", link), ("RoleType", "Uses")]);
            self.open("EnlistedParties", &[]);
            for party in &bindings.parties {
                for enlistment in
                    party.enlistments.iter().filter(|e| e.role == role && e.role_link_type == link)
                {
                    self.open("EnlistedParty", &[("Name", &party.name)]);
                    self.open("Mappings", &[]);
                    for (key, port) in &enlistment.ports {
                        let (port_type, operation) = key.rsplit_once('.').unwrap_or((key, ""));
                        self.open("Mapping", &[("PortTypeName", port_type), ("OperationName", operation)]);
                        self.empty("SendPortRef", &[("Name", port)]);
                        self.close();
                    }
                    self.close();
                    self.close();
                }
            }
            self.close();
            self.close();
        }
        self.close();
    }

    fn host(&mut self, element: &'static str, name: &str) {
        let known = self.application.settings.hosts.iter().find(|host| host.name == name);
        let isolated = if known.is_some_and(|host| host.isolated) { "2" } else { "1" };
        let trusted = flag(known.is_some_and(|host| host.trusted));
        let group = known.map(|host| host.group.as_str()).unwrap_or_default();
        if element == "Host" {
            self.empty(
                element,
                &[("Name", name), ("NTGroupName", group), ("Type", isolated), ("Trusted", trusted)],
            );
        } else {
            self.empty(element, &[("Name", name), ("HostTrusted", trusted)]);
        }
    }

    fn adapter(&mut self, element: &str, name: &str) {
        let known = self.application.bindings.adapters.get(name);
        let capabilities = known.map_or(0, |adapter| adapter.capabilities).to_string();
        let class_id = known.map(|adapter| adapter.class_id.clone()).unwrap_or_default();
        self.empty(
            element,
            &[("Name", name), ("Capabilities", &capabilities), ("ConfigurationClsid", &class_id)],
        );
    }

    fn pipeline(&mut self, element: &str, name: &str, send: bool) {
        if name.is_empty() {
            return;
        }
        let name = match name {
            "PassThruReceive" | "XMLReceive" | "PassThruTransmit" | "XMLTransmit" => {
                format!("Microsoft.BizTalk.DefaultPipelines.{name}")
            }
            other => other.to_owned(),
        };
        let full = self.full_name(&name);
        let tracking = self.application.bindings.pipeline_tracking.get(&name).cloned().unwrap_or_default();
        let kind = if send { "2" } else { "1" };
        self.empty(
            element,
            &[("Name", &name), ("FullyQualifiedName", &full), ("Type", kind), ("TrackingOption", &tracking)],
        );
    }

    fn maps(&mut self, list: &'static str, maps: &[String]) {
        if maps.is_empty() {
            return;
        }
        self.open(list, &[]);
        for map in maps {
            let full = self.full_name(map);
            self.empty("Transform", &[("FullName", map), ("AssemblyQualifiedName", &full)]);
        }
        self.close();
    }

    fn certificate(&mut self, element: &str, certificate: Option<&Certificate>) {
        let Some(own) = certificate else { return };
        let attributes = [
            ("LongName", &*own.long_name),
            ("ShortName", &own.short_name),
            ("ThumbPrint", &own.thumbprint),
            ("UsageType", &own.usage),
        ];
        self.empty(element, &attributes);
    }

    fn send_port(&mut self, port: &SendPort) {
        let attributes = [
            ("Name", &*port.name),
            ("IsStatic", flag(!port.dynamic)),
            ("IsTwoWay", flag(port.two_way)),
            ("AnalyticsEnabled", flag(port.analytics)),
        ];
        self.open("SendPort", &attributes);
        self.optional("Description", &port.description);
        self.pipeline("TransmitPipeline", &port.send_pipeline, true);
        if let Some(primary) = &port.primary {
            self.transport("PrimaryTransport", primary, true, port.ordered_delivery);
        }
        if let Some(backup) = &port.backup {
            self.transport("SecondaryTransport", backup, false, false);
        }
        self.pipeline("ReceivePipeline", &port.receive_pipeline, false);
        let (receive, send): (Vec<_>, Vec<_>) =
            port.component_properties.iter().cloned().partition(|c| btp::is_receive_stage(&c.stage));
        self.optional("SendPipelineData", &properties::write_components(&send));
        self.optional("ReceivePipelineData", &properties::write_components(&receive));
        self.leaf("Filter", &filter::write(&port.filter));
        self.maps("Transforms", &port.outbound_maps);
        self.maps("InboundTransforms", &port.inbound_maps);
        self.certificate("EncryptionCert", port.encryption_certificate.as_ref());
        self.leaf("OrderedDelivery", flag(port.ordered_delivery));
        self.leaf("Priority", &port.priority.to_string());
        self.leaf("StopSendingOnFailure", flag(port.stop_on_failure));
        self.leaf("RouteFailedMessage", flag(port.route_failed_messages));
        self.leaf("Tracking", &port.tracking.to_string());
        self.optional("ApplicationName", &port.application);
        self.close();
    }

    fn transport(&mut self, element: &'static str, own: &Transport, primary: bool, ordered: bool) {
        self.open(element, &[]);
        self.leaf("Address", &own.address);
        self.adapter("TransportType", &own.transport);
        self.optional("TransportTypeData", &properties::write(&own.properties, &own.property_types));
        self.leaf("RetryCount", &own.retry_count.to_string());
        self.leaf("RetryInterval", &own.retry_interval.to_string());
        self.leaf("ServiceWindowEnabled", flag(own.service_window.is_some()));
        if let Some((from, to)) = &own.service_window {
            self.leaf("FromTime", &format!("2000-01-01T{from}:00"));
            self.leaf("ToTime", &format!("2000-01-01T{to}:00"));
        }
        self.leaf("Primary", flag(primary));
        self.leaf("OrderedDelivery", flag(ordered));
        self.leaf("DeliveryNotification", if own.delivery_notification { "2" } else { "1" });
        if !own.host.is_empty() {
            self.host("SendHandler", &own.host);
        }
        self.close();
    }

    fn location(&mut self, location: &ReceiveLocation) {
        self.open("ReceiveLocation", &[("Name", &location.name)]);
        self.optional("Description", &location.description);
        self.leaf("Address", &location.address);
        self.optional("PublicAddress", &location.public_address);
        self.leaf("Primary", flag(location.primary));
        self.schedule(location.schedule.as_ref());
        self.adapter("ReceiveLocationTransportType", &location.transport);
        let own = properties::write(&location.properties, &location.property_types);
        self.optional("ReceiveLocationTransportTypeData", &own);
        self.pipeline("ReceivePipeline", &location.receive_pipeline, false);
        self.pipeline("SendPipeline", &location.send_pipeline, true);
        let (receive, send): (Vec<_>, Vec<_>) =
            location.component_properties.iter().cloned().partition(|c| btp::is_receive_stage(&c.stage));
        self.optional("ReceivePipelineData", &properties::write_components(&receive));
        self.optional("SendPipelineData", &properties::write_components(&send));
        self.leaf("Enable", flag(location.enabled));
        if !location.host.is_empty() {
            self.host("ReceiveHandler", &location.host);
        }
        self.close();
    }

    fn schedule(&mut self, schedule: Option<&Schedule>) {
        let empty = Schedule::default();
        let own = schedule.unwrap_or(&empty);
        self.leaf("ReceiveLocationServiceWindowEnabled", flag(own.window.is_some()));
        if let Some((from, to)) = &own.window {
            self.leaf("ReceiveLocationFromTime", &format!("2000-01-01T{from}:00"));
            self.leaf("ReceiveLocationToTime", &format!("2000-01-01T{to}:00"));
        }
        self.leaf("ReceiveLocationStartDateEnabled", flag(own.start_date.is_some()));
        if let Some(date) = &own.start_date {
            self.leaf("ReceiveLocationStartDate", &format!("{date}T00:00:00"));
        }
        self.leaf("ReceiveLocationEndDateEnabled", flag(own.stop_date.is_some()));
        if let Some(date) = &own.stop_date {
            self.leaf("ReceiveLocationEndDate", &format!("{date}T00:00:00"));
        }
        self.optional("ScheduleTimeZone", &own.time_zone);
        if own.standard_time {
            self.leaf("ScheduleAutoAdjustToDaylightSaving", "false");
        }
        if let Some(recurrence) = &own.recurrence {
            self.recurrence(recurrence);
        }
    }

    fn recurrence(&mut self, own: &Recurrence) {
        let kind = match own.days {
            RecurrenceDays::Daily => "Daily",
            RecurrenceDays::Weekly(_) => "Weekly",
            RecurrenceDays::Monthly { .. } | RecurrenceDays::Ordinal { .. } => "Monthly",
        };
        self.leaf("ScheduleRecurrenceType", kind);
        self.leaf("ScheduleRecurenceFrom", &format!("{}T00:00:00", own.from));
        self.leaf("ScheduleRecurrenceInterval", &own.interval.to_string());
        match &own.days {
            RecurrenceDays::Daily => {}
            RecurrenceDays::Weekly(days) => self.leaf("ScheduleDaysOfWeek", &days.join(" ")),
            RecurrenceDays::Monthly { months, days, last_day } => {
                self.leaf("ScheduleMonths", &months.join(" "));
                self.leaf("ScheduleMonthDays", &days.join(" "));
                self.leaf("ScheduleLastDayOfMonth", flag(*last_day));
            }
            RecurrenceDays::Ordinal { months, ordinal, day } => {
                self.leaf("ScheduleIsOrdinal", "true");
                self.leaf("ScheduleMonths", &months.join(" "));
                self.leaf("ScheduleOrdinalType", ordinal);
                self.leaf("ScheduleOrdinalDayOfWeek", day);
            }
        }
    }
}

/// Text of an attribute, with line ends kept.
fn attribute_text(text: &str) -> String {
    escape_xml(text).replace('\n', "&#10;").replace('\r', "&#13;")
}

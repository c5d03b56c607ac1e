use super::{Bindings, ReceivePort, SendPortGroup, ServiceBinding};

/// What importing a binding file did, as names of artifacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindingImport {
    pub added: Vec<String>,
    pub updated: Vec<String>,
}

impl Bindings {
    /// Takes in a binding file: an artifact of a known name is overwritten, filters and maps with it; the lists of what
    /// belongs to a port or group (receive locations, member ports, bound logical ports) are merged (B-2).
    pub fn import(&mut self, file: Self) -> BindingImport {
        let mut done = BindingImport::default();
        merge(&mut self.receive_ports, file.receive_ports, |p| &p.name, &mut done, take_receive_port);
        merge(&mut self.send_ports, file.send_ports, |p| &p.name, &mut done, |old, new| *old = new);
        merge(&mut self.send_port_groups, file.send_port_groups, |g| &g.name, &mut done, take_group);
        merge(&mut self.services, file.services, |s| &s.orchestration, &mut done, take_service);
        merge(&mut self.parties, file.parties, |p| &p.name, &mut done, |old, new| *old = new);
        merge(
            &mut self.tracked_schemas,
            file.tracked_schemas,
            |s| &s.schema,
            &mut done,
            |old, new| *old = new,
        );
        self.pipeline_tracking.extend(file.pipeline_tracking);
        self.assemblies.extend(file.assemblies);
        self.adapters.extend(file.adapters);
        done
    }
}

/// Overwrites what has the same name and appends the rest.
fn merge<T: PartialEq + Clone>(
    own: &mut Vec<T>,
    file: Vec<T>,
    name: impl Fn(&T) -> &String,
    done: &mut BindingImport,
    take: impl Fn(&mut T, T),
) {
    for new in file {
        match own.iter_mut().find(|old| name(old) == name(&new)) {
            Some(old) => {
                let before = old.clone();
                take(old, new);
                if *old != before {
                    done.updated.push(name(old).clone());
                }
            }
            None => {
                done.added.push(name(&new).clone());
                own.push(new);
            }
        }
    }
}

fn take_receive_port(old: &mut ReceivePort, new: ReceivePort) {
    let mut locations = std::mem::take(&mut old.locations);
    for location in &new.locations {
        match locations.iter_mut().find(|known| known.name == location.name) {
            Some(known) => known.clone_from(location),
            None => locations.push(location.clone()),
        }
    }
    *old = ReceivePort { locations, ..new };
}

fn take_group(old: &mut SendPortGroup, new: SendPortGroup) {
    let mut ports = std::mem::take(&mut old.ports);
    ports.extend(new.ports.iter().filter(|port| !ports.contains(port)).cloned().collect::<Vec<_>>());
    *old = SendPortGroup { ports, ..new };
}

fn take_service(old: &mut ServiceBinding, new: ServiceBinding) {
    let mut ports = std::mem::take(&mut old.ports);
    ports.extend(new.ports.clone());
    *old = ServiceBinding { ports, ..new };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PortBinding, ReceiveLocation, SendPort};

    #[test]
    fn members_are_merged_and_the_rest_is_overwritten() {
        let location = |name: &str, address: &str| ReceiveLocation {
            name: name.into(),
            address: address.into(),
            ..ReceiveLocation::default()
        };
        let mut own = Bindings {
            receive_ports: vec![ReceivePort {
                name: "R".into(),
                locations: vec![location("A", "old"), location("B", "kept")],
                inbound_maps: vec!["old".into()],
                ..ReceivePort::default()
            }],
            send_port_groups: vec![SendPortGroup {
                name: "G".into(),
                ports: vec!["1".into()],
                ..SendPortGroup::default()
            }],
            services: vec![ServiceBinding {
                orchestration: "T.O".into(),
                ports: [("In".to_owned(), PortBinding::ReceivePort("R".into()))].into(),
                ..ServiceBinding::default()
            }],
            ..Bindings::default()
        };
        let mut file = own.clone();
        file.receive_ports[0].locations = vec![location("A", "new"), location("C", "added")];
        file.receive_ports[0].inbound_maps = vec!["new".into()];
        file.send_port_groups[0].ports = vec!["2".into(), "1".into()];
        file.services[0].ports = [("Out".to_owned(), PortBinding::SendPort("S".into()))].into();
        file.send_ports = vec![SendPort { name: "S".into(), ..SendPort::default() }];
        let done = own.import(file);
        assert_eq!(
            (done.added, done.updated),
            (vec!["S".into()], vec!["R".into(), "G".into(), "T.O".into()])
        );
        let locations: Vec<_> =
            own.receive_ports[0].locations.iter().map(|l| (l.name.as_str(), l.address.as_str())).collect();
        assert_eq!(locations, [("A", "new"), ("B", "kept"), ("C", "added")]);
        assert_eq!(own.receive_ports[0].inbound_maps, ["new"]);
        assert_eq!(own.send_port_groups[0].ports, ["1", "2"]);
        assert_eq!(own.services[0].ports.len(), 2);
        assert_eq!(own.import(own.clone()), BindingImport::default());
    }
}

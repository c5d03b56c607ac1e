//! What a scenario changes about the application before it begins.

use super::finding;
use super::words::Words;
use crate::diagnostic::Diagnostic;
use crate::model::files::{decode, encode};
use crate::model::{Application, Scenario, SendPortSetUp, ServiceBinding, SetUp, TextEdit, Vocabulary};

const STEP: &str = "set_up";

/// The application with the set-ups of vocabulary and scenario; `None` when they change nothing.
pub(super) fn apply(
    application: &Application,
    scenario: &Scenario,
    words: &Words<'_>,
) -> Result<Option<Application>, Vec<Diagnostic>> {
    let none = SetUp::default();
    let set_ups = [if scenario.alone { &none } else { &words.vocabulary.set_up }, &scenario.set_up];
    if set_ups.iter().all(|set_up| **set_up == SetUp::default()) {
        return Ok(None);
    }
    let edits: Vec<_> = set_ups.iter().flat_map(|set_up| &set_up.edits).collect();
    let copies: Vec<_> = set_ups.iter().flat_map(|set_up| &set_up.copies).collect();
    let mut changed = if edits.is_empty() && copies.is_empty() {
        application.clone()
    } else {
        edit(application, &copies, &edits, words)?
    };
    for set_up in set_ups {
        configure(&mut changed, set_up, words).map_err(|error| vec![error])?;
    }
    Ok(Some(changed))
}

/// Copies and edits the files of the application as text.
fn edit(
    application: &Application,
    copies: &[(&String, &String)],
    edits: &[&TextEdit],
    words: &Words<'_>,
) -> Result<Application, Vec<Diagnostic>> {
    // The scenarios themselves are none of what is edited.
    let bare = Application {
        scenarios: Default::default(),
        vocabulary: Vocabulary::default(),
        ..application.clone()
    };
    let mut tree = encode(&bare)?;
    for (new, from) in copies {
        words
            .known(STEP, "file of the application", from, tree.keys().map(String::as_str))
            .map_err(|error| vec![error])?;
        if let Some(bytes) = tree.get(*from).cloned() {
            tree.insert((*new).clone(), bytes);
        }
    }
    for TextEdit { file, replace, by } in edits {
        words
            .known(STEP, "file of the application", file, tree.keys().map(String::as_str))
            .map_err(|error| vec![error])?;
        let Some(bytes) = tree.get_mut(file) else { continue };
        let text = String::from_utf8_lossy(bytes);
        if replace.is_empty() || !text.contains(replace) {
            let message = format!("`{file}` does not contain `{replace}`");
            let help = "open the file and copy the text to replace from it".to_owned();
            return Err(vec![finding("T02", &words.file, STEP, message, help)]);
        }
        *bytes = text.replace(replace, by).into_bytes();
    }
    decode(&tree).map(|(application, _)| application)
}

fn configure(application: &mut Application, set_up: &SetUp, words: &Words<'_>) -> Result<(), Diagnostic> {
    application.settings.configuration.extend(set_up.configuration.clone());
    let bindings = &mut application.bindings;
    for (name, change) in &set_up.send_ports {
        let name = words.full(name);
        words.known(STEP, "send port", name, bindings.send_ports.iter().map(|p| p.name.as_str()))?;
        let Some(port) = bindings.send_ports.iter_mut().find(|p| p.name == name) else { continue };
        let SendPortSetUp { state, retry_count, retry_interval, address } = change;
        port.state = state.unwrap_or(port.state);
        if let Some(transport) = &mut port.primary {
            transport.retry_count = retry_count.unwrap_or(transport.retry_count);
            transport.retry_interval = retry_interval.unwrap_or(transport.retry_interval);
            if let Some(address) = address {
                transport.address.clone_from(address);
            }
        }
    }
    for (name, state) in &set_up.send_port_groups {
        let name = words.full(name);
        words.known(
            STEP,
            "send port group",
            name,
            bindings.send_port_groups.iter().map(|g| g.name.as_str()),
        )?;
        bindings.send_port_groups.iter_mut().filter(|g| g.name == name).for_each(|g| g.state = *state);
    }
    for (name, enabled) in &set_up.receive_locations {
        let name = words.full(name);
        let locations = bindings.receive_ports.iter().flat_map(|p| &p.locations);
        words.known(STEP, "receive location", name, locations.map(|l| l.name.as_str()))?;
        let locations = bindings.receive_ports.iter_mut().flat_map(|p| &mut p.locations);
        locations.filter(|l| l.name == name).for_each(|l| l.enabled = *enabled);
    }
    let names: Vec<_> = application.orchestrations().map(|(module, o)| module.full_name(&o.name)).collect();
    for (name, state) in &set_up.orchestrations {
        let name = words.full(name);
        words.known(STEP, "orchestration", name, names.iter().map(String::as_str))?;
        let services = &mut application.bindings.services;
        match services.iter_mut().find(|s| s.orchestration == name) {
            Some(service) => service.state = *state,
            None => services.push(ServiceBinding {
                orchestration: name.to_owned(),
                state: *state,
                ..ServiceBinding::default()
            }),
        }
    }
    Ok(())
}

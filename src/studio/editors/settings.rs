//! The application's own settings: configuration values, engine, mocks; and its hosts.

use super::{Editing, list};
use crate::model::edit::{Edit, Part};
use crate::model::{ConfigurationCache, DehydrationBehavior, EngineSettings, ExceptionType};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{ScrollArea, TextEdit, Ui};

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>) {
    let t = Tokens::of(ui);
    let settings = &editing.document.app.settings;
    let mut new = settings.clone();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width((ui.available_width() - 8.0).min(list::FORM));
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 5.0);
        list::head(
            ui,
            Glyph::Rules,
            t.construct,
            editing.document.name(),
            "Configuration of the application",
            |_| {},
        );
        fields::text(ui, "Name", &mut new.name);
        fields::text(ui, "Description", &mut new.description);
        list::pairs(ui, "Configuration values", "value", &mut new.configuration);
        cache(ui, &mut new.configuration_cache);
        engine(ui, &mut new.engine);
        list::pairs(ui, "Answers of custom code without a script", "member", &mut new.mocks);
        fields::note(ui, "By full name of the member, as XLANG/s: Acme.Rates.Today is 0.19m");
        exceptions(ui, &mut new.exceptions);
        ui.add_space(24.0);
    });
    if new != *settings {
        editing.typing(Edit::Set(Part::Settings(new)), "settings");
    }
}

fn cache(ui: &mut Ui, cache: &mut Option<ConfigurationCache>) {
    let mut on = cache.is_some();
    fields::heading(ui, "Reading configuration");
    if fields::toggle(ui, "Through a cache, loaded again after an interval", &mut on) {
        *cache = on.then(ConfigurationCache::default);
    }
    if let Some(cache) = cache {
        fields::text(ui, "Interval key", &mut cache.interval);
        fields::note(
            ui,
            "The key of the value that says after how many milliseconds to load again; else 300000",
        );
        fields::text(ui, "Log source", &mut cache.log_source);
    }
}

fn engine(ui: &mut Ui, engine: &mut EngineSettings) {
    fields::heading(ui, "Engine");
    fields::toggle(ui, "Validate messages against their schemas", &mut engine.validate_schemas);
    fields::toggle(ui, "Validate correlation values", &mut engine.validate_correlations);
    fields::toggle(ui, "Extended logging", &mut engine.extended_logging);
    fields::toggle(ui, "An uncaught exception is not resumable", &mut engine.uncaught_non_resumable);
    let mut limited = engine.loop_limit.is_some();
    if fields::toggle(ui, "Own limit for loops without a wait", &mut limited) {
        engine.loop_limit = limited.then_some(1_000_000);
    }
    if let Some(limit) = &mut engine.loop_limit {
        list::number(ui, "Limit", limit, 0..=u32::MAX, "operations; 0 is none");
    }
}

fn exceptions(ui: &mut Ui, exceptions: &mut Vec<ExceptionType>) {
    if fields::heading_with_add(ui, "Exception types", "Add an exception type") {
        exceptions.push(ExceptionType { name: "MyException".into(), base: "System.Exception".into() });
    }
    let mut removed = None;
    for (at, exception) in exceptions.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 44.0) / 2.0;
            for (value, what) in [(&mut exception.name, "Name"), (&mut exception.base, "Base")] {
                let field = TextEdit::singleline(value).hint_text(what).desired_width(width - 8.0);
                fields::live(ui, field).accessible_name(format!("{what} of exception type {}", at + 1));
            }
            if fields::icon_button(ui, Glyph::Close, &format!("Remove exception type {}", at + 1)).clicked() {
                removed = Some(at);
            }
        });
        if !exception.name.ends_with("Exception") {
            list::wrong(ui, "The name ends in Exception");
        }
    }
    if let Some(at) = removed {
        exceptions.remove(at);
    }
}

/// One host, with when it dehydrates (DEH-3 to DEH-5). `renamed` hears of a new name.
pub fn host(ui: &mut Ui, editing: &mut Editing<'_>, key: &str, renamed: impl FnOnce(String)) {
    let settings = &editing.document.app.settings;
    let Some((at, host)) = settings.hosts.iter().enumerate().find(|(_, h)| h.name == key) else { return };
    let mut new = host.clone();
    if let Some(name) = fields::name(ui, "Name", key)
        && !name.is_empty()
        && settings.hosts.iter().all(|h| h.name != name)
    {
        new.name = name;
    }
    fields::text(ui, "Windows group", &mut new.group);
    fields::toggle(ui, "Isolated: it runs inside another process", &mut new.isolated);
    fields::toggle(ui, "Trusted: it passes on who a message came from", &mut new.trusted);
    fields::heading(ui, "Dehydration");
    let kinds = [
        (DehydrationBehavior::Custom, "By thresholds"),
        (DehydrationBehavior::Always, "Always"),
        (DehydrationBehavior::Never, "Never"),
    ];
    let dehydration = &mut new.dehydration;
    fields::pick(ui, "When", &mut dehydration.behavior, &kinds);
    if dehydration.behavior == DehydrationBehavior::Custom {
        list::number(ui, "At least", &mut dehydration.min_threshold, 0..=86_400, "seconds idle");
        list::number(ui, "At most", &mut dehydration.max_threshold, 1..=86_400, "seconds idle");
        if dehydration.min_threshold > dehydration.max_threshold {
            list::wrong(ui, "The least is more than the most");
        }
        let mut constant = dehydration.constant_threshold.is_some();
        if fields::toggle(ui, "Always the same threshold", &mut constant) {
            dehydration.constant_threshold = constant.then_some(1800);
        }
        if let Some(seconds) = &mut dehydration.constant_threshold {
            list::number(ui, "Threshold", seconds, 0..=86_400, "seconds idle");
        }
        for (limits, what, unit) in [
            (&mut dehydration.virtual_memory, "Address space", "MB"),
            (&mut dehydration.private_memory, "Private bytes", "MB"),
            (&mut dehydration.physical_memory, "Machine memory", "%"),
        ] {
            ui.push_id(what, |ui| {
                fields::toggle(ui, what, &mut limits.active);
                if limits.active {
                    list::number(ui, "Enough up to", &mut limits.optimal, 0..=1_000_000, unit);
                    list::number(ui, "Too little from", &mut limits.maximal, 0..=1_000_000, unit);
                }
            });
        }
    }
    if new == *host {
        return;
    }
    let name = (new.name != key).then(|| new.name.clone());
    let mut settings = settings.clone();
    if let Some(own) = settings.hosts.get_mut(at) {
        *own = new;
    }
    let mut edits = vec![Edit::Set(Part::Settings(settings))];
    let Some(name) = name else {
        editing.typing(Edit::Batch { label: "Change host".into(), edits }, format!("host {key}"));
        return;
    };
    let mut bindings = editing.document.app.bindings.clone();
    let locations = bindings.receive_ports.iter_mut().flat_map(|p| &mut p.locations).map(|l| &mut l.host);
    let transports = bindings.send_ports.iter_mut().flat_map(|p| p.primary.iter_mut().chain(&mut p.backup));
    let services = bindings.services.iter_mut().map(|s| &mut s.host);
    for used in locations.chain(transports.map(|t| &mut t.host)).chain(services).filter(|used| **used == key)
    {
        used.clone_from(&name);
    }
    if bindings != editing.document.app.bindings {
        edits.push(Edit::Set(Part::Bindings(bindings)));
    }
    editing.batch(format!("Rename to {name}"), edits);
    renamed(name);
}

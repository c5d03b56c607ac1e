//! The configuration store of the application and the cache in front of it.

use super::core::Step;
use super::instance::exception;
use crate::message::{DateTime, TimeSpan};
use crate::xlang::{LogLevel, Raised};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Milliseconds a load stays good when the store does not say.
const DEFAULT_INTERVAL: i64 = 300_000;

/// Counterpart of an SSO configuration store.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Configuration {
    values: Arc<BTreeMap<String, String>>,
    unreadable: bool,
    cache: Option<Cached>,
}

/// What was read, and when to read again.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cached {
    values: Arc<BTreeMap<String, String>>,
    due: DateTime,
}

impl Configuration {
    pub fn new(values: &BTreeMap<String, String>) -> Self {
        Self { values: Arc::new(values.clone()), ..Self::default() }
    }

    pub fn set(&mut self, key: String, value: String) {
        Arc::make_mut(&mut self.values).insert(key, value);
    }

    pub fn set_readable(&mut self, readable: bool) {
        self.unreadable = !readable;
    }
}

impl Step<'_> {
    /// A value, see [`Step::configuration_values`].
    pub fn configuration(&mut self, key: &str) -> Result<Option<String>, Raised> {
        Ok(self.configuration_values()?.get(key).cloned())
    }

    /// The values, through the cache if the application has one. A load that fails is written to the event log; it
    /// is an exception when nothing was loaded before, else the old values stay for another interval.
    pub fn configuration_values(&mut self) -> Result<Arc<BTreeMap<String, String>>, Raised> {
        let now = self.now();
        let program = Arc::clone(self.program);
        let store = &mut self.core.configuration;
        let unread = || {
            let text = "The configuration store cannot be read";
            exception("Orchestrion.ConfigurationException", text)
        };
        let Some(settings) = &program.application.settings.configuration_cache else {
            return if store.unreadable { Err(unread()) } else { Ok(Arc::clone(&store.values)) };
        };
        if store.cache.as_ref().is_none_or(|cache| cache.due <= now) {
            let values = match &store.cache {
                Some(cache) if store.unreadable => Some(Arc::clone(&cache.values)),
                None if store.unreadable => None,
                _ => Some(Arc::clone(&store.values)),
            };
            let failed = store.unreadable;
            store.cache = values.map(|values| {
                let interval = values.get(&settings.interval).and_then(|text| text.trim().parse().ok());
                let interval = TimeSpan::from_millis(interval.unwrap_or(DEFAULT_INTERVAL).max(0));
                Cached { values, due: now.plus(interval) }
            });
            if failed {
                let text = unread().message.clone();
                self.log(LogLevel::Error, &settings.log_source, &text);
            }
        }
        let cache = self.core.configuration.cache.as_ref().ok_or_else(unread)?;
        Ok(Arc::clone(&cache.values))
    }
}

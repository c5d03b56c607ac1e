use crate::component::Components;
use crate::model::Application;
use crate::xlang::ExceptionTypes;
use crate::xml::SchemaSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What every text of an application can name, resolved once for a state of the application.
#[derive(Debug)]
pub struct Knowledge {
    pub(super) schemas: Arc<SchemaSet>,
    pub(super) exceptions: ExceptionTypes,
    /// Full names.
    pub(super) orchestrations: BTreeSet<String>,
    pub(super) maps: BTreeSet<String>,
    pub(super) pipelines: Vec<String>,
    /// Functions of scripted classes: name and number of parameters, by class.
    pub(super) components: BTreeMap<String, Vec<(String, usize)>>,
}

impl Knowledge {
    pub fn of(app: &Application) -> Self {
        Self::with(app, Arc::new(SchemaSet::build(app)))
    }

    /// With the schemas of the application as they were read before.
    pub fn with(app: &Application, schemas: Arc<SchemaSet>) -> Self {
        let (scripts, _) = Components::compile(&app.components);
        let functions = |class: &String| {
            let all = scripts.functions(class)?.into_iter();
            let split = all.filter_map(|function| {
                let (name, parameters) = function.rsplit_once('/')?;
                Some((name.to_owned(), parameters.parse().ok()?))
            });
            Some((class.clone(), split.collect()))
        };
        Self {
            schemas,
            exceptions: ExceptionTypes::of(app),
            orchestrations: app.orchestrations().map(|(m, o)| m.full_name(&o.name)).collect(),
            maps: app.maps.values().map(|map| map.name.clone()).collect(),
            pipelines: app.settings.pipelines.iter().map(|p| p.name.clone()).collect(),
            components: app.components.keys().filter_map(functions).collect(),
        }
    }
}

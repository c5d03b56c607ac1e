use super::{Exit, complain, load, say};
use crate::biztalk;
use crate::model::Application;
use crate::xml::{Optional, SchemaSet, Wishes};
use clap::{Args, ValueEnum};
use std::fs;
use std::path::PathBuf;

/// Make a message from a schema: what it requires and what is promoted, with valid values.
///
/// Of an orchestration it makes the message that starts it: what its filter and its texts ask for, all parts of it as MIME,
/// and says at which receive location to hand it in.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder.
    application: PathBuf,
    /// Message type, `namespace#Root`, or type name of the schema, such as `Order`; or an orchestration.
    message_type: String,
    /// Draws choices and values; 0 takes the first of everything.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Which elements and attributes are there that need not be.
    #[arg(long, value_enum, default_value_t)]
    optional: Part,
    /// How often repeating records are there.
    #[arg(long, default_value_t = 1)]
    occurrences: u32,
    /// Text of a node, by path, promoted property or distinguished field: `OrderProperties.ID=A17`.
    #[arg(long = "set", value_name = "FIELD=TEXT", value_parser = assignment)]
    values: Vec<(String, String)>,
    /// File to write; standard output without it.
    #[arg(long)]
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Part {
    #[default]
    None,
    Some,
    All,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    // A path in long form has equals signs of its own, in brackets.
    let from = text.rfind(']').unwrap_or(0);
    let at = text.get(from..).and_then(|rest| rest.find('=')).map(|at| from + at);
    let split = at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    let (field, value) = split.ok_or("write FIELD=TEXT, e.g. /Order/ID=A17")?;
    Ok((field.to_owned(), value.to_owned()))
}

pub fn generate(arguments: &Arguments) -> Exit {
    let application = match load(&arguments.application) {
        Ok(loaded) => loaded.application,
        Err(exit) => return exit,
    };
    let schemas = SchemaSet::build(&application);
    let named = schemas.root_named(&arguments.message_type).map(|root| root.message_type.clone());
    if named.is_none()
        && !schemas.knows(&arguments.message_type)
        && let Some(key) = orchestration(&application, &arguments.message_type)
    {
        return starting(arguments, &application, &schemas, &key);
    }
    let class = || schemas.class(&arguments.message_type).map(|class| class.message_type());
    let message_type = match schemas.knows(&arguments.message_type) {
        true => arguments.message_type.as_str().into(),
        false => named.or_else(class).unwrap_or_else(|| arguments.message_type.as_str().into()),
    };
    let wishes = Wishes {
        seed: arguments.seed,
        optional: match arguments.optional {
            Part::None => Optional::None,
            Part::Some => Optional::Some,
            Part::All => Optional::All,
        },
        occurrences: arguments.occurrences,
        values: arguments.values.clone(),
    };
    let instance = match schemas.generate(&message_type, &wishes) {
        Ok(instance) => instance,
        Err(error) => {
            complain(format_args!("error: {error}\n  help: {}", error.help));
            if !schemas.knows(&message_type) {
                complain("  message types of this application:");
                for root in schemas.roots() {
                    complain(format_args!("    {}  ({})", root.message_type, root.type_name));
                }
            }
            return Exit::Failed;
        }
    };
    for note in &instance.notes {
        complain(format_args!("note: {note}"));
    }
    give(arguments, &instance.text)
}

/// Key of the module of an orchestration, by its name, full name or file name.
fn orchestration(application: &Application, name: &str) -> Option<String> {
    let mut all = application.modules.iter();
    let found = all.find(|(key, module)| {
        module
            .orchestration
            .as_ref()
            .is_some_and(|own| key.as_str() == name || own.name == name || module.qualify(&own.name) == name)
    });
    found.map(|(key, _)| key.clone())
}

/// The message that starts an orchestration.
fn starting(arguments: &Arguments, application: &Application, schemas: &SchemaSet, key: &str) -> Exit {
    match biztalk::sample(application, schemas, key) {
        Ok(sample) => {
            complain(format_args!("note: hand it in at the receive location {}", sample.location));
            for (property, value) in &sample.properties {
                complain(format_args!("note: its adapter has to promote {property} = {value}"));
            }
            give(arguments, &sample.body)
        }
        Err(reason) => {
            let help = "name a message type, or an orchestration that a message starts";
            complain(format_args!("error: nothing starts {key} from outside: {reason}\n  help: {help}"));
            Exit::Failed
        }
    }
}

fn give(arguments: &Arguments, text: &str) -> Exit {
    match &arguments.file {
        None => {
            say(text);
        }
        Some(file) => {
            if let Err(error) = fs::write(file, text) {
                let shown = file.display();
                complain(format_args!(
                    "error: {shown} cannot be written: {error}\n  help: check the name and the permissions"
                ));
                return Exit::Unusable;
            }
        }
    }
    Exit::Done
}

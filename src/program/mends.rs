//! What was most likely meant by a name that is not there, as an edit.

use super::service::ServiceCompiler;
use crate::diagnostic::{Diagnostic, Place};
use crate::message::ValueType;
use crate::model::Variable;
use crate::model::edit::{CodeProperty, Declaration, Edit, with_text};
use crate::xlang::{Compiled, Mend};

/// Findings of one orchestration that get their mends: nobody mends more of them one by one.
const MOST: usize = 300;

impl ServiceCompiler<'_> {
    /// A finding of `text` with the ways to mend it.
    pub(super) fn mended(&self, mut told: Diagnostic, text: &str, compiled: &Compiled) -> Diagnostic {
        if self.found.len() > MOST {
            return told;
        }
        let span = told.place.span.clone();
        for (_, mend) in compiled.mends.iter().filter(|(at, _)| span == Some(at.range())) {
            let (title, edit) = match mend {
                Mend::Spell(name) => ("Correct the spelling", self.spelt(&told.place, text, name)),
                Mend::Declare(name, value_type) => {
                    // Another place of the text may tell its type.
                    let same = compiled.mends.iter().filter_map(|(_, other)| match other {
                        Mend::Declare(same, value_type) if same == name => Some(value_type),
                        _ => None,
                    });
                    let typed = std::iter::once(value_type).chain(same).find(|t| **t != ValueType::Unknown);
                    ("Declare it as a variable", typed.map(|value_type| self.declared(name, value_type)))
                }
            };
            if let Some(edit) = edit {
                told = told.mend(title, vec![edit]);
            }
        }
        told
    }

    fn spelt(&self, place: &Place, text: &str, name: &str) -> Option<Edit> {
        let property = match place.property {
            "text" => CodeProperty::Text,
            "condition" => CodeProperty::Condition,
            "timeout" => CodeProperty::Timeout,
            "initial_value" => CodeProperty::InitialValue(place.name.clone()),
            _ => return None,
        };
        let word = place.span.as_ref()?;
        let (before, after) = (text.get(..word.start as usize)?, text.get(word.end as usize..)?);
        let text = format!("{before}{name}{after}");
        with_text(self.key, self.orchestration, place.id.as_ref(), &property, &text)
    }

    fn declared(&self, name: &str, value_type: &ValueType) -> Edit {
        let variable_type = value_type.name().to_owned();
        let variable = Variable { name: name.to_owned(), variable_type, ..Variable::default() };
        Edit::Declare {
            module: self.key.to_owned(),
            scope: None,
            index: usize::MAX,
            declaration: Declaration::Variable(variable),
        }
    }
}

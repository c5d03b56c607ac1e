use super::docs;
use super::meaning::Meaning;
use super::scope::Scope;
use super::words::{bare, significant};
use crate::xlang::{MemberKind, members_of};

/// The calls one may be writing, and which argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// One for each overload: the words before the parameters, and the parameters.
    pub forms: Vec<(String, Vec<String>)>,
    /// The form that fits the number of arguments so far.
    pub form: usize,
    /// Argument the cursor is in, from 0.
    pub argument: usize,
    pub about: String,
}

/// What is called around byte `at` of `text`.
pub fn signature(scope: &Scope<'_>, text: &str, at: usize) -> Option<Signature> {
    let all = significant(text);
    let of = |i: usize| all.get(i).and_then(|t| text.get(t.range.clone())).unwrap_or("");
    let mut depth = 0_usize;
    let mut argument = 0;
    let mut here = all.iter().rposition(|t| t.range.end <= at)?;
    let opening = loop {
        match of(here) {
            ")" => depth += 1,
            "(" if depth == 0 => break here,
            "(" => depth -= 1,
            "," if depth == 0 => argument += 1,
            ";" | "{" | "}" if depth == 0 => return None,
            _ => {}
        }
        here = here.checked_sub(1)?;
    };
    let name = all.get(opening.checked_sub(1)?)?;
    let chains = scope.chains(text);
    let chain = chains.iter().find(|c| c.words.last().is_some_and(|w| *w == name.range))?;
    let last = chain.words.len() - 1;
    let dotted: Vec<&str> =
        chain.words.iter().map(|w| bare(text.get(w.clone()).unwrap_or_default())).collect();
    let mut about = String::new();
    let constructed = chain.role == super::words::Role::Type && of(opening - 1) != "typeof";
    let forms: Vec<(String, Vec<String>)> = if constructed {
        let type_name = dotted.join(".");
        docs::member(&type_name, ".ctor").clone_into(&mut about);
        let own = members_of(&type_name).into_iter().filter(|m| m.kind == MemberKind::Constructor);
        own.map(|m| (format!("new {}", m.type_name), m.parameters.iter().map(ToString::to_string).collect()))
            .collect()
    } else {
        match scope.meaning(text, chain, last)? {
            Meaning::Members(members) => {
                let first = members.first()?;
                docs::member(&first.type_name, &first.name).clone_into(&mut about);
                members
                    .iter()
                    .map(|m| {
                        let returns = m.returns.as_ref().map_or("void", |t| t.short_name());
                        let mut parameters: Vec<String> =
                            m.parameters.iter().map(ToString::to_string).collect();
                        if m.variadic {
                            parameters.push("…".to_owned());
                        }
                        (format!("{returns} {}", m.name), parameters)
                    })
                    .collect()
            }
            Meaning::Function(function) => {
                function.about.clone_into(&mut about);
                let parameters = function.parameters.iter().map(|p| (*p).to_owned()).collect();
                vec![(function.name.to_owned(), parameters)]
            }
            Meaning::Script { class, member, parameters } => {
                about = format!("Function of the script of {class}");
                vec![(member, (1..=parameters).map(|n| format!("p{n}")).collect())]
            }
            _ => return None,
        }
    };
    let form = forms.iter().position(|(_, parameters)| parameters.len() > argument).unwrap_or(0);
    (!forms.is_empty()).then_some(Signature { forms, form, argument, about })
}

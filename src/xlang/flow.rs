//! What a text tells about names whose types nothing else tells: which of them hold the same content, and what is read
//! from them. Read from the syntax alone, so that it is there before anything is compiled.

use super::syntax::{Argument, Expr, ExprKind, Parser, Statement, StatementKind};
use crate::message::{Value, ValueType};

/// One thing a text tells. A name is that of a message, a part (`Message.Part`) or a variable; or a member with its class
/// or object before it, as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Flow {
    /// Both have the same content.
    Same(String, String),
    /// The second is what the pipeline of the first makes of an interchange.
    Pipeline(String, String),
    /// The messages that pipelines of this text give are taken in here.
    Taken(String),
    /// Its text is read as a value of the type.
    Read(String, ValueType),
    /// Its root element has this local name, and this namespace if the path says so.
    Root(String, String, Option<String>),
    /// `Message(Property)` is read.
    Property(String, String),
    /// `Message(Property)` is assigned, or it is asked whether it is there.
    Named(String, String),
    /// A trading partner is named, with the qualifier of the name.
    Party(String, String),
}

/// What statements or an expression tell, in order. Texts that do not parse tell what their readable part does.
pub fn flows(text: &str) -> Vec<Flow> {
    let mut found = Vec::new();
    let mut parser = Parser::new(text);
    if parser.is_blank() {
        return found;
    }
    let start = parser.expression();
    if parser.ends() {
        expression(&start, &mut found);
    } else {
        statements(&Parser::new(text).statements(), &mut found);
    }
    found
}

fn statements(all: &[Statement], found: &mut Vec<Flow>) {
    for statement in all {
        match &statement.kind {
            StatementKind::Assign(target, value) => {
                // Only what is right of it is read: `Msg(Prop) = …` writes.
                expression(value, found);
                if let ExprKind::Call(callee, arguments) = &target.kind
                    && let Some((message, property)) = property(callee, arguments)
                {
                    found.push(Flow::Named(message, property));
                }
                if let (Some(target), Some(value)) = (place(target), content(value)) {
                    found.push(Flow::Same(target, value));
                }
            }
            StatementKind::Do(value) | StatementKind::Throw(value) => expression(value, found),
            StatementKind::If(branches, otherwise) => {
                for (condition, body) in branches {
                    expression(condition, found);
                    statements(body, found);
                }
                statements(otherwise, found);
            }
            StatementKind::While(condition, body) => {
                expression(condition, found);
                statements(body, found);
            }
            StatementKind::Block(body) | StatementKind::Construct(_, body) => statements(body, found),
            StatementKind::Error => {}
        }
    }
}

fn expression(value: &Expr, found: &mut Vec<Flow>) {
    match &value.kind {
        ExprKind::Call(callee, arguments) => {
            call(callee, arguments, found);
            expression(callee, found);
            arguments.iter().for_each(|argument| expression(&argument.value, found));
        }
        ExprKind::New(path, arguments) => {
            let text = |at: usize| match arguments.get(at).map(|argument| &argument.value.kind) {
                Some(ExprKind::Literal(Value::String(text))) => Some(text.to_string()),
                _ => None,
            };
            if let (true, Some(name), Some(qualifier)) = (path.dotted().ends_with("Party"), text(0), text(1))
            {
                found.push(Flow::Party(name, qualifier));
            }
            arguments.iter().for_each(|argument| expression(&argument.value, found));
        }
        ExprKind::Member(inner, _)
        | ExprKind::Unary(_, inner)
        | ExprKind::Cast(_, inner)
        | ExprKind::Checked(_, inner) => expression(inner, found),
        ExprKind::Binary(_, left, right) => {
            expression(left, found);
            expression(right, found);
        }
        ExprKind::Exists(property, message) => {
            found.push(Flow::Named(message.dotted(), property.dotted()));
        }
        ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::AllProperties(_)
        | ExprKind::TypeOf(_)
        | ExprKind::Error => {}
    }
}

fn call(callee: &Expr, arguments: &[Argument], found: &mut Vec<Flow>) {
    let ExprKind::Name(path) = &callee.kind else { return };
    let argument = |at: usize| arguments.get(at).map(|argument| &argument.value);
    let named = |at: usize| argument(at).and_then(content);
    let Some((method, owner)) = path.words.split_last() else { return };
    let owner = owner.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(".");
    match method.text.as_str() {
        "LoadXml" => {
            found.extend(named(0).map(|text| Flow::Same(owner, text)));
            found.extend(named(0).map(|text| Flow::Read(text, ValueType::Xml)));
        }
        "ExecuteReceivePipeline" => {
            let pipeline = match argument(0).map(|value| &value.kind) {
                Some(ExprKind::TypeOf(path)) => path.dotted(),
                _ => String::new(),
            };
            found.extend(named(1).map(|message| Flow::Pipeline(pipeline, message)));
        }
        "GetCurrent" => found.extend(named(0).map(Flow::Taken)),
        "Parse" => {
            let kind = ValueType::from_name(&owner);
            found.extend(named(0).map(|text| Flow::Read(text, kind)));
        }
        name if name.starts_with("To") && owner.ends_with("Convert") => {
            let kind = ValueType::from_name(&format!("System.{}", name.trim_start_matches("To")));
            found.extend(named(0).map(|text| Flow::Read(text, kind)));
        }
        "xpath" if owner.is_empty() => {
            let (Some(document), Some(ExprKind::Literal(Value::String(path)))) =
                (named(0), argument(1).map(|value| &value.kind))
            else {
                return;
            };
            found.extend(root(path).map(|(local, namespace)| Flow::Root(document, local, namespace)));
        }
        _ => found.extend(property(callee, arguments).map(|(message, name)| Flow::Property(message, name))),
    }
}

/// `Message(Property)`, as far as the syntax shows.
fn property(callee: &Expr, arguments: &[Argument]) -> Option<(String, String)> {
    let (ExprKind::Name(message), [argument]) = (&callee.kind, arguments) else { return None };
    let ([word], ExprKind::Name(property)) = (message.words.as_slice(), &argument.value.kind) else {
        return None;
    };
    Some((word.text.to_string(), property.dotted()))
}

/// The element that an absolute path begins with.
fn root(path: &str) -> Option<(String, Option<String>)> {
    let at = path.find('/')?;
    let rest = path.get(at + 1..)?;
    let step = rest.strip_prefix("*[")?;
    let step = step.get(..step.find(']')?)?;
    let value = |function: &str| {
        let after = step.split_once(function)?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        after.get(1..)?.split_once(quote).map(|(value, _)| value.to_owned())
    };
    Some((value("local-name()")?, value("namespace-uri()")))
}

/// A whole message, a part, a variable or a field, as it is written.
fn place(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Name(path) => Some(path.dotted()),
        _ => None,
    }
}

/// What has the content of a value: a name, or the member that is called for it.
fn content(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Name(path) => Some(path.dotted()),
        ExprKind::Call(callee, _) => match &callee.kind {
            // `Name(…)` without a class is a property of a message, or `xpath`.
            ExprKind::Name(path) if path.words.len() > 1 => Some(path.dotted()),
            _ => None,
        },
        ExprKind::Cast(_, inner) | ExprKind::Checked(_, inner) => content(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> Flow {
        Flow::Same(a.into(), b.into())
    }

    #[test]
    fn assignments_and_loading_join_names() {
        let text = "doc.LoadXml(Shop.Orders.Template(id)); Out = doc; Two.Head = (System.Xml.XmlDocument)In;";
        assert_eq!(
            flows(text),
            [
                same("doc", "Shop.Orders.Template"),
                Flow::Read("Shop.Orders.Template".into(), ValueType::Xml),
                same("Out", "doc"),
                same("Two.Head", "In")
            ]
        );
    }

    #[test]
    fn what_is_read_of_a_message_is_told_and_what_is_written_is_not() {
        let text = "if (In(BTS.MessageType) == \"a\") { Out(Shop.No) = System.Int32.Parse(no); }";
        assert_eq!(
            flows(text),
            [
                Flow::Property("In".into(), "BTS.MessageType".into()),
                Flow::Read("no".into(), ValueType::Int32),
                Flow::Named("Out".into(), "Shop.No".into())
            ]
        );
        assert_eq!(flows("In(Shop.No) > 5"), [Flow::Property("In".into(), "Shop.No".into())]);
    }

    #[test]
    fn pipelines_and_paths_tell_what_goes_through_them() {
        let text = "out = Microsoft.XLANGs.Pipeline.XLANGPipelineManager.ExecuteReceivePipeline(typeof(Shop.Split), In);";
        assert!(flows(text).contains(&Flow::Pipeline("Shop.Split".into(), "In".into())));
        assert_eq!(flows("out.GetCurrent(One);"), [Flow::Taken("One".into())]);
        let text = "n = xpath(In, \"string(/*[local-name()='Order' and namespace-uri()='urn:o']/*[local-name()='No'])\");";
        assert_eq!(flows(text), [Flow::Root("In".into(), "Order".into(), Some("urn:o".into()))]);
    }
}

//! A Call Rules shape: the program hands its facts to the rule engine and takes back what the rules changed.

use super::node::Node;
use super::out::Out;
use super::quoted;
use super::statement::position;

/// One rules call.
pub(super) struct Rules<'r, 'n> {
    pub call: &'r Node<'n>,
    /// Counted from 1 in the orchestration.
    pub number: usize,
    pub messages: &'r [&'n str],
}

/// A fact: a message or part, which travels as a document, or a variable.
struct Fact<'n> {
    alias: &'n str,
    reference: &'n str,
    text: String,
    document: bool,
    number: usize,
}

impl<'n> Rules<'_, 'n> {
    /// Writes the call.
    pub fn write(&self, out: &mut Out) {
        let facts = self.facts();
        let n = self.number;
        out.end();
        position(self.call, out);
        out.line("scope");
        out.open();
        out.line(&format!("Microsoft.RuleEngine.Policy  policy_{n}__;"));
        out.line(&format!("System.Collections.ArrayList policyParams_{n}__;"));
        for Fact { number: k, .. } in facts.iter().filter(|fact| fact.document) {
            out.line(&format!("System.Xml.XmlDocument policyParam_{n}_{k}__;"));
            out.line(&format!("Microsoft.RuleEngine.TypedXmlDocument policyParamAsTXD_{n}_{k}__;"));
        }
        out.end();
        out.line("body");
        out.open();
        out.line(&format!("policyParams_{n}__ = new System.Collections.ArrayList();"));
        out.end();
        for Fact { alias, text, document, number: k, .. } in &facts {
            if *document {
                out.line(&format!("policyParam_{n}_{k}__ = {text};"));
                let typed = format!("policyParamAsTXD_{n}_{k}__");
                let alias = quoted(alias);
                out.line(&format!(
                    "{typed} = new Microsoft.RuleEngine.TypedXmlDocument({alias}, policyParam_{n}_{k}__);"
                ));
                out.line(&format!("policyParams_{n}__.Add((System.Object) {typed});"));
            } else {
                out.line(&format!("policyParams_{n}__.Add((System.Object) {text});"));
            }
            out.end();
        }
        out.line(&format!("policy_{n}__ = new Microsoft.RuleEngine.Policy({});", self.policy()));
        out.line(&format!("policy_{n}__.Execute(policyParams_{n}__.ToArray());"));
        out.end();
        for Fact { reference, text, number: k, .. } in facts.iter().filter(|fact| fact.document) {
            out.line(&format!("construct {reference}"));
            out.open();
            out.line(&format!("{text} = policyParamAsTXD_{n}_{k}__.Document;"));
            out.close("");
            out.end();
        }
        out.line(&format!("policy_{n}__.Dispose();"));
        out.line(&format!("policyParams_{n}__ = null;"));
        out.end();
        out.close("");
        out.end();
        out.close("");
        out.end();
    }

    /// Name of the policy, with the version unless it is the latest.
    fn policy(&self) -> String {
        let policy = self.call.get("PolicyName");
        let version = self.call.get("PolicyVersion");
        match version.split_once('.') {
            Some((major, minor)) => format!("{}, {major}, {minor}", quoted(policy)),
            None if version.is_empty() || version == "-1" => quoted(policy),
            None => format!("{}, {version}, 0", quoted(policy)),
        }
    }

    fn facts(&self) -> Vec<Fact<'n>> {
        let mut facts = Vec::new();
        for (at, node) in self.call.linked("CallRules_RulesParameterRef").enumerate() {
            let Some(reference) = node.stated("Reference") else { continue };
            let text = match node.stated("PartReference") {
                Some(part) => format!("{reference}.{part}"),
                None => reference.to_owned(),
            };
            let document = self.messages.contains(&reference);
            facts.push(Fact { alias: node.get("Alias"), reference, text, document, number: at + 1 });
        }
        facts
    }
}

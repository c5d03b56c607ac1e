//! V38: what a persistence point must write can be written (PER-5, ATM-8).

use super::subject::Subject;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{ParameterKind, ShapeKind, Transaction, Variable};

/// Types of the .NET Framework and of BizTalk whose objects cannot be stored with an instance. `XmlDocument` is
/// stored as its text.
const LIVE_ONLY: &[&str] = &[
    "Microsoft.XLANGs.Pipeline.ReceivePipelineOutputMessages",
    "System.Data.OleDb.OleDbConnection",
    "System.Data.SqlClient.SqlCommand",
    "System.Data.SqlClient.SqlConnection",
    "System.Data.SqlClient.SqlDataReader",
    "System.Data.SqlClient.SqlTransaction",
    "System.Diagnostics.EventLog",
    "System.Diagnostics.Process",
    "System.IO.FileStream",
    "System.IO.Stream",
    "System.Net.HttpWebRequest",
    "System.Net.WebClient",
    "System.Threading.Thread",
    "System.Xml.Serialization.XmlSerializer",
    "System.Xml.XPath.XPathDocument",
    "System.Xml.XPath.XPathNavigator",
    "System.Xml.XPath.XPathNodeIterator",
    "System.Xml.XmlAttribute",
    "System.Xml.XmlElement",
    "System.Xml.XmlNamespaceManager",
    "System.Xml.XmlNode",
    "System.Xml.XmlNodeList",
    "System.Xml.XmlReader",
    "System.Xml.XmlTextReader",
    "System.Xml.XmlTextWriter",
    "System.Xml.XmlWriter",
    "System.Xml.Xsl.XslCompiledTransform",
    "System.Xml.Xsl.XslTransform",
];

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut live = |variable: &Variable, at: &dyn Fn(&Variable) -> Place| {
        if LIVE_ONLY.contains(&variable.variable_type.as_str()) {
            let message = format!(
                "`{}` cannot be stored with the instance: a {} lives in memory only",
                variable.name, variable.variable_type
            );
            let help = "declare it in an atomic Scope, which has no persistence point inside (ATM-8)";
            found.push(Diagnostic::error("V38", message, help).at(at(variable)));
        }
    };
    let orchestration = subject.orchestration;
    if !matches!(orchestration.transaction, Transaction::Atomic(_)) {
        let given = orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::Variable(variable) => Some(variable),
            _ => None,
        });
        for variable in given.chain(&orchestration.variables) {
            live(variable, &|v| subject.at(&v.id, &v.name, "variable_type"));
        }
    }
    for site in &subject.sites {
        let ShapeKind::Scope(scope) = &site.shape.kind else { continue };
        let atomic = matches!(scope.transaction, Transaction::Atomic(_)) || site.atomic().is_some();
        for variable in scope.variables.iter().filter(|_| !atomic) {
            live(variable, &|v| Place { name: v.name.clone(), ..subject.place(site.shape, "variable_type") });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn variable(variable_type: &str) -> Variable {
        Variable { name: "thing".into(), variable_type: variable_type.into(), ..Variable::default() }
    }

    #[test]
    fn v38_only_an_atomic_scope_holds_what_cannot_be_stored() {
        let plain = |variable_type: &str| codes(&changed(|o| o.variables.push(variable(variable_type))));
        assert_eq!(plain("System.Xml.XmlNode"), ["V38"]);
        assert_eq!(plain("System.Xml.XmlDocument"), [""; 0], "stored as text");
        assert_eq!(plain("Shop.Cart"), [""; 0], "a component may well be serialisable");
        let within = |transaction: Transaction| {
            let inner = scope(vec![], |s| s.variables.push(variable("System.Xml.XmlNode")));
            let outer = scope(vec![inner], |s| s.transaction = transaction.clone());
            let mut application = started(vec![outer]);
            orchestration(&mut application, "Subject").transaction = long_running();
            codes(&application)
        };
        assert_eq!(within(atomic()), [""; 0]);
        assert_eq!(within(long_running()), ["V38"]);
    }
}

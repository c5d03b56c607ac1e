//! Scripting functoids: inline XSLT runs, code in other languages is left to whoever runs the map.

use super::graph::{Argument, Graph};
use super::lowered::{MSXSL, lower};
use super::write::Run;
use crate::message::document::{escape_xml, parse_text};
use crate::model::{Functoid, Map, Script};
use crate::xml::map::MapError;
use uppsala::{Stylesheet, XSLT_NAMESPACE};

pub const XSLT_HELP: &str = "Rewrite it without what is named, or give the map a stand-in component.";

/// Runs the code of Scripting functoids that is not XSLT, and of custom functoids.
pub trait Scripts {
    /// Result of a function of a class; `None` when nothing stands for it.
    fn call(&mut self, class: &str, function: &str, arguments: &[String]) -> Option<Result<String, String>>;
}

/// Nothing stands for code: every function gives the empty value of its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unscripted;

impl Scripts for Unscripted {
    fn call(&mut self, _: &str, _: &str, _: &[String]) -> Option<Result<String, String>> {
        None
    }
}

/// Code of a functoid that has to be stood in for: class, function and number of arguments. Inline code is of a
/// class named like the map.
pub fn script_function(map: &Map, functoid: &Functoid) -> Option<(String, String)> {
    let own = |function: String| Some((map.name.clone(), function));
    match functoid.function {
        260 => {}
        524 => return own("DatabaseLookup".into()),
        574 => return own("ValueExtractor".into()),
        575 => return own("ErrorReturn".into()),
        10_000.. => {
            let name: String = functoid.name.chars().filter(|c| c.is_alphanumeric()).collect();
            return own(if name.is_empty() { format!("Functoid{}", functoid.function) } else { name });
        }
        _ => return None,
    }
    let script = preferred(functoid)?;
    match script.language.as_str() {
        "Xslt" | "XsltCallTemplate" => None,
        "ExternalAssembly" => Some((script.class.clone(), script.method.clone())),
        _ => own(signature(&script.text).map_or_else(|| format!("Script{}", functoid.id), |(_, name)| name)),
    }
}

/// A script with a function for each one, to begin with: `(class, text)`.
pub fn stand_in(map: &Map) -> Vec<(String, String)> {
    let Some(drawing) = &map.drawing else { return Vec::new() };
    let graph = Graph::new(drawing);
    let mut classes: Vec<(String, String)> = Vec::new();
    for functoid in graph.functoids() {
        let Some((class, function)) = script_function(map, functoid) else { continue };
        let parameters: Vec<String> = (1..=functoid.inputs.len()).map(|n| format!("value{n}")).collect();
        let head = format!("fn {function}({})", parameters.join(", "));
        let code = preferred(functoid).map(|script| script.text.trim().to_owned()).unwrap_or_default();
        let comment: String = code.lines().map(|line| format!("// {line}\n")).collect();
        let text = format!("{comment}{head} {{\n    \"\"\n}}\n");
        match classes.iter_mut().find(|(known, _)| *known == class) {
            Some((_, known)) if known.contains(&head) => {}
            Some((_, known)) => *known += &format!("\n{text}"),
            None => classes.push((class, text)),
        }
    }
    classes
}

/// The script that counts: the one with code or a method.
fn preferred(functoid: &Functoid) -> Option<&Script> {
    let scripts = &functoid.scripts;
    scripts.iter().find(|s| !s.text.trim().is_empty() || !s.method.is_empty()).or_else(|| scripts.first())
}

/// Return type and name of the first function in code of the C family or Visual Basic.
fn signature(code: &str) -> Option<(String, String)> {
    for line in code.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let Some((head, _)) = line.split_once('(') else { continue };
        let words: Vec<&str> = head.split_whitespace().collect();
        let name = words.last()?;
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let declares = words
            .iter()
            .any(|w| matches!(*w, "public" | "private" | "static" | "function" | "Function" | "Public"));
        if declares && is_name && words.len() > 1 && !line.contains('=') {
            let result = words.get(words.len() - 2).copied().unwrap_or_default();
            return Some((result.to_owned(), (*name).to_owned()));
        }
    }
    None
}

impl<'a> Run<'a, '_> {
    /// Value of a functoid with code of its own.
    pub fn script(
        &mut self,
        functoid: &'a Functoid,
        arguments: &[Argument<'a>],
        depth: usize,
    ) -> Result<Option<String>, MapError> {
        if let Some(document) = self.fragment(functoid)? {
            let tree = parse_text(&document).map_err(|e| self.fail(e.to_string(), e.help))?;
            return Ok(tree.document_element().map(|root| tree.text_content_deep(root)));
        }
        let mut values = Vec::new();
        for argument in arguments {
            match self.value(argument, depth + 1)? {
                Some(text) => values.push(text),
                None => return Ok(None),
            }
        }
        let Some((class, function)) = script_function(self.map, functoid) else {
            return Ok(Some(String::new()));
        };
        match self.scripts.call(&class, &function, &values) {
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(reason)) => Err(self.fail(
                format!("the script for {class}.{function} failed: {reason}"),
                "Correct the component that stands for it.",
            )),
            None => {
                let code = preferred(functoid).map(|script| script.text.as_str()).unwrap_or_default();
                let result = signature(code).map(|(result, _)| result.to_ascii_lowercase());
                Ok(Some(match result.as_deref() {
                    Some("bool" | "boolean") => "false".into(),
                    Some("int" | "long" | "short" | "decimal" | "double" | "float") => "0".into(),
                    _ => String::new(),
                }))
            }
        }
    }

    /// What inline XSLT writes at the records the loops have arrived at, below a root of no meaning; `None` for
    /// another functoid.
    pub fn fragment(&mut self, functoid: &'a Functoid) -> Result<Option<String>, MapError> {
        let Some(script) = preferred(functoid).filter(|_| functoid.function == 260) else { return Ok(None) };
        let (body, templates) = match script.language.as_str() {
            "Xslt" => (script.text.clone(), String::new()),
            // Only what others ask for.
            "XsltCallTemplate"
                if template_head(&script.text).0.is_empty() && !keys(&script.text).is_empty() =>
            {
                return Ok(Some("<nodes/>".to_owned()));
            }
            "XsltCallTemplate" => {
                let (name, parameters) = template_head(&script.text);
                let mut call = format!("<xsl:call-template name=\"{}\">", escape_xml(&name));
                for (parameter, argument) in parameters.iter().zip(self.graph.arguments(functoid)) {
                    let Some(text) = self.value(&argument, 1)? else { return Ok(None) };
                    let parameter = escape_xml(parameter);
                    // A text with both quotes cannot be a literal.
                    call += &match if text.contains('\'') { '"' } else { '\'' } {
                        quote if !text.contains(quote) => {
                            let literal = escape_xml(&format!("{quote}{text}{quote}"));
                            format!("<xsl:with-param name=\"{parameter}\" select=\"{literal}\"/>")
                        }
                        _ => {
                            let text = escape_xml(&text);
                            format!("<xsl:with-param name=\"{parameter}\">{text}</xsl:with-param>")
                        }
                    };
                }
                (call + "</xsl:call-template>", script.text.clone())
            }
            _ => return Ok(None),
        };
        let calls = script.text.contains("call-template");
        let shared = if calls { self.other_templates(functoid) } else { String::new() };
        let missing =
            script.text.contains("key(") && keys(&script.text).is_empty() && keys(&shared).is_empty();
        let shared = if missing { shared + keys_of(self.graph).as_str() } else { shared };
        let at = self.bound.last().map(|bound| bound.node).or_else(|| self.sources.tree.document_element());
        let address = at.map_or_else(|| "/*".to_owned(), |id| self.sources.address(id));
        let spaces = self.namespaces();
        let sheet = format!(
            "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"{XSLT_NAMESPACE}\" \
             xmlns:msxsl=\"urn:schemas-microsoft-com:xslt\" xmlns:var=\"http://schemas.microsoft.com/BizTalk/2003/var\" \
             xmlns:userCSharp=\"http://schemas.microsoft.com/BizTalk/2003/userCSharp\"{spaces}>\
             <xsl:output method=\"xml\" omit-xml-declaration=\"yes\"/>\
             <xsl:template match=\"/\"><xsl:for-each select=\"{address}\"><nodes>{body}</nodes></xsl:for-each></xsl:template>\
             {templates}{shared}</xsl:stylesheet>"
        );
        let source = self.sources.text();
        match transform(&sheet, &source, false) {
            Ok(text) => Ok(Some(text)),
            Err(reason) => {
                self.stood_in(functoid, &reason, || transform(&sheet, &source, true).ok()).map(Some)
            }
        }
    }

    /// Nodes that a stand-in writes for inline XSLT that cannot run: its function `Functoid<number>` gives them as text.
    /// Without one they are what is left without its code.
    fn stood_in(
        &mut self,
        functoid: &'a Functoid,
        reason: &str,
        mocked: impl FnOnce() -> Option<String>,
    ) -> Result<String, MapError> {
        let mut values = Vec::new();
        for argument in self.graph.arguments(functoid) {
            values.push(self.value(&argument, 1)?.unwrap_or_default());
        }
        let function = format!("Functoid{}", functoid.id);
        match self.scripts.call(&self.map.name, &function, &values) {
            Some(Ok(nodes)) => Ok(format!("<nodes>{nodes}</nodes>")),
            Some(Err(fault)) => {
                let message = format!("the script for {}.{function} failed: {fault}", self.map.name);
                Err(self.fail(message, "Correct the component that stands for it."))
            }
            None => {
                if let Some(without) = mocked() {
                    return Ok(without);
                }
                let message = format!("inline XSLT of functoid {} cannot run: {reason}", functoid.id);
                let help = format!(
                    "Rewrite it without that, or write a component {} with a function {function} that gives the nodes.",
                    self.map.name
                );
                Err(self.fail(message, &help))
            }
        }
    }

    /// Templates of the other Scripting functoids, which a template may call.
    fn other_templates(&self, functoid: &Functoid) -> String {
        let others = self.graph.functoids().filter(|other| other.id != functoid.id);
        let scripts = others.flat_map(|other| &other.scripts);
        let templates = scripts.filter(|s| s.language == "XsltCallTemplate").map(|s| s.text.as_str());
        let mut seen =
            vec![template_head(preferred(functoid).map(|s| s.text.as_str()).unwrap_or_default()).0];
        let mut text = String::new();
        for template in templates {
            let name = template_head(template).0;
            if !seen.contains(&name) {
                seen.push(name);
                text += template;
            }
        }
        text
    }

    /// Declarations of the prefixes that the mapper gives: `ns0` … for the target, `s0` … for the source.
    fn namespaces(&self) -> String {
        let mut text = String::new();
        let mut targets: Vec<String> = Vec::new();
        for target in &self.map.targets {
            targets.extend(target.rsplit_once('#').map(|(namespace, _)| namespace.to_owned()));
        }
        let mut sources: Vec<String> = Vec::new();
        for source in &self.map.sources {
            sources.extend(source.rsplit_once('#').map(|(namespace, _)| namespace.to_owned()));
        }
        sources.retain(|namespace| !targets.contains(namespace));
        for (prefix, list) in [("ns", &targets), ("s", &sources)] {
            for (at, namespace) in list.iter().enumerate() {
                text += &format!(" xmlns:{prefix}{at}=\"{}\"", escape_xml(namespace));
            }
        }
        text
    }
}

/// Name and parameters of a template.
fn template_head(text: &str) -> (String, Vec<String>) {
    let value = |text: &str| {
        let (_, after) = text.split_once("name=")?;
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        after.get(1..)?.split_once(quote).map(|(name, _)| name.to_owned())
    };
    let parameters = text.split("<xsl:param").skip(1).filter_map(|rest| value(rest.split('>').next()?));
    let name = text.split("<xsl:template").nth(1).and_then(|rest| value(rest.split('>').next()?));
    (name.unwrap_or_default(), parameters.collect())
}

/// The `xsl:key` elements of a text.
fn keys(text: &str) -> String {
    let each = text.split("<xsl:key").skip(1).filter_map(|rest| rest.split('>').next());
    each.map(|inside| format!("<xsl:key{}/>", inside.trim_end().trim_end_matches('/'))).collect()
}

/// Those of all functoids: a key of one is there for the others.
pub fn keys_of(graph: &Graph<'_>) -> String {
    graph.functoids().flat_map(|functoid| &functoid.scripts).map(|script| keys(&script.text)).collect()
}

/// Runs a stylesheet over a document. What it calls of code gives nothing when it is `mocked`.
///
/// # Errors
/// One sentence: it is no stylesheet, asks for what the engine leaves out, or fails.
pub fn transform(stylesheet: &str, source: &str, mocked: bool) -> Result<String, String> {
    let unsupported = |what: String| format!("{what} is not supported");
    let stylesheet = stylesheet.trim_start_matches('\u{feff}');
    let sheet = parse_text(stylesheet).map_err(|error| error.to_string())?;
    if let Some(what) = left_out(&sheet).or_else(|| code(&sheet).filter(|_| !mocked)) {
        return Err(unsupported(what));
    }
    let lowered = lower(stylesheet, mocked).map_err(unsupported)?;
    let sheet = parse_text(&lowered.sheet).map_err(|error| error.to_string())?;
    let compiled = Stylesheet::compile(&sheet).map_err(|error| error.to_string())?.set_max_depth(200);
    let marked = lowered.mark(source).map_err(unsupported)?;
    let mut tree = parse_text(&marked).map_err(|error| error.to_string())?;
    tree.prepare_xpath();
    lowered.finish(compiled.transform(&tree).map_err(|error| error.to_string())?)
}

/// What the text of a stylesheet, or of a part of one below some root, uses that is not supported.
pub fn left_out_of(stylesheet: &str) -> Option<String> {
    let stylesheet = stylesheet.trim_start_matches('\u{feff}');
    let sheet = parse_text(stylesheet).ok()?;
    left_out(&sheet).or_else(|| code(&sheet)).or_else(|| lower(stylesheet, false).err())
}

/// What a stylesheet uses that the engine would pass over or does not know.
fn left_out(sheet: &uppsala::Document<'_>) -> Option<String> {
    let elements = sheet.document_element().into_iter().flat_map(|root| sheet.descendants(root));
    for id in elements {
        let Some(element) = sheet.element(id) else { continue };
        let name = element.name.local_name.as_ref();
        let namespace = element.name.namespace_uri.as_deref().unwrap_or_default();
        let is_xsl = namespace == XSLT_NAMESPACE;
        let unknown = [
            "import",
            "include",
            "number",
            "decimal-format",
            "attribute-set",
            "namespace-alias",
            "message",
            "fallback",
        ];
        if is_xsl && unknown.contains(&name) {
            return Some(format!("xsl:{name}"));
        }
        for attribute in &element.attributes {
            if is_xsl && attribute.name.local_name == "mode" {
                return Some("the mode of a template".into());
            }
            for call in ["format-number(", "document(", "node-set("] {
                let expression =
                    is_xsl && matches!(attribute.name.local_name.as_ref(), "select" | "test" | "match");
                if expression && attribute.value.contains(call) {
                    return Some(format!("the function {call})"));
                }
            }
        }
    }
    None
}

/// Code that a stylesheet holds or calls.
fn code(sheet: &uppsala::Document<'_>) -> Option<String> {
    let elements = sheet.document_element().into_iter().flat_map(|root| sheet.descendants(root));
    for id in elements {
        let Some(element) = sheet.element(id) else { continue };
        if element.name.namespace_uri.as_deref() == Some(MSXSL) {
            return Some(format!("msxsl:{}", element.name.local_name));
        }
        for attribute in &element.attributes {
            for prefix in ["userCSharp:", "userVB:", "userJScript:", "ScriptNS"] {
                if attribute.value.contains(prefix) {
                    return Some(format!("a call of {prefix}… code"));
                }
            }
        }
    }
    None
}

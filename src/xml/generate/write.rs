//! The walk that writes an instance: element by element, as the content models say.

use super::model::{AttributeUse, Content, ElementUse, Models, Particle, Term};
use super::simple::Simple;
use super::{Draw, Instance, Optional, Wanted, Wishes, leads_to, same_step};
use crate::message::document::{qualified, set_element_text};
use crate::message::{PathStep, XmlError};
use crate::xml::library::{Declared, Library};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::rc::Rc;
use uppsala::{Document, NodeId, QName, XSI_NAMESPACE};

/// Elements and attributes an instance may have.
const MAX_NODES: usize = 50_000;

/// From so many nodes on, what need not be there is left out.
const ENOUGH_NODES: usize = 4_000;

/// Elements may nest this deep.
const MAX_DEPTH: usize = 100;

/// Steps that may be spent on finding out which choices come to an end.
const MAX_FUEL: usize = 200_000;

/// Cost of what never comes to an end.
const ENDLESS: usize = usize::MAX;

pub fn instance(
    library: &Library,
    root: Declared,
    wishes: &Wishes,
    wanted: &[Wanted],
    draw: &mut Draw,
) -> Result<Instance, XmlError> {
    let models = Models::new(library);
    let at = root.0;
    let Some(root) = models.global(root, "") else {
        return Err(XmlError::new("the root element has no name", "Give it a name attribute."));
    };
    let mut writer = Writer {
        models,
        root: at,
        wishes,
        wanted,
        draw,
        tree: Document::new(),
        prefixes: Vec::new(),
        open: Vec::new(),
        nodes: 0,
        notes: Vec::new(),
        costs: FxHashMap::default(),
        fuel: MAX_FUEL,
    };
    let document = writer.tree.root();
    writer.element(document, &root, &mut Vec::new())?;
    Ok(Instance { text: writer.tree.to_xml(), notes: writer.notes })
}

struct Writer<'a> {
    models: Models<'a>,
    /// File of the root.
    root: usize,
    wishes: &'a Wishes,
    wanted: &'a [Wanted],
    draw: &'a mut Draw,
    tree: Document<'static>,
    /// Namespaces by number of their prefix.
    prefixes: Vec<SmolStr>,
    /// Complex types of the elements that are being written.
    open: Vec<Declared>,
    nodes: usize,
    notes: Vec<String>,
    costs: FxHashMap<ElementUse, usize>,
    fuel: usize,
}

impl Writer<'_> {
    fn element(
        &mut self,
        parent: NodeId,
        element: &ElementUse,
        path: &mut Vec<PathStep>,
    ) -> Result<(), XmlError> {
        if self.models.declaration(element, "abstract") == Some("true")
            && let Some(member) = self.models.substitute(element).filter(|member| member != element)
        {
            return self.element(parent, &member, path);
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES || path.len() > MAX_DEPTH {
            return Err(XmlError::new(
                format!("the schema asks for more than fits a message, at {}", element.local),
                "Make the element that contains itself optional, or lower minOccurs.",
            ));
        }
        let name = self.name(&element.namespace, &element.local);
        let id = self.tree.create_element(name);
        self.tree.append_child(parent, id);
        path.push(step(&element.namespace, &element.local, false));
        let content = self.models.content(element);
        if let Some((namespace, local)) = &content.xsi_type {
            self.derived_type(id, namespace, local);
        }
        self.attributes(id, &content, path);
        let default = ["fixed", "default"].iter().find_map(|kind| self.models.declaration(element, kind));
        if let Some(simple) = &content.text {
            let text = self.text(path, simple, default, &element.local);
            set_element_text(&mut self.tree, id, &text);
        } else if let Some(text) = self.wish(path) {
            set_element_text(&mut self.tree, id, &text);
        }
        let opened = content.declared;
        self.open.extend(opened);
        for particle in &content.particles {
            self.particle(id, particle, path)?;
        }
        if opened.is_some() {
            self.open.pop();
        }
        path.pop();
        Ok(())
    }

    fn attributes(&mut self, id: NodeId, content: &Rc<Content>, path: &mut Vec<PathStep>) {
        for attribute in &content.attributes {
            let AttributeUse { local, namespace, required, default, simple } = attribute;
            path.push(step(namespace, local, true));
            let forced = self.wanted.iter().any(|w| leads_to(&w.path.steps, path));
            if *required || forced || self.takes_optional() {
                self.nodes += 1;
                let text = self.text(path, simple, default.as_deref(), local);
                let name = self.name(namespace, local);
                if let Some(element) = self.tree.element_mut(id) {
                    element.set_attribute(name, Cow::Owned(text));
                }
            }
            path.pop();
        }
    }

    fn particle(
        &mut self,
        parent: NodeId,
        particle: &Particle,
        path: &mut Vec<PathStep>,
    ) -> Result<(), XmlError> {
        let times = self.times(particle, path);
        match &particle.term {
            Term::Element(element) => {
                for _ in 0..times {
                    self.element(parent, element, path)?;
                }
            }
            Term::Sequence(particles) => {
                for _ in 0..times {
                    for inner in particles {
                        self.particle(parent, inner, path)?;
                    }
                }
            }
            Term::Choice(branches) => {
                for at in self.branches(branches, path, times, particle.max) {
                    if let Some(branch) = branches.get(at) {
                        self.branch(parent, branch, path)?;
                    }
                }
            }
            Term::Any { namespace, strict } => {
                for _ in 0..times {
                    self.wildcard(parent, namespace, *strict, path)?;
                }
            }
        }
        Ok(())
    }

    /// A branch of a choice that was taken; one that may be empty is written all the same.
    fn branch(
        &mut self,
        parent: NodeId,
        branch: &Particle,
        path: &mut Vec<PathStep>,
    ) -> Result<(), XmlError> {
        let least = u32::from(branch.max > 0 && self.cost_of(&branch.term) != ENDLESS);
        self.particle(parent, &Particle { min: branch.min.max(least), ..branch.clone() }, path)
    }

    /// How often a particle is written.
    fn times(&mut self, particle: &Particle, path: &[PathStep]) -> u32 {
        let forced = self.forced(&particle.term, path);
        let present = particle.min > 0
            || (particle.max > 0
                && (forced
                    || (!self.reopens(&particle.term, 0) && self.takes_optional_term(&particle.term))));
        let often = self.wishes.occurrences.clamp(1, particle.max.max(1));
        if present { particle.min.max(often) } else { 0 }
    }

    /// Branches of a choice to write, in order: those with nodes that have to be there, else one that ends.
    fn branches(&mut self, branches: &[Particle], path: &[PathStep], times: u32, max: u32) -> Vec<usize> {
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let mut taken = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            if self.forced(&branch.term, path) && taken.len() < max && times > 0 {
                taken.push(at);
            }
        }
        let mut ending = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            let ends = branch.min == 0 || self.cost_of(&branch.term) != ENDLESS;
            ending.extend(ends.then_some((self.reopens(&branch.term, 0), at)));
        }
        // Without need nothing goes into itself.
        if ending.iter().any(|(reopens, _)| !reopens) {
            ending.retain(|(reopens, _)| !reopens);
        }
        if self.wishes.optional == Optional::All && times > 0 && max > 1 && self.nodes < ENOUGH_NODES {
            let others: Vec<_> = ending.iter().map(|(_, at)| *at).filter(|at| !taken.contains(at)).collect();
            taken.extend(others.into_iter().take(max.saturating_sub(taken.len())));
        }
        while taken.len() < times.min(MAX_NODES) {
            match ending.get(self.draw.pick(ending.len())) {
                Some((_, at)) => taken.push(*at),
                None => break,
            }
        }
        taken
    }

    /// True when a node that has to be there is in a term, at this level.
    fn forced(&self, term: &Term, path: &[PathStep]) -> bool {
        self.wanted.iter().any(|wish| {
            let steps = &wish.path.steps;
            let Some(next) = steps.get(path.len()) else { return false };
            leads_to(steps.get(..path.len()).unwrap_or_default(), path) && offers(term, next, 0)
        })
    }

    fn takes_optional(&mut self) -> bool {
        match self.wishes.optional {
            _ if self.nodes > ENOUGH_NODES => false,
            Optional::None => false,
            Optional::Some => self.draw.pick(2) == 1,
            Optional::All => true,
        }
    }

    fn takes_optional_term(&mut self, term: &Term) -> bool {
        // What a wildcard stands for is unknown to whoever reads the message.
        !matches!(term, Term::Any { .. }) && self.takes_optional() && self.cost_of(term) != ENDLESS
    }

    /// True when a term has an element whose type is being written already.
    fn reopens(&mut self, term: &Term, depth: usize) -> bool {
        match term {
            Term::Element(element) => {
                let declared = self.models.content(element).declared;
                declared.is_some_and(|declared| self.open.contains(&declared))
            }
            Term::Sequence(inner) | Term::Choice(inner) if depth < MAX_DEPTH => {
                inner.iter().any(|particle| self.reopens(&particle.term, depth + 1))
            }
            _ => false,
        }
    }

    /// Elements in the smallest instance of a term.
    fn cost_of(&mut self, term: &Term) -> usize {
        let mut seen = Vec::new();
        self.cost(term, &mut seen)
    }

    fn cost(&mut self, term: &Term, seen: &mut Vec<ElementUse>) -> usize {
        let Some(fuel) = self.fuel.checked_sub(1) else { return 1 };
        self.fuel = fuel;
        match term {
            Term::Element(element) => {
                if let Some(known) = self.costs.get(element) {
                    return *known;
                }
                if seen.contains(element) || seen.len() > MAX_DEPTH {
                    return ENDLESS;
                }
                seen.push(element.clone());
                let content = self.models.content(element);
                let inner = self.cost_of_all(&content.particles, seen);
                seen.pop();
                let cost = inner.saturating_add(1);
                if cost != ENDLESS {
                    self.costs.insert(element.clone(), cost);
                }
                cost
            }
            Term::Sequence(particles) => self.cost_of_all(particles, seen),
            Term::Choice(branches) => {
                let costs = branches.iter().map(|b| if b.min == 0 { 0 } else { self.cost(&b.term, seen) });
                costs.min().unwrap_or(0)
            }
            Term::Any { .. } => 1,
        }
    }

    fn cost_of_all(&mut self, particles: &[Particle], seen: &mut Vec<ElementUse>) -> usize {
        let mut sum: usize = 0;
        for particle in particles.iter().filter(|p| p.min > 0) {
            sum = sum.saturating_add(self.cost(&particle.term, seen));
        }
        sum
    }

    /// An element where the schema leaves open which: a declared one when it has to be.
    fn wildcard(
        &mut self,
        parent: NodeId,
        namespace: &str,
        strict: bool,
        path: &mut Vec<PathStep>,
    ) -> Result<(), XmlError> {
        let known = if strict { self.declared_element(namespace) } else { None };
        if let Some(element) = known {
            return self.element(parent, &element, path);
        }
        self.nodes += 1;
        let name = self.name(namespace, "Any");
        let id = self.tree.create_element(name);
        self.tree.append_child(parent, id);
        Ok(())
    }

    fn declared_element(&mut self, namespace: &str) -> Option<ElementUse> {
        let library = self.models.library;
        // Those of the own file come first.
        let own = self.root;
        for at in std::iter::once(own).chain((0..library.files.len()).filter(|at| *at != own)) {
            let file = library.files.get(at).filter(|f| namespace == "urn:any" || f.namespace == namespace);
            let Some(file) = file else { continue };
            for id in file.globals("element") {
                let element = self.models.global((at, id), namespace)?;
                let concrete = self.models.declaration(&element, "abstract") != Some("true");
                let term = Term::Element(element.clone());
                if concrete && !self.reopens(&term, 0) && self.cost_of(&term) < 10 {
                    return Some(element);
                }
            }
        }
        None
    }

    fn wish(&self, path: &[PathStep]) -> Option<String> {
        self.wanted.iter().find(|w| leads_to(&w.path.steps, path)).and_then(|w| w.text.clone())
    }

    /// Text of a node: what was wished, what the schema says, or a value of the type.
    fn text(&mut self, path: &[PathStep], simple: &Simple, default: Option<&str>, name: &str) -> String {
        if let Some(text) = self.wish(path).or_else(|| default.map(str::to_owned)) {
            return text;
        }
        simple.value(name, self.draw).unwrap_or_else(|nearest| {
            let path: String = path.iter().map(|s| format!("/{}", s.local)).collect();
            let note = format!("No value was found that keeps to all facets of {path}; it has “{nearest}”");
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            nearest
        })
    }

    /// A qualified name, with one prefix a namespace.
    fn name(&mut self, namespace: &str, local: &str) -> QName<'static> {
        match namespace {
            "" => qualified("", local),
            "http://www.w3.org/XML/1998/namespace" => {
                QName::full("xml", namespace.to_owned(), local.to_owned())
            }
            _ => QName::full(self.prefix(namespace), namespace.to_owned(), local.to_owned()),
        }
    }

    fn prefix(&mut self, namespace: &str) -> String {
        let known = self.prefixes.iter().position(|uri| uri == namespace);
        let at = known.unwrap_or_else(|| {
            self.prefixes.push(namespace.into());
            self.prefixes.len() - 1
        });
        format!("ns{at}")
    }

    fn derived_type(&mut self, id: NodeId, namespace: &str, local: &str) {
        let value = if namespace.is_empty() {
            local.to_owned()
        } else {
            let prefix = self.prefix(namespace);
            self.tree.declare_namespace(id, Some(&prefix), namespace.to_owned());
            format!("{prefix}:{local}")
        };
        if let Some(element) = self.tree.element_mut(id) {
            element.set_attribute(QName::full("xsi", XSI_NAMESPACE, "type"), Cow::Owned(value));
        }
    }
}

fn step(namespace: &SmolStr, local: &SmolStr, attribute: bool) -> PathStep {
    PathStep { local: local.clone(), namespace: Some(namespace.clone()), attribute }
}

/// True when a term has the element of a step at its own level.
fn offers(term: &Term, next: &PathStep, depth: usize) -> bool {
    match term {
        Term::Element(element) => same_step(next, &step(&element.namespace, &element.local, false)),
        Term::Sequence(inner) | Term::Choice(inner) if depth < MAX_DEPTH => {
            inner.iter().any(|particle| offers(&particle.term, next, depth + 1))
        }
        _ => false,
    }
}

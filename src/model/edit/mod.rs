//! Every change a user can make, as plain data: one [`Edit`] is one step to undo.
//!
//! [`Edit::apply`] either changes the application and returns the edit that takes it back, or changes nothing
//! and says why. The way back holds the touched [`Part`]s as they were, so it is exact by construction, whatever
//! a rename reached.

mod clipboard;
mod code;
mod convert;
mod declarations;
mod fresh;
mod history;
mod narrow;
mod part;
mod physical;
mod place;
mod references;
mod rename;
mod scenarios;
mod shapes;
mod structure;
mod texts;

pub use clipboard::{Clip, copy, paste};
pub use code::rename_identifier;
pub use convert::{conversions, converted};
pub use declarations::{Declaration, DeclarationKind};
pub use fresh::{fresh_id, fresh_name, new_branch, new_catch, new_shape, toolbox};
pub use history::History;
pub use part::Part;
pub use physical::{Physical, PhysicalKind};
pub use place::{BlockRef, Legality, MAX_NESTING, can_insert, find_block, insertable, owner_of};
pub use scenarios::scenario_uses;
pub use structure::{outermost, wrappers};
pub use texts::{CodeProperty, condition, variables, with_text};

use crate::diagnostic::{Diagnostic, Place, counted};
use crate::model::{
    Application, Binding, Branch, Catch, CatchType, Id, Leg, Module, Orchestration, Shape, ShapeKind,
    Transaction, TypeModifier,
};
use part::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an edit was refused: nothing has changed. `M01` something is not there (any more), `M02` it may not stand
/// there, `M03` a name or id is empty or taken.
pub type EditError = Diagnostic;

/// How a receive or send uses a correlation set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CorrelationUse {
    Initialize,
    Follow,
}

/// The properties of an orchestration itself (G-11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrchestrationProperties {
    pub name: String,
    pub modifier: TypeModifier,
    pub transaction: Transaction,
    pub transaction_id: String,
    pub target_xml_namespace: String,
    pub comments: String,
}

impl OrchestrationProperties {
    pub fn of(orchestration: &Orchestration) -> Self {
        Self {
            name: orchestration.name.clone(),
            modifier: orchestration.modifier,
            transaction: orchestration.transaction.clone(),
            transaction_id: orchestration.transaction_id.clone(),
            target_xml_namespace: orchestration.target_xml_namespace.clone(),
            comments: orchestration.comments.clone(),
        }
    }
}

/// One change. `module` is a key of [`Application::modules`]; shapes, branches, catch and compensation blocks
/// go by id, declarations by kind and name. `index` counts from 0 and may equal the length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// Empty ids and names inside `shape` are filled in; outside a Construct a Message Assignment or Transform
    /// gets one around it (G-3).
    InsertShape {
        module: String,
        block: BlockRef,
        index: usize,
        shape: Shape,
    },
    DeleteShape {
        module: String,
        shape: Id,
    },
    /// `index` counts in the target block as it is without the shape.
    MoveShape {
        module: String,
        shape: Id,
        block: BlockRef,
        index: usize,
    },
    /// As [`Edit::InsertShape`], for shapes that go in side by side.
    InsertShapes {
        module: String,
        block: BlockRef,
        index: usize,
        shapes: Vec<Shape>,
    },
    /// Deletes shapes, branches, catch and compensation blocks; what stands inside one of them goes with it.
    DeleteElements {
        module: String,
        elements: Vec<Id>,
    },
    /// Moves shapes to one place, in drawn order. `index` counts in the target block as it is with them. Shapes
    /// inside one of the others go with it.
    MoveShapes {
        module: String,
        shapes: Vec<Id>,
        block: BlockRef,
        index: usize,
    },
    /// Puts shapes that stand side by side into a new Scope, Loop or Group in their place, or into the first branch
    /// of a new Decide, Listen or Parallel Actions.
    Wrap {
        module: String,
        shapes: Vec<Id>,
        container: Shape,
    },
    /// Puts what is inside a container in its place. A scope's own declarations go to what is around it.
    Unwrap {
        module: String,
        shape: Id,
    },
    /// Makes a shape one of another kind, with all properties and shapes that fit there.
    Convert {
        module: String,
        shape: Id,
        kind: ShapeKind,
    },
    /// Renames a shape, branch, catch or compensation block.
    RenameShape {
        module: String,
        shape: Id,
        name: String,
    },
    /// Comments of a shape, branch or catch block.
    SetComments {
        module: String,
        shape: Id,
        comments: String,
    },
    SetReportToAnalyst {
        module: String,
        shape: Id,
        report: bool,
    },
    /// All properties of a shape, and what is inside it; the kind itself stays.
    SetKind {
        module: String,
        shape: Id,
        kind: ShapeKind,
    },
    /// Draws a port connector, or clears it with empty names (PRT-2).
    Connect {
        module: String,
        shape: Id,
        port: String,
        operation: String,
        leg: Leg,
    },
    /// Attaches a correlation set to a Receive or Send; a set it already uses otherwise changes its use (COR-16).
    Correlate {
        module: String,
        shape: Id,
        set: String,
        usage: CorrelationUse,
    },
    Uncorrelate {
        module: String,
        shape: Id,
        set: String,
    },

    InsertBranch {
        module: String,
        shape: Id,
        index: usize,
        branch: Branch,
    },
    DeleteBranch {
        module: String,
        branch: Id,
    },
    MoveBranch {
        module: String,
        branch: Id,
        index: usize,
    },
    SetCondition {
        module: String,
        branch: Id,
        condition: String,
    },
    InsertCatch {
        module: String,
        scope: Id,
        index: usize,
        catch: Catch,
    },
    DeleteCatch {
        module: String,
        catch: Id,
    },
    MoveCatch {
        module: String,
        catch: Id,
        index: usize,
    },
    SetCatch {
        module: String,
        catch: Id,
        exception: CatchType,
        variable: String,
    },
    /// A custom compensation block on a scope, or on the orchestration when `scope` is `None`.
    AddCompensation {
        module: String,
        scope: Option<Id>,
    },
    DeleteCompensation {
        module: String,
        scope: Option<Id>,
    },

    /// Adds a declaration to the module, the orchestration or a `scope` of it.
    Declare {
        module: String,
        scope: Option<Id>,
        index: usize,
        declaration: Declaration,
    },
    /// Replaces the declaration `name`; a new name reaches every use of the old one.
    Redeclare {
        module: String,
        scope: Option<Id>,
        name: String,
        declaration: Declaration,
    },
    /// Uses of the name stay as they are, for the checker to report (PRT-1, PT-9).
    Undeclare {
        module: String,
        scope: Option<Id>,
        kind: DeclarationKind,
        name: String,
    },
    MoveDeclaration {
        module: String,
        scope: Option<Id>,
        kind: DeclarationKind,
        name: String,
        index: usize,
    },
    RenameOperation {
        module: String,
        port_type: String,
        operation: String,
        name: String,
    },
    /// Sets the binding of a logical port.
    BindPort {
        module: String,
        port: String,
        binding: Binding,
    },
    /// Adds the orchestration to a module that only declares types, or sets its properties; a new name reaches
    /// every use of the old one.
    SetOrchestration {
        module: String,
        properties: OrchestrationProperties,
    },
    /// A new namespace reaches every full name.
    SetNamespace {
        module: String,
        namespace: String,
        target_xml_namespace: String,
    },

    AddModule {
        module: String,
        content: Box<Module>,
    },
    DeleteModule {
        module: String,
    },
    /// Renames the file only.
    RenameModule {
        module: String,
        name: String,
    },

    /// Adds a physical element, or replaces the one named `replaces`; a new name reaches every use of the old one.
    SetPhysical {
        replaces: Option<String>,
        element: Physical,
    },
    DeletePhysical {
        kind: PhysicalKind,
        name: String,
    },
    RenameMap {
        name: String,
        to: String,
    },
    /// Gives a schema another path, and its message types the names they have by that: `types`, then and now.
    RenameSchema {
        path: String,
        to: String,
        types: BTreeMap<String, String>,
    },

    /// Sets a part as a whole: settings, a schema, a map, a message, partners, all bindings; `None` removes it.
    Set(Part),
    /// Several edits as one step, all or none.
    Batch {
        label: String,
        edits: Vec<Edit>,
    },
    /// The way back from another edit.
    Restore(Vec<Part>),
}

impl Edit {
    /// Applies the edit and returns the one that takes it back.
    ///
    /// # Errors
    /// [`EditError`] when something it names is not there, may not stand there, or would make a name or id
    /// ambiguous; the application is then as it was.
    pub fn apply(self, application: &mut Application) -> Result<Edit, EditError> {
        let before = Snapshot::take(application, &self);
        match self.change(application).and_then(|()| before.check_ids(application)) {
            Ok(()) => Ok(Edit::Restore(before.differing(application))),
            Err(error) => {
                before.restore(application);
                Err(error)
            }
        }
    }

    fn change(self, application: &mut Application) -> Result<(), EditError> {
        match self {
            Edit::InsertShape { module, block, index, shape } => {
                shapes::insert(application, &module, &block, index, shape)
            }
            Edit::DeleteShape { module, shape } => shapes::remove(application, &module, &shape).map(drop),
            Edit::MoveShape { module, shape, block, index } => {
                shapes::relocate(application, &module, &shape, &block, index)
            }
            Edit::InsertShapes { module, block, index, shapes } => {
                structure::insert(application, &module, &block, index, shapes)
            }
            Edit::DeleteElements { module, elements } => structure::delete(application, &module, &elements),
            Edit::MoveShapes { module, shapes, block, index } => {
                structure::relocate(application, &module, &shapes, &block, index)
            }
            Edit::Wrap { module, shapes, container } => {
                structure::wrap(application, &module, &shapes, container)
            }
            Edit::Unwrap { module, shape } => structure::unwrap(application, &module, &shape),
            Edit::Convert { module, shape, kind } => structure::convert(application, &module, &shape, &kind),
            Edit::RenameShape { module, shape, name } => shapes::rename(application, &module, &shape, name),
            Edit::SetComments { module, shape, comments } => {
                shapes::set_comments(application, &module, &shape, comments)
            }
            Edit::SetReportToAnalyst { module, shape, report } => {
                shapes::shape_mut(application, &module, &shape)?.report_to_analyst = report;
                Ok(())
            }
            Edit::SetKind { module, shape, kind } => shapes::set_kind(application, &module, &shape, kind),
            Edit::Connect { module, shape, port, operation, leg } => {
                shapes::connect(application, &module, &shape, port, operation, leg)
            }
            Edit::Correlate { module, shape, set, usage } => {
                shapes::correlate(application, &module, &shape, set, usage)
            }
            Edit::Uncorrelate { module, shape, set } => {
                shapes::uncorrelate(application, &module, &shape, &set)
            }
            Edit::InsertBranch { module, shape, index, branch } => {
                shapes::insert_branch(application, &module, &shape, index, branch)
            }
            Edit::DeleteBranch { module, branch } => shapes::delete_branch(application, &module, &branch),
            Edit::MoveBranch { module, branch, index } => {
                shapes::move_branch(application, &module, &branch, index)
            }
            Edit::SetCondition { module, branch, condition } => {
                shapes::branch_mut(application, &module, &branch)?.condition = condition;
                Ok(())
            }
            Edit::InsertCatch { module, scope, index, catch } => {
                shapes::insert_catch(application, &module, &scope, index, catch)
            }
            Edit::DeleteCatch { module, catch } => shapes::delete_catch(application, &module, &catch),
            Edit::MoveCatch { module, catch, index } => {
                shapes::move_catch(application, &module, &catch, index)
            }
            Edit::SetCatch { module, catch, exception, variable } => {
                let catch = shapes::catch_mut(application, &module, &catch)?;
                catch.exception = exception;
                catch.variable = variable;
                Ok(())
            }
            Edit::AddCompensation { module, scope } => {
                shapes::add_compensation(application, &module, scope.as_ref())
            }
            Edit::DeleteCompensation { module, scope } => {
                shapes::delete_compensation(application, &module, scope.as_ref())
            }
            Edit::Declare { module, scope, index, declaration } => {
                declarations::declare(application, &module, scope.as_ref(), index, declaration)
            }
            Edit::Redeclare { module, scope, name, declaration } => {
                declarations::redeclare(application, &module, scope.as_ref(), &name, declaration)
            }
            Edit::Undeclare { module, scope, kind, name } => {
                declarations::undeclare(application, &module, scope.as_ref(), kind, &name)
            }
            Edit::MoveDeclaration { module, scope, kind, name, index } => {
                declarations::relocate(application, &module, scope.as_ref(), kind, &name, index)
            }
            Edit::RenameOperation { module, port_type, operation, name } => {
                rename::operation(application, &module, &port_type, &operation, &name)
            }
            Edit::BindPort { module, port, binding } => {
                declarations::port_mut(application, &module, &port)?.binding = binding;
                Ok(())
            }
            Edit::SetOrchestration { module, properties } => {
                declarations::set_orchestration(application, &module, properties)
            }
            Edit::SetNamespace { module, namespace, target_xml_namespace } => {
                rename::namespace(application, &module, &namespace)?;
                module_mut(application, &module)?.target_xml_namespace = target_xml_namespace;
                Ok(())
            }
            Edit::AddModule { module, content } => add_module(application, module, *content),
            Edit::DeleteModule { module } => take_module(application, &module).map(drop),
            Edit::RenameModule { module, name } => {
                let content = take_module(application, &module)?;
                add_module(application, name, content)
            }
            Edit::SetPhysical { replaces, element } => {
                physical::set(application, replaces.as_deref(), element)
            }
            Edit::DeletePhysical { kind, name } => physical::delete(application, kind, &name),
            Edit::RenameMap { name, to } => rename::map(application, &name, to),
            Edit::RenameSchema { path, to, types } => rename::schema(application, &path, to, &types),
            Edit::Set(part) => {
                part.put(application);
                Ok(())
            }
            Edit::Batch { edits, .. } => edits.into_iter().try_for_each(|edit| edit.change(application)),
            Edit::Restore(parts) => {
                parts.into_iter().for_each(|part| part.put(application));
                Ok(())
            }
        }
    }

    /// What the step is called in the menu and the history, e.g. `Insert Receive`.
    pub fn label(&self) -> String {
        match self {
            Edit::InsertShape { shape, .. } => format!("Insert {}", shape.kind.label()),
            Edit::DeleteShape { .. } => "Delete shape".into(),
            Edit::MoveShape { .. } => "Move shape".into(),
            Edit::InsertShapes { shapes, .. } => format!("Insert {}", counted(shapes.len(), "shape")),
            Edit::DeleteElements { elements, .. } => format!("Delete {}", counted(elements.len(), "element")),
            Edit::MoveShapes { shapes, .. } => format!("Move {}", counted(shapes.len(), "shape")),
            Edit::Wrap { container, .. } => format!("Wrap in {}", container.kind.label()),
            Edit::Unwrap { .. } => "Unwrap".into(),
            Edit::Convert { kind, .. } => format!("Convert to {}", kind.label()),
            Edit::RenameShape { name, .. } => format!("Rename to {name}"),
            Edit::SetComments { .. } => "Change comments".into(),
            Edit::SetReportToAnalyst { .. } => "Change Report to Analyst".into(),
            Edit::SetKind { kind, .. } => format!("Change {}", kind.label()),
            Edit::Connect { port, .. } if port.is_empty() => "Disconnect from port".into(),
            Edit::Connect { port, .. } => format!("Connect to {port}"),
            Edit::Correlate { set, usage: CorrelationUse::Initialize, .. } => format!("Initialize {set}"),
            Edit::Correlate { set, usage: CorrelationUse::Follow, .. } => format!("Follow {set}"),
            Edit::Uncorrelate { set, .. } => format!("Detach {set}"),
            Edit::InsertBranch { .. } => "Add branch".into(),
            Edit::DeleteBranch { .. } => "Delete branch".into(),
            Edit::MoveBranch { .. } => "Move branch".into(),
            Edit::SetCondition { .. } => "Change condition".into(),
            Edit::InsertCatch { .. } => "Add catch block".into(),
            Edit::DeleteCatch { .. } => "Delete catch block".into(),
            Edit::MoveCatch { .. } => "Move catch block".into(),
            Edit::SetCatch { .. } => "Change catch block".into(),
            Edit::AddCompensation { .. } => "Add compensation block".into(),
            Edit::DeleteCompensation { .. } => "Delete compensation block".into(),
            Edit::Declare { declaration, .. } => {
                format!("Add {} {}", declaration.kind().label(), declaration.name())
            }
            Edit::Redeclare { name, declaration, .. } if name != declaration.name() => {
                format!("Rename {} {name} to {}", declaration.kind().label(), declaration.name())
            }
            Edit::Redeclare { name, declaration, .. } => {
                format!("Change {} {name}", declaration.kind().label())
            }
            Edit::Undeclare { kind, name, .. } => format!("Delete {} {name}", kind.label()),
            Edit::MoveDeclaration { name, .. } => format!("Move {name}"),
            Edit::RenameOperation { operation, name, .. } => {
                format!("Rename operation {operation} to {name}")
            }
            Edit::BindPort { port, .. } => format!("Bind port {port}"),
            Edit::SetOrchestration { properties, .. } => format!("Change orchestration {}", properties.name),
            Edit::SetNamespace { .. } => "Change namespace".into(),
            Edit::AddModule { module, .. } => format!("Add {module}"),
            Edit::DeleteModule { module } => format!("Delete {module}"),
            Edit::RenameModule { module, name } => format!("Rename {module} to {name}"),
            Edit::SetPhysical { replaces, element } => {
                let verb = if replaces.is_some() { "Change" } else { "Add" };
                format!("{verb} {} {}", element.kind().label(), element.name())
            }
            Edit::DeletePhysical { kind, name } => format!("Delete {} {name}", kind.label()),
            Edit::RenameMap { name, to } => format!("Rename map {name} to {to}"),
            Edit::RenameSchema { path, to, .. } => format!("Rename {path} to {to}"),
            Edit::Set(part) => part.label(),
            Edit::Batch { label, .. } => label.clone(),
            Edit::Restore(_) => "Restore".into(),
        }
    }
}

fn module_mut<'a>(application: &'a mut Application, module: &str) -> Result<&'a mut Module, EditError> {
    application.modules.get_mut(module).ok_or_else(|| gone(module, &format!("there is no module `{module}`")))
}

fn orchestration_mut<'a>(
    application: &'a mut Application,
    module: &str,
) -> Result<&'a mut Orchestration, EditError> {
    let found = module_mut(application, module)?.orchestration.as_mut();
    found.ok_or_else(|| gone(module, &format!("`{module}` declares types only, it has no orchestration")))
}

fn add_module(application: &mut Application, name: String, content: Module) -> Result<(), EditError> {
    if name.is_empty() || application.modules.keys().any(|known| known.eq_ignore_ascii_case(&name)) {
        return Err(taken(&name, "a module"));
    }
    application.modules.insert(name, content);
    Ok(())
}

fn take_module(application: &mut Application, name: &str) -> Result<Module, EditError> {
    application.modules.remove(name).ok_or_else(|| gone(name, &format!("there is no module `{name}`")))
}

fn in_module(module: &str) -> Place {
    Place { module: Some(module.to_owned()), ..Place::default() }
}

fn gone(module: &str, message: &str) -> EditError {
    Diagnostic::error("M01", message, "it may have been deleted meanwhile; choose another")
        .at(in_module(module))
}

fn no_element(module: &str, what: &str, id: &Id) -> EditError {
    gone(module, &format!("there is no {what} `{id}` in `{module}`"))
}

fn refused(module: &str, why: impl Into<String>) -> EditError {
    refused_until(module, why, "choose another place for it")
}

/// Refused as it stands; `help` is what to do first, or instead.
fn refused_until(module: &str, why: impl Into<String>, help: &str) -> EditError {
    Diagnostic::error("M02", why, help).at(in_module(module))
}

fn taken(name: &str, what: &str) -> EditError {
    let message = if name.is_empty() {
        format!("{what} needs a name")
    } else {
        format!("the name `{name}` is already taken")
    };
    Diagnostic::error("M03", message, "choose another name")
}

//! A shape made one of another kind, keeping what fits.

use super::place::{can_insert, owner_of};
use crate::model::{
    Application, Block, Branch, Branches, Call, Code, Construct, Group, Id, Leg, Loop, Module, Polarity,
    Receive, Scope, Send, Shape, ShapeKind,
};

/// The kinds that a shape can become where it stands, as the toolbox makes them.
pub fn conversions(application: &Application, module: &str, shape: &Id) -> Vec<ShapeKind> {
    let orchestration = application.modules.get(module).and_then(|m| m.orchestration.as_ref());
    let found = orchestration.and_then(|o| o.shape(shape));
    let (Some(found), Some((block, index))) = (found, owner_of(application, module, shape)) else {
        return Vec::new();
    };
    let fits = |kind: &ShapeKind| match converted(application, module, found, kind) {
        Ok(kind) => can_insert(application, module, &block, index, &kind).is_ok(),
        Err(_) => false,
    };
    super::toolbox().into_iter().filter(fits).collect()
}

/// `shape` as one of the kind of `to`, with all properties and inner shapes that fit; the rest as in `to`.
///
/// # Errors
/// Why it cannot become that, as a sentence for the user.
pub fn converted(
    application: &Application,
    module: &str,
    shape: &Shape,
    to: &ShapeKind,
) -> Result<ShapeKind, String> {
    use ShapeKind as K;
    let (from, label) = (&shape.kind, to.label());
    if std::mem::discriminant(from) == std::mem::discriminant(to) {
        return Err(format!("it is a {label} already"));
    }
    match (holds_blocks(from), holds_blocks(to)) {
        (true, true) => return container(from, to),
        (false, true) => return Err(format!("wrap it in a {label} instead")),
        (true, false) if from.blocks().iter().any(|(_, block)| !block.is_empty()) => {
            return Err(format!("it holds shapes, and a {label} holds none"));
        }
        _ => {}
    }
    let home = application.modules.get(module);
    Ok(match (from, to) {
        (K::Receive(r), K::Send(_)) => {
            let (port, operation, leg) = other_way(application, home, (&r.port, &r.operation, &r.leg));
            K::Send(Send {
                port,
                operation,
                leg,
                message: r.message.clone(),
                initializes: r.initializes.clone(),
                follows: r.follows.clone(),
                ..Send::default()
            })
        }
        (K::Send(s), K::Receive(_)) => {
            let (port, operation, leg) = other_way(application, home, (&s.port, &s.operation, &s.leg));
            K::Receive(Receive {
                port,
                operation,
                leg,
                message: s.message.clone(),
                initializes: s.initializes.clone(),
                follows: s.follows.clone(),
                ..Receive::default()
            })
        }
        (K::Call(call), K::Start(_)) => K::Start(Call { identifier: String::new(), ..call.clone() }),
        (K::Start(call), K::Call(_)) => K::Call(call.clone()),
        (from, to) => match (text(from), to) {
            (Some(code), K::Expression(_)) => K::Expression(code.clone()),
            (Some(code), K::MessageAssignment(_)) => K::MessageAssignment(code.clone()),
            (Some(code), K::Delay(_)) => K::Delay(code.clone()),
            (Some(code), K::Suspend(_)) => K::Suspend(code.clone()),
            (Some(code), K::Terminate(_)) => K::Terminate(code.clone()),
            _ => to.clone(),
        },
    })
}

fn holds_blocks(kind: &ShapeKind) -> bool {
    use ShapeKind as K;
    kind.branches().is_some() || matches!(kind, K::Construct(_) | K::Loop(_) | K::Scope(_) | K::Group(_))
}

fn text(kind: &ShapeKind) -> Option<&Code> {
    use ShapeKind as K;
    match kind {
        K::Expression(c) | K::MessageAssignment(c) | K::Delay(c) | K::Suspend(c) | K::Terminate(c) => Some(c),
        _ => None,
    }
}

/// The leg of the same operation that goes the other way; nothing for a one-way operation.
fn other_way(
    application: &Application,
    home: Option<&Module>,
    (port, operation, leg): (&str, &str, &Leg),
) -> (String, String, Leg) {
    let other = || {
        let home = home?;
        let declared = home.orchestration.as_ref()?.port(port)?;
        let port_type = application.port_type(home, &declared.port_type)?;
        let found = port_type.operations.iter().find(|o| o.name == operation)?;
        match (leg, declared.polarity) {
            (Leg::Request, Polarity::Implements | Polarity::Uses) => {
                found.response.as_ref().map(|_| Leg::Response)
            }
            (Leg::Response | Leg::Fault(_), _) => Some(Leg::Request),
        }
    };
    match other() {
        Some(leg) => (port.to_owned(), operation.to_owned(), leg),
        None => Default::default(),
    }
}

/// The shapes of the only branch that has some.
pub(super) fn only_branch(owner: &mut Branches) -> Result<Block, String> {
    let mut full = owner.branches.iter_mut().filter(|branch| !branch.body.is_empty());
    let Some(first) = full.next() else { return Ok(Block::new()) };
    match full.next() {
        Some(second) => Err(format!("both {} and {} hold shapes", first.name, second.name)),
        None => Ok(std::mem::take(&mut first.body)),
    }
}

fn container(from: &ShapeKind, to: &ShapeKind) -> Result<ShapeKind, String> {
    use ShapeKind as K;
    if let K::Construct(construct) = from
        && !construct.body.is_empty()
    {
        return Err("Message Assignment and Transform stand only inside a Construct Message".to_owned());
    }
    let condition = match from {
        K::Loop(body) => body.condition.clone(),
        K::Decide(owner) => owner.branches.first().map(|b| b.condition.clone()).unwrap_or_default(),
        _ => String::new(),
    };
    let body = || -> Result<Block, String> {
        match from {
            K::Loop(l) => Ok(l.body.clone()),
            K::Scope(s) => Ok(s.body.clone()),
            K::Group(g) => Ok(g.body.clone()),
            K::Decide(b) | K::Listen(b) | K::Parallel(b) => only_branch(&mut b.clone()),
            _ => Ok(Block::new()),
        }
    };
    let branches = |decides: bool| -> Result<Branches, String> {
        let mut branches = match from.branches() {
            Some(owner) => owner.branches.clone(),
            None => vec![Branch { condition: condition.clone(), body: body()?, ..Branch::default() }],
        };
        if matches!(from, K::Decide(_)) && branches.last().is_some_and(|b| b.body.is_empty()) {
            branches.pop();
        }
        if decides {
            branches.push(Branch { name: "Else".to_owned(), ..Branch::default() });
        } else {
            branches.iter_mut().for_each(|branch| branch.condition.clear());
            while branches.len() < 2 {
                branches.push(Branch::default());
            }
        }
        Ok(Branches { branches })
    };
    Ok(match to {
        K::Decide(_) => K::Decide(branches(true)?),
        K::Listen(_) => K::Listen(branches(false)?),
        K::Parallel(_) => K::Parallel(branches(false)?),
        K::Loop(_) => K::Loop(Loop { body: body()?, condition }),
        K::Scope(_) => K::Scope(Scope { body: body()?, ..Scope::default() }),
        K::Construct(_) => K::Construct(Construct { body: body()?, ..Construct::default() }),
        _ => K::Group(Group { body: body()? }),
    })
}

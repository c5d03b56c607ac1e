//! Values of functoids.

use super::graph::{Argument, MAX_CHAIN, function_name, is_logical};
use super::write::Run;
use crate::message::NodePath;
use crate::model::{Functoid, MapLink};
use crate::xml::map::{MapError, functoids};
use rust_decimal::Decimal;

impl<'a> Run<'a, '_> {
    /// Text of a value; `None` when a condition on the way keeps it from being there.
    pub fn value(&mut self, argument: &Argument<'a>, depth: usize) -> Result<Option<String>, MapError> {
        match argument {
            Argument::Constant(text) => Ok(Some((*text).to_owned())),
            Argument::Missing => Ok(Some(String::new())),
            Argument::Node(path, link) => Ok(Some(self.node_text(path, link).unwrap_or_default())),
            Argument::Functoid(_) if depth > MAX_CHAIN => {
                Err(self.fail("functoids feed each other in a ring".into(), "Break the ring of links up."))
            }
            Argument::Functoid(functoid) => self.functoid(functoid, depth),
        }
    }

    /// What a link copies from a node; `None` when the node is not there.
    pub fn node_text(&self, path: &NodePath, link: &MapLink) -> Option<String> {
        if link.copy.eq_ignore_ascii_case("CopyName") {
            return path.steps.last().map(|step| step.local.to_string());
        }
        let found = self.sources.find(&self.bound, path)?;
        let deep = link.copy.to_ascii_lowercase().contains("sub");
        Some(if deep { found.text(&self.sources.tree) } else { self.sources.own_text(&found) })
    }

    fn functoid(&mut self, functoid: &'a Functoid, depth: usize) -> Result<Option<String>, MapError> {
        let arguments = self.graph.arguments(functoid);
        let first = arguments.first().cloned().unwrap_or(Argument::Missing);
        let path = match &first {
            Argument::Node(path, _) => Some(path.clone()),
            _ => None,
        };
        let some = |text: String| Ok(Some(text));
        match functoid.function {
            260 | 524 | 574 | 575 | 10_000.. => return self.script(functoid, &arguments, depth),
            322 => return some(path.map_or(0, |path| self.sources.everywhere(&path).len()).to_string()),
            323 => return self.index(path.as_ref(), &arguments, depth),
            324..=328 => return self.cumulative(functoid.function, &first, &arguments, depth),
            374 | 375 => {
                let condition = self.value(&first, depth + 1)?;
                if !condition.as_deref().is_some_and(functoids::truth) {
                    return Ok(None);
                }
                let value = arguments.get(1).cloned().unwrap_or(Argument::Missing);
                return self.value(&value, depth + 1);
            }
            424 | 703 => return some(String::new()),
            474 => return some(self.position(path.as_ref()).to_string()),
            701 => {
                let there = match &first {
                    Argument::Node(path, _) => self.sources.find(&self.bound, path).is_some(),
                    other => self.value(other, depth + 1)?.is_some_and(|text| !text.is_empty()),
                };
                return some(there.to_string());
            }
            704 => return self.extract(&arguments, depth),
            706 => {
                let found = path.and_then(|path| self.sources.find(&self.bound, &path));
                return some(found.is_some_and(|found| self.sources.is_nil(&found)).to_string());
            }
            801 => {
                let condition = self.value(&first, depth + 1)?;
                let mut others = Vec::new();
                for argument in arguments.iter().skip(1) {
                    others.push(self.value(argument, depth + 1)?.unwrap_or_default());
                }
                if !condition.as_deref().is_some_and(functoids::truth) {
                    let said = others.first().cloned().unwrap_or_default();
                    return Err(
                        self.fail(format!("an assertion failed: {said}"), "Correct the message, or the map.")
                    );
                }
                return some(others.pop().unwrap_or_default());
            }
            _ => {}
        }
        let Some(known) = function_name(functoid.function).and_then(functoids::find) else {
            return Err(self.fail(
                format!("functoid {} ({}) is not known", functoid.id, functoid.function),
                "Take it off the grid, or replace it by a Scripting functoid with a stand-in.",
            ));
        };
        let mut values = Vec::new();
        for argument in &arguments {
            match self.value(argument, depth + 1)? {
                Some(text) => values.push(Some(text)),
                None => return Ok(None),
            }
        }
        if let Some(problem) = known.arity_problem(values.len()) {
            return Err(self.fail(problem, "Give the functoid its inputs in order."));
        }
        Ok(known.call(&values, self.now))
    }

    /// True when a logical functoid, or another value, says yes.
    pub fn holds(&mut self, functoid: &'a Functoid) -> Result<bool, MapError> {
        Ok(self.functoid(functoid, 0)?.as_deref().is_some_and(functoids::truth))
    }

    pub fn is_condition(origin: &Argument<'a>) -> Option<&'a Functoid> {
        match origin {
            Argument::Functoid(functoid) if is_logical(functoid.function) => Some(functoid),
            _ => None,
        }
    }

    /// Number of the record that the loop around a node has arrived at; 1 outside loops.
    fn position(&self, path: Option<&NodePath>) -> usize {
        let around = path.and_then(|path| self.sources.innermost(&self.bound, path));
        around.or(self.bound.last()).map_or(1, |bound| bound.position)
    }

    /// The text of a node in the records that the further inputs number, innermost first.
    fn index(
        &mut self,
        path: Option<&NodePath>,
        arguments: &[Argument<'a>],
        depth: usize,
    ) -> Result<Option<String>, MapError> {
        let Some(path) = path else { return Ok(Some(String::new())) };
        let mut numbers = Vec::new();
        for argument in arguments.iter().skip(1) {
            let text = self.value(argument, depth + 1)?.unwrap_or_default();
            numbers.push(text.trim().parse::<usize>().unwrap_or(0));
        }
        // Every record on the way that repeats takes the next number, from the node upwards.
        let mut loops = self.sources.loops(path);
        if loops.is_empty() {
            loops = (1..=path.steps.len())
                .filter_map(|n| Some(NodePath { steps: path.steps.get(..n)?.to_vec() }))
                .collect();
        }
        let mut chosen = Vec::new();
        for (record, number) in loops.into_iter().rev().zip(numbers) {
            chosen.push((record, number));
        }
        chosen.reverse();
        let mut bound = Vec::new();
        for (record, number) in chosen {
            let all = self.sources.all(&bound, &record);
            let Some(node) = number.checked_sub(1).and_then(|at| all.get(at)) else {
                return Ok(Some(String::new()));
            };
            bound.push(super::source::Bound { path: record, node: *node, position: number });
        }
        let found = self.sources.find(&bound, path);
        Ok(Some(found.map(|found| self.sources.own_text(&found)).unwrap_or_default()))
    }

    /// A value over all records its sources loop over; the second input limits it to the records around, so many
    /// levels up.
    fn cumulative(
        &mut self,
        function: u32,
        first: &Argument<'a>,
        arguments: &[Argument<'a>],
        depth: usize,
    ) -> Result<Option<String>, MapError> {
        let scope = match arguments.get(1) {
            Some(argument) => {
                self.value(argument, depth + 1)?.and_then(|text| text.trim().parse::<usize>().ok())
            }
            None => None,
        };
        let sources = self.graph.sources(first, 0);
        let chain = sources.iter().map(|source| {
            let loops = self.sources.loops(source);
            if loops.is_empty() { vec![source.clone()] } else { loops }
        });
        let chain = chain.max_by_key(Vec::len).unwrap_or_default();
        let kept = scope.filter(|levels| *levels > 0).map_or(0, |levels| chain.len().saturating_sub(levels));
        let outside = self.bound.clone();
        self.bound.retain(|bound| chain.iter().take(kept).any(|path| *path == bound.path));
        let mut texts = Vec::new();
        let gathered = self.each(chain.get(kept..).unwrap_or_default(), &mut |run| {
            texts.extend(run.value(first, depth + 1)?);
            Ok(())
        });
        self.bound = outside;
        gathered?;
        if function == 328 {
            return Ok(Some(texts.concat()));
        }
        let numbers: Vec<Decimal> = texts.iter().filter_map(|text| functoids::numeric(text)).collect();
        let sum = || numbers.iter().try_fold(Decimal::ZERO, |sum, n| sum.checked_add(*n));
        let result = match function {
            324 if numbers.is_empty() => None,
            324 => sum(),
            325 => sum().and_then(|sum| sum.checked_div(Decimal::from(numbers.len()))),
            326 => numbers.iter().min().copied(),
            _ => numbers.iter().max().copied(),
        };
        Ok(Some(result.map(|n| n.normalize().to_string()).unwrap_or_default()))
    }

    /// A cell of the table row that is being written.
    fn extract(&mut self, arguments: &[Argument<'a>], depth: usize) -> Result<Option<String>, MapError> {
        let Some(Argument::Functoid(table)) = arguments.first() else { return Ok(Some(String::new())) };
        let column = match arguments.get(1) {
            Some(column) => self.value(column, depth + 1)?.and_then(|text| text.trim().parse::<usize>().ok()),
            None => None,
        };
        let row = self.rows.iter().rev().find(|(id, _)| *id == table.id).map_or(0, |(_, row)| *row);
        let cell = self.cell(table, row, column.unwrap_or(1).saturating_sub(1));
        self.value(&cell, depth + 1)
    }

    /// Input of a Table Looping functoid that a cell names.
    pub fn cell(&self, table: &'a Functoid, row: usize, column: usize) -> Argument<'a> {
        let rows = table.table.as_ref().map(|t| t.rows.as_slice()).unwrap_or_default();
        let Some(guid) = rows.get(row).and_then(|cells| cells.get(column)) else { return Argument::Missing };
        let input =
            table.inputs.iter().find(|input| input.guid.eq_ignore_ascii_case(guid.trim_matches(['{', '}'])));
        match input {
            Some(input) => self.graph.argument(input),
            None => Argument::Constant(guid),
        }
    }
}

use crate::message::Name;
use crate::model::{self, PartRef, Shape};
use crate::program::op::{ArgumentSlot, Op, TransformInfo};
use crate::program::service::{ServiceCompiler, small};

/// Construct Message and Transform.
impl ServiceCompiler<'_> {
    pub(super) fn construct(&mut self, shape: &Shape, construct: &model::Construct) {
        let mut slots = Vec::new();
        for name in &construct.messages {
            let slot = self.symbols.message(name);
            slots.extend(self.slot(shape, "messages", name, "message", slot));
        }
        let slots: Box<[u16]> = slots.into();
        self.push(Op::Construct(slots.clone()));
        self.block(&construct.body, None);
        self.push(Op::Constructed(slots));
    }

    pub(super) fn transform(&mut self, shape: &Shape, number: u16, transform: &model::Transform) {
        let map = Name::new(&transform.map);
        if !self.shared.maps.contains(&transform.map) {
            let message = match transform.map.as_str() {
                "" => format!("`{}` has no map yet", shape.name),
                map => format!("`{}` names the map `{map}`, which does not exist", shape.name),
            };
            self.report("V01", message, "Choose one of the application's maps", self.place(shape, "map"));
            return;
        }
        let Some(inputs) = self.part_refs(shape, "inputs", &transform.inputs) else { return };
        let Some(outputs) = self.part_refs(shape, "outputs", &transform.outputs) else { return };
        self.reads(inputs.iter().map(|(slot, _)| ArgumentSlot::Message(*slot)));
        self.writes(outputs.iter().map(|(slot, _)| ArgumentSlot::Message(*slot)));
        let index = small(self.service.transforms.len());
        self.service.transforms.push(TransformInfo { shape: number, map, inputs, outputs });
        self.push(Op::Transform(index));
    }

    pub(super) fn part_refs(
        &mut self,
        shape: &Shape,
        property: &'static str,
        refs: &[PartRef],
    ) -> Option<Vec<(u16, Option<u16>)>> {
        let mut all = Vec::new();
        for reference in refs {
            let slot = self.symbols.message(&reference.message);
            let slot = self.slot(shape, property, &reference.message, "message", slot)?;
            let part = if reference.part.is_empty() {
                None
            } else {
                let info = self.service.messages.get(usize::from(slot))?;
                let at = info.message_type.parts.iter().position(|(n, _)| n.as_str() == reference.part);
                Some(self.slot(shape, property, &reference.part, "message part", at.map(small))?)
            };
            all.push((slot, part));
        }
        if all.is_empty() {
            self.slot(shape, property, "", "message", None)?;
        }
        Some(all)
    }
}

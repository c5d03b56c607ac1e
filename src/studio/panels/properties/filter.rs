//! The grid of a filter: property, operator, value, and how a row joins the next (RCV-8, RCV-9).

use crate::model::{Filter, FilterOperator, FilterRow, Grouping};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use egui::{ComboBox, TextEdit, Ui};

const OPERATORS: [FilterOperator; 7] = [
    FilterOperator::Equals,
    FilterOperator::NotEquals,
    FilterOperator::LessThan,
    FilterOperator::LessThanOrEqual,
    FilterOperator::GreaterThan,
    FilterOperator::GreaterThanOrEqual,
    FilterOperator::Exists,
];

/// Edits `rows`; true when they changed. `empty` says what no filter means.
pub fn ui(ui: &mut Ui, rows: &mut Filter, properties: &[String], empty: &str) -> bool {
    let mut changed = false;
    if fields::heading_with_add(ui, "Filter", "Add a filter row") {
        rows.push(FilterRow { value: "\"\"".to_owned(), ..FilterRow::default() });
        changed = true;
    }
    if rows.is_empty() {
        fields::note(ui, empty);
    }
    let last = rows.len().saturating_sub(1);
    let mut remove = None;
    for (index, row) in rows.iter_mut().enumerate() {
        ui.push_id(("filter", index), |ui| {
            ui.horizontal(|ui| {
                let room = ui.available_width() - 26.0;
                ui.allocate_ui(egui::vec2(room, 26.0), |ui| {
                    ui.set_max_width(room);
                    ui.name_inputs(format!("Property {}", index + 1), |ui| {
                        if let Some(chosen) =
                            fields::combo(ui, "property", &row.property, properties, "property")
                        {
                            row.property = chosen;
                            changed = true;
                        }
                    });
                });
                if fields::icon_button(ui, Glyph::Close, &format!("Remove filter row {}", index + 1))
                    .clicked()
                {
                    remove = Some(index);
                }
            });
            ui.horizontal(|ui| {
                changed |= operator(ui, row, index);
                if row.operator != FilterOperator::Exists {
                    let width = (ui.available_width() - 66.0).max(60.0);
                    let field = TextEdit::singleline(&mut row.value)
                        .desired_width(width)
                        .font(egui::TextStyle::Monospace);
                    changed |=
                        fields::live(ui, field).accessible_name(format!("Value {}", index + 1)).changed();
                }
                if index < last {
                    changed |= joins(ui, row);
                }
            });
            ui.add_space(4.0);
        });
    }
    if let Some(index) = remove {
        rows.remove(index);
        changed = true;
    }
    changed
}

fn operator(ui: &mut Ui, row: &mut FilterRow, index: usize) -> bool {
    let before = row.operator;
    ui.name_inputs(format!("Operator {}", index + 1), |ui| {
        ComboBox::from_id_salt("operator")
            .icon(fields::drop_icon)
            .width(64.0)
            .selected_text(row.operator.symbol())
            .show_ui(ui, |ui| {
                for operator in OPERATORS {
                    ui.selectable_value(&mut row.operator, operator, operator.symbol());
                }
            });
    });
    if row.operator == FilterOperator::Exists {
        row.value.clear();
    }
    row.operator != before
}

fn joins(ui: &mut Ui, row: &mut FilterRow) -> bool {
    let words = if row.grouping == Grouping::And { "and" } else { "or" };
    let pressed = ui.button(words).on_hover_text("How this row joins the next; and binds tighter").clicked();
    if pressed {
        row.grouping = if row.grouping == Grouping::And { Grouping::Or } else { Grouping::And };
    }
    pressed
}

//! Pictures of what surrounds the drawing: `ORCHESTRION_PICTURES=folder cargo test --test studio shell_gallery`.

use super::harness;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
use orchestrion::model::edit::Edit;
use orchestrion::studio::Studio;
use orchestrion::studio::command::Command;
use std::path::Path;

#[test]
fn shell_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let only = std::env::var("ORCHESTRION_ONLY").unwrap_or_default();
    let looks = [(Theme::Dark, false, "dark"), (Theme::Light, false, "light")];
    let looks =
        looks.into_iter().chain([(Theme::Dark, true, "contrast_dark"), (Theme::Light, true, "contrast")]);
    for (theme, contrast, look) in looks {
        for (size, kind) in [([1480.0, 920.0], "large"), ([1024.0, 640.0], "small")] {
            if !format!("{look}-{kind}").contains(&only) {
                continue;
            }
            let mut window = harness(Studio::default(), theme, size);
            window.state_mut().preferences.high_contrast = contrast;
            window.run_steps(3);
            let save = |window: &mut egui_kittest::Harness<'_, Studio>, what: &str| {
                window.run_steps(3);
                let file = format!("shell-{what}-{look}-{kind}.png");
                window.render().unwrap().save(Path::new(&folder).join(file)).unwrap();
            };
            let run = |window: &mut egui_kittest::Harness<'_, Studio>, command: Command| {
                let ctx = window.ctx.clone();
                window.state_mut().run_command(&ctx, command);
                window.run_steps(3);
            };
            save(&mut window, "design");
            run(&mut window, Command::SplitTab);
            save(&mut window, "split");
            run(&mut window, Command::CloseTab);
            run(&mut window, Command::Palette);
            save(&mut window, "search");
            window.get_by_label("Search everything").type_text("order");
            save(&mut window, "search-typed");
            window.key_press_modifiers(Modifiers::NONE, Key::Escape);
            window.run_steps(2);
            let document = &mut window.state_mut().document;
            let module = document.module.clone();
            let names: Vec<_> =
                document.orchestration().unwrap().shapes().iter().take(9).map(|s| s.id.clone()).collect();
            for (n, shape) in names.into_iter().enumerate().filter(|(n, _)| n % 3 == 1) {
                let name = format!("Renamed {n}");
                document.edit(Edit::RenameShape { module: module.clone(), shape, name }, None).unwrap();
            }
            run(&mut window, Command::UndoHistory);
            save(&mut window, "history");
            run(&mut window, Command::UndoHistory);
            run(&mut window, Command::CompareSaved);
            window.get_by_label_contains("Renamed 4\" changed").click();
            save(&mut window, "compare");
            run(&mut window, Command::Settings);
            save(&mut window, "settings");
        }
    }
}

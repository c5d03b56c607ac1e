use super::*;
use crate::studio::sample;

/// Four modules of one application to open.
fn document() -> Document {
    let mut app = sample::load("hello").unwrap();
    let (_, module) = app.modules.first_key_value().map(|(k, m)| (k.clone(), m.clone())).unwrap();
    for name in ["A", "B", "C", "D"] {
        app.modules.insert(name.to_owned(), module.clone());
    }
    let mut document = Document::new(app, None);
    document.show("A");
    document
}

fn tab(module: &str) -> Tab {
    Tab::Orchestration(module.to_owned())
}

fn titles(tabs: &Tabs) -> Vec<String> {
    let key = |id: &TileId| tabs.tree.tiles.get_pane(id).map(|pane| pane.key.clone());
    tabs.order().iter().filter_map(key).collect()
}

fn shown(tabs: &Tabs) -> &str {
    tabs.focused.and_then(|id| tabs.tree.tiles.get_pane(&id)).map_or("", |pane| &pane.key)
}

#[test]
fn what_is_open_is_shown_and_not_opened_twice() {
    let mut tabs = Tabs::new(tab("A"));
    tabs.open(tab("B"), false);
    tabs.open(tab("C"), false);
    tabs.open(tab("A"), false);
    assert_eq!((titles(&tabs), shown(&tabs)), (vec!["A".into(), "B".into(), "C".into()], "A"));
    tabs.open(tab("D"), false);
    assert_eq!(titles(&tabs), ["A", "D", "B", "C"], "a new tab stands after the focused one");
}

#[test]
fn a_preview_gives_way_to_the_next_one_until_it_is_kept() {
    let mut tabs = Tabs::new(tab("A"));
    tabs.open(tab("B"), true);
    tabs.open(tab("C"), true);
    assert_eq!(titles(&tabs), ["A", "C"]);
    tabs.keep();
    tabs.open(tab("D"), true);
    assert_eq!(titles(&tabs), ["A", "C", "D"]);
}

#[test]
fn closing_goes_to_the_neighbour_and_reopening_brings_it_back() {
    let document = document();
    let mut tabs = Tabs::new(tab("A"));
    tabs.open(tab("B"), false);
    tabs.open(tab("C"), false);
    tabs.open(tab("B"), false);
    tabs.close();
    assert_eq!((titles(&tabs), shown(&tabs)), (vec!["A".into(), "C".into()], "C"));
    tabs.close();
    tabs.close();
    assert!(tabs.is_empty() && titles(&tabs).is_empty());
    tabs.reopen(&document.app);
    tabs.reopen(&document.app);
    assert_eq!((titles(&tabs), shown(&tabs)), (vec!["A".into(), "C".into()], "C"));
}

#[test]
fn closing_goes_back_to_the_tab_that_was_in_front() {
    let mut tabs = Tabs::new(tab("A"));
    tabs.open(tab("B"), false);
    tabs.open(tab("C"), false);
    tabs.open(tab("A"), false);
    tabs.open(Tab::Preferences, false);
    assert_eq!(titles(&tabs), ["A", "preferences", "B", "C"]);
    tabs.close();
    assert_eq!(shown(&tabs), "A", "not the neighbour B");
    tabs.close();
    assert_eq!(shown(&tabs), "C");
}

#[test]
fn a_split_shows_the_same_twice_with_a_key_of_its_own() {
    let mut tabs = Tabs::new(tab("A"));
    tabs.open(tab("B"), false);
    tabs.split();
    assert_eq!((titles(&tabs), shown(&tabs)), (vec!["A".into(), "B".into(), "B (2)".into()], "B (2)"));
    tabs.split();
    assert_eq!(titles(&tabs), ["A", "B", "B (2)", "B (3)"]);
    tabs.step(true);
    assert_eq!(shown(&tabs), "A", "stepping goes round");
    tabs.step(false);
    assert_eq!(shown(&tabs), "B (3)");
}

#[test]
fn an_arrangement_is_kept_without_what_is_gone_since() {
    let mut document = document();
    let mut tabs = Tabs::new(tab("A"));
    tabs.open(tab("B"), false);
    tabs.split();
    tabs.open(tab("C"), false);
    let layout = tabs.layout().unwrap();
    let same = Tabs::restored(&layout, &document).unwrap();
    assert_eq!((titles(&same), shown(&same)), (titles(&tabs), "C"));
    document.app.modules.remove("C");
    document.app.modules.remove("A");
    let fewer = Tabs::restored(&layout, &document).unwrap();
    assert_eq!(titles(&fewer), ["B", "B (2)"]);
    for module in ["B", "D"] {
        document.app.modules.remove(module);
    }
    assert!(Tabs::restored(&layout, &document).is_none());
    assert!(Tabs::restored("nonsense", &document).is_none());
}

#[test]
fn the_document_and_its_tab_agree_on_what_is_selected() {
    let mut document = document();
    let mut tabs = Tabs::new(tab("A"));
    let port = Selection::Port("RequestPort".to_owned());
    document.select(port.clone());
    tabs.follow(&mut document);
    document.show("B");
    tabs.follow(&mut document);
    assert_eq!((shown(&tabs), &document.selection), ("B", &Selection::Orchestration));
    tabs.open(tab("A"), false);
    tabs.lead(&mut document);
    assert_eq!((document.module.as_str(), &document.selection), ("A", &port));
    tabs.open(tab("B"), false);
    tabs.follow(&mut document);
    assert_eq!(document.module, "B", "what stands in front is what the window is about");
}

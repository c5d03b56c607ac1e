//! What a person could not read in a frame: words cut off, words over words, colours too close to each other.
//!
//! It walks the shapes a frame is made of, in the order they are painted, so that it needs no picture.

use egui::accesskit::Role;
use egui::epaint::{ClippedShape, RectShape, Shape, TextShape};
use egui::text::LayoutSection;
use egui::{Color32, Rect, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use orchestrion::studio::Studio;
use std::sync::Arc;

/// Points by which ink may leave its place: anti-aliasing and the overhang of italic letters.
const SLACK: f32 = 1.5;
/// WCAG 2.2, 1.4.3.
const LEAST_CONTRAST: f32 = 4.5;

/// One line of text on the screen.
struct Line {
    words: String,
    /// What it is cut short of; `None` when all of it is there.
    whole: Option<String>,
    /// Around its ink.
    ink: Rect,
    clip: Rect,
    /// Place in the order of painting.
    at: usize,
    /// Lines of one galley do not overlap each other.
    galley: usize,
    colors: Vec<Color32>,
}

impl Line {
    fn seen(&self) -> Rect {
        self.ink.intersect(self.clip)
    }
}

/// A filled rectangle, or the square within a filled disc.
struct Ground {
    rect: Rect,
    clip: Rect,
    fill: Color32,
    at: usize,
    disc: bool,
}

/// All that is wrong with what the window shows now, one line each.
pub fn faults(window: &Harness<'_, Studio>) -> Vec<String> {
    let frame = Frame::of(window);
    let mut all = frame.cut();
    all.extend(frame.overlapping());
    all.extend(frame.covered());
    all.extend(frame.shortened());
    all.extend(frame.out_of_reach(window));
    all.extend(window.unnamed_widgets().into_iter().map(|w| format!("without a name: {w}")));
    all
}

/// Words that are too close in colour to what they stand on.
pub fn faint(window: &Harness<'_, Studio>) -> Vec<String> {
    Frame::of(window).faint()
}

struct Frame {
    lines: Vec<Line>,
    grounds: Vec<Ground>,
    /// What scrolls or pans: there, ink may leave the view.
    pans: Vec<Rect>,
    scrolls_down: Vec<Rect>,
    scrolls_across: Vec<Rect>,
    fields: Vec<Rect>,
    disabled: Vec<Rect>,
    /// Rect and everything that is said of each node.
    names: Vec<(Rect, String)>,
    window: Rect,
}

impl Frame {
    fn of(window: &Harness<'_, Studio>) -> Self {
        let mut frame = Self {
            lines: Vec::new(),
            grounds: Vec::new(),
            pans: Vec::new(),
            scrolls_down: Vec::new(),
            scrolls_across: Vec::new(),
            fields: Vec::new(),
            disabled: Vec::new(),
            names: Vec::new(),
            window: window.ctx.content_rect(),
        };
        let mut at = 0;
        for ClippedShape { clip_rect, shape, .. } in &window.output().shapes {
            frame.take(shape, *clip_rect, &mut at);
        }
        for node in window.root().children_recursive() {
            let own = node.accesskit_node();
            let Some(bounds) = own.bounding_box() else { continue };
            let (x, y) = ([bounds.x0, bounds.x1], [bounds.y0, bounds.y1]);
            let [x, y] = [x, y].map(|ends| egui::Rangef::new(ends[0] as f32, ends[1] as f32));
            let rect = Rect::from_x_y_ranges(x, y);
            match own.role() {
                Role::Canvas => frame.pans.push(rect),
                // Tabs that find no room scroll.
                Role::TextInput | Role::MultilineTextInput | Role::Tab => frame.fields.push(rect),
                _ => {}
            }
            if own.is_disabled() {
                frame.disabled.push(rect);
            }
            let said = [own.label(), own.value(), own.description(), own.placeholder().map(str::to_owned)];
            let said = said.into_iter().flatten().collect::<Vec<_>>().join("\n");
            if !said.is_empty() {
                frame.names.push((rect, said));
            }
        }
        window.ctx.viewport(|viewport| {
            for (_, widgets) in viewport.prev_pass.widgets.layers() {
                for bar in widgets.iter().filter(|w| w.sense.senses_drag()) {
                    let size = bar.rect.size();
                    if size.x <= 14.0 && size.y > 14.0 {
                        frame.scrolls_down.push(bar.rect);
                    } else if size.y <= 14.0 && size.x > 14.0 {
                        frame.scrolls_across.push(bar.rect);
                    }
                }
            }
        });
        frame
    }

    fn take(&mut self, shape: &Shape, clip: Rect, at: &mut usize) {
        *at += 1;
        match shape {
            Shape::Vec(all) => all.iter().for_each(|shape| self.take(shape, clip, at)),
            Shape::Rect(rect) => self.ground(rect, clip, *at),
            Shape::Text(text) => self.text(text, clip, *at),
            Shape::Circle(circle) if circle.fill.a() > 0 => {
                let rect = Rect::from_center_size(circle.center, Vec2::splat(circle.radius * 1.4));
                self.grounds.push(Ground { rect, clip, fill: circle.fill, at: *at, disc: true });
            }
            _ => {}
        }
    }

    fn ground(&mut self, shape: &RectShape, clip: Rect, at: usize) {
        if shape.fill.a() > 0 && shape.brush.is_none() && shape.blur_width == 0.0 {
            self.grounds.push(Ground { rect: shape.rect, clip, fill: shape.fill, at, disc: false });
        }
    }

    fn text(&mut self, text: &TextShape, clip: Rect, at: usize) {
        let galley = &text.galley;
        if text.angle != 0.0 || text.opacity_factor < 0.2 {
            return;
        }
        for row in &galley.rows {
            let words: String = row.glyphs.iter().map(|g| g.chr).collect();
            if words.trim().is_empty() {
                continue;
            }
            let ink = row.visuals.mesh_bounds.translate(text.pos.to_vec2() + row.pos.to_vec2());
            let color = |section: &LayoutSection| {
                let own = text.override_text_color.unwrap_or(section.format.color);
                let own = if own == Color32::PLACEHOLDER { text.fallback_color } else { own };
                own.gamma_multiply(text.opacity_factor)
            };
            let mut colors: Vec<Color32> =
                galley.job.sections.iter().filter(|s| !s.byte_range.is_empty()).map(color).collect();
            colors.dedup();
            self.lines.push(Line {
                words,
                whole: galley.elided.then(|| galley.job.text.clone()),
                ink,
                clip,
                at,
                galley: Arc::as_ptr(galley) as usize,
                colors,
            });
        }
    }

    /// True when something opaque was painted over this place after `at`, and before `until`.
    fn hidden(&self, place: Rect, at: usize, until: usize) -> bool {
        self.grounds.iter().any(|g| {
            g.at > at && g.at < until && g.fill.is_opaque() && g.rect.intersect(g.clip).contains_rect(place)
        })
    }

    fn visible(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| {
            let seen = line.seen();
            seen.width() > 1.0 && seen.height() > 1.0 && !self.hidden(seen, line.at, usize::MAX)
        })
    }

    fn pans(&self, clip: Rect) -> bool {
        self.pans.iter().any(|pan| pan.expand(4.0).contains_rect(clip))
    }

    /// True for what scrolls within a field, and for the title of a tab.
    fn in_field(&self, line: &Line) -> bool {
        self.fields.iter().any(|field| {
            let field = field.expand(4.0);
            field.contains_rect(line.clip) || field.contains_rect(line.ink)
        })
    }

    /// True when ink leaves its place only where that place ends with a scroll bar.
    fn scrolls(&self, line: &Line, down: bool) -> bool {
        let (bars, ends) = match down {
            true => (&self.scrolls_down, Rect::y_range as fn(&Rect) -> egui::Rangef),
            false => (&self.scrolls_across, Rect::x_range as fn(&Rect) -> egui::Rangef),
        };
        let beside = |bar: &Rect| match down {
            true => line.clip.expand(16.0).x_range().contains(bar.center().x),
            false => line.clip.expand(16.0).y_range().contains(bar.center().y),
        };
        let (ink, clip) = (ends(&line.ink), ends(&line.clip));
        bars.iter().filter(|bar| beside(bar)).map(ends).any(|bar| {
            (ink.min >= clip.min || (bar.min - clip.min).abs() < 16.0)
                && (ink.max <= clip.max || (bar.max - clip.max).abs() < 16.0)
        })
    }

    /// Words that their place cuts through.
    fn cut(&self) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.visible().filter(|line| !self.pans(line.clip) && !self.in_field(line)) {
            let clip = line.clip.intersect(self.window).expand(SLACK);
            let across = line.ink.left() < clip.left() || line.ink.right() > clip.right();
            let down = line.ink.top() < clip.top() || line.ink.bottom() > clip.bottom();
            if across && !self.scrolls(line, false) {
                found.push(format!("cut across: {:?} {:.0} in {:.0}", line.words, line.ink, line.clip));
            } else if down && !self.scrolls(line, true) {
                found.push(format!("cut down: {:?} {:.0} in {:.0}", line.words, line.ink, line.clip));
            }
        }
        found
    }

    /// Words on words.
    fn overlapping(&self) -> Vec<String> {
        let lines: Vec<&Line> = self.visible().collect();
        let mut found = Vec::new();
        for (i, low) in lines.iter().enumerate() {
            for high in lines.iter().skip(i + 1).filter(|high| high.galley != low.galley || high.at != low.at)
            {
                let both = low.seen().intersect(high.seen());
                if both.width() > SLACK
                    && both.height() > SLACK
                    && low.words != high.words
                    && !self.hidden(both, low.at, high.at)
                {
                    found.push(format!("{:?} over {:?} at {both:.0}", high.words, low.words));
                }
            }
        }
        found
    }

    /// Words that a disc lies on, as the token of an instance is; what is under its shine can be read.
    fn covered(&self) -> Vec<String> {
        let mut found = Vec::new();
        for disc in self.grounds.iter().filter(|g| g.disc && g.fill.is_opaque()) {
            let place = disc.rect.intersect(disc.clip);
            for line in self.visible().filter(|line| line.at < disc.at) {
                let both = line.seen().intersect(place);
                if both.width() > SLACK && both.height() > SLACK && !self.hidden(both, line.at, disc.at) {
                    found.push(format!("a disc over {:?} at {both:.0}", line.words));
                }
            }
        }
        found
    }

    /// Words that are cut short with no way to know all of them.
    fn shortened(&self) -> Vec<String> {
        let said = |line: &Line, whole: &str| {
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let whole = plain(whole);
            let whole = whole.trim_matches('…').trim();
            self.names.iter().any(|(rect, words)| {
                rect.expand(28.0).intersects(line.seen()) && plain(words).contains(whole)
            })
        };
        self.visible()
            .filter_map(|line| Some((line, line.whole.as_deref()?)))
            .filter(|(line, whole)| !said(line, whole))
            .map(|(line, whole)| format!("cut short: {:?} is nowhere said, {:?}", line.words, short(whole)))
            .collect()
    }

    /// Controls that are outside of the window, or that their place cuts off.
    fn out_of_reach(&self, window: &Harness<'_, Studio>) -> Vec<String> {
        let mut found = Vec::new();
        window.ctx.viewport(|viewport| {
            let all = &viewport.prev_pass.widgets;
            for (_, widgets) in all.layers() {
                for widget in widgets.iter().filter(|w| w.sense.senses_click() && w.enabled) {
                    let Some(info) = all.info(widget.id) else { continue };
                    let (rect, reached) = (widget.rect, widget.interact_rect);
                    if rect.width() < 2.0 || self.pans.iter().any(|p| p.expand(4.0).contains_rect(reached)) {
                        continue;
                    }
                    let lost = vec2(rect.width() - reached.width(), rect.height() - reached.height());
                    let lost = lost.max(Vec2::ZERO);
                    let near = |bars: &[Rect], down: bool| {
                        bars.iter().any(|bar| match down {
                            true => bar.right() + 40.0 > rect.left() && bar.right() > rect.right() - 24.0,
                            false => bar.bottom() > rect.top(),
                        })
                    };
                    let name = info.label.clone().or_else(|| info.hint_text.clone()).unwrap_or_default();
                    if lost.x > SLACK + 1.0 && rect.width() <= self.window.width() {
                        if !near(&self.scrolls_across, false) && lost.y <= SLACK {
                            found.push(format!("out of reach across: {:?} {name:?} {rect:.0}", info.role));
                        }
                    } else if lost.y > SLACK + 1.0 && !near(&self.scrolls_down, true) {
                        found.push(format!("out of reach down: {:?} {name:?} {rect:.0}", info.role));
                    }
                }
            }
        });
        found
    }

    fn faint(&self) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.visible() {
            let middle = line.seen().center();
            if self.disabled.iter().any(|rect| rect.contains(middle)) {
                continue;
            }
            // The end of a line tells more of what it stands on than its middle, which a mark may cross.
            let place = pos2(line.seen().left() + 0.5, middle.y);
            let mut ground = Color32::BLACK;
            for g in self.grounds.iter().filter(|g| g.at < line.at) {
                if g.rect.intersect(g.clip).contains(place) {
                    ground = ground.blend(g.fill);
                }
            }
            for color in &line.colors {
                let ratio = contrast(ground.blend(*color), ground);
                if ratio < LEAST_CONTRAST - 0.05 {
                    let (words, on) = (short(&line.words), hex(ground));
                    found.push(format!("{ratio:.2} : 1 is {words:?}, {} on {on}", hex(*color)));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

fn short(words: &str) -> String {
    words.chars().take(48).collect()
}

fn hex(color: Color32) -> String {
    let [r, g, b, a] = color.to_array();
    format!("#{r:02X}{g:02X}{b:02X}{}", if a == 255 { String::new() } else { format!("/{a}") })
}

fn contrast(a: Color32, b: Color32) -> f32 {
    let light = |color: Color32| {
        let part = |value: u8| {
            let v = f32::from(value) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(color.r()) + 0.7152 * part(color.g()) + 0.0722 * part(color.b())
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

//! A CPU renderer for egui pictures: no driver, no window, the same bytes everywhere.

use egui::epaint::{ImageData, Primitive, TextureId, Vertex};
use egui::{Color32, ColorImage, FullOutput, TexturesDelta};
use image::{Rgba, RgbaImage};

#[derive(Default)]
pub struct SoftRenderer {
    textures: Vec<(TextureId, ColorImage)>,
}

impl egui_kittest::TestRenderer for SoftRenderer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, deltas) in delta.set.drain() {
            for change in deltas {
                let ImageData::Color(source) = &change.image;
                match change.pos {
                    None => {
                        self.textures.retain(|(known, _)| *known != id);
                        self.textures.push((id, (**source).clone()));
                    }
                    Some([x, y]) => {
                        if let Some((_, target)) = self.textures.iter_mut().find(|(known, _)| *known == id) {
                            blit(target, source, x, y);
                        }
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.retain(|(known, _)| *known != id);
        }
    }

    fn render(&mut self, ctx: &egui::Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let mut canvas = Raster::new(size.x.round() as usize, size.y.round() as usize);
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            let Some((_, texture)) = self.textures.iter().find(|(id, _)| *id == mesh.texture_id) else {
                continue;
            };
            let clip = canvas.clip(clipped.clip_rect, scale);
            for t in mesh.indices.chunks_exact(3) {
                let corner = |i: usize| Corner::new(&mesh.vertices[t[i] as usize], scale);
                canvas.triangle([corner(0), corner(1), corner(2)], clip, texture);
            }
        }
        Ok(canvas.into_image())
    }
}

fn blit(target: &mut ColorImage, source: &ColorImage, x: usize, y: usize) {
    let (width, height) = (source.size[0], source.size[1]);
    for row in 0..height {
        let at = (y + row) * target.size[0] + x;
        target.pixels[at..at + width].copy_from_slice(&source.pixels[row * width..(row + 1) * width]);
    }
}

#[derive(Clone, Copy)]
struct Corner {
    x: f32,
    y: f32,
    u: f32,
    v: f32,
    color: [f32; 4],
}

impl Corner {
    fn new(v: &Vertex, scale: f32) -> Self {
        let color = v.color.to_array().map(f32::from);
        Self { x: v.pos.x * scale, y: v.pos.y * scale, u: v.uv.x, v: v.uv.y, color }
    }
}

struct Raster {
    width: usize,
    height: usize,
    /// Premultiplied, gamma space, as egui blends.
    pixels: Vec<[f32; 4]>,
}

impl Raster {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0.0; 4]; width * height] }
    }

    fn clip(&self, rect: egui::Rect, scale: f32) -> [usize; 4] {
        let at = |v: f32, most: usize| (v * scale).round().clamp(0.0, most as f32) as usize;
        [
            at(rect.min.x, self.width),
            at(rect.min.y, self.height),
            at(rect.max.x, self.width),
            at(rect.max.y, self.height),
        ]
    }

    /// Fills a triangle; edges shared by two triangles are painted once (top-left rule).
    fn triangle(&mut self, mut c: [Corner; 3], clip: [usize; 4], texture: &ColorImage) {
        let cross = |a: Corner, b: Corner, x: f32, y: f32| (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
        let mut area = cross(c[0], c[1], c[2].x, c[2].y);
        if area == 0.0 || !area.is_finite() {
            return;
        }
        if area < 0.0 {
            c.swap(1, 2);
            area = -area;
        }
        let owned = |a: Corner, b: Corner| (a.y == b.y && b.x > a.x) || b.y < a.y;
        let edges = [(c[1], c[2]), (c[2], c[0]), (c[0], c[1])];
        let own = edges.map(|(a, b)| owned(a, b));
        let low =
            |f: fn(&Corner) -> f32| c.iter().map(f).fold(f32::INFINITY, f32::min).floor().max(0.0) as usize;
        let high = |f: fn(&Corner) -> f32| c.iter().map(f).fold(0.0, f32::max).ceil().max(0.0) as usize;
        let (x0, x1) = (low(|p| p.x).max(clip[0]), high(|p| p.x).min(clip[2]));
        let (y0, y1) = (low(|p| p.y).max(clip[1]), high(|p| p.y).min(clip[3]));
        let plain = c[0].u == c[1].u && c[1].u == c[2].u && c[0].v == c[1].v && c[1].v == c[2].v;
        let fixed = plain.then(|| sample(texture, c[0].u, c[0].v));
        for y in y0..y1 {
            let py = y as f32 + 0.5;
            // Most of the box around a long thin triangle is not in it.
            let [from, to] = edges.iter().fold([x0 as f32, x1 as f32], |[from, to], (a, b)| {
                let slope = a.y - b.y;
                let end = a.x - (b.x - a.x) * (py - a.y) / slope;
                match slope {
                    slope if slope > 0.0 => [from.max(end - 2.0), to],
                    slope if slope < 0.0 => [from, to.min(end + 2.0)],
                    _ => [from, to],
                }
            });
            for x in from.max(0.0) as usize..to.max(0.0).ceil() as usize {
                let px = x as f32 + 0.5;
                let w = edges.map(|(a, b)| cross(a, b, px, py));
                if !w.iter().zip(own).all(|(w, own)| *w > 0.0 || (*w == 0.0 && own)) {
                    continue;
                }
                let w = w.map(|w| w / area);
                let mix = |f: fn(&Corner) -> f32| f(&c[0]) * w[0] + f(&c[1]) * w[1] + f(&c[2]) * w[2];
                let texel = fixed.unwrap_or_else(|| sample(texture, mix(|p| p.u), mix(|p| p.v)));
                let color: [f32; 4] = std::array::from_fn(|i| {
                    let tint = c[0].color[i] * w[0] + c[1].color[i] * w[1] + c[2].color[i] * w[2];
                    tint * texel[i] / 255.0
                });
                let under = &mut self.pixels[y * self.width + x];
                let keep = 1.0 - color[3] / 255.0;
                for i in 0..4 {
                    under[i] = (color[i] + under[i] * keep + 0.5).floor().min(255.0);
                }
            }
        }
    }

    fn into_image(self) -> RgbaImage {
        let mut image = RgbaImage::new(self.width as u32, self.height as u32);
        for (out, p) in image.pixels_mut().zip(&self.pixels) {
            let [r, g, b, a] = p.map(|v| v as u8);
            *out = Rgba(Color32::from_rgba_premultiplied(r, g, b, a).to_srgba_unmultiplied());
        }
        image
    }
}

/// Bilinear, clamped to the edge.
fn sample(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let (width, height) = (texture.size[0], texture.size[1]);
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let column = |x: f32| (x.max(0.0) as usize).min(width - 1);
    let line = |y: f32| (y.max(0.0) as usize).min(height - 1);
    let at = |x: f32, y: f32| texture.pixels[line(y) * width + column(x)].to_array().map(f32::from);
    let (x, y) = (x.floor(), y.floor());
    let (a, b, c, d) = (at(x, y), at(x + 1.0, y), at(x, y + 1.0), at(x + 1.0, y + 1.0));
    std::array::from_fn(|i| {
        let top = a[i] * (1.0 - fx) + b[i] * fx;
        let bottom = c[i] * (1.0 - fx) + d[i] * fx;
        top * (1.0 - fy) + bottom * fy
    })
}

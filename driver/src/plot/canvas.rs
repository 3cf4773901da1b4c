//! A drawing backend for plotters: a picture in memory, with text in a built-in font instead of fonts of the system.

use super::font;
use crate::report::output::Output;
use plotters_backend::{
    BackendColor, BackendCoord, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
    text_anchor::{HPos, VPos},
};
use std::convert::Infallible;
use std::path::Path;

/// A picture of RGB pixels.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32) -> Canvas {
        let (width, height) = (width as usize, height as usize);
        Canvas { width, height, pixels: vec![255; 3 * width * height] }
    }

    fn blend(&mut self, x: i32, y: i32, color: BackendColor) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x >= self.width || y >= self.height {
            return;
        }
        let at = 3 * (y * self.width + x);
        let (r, g, b) = color.rgb;
        for (p, c) in self.pixels[at..at + 3].iter_mut().zip([r, g, b]) {
            *p = (f64::from(*p) + (f64::from(c) - f64::from(*p)) * color.alpha).round() as u8;
        }
    }

    /// Writes the picture to a PNG file.
    pub(crate) fn save(&self, path: &Path) -> Result<(), String> {
        Output::write(path, |file| {
            let mut png = png::Encoder::new(file, self.width as u32, self.height as u32);
            png.set_color(png::ColorType::Rgb);
            png.set_depth(png::BitDepth::Eight);
            png.set_compression(png::Compression::Best);
            let mut png = png.write_header()?;
            png.write_image_data(&self.pixels)?;
            Ok(png.finish()?)
        })
    }
}

/// Size of a dot of the font in pixels, for a text size.
fn dot(size: f64) -> i32 {
    (size / f64::from(font::HEIGHT)).round().max(1.0) as i32
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for &mut Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.blend(point.0, point.1, color);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let dot = dot(style.size());
        Ok(((font::width(text) * dot) as u32, (font::HEIGHT * dot) as u32))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, pos: BackendCoord) -> Drawn {
        let dot = dot(style.size());
        let (width, height) = (font::width(text) * dot, font::HEIGHT * dot);
        let left = match style.anchor().h_pos {
            HPos::Left => 0,
            HPos::Center => -width / 2,
            HPos::Right => -width,
        };
        let top = match style.anchor().v_pos {
            VPos::Top => 0,
            VPos::Center => -height / 2,
            VPos::Bottom => -height,
        };
        for (x, y) in font::dots(text) {
            for (dx, dy) in (0..dot * dot).map(|i| (i % dot, i / dot)) {
                let (x, y) = (left + x * dot + dx, top + y * dot + dy);
                let (x, y) = match style.transform() {
                    FontTransform::None => (x, y),
                    FontTransform::Rotate90 => (-y, x),
                    FontTransform::Rotate180 => (-x, -y),
                    FontTransform::Rotate270 => (y, -x),
                };
                self.blend(pos.0 + x, pos.1 + y, style.color());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_back_as_drawn() {
        let mut canvas = Canvas::new(7, 5);
        canvas.blend(3, 2, BackendColor { alpha: 1.0, rgb: (10, 20, 30) });
        canvas.blend(0, 0, BackendColor { alpha: 0.5, rgb: (0, 0, 0) });
        canvas.blend(-1, 9, BackendColor { alpha: 1.0, rgb: (0, 0, 0) });
        let path = std::env::temp_dir().join(format!("sqrtspace-canvas-{}.png", std::process::id()));
        canvas.save(&path).unwrap();
        let mut reader = png::Decoder::new(std::fs::File::open(&path).unwrap()).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let info = reader.next_frame(&mut pixels).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!((info.width, info.height), (7, 5));
        assert_eq!(pixels[3 * (2 * 7 + 3)..][..3], [10, 20, 30]);
        assert_eq!(pixels[0], 128);
        assert_eq!(pixels.iter().filter(|p| **p != 255).count(), 6);
    }
}

//! Pictures in files: PNG, or SVG if the name ends in `.svg`. The text of a PNG is set in DejaVu Sans, which the program
//! contains; that of an SVG is text.

use crate::error::Result;
use crate::report::output::Output;
use base64::{Engine, prelude::BASE64_STANDARD};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::io::{self, Write};
use std::path::Path;

/// The whole picture, or a part of it.
pub(crate) type Area<B> = DrawingArea<B, Shift>;

/// RGB pixels, row by row from the top, and the place of the upper left one in the picture.
pub(crate) struct Pixels {
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

/// What can be drawn in each format.
pub(crate) trait Picture {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// Draws everything but the pixels that it returns. They cover what it draws.
    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, root: &Area<B>) -> Result<Option<Pixels>>;
}

fn set_font() -> Result<()> {
    Ok(register_font("sans", FontStyle::Normal, dejavu::sans::regular()).map_err(|_| "the font cannot be read")?)
}

/// Writes a picture to a file.
pub(crate) fn write(picture: &impl Picture, path: &Path) -> Result<()> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg")) {
        let text = svg(picture)?;
        Output::write(path, |file| file.write_all(text.as_bytes()))?;
    } else {
        let pixels = pixels(picture)?;
        Output::write(path, |file| encode(file, picture.size(), &pixels))?;
    }
    Ok(())
}

/// The picture as the text of an SVG file.
pub(crate) fn svg(picture: &impl Picture) -> Result<String> {
    set_font()?;
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, picture.size()).into_drawing_area();
    root.fill(&WHITE)?;
    let image = picture.draw(&root)?;
    root.present()?;
    drop(root);
    if let Some(image) = image {
        let mut png = Vec::new();
        encode(&mut png, (image.width, image.height), &image.rgb)?;
        let Pixels { left, top, width, height, .. } = image;
        let tag = format!(
            "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{}\"/>\n",
            BASE64_STANDARD.encode(&png)
        );
        text.insert_str(text.rfind("</svg>").ok_or("the picture has no end")?, &tag);
    }
    Ok(text)
}

fn pixels(picture: &impl Picture) -> Result<Vec<u8>> {
    set_font()?;
    let (width, height) = picture.size();
    let mut pixels = vec![255; 3 * width as usize * height as usize];
    let root = BitMapBackend::with_buffer(&mut pixels, picture.size()).into_drawing_area();
    let image = picture.draw(&root)?;
    root.present()?;
    drop(root);
    if let Some(image) = image {
        BitMapBackend::with_buffer(&mut pixels, picture.size()).blit_bitmap(
            (image.left, image.top),
            (image.width, image.height),
            &image.rgb,
        )?;
    }
    Ok(pixels)
}

fn encode(file: impl Write, (width, height): (u32, u32), rgb: &[u8]) -> io::Result<()> {
    let mut png = png::Encoder::new(file, width, height);
    png.set_color(png::ColorType::Rgb);
    png.set_depth(png::BitDepth::Eight);
    png.set_compression(png::Compression::Best);
    let mut png = png.write_header()?;
    png.write_image_data(rgb)?;
    Ok(png.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A black bar, four pixels over a part of it, and a word.
    struct Sample;

    impl Picture for Sample {
        fn size(&self) -> (u32, u32) {
            (60, 40)
        }

        fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, root: &Area<B>) -> Result<Option<Pixels>> {
            root.draw(&Rectangle::new([(11, 10), (12, 30)], BLACK.filled()))?;
            root.draw(&Text::new("word", (20, 10), ("sans", 16)))?;
            let rgb = vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
            Ok(Some(Pixels { left: 10, top: 10, width: 2, height: 2, rgb }))
        }
    }

    /// Writes the sample to a file and reads the file.
    fn written(ending: &str) -> Vec<u8> {
        let path = std::env::temp_dir().join(format!("sqrtspace-picture-{}.{ending}", std::process::id()));
        write(&Sample, &path).unwrap();
        let file = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        file
    }

    fn decoded(png: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(png).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    #[test]
    fn a_png_has_the_pixels_over_the_rest_and_letters() {
        let (width, height, pixels) = decoded(&written("png"));
        assert_eq!((width, height), (60, 40));
        let at = |x: usize, y: usize| &pixels[3 * (60 * y + x)..][..3];
        assert_eq!([at(10, 10), at(11, 10), at(10, 11), at(11, 11)], [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]);
        assert_eq!([at(11, 12), at(9, 10)], [[0; 3], [255; 3]]);
        let dark = (20..60).flat_map(|x| (10..30).map(move |y| (x, y))).filter(|(x, y)| at(*x, *y)[0] < 100).count();
        assert!((40..400).contains(&dark), "{dark} dark pixels of letters");
    }

    #[test]
    fn an_svg_has_text_and_the_pixels_over_the_rest() {
        let text = String::from_utf8(written("svg")).unwrap();
        let (bar, word, image) = (text.rfind("<rect"), text.find("word"), text.find("<image"));
        assert!(bar.is_some() && bar < word && word < image, "{text}");
        let data = text.split("base64,").nth(1).and_then(|t| t.split('"').next()).unwrap();
        let (width, height, pixels) = decoded(&BASE64_STANDARD.decode(data).unwrap());
        assert_eq!((width, height, pixels), (2, 2, (1..=12).collect()));
    }
}

//! zstd and lz4 as shared libraries, loaded at run time, so that the benchmark builds without them.

use super::{Coder, FRAME};
use std::ffi::{CStr, c_char, c_int, c_void};

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

const RTLD_NOW: c_int = 2;

/// The function `name` of `library`, or None.
///
/// # Safety
/// `F` must be a function pointer type that matches the function.
unsafe fn find<F: Copy>(library: &CStr, name: &CStr) -> Option<F> {
    assert_eq!(size_of::<F>(), size_of::<*mut c_void>());
    // SAFETY: the strings are NUL-terminated; these libraries have no initialization code.
    let at = unsafe { dlsym(Some(dlopen(library.as_ptr(), RTLD_NOW)).filter(|l| !l.is_null())?, name.as_ptr()) };
    // SAFETY: the sizes are equal, and the caller guarantees the type.
    (!at.is_null()).then(|| unsafe { std::mem::transmute_copy(&at) })
}

type Make = unsafe extern "C" fn() -> *mut c_void;
type Compress = unsafe extern "C" fn(*mut c_void, *mut u8, usize, *const u8, usize, c_int) -> usize;
type Decompress = unsafe extern "C" fn(*mut c_void, *mut u8, usize, *const u8, usize) -> usize;

pub(crate) struct Zstd {
    encoder: *mut c_void,
    decoder: *mut c_void,
    compress: Compress,
    decompress: Decompress,
}

impl Zstd {
    pub(crate) fn load() -> Option<Self> {
        let lib = c"libzstd.so.1";
        // SAFETY: types as in zstd.h.
        unsafe {
            let (encoder, decoder) =
                (find::<Make>(lib, c"ZSTD_createCCtx")?(), find::<Make>(lib, c"ZSTD_createDCtx")?());
            let (compress, decompress) = (find(lib, c"ZSTD_compressCCtx")?, find(lib, c"ZSTD_decompressDCtx")?);
            Some(Zstd { encoder, decoder, compress, decompress })
        }
    }
}

impl Coder for Zstd {
    fn encode(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize> {
        // SAFETY: pointers and lengths are those of slices; the context is live.
        let n = unsafe { (self.compress)(self.encoder, out.as_mut_ptr(), out.len(), raw.as_ptr(), raw.len(), 1) };
        assert!(n <= out.len());
        Some(n)
    }

    fn decode(&mut self, coded: &[u8], out: &mut [u8]) {
        // SAFETY: as above.
        let n = unsafe { (self.decompress)(self.decoder, out.as_mut_ptr(), out.len(), coded.as_ptr(), coded.len()) };
        assert_eq!(n, out.len());
    }
}

type Lz4Fn = unsafe extern "C" fn(*const u8, *mut u8, c_int, c_int) -> c_int;

pub(crate) struct Lz4 {
    compress: Lz4Fn,
    decompress: Lz4Fn,
}

impl Lz4 {
    pub(crate) fn load() -> Option<Self> {
        let lib = c"liblz4.so.1";
        // SAFETY: types as in lz4.h.
        unsafe {
            Some(Lz4 { compress: find(lib, c"LZ4_compress_default")?, decompress: find(lib, c"LZ4_decompress_safe")? })
        }
    }
}

impl Coder for Lz4 {
    fn encode(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize> {
        assert!(raw.len() <= FRAME && out.len() < 1 << 20);
        // SAFETY: pointers and lengths are those of slices.
        let n = unsafe { (self.compress)(raw.as_ptr(), out.as_mut_ptr(), raw.len() as c_int, out.len() as c_int) };
        assert!(n > 0);
        Some(n as usize)
    }

    fn decode(&mut self, coded: &[u8], out: &mut [u8]) {
        // SAFETY: as above.
        let n =
            unsafe { (self.decompress)(coded.as_ptr(), out.as_mut_ptr(), coded.len() as c_int, out.len() as c_int) };
        assert_eq!(n, out.len() as c_int);
    }
}

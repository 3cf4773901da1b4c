//! Whole files allocate the bytes reported beforehand, in one piece, for any size.
#![cfg(all(feature = "codec", feature = "std"))]

use crate::counting::{alone, counted};
use sqrtspace::ffi::*;
use std::ffi::{CString, c_void};
use std::ptr::{null, null_mut};

fn encode_options(threads: u32) -> sqs_encode_options {
    // SAFETY: plain C data.
    let mut o: sqs_encode_options = unsafe { std::mem::zeroed() };
    // SAFETY: the size is right.
    assert_eq!(unsafe { sqs_encode_options_init(&mut o, size_of_val(&o)) }, SQS_OK);
    (o.dtype, o.threads, o.index_entries) = (SQS_I16, threads, 50);
    o
}

#[test]
fn files_take_what_was_told_and_nothing_else() {
    let _alone = alone();
    let dir = std::env::temp_dir().join(format!("sqs-heap-{}", std::process::id()));
    std::fs::create_dir(&dir).expect("directory");
    let path = |name: &str| CString::new(dir.join(name).to_str().expect("UTF-8")).expect("no zero");
    let (input, output, back) = (path("in"), path("out"), path("back"));
    for len in [0usize, 100_000, 3_000_000] {
        let raw: Vec<u8> = (0..len).map(|i| (i / 7 % 251) as u8).collect();
        std::fs::write(dir.join("in"), &raw).expect("write");
        for threads in [1, 2, 5] {
            let (options, mut reported) = (encode_options(threads), 0);
            // SAFETY: arguments as the header asks for.
            unsafe {
                assert_eq!(sqs_encode_work_bytes(&options, &mut reported), SQS_OK);
                let encode = || {
                    let status = sqs_encode_file(input.as_ptr(), output.as_ptr(), &options, null_mut(), null_mut());
                    assert_eq!(status, SQS_OK);
                };
                let (calls, bytes, largest) = counted(encode);
                assert_eq!(largest, reported);
                // What the thread library takes beside it.
                let aside = if threads == 1 { 0 } else { 1000 * threads as usize };
                assert!(bytes <= reported + aside, "{bytes} of {reported}, {threads} threads");
                assert!(threads > 1 || calls == 1, "{calls} calls");
            }
        }
        // SAFETY: arguments as the header asks for.
        unsafe {
            let (mut options, mut reported): (sqs_decode_options, _) = (std::mem::zeroed(), 0);
            assert_eq!(sqs_decode_options_init(&mut options, size_of_val(&options)), SQS_OK);
            assert_eq!(sqs_decode_work_bytes(&options, &mut reported), SQS_OK);
            let decode = || {
                let status = sqs_decode_file(output.as_ptr(), back.as_ptr(), &options, null_mut(), null_mut());
                assert_eq!(status, SQS_OK);
            };
            assert_eq!(counted(decode), (1, reported, reported));
        }
        assert!(std::fs::read(dir.join("back")).expect("read") == raw);
    }
    std::fs::remove_dir_all(&dir).expect("remove");
}

unsafe extern "C" fn endless(ctx: *mut c_void, dst: *mut c_void, cap: usize, got: *mut usize) -> i32 {
    // SAFETY: as the header requires.
    unsafe {
        let left = ctx.cast::<usize>();
        let n = cap.min(*left);
        dst.cast::<u8>().write_bytes(9, n);
        *left -= n;
        got.write(n);
    }
    0
}

unsafe extern "C" fn nowhere(_: *mut c_void, _: u64, _: *const c_void, _: usize) -> i32 {
    0
}

#[test]
fn streams_of_the_callers_memory_take_nothing() {
    let _alone = alone();
    let (mut options, mut reported, mut left) = (encode_options(1), 0, 5_000_000usize);
    let mut area = vec![0u64; 1 << 17];
    // SAFETY: arguments as the header asks for.
    unsafe {
        assert_eq!(sqs_encode_work_bytes(&options, &mut reported), SQS_OK);
        (options.memory, options.memory_bytes) = (area.as_mut_ptr().cast(), reported);
        let stream = sqs_stream {
            struct_size: size_of::<sqs_stream>() as u32,
            flags: 0,
            read: Some(endless),
            write: Some(nowhere),
            ctx: (&raw mut left).cast(),
            total_bytes: 0,
            seek: None,
        };
        let run = || assert_eq!(sqs_encode_stream(&stream, &options, null_mut(), null_mut()), SQS_OK);
        assert_eq!(counted(run).0, 0);
        assert_eq!((left, sqs_encode_work_bytes(null(), &mut reported)), (0, SQS_ERR_ARGUMENT));
    }
}

//! Requests: the rows that a pipeline is planned, sealed and evaluated for.

use crate::ffi::regions::Region;
use crate::ffi::structs::{self, versioned};
use crate::limits::MAX_REQUESTS;
use crate::plan::{Order, Request};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// @name Order of rows
///
/// From the first row to the last.
pub const SQS_ORDER_FORWARD: u32 = 0;
/// From the last row to the first: a sink receives the last block first, and rows within a block in descending order.
pub const SQS_ORDER_REVERSE: u32 = 1;

/// Rows of one stage. Zero the struct first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_request {
    /// sizeof(sqs_request).
    pub struct_size: u32,
    /// Number of the stage.
    pub stage: u32,
    /// First row. A plan depends on it only in classic mode with stages that have state.
    pub first: u64,
    /// Number of rows; in a plan, the maximum number of rows of one evaluation. #SQS_ALL: all rows from first.
    pub count: u64,
    /// #SQS_ORDER_FORWARD or #SQS_ORDER_REVERSE.
    pub order: u32,
    /// 0.
    pub flags: u32,
}
versioned!(sqs_request);

const NONE: Request = Request { stage: 0, first: 0, count: 0, order: Order::Forward };

/// A request of the caller, parsed.
pub(in crate::ffi) fn request(r: *const sqs_request) -> Result<Request> {
    let r = structs::read(r)?;
    structs::known("sqs_request.flags", r.flags, 0)?;
    let order = match r.order {
        SQS_ORDER_FORWARD => Order::Forward,
        SQS_ORDER_REVERSE => Order::Reverse,
        other => {
            return Err(Error::new(
                Status::Argument,
                "sqs_request.order is {a}, but must be SQS_ORDER_FORWARD (0) or SQS_ORDER_REVERSE (1)",
            )
            .a(other));
        }
    };
    Ok(Request { stage: r.stage as usize, first: r.first, count: r.count, order })
}

/// A list of requests, parsed.
pub(super) struct Requests {
    all: [Request; MAX_REQUESTS],
    count: usize,
    /// Bytes of the caller's list.
    bytes: usize,
}

impl Requests {
    /// Reads the caller's list. Its elements lie one struct_size apart, so that older and newer callers' arrays work.
    pub(super) fn read(list: *const sqs_request, count: u32) -> Result<Self> {
        let mut read = Requests { all: [NONE; MAX_REQUESTS], count: count as usize, bytes: 0 };
        if read.count > MAX_REQUESTS {
            return Err(Error::new(Status::Limit, "{b} requests: a plan is for at most {a}")
                .a(MAX_REQUESTS as u32)
                .b(count));
        }
        let mut at = list;
        for slot in read.all.iter_mut().take(read.count) {
            *slot = request(at)?;
            // SAFETY: the array has `count` elements of struct_size bytes each; the first word was just read.
            let size = unsafe { at.cast::<u32>().read() } as usize;
            read.bytes = read.bytes.sat_add(size);
            at = at.wrapping_byte_add(size);
        }
        Ok(read)
    }

    /// Where the caller's list is.
    pub(super) fn region(&self, list: *const sqs_request) -> Region {
        Region::bytes("requests", list, self.bytes)
    }

    pub(super) fn list(&self) -> &[Request] {
        self.all.get(..self.count).unwrap_or(&[])
    }
}

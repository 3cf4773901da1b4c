/**
 * Row i of an edge, counted from the row of the call's first output row: i from -lookback to
 * (rows - 1) * stride + lookahead.
 */
#define SQS_ROW(type, edge, i) \
    ((const type *)((const unsigned char *)(edge)->base + (ptrdiff_t)(i) * (ptrdiff_t)(edge)->row_stride_bytes))

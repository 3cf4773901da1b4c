/*
 * Filter of HDF5: chunks of datasets in the container of libsqrtspace, without loss.
 *
 * HDF5 loads this file from HDF5_PLUGIN_PATH. It does not link to the HDF5 library, of which a process may contain several:
 * set_local() finds the functions that it needs in the one that has called it.
 *
 * Values of the filter (cd_values): the first is the user's, 1 (fast) to 9 (smallest), by default 5. set_local() adds sample
 * type, byte order, channels, and the bytes of a chunk.
 */
#define _GNU_SOURCE
#include "sqrtspace.h"
#include <dlfcn.h>
#include <hdf5.h>
#include <H5PLextern.h>
#include <stdlib.h>
#include <string.h>

/* Of the range for tests, until a number is registered. */
#define FILTER 313

enum { EFFORT, TYPE, ORDER, CHANNELS, BYTES_LOW, BYTES_HIGH, VALUES };

/* Longer last axes are samples, not channels. */
enum { MAX_CHANNELS = 16 };

/* What set_local() calls. */
struct api {
    herr_t (*get_filter)(hid_t, H5Z_filter_t, unsigned *, size_t *, unsigned *, size_t, char *, unsigned *);
    herr_t (*modify_filter)(hid_t, H5Z_filter_t, unsigned, size_t, const unsigned *);
    int (*get_nfilters)(hid_t);
    H5Z_filter_t (*get_filter_at)(hid_t, unsigned, unsigned *, size_t *, unsigned *, size_t, char *, unsigned *);
    int (*get_chunk)(hid_t, int, hsize_t *);
    H5T_class_t (*get_class)(hid_t);
    size_t (*get_size)(hid_t);
    H5T_order_t (*get_order)(hid_t);
    H5T_sign_t (*get_sign)(hid_t);
};

/* Function pointers and object pointers have the same size wherever dlsym() exists. */
static int find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

/* Finds the functions in the library that contains `caller`, an address in its code. */
static int find_all(struct api *h5, const void *caller)
{
    Dl_info from;
    void *library;
    if (dladdr(caller, &from) == 0) return 0;
    library = dlopen(from.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (library == NULL) library = dlopen(NULL, RTLD_LAZY); /* the program itself */
    if (library == NULL) return 0;
    return find(library, "H5Pget_filter_by_id2", &h5->get_filter) &&
           find(library, "H5Pmodify_filter", &h5->modify_filter) &&
           find(library, "H5Pget_nfilters", &h5->get_nfilters) && find(library, "H5Pget_filter2", &h5->get_filter_at) &&
           find(library, "H5Pget_chunk", &h5->get_chunk) && find(library, "H5Tget_class", &h5->get_class) &&
           find(library, "H5Tget_size", &h5->get_size) && find(library, "H5Tget_order", &h5->get_order) &&
           find(library, "H5Tget_sign", &h5->get_sign);
}

/* Sample type of an HDF5 type; bytes for those that streams do not have. */
static unsigned sample_type(const struct api *h5, hid_t type)
{
    static const unsigned unsigned_types[] = {0, SQS_U8, SQS_U16, 0, SQS_U32, 0, 0, 0, SQS_I64};
    static const unsigned signed_types[] = {0, SQS_I8, SQS_I16, SQS_I24, SQS_I32, 0, 0, 0, SQS_I64};
    H5T_class_t kind = h5->get_class(type);
    size_t size = h5->get_size(type);
    if (size > 8) return SQS_BYTES;
    if (kind == H5T_INTEGER) return h5->get_sign(type) == H5T_SGN_NONE ? unsigned_types[size] : signed_types[size];
    if (kind == H5T_FLOAT) return size == 4 ? SQS_F32 : size == 8 ? SQS_F64 : SQS_BYTES;
    return SQS_BYTES;
}

/* True if a filter before this one has rearranged the bytes: they are not samples then. */
static int follows_shuffle(const struct api *h5, hid_t properties)
{
    int count = h5->get_nfilters(properties);
    for (int i = 0; i < count; i++) {
        size_t none = 0;
        H5Z_filter_t id = h5->get_filter_at(properties, (unsigned)i, NULL, &none, NULL, 0, NULL, NULL);
        if (id == FILTER) return 0;
        if (id == H5Z_FILTER_SHUFFLE) return 1;
    }
    return 0;
}

static herr_t set_local(hid_t properties, hid_t type, hid_t space)
{
    struct api h5;
    unsigned flags = 0, values[VALUES] = {0};
    size_t count = VALUES, size;
    hsize_t chunk[32], bytes;
    int rank;
    (void)space;
    if (!find_all(&h5, __builtin_return_address(0))) return -1;
    if (h5.get_filter(properties, FILTER, &flags, &count, values, 0, NULL, NULL) < 0) return -1;
    if (values[EFFORT] > 9) return -1;
    rank = h5.get_chunk(properties, 32, chunk);
    size = h5.get_size(type);
    if (rank < 1 || rank > 32 || size == 0) return -1;
    bytes = size;
    for (int i = 0; i < rank; i++) bytes *= chunk[i];
    values[TYPE] = sample_type(&h5, type);
    values[ORDER] = h5.get_order(type) == H5T_ORDER_BE ? SQS_BIG_ENDIAN : SQS_LITTLE_ENDIAN;
    values[CHANNELS] = rank > 1 && chunk[rank - 1] <= MAX_CHANNELS ? (unsigned)chunk[rank - 1] : 1;
    if (values[TYPE] == SQS_BYTES) values[CHANNELS] = size <= 4096 ? (unsigned)size : 1;
    if (follows_shuffle(&h5, properties)) values[TYPE] = SQS_U8, values[CHANNELS] = 1;
    values[BYTES_LOW] = (unsigned)(bytes & 0xFFFFFFFFu);
    values[BYTES_HIGH] = (unsigned)(bytes >> 32);
    return h5.modify_filter(properties, FILTER, flags, VALUES, values);
}

/* Doubles a buffer; NULL and the old one freed if the heap has no memory. */
static unsigned char *grow(unsigned char *buffer, size_t *size)
{
    unsigned char *more = *size > (size_t)-1 / 2 ? NULL : realloc(buffer, *size * 2);
    if (more == NULL) free(buffer);
    *size *= 2;
    return more;
}

/*
 * Identity of the stream of a chunk: FNV-1a of its bytes. Equal chunks become equal bytes, as programs that compare files
 * or deduplicate chunks expect. 0 would be drawn at random.
 */
static uint64_t identity_of(const unsigned char *chunk, size_t bytes)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < bytes; i++) hash = (hash ^ chunk[i]) * 0x100000001B3u;
    return hash != 0 ? hash : 1;
}

static size_t encode(const unsigned *values, size_t count, const unsigned char *in, size_t in_bytes, size_t *out_bytes,
                     unsigned char **out)
{
    sqs_encode_options options;
    sqs_encoder *encoder = NULL;
    size_t memory_bytes, align, at = 0, end = 0, consumed, written;
    void *memory;
    sqs_status status;
    sqs_encode_options_init(&options, sizeof options);
    options.effort = count > EFFORT ? values[EFFORT] : 0;
    if (count >= VALUES) {
        options.dtype = values[TYPE];
        options.byte_order = values[ORDER];
        options.channels = values[CHANNELS];
    }
    options.identity = identity_of(in, in_bytes);
    if (sqs_encoder_bytes(&options, &memory_bytes, &align) < 0) return 0;
    memory = aligned_alloc(align, (memory_bytes + align - 1) / align * align);
    *out_bytes = in_bytes / 2 + 4096;
    *out = memory == NULL ? NULL : malloc(*out_bytes);
    if (*out == NULL || sqs_encoder_init(memory, memory_bytes, &options, &encoder, NULL) < 0) {
        free(memory);
        free(*out);
        return 0;
    }
    do {
        status = sqs_encoder_step(encoder, in + at, in_bytes - at, &consumed, *out + end, *out_bytes - end, &written,
                                  SQS_FLOW_END);
        at += consumed, end += written;
        if (status == SQS_AGAIN && end == *out_bytes && (*out = grow(*out, out_bytes)) == NULL) break;
    } while (status == SQS_AGAIN);
    free(memory);
    if (status == SQS_END) return end;
    free(*out);
    return 0;
}

static size_t decode(const unsigned *values, size_t count, const unsigned char *in, size_t in_bytes, size_t *out_bytes,
                     unsigned char **out)
{
    sqs_decode_options options;
    sqs_decoder *decoder = NULL;
    size_t memory_bytes, align, at = 0, end = 0, consumed, written;
    uint64_t chunk = count >= VALUES ? (uint64_t)values[BYTES_HIGH] << 32 | values[BYTES_LOW] : 0;
    void *memory;
    sqs_status status;
    sqs_decode_options_init(&options, sizeof options);
    if (sqs_decoder_bytes(&options, &memory_bytes, &align) < 0) return 0;
    memory = aligned_alloc(align, (memory_bytes + align - 1) / align * align);
    /* The values of a file are a hint: a wrong one costs time alone. */
    *out_bytes = chunk > 0 && chunk <= (uint64_t)1 << 32 && chunk < (size_t)-1 / 2 ? (size_t)chunk : in_bytes * 4 + 64;
    *out = memory == NULL ? NULL : malloc(*out_bytes);
    if (*out == NULL || sqs_decoder_init(memory, memory_bytes, &options, &decoder, NULL) < 0) {
        free(memory);
        free(*out);
        return 0;
    }
    do {
        status = sqs_decoder_step(decoder, in + at, in_bytes - at, &consumed, *out + end, *out_bytes - end, &written, NULL,
                                  SQS_FLOW_END);
        at += consumed, end += written;
        if (status == SQS_AGAIN && end == *out_bytes && (*out = grow(*out, out_bytes)) == NULL) break;
    } while (status == SQS_AGAIN);
    free(memory);
    if (status == SQS_END) return end;
    free(*out);
    return 0;
}

static size_t filter(unsigned flags, size_t count, const unsigned *values, size_t bytes, size_t *buffer_bytes,
                     void **buffer)
{
    unsigned char *out = NULL;
    size_t out_bytes = 0, written;
    if (flags & H5Z_FLAG_REVERSE)
        written = decode(values, count, *buffer, bytes, &out_bytes, &out);
    else
        written = encode(values, count, *buffer, bytes, &out_bytes, &out);
    if (written == 0) return 0;
    free(*buffer);
    *buffer = out;
    *buffer_bytes = out_bytes;
    return written;
}

static const H5Z_class2_t CLASS = {
    H5Z_CLASS_T_VERS, FILTER, 1, 1, "sqrtspace: lossless frames of samples", NULL, set_local, filter,
};

H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }

const void *H5PLget_plugin_info(void) { return &CLASS; }

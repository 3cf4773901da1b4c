#define _GNU_SOURCE
/* Texts of errors of the codec, word for word. In each, < and > mark what it is about, what was given and what would be
   right. tests/project/texts.rs finds a case here for each text. */
#include "scratch.h"
#include "texts.h"

static sqs_error error;

/* A call that fails and fills `error`. */
#define TEXT(call, marked) \
    do { \
        memset(&error, 0, sizeof error); \
        error.struct_size = sizeof error; \
        checks++; \
        if ((call) >= SQS_OK) { failures++; printf("%s:%d: %s succeeds\n", __FILE__, __LINE__, #call); } \
        compare(__LINE__, error.text, marked); \
    } while (0)

/* A call on a coder that fails. */
#define DETAIL(call, detail, coder, marked) \
    do { \
        char text_[512] = ""; \
        checks++; \
        if ((call) >= SQS_OK) { failures++; printf("%s:%d: %s succeeds\n", __FILE__, __LINE__, #call); } \
        detail(coder, text_, sizeof text_, NULL); \
        compare(__LINE__, text_, marked); \
    } while (0)

enum { N = 60000 };
static union { uint64_t align; unsigned char b[2 << 20]; } mem;
static unsigned char raw[N], coded[2 * N], made[2 * N], back[2 * N];
static sqs_encoder *encoder;
static sqs_decoder *decoder;

static sqs_encode_options encoding(void)
{
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.identity = 5;
    o.dtype = SQS_I16;
    o.frame_bytes = 16384;
    return o;
}

#define ENCODER(field, value, marked) \
    do { \
        sqs_encode_options o = encoding(); \
        o.field = value; \
        TEXT(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, &error), marked); \
    } while (0)

static void encoders(void)
{
    ENCODER(dtype, 77, "<sqs_encode_options: dtype> is <77>, not <SQS_BYTES, SQS_I24 or a type of real numbers>");
    ENCODER(byte_order, 7, "<sqs_encode_options: byte_order> is <7>, not <SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN>");
    ENCODER(effort, 10, "<sqs_encode_options: effort> is <10>, not <1 to 9>");
    ENCODER(codec, 9, "<sqs_encode_options: codec> is <9>, not <one of SQS_CODEC_*>");
    ENCODER(channels, 5000, "<5000> <channels> are out of range: <1 to 4096>");
    ENCODER(tag, 3, "<sqs_encode_options: tag> is <3>, but needs <the flag SQS_ENCODE_TAG>");
    ENCODER(flags, SQS_ENCODE_TAG,
            "<sqs_encode_options>: <identity and SQS_ENCODE_TAG> exclude each other: <clear one>");
    ENCODER(frame_bytes, 100, "<frames of 100 bytes>: <frame_bytes> is <16384 bytes to 4 MiB>");
    ENCODER(restart_interval, 300, "<groups> of <300> frames: restart_interval is <1 to 256>");
    ENCODER(history_bytes, 5000000, "a <history> of <5000000> bytes: history_bytes is at most <4194304>");
    ENCODER(ccsds_bits, 8, "sqs_encode_options: <parameters> of <CCSDS 121> need <SQS_CODEC_CCSDS121 and ccsds_bits>");
    sqs_encode_options o = encoding();
    o.flags = SQS_ENCODE_TAG;
    o.identity = 0;
    o.tag = 70000;
    TEXT(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, &error),
         "<sqs_encode_options: tag> is <70000>, not <0 to 65535>");
    o = encoding();
    o.dtype = SQS_F64;
    o.channels = 4000;
    TEXT(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, &error),
         "a <row> of <32000> bytes does not fit a frame of 16384 bytes: <raise frame_bytes>");
    o = encoding();
    o.codec = SQS_CODEC_CCSDS121;
    o.ccsds_bits = 24, o.ccsds_block = 8, o.ccsds_rsi = 8;
    TEXT(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, &error),
         "<samples of 2 bytes> do not consist of CCSDS 121 <containers of 4 bytes>: <change ccsds_bits>");
    o = encoding();
    o.identity = 0;
    o.first = 9;
    TEXT(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, &error),
         "<sqs_encode_options: first = 9>, stream_bytes = <0> continue a stream: <set its identity>");
    o.identity = 5;
    o.head_bytes = 44;
    TEXT(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, &error),
         "<sqs_encode_options>: with first = <9> head_bytes must be <0>, not 44");
    o = encoding();
    size_t bytes, align, consumed, written;
    sqs_encoder_bytes(&o, &bytes, &align);
    TEXT(sqs_encoder_init(NULL, 0, &o, &encoder, &error),
         "<memory> is <NULL>: give <the bytes that the function for its size returns>");
    TEXT(sqs_encoder_init(mem.b + 4, bytes, &o, &encoder, &error), "the <memory> must be <aligned> to <8> bytes");
    char text[80];
    snprintf(text, sizeof text, "the <memory> has <100> bytes, <%u> are needed", (unsigned)bytes);
    TEXT(sqs_encoder_init(mem.b, 100, &o, &encoder, &error), text);
    CHECK_STATUS(sqs_encoder_init(mem.b, bytes, &o, &encoder, NULL), SQS_OK);
    DETAIL(sqs_encoder_step(encoder, raw, 4, &consumed, made, sizeof made, &written, 9), sqs_encoder_error_detail, encoder,
           "<flow> is <9>, not <SQS_FLOW_CONTINUE, SQS_FLOW_FLUSH or SQS_FLOW_END>");
    CHECK_STATUS(sqs_encoder_step(encoder, raw, 4, &consumed, made, sizeof made, &written, SQS_FLOW_END), SQS_END);
    DETAIL(sqs_encoder_step(encoder, raw, 4, &consumed, made, sizeof made, &written, SQS_FLOW_END),
           sqs_encoder_error_detail, encoder,
           "<4> bytes of input after the <end of the stream>: <begin another with sqs_encoder_init()>");
    o.first = UINT64_MAX - 99;
    CHECK_STATUS(sqs_encoder_init(mem.b, bytes, &o, &encoder, NULL), SQS_OK);
    DETAIL(sqs_encoder_step(encoder, raw, 200, &consumed, made, sizeof made, &written, SQS_FLOW_END),
           sqs_encoder_error_detail, encoder,
           "<200> bytes at byte <18446744073709551516> of the original end after byte 2^64: <lower first>");
    o = encoding();
    o.threads = 65;
    save("in", raw, 100);
    TEXT(sqs_encode_file("in", "out", &o, NULL, &error), "<65> <threads>: use <1 to 64>");
}

static sqs_decode_options decoding(uint32_t flags)
{
    sqs_decode_options o;
    sqs_decode_options_init(&o, sizeof o);
    o.flags = flags;
    return o;
}

#define DECODER(with, field, value, marked) \
    do { \
        sqs_decode_options o = decoding(with); \
        o.field = value; \
        TEXT(sqs_decoder_init(mem.b, sizeof mem.b, &o, &decoder, &error), marked); \
    } while (0)

static uint32_t crc32c(const unsigned char *p, size_t n)
{
    uint32_t c = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? 0x82f63b78u : 0);
    }
    return ~c;
}

static void put32(unsigned char *to, uint32_t v)
{
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(v >> (24 - 8 * i));
}

/* Position of frame number i, and its length. */
static size_t frame_at(unsigned i, size_t *len)
{
    for (size_t at = 0;; i--) {
        *len = 39 + ((size_t)coded[at + 20] << 16 | (size_t)coded[at + 21] << 8 | coded[at + 22]);
        if (i == 0) return at;
        at += *len;
    }
}

/* Makes the checksums of the frame at `at` right. */
static void seal(unsigned char *at, size_t len)
{
    put32(at + 31, crc32c(at, 31));
    put32(at + len - 4, crc32c(at + 31, len - 35));
}

static void decode_is(int line, size_t n, uint64_t first, uint32_t flags, const char *marked)
{
    sqs_decode_options o = decoding(flags);
    o.first = first;
    memset(&error, 0, sizeof error);
    error.struct_size = sizeof error;
    save("coded", made, n);
    checks++;
    if (sqs_decode_file("coded", "back", &o, NULL, &error) >= SQS_OK) { failures++; printf("line %d: decoded\n", line); }
    compare(line, error.text, marked);
}
#define DECODE(n, marked) decode_is(__LINE__, n, 0, 0, marked)

static size_t encode(sqs_encode_options o)
{
    size_t consumed, written, at = 0, n = 0;
    sqs_status s;
    CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, &o, &encoder, NULL), SQS_OK);
    do {
        s = sqs_encoder_step(encoder, raw + at, N - at, &consumed, coded + n, sizeof coded - n, &written, SQS_FLOW_END);
        at += consumed;
        n += written;
    } while (s == SQS_AGAIN);
    CHECK(s == SQS_END);
    return n;
}

static void damage(void)
{
    size_t len, n = encode(encoding());
    memcpy(made, coded, n);
    const size_t second = frame_at(1, &len);
    made[second + 40] ^= 1;
    DECODE(n, "a <damaged frame>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made, coded, n);
    DECODE(second, "the stream ends without its <end frame>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made + second, coded + second + len, n - second - len);
    DECODE(n - len, "<missing frames>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made, coded, second);
    memset(made + second, 0xee, 100);
    memcpy(made + second + 100, coded + second, n - second);
    DECODE(n + 100, "bytes that belong to <no frame>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made, coded, second);
    memcpy(made + second, coded, n);
    DECODE(second + n, "a <repeated frame>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made, coded, n);
    made[second + 9] ^= 1;
    seal(made + second, len);
    DECODE(n, "a frame of <another stream>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made, coded, n);
    made[second + 5] = 5;
    seal(made + second, len);
    DECODE(n, "a frame of an <unknown codec>, at byte <16384> of the original: <a later version wrote it>");
    memcpy(made, coded, n);
    memset(made + second + 35, 0xff, len - 39);
    seal(made + second, len);
    DECODE(n, "a frame that <cannot be decoded>, at byte <16384> of the original: <SQS_DECODE_RECOVER reads the rest>");
    memcpy(made, coded, n);
    decode_is(__LINE__, n, N + 1, 0, "the <start>, byte <60001>, is after the end of the original, byte <60000>: lower first");
    decode_is(__LINE__, n, N + 1, SQS_DECODE_RECOVER,
              "the <start>, byte <60001>, is after the end of the original, byte <60000>: lower first");
    made[4] = 0x30;
    put32(made + 31, crc32c(made, 31));
    DECODE(n, "a <stream> of version <3> of the format; this library reads <versions 1 to 2>");
    memcpy(made, coded, 60);
    decode_is(__LINE__, 60, 0, SQS_DECODE_RECOVER,
              "<no frame> is <valid>: <check the source of the stream, or the identity that was given>");

    /* In groups, a frame refers to those before it. */
    sqs_encode_options o = encoding();
    o.restart_interval = 4;
    n = encode(o);
    const size_t next = frame_at(1, &len);
    memcpy(made, coded, n);
    sqs_decode_options d = decoding(0);
    d.history_bytes = 100;
    save("coded", made, n);
    TEXT(sqs_decode_file("coded", "back", &d, NULL, &error),
         "a <frame> refers to <16384> bytes before it, but history_bytes is 100: <raise it>");
    memmove(made, coded + next, n - next);
    decode_is(__LINE__, n - next, 0, 0,
              "a frame that refers to <missing bytes>, at byte <0> of the original: <SQS_DECODE_RECOVER reads the rest>");
}

static void decoders(void)
{
    DECODER(0, tag, 3, "<sqs_decode_options: tag> is <3>, but needs <the flag SQS_DECODE_TAG>");
    DECODER(SQS_DECODE_TAG, tag, 70000, "<sqs_decode_options: tag> is <70000>, not <0 to 65535>");
    DECODER(0, identity, 3, "<sqs_decode_options: identity> is <3>, but needs <the flag SQS_DECODE_IDENTITY>");
    DECODER(SQS_DECODE_TAG, flags, SQS_DECODE_TAG | SQS_DECODE_IDENTITY,
            "<sqs_decode_options>: <SQS_DECODE_IDENTITY and SQS_DECODE_TAG> exclude each other: <clear one>");
    sqs_decode_options o = decoding(0);
    size_t consumed, written, n = encode(encoding());
    uint64_t offset, count;
    CHECK_STATUS(sqs_decoder_init(mem.b, sizeof mem.b, &o, &decoder, NULL), SQS_OK);
    DETAIL(sqs_decoder_step(decoder, coded, 4, &consumed, back, sizeof back, &written, &offset, SQS_FLOW_FLUSH),
           sqs_decoder_error_detail, decoder,
           "<flow> is <SQS_FLOW_FLUSH>, but a decoder holds nothing back: <use SQS_FLOW_CONTINUE>");
    o.max_frame_bytes = 16384;
    sqs_encode_options large = encoding();
    large.frame_bytes = 32768;
    const size_t m = encode(large);
    save("coded", coded, m);
    TEXT(sqs_decode_file("coded", "back", &o, NULL, &error),
         "a <frame> has <32768> raw bytes, but max_frame_bytes is 16384: <raise it>");
    o = decoding(0);
    o.first = N - 10, o.count = 20;
    TEXT(sqs_decode_file("coded", "back", &o, NULL, &error),
         "the <range> ends at byte <60010>, the original at byte 60000: <lower first or count>");
    /* Two frames of four are lost. */
    size_t len;
    n = encode(encoding());
    coded[frame_at(0, &len) + 40] ^= 1;
    coded[frame_at(2, &len) + 40] ^= 1;
    o = decoding(SQS_DECODE_RECOVER);
    CHECK_STATUS(sqs_decoder_init(mem.b, sizeof mem.b, &o, &decoder, NULL), SQS_OK);
    sqs_status s;
    size_t at = 0;
    do {
        s = sqs_decoder_step(decoder, coded + at, n - at, &consumed, back, sizeof back, &written, &offset, SQS_FLOW_END);
        at += consumed;
    } while (s == SQS_AGAIN);
    sqs_range one;
    size_t ranges = 0;
    (void)count;
    DETAIL(sqs_decoder_missing(decoder, &one, 1, &ranges), sqs_decoder_error_detail, decoder,
           "<ranges> has room for <1>, 2 are missing: <raise capacity>");
}

static void kinds(void)
{
#define KIND(bytes, marked) memcpy(made, bytes, sizeof(bytes) - 1), DECODE(sizeof(bytes) - 1, marked)
    KIND("RIFF....WAVEfmt ", "not an <encoded stream>: the <input> is <a WAV file>");
    KIND("RF64....WAVEds64", "not an <encoded stream>: the <input> is <an RF64 file>");
    KIND("BW64....WAVEds64", "not an <encoded stream>: the <input> is <a BW64 file>");
    KIND("\x1f\x8b\x08", "not an <encoded stream>: the <input> is <compressed by gzip>");
    KIND("\x28\xb5\x2f\xfd", "not an <encoded stream>: the <input> is <compressed by zstd>");
    KIND("\x04\x22\x4d\x18", "not an <encoded stream>: the <input> is <compressed by lz4>");
    KIND("\xfd" "7zXZ\0", "not an <encoded stream>: the <input> is <compressed by xz>");
    KIND("BZh9", "not an <encoded stream>: the <input> is <compressed by bzip2>");
    KIND("7z\xbc\xaf\x27\x1c", "not an <encoded stream>: the <input> is <a 7z archive>");
    KIND("PK\x03\x04", "not an <encoded stream>: the <input> is <a ZIP archive>");
    KIND("fLaC", "not an <encoded stream>: the <input> is <a FLAC file>");
    KIND("OggS", "not an <encoded stream>: the <input> is <an Ogg file>");
    KIND("caff", "not an <encoded stream>: the <input> is <a CAF file>");
    KIND("FORM....AIFF", "not an <encoded stream>: the <input> is <an AIFF file>");
    KIND("ID3", "not an <encoded stream>: the <input> is <an MP3 file>");
    KIND("\x93NUMPY", "not an <encoded stream>: the <input> is <a NumPy file>");
    KIND("\x89HDF\r\n\x1a\n", "not an <encoded stream>: the <input> is <an HDF5 file>");
    KIND("\x89PNG\r\n\x1a\n", "not an <encoded stream>: the <input> is <a PNG file>");
    KIND("\xff\xd8\xff", "not an <encoded stream>: the <input> is <a JPEG file>");
    KIND("GIF89a", "not an <encoded stream>: the <input> is <a GIF file>");
    KIND("II*\0", "not an <encoded stream>: the <input> is <a TIFF file>");
    KIND("%PDF-1", "not an <encoded stream>: the <input> is <a PDF file>");
    KIND("\x7f" "ELF", "not an <encoded stream>: the <input> is <an ELF file>");
    KIND("SQLite format 3\0", "not an <encoded stream>: the <input> is <an SQLite database>");
    KIND("sqscheck", "not an <encoded stream>: the <input> is <a checkpoint of this library>");
    KIND("", "not an <encoded stream>: the <input> is <empty>");
    KIND("\0\0\0\0", "not an <encoded stream>: the <input> <consists of zeros>");
    KIND("a,b\n1,2\n", "not an <encoded stream>: the <input> is <text>");
    KIND("\1\2\3\4", "not an <encoded stream>: the <input> has <no frames>");
}

static void paths(void)
{
    sqs_encode_options o = encoding();
    TEXT(sqs_encode_file("none", "out", &o, NULL, &error), "the <input> cannot be opened, <errno 2>: <check its path>");
    TEXT(sqs_encode_file(".", "out", &o, NULL, &error), "the <input> cannot be read, <errno 21>: <give a file or a pipe>");
    TEXT(sqs_encode_file("in", "in", &o, NULL, &error), "<input and output> are the <same file>: <give another out_path>");
    TEXT(sqs_encode_file("in", "/dev/null", &o, NULL, &error),
         "the <output> exists and is <not a regular file>: <use the functions on streams>");
    TEXT(sqs_encode_file("in", "none/out", &o, NULL, &error),
         "the <output> cannot be created, <errno 2>: <check its folder>");
}

static int32_t fails(void *ctx, void *data, size_t cap, size_t *got)
{
    (void)data;
    *got = cap + 1;
    return *(int32_t *)ctx;
}
static int32_t gives(void *ctx, void *data, size_t cap, size_t *got) { (void)ctx; memset(data, 7, cap); *got = cap; return 0; }
static int32_t refuses(void *ctx, uint64_t at, const void *data, size_t n) { (void)ctx; (void)at; (void)data; (void)n; return 8; }
static int32_t no_seek(void *ctx, uint64_t at) { (void)ctx; (void)at; return 9; }
static int32_t stops(void *ctx, const sqs_progress *p) { (void)ctx; (void)p; return 4; }

static void streams(void)
{
    sqs_encode_options o = encoding();
    sqs_decode_options d = decoding(0);
    sqs_stream s = {0};
    int32_t code = 6;
    uint64_t length;
    s.struct_size = sizeof s;
    s.ctx = &code;
    TEXT(sqs_encode_stream(&s, &o, NULL, &error), "<sqs_stream.read> is <NULL>: <set a function>");
    s.read = fails;
    TEXT(sqs_encode_stream(&s, &o, NULL, &error), "<sqs_stream.write> is <NULL>: <encoding needs a function>");
    s.write = refuses;
    TEXT(sqs_encode_stream(&s, &o, NULL, &error), "<sqs_stream.read> returned <6>: <0 means success>");
    code = 0;
    TEXT(sqs_encode_stream(&s, &o, NULL, &error),
         "<sqs_stream.read> set *read_bytes to <16385>: it is at most the <capacity of 16384>");
    s.read = gives;
    TEXT(sqs_encode_stream(&s, &o, NULL, &error), "<sqs_stream.write> returned <8>: <0 means success>");
    s.total_bytes = 100;
    s.seek = no_seek;
    TEXT(sqs_decode_stream(&s, &d, &length, NULL, &error), "<sqs_stream.seek> returned <9>: <0 means success>");
    o.progress = stops;
    TEXT(sqs_encode_file("in", "out", &o, NULL, &error), "the <call> was cancelled: progress returned <4>, <0 continues>");
    /* A job is cancelled while it reads a pipe that has no end. */
    sqs_codec_job *job = NULL;
    o.progress = NULL;
    CHECK_STATUS(sqs_encode_file_async("/dev/zero", "out", &o, &job, NULL), SQS_OK);
    CHECK_STATUS(sqs_codec_job_cancel(job), SQS_OK);
    char text[320] = "";
    CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_ERR_CANCELLED);
    sqs_codec_job_error_detail(job, text, sizeof text, NULL);
    compare(__LINE__, text, "the <job> was cancelled by <sqs_codec_job_cancel()>: <start another one>");
    CHECK_STATUS(sqs_codec_job_delete(job), SQS_OK);
    /* A stage that does not exist. */
    sqs_config c = config_of(4, 2, 64);
    sqs_pipeline *p = NULL;
    sqs_request r = all_of(3);
    o = encoding();
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    DETAIL(sqs_evaluate_to_file(p, &r, "out", &o, NULL), sqs_pipeline_error_detail, p,
           "<stage 3> does not exist: the pipeline has <0> stages, numbered <from 0>");
    /* Missing ranges of a decoded file. */
    static const sqs_range turned[] = {{8, 16}, {12, 20}};
    DETAIL(sqs_source_set_recovered(p, 0, "in", SQS_LITTLE_ENDIAN, 0, turned, 2, NULL), sqs_pipeline_error_detail, p,
           "<missing>: range <1> is empty or begins before byte 16, where the one before ends: <sort them>");
    sqs_pipeline_delete(p);
}

static sqs_ccsds121 *coder;

static sqs_ccsds121_params params(void)
{
    sqs_ccsds121_params p = {0};
    p.struct_size = sizeof p;
    p.bits = 12, p.block = 8, p.rsi = 4, p.flags = SQS_CCSDS121_PREPROCESS;
    return p;
}

#define PARAMS(field, value, marked) \
    do { \
        sqs_ccsds121_params p = params(); \
        p.field = value; \
        TEXT(sqs_ccsds121_encoder_init(mem.b, sizeof mem.b, &p, &coder, &error), marked); \
    } while (0)

static void ccsds(void)
{
    static const unsigned char odd[3] = {0xff, 0xff, 0xff};
    size_t consumed, written;
    PARAMS(bits, 33, "<samples of CCSDS 121> have <33> bits: <use 1 to 32>");
    PARAMS(block, 12, "<blocks of CCSDS 121> have <12> samples: <use 8, 16, 32 or 64>");
    PARAMS(rsi, 5000, "<reference intervals of CCSDS 121> have <5000> blocks: <use 1 to 4096>");
    PARAMS(flags, 128, "the <CCSDS 121 flags> <128> are unknown: <use a sum of SQS_CCSDS121_*, up to 127>");
    PARAMS(flags, SQS_CCSDS121_RESTRICTED, "the flag <SQS_CCSDS121_RESTRICTED> is for up to 4 bits, not <12>: <clear it>");
    PARAMS(reserved, 1, "<sqs_ccsds121_params.reserved> is <1>: <set it to 0>");
    sqs_ccsds121_params p = params();
    p.flags = SQS_CCSDS121_NOT_ENFORCE;
    p.block = 7;
    TEXT(sqs_ccsds121_encoder_init(mem.b, sizeof mem.b, &p, &coder, &error),
         "<blocks of CCSDS 121> have <7> samples: with SQS_CCSDS121_NOT_ENFORCE <use an even number, 2 to 256>");
    p = params();
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, sizeof mem.b, &p, &coder, NULL), SQS_OK);
    DETAIL(sqs_ccsds121_step(coder, odd, 2, &consumed, made, 100, &written, SQS_FLOW_FLUSH), sqs_ccsds121_error_detail, coder,
           "<flow> is <SQS_FLOW_FLUSH>, but incomplete blocks cannot be flushed: <use SQS_FLOW_END>");
    DETAIL(sqs_ccsds121_step(coder, raw, 3, &consumed, made, 100, &written, SQS_FLOW_END), sqs_ccsds121_error_detail, coder,
           "the <input> ends within a <sample of 2 bytes>: <give whole ones>");
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, sizeof mem.b, &p, &coder, NULL), SQS_OK);
    DETAIL(sqs_ccsds121_step(coder, odd, 2, &consumed, made, 100, &written, SQS_FLOW_END), sqs_ccsds121_error_detail, coder,
           "a <sample> does not fit <12> bits: <raise bits, or set SQS_CCSDS121_SIGNED>");
    CHECK_STATUS(sqs_ccsds121_decoder_init(mem.b, sizeof mem.b, &p, 800, &coder, NULL), SQS_OK);
    DETAIL(sqs_ccsds121_step(coder, odd, 1, &consumed, made, 2000, &written, SQS_FLOW_END), sqs_ccsds121_error_detail, coder,
           "the <CCSDS 121 bitstream> ends before its <last sample>: <give all of it, or lower samples>");
    memset(back, 0, 3000);
    CHECK_STATUS(sqs_ccsds121_decoder_init(mem.b, sizeof mem.b, &p, 8, &coder, NULL), SQS_OK);
    DETAIL(sqs_ccsds121_step(coder, back, 3000, &consumed, made, 2000, &written, SQS_FLOW_END), sqs_ccsds121_error_detail, coder,
           "<no encoder> with these parameters makes this <CCSDS 121 bitstream>: <check bits, block, rsi, flags and its source>");
}

int main(void)
{
    uint32_t r = 1;
    for (size_t i = 0; i < N; i++) {
        r = r * 1664525 + 1013904223;
        raw[i] = (unsigned char)(i % 2 ? i >> 12 : r >> 27);
    }
    scratch_begin();
    encoders();
    decoders();
    damage();
    kinds();
    paths();
    streams();
    ccsds();
    scratch_end();
    return DONE();
}

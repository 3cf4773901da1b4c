/* Space packets: units of all sizes in packets of all sizes, lost packets, every cut and every changed byte, known bytes,
 * misuse. */
#include "check.h"

enum { UNIT = 5000, STREAM = 1 << 17 };
static unsigned char unit[UNIT], got[UNIT], stream[STREAM], bad[STREAM];

static sqs_packet_writer writer_of(uint32_t max, uint32_t flags)
{
    sqs_packet_writer w = {0};
    w.struct_size = sizeof w;
    w.apid = 42;
    w.max_bytes = max;
    w.flags = flags;
    return w;
}

static sqs_packet_reader reader_of(uint32_t flags, uint32_t secondary)
{
    sqs_packet_reader r = {0};
    r.struct_size = sizeof r;
    r.apid = 42;
    r.flags = flags;
    r.secondary_bytes = secondary;
    return r;
}

/* The bytes of unit number k. */
static void fill(unsigned k, size_t n)
{
    for (size_t i = 0; i < n; i++) unit[i] = (unsigned char)(i * 7 + (i >> 8) + k * 31);
}

/* Appends the packets of a unit to the stream. Returns the number of packets. */
static int put(sqs_packet_writer *w, const void *secondary, size_t header, size_t n, size_t *at)
{
    sqs_status s = SQS_AGAIN;
    int packets = 0;
    while (s == SQS_AGAIN) {
        size_t written = 0;
        s = sqs_packet_write(w, secondary, header, unit, n, stream + *at, STREAM - *at, &written);
        CHECK(s >= 0 && written >= 7 && (w->max_bytes == 0 || written <= w->max_bytes));
        *at += written;
        packets++;
    }
    return packets;
}

/* Units of one to 700 bytes in packets of 10 to 65542; the input in pieces. */
static void round_trips(void)
{
    static const uint32_t sizes[] = {20, 33, 256, 0}, headers[] = {0, 7};
    const unsigned char time[7] = {1, 2, 3, 4, 5, 6, 7};
    for (int i = 0; i < 16; i++) {
        const uint32_t flags = i & 1 ? SQS_PACKET_CRC | SQS_PACKET_COMMAND : 0, secondary = headers[i / 2 % 2];
        sqs_packet_writer w = writer_of(sizes[i / 4], flags);
        sqs_packet_reader r = reader_of(flags, secondary);
        size_t len = 0, from = 0, have = 0, piece = 1 + 37 * (size_t)i;
        uint64_t packets = 0;
        unsigned k = 0;
        w.sequence = 16380;
        for (k = 0; k < 60; k++) { fill(k, 1 + k * 12); packets += (uint64_t)put(&w, time, secondary, 1 + k * 12, &len); }
        CHECK(w.unit_at == 0 && w.sequence == (16380 + packets) % 16384);
        for (k = 0; from < len || have < len;) {
            size_t used = 0, n = 0;
            sqs_status s;
            have = have + piece < len ? have + piece : len;
            do {
                s = sqs_packet_read(&r, stream + from, have - from, &used, got, sizeof got, &n, have == len ? SQS_FLOW_END : 0);
                from += used;
                if (s == SQS_AGAIN) {
                    fill(k, 1 + k * 12);
                    CHECK(n == 1 + k * 12 && memcmp(got, unit, n) == 0);
                    k++;
                }
            } while (s == SQS_AGAIN);
            CHECK(s == (have == len ? SQS_END : SQS_OK) && n == 0);
        }
        CHECK(k == 60 && r.packets == packets && r.lost_packets + r.lost_units + r.skipped_bytes + r.other_packets == 0);
    }
}

/* Three units of known content in the stream: small, in segments, small. Returns the length. */
static size_t three(uint32_t flags)
{
    sqs_packet_writer w = writer_of(100, flags), other = writer_of(60, 0);
    size_t at = 0;
    other.apid = 7;
    fill(1, 40); put(&w, NULL, 0, 40, &at);
    fill(9, 40); put(&other, NULL, 0, 40, &at);
    fill(2, 700); put(&w, NULL, 0, 700, &at);
    fill(3, 50); put(&w, NULL, 0, 50, &at);
    return at;
}

/* Reads what is left of the three units. Units delivered are right; returns their bits. */
static unsigned read_three(sqs_packet_reader *r, const unsigned char *from, size_t len)
{
    static const size_t lens[] = {0, 40, 700, 50};
    unsigned seen = 0;
    for (;;) {
        size_t used, n;
        const sqs_status s = sqs_packet_read(r, from, len, &used, got, sizeof got, &n, SQS_FLOW_END);
        from += used;
        len -= used;
        if (s != SQS_AGAIN) {
            CHECK(s == SQS_END && len == 0);
            return seen;
        }
        int right = 0;
        for (unsigned k = 1; k <= 3; k++) {
            fill(k, lens[k]);
            if (n == lens[k] && memcmp(got, unit, n) == 0) right = 1, seen |= 1u << k;
        }
        CHECK(right);
    }
}

/* With checksums, what is delivered is right whatever is damaged, and a loss is counted. */
static void damage(void)
{
    const size_t len = three(SQS_PACKET_CRC);
    for (size_t at = 0; at < len; at++) {
        for (unsigned flip = 0; flip < 3; flip++) {
            static const unsigned char flips[] = {1, 0x80, 0xff};
            sqs_packet_reader r = reader_of(SQS_PACKET_CRC, 0);
            memcpy(bad, stream, len);
            bad[at] ^= flips[flip];
            const unsigned seen = read_three(&r, bad, len);
            CHECK(seen == 14 || r.lost_packets + r.lost_units + r.skipped_bytes + r.other_packets > 1);
            /* The unit before the damage is delivered. */
            CHECK(at < 48 || (seen & 2));
        }
    }
    for (size_t cut = 0; cut < len; cut++) {
        sqs_packet_reader r = reader_of(SQS_PACKET_CRC, 0);
        const unsigned seen = read_three(&r, stream, cut);
        CHECK(!(seen & 8) && ((seen & 2) != 0) == (cut >= 48));
    }
    /* Each packet lost. */
    size_t lost = 0;
    for (size_t at = 0; at < len; lost++) {
        sqs_packet p = {0};
        sqs_packet_reader r = reader_of(SQS_PACKET_CRC, 0);
        p.struct_size = sizeof p;
        CHECK_STATUS(sqs_packet_parse(stream + at, len - at, &p), SQS_OK);
        memcpy(bad, stream, at);
        memcpy(bad + at, stream + at + p.bytes, len - at - p.bytes);
        const unsigned seen = read_three(&r, bad, len - p.bytes);
        const int own = p.apid == 42, first = at == 0, last = at + p.bytes == len;
        CHECK(r.lost_packets == (own && !first && !last) && r.lost_units == r.lost_packets && r.skipped_bytes == 0);
        CHECK(seen == (unsigned)(first ? 12 : last ? 6 : own ? 10 : 14));
        at += p.bytes;
    }
    CHECK(lost == 11);
}

/* Packets repeated, and a unit that does not fit. */
static void repeats(void)
{
    const size_t len = three(0);
    sqs_packet_reader r = reader_of(0, 0);
    size_t used, n;
    CHECK_STATUS(sqs_packet_read(&r, stream, len, &used, got, sizeof got, &n, 0), SQS_AGAIN);
    CHECK(used == 46 && n == 40);
    CHECK_STATUS(sqs_packet_read(&r, stream, 46, &used, got, sizeof got, &n, 0), SQS_OK);
    CHECK(r.repeated_packets == 1 && n == 0);
    CHECK_STATUS(sqs_packet_read(&r, stream + 46, len - 46, &used, got, 300, &n, SQS_FLOW_END), SQS_AGAIN);
    CHECK(n == 50 && r.lost_units == 1 && r.lost_packets == 0 && r.other_packets == 1);
}

static void known_bytes(void)
{
    /* APID 0x123 with a secondary header of CUC 4 + 2. */
    static const unsigned char want[] = {0x19, 0x23, 0xc0, 0x05, 0, 8, 0x12, 0x34, 0x56, 0x78, 0x80, 0, 0xaa, 0xbb, 0xcc};
    sqs_packet_writer w = writer_of(0, SQS_PACKET_COMMAND);
    sqs_packet p = {0};
    unsigned char time[6], out[64];
    size_t n = 0;
    w.apid = 0x123, w.sequence = 5;
    unit[0] = 0xaa, unit[1] = 0xbb, unit[2] = 0xcc;
    CHECK_STATUS(sqs_packet_time(0x12345678, 0x80001234, 4, 2, time, sizeof time), SQS_OK);
    CHECK_STATUS(sqs_packet_write(&w, time, 6, unit, 3, out, sizeof out, &n), SQS_OK);
    CHECK(n == sizeof want && memcmp(out, want, n) == 0);
    p.struct_size = sizeof p;
    CHECK_STATUS(sqs_packet_parse(out, 6, &p), SQS_OK);
    CHECK(p.apid == 0x123 && p.command == 1 && p.secondary == 1 && p.segment == SQS_PACKET_WHOLE && p.sequence == 5 && p.bytes == 15);
    CHECK_STATUS(sqs_packet_parse(out, 5, &p), SQS_AGAIN);
    out[0] = 0x38;
    CHECK_STATUS(sqs_packet_parse(out, 6, &p), SQS_ERR_FORMAT);
    w = writer_of(0, SQS_PACKET_CRC);
    w.apid = 0x132, w.sequence = 0x3435;
    CHECK_STATUS(sqs_packet_write(&w, "789", 3, unit, 1, out, sizeof out, &n), SQS_OK);
    CHECK(n == 12 && out[10] == 0x0d && out[11] == 0xa2);
}

static void misuse(void)
{
    sqs_packet_writer w = writer_of(13, SQS_PACKET_CRC);
    sqs_packet_reader r = reader_of(0, 0);
    unsigned char out[64];
    size_t n = 77, used = 77;
    CHECK_STATUS(sqs_packet_write(&w, unit, 4, unit, 9, out, 12, &n), SQS_ERR_SPACE);
    CHECK(n == 77 && w.unit_at == 0 && w.sequence == 0);
    CHECK_STATUS(sqs_packet_write(&w, unit, 4, unit, 0, out, sizeof out, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_packet_write(&w, NULL, 4, unit, 9, out, sizeof out, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_packet_write(&w, unit, 4, unit, 9, out, sizeof out, NULL), SQS_ERR_ARGUMENT);
    w.max_bytes = 12;
    CHECK_STATUS(sqs_packet_write(&w, unit, 4, unit, 9, out, sizeof out, &n), SQS_ERR_ARGUMENT);
    w.max_bytes = 70000;
    CHECK_STATUS(sqs_packet_write(&w, unit, 4, unit, 9, out, sizeof out, &n), SQS_ERR_ARGUMENT);
    w = writer_of(0, 8);
    CHECK_STATUS(sqs_packet_write(&w, NULL, 0, unit, 9, out, sizeof out, &n), SQS_ERR_UNSUPPORTED);
    w = writer_of(0, 0);
    w.apid = 2048;
    CHECK_STATUS(sqs_packet_write(&w, NULL, 0, unit, 9, out, sizeof out, &n), SQS_ERR_ARGUMENT);
    w = writer_of(0, 0);
    w.unit_at = 9;
    CHECK_STATUS(sqs_packet_write(&w, NULL, 0, unit, 9, out, sizeof out, &n), SQS_ERR_ARGUMENT);
    w.struct_size = 8;
    CHECK_STATUS(sqs_packet_write(&w, NULL, 0, unit, 9, out, sizeof out, &n), SQS_ERR_STRUCT_SIZE);
    CHECK_STATUS(sqs_packet_read(&r, stream, 9, &used, got, 9, &n, SQS_FLOW_FLUSH), SQS_ERR_ARGUMENT);
    r.progress = 3;
    CHECK_STATUS(sqs_packet_read(&r, stream, 9, &used, got, 9, &n, 0), SQS_ERR_ARGUMENT);
    r = reader_of(0, 70000);
    CHECK_STATUS(sqs_packet_read(&r, stream, 9, &used, got, 9, &n, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_packet_time(1, 2, 5, 0, out, sizeof out), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_packet_time(1, 2, 1, 4, out, sizeof out), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_packet_time(1, 2, 4, 3, out, 6), SQS_ERR_SPACE);
    CHECK_STATUS(sqs_packet_time(1, 2, 4, 3, NULL, 7), SQS_ERR_ARGUMENT);
}

int main(void)
{
    round_trips();
    damage();
    repeats();
    known_bytes();
    misuse();
    return DONE();
}

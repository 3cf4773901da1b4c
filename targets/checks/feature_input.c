/* Samples for the built-in stages: integers, converted to the element type with basic operations. */
#include "feature_cases.h"

static uint32_t parity(uint32_t x)
{
    uint32_t odd = 0;
    for (; x; x >>= 1) odd ^= x & 1;
    return odd;
}

/* Two symbols for each bit: K = 7, octal 171 and 133. */
static int32_t code_symbol(size_t i, dice *d)
{
    static uint32_t held;
    if (i == 0) held = 0;
    if (i % 2 == 0) held = held >> 1 | (roll(d) & 1) << 6;
    return (int32_t)(parity(held & (i % 2 ? 0133u : 0171u)) ^ (roll(d) % 20 == 0));
}

static int32_t integer(const feature_case *c, size_t i, dice *d)
{
    switch (c->signal) {
    case SYMBOLS: return (int32_t)((i / 37 + (roll(d) % 3 == 0)) % 4);
    case CHANCES: return (int32_t)(1 + roll(d) % 16);
    case CODE: return code_symbol(i, d);
    default: return tone(c->dtype == SQS_C32 && i % 2 == 0 ? i / 2 + 4 : c->dtype == SQS_C32 ? i / 2 : i, d);
    }
}

/* Soft symbols, positive for 0, of 1 to 100. */
static int32_t soft(int32_t symbol, dice *d)
{
    const int32_t height = (int32_t)(1 + roll(d) % 100);
    return symbol ? -height : height;
}

static uint32_t odd_word(size_t i, uint32_t word)
{
    if (i / 256 == 3 || i % 53 == 7) return 0x7fc00000u;
    if (i % 61 == 5) return i % 2 ? 0xff800000u : 0x7f800000u;
    return i % 67 == 9 ? 0x80000000u : word;
}

static float real(const feature_case *c, size_t i, int32_t v, dice *d)
{
    float x = (float)v / (c->signal == CHANCES ? 16.0f : 256.0f);
    if (c->signal == CODE) x = (float)soft(v, d) / 32.0f;
    if (c->signal == ODD) {
        uint32_t word;
        memcpy(&word, &x, 4);
        word = odd_word(i, word);
        memcpy(&x, &word, 4);
    }
    return x;
}

void feature_input(const feature_case *c, void *to)
{
    /* A complex element is two numbers. */
    const size_t n = (size_t)FEATURE_SAMPLES * c->channels * (c->dtype == SQS_C32 ? 2 : 1);
    dice d = { c->dtype };
    for (size_t i = 0; i < n; i++) {
        const int32_t v = integer(c, i, &d);
        switch (c->dtype) {
        case SQS_I8: ((int8_t *)to)[i] = (int8_t)(c->signal == CODE ? soft(v, &d) : v / 64); break;
        case SQS_U8: ((uint8_t *)to)[i] = (uint8_t)(c->signal == TONE ? v / 64 + 128 : v); break;
        case SQS_I16: ((int16_t *)to)[i] = (int16_t)v; break;
        case SQS_U16: ((uint16_t *)to)[i] = (uint16_t)(v + 32768); break;
        case SQS_I32: ((int32_t *)to)[i] = v * 65537; break;
        case SQS_U32: ((uint32_t *)to)[i] = (uint32_t)(v * 65537) + 0x80000000u; break;
        case SQS_I64: ((int64_t *)to)[i] = v * INT64_C(1099511627777); break;
        case SQS_F64: ((double *)to)[i] = (double)v / (c->signal == CHANCES ? 16.0 : 1000.0); break;
        default: ((float *)to)[i] = real(c, i, v, &d); break;
        }
    }
}

/* The cases of every built-in kind, in the order of tests/golden/features_flight.txt. */
#include "feature_cases.h"

#define STAGE(of, ...) { .kind = sqs_kind_##of, .name = #of, __VA_ARGS__ }
#define NUMBER(key, value) { key, value, NULL, 0 }
#define LIST(key, values) { key, 0.0, values, sizeof(values) / sizeof *(values) }
#define WITH(...) \
    .params = (const sqs_param[]){ __VA_ARGS__ }, \
    .param_count = sizeof((const sqs_param[]){ __VA_ARGS__ }) / sizeof(sqs_param)

#define FULL_SCALE WITH(NUMBER("scale", 1.0 / 32768.0))

static const double low_pass[] = { 0.0675, 0.135, 0.0675, 1.0, -1.143, 0.4128 };
static const double sections[] = { 0.4, 0.8, 0.4, 2.0, -0.75, 0.4, 1.0, -0.5, 0.0, 1.0, -0.6, 0.3 };
static const double settled[] = { 0.5, -0.25, 1.0, 0.125 };
static const double taps[] = { 0.1, -0.2, 0.3, 0.7, 0.3, -0.15, 0.05 };
static const double quartiles[] = { 0.5, 0.25, 0.75 }, tails[] = { 0.0, 0.01, 0.9, 0.99, 1.0 };

static const double walk[] = { 1.0 }, walk_noise[] = { 0.3 }, walk_seen[] = { 1.0 };
static const double motion[] = { 1, 0.5, 0.125, 0, 0, 1, 0.5, 0.125, 0, 0, 1, 0.5, 0, 0, 0, 1 };
static const double motion_noise[] = { 0.4, 0.1, 0, 0, 0.1, 0.3, 0.1, 0, 0, 0.1, 0.2, 0.05, 0, 0, 0.05, 0.1 };
static const double motion_seen[] = { 1.0, 0.5, 0.25, 0.1 }, motion_start[] = { 3.0, -1.0, 0.5, 0.0 };
#define WALK LIST("transition", walk), LIST("process", walk_noise), LIST("observe", walk_seen), NUMBER("r", 0.7)
#define MOTION \
    LIST("transition", motion), LIST("process", motion_noise), LIST("observe", motion_seen), LIST("x0", motion_start), \
        NUMBER("p0", 10.0), NUMBER("r", 2.5)

static const double turns[] = { 0.9, 0.06, 0.04, 0.1, 0.85, 0.05, 0.02, 0.08, 0.9 };
static const double emitted[] = { 0.7, 0.1, 0.1, 0.1, 0.1, 0.6, 0.2, 0.1, 0.05, 0.05, 0.3, 0.6 };
static const double at_first[] = { 0.5, 0.3, 0.2 };
static const double known[] = { 0, 0, 0, 100 };
static const double short_code[] = { 21, 27, 31 }, inverted[] = { 0, 1, 0 };
#define SYMBOL_MODEL LIST("transition", turns), LIST("emission", emitted), LIST("initial", at_first)
#define TURNS LIST("transition", turns)

/* Name, type of the rows; type and kind of the samples, channels, window, hop; stages. */
const feature_case feature_cases[] = {
    { "f32, odd values", SQS_U32, SQS_F32, ODD, 1, 128, 64, { STAGE(argmax) } },
    { "of spectra", SQS_U32, SQS_I16, TONE, 1, 256, 100,
      { STAGE(hann, FULL_SCALE), STAGE(rfft_power), STAGE(argmax) } },
    { "i16", SQS_I16, SQS_I16, TONE, 1, 128, 64, { STAGE(band, WITH(NUMBER("from", 3), NUMBER("to", 20))) } },
    { "c32", SQS_C32, SQS_C32, TONE, 1, 64, 64, { STAGE(band, WITH(NUMBER("from", 50))) } },
    { "f32, one section", SQS_F32, SQS_F32, TONE, 1, 50, 50, { STAGE(biquad, WITH(LIST("sos", low_pass))) } },
    { "i16, two, settled", SQS_F32, SQS_I16, TONE, 1, 50, 50,
      { STAGE(biquad, WITH(LIST("sos", sections), NUMBER("zi", 1))) } },
    { "f64, two, states given", SQS_F64, SQS_F64, TONE, 1, 64, 64,
      { STAGE(biquad, WITH(LIST("sos", sections), LIST("zi", settled))) } },
    { "i16 as f64", SQS_F64, SQS_I16, TONE, 1, 50, 50,
      { STAGE(biquad, WITH(LIST("sos", sections), NUMBER("precision", 64))) } },
    { "f32, two", SQS_F32, SQS_F32, TONE, 1, 50, 50, { STAGE(biquad_reverse, WITH(LIST("sos", sections))) } },
    { "f64, settled", SQS_F64, SQS_F64, TONE, 1, 64, 64,
      { STAGE(biquad_reverse, WITH(LIST("sos", low_pass), NUMBER("zi", 1))) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 128, 64, { STAGE(centroid) } },
    { "of spectra", SQS_F32, SQS_I16, TONE, 1, 256, 100,
      { STAGE(hann, FULL_SCALE), STAGE(rfft_magnitude), STAGE(centroid) } },
    { "u8, the first of 2", SQS_U8, SQS_U8, TONE, 2, 64, 64, { STAGE(channel) } },
    { "i16, the second of 3", SQS_I16, SQS_I16, TONE, 3, 64, 50, { STAGE(channel, WITH(NUMBER("index", 1))) } },
    { "c32, the second of 2", SQS_C32, SQS_C32, TONE, 2, 64, 64, { STAGE(channel, WITH(NUMBER("index", 1))) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 50, 50,
      { STAGE(cusum, WITH(NUMBER("drift", 900), NUMBER("threshold", 9000))) } },
    { "f64, without a reset", SQS_F64, SQS_F64, TONE, 1, 64, 64,
      { STAGE(cusum, WITH(NUMBER("target", 0.1), NUMBER("drift", 0.3), NUMBER("threshold", 7), NUMBER("reset", 0))) } },
    { "f32 by 4", SQS_F32, SQS_F32, TONE, 1, 128, 64, { STAGE(decimate, WITH(NUMBER("factor", 4))) } },
    { "f32 by 3, taps given", SQS_F32, SQS_F32, TONE, 1, 100, 100,
      { STAGE(decimate, WITH(NUMBER("factor", 3), LIST("taps", taps))) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50, { STAGE(ema, WITH(NUMBER("span", 9))) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 50, 50, { STAGE(ema, WITH(NUMBER("alpha", 0.1), NUMBER("initial", 100))) } },
    { "f64", SQS_F64, SQS_F64, TONE, 1, 64, 64, { STAGE(ema, WITH(NUMBER("alpha", 0.3))) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 1100, 100, { STAGE(energy) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(energy) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 128, 64, { STAGE(fir, WITH(LIST("taps", taps))) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 100, 64, { STAGE(hann) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(hann, FULL_SCALE) } },
    { "f32, odd values", SQS_U32, SQS_F32, ODD, 1, 128, 64,
      { STAGE(histogram, WITH(NUMBER("lo", -9.3), NUMBER("hi", 8.1), NUMBER("bins", 7), NUMBER("clamp", 1))) } },
    { "i16", SQS_U32, SQS_I16, TONE, 1, 128, 64,
      { STAGE(histogram, WITH(NUMBER("lo", -3000), NUMBER("hi", 3000), NUMBER("bins", 10))) } },
    { "u8", SQS_F64, SQS_U8, SYMBOLS, 1, 50, 50,
      { STAGE(hmm_forward, WITH(SYMBOL_MODEL)), STAGE(hmm_backward, WITH(TURNS)) } },
    { "f64", SQS_F64, SQS_F64, CHANCES, 1, 60, 60,
      { STAGE(hmm_forward, WITH(TURNS)), STAGE(hmm_backward, WITH(TURNS)) } },
    { "u8", SQS_F64, SQS_U8, SYMBOLS, 1, 50, 50, { STAGE(hmm_forward, WITH(SYMBOL_MODEL)) } },
    { "f32", SQS_F64, SQS_F32, CHANCES, 1, 60, 60, { STAGE(hmm_forward, WITH(TURNS)) } },
    { "i16, two states", SQS_F64, SQS_I16, TONE, 1, 50, 50,
      { STAGE(kalman, WITH(NUMBER("dt", 0.5), NUMBER("q", 0.2), NUMBER("r", 90))) } },
    { "f32, one state, odd values", SQS_F64, SQS_F32, ODD, 1, 50, 50, { STAGE(kalman, WITH(WALK)) } },
    { "f64, four states", SQS_F64, SQS_F64, TONE, 1, 64, 64, { STAGE(kalman, WITH(MOTION)) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 100, 64, { STAGE(mean) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 100, 64, { STAGE(mean) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 50, 50,
      { STAGE(pll, WITH(NUMBER("frequency", 0.06), NUMBER("bandwidth", 0.02))) } },
    { "c32, costas", SQS_F64, SQS_C32, TONE, 1, 64, 64,
      { STAGE(pll, WITH(NUMBER("costas", 1), NUMBER("precision", 64))) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 100, 64, { STAGE(quantile, WITH(LIST("q", quartiles))) } },
    { "f32, long windows", SQS_F32, SQS_F32, TONE, 1, 1024, 32, { STAGE(quantile, WITH(LIST("q", quartiles))) } },
    { "i16, long windows", SQS_F32, SQS_I16, TONE, 1, 1000, 100, { STAGE(quantile, WITH(LIST("q", tails))) } },
    { "of 4", SQS_F32, SQS_F32, TONE, 1, 4, 4, { STAGE(rfft_magnitude) } },
    { "of 128", SQS_F32, SQS_F32, TONE, 1, 128, 64, { STAGE(rfft_magnitude) } },
    { "of 2048", SQS_F32, SQS_I16, TONE, 1, 2048, 256, { STAGE(hann, FULL_SCALE), STAGE(rfft_magnitude) } },
    { "of 64", SQS_F32, SQS_F32, TONE, 1, 64, 64, { STAGE(rfft_power) } },
    { "of 512, portable", SQS_F32, SQS_F32, TONE, 1, 512, 256, { STAGE(rfft_power, WITH(NUMBER("portable", 1))) } },
    { "of 1024", SQS_F32, SQS_I16, TONE, 1, 1024, 512, { STAGE(hann, FULL_SCALE), STAGE(rfft_power) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 1100, 100, { STAGE(rms) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(rms) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 50, 50, { STAGE(rolling_stats, WITH(NUMBER("window", 33))) } },
    { "f64", SQS_F64, SQS_F64, TONE, 1, 64, 64,
      { STAGE(rolling_stats, WITH(NUMBER("window", 100), NUMBER("ddof", 1))) } },
    { "two states", SQS_F64, SQS_I16, TONE, 1, 50, 50,
      { STAGE(kalman, WITH(NUMBER("q", 0.2), NUMBER("r", 90))),
        STAGE(rts_smoother, WITH(NUMBER("q", 0.2), NUMBER("r", 90))) } },
    { "one state, odd values", SQS_F64, SQS_F32, ODD, 1, 50, 50,
      { STAGE(kalman, WITH(WALK)), STAGE(rts_smoother, WITH(WALK)) } },
    { "four states as f32", SQS_F32, SQS_F64, TONE, 1, 64, 64,
      { STAGE(kalman, WITH(MOTION)),
        STAGE(rts_smoother, WITH(MOTION, NUMBER("covariance", 0), NUMBER("precision", 32))) } },
    { "f32, odd values", SQS_U8, SQS_F32, ODD, 1, 100, 64, { STAGE(threshold, WITH(NUMBER("level", 2.5))) } },
    { "i16, below", SQS_U8, SQS_I16, TONE, 1, 100, 64,
      { STAGE(threshold, WITH(NUMBER("level", -99.5), NUMBER("below", 1))) } },
    { "i64", SQS_U8, SQS_I64, TONE, 1, 100, 64, { STAGE(threshold, WITH(NUMBER("level", 1e14))) } },
    { "i8", SQS_F32, SQS_I8, TONE, 1, 50, 50, { STAGE(to_f32) } },
    { "u8", SQS_F32, SQS_U8, TONE, 1, 50, 50, { STAGE(to_f32, WITH(NUMBER("scale", 0.1))) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 100, 64,
      { STAGE(to_f32, WITH(NUMBER("scale", 0.001), NUMBER("offset", 20.3))) } },
    { "u16", SQS_F32, SQS_U16, TONE, 1, 50, 50, { STAGE(to_f32, WITH(NUMBER("offset", -32768))) } },
    { "i32", SQS_F32, SQS_I32, TONE, 1, 50, 50, { STAGE(to_f32, WITH(NUMBER("scale", 1e-7))) } },
    { "u32", SQS_F32, SQS_U32, TONE, 1, 50, 50, { STAGE(to_f32) } },
    { "i64", SQS_F32, SQS_I64, TONE, 1, 50, 50, { STAGE(to_f32, WITH(NUMBER("scale", 0.3))) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50, { STAGE(to_f32, WITH(NUMBER("scale", 0.3))) } },
    { "f64", SQS_F32, SQS_F64, TONE, 1, 50, 50, { STAGE(to_f32, WITH(NUMBER("scale", 1.7), NUMBER("offset", 0.1))) } },
    { "f32, 5 of 100, odd values", SQS_F32, SQS_F32, ODD, 1, 100, 64, { STAGE(top_k_sum, WITH(NUMBER("k", 5))) } },
    { "f32, 200 of 512", SQS_F32, SQS_F32, TONE, 1, 512, 128, { STAGE(top_k_sum, WITH(NUMBER("k", 200))) } },
    { "u8", SQS_U8, SQS_U8, CODE, 1, 50, 50, { STAGE(viterbi) } },
    { "i8", SQS_U8, SQS_I8, CODE, 1, 64, 64, { STAGE(viterbi) } },
    { "f32, K = 5, three symbols", SQS_U8, SQS_F32, CODE, 1, 60, 60,
      { STAGE(viterbi, WITH(NUMBER("constraint", 5), LIST("generators", short_code), LIST("invert", inverted),
                            NUMBER("any_start", 1))) } },
    { "u8", SQS_U8, SQS_U8, CODE, 1, 50, 50, { STAGE(viterbi), STAGE(viterbi_traceback) } },
    { "f32, packed", SQS_U8, SQS_F32, CODE, 1, 64, 64,
      { STAGE(viterbi), STAGE(viterbi_traceback, WITH(NUMBER("pack", 1), NUMBER("end", 0))) } },
    { "f64", SQS_F64, SQS_F64, TONE, 1, 64, 64, { STAGE(zero_phase_forward, WITH(LIST("sos", sections))) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 50, 50,
      { STAGE(zero_phase_forward, WITH(LIST("sos", low_pass))),
        STAGE(zero_phase_reverse, WITH(LIST("sos", low_pass)), .also = "input") } },
    { "f32 as f64, short rows", SQS_F64, SQS_F32, TONE, 1, 10, 10,
      { STAGE(zero_phase_forward, WITH(LIST("sos", sections), NUMBER("padlen", 12)), .lookahead = 1),
        STAGE(zero_phase_reverse, WITH(LIST("sos", sections), NUMBER("padlen", 12), NUMBER("precision", 64)),
              .also = "input", .lookback = 1) } },
    { "f32, line", SQS_F32, SQS_F32, TONE, 1, 100, 64, { STAGE(detrend) } },
    { "i16, mean", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(detrend, WITH(NUMBER("type", 0))) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 6, 4, { STAGE(detrend) } },
    { "f32, skip, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50,
      { STAGE(biquad, WITH(LIST("sos", sections), NUMBER("on_nan", 1))) } },
    { "f32, hold, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50,
      { STAGE(biquad_reverse, WITH(LIST("sos", sections), NUMBER("on_nan", 2))) } },
    { "f32 as f64, reset, odd values", SQS_F64, SQS_F32, ODD, 1, 50, 50,
      { STAGE(biquad, WITH(LIST("sos", low_pass), NUMBER("zi", 1), NUMBER("on_nan", 3), NUMBER("precision", 64))) } },
    { "f32, hold, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50,
      { STAGE(zero_phase_forward, WITH(LIST("sos", low_pass), NUMBER("on_nan", 2))),
        STAGE(zero_phase_reverse, WITH(LIST("sos", low_pass), NUMBER("on_nan", 2)), .also = "input") } },
    { "f32, at least 5 of 16, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50,
      { STAGE(rolling_stats, WITH(NUMBER("window", 16), NUMBER("min_periods", 5))) } },
    { "f64, logarithms", SQS_F64, SQS_F64, CHANCES, 1, 60, 60,
      { STAGE(hmm_forward, WITH(TURNS, NUMBER("log", 1))) } },
    { "i16, known position, no noise", SQS_F64, SQS_I16, TONE, 1, 50, 50,
      { STAGE(kalman, WITH(NUMBER("q", 0), NUMBER("r", 90), LIST("p0", known))),
        STAGE(rts_smoother, WITH(NUMBER("q", 0), NUMBER("r", 90), LIST("p0", known))) } },
    { "i16, filtered", SQS_F32, SQS_I16, TONE, 1, 16, 16,
      { STAGE(biquad, WITH(LIST("sos", low_pass))), STAGE(frame, WITH(NUMBER("hop", 2)), .lookahead = 3) } },
    { "u8, three channels", SQS_U8, SQS_U8, TONE, 3, 16, 16, { STAGE(frame, .lookback = 2) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 100, 64, { STAGE(sum) } },
    { "i16, scaled", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(sum, FULL_SCALE) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 6, 4, { STAGE(max) } },
    { "i16", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(max) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 6, 4, { STAGE(min) } },
    { "i16, scaled", SQS_F32, SQS_I16, TONE, 1, 128, 64, { STAGE(min, FULL_SCALE) } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 50, 50,
      { STAGE(to_f32, WITH(NUMBER("scale", 0.3))), STAGE(edge_sum, .also = "input") } },
    { "f32", SQS_F32, SQS_F32, TONE, 1, 50, 50,
      { STAGE(to_f32, WITH(NUMBER("scale", 0.3))), STAGE(edge_mean, .also = "input") } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50,
      { STAGE(to_f32, WITH(NUMBER("scale", -1))), STAGE(edge_max, .also = "input") } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50,
      { STAGE(to_f32, WITH(NUMBER("scale", -1))), STAGE(edge_min, .also = "input") } },
    { "f32, Hamming, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50, { STAGE(window, WITH(NUMBER("type", 2))) } },
    { "i16, symmetric Blackman, scaled", SQS_F32, SQS_I16, TONE, 1, 100, 64,
      { STAGE(window, WITH(NUMBER("type", 3), NUMBER("symmetric", 1), NUMBER("scale", 1.0 / 32768.0))) } },
    { "c32, Blackman-Harris", SQS_C32, SQS_C32, TONE, 1, 64, 64, { STAGE(window, WITH(NUMBER("type", 4))) } },
    { "f32, flat top", SQS_F32, SQS_F32, TONE, 1, 64, 64, { STAGE(window, WITH(NUMBER("type", 5))) } },
    { "f32, Kaiser", SQS_F32, SQS_F32, TONE, 1, 100, 64,
      { STAGE(window, WITH(NUMBER("type", 6), NUMBER("beta", 8.6))) } },
    { "f32, Slepian", SQS_F32, SQS_F32, TONE, 1, 100, 64,
      { STAGE(window, WITH(NUMBER("type", 7), NUMBER("nw", 2.5))) } },
    { "f32, symmetric Slepian", SQS_F32, SQS_F32, TONE, 1, 100, 64,
      { STAGE(window, WITH(NUMBER("type", 7), NUMBER("nw", 4), NUMBER("symmetric", 1))) } },
    { "f32, odd values", SQS_F32, SQS_F32, ODD, 1, 50, 50, { STAGE(decibel) } },
    { "c32, floor", SQS_F32, SQS_C32, TONE, 1, 64, 64,
      { STAGE(decibel, WITH(NUMBER("reference", 0.7), NUMBER("floor", -3))) } },
    { "of powers", SQS_F32, SQS_F32, TONE, 1, 64, 64,
      { STAGE(window, WITH(NUMBER("type", 4))), STAGE(rfft_power), STAGE(decibel) } },
};

const size_t feature_count = sizeof feature_cases / sizeof *feature_cases;

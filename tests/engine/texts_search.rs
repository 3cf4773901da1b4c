//! Error texts of the kinds that search spectra for signals, shift frequencies and change the sample rate.

use crate::texts::{is, rows, series, stage};
use sqrtspace::dtype::Dtype;
use sqrtspace::stages::EdgeShape;

type Case<'a> = (&'a str, &'a [(&'a str, &'a [f64])], &'a [EdgeShape], &'a str);

#[test]
fn texts_about_edges_and_parameters_of_searches() {
    let f = rows(Dtype::F32, 64);
    let cases: &[Case<'_>] = &[
        (
            "burst",
            &[],
            &[EdgeShape { lookback: 3, ..f }],
            "stage <asked>: the edge of <burst> may have <lookahead>, not a lookback of <3> rows",
        ),
        (
            "burst",
            &[("end", &[5.0])],
            &[f],
            "stage <asked>: the parameter <burst.end = 5> must be <at most that of start>",
        ),
        (
            "burst",
            &[("start", &[0.5])],
            &[f],
            "stage <asked>: the parameter <burst.start = 0.5> must be a finite number, <at least 1>",
        ),
        (
            "channelizer",
            &[("channels", &[12.0])],
            &[f],
            "stage <asked>: the parameter <channelizer.channels = 12> must be <a power of two from 4 to 4096>",
        ),
        (
            "channelizer",
            &[("channels", &[8.0])],
            &[rows(Dtype::F32, 60)],
            "stage <asked>: <channelizer> needs rows of at least <64> samples (channels taps), not <60>",
        ),
        (
            "channelizer",
            &[("channels", &[8.0]), ("taps", &[1.0]), ("frames", &[4.0]), ("average", &[3.0])],
            &[rows(Dtype::F32, 64)],
            "stage <asked>: the parameter <channelizer.average = 3> must be <a divisor of frames, 4>",
        ),
        (
            "channelizer",
            &[("channels", &[8.0]), ("taps", &[1.0])],
            &[rows(Dtype::F32, 60)],
            "stage <asked>: rows of <gyro> start every <60> samples: use a hop that is a multiple of <8>",
        ),
        (
            "drift",
            &[("drift", &[4.0])],
            &[EdgeShape { lookahead: 5, ..f }],
            "stage <asked>: the edge of <drift> has a lookback of <1 to 1023 rows> and no lookahead, not <5>",
        ),
        ("drift_peak", &[], &[f], "stage <asked>: <drift_peak> has <2 or 3> edges, not <1>"),
        (
            "drift_peak",
            &[],
            &[f, EdgeShape { lookahead: 2, ..f }],
            "stage <asked>: <drift_peak> reads <the rows of drift, its edge> (lookback here <0>, lookahead <2>), and numbers with both 1",
        ),
        (
            "join",
            &[],
            &[f, rows(Dtype::F64, 60)],
            "stage <asked>: rows of <gyro> differ from those of <the first edge> in type",
        ),
        (
            "coherent",
            &[],
            &[EdgeShape { lookback: 1024, ..rows(Dtype::C32, 64) }],
            "stage <asked>: <coherent> adds at most <1024> rows, not <1025>",
        ),
        (
            "mixer",
            &[("frequency", &[0.1])],
            &[series(f, |s| s.step = 0)],
            "stage <asked>: rows of <gyro>, of <64> samples, start between samples: use a <hop that is a multiple> of the factor",
        ),
        (
            "mixer",
            &[("frequency", &[0.75])],
            &[f],
            "stage <asked>: the parameter <mixer.frequency = 0.75> must be <from -0.5 to 0.5>",
        ),
        (
            "mixer",
            &[("frequency", &[0.25]), ("phase", &[2.0])],
            &[f],
            "stage <asked>: the parameter <mixer.phase = 2> must be <from -1 to 1>",
        ),
        (
            "resample",
            &[],
            &[f],
            "stage <asked>: the parameter <resample.taps> is required: a list of <1 to 65536 coefficients>, not of <0>",
        ),
        (
            "resample",
            &[("down", &[3.0]), ("taps", &[1.0, 2.0])],
            &[f],
            "stage <asked>: rows of <gyro> start every <64> samples: hop times up must be <a multiple of down, 3>",
        ),
        (
            "resample",
            &[("taps", &[1.0, 2.0])],
            &[f],
            "stage <asked>: rows of <gyro> have <64> samples: use a window of <at least 65>: hop + ceil(taps / up) - 1",
        ),
    ];
    for (kind, params, edges, marked) in cases {
        is(&stage(kind, params, edges), marked);
    }
}

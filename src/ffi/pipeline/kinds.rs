//! A function for each kind of built-in stage, so that kinds that a program does not name are not linked.
#![allow(missing_docs, reason = "the header has the text of each kind from its manual")]

use super::builtin::sqs_kind;
use crate::stages::kinds;

/// The pointer to a kind.
macro_rules! of {
    ($kind:ident) => {{
        static OF: sqs_kind = sqs_kind::of(&kinds::$kind);
        &raw const OF
    }};
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_argmax() -> *const sqs_kind {
    of!(ARGMAX)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_band() -> *const sqs_kind {
    of!(BAND)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_biquad() -> *const sqs_kind {
    of!(BIQUAD)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_biquad_reverse() -> *const sqs_kind {
    of!(BIQUAD_REVERSE)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_burst() -> *const sqs_kind {
    of!(BURST)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_centroid() -> *const sqs_kind {
    of!(CENTROID)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_channel() -> *const sqs_kind {
    of!(CHANNEL)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_channelizer() -> *const sqs_kind {
    of!(CHANNELIZER)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_coherent() -> *const sqs_kind {
    of!(COHERENT)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_cusum() -> *const sqs_kind {
    of!(CUSUM)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_decibel() -> *const sqs_kind {
    of!(DECIBEL)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_decimate() -> *const sqs_kind {
    of!(DECIMATE)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_detrend() -> *const sqs_kind {
    of!(DETREND)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_drift() -> *const sqs_kind {
    of!(DRIFT)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_drift_peak() -> *const sqs_kind {
    of!(DRIFT_PEAK)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_edge_max() -> *const sqs_kind {
    of!(EDGE_MAX)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_edge_mean() -> *const sqs_kind {
    of!(EDGE_MEAN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_edge_min() -> *const sqs_kind {
    of!(EDGE_MIN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_edge_sum() -> *const sqs_kind {
    of!(EDGE_SUM)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_ema() -> *const sqs_kind {
    of!(EMA)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_energy() -> *const sqs_kind {
    of!(ENERGY)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_fft() -> *const sqs_kind {
    of!(FFT)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_fir() -> *const sqs_kind {
    of!(FIR)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_frame() -> *const sqs_kind {
    of!(FRAME)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_hann() -> *const sqs_kind {
    of!(HANN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_histogram() -> *const sqs_kind {
    of!(HISTOGRAM)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_hmm_backward() -> *const sqs_kind {
    of!(HMM_BACKWARD)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_hmm_forward() -> *const sqs_kind {
    of!(HMM_FORWARD)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_irfft() -> *const sqs_kind {
    of!(IRFFT)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_join() -> *const sqs_kind {
    of!(JOIN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_kalman() -> *const sqs_kind {
    of!(KALMAN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_max() -> *const sqs_kind {
    of!(MAX)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_mean() -> *const sqs_kind {
    of!(MEAN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_min() -> *const sqs_kind {
    of!(MIN)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_mixer() -> *const sqs_kind {
    of!(MIXER)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_noncoherent() -> *const sqs_kind {
    of!(NONCOHERENT)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_pll() -> *const sqs_kind {
    of!(PLL)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_quantile() -> *const sqs_kind {
    of!(QUANTILE)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_resample() -> *const sqs_kind {
    of!(RESAMPLE)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_rfft() -> *const sqs_kind {
    of!(RFFT)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_rfft_magnitude() -> *const sqs_kind {
    of!(RFFT_MAGNITUDE)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_rfft_power() -> *const sqs_kind {
    of!(RFFT_POWER)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_rms() -> *const sqs_kind {
    of!(RMS)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_rolling_stats() -> *const sqs_kind {
    of!(ROLLING_STATS)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_rts_smoother() -> *const sqs_kind {
    of!(RTS_SMOOTHER)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_sum() -> *const sqs_kind {
    of!(SUM)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_threshold() -> *const sqs_kind {
    of!(THRESHOLD)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_to_f32() -> *const sqs_kind {
    of!(TO_F32)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_top_k_sum() -> *const sqs_kind {
    of!(TOP_K_SUM)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_viterbi() -> *const sqs_kind {
    of!(VITERBI)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_viterbi_traceback() -> *const sqs_kind {
    of!(VITERBI_TRACEBACK)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_window() -> *const sqs_kind {
    of!(WINDOW)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_zero_phase_forward() -> *const sqs_kind {
    of!(ZERO_PHASE_FORWARD)
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_kind_zero_phase_reverse() -> *const sqs_kind {
    of!(ZERO_PHASE_REVERSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::KINDS;

    #[test]
    fn each_function_returns_the_kind_of_its_name() {
        let all = [
            ("argmax", sqs_kind_argmax as extern "C" fn() -> *const sqs_kind),
            ("band", sqs_kind_band),
            ("biquad", sqs_kind_biquad),
            ("biquad_reverse", sqs_kind_biquad_reverse),
            ("burst", sqs_kind_burst),
            ("centroid", sqs_kind_centroid),
            ("channel", sqs_kind_channel),
            ("channelizer", sqs_kind_channelizer),
            ("coherent", sqs_kind_coherent),
            ("cusum", sqs_kind_cusum),
            ("decibel", sqs_kind_decibel),
            ("decimate", sqs_kind_decimate),
            ("detrend", sqs_kind_detrend),
            ("drift", sqs_kind_drift),
            ("drift_peak", sqs_kind_drift_peak),
            ("edge_max", sqs_kind_edge_max),
            ("edge_mean", sqs_kind_edge_mean),
            ("edge_min", sqs_kind_edge_min),
            ("edge_sum", sqs_kind_edge_sum),
            ("ema", sqs_kind_ema),
            ("energy", sqs_kind_energy),
            ("fft", sqs_kind_fft),
            ("fir", sqs_kind_fir),
            ("frame", sqs_kind_frame),
            ("hann", sqs_kind_hann),
            ("histogram", sqs_kind_histogram),
            ("hmm_backward", sqs_kind_hmm_backward),
            ("hmm_forward", sqs_kind_hmm_forward),
            ("irfft", sqs_kind_irfft),
            ("join", sqs_kind_join),
            ("kalman", sqs_kind_kalman),
            ("max", sqs_kind_max),
            ("mean", sqs_kind_mean),
            ("min", sqs_kind_min),
            ("mixer", sqs_kind_mixer),
            ("noncoherent", sqs_kind_noncoherent),
            ("pll", sqs_kind_pll),
            ("quantile", sqs_kind_quantile),
            ("resample", sqs_kind_resample),
            ("rfft", sqs_kind_rfft),
            ("rfft_magnitude", sqs_kind_rfft_magnitude),
            ("rfft_power", sqs_kind_rfft_power),
            ("rms", sqs_kind_rms),
            ("rolling_stats", sqs_kind_rolling_stats),
            ("rts_smoother", sqs_kind_rts_smoother),
            ("sum", sqs_kind_sum),
            ("threshold", sqs_kind_threshold),
            ("to_f32", sqs_kind_to_f32),
            ("top_k_sum", sqs_kind_top_k_sum),
            ("viterbi", sqs_kind_viterbi),
            ("viterbi_traceback", sqs_kind_viterbi_traceback),
            ("window", sqs_kind_window),
            ("zero_phase_forward", sqs_kind_zero_phase_forward),
            ("zero_phase_reverse", sqs_kind_zero_phase_reverse),
        ];
        assert_eq!(all.len(), KINDS.len());
        for ((name, function), kind) in all.into_iter().zip(KINDS) {
            assert_eq!(kind.name, name);
            // SAFETY: the functions return pointers to statics.
            assert!(core::ptr::eq(unsafe { (*function()).kind }, *kind), "{name}");
        }
    }
}

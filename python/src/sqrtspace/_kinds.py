"""Built-in kinds of stages as methods of `Pipeline`."""
# Generated from include/sqrtspace.h by tools/generate.py. Do not edit.

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ._nodes import Numbers, Source, Stage


class Kinds:
    """Registers built-in stages: one method for each kind."""

    def _kind(
        self,
        kind: str,
        source: Source | Sequence[Source],
        params: Mapping[str, object],
        name: str | None,
        lookback: int,
        lookahead: int,
        boundary: str,
        cost_ns_per_row: int,
    ) -> Stage:
        raise NotImplementedError

    def argmax(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Index of the first maximum: min { k : x[k] = max x }.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 u32.

        Notes
        -----
        NaN: ordered: below all numbers.

        0 if all elements are NaN. -0 equals +0.

        Source: numpy.nanargmax, with NaN as minus infinity.
        """
        params: dict[str, object] = {}
        return self._kind("argmax", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def band(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        from_: int | None = None,
        to: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Elements from to to - 1 of each row: a band of bins, a slice of a window.

        Parameters
        ----------
        source : node, Edge or name, or several
            any type
        from_ : int
            First element. Unit: elements. Valid: 0 to n - 1. Default: 0.
        to : int
            End (exclusive). Unit: elements. Valid: from + 1 to n. Default: n.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: to - from elements of the same type.

        Notes
        -----
        NaN: copied: elements are not interpreted.
        """
        params = {"from": from_, "to": to}
        return self._kind("band", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def biquad(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        sos: Numbers,
        zi: float | Numbers | None = None,
        on_nan: int | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """IIR filter: a cascade of second-order sections, y = b0 x + z1, z1 = b1 x - a1 y + z2, z2
        = b2 x - a2 y.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 samples; a scan
        sos : array_like
            Coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0. Valid:
            6 numbers per section, 1 to 32 sections.
        zi : float or array_like
            Initial state. 0: at rest; 1: steady state of the first sample; list: z1 z2 of each
            section. Valid: 0, 1, or 2 numbers per section. Default: 0.
        on_nan : int
            A sample that is not finite, or that would make the state not finite: 0: stays in the
            state, all later results are not finite; 1: skip it, the state is kept and the result is
            NaN; 2: hold, the last sample takes its place; 3: reset, the filter starts anew with the
            next sample and the result is NaN. Valid: 0, 1, 2, 3. Default: 0.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64 for f64
            input, else 32.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: on_nan: as this parameter sets; by default stays: all later results are not finite.

        State and arithmetic are f64.

        Source: transposed direct form II: scipy.signal.sosfilt; Oppenheim and Schafer, Discrete-
        Time Signal Processing, section 6.3.
        """
        params = {"sos": sos, "zi": zi, "on_nan": on_nan, "precision": precision, "scale": scale}
        return self._kind("biquad", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def biquad_reverse(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        sos: Numbers,
        zi: float | Numbers | None = None,
        on_nan: int | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """As biquad, from the last sample to the first.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 samples; a reverse scan
        sos : array_like
            Coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0. Valid:
            6 numbers per section, 1 to 32 sections.
        zi : float or array_like
            Initial state. 0: at rest; 1: steady state of the first sample; list: z1 z2 of each
            section. Valid: 0, 1, or 2 numbers per section. Default: 0.
        on_nan : int
            A sample that is not finite, or that would make the state not finite: 0: stays in the
            state, all later results are not finite; 1: skip it, the state is kept and the result is
            NaN; 2: hold, the last sample takes its place; 3: reset, the filter starts anew with the
            next sample and the result is NaN. Valid: 0, 1, 2, 3. Default: 0.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64 for f64
            input, else 32.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: on_nan: as this parameter sets; by default stays: all later results are not finite.

        The first sample is the last of the range. biquad, then biquad_reverse, both with zi 1,
        equal sosfiltfilt(padtype=None).

        Source: transposed direct form II: scipy.signal.sosfilt; Oppenheim and Schafer, Discrete-
        Time Signal Processing, section 6.3.
        """
        params = {"sos": sos, "zi": zi, "on_nan": on_nan, "precision": precision, "scale": scale}
        return self._kind("biquad_reverse", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def burst(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        start: float | None = None,
        end: float | None = None,
        follow: float | None = None,
        events: int | None = None,
        slot: float | None = None,
        delay: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Bursts of each channel of a power series, over a noise floor f that it follows: a power
        above start f starts a burst, one of at most end f ends it; outside of bursts f = f + follow
        (p - f).

        Parameters
        ----------
        source : node, Edge or name, or several
            f32: consecutive powers of one or more interleaved channels, as channelizer with average
            computes them; the edge may have a lookahead of a rows, and a row of the stage then
            reads a + 1 of them
        start : float
            Power above which a burst starts. Unit: floors. Valid: at least 1. Default: 4.
        end : float
            Power up to which it ends. Unit: floors. Valid: 1 to start. Default: 2, at most start.
        follow : float
            Weight of a new slot in the floor. Valid: above 0, at most 1. Default: 0.02.
        events : int
            Bursts listed in a row. Valid: 1 to 4096. Default: 16.
        slot : float
            Length of a slot. Unit: samples. Valid: above 0. Default: 1.
        delay : float
            Added to start and end: the delay of the filter before. Unit: samples. Valid: finite.
            Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 + 4 events f32: the number of bursts that ended in the row; for each channel,
            start, length, power relative to the floor; zeros after them.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        Start and length are in samples, the start from the start of the row, negative if the burst
        began before. Ends are located within slots by the power of the slot relative to the mean of
        whole ones. At the first slot the floor of all channels is the median over them. Bursts
        after events of a row are not listed. Computed in f64.

        Source: a comparison with hysteresis (Schmitt, J. Scientific Instruments 15 (1938)) with an
        exponential mean as the floor.
        """
        params = {"start": start, "end": end, "follow": follow, "events": events, "slot": slot, "delay": delay}
        return self._kind("burst", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def centroid(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Centroid in elements: sum k x[k] / sum x[k]; of a magnitude row, the spectral centroid in
        bins.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        0 if the sum is 0. Sums run in f64, in a fixed order. Without negative elements the relative
        error is below (n / 5 + 16) 2^-53, plus the rounding to f32.

        Source: Peeters, A large set of audio features for sound description (IRCAM, 2004), section
        6.1.1.
        """
        params: dict[str, object] = {}
        return self._kind("centroid", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def channel(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        index: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """One channel of an input of interleaved channels: y[i] = x[i * channels + index].

        Parameters
        ----------
        source : node, Edge or name, or several
            any type, directly from an input
        index : int
            Number of the channel. Valid: 0 to channels - 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n / channels elements of the same type.

        Notes
        -----
        NaN: copied: elements are not interpreted.
        """
        params = {"index": index}
        return self._kind("channel", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def channelizer(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        channels: int,
        taps: int | None = None,
        oversample: int | None = None,
        frames: int | None = None,
        average: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Polyphase channelizer: C equal channels of the band, y[t, c] = sum over i of h[i] x[t D +
        i] exp(-2 pi j c (t D + i) / C), i from 0 to C taps - 1, with D = C / oversample.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or c32, one channel; rows start at multiples of D samples
        channels : int
            C. Valid: powers of two from 4 to 4096.
        taps : int
            Taps of each branch of the filter. Valid: 1 to 64. Default: 8.
        oversample : int
            Results of a channel for C samples. Valid: 1, 2. Default: 1.
        frames : int
            Results of a row. Valid: 1 to (n - C taps) / D + 1. Default: the largest.
        average : int
            Results whose powers are averaged; 0: complex results. Valid: 0, or a divisor of frames.
            Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: frames C c32, the channels of each time interleaved; with average frames / average
            C f32: mean powers.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Channel c is the band around c / C of the sample rate; the upper half are negative
        frequencies. The prototype h, a sinc under a Hamming window, has a sum of 1, loses 6 dB at
        the edge of a channel and delays by (C taps - 1) / 2 samples. For consecutive results the
        input has a window of C taps + D (frames - 1) and a hop of D frames. The error is about 1e-7
        (taps + log2 C) of the largest sample.

        Source: scipy.signal.firwin(C taps, 1 / C) for h; Harris, Dick and Rice, IEEE Trans. MTT 51
        (2003).
        """
        params = {"channels": channels, "taps": taps, "oversample": oversample, "frames": frames, "average": average}
        return self._kind("channelizer", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def coherent(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        window: int | None = None,
        step: int | None = None,
        parts: int | None = None,
        from_: int | None = None,
        shift: int | None = None,
        hop: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Coherent sum of the spectra of M consecutive windows, at several frequencies f = k + (j +
        1/2) / parts - 1/2 within each bin k: y[k parts + j] = 1/M |sum over m of x_m[k] exp(-2 pi i
        f m step / window)|^2.

        Parameters
        ----------
        source : node, Edge or name, or several
            c32, one channel: n bins, as fft and rfft compute them; the edge has the lookback or the
            lookahead, of at most 1023 rows
        window : int
            Length of the transform. Unit: samples. Valid: 1 to 1048576. Default: n.
        step : int
            From a window to the next; 0: rows are added as they are. Unit: samples. Valid: 0 to
            2^30. Default: 0.
        parts : int
            Frequencies within a bin. Valid: 1 to 64. Default: 1.
        from_ : int
            Number of the first bin in the row of the transform. Unit: bins. Valid: 0 to 1048576.
            Default: 0.
        shift : int
            1: the row of the transform is that of fft with shift 1. Valid: 0, 1. Default: 0.
        hop : int
            Rows of the edge from one row to the next. Unit: rows. Valid: 1 to 1048576. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n parts f32: powers.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Raises a carrier over the noise by M; noise of power 1 keeps power 1. Phases are exact
        ratios of integers; sums run in f32 with a relative error of about M 2^-23. Uses 8 bytes for
        each of the window / gcd(window, step) phases. Rows outside the stream are those of the
        boundary of the edge.

        Source: Mahafza, Radar Systems Analysis and Design Using MATLAB, 4.3 (coherent integration).
        """
        params = {"window": window, "step": step, "parts": parts, "from": from_, "shift": shift, "hop": hop}
        return self._kind("coherent", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def cusum(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        threshold: float,
        target: float | None = None,
        drift: float | None = None,
        reset: int | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Two-sided CUSUM detector of changes of a mean: high = max(0, high + (x - target) -
        drift), low = max(0, low - (x - target) - drift).

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 samples; a scan
        threshold : float
            Sum above which an alarm is raised. Unit: of x. Valid: above 0.
        target : float
            Mean without a change. Unit: of x. Valid: finite. Default: 0.
        drift : float
            Slack that each sample subtracts from the sums. Unit: of x. Valid: at least 0. Default:
            0.
        reset : int
            1: both sums start from 0 after an alarm; 0: they continue. Valid: 0, 1. Default: 1.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64 for f64
            input, else 32.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 3 n elements, high low alarm for each sample; f64 for f64 input, else f32.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        alarm is 1 if high > threshold, -1 if low > threshold, 2 if both, else 0. The row shows the
        sums that raised it. A missing sample raises no alarm. Sums stop at the largest f64.

        Source: Page, Continuous inspection schemes, Biometrika 41 (1954); Montgomery, Introduction
        to Statistical Quality Control, section 9.1.
        """
        params = {"target": target, "drift": drift, "threshold": threshold, "reset": reset, "precision": precision, "scale": scale}
        return self._kind("cusum", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def decibel(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        reference: float | None = None,
        factor: float | None = None,
        floor: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Decibels of each element: y = factor log10(|x| / reference), at least floor.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or c32
        reference : float
            What has 0 dB. Unit: of x. Valid: above 0. Default: 1.
        factor : float
            DB of a factor of 10. Unit: dB. Valid: above 0. Default: 10 if rows are powers, else 20.
        floor : float
            Smallest result. Unit: dB. Valid: finite. Default: none.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Computed in f64, rounded once, with the same bits on every machine. Zero gives minus
        infinity without floor.

        Source: 10 * numpy.log10(x / reference) of powers, 20 * numpy.log10(abs(x) / reference) of
        amplitudes; ISO 80000-3.
        """
        params = {"reference": reference, "factor": factor, "floor": floor}
        return self._kind("decibel", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def decimate(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        factor: int,
        taps: Numbers | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Low-pass filter, then every factor-th element: y[j] = sum h[i] x[j * factor + taps - 1 -
        i].

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, one channel, n at least the number of taps
        factor : int
            Distance of the elements that are kept. Unit: elements. Valid: 1 to 1048576.
        taps : array_like
            Coefficients h, rounded to f32. Valid: finite in f32. Default: low-pass of 20 * factor +
            1 taps.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: (n - taps) / factor + 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Sums run in the order of the row, runs of 32 taps in f32, the sums of the runs in f64. With
        t = min(taps, 32) + 1 the error is below t 2^-24 sum abs(h x) + taps 2^-149. Partial sums do
        not overflow: only results above the largest f32 are infinite.

        Source: default taps: scipy.signal.decimate(ftype='fir'), that is firwin(20 q + 1, 1 / q);
        Oppenheim and Schafer, Discrete-Time Signal Processing, section 7.5. Polyphase form:
        Vaidyanathan, Multirate Systems and Filter Banks, section 4.3.
        """
        params = {"factor": factor, "taps": taps}
        return self._kind("decimate", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def detrend(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        type: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Subtracts the mean, or the least-squares line, of the row.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16, one channel
        type : int
            0: subtract the mean (constant); 1: subtract the line (linear). Valid: 0, 1. Default: 1.
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Sums run in f64, in a fixed order. The error is below (n + 40) 2^-53 times the largest
        magnitude of the row, plus the rounding to f32.

        Source: scipy.signal.detrend with the same types.
        """
        params = {"type": type, "scale": scale}
        return self._kind("detrend", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def drift(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        drift: int,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Drift search: for each bin, the strongest of the straight tracks through M rows of power
        that end in it, y[k] = max over d of 1/M sum over b of x_b[k - s], s = d b / (M - 1)
        rounded, where x_b is the row b rows before.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 of powers, one channel; the edge has the lookback M - 1, 1 to 1023, and no lookahead
        drift : int
            Maximum drift from the first row of a track to the last. Unit: bins. Valid: 0 to 4096.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32: powers.

        Notes
        -----
        NaN: skipped: the row is computed from its other elements.

        d is from -drift to drift. Powers are at least 0; elements outside the row count as 0,
        tracks through a NaN do not count. Halves are rounded away from 0. Sums run in f32, from the
        last row to the first, with a relative error below M 2^-24. The time is that of (2 drift +
        1) M n additions.

        Source: Taylor, Astron. Astrophys. Suppl. 15 (1974), by brute force.
        """
        params = {"drift": drift}
        return self._kind("drift", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def drift_peak(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        drift: int,
        threshold: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """The strongest track of a row of drift: bin in which it ends, with a fraction; drift in
        bins a row; height above the mean of all tracks in their standard deviations; strength; 1 if
        the height is at least threshold, 2 if the strength is a local maximum, too, else 0.

        Parameters
        ----------
        source : node, Edge or name, or several
            edge 0: rows of drift, f32; edge 1: the rows of power that it reads, with the same
            lookback; edge 2, if there is one: the strength, 1 f32 a row, with lookback 1 and
            lookahead 1
        drift : int
            Maximum drift from the first row of a track to the last. Unit: bins. Valid: 0 to 4096.
        threshold : float
            Height from which a track counts. Unit: deviations. Valid: at least 0. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 5 f32: bin, drift, height, strength, kind.

        Notes
        -----
        NaN: ordered: below all numbers.

        The bin is that of the vertex of the parabola through the track and those beside it, and
        then along the ridge of tracks through its middle. Without edge 2 the strength is the mean
        power of the track, and the last element at most 1. A local maximum is at least the number
        before and above the one after. Computed in f64.

        Source: Jacobsen and Kootsookos, IEEE Signal Processing Magazine, May 2007, for the
        parabola.
        """
        params = {"drift": drift, "threshold": threshold}
        return self._kind("drift_peak", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def edge_max(
        self,
        source: Sequence[Source],
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """The largest of the elements of several edges: y[i] = max over e of x_e[i].

        Parameters
        ----------
        source : node, Edge or name, or several
            2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max
        and edge_min.

        Source: numpy.max([x0, x1, ...], axis=0).
        """
        params = {"scale": scale}
        return self._kind("edge_max", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def edge_mean(
        self,
        source: Sequence[Source],
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Mean of the elements of several edges: y[i] = sum over e of x_e[i] / edges.

        Parameters
        ----------
        source : node, Edge or name, or several
            2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max
        and edge_min.

        Source: numpy.mean([x0, x1, ...], axis=0).
        """
        params = {"scale": scale}
        return self._kind("edge_mean", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def edge_min(
        self,
        source: Sequence[Source],
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """The smallest of the elements of several edges: y[i] = min over e of x_e[i].

        Parameters
        ----------
        source : node, Edge or name, or several
            2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max
        and edge_min.

        Source: numpy.min([x0, x1, ...], axis=0).
        """
        params = {"scale": scale}
        return self._kind("edge_min", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def edge_sum(
        self,
        source: Sequence[Source],
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Sum of the elements of several edges: y[i] = sum over e of x_e[i].

        Parameters
        ----------
        source : node, Edge or name, or several
            2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max
        and edge_min.

        Source: numpy.sum([x0, x1, ...], axis=0).
        """
        params = {"scale": scale}
        return self._kind("edge_sum", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def ema(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        alpha: float | None = None,
        span: float | None = None,
        initial: float | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Exponential moving average, the one-pole low-pass: y += alpha (x - y).

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 samples; a scan
        alpha : float
            Weight of a new sample. Valid: above 0, at most 1. Default: required without span.
        span : float
            Instead of alpha: alpha = 2 / (span + 1). Unit: samples. Valid: at least 1.
        initial : float
            Average before the first sample. Unit: of x. Valid: finite. Default: the first sample.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64 for f64
            input, else 32.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        State and arithmetic are f64. For a missing sample the row repeats the average (0 before the
        first one).

        Source: pandas.Series.ewm(alpha, adjust=False).mean().
        """
        params = {"alpha": alpha, "span": span, "initial": initial, "precision": precision, "scale": scale}
        return self._kind("ema", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def energy(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Sum of squares: sum x[i]^2.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16 (summed exactly)
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        f32 is squared and summed in f64, in a fixed order: no square overflows, and the relative
        error is below (n / 16 + 6) 2^-53, plus the rounding to f32.
        """
        params = {"scale": scale}
        return self._kind("energy", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def fft(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        inverse: int | None = None,
        shift: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Discrete Fourier transform: X[k] = sum x[i] exp(-2 pi j i k / n); with inverse x[i] = 1/n
        sum X[k] exp(2 pi j i k / n).

        Parameters
        ----------
        source : node, Edge or name, or several
            c32, one channel
        inverse : int
            1: the inverse transform. Valid: 0, 1. Default: 0.
        shift : int
            1: frequency 0 is at n / 2 rounded down, of the results or, with inverse, of the input:
            numpy.fft.fftshift. Valid: 0, 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n c32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every
        machine. The error is about 1e-7 log2 n of the largest result, three times that if n is not
        a power of two.

        Source: numpy.fft.fft and ifft; Van Loan, Computational Frameworks for the Fast Fourier
        Transform, 1.7; Bluestein, IEEE Trans. Audio Electroacoustics 18 (1970).
        """
        params = {"inverse": inverse, "shift": shift}
        return self._kind("fft", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def fir(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        taps: Numbers,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """FIR filter where the taps overlap the row completely: y[j] = sum h[i] x[j + taps - 1 -
        i].

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, one channel, n at least the number of taps
        taps : array_like
            Coefficients h, rounded to f32. Valid: finite in f32, at least one.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n - taps + 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Sums run in the order of the row, runs of 32 taps in f32, the sums of the runs in f64. With
        t = min(taps, 32) + 1 the error is below t 2^-24 sum abs(h x) + taps 2^-149. Partial sums do
        not overflow: only results above the largest f32 are infinite.

        Source: numpy.convolve(x, h, 'valid').
        """
        params = {"taps": taps}
        return self._kind("fir", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def frame(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        hop: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Windows of consecutive rows: y is the rows t hop - lookback to t hop + lookahead of the
        edge, one after another.

        Parameters
        ----------
        source : node, Edge or name, or several
            consecutive rows of any type and any number of channels; the edge has the lookback or
            the lookahead
        hop : int
            Rows of the edge from one row to the next. Unit: rows. Valid: 1 to 1048576. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: (lookback + 1 + lookahead) n elements of the same type.

        Notes
        -----
        NaN: copied: elements are not interpreted.

        Use it to filter samples first and to cut them into overlapping windows afterwards. Rows
        before the first and after the last one are those of the boundary of the edge. With
        lookahead only, row t is the window that starts at row t hop.

        Source: numpy.lib.stride_tricks.sliding_window_view(x, rows * n), every (hop n)-th row.
        """
        params = {"hop": hop}
        return self._kind("frame", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def hann(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Periodic Hann window: y[i] = x[i] scale sin^2(pi i / n); of one element the window is
        scale.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16, one channel
        scale : float
            Factor of the window; 1/32768 makes full scale of i16 1. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        The window has the same bits on every machine.

        Source: scipy.signal.get_window('hann', n, fftbins=True); Harris, On the use of windows for
        harmonic analysis with the discrete Fourier transform, Proc. IEEE 66 (1978).
        """
        params = {"scale": scale}
        return self._kind("hann", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def histogram(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        lo: float,
        hi: float,
        bins: int,
        clamp: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Counts of elements in equal bins: y[j] counts edge[j] <= x < edge[j + 1], edge[j] = lo +
        j (hi - lo) / bins.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16
        lo : float
            Lower end of the first bin. Unit: of x. Valid: finite, below hi.
        hi : float
            Upper end of the last bin. Unit: of x. Valid: finite, above lo.
        bins : int
            Number of bins. Valid: 1 to 65536.
        clamp : int
            1: elements outside of lo to hi count in the first or last bin; 0: not at all. Valid: 0,
            1. Default: 0.
        scale : float
            Factor of the elements: lo and hi are divided by it. Valid: 1.2e-38 to 3.4e38. Default:
            1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: bins u32.

        Notes
        -----
        NaN: skipped: the row is computed from its other elements.

        hi belongs to the last bin. f32 samples are compared with edges rounded to f32, i16 with
        edges in f64; all edges must differ.

        Source: numpy.histogram(x, bins, (lo, hi)) of the same type.
        """
        params = {"lo": lo, "hi": hi, "bins": bins, "clamp": clamp, "scale": scale}
        return self._kind("histogram", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def hmm_backward(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        transition: Numbers,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Hidden Markov model, posteriors: gamma(i) = alpha(i) sum_j a(i,j) later gamma(j) / sum_k
        alpha(k) a(k,j).

        Parameters
        ----------
        source : node, Edge or name, or several
            rows of hmm_forward; a reverse scan
        transition : array_like
            Row i has the probabilities of the transitions from state i; their sum is 1 (within
            1e-6). Valid: N * N numbers, 0 to 1, N from 1 to 64.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: N f64 per observation: P(state given all observations).

        Notes
        -----
        NaN: none: rows of the kind on its edge have none.

        At the last observation gamma is alpha.

        Source: Askar and Derin, IEEE Trans. Automatic Control 26 (1981); equal to alpha beta of
        Rabiner, Proc. IEEE 77 (1989).
        """
        params = {"transition": transition}
        return self._kind("hmm_backward", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def hmm_forward(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        transition: Numbers,
        emission: Numbers | None = None,
        initial: Numbers | None = None,
        log: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Hidden Markov model, scaled forward recursion: p(j) = sum_i alpha(i) a(i,j), c = sum_j
        p(j) b(j), alpha(j) = p(j) b(j) / c.

        Parameters
        ----------
        source : node, Edge or name, or several
            u8 symbols, or f32 or f64 likelihoods b(j), N per observation; a scan
        transition : array_like
            Row i has the probabilities of the transitions from state i; their sum is 1 (within
            1e-6). Valid: N * N numbers, 0 to 1, N from 1 to 64.
        emission : array_like
            Row i has the probability of each symbol in state i; only for symbols. Valid: N rows, 0
            to 1, sum of a row at most 1. Default: required for symbols.
        initial : array_like
            Distribution at the first observation. Valid: N numbers, 0 to 1, sum 1. Default: 1 / N
            each.
        log : int
            1: likelihoods and c are natural logarithms; not for symbols. Valid: 0, 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: N + 1 f64 per observation: alpha and the scale c.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        The product of all c is the likelihood. An observation that is impossible in all possible
        states, as when its likelihoods have underflowed, makes the stage fail with -16
        (SQS_ERR_RANGE): give their logarithms, or NaN for a missing one.

        Source: Rabiner, A tutorial on hidden Markov models, Proc. IEEE 77 (1989), section V.A.
        """
        params = {"transition": transition, "emission": emission, "initial": initial, "log": log}
        return self._kind("hmm_forward", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def irfft(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        n: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """The real row whose discrete Fourier transform is the row, as rfft computes it. Imaginary
        parts of frequency 0 and, for even n, of the last are ignored.

        Parameters
        ----------
        source : node, Edge or name, or several
            m c32, one channel
        n : int
            Length of the row. Unit: elements. Valid: 2 m - 2, 2 m - 1. Default: 2 m - 2; of 1
            element 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every
        machine. The error is about 1e-7 log2 n of the largest result, three times that if n is not
        a power of two.

        Source: numpy.fft.irfft.
        """
        params = {"n": n}
        return self._kind("irfft", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def join(
        self,
        source: Sequence[Source],
        /,
        *,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Rows of several edges one after another: y = x0, x1, ..., so that one request returns
        several results.

        Parameters
        ----------
        source : node, Edge or name, or several
            2 to 16 edges of one type, with rows of any lengths, without lookback and lookahead
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: a row of the sum of the lengths, of the same type.

        Notes
        -----
        NaN: copied: elements are not interpreted.

        The row has several lists: select one with band for a further stage.

        Source: numpy.concatenate([x0, x1, ...]).
        """
        params: dict[str, object] = {}
        return self._kind("join", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def kalman(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        r: float,
        transition: Numbers | None = None,
        process: Numbers | None = None,
        observe: Numbers | None = None,
        dt: float | None = None,
        q: float | None = None,
        x0: Numbers | None = None,
        p0: float | Numbers | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Linear Kalman filter with d states and scalar measurements z: s = h P h' + r, k = P h' /
        s, x += k (z - h x); then x = F x, P = F P F' + Q.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 measurements; a scan
        r : float
            Variance of a measurement. Valid: above 0.
        transition : array_like
            F, row by row. Valid: d * d numbers, d from 1 to 4. Default: from dt.
        process : array_like
            Q, row by row; required with transition. Symmetric and semidefinite, each within 1e-9 of
            the variances. Valid: d * d numbers, a covariance. Default: from dt and q.
        observe : array_like
            H; required with transition. Valid: d numbers. Default: 1 0.
        dt : float
            Without transition: time between samples, of position and velocity. Unit: time. Valid:
            above 0. Default: 1.
        q : float
            Intensity of the white noise of the acceleration: F = [1 dt; 0 1], Q = q [dt^3/3 dt^2/2;
            dt^2/2 dt], h = [1 0]. Valid: at least 0. Default: required without transition.
        x0 : array_like
            Estimate before the first measurement. Valid: d numbers. Default: zeros.
        p0 : float or array_like
            Its covariance: one number for the diagonal, or the matrix, checked as process. Valid:
            at least 0, or d * d numbers, a covariance. Default: 1e6.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: d (d + 3) / 2 f64 per measurement: the estimate x, and the upper triangle of its
            covariance P, row by row.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        P is updated after Bucy and Joseph: (I - k h) P (I - k h)' + k r k'. The row of a missing
        measurement, also one that would make the state not finite, is the prediction.

        Source: Kalman (1960); Durbin and Koopman, Time Series Analysis by State Space Methods,
        section 4.3.
        """
        params = {"transition": transition, "process": process, "observe": observe, "dt": dt, "q": q, "r": r, "x0": x0, "p0": p0, "scale": scale}
        return self._kind("kalman", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def max(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """The largest element: max x[i].

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16, one channel
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Both zeros are +0.

        Source: numpy.max(x).
        """
        params = {"scale": scale}
        return self._kind("max", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def mean(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Arithmetic mean: sum x[i] / n.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        f32 is summed in f64, in sixteen interleaved partial sums, which are added pairwise; i16 is
        summed exactly. The error is at most half a unit in the last place, plus (n / 16 + 6) 2^-53
        times the mean of abs(x).
        """
        params = {"scale": scale}
        return self._kind("mean", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def min(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """The smallest element: min x[i].

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16, one channel
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Both zeros are +0.

        Source: numpy.min(x).
        """
        params = {"scale": scale}
        return self._kind("min", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def mixer(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        frequency: float,
        phase: float | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Mixer with a numerically controlled oscillator: y[n] = x[n] exp(2 pi i (frequency n +
        phase)), with n from the first sample of row 0.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, i16 or c32, one channel; overlapping rows are counted by their position in the
            samples
        frequency : float
            Shift of all frequencies. Unit: cycles a sample. Valid: -0.5 to 0.5.
        phase : float
            Phase of sample 0. Unit: turns. Valid: -1 to 1. Default: 0.
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n c32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        The phase is an integer of 64 bits, a multiple of 2^-64 turns: it does not drift. Sine and
        cosine are computed in f64, and products rounded once. A negative frequency shifts a
        positive one to 0.

        Source: x * numpy.exp(2j * numpy.pi * (frequency * n + phase)); Tierney, Rader and Gold,
        IEEE Trans. Audio Electroacoustics 19 (1971).
        """
        params = {"frequency": frequency, "phase": phase, "scale": scale}
        return self._kind("mixer", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def noncoherent(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        hop: int | None = None,
        mean: int | None = None,
        limit: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Noncoherent sum: power added over rows, y[i] = sum over m of |x_m[i]|^2, or of x_m[i] if
        the rows are powers.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 rows of powers, which are added as they are, or c32; any number of channels; the
            edge has the lookback or the lookahead
        hop : int
            Rows of the edge from one row to the next. Unit: rows. Valid: 1 to 1048576. Default: 1.
        mean : int
            1: the mean over the rows instead of the sum. Valid: 0, 1. Default: 0.
        limit : float
            Power up to which an element counts linearly, in means of the row. Unit: means. Valid:
            above 0. Default: none.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32: powers.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Computed in f64, in the order of the rows, and rounded once. With limit, an element y above
        the limit l, which is the parameter times the mean of the finite elements of the row,
        becomes l (1 + ln(y / l)), so that an impulse in one row does not hide what is in all. Rows
        outside the stream are those of the boundary of the edge.

        Source: numpy.sum(x[t hop - lookback:t hop + lookahead + 1], axis=0), numpy.mean.
        """
        params = {"hop": hop, "mean": mean, "limit": limit}
        return self._kind("noncoherent", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def pll(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        bandwidth: float | None = None,
        damping: float | None = None,
        frequency: float | None = None,
        range: float | None = None,
        costas: int | None = None,
        arm: float | None = None,
        weight: float | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Phase-locked loop of second order that tracks a tone: e = arg(x exp(-2 pi i phase)) / (2
        pi), frequency += ki e, phase += frequency + kp e.

        Parameters
        ----------
        source : node, Edge or name, or several
            c32, or real f32, f64 or i16 samples; a scan
        bandwidth : float
            Noise bandwidth of the loop. Unit: cycles per sample. Valid: above 0, at most 0.25.
            Default: 0.01.
        damping : float
            Damping of the loop; both gains must be finite and above 0. Valid: above 0. Default:
            sqrt(1/2).
        frequency : float
            Initial frequency. Unit: cycles per sample. Valid: -0.5 to 0.5; real samples: not 0.
            Default: 0; real samples: required.
        range : float
            Maximum distance from the initial frequency. Unit: cycles per sample. Valid: 0 to 1.
            Default: 0.5.
        costas : int
            1: the tone may change its sign (BPSK). Valid: 0, 1. Default: 0.
        arm : float
            Real samples: weight of the low-pass, well above bandwidth. Valid: above 0, at most 1.
            Default: 0.1.
        weight : float
            Weight of a sample in lock. Valid: above 0, at most 1. Default: 0.01.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 32.
        scale : float
            Factor of the samples, on which no result depends. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 3 n elements, phase (turns, at least 0, below 1) frequency (cycles per sample)
            lock for each sample; f32, or f64 with precision 64.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        phase is that before the sample, frequency and lock those after it. lock += weight (cos(2 pi
        e) - lock) approaches 1 when locked, and 0 or less without a tone; with costas it is that of
        the doubled angle. Silence counts as missing: samples of 0, and what the low-pass still
        holds of a tone that has ended. The loop then coasts on its frequency, and lock decays.

        Source: Gardner, Phaselock Techniques; loop gains: Rice, Digital Communications: A Discrete-
        Time Approach, appendix C.
        """
        params = {"bandwidth": bandwidth, "damping": damping, "frequency": frequency, "range": range, "costas": costas, "arm": arm, "weight": weight, "precision": precision, "scale": scale}
        return self._kind("pll", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def quantile(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        q: Numbers,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Quantiles by nearest rank: the element of rank (n - 1) q, rounded half to even.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16; windows may overlap
        q : array_like
            Probabilities, in any order. Valid: 1 to 8 numbers, 0 to 1.
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32 per q, in the order of the list.

        Notes
        -----
        NaN: ordered: above all numbers.

        Both zeros are +0. The cost of overlapping windows depends on their hop, not on their
        length.

        Source: numpy.percentile(x, 100 q, method='nearest'); Floyd and Rivest, Expected time bounds
        for selection, CACM 18 (1975).
        """
        params = {"q": q, "scale": scale}
        return self._kind("quantile", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def resample(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        taps: Numbers,
        up: int | None = None,
        down: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Rational resampler: the sample rate times up / down, y[m] = sum over i of h[(m down mod
        up) + i up] x[floor(m down / up) + Q - i], Q = ceil(taps / up) - 1.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or c32, one channel; rows start every hop samples, hop up a multiple of down, and
            have at least hop + Q samples
        taps : array_like
            The filter. Valid: 1 to 65536 numbers of f32.
        up : int
            Outputs for down samples. Valid: 1 to 4096. Default: 1.
        down : int
            Samples for up outputs. Valid: 1 to 4096. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: hop up / down elements of the same type, consecutive over the rows.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Taps are used as given, at up times the rate: for a gain of 1 their sum is up. Output m is
        at the input time (m down + Q up - (taps - 1) / 2) / up if the filter is even. Taps are
        rounded to f32; sums run in f64 and are rounded once.

        Source: scipy.signal.upfirdn(taps, x, up)[Q up::down]; Crochiere and Rabiner, Multirate
        Digital Signal Processing (1983), 3.3.
        """
        params = {"up": up, "down": down, "taps": taps}
        return self._kind("resample", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def rfft(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Discrete Fourier transform of real rows: X[k] = sum x[i] exp(-2 pi j i k / n), k from 0
        to n / 2.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, one channel
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n / 2 + 1 c32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every
        machine. The error is about 1e-7 log2 n of the largest result, three times that if n is not
        a power of two.

        Source: numpy.fft.rfft.
        """
        params: dict[str, object] = {}
        return self._kind("rfft", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def rfft_magnitude(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        portable: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Magnitudes of the real FFT: abs(X[k]), X[k] = sum x[i] exp(-2 pi i k / n), k = 0 to n /
        2.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, one channel, n from 1 to 2^24
        portable : int
            1: the library's own transform, for n a power of two, with the same bits on every
            machine; 0: the fastest transform. Valid: 0, 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n / 2 + 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Not scaled. Results that fit f32 are right over its whole range: a row whose largest power
        does not fit, or for magnitudes is below 2^-60, takes twice the time. Values are bit-
        identical on every machine with portable, on memory from the caller, and in builds without
        the feature fft; else they may differ in the last bits between processors. Sizes that need a
        plan use the host's heap.

        Source: numpy.abs(numpy.fft.rfft(x)).
        """
        params = {"portable": portable}
        return self._kind("rfft_magnitude", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def rfft_power(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        portable: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Power of the real FFT: the squares of the values of rfft_magnitude.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, one channel, n from 1 to 2^24
        portable : int
            1: the library's own transform, for n a power of two, with the same bits on every
            machine; 0: the fastest transform. Valid: 0, 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n / 2 + 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Not scaled. Results that fit f32 are right over its whole range: a row whose largest power
        does not fit, or for magnitudes is below 2^-60, takes twice the time. Values are bit-
        identical on every machine with portable, on memory from the caller, and in builds without
        the feature fft; else they may differ in the last bits between processors. Sizes that need a
        plan use the host's heap.

        Source: numpy.abs(numpy.fft.rfft(x)) ** 2.
        """
        params = {"portable": portable}
        return self._kind("rfft_power", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def rms(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Root mean square: sqrt(sum x[i]^2 / n).

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16 (summed exactly)
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        f32 is squared and summed in f64, in a fixed order: no square overflows, and the relative
        error is below (n / 16 + 6) 2^-53, plus the rounding to f32.
        """
        params = {"scale": scale}
        return self._kind("rms", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def rolling_stats(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        window: int,
        ddof: int | None = None,
        min_periods: int | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Mean and variance of the last window samples.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 samples; a scan
        window : int
            Samples of a full window. Unit: samples. Valid: 1 to 1048576.
        ddof : int
            The sum of squares is divided by the number of samples minus ddof; NaN if that is not
            above 0. Unit: samples. Valid: 0 to 1048576. Default: 0.
        min_periods : int
            Given: samples that are not finite are left out, and results over fewer samples than
            this are NaN. Unit: samples. Valid: 1 to window.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64 for f64
            input, else 32.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 2 n elements, mean variance for each sample; f64 for f64 input, else f32.

        Notes
        -----
        NaN: window: results are NaN while it is in the window; with min_periods skipped.

        The first window - 1 results are over the samples so far. Nothing is subtracted from running
        sums, so that rounding errors do not accumulate.

        Source: pandas.Series.rolling(window, min_periods=1); van Herk, Pattern Recognition Letters
        13 (1992); Chan, Golub and LeVeque (1979).
        """
        params = {"window": window, "ddof": ddof, "min_periods": min_periods, "precision": precision, "scale": scale}
        return self._kind("rolling_stats", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def rts_smoother(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        transition: Numbers | None = None,
        process: Numbers | None = None,
        observe: Numbers | None = None,
        dt: float | None = None,
        q: float | None = None,
        r: float | None = None,
        x0: Numbers | None = None,
        p0: float | Numbers | None = None,
        covariance: int | None = None,
        precision: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Rauch-Tung-Striebel smoother: c = P F' (F P F' + Q)^-1, x += c (later x - F x), also
        where covariances are singular.

        Parameters
        ----------
        source : node, Edge or name, or several
            rows of kalman; a reverse scan
        transition : array_like
            F, row by row. Valid: d * d numbers, d from 1 to 4. Default: from dt.
        process : array_like
            Q, row by row; required with transition. Symmetric and semidefinite, each within 1e-9 of
            the variances. Valid: d * d numbers, a covariance. Default: from dt and q.
        observe : array_like
            H; required with transition. Valid: d numbers. Default: 1 0.
        dt : float
            Without transition: time between samples, of position and velocity. Unit: time. Valid:
            above 0. Default: 1.
        q : float
            Intensity of the white noise of the acceleration: F = [1 dt; 0 1], Q = q [dt^3/3 dt^2/2;
            dt^2/2 dt], h = [1 0]. Valid: at least 0. Default: required without transition.
        r : float
            Variance of a measurement. Valid: above 0.
        x0 : array_like
            Estimate before the first measurement. Valid: d numbers. Default: zeros.
        p0 : float or array_like
            Its covariance: one number for the diagonal, or the matrix, checked as process. Valid:
            at least 0, or d * d numbers, a covariance. Default: 1e6.
        covariance : int
            0: only x is output. Valid: 0, 1. Default: 1.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: per measurement x and the upper triangle of P, as kalman; f64, or f32 with
            precision 32.

        Notes
        -----
        NaN: none: rows of the kind on its edge have none.

        The last estimate of the range is unchanged. Of the parameters of kalman only F and Q (or dt
        and q) are used.

        Source: Rauch, Tung and Striebel, Maximum likelihood estimates of linear dynamic systems,
        AIAA Journal 3 (1965).
        """
        params = {"transition": transition, "process": process, "observe": observe, "dt": dt, "q": q, "r": r, "x0": x0, "p0": p0, "covariance": covariance, "precision": precision}
        return self._kind("rts_smoother", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def sum(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Sum of the elements: sum x[i]; of a row of powers, its energy.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32 or i16, one channel
        scale : float
            Factor of the elements; rounded once, with the result. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        f32 is summed in f64, i16 exactly; the result is rounded once.

        Source: numpy.sum(x).
        """
        params = {"scale": scale}
        return self._kind("sum", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def threshold(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        level: float,
        below: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Alarm per element: 1 if x > level, else 0; with below, 1 if x < level.

        Parameters
        ----------
        source : node, Edge or name, or several
            real
        level : float
            Level to compare with. Unit: of x. Valid: finite.
        below : int
            1: alarm below the level; 0: above. Valid: 0, 1. Default: 0.
        scale : float
            Factor of the elements: the level is divided by it. Valid: 1.2e-38 to 3.4e38. Default:
            1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n u8.

        Notes
        -----
        NaN: false: no comparison with it holds.

        f32 samples are compared with the level rounded to f32, integers and f64 with the level
        itself, exactly.
        """
        params = {"level": level, "below": below, "scale": scale}
        return self._kind("threshold", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def to_f32(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        scale: float | None = None,
        offset: float | None = None,
        missing: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Conversion to f32: y = x scale + offset, from raw counts to units of measurement.

        Parameters
        ----------
        source : node, Edge or name, or several
            real
        scale : float
            Factor. Unit: y per x. Valid: finite in f32. Default: 1.
        offset : float
            Offset. Unit: of y. Valid: finite in f32. Default: 0.
        missing : float
            Elements of this value, such as gap_fill, become NaN. Unit: of x. Valid: finite.
            Default: none.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        Integers up to 16 bits and f32 are computed in f32, each operation rounded, if scale and
        offset are 0 or normal numbers of f32 and offset is below 2^100; otherwise, and for other
        types, in f64, rounded once.
        """
        params = {"scale": scale, "offset": offset, "missing": missing}
        return self._kind("to_f32", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def top_k_sum(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        k: int,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Sum of the k largest elements.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32
        k : int
            Number of elements. Unit: elements. Valid: 1 to n.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 f32.

        Notes
        -----
        NaN: skipped: the row is computed from its other elements.

        With fewer than k numbers all are summed. The sum runs in f64, from the smallest to the
        largest: the error is below k 2^-53 times the sum of their magnitudes, plus the rounding to
        f32.

        Source: selection: Hoare, Find, Comm. ACM 4 (1961).
        """
        params = {"k": k}
        return self._kind("top_k_sum", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def viterbi(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        constraint: int | None = None,
        generators: Numbers | None = None,
        invert: Numbers | None = None,
        any_start: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Viterbi decoder of convolutional codes of rate 1/m, forward scan: path decisions.

        Parameters
        ----------
        source : node, Edge or name, or several
            m symbols per bit: u8 hard (0, or else 1), or i8 or f32 soft (positive: 0, negative: 1,
            0: erased); a scan
        constraint : int
            Constraint length K of the code. Unit: bits. Valid: 3 to 9. Default: 7.
        generators : array_like
            Bits of the encoder whose parity is each symbol, the newest in the highest bit. Valid: 2
            to 6 integers, 1 to 2^K - 1. Default: 121 91; K other than 7: required.
        invert : array_like
            1: the symbols of this generator come inverted. Valid: 0 or 1 per generator. Default:
            zeros.
        any_start : int
            1: the encoder may start in any state; 0: in state 0. Valid: 0, 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: per bit 2^(K-1) decision bits, then one byte per row: the best state after it; u8.

        Notes
        -----
        NaN: missing: the sample does not change the state, which is finite after any samples.

        On a tie the predecessor with the even number wins. Soft symbols beyond 1e6 count as 1e6; a
        missing one is erased.

        Source: Viterbi (1967); Forney, The Viterbi algorithm, Proc. IEEE 61 (1973); the default
        generators are octal 171 and 133, as in CCSDS 131.0-B (there with invert 0 1).
        """
        params = {"constraint": constraint, "generators": generators, "invert": invert, "any_start": any_start}
        return self._kind("viterbi", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def viterbi_traceback(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        constraint: int | None = None,
        end: int | None = None,
        pack: int | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Viterbi decoder, reverse scan: the decoded bits.

        Parameters
        ----------
        source : node, Edge or name, or several
            rows of viterbi; a reverse scan
        constraint : int
            Constraint length K of the code. Unit: bits. Valid: 3 to 9. Default: 7.
        end : int
            State after the range; 0 after a tail of zeros. Valid: 0 to 2^(K-1) - 1. Default: the
            best state.
        pack : int
            1: rows have a multiple of 8 bits, packed. Valid: 0, 1. Default: 0.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: 1 u8 per bit; with pack, 8 bits per u8, the first in the top bit.

        Notes
        -----
        NaN: none: rows of the kind on its edge have none.

        Source: Forney, The Viterbi algorithm, Proc. IEEE 61 (1973).
        """
        params = {"constraint": constraint, "end": end, "pack": pack}
        return self._kind("viterbi_traceback", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def window(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        type: int | None = None,
        symmetric: int | None = None,
        beta: float | None = None,
        nw: float | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Window function: y[i] = scale w[i] x[i].

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, i16 or c32, one channel
        type : int
            The window. Valid: 0 to 7. Default: 1.
        symmetric : int
            0: one period of n, for spectra; 1: both ends alike, for filters. Valid: 0, 1. Default:
            0.
        beta : float
            Shape of Kaiser's window; other types refuse it. Valid: 0 to 600. Default: type 6:
            required.
        nw : float
            Half bandwidth of Slepian's window, in cycles per length; other types refuse it. Valid:
            above 0, below half of the length. Default: type 7: required.
        scale : float
            Factor of the window; 1/32768 makes full scale of i16 1. Valid: 1.2e-38 to 3.4e38.
            Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n f32; c32 for c32 input.

        Notes
        -----
        NaN: spreads: what the row computes from it is not finite; other rows are not affected.

        type: 0 rectangular, 1 Hann, 2 Hamming, 3 Blackman, 4 Blackman-Harris, 5 flat top, 6 Kaiser,
        7 Slepian (DPSS). w is computed in f64 and has the same bits on every machine; of one
        element it is 1. A Slepian window of large n takes long to prepare: about 110 n divisions
        when the pipeline is sealed.

        Source: scipy.signal.get_window(name, n, fftbins=True) and, with symmetric, False; Harris,
        On the use of windows for harmonic analysis with the discrete Fourier transform, Proc. IEEE
        66 (1978); Slepian, Bell System Technical Journal 57 (1978).
        """
        params = {"type": type, "symmetric": symmetric, "beta": beta, "nw": nw, "scale": scale}
        return self._kind("window", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def zero_phase_forward(
        self,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        sos: Numbers,
        padlen: int | None = None,
        on_nan: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Zero-phase filter, forward half: filters the extended signal, as scipy.signal.sosfiltfilt
        with odd padding.

        Parameters
        ----------
        source : node, Edge or name, or several
            f32, f64 or i16 samples x; a scan. Rows shorter than p + 1 need a lookahead of ceil((p +
            1) / n) - 1 rows
        sos : array_like
            Coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0. Valid:
            6 numbers per section, 1 to 32 sections.
        padlen : int
            Padding p at each end, the same in both stages; m: the smaller of the numbers of
            sections with b2 = 0 and with a2 = 0. Unit: samples. Valid: 0 to 1048576. Default: 3 *
            (2 * sections + 1 - m).
        on_nan : int
            A sample that is not finite, or that would make the state not finite: 0: stays in the
            state, all later results are not finite; 1: skip it, the state is kept and the result is
            NaN; 2: hold, the last sample takes its place; 3: reset, the filter starts anew with the
            next sample and the result is NaN. Valid: 0, 1, 2, 3. Default: 0.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: f64: n filtered samples, then z1 z2 of each section after them.

        Notes
        -----
        NaN: on_nan: as this parameter sets; by default stays: all later results are not finite.

        Source: scipy.signal.sosfiltfilt; Gustafsson, Determining the initial states in forward-
        backward filtering, IEEE Trans. Signal Processing 44 (1996).
        """
        params = {"sos": sos, "padlen": padlen, "on_nan": on_nan, "scale": scale}
        return self._kind("zero_phase_forward", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

    def zero_phase_reverse(
        self,
        source: Sequence[Source],
        /,
        *,
        sos: Numbers,
        padlen: int | None = None,
        on_nan: int | None = None,
        precision: int | None = None,
        scale: float | None = None,
        name: str | None = None,
        lookback: int = 0,
        lookahead: int = 0,
        boundary: str = "zero",
        cost_ns_per_row: int = 0,
    ) -> Stage:
        """Zero-phase filter, reverse half: the filtered signal.

        Parameters
        ----------
        source : node, Edge or name, or several
            two edges: zero_phase_forward, and its x with the same rows; a reverse scan. Rows of x
            shorter than p + 1 need a lookback of ceil((p + 1) / n) - 1 rows
        sos : array_like
            Coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0. Valid:
            6 numbers per section, 1 to 32 sections.
        padlen : int
            Padding p at each end, the same in both stages; m: the smaller of the numbers of
            sections with b2 = 0 and with a2 = 0. Unit: samples. Valid: 0 to 1048576. Default: 3 *
            (2 * sections + 1 - m).
        on_nan : int
            A sample that is not finite, or that would make the state not finite: 0: stays in the
            state, all later results are not finite; 1: skip it, the state is kept and the result is
            NaN; 2: hold, the last sample takes its place; 3: reset, the filter starts anew with the
            next sample and the result is NaN. Valid: 0, 1, 2, 3. Default: 0.
        precision : int
            Element type of the rows: f32 or f64. Unit: bits. Valid: 32, 64. Default: 64 for f64
            input, else 32.
        scale : float
            Factor of the samples. Valid: 1.2e-38 to 3.4e38. Default: 1.
        name : str
            Name of the stage. Default: the kind, with a number if it is in use.
        lookback : int
            Rows before the stage's own, for each source that is no `Edge`.
        lookahead : int
            Rows after the stage's own, for each source that is no `Edge`.
        boundary : str
            "zero" or "clamp": rows outside of the range.
        cost_ns_per_row : int
            Estimated time of a row for the planner; 0: the estimate of the kind.

        Returns
        -------
        Stage
            Rows: n elements; f64 for f64 input, else f32.

        Notes
        -----
        NaN: on_nan: as this parameter sets; by default stays: all later results are not finite.

        The stream must have more than p samples, else the stage fails with -16 (SQS_ERR_RANGE). A
        row depends on the whole stream, whatever range is evaluated.

        Source: scipy.signal.sosfiltfilt; Gustafsson, Determining the initial states in forward-
        backward filtering, IEEE Trans. Signal Processing 44 (1996).
        """
        params = {"sos": sos, "padlen": padlen, "on_nan": on_nan, "precision": precision, "scale": scale}
        return self._kind("zero_phase_reverse", source, params, name, lookback, lookahead, boundary, cost_ns_per_row)

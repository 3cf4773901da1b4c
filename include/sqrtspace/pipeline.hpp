/**
 * @file pipeline.hpp
 * Pipelines and stages: chapters 3 to 11 of sqrtspace.h. Include sqrtspace.hpp.
 */

#ifndef SQRTSPACE_PIPELINE_HPP
#define SQRTSPACE_PIPELINE_HPP

#include "basics.hpp"

namespace sqs {

/** Configuration of a pipeline: window and hop, the rest defaults. */
struct Config : sqs_config {
    Config(std::uint64_t window_samples, std::uint64_t hop_samples) noexcept : sqs_config{}
    {
        // Cannot fail: the address and the size are right.
        Status(sqs_config_init(this, sizeof(sqs_config))).ignore();
        window = window_samples;
        hop = hop_samples;
    }
    /** The same for samples of T. */
    template <class T> static Config of(std::uint64_t window_samples, std::uint64_t hop_samples, std::uint32_t channels = 1) noexcept
    {
        Config config(window_samples, hop_samples);
        config.dtype = dtype_of<T>();
        config.channels = channels;
        return config;
    }
    /** `uint64_t operator()()` returns nanoseconds; it must outlive the pipeline. */
    template <class F> void on_clock(F &function) noexcept
    {
        clock = [](void *at) noexcept { return static_cast<std::uint64_t>(detail::callable<F>(at)()); };
        clock_ctx = detail::context(function);
    }
    /** `operator()(const sqs_event &)` receives events; it must outlive the pipeline. */
    template <class F> void on_event(F &function) noexcept
    {
        event = [](void *at, const sqs_event *what) noexcept { detail::callable<F>(at)(*what); };
        event_ctx = detail::context(function);
    }
    Status host_defaults() noexcept { return sqs_config_host_defaults(this); }
    /** The count is the size of the control area in bytes. */
    Counted<std::size_t> control_bytes() const noexcept
    {
        std::size_t bytes = 0, align = 0;
        const Status status = sqs_pipeline_control_bytes(this, &bytes, &align);
        return {status, bytes};
    }
};

/** Result of step_budget(). */
struct [[nodiscard]] Stepped {
    Status status;
    std::uint64_t windows;
    std::uint64_t spent_ns;
};

/** Input and output of one call of a stage. Valid during the call. */
class Call {
public:
    explicit Call(const sqs_stage_io &io) noexcept : io_(io) {}
    const sqs_stage_io &io() const noexcept { return io_; }
    /** Number of the first row to compute. */
    std::uint64_t first() const noexcept { return io_.first; }
    /** Number of rows to compute. */
    std::size_t rows() const noexcept { return io_.rows; }
    std::size_t edges() const noexcept { return io_.edge_count; }
    /** Row i of an edge: i = 0 is the row of the first output row. Empty if T is not the type of its elements. */
    template <class T> Span<const T> row(std::size_t edge, std::ptrdiff_t i) const noexcept
    {
        const sqs_edge_rows &rows = io_.edges[edge];
        if (rows.dtype != dtype_of<T>()) return {};
        const auto *base = static_cast<const std::byte *>(rows.base);
        return {reinterpret_cast<const T *>(base + i * static_cast<std::ptrdiff_t>(rows.row_stride_bytes)), rows.len};
    }
    /** Output row i, of len elements. */
    template <class T> Span<T> out(std::size_t i, std::size_t len) const noexcept
    {
        return {static_cast<T *>(io_.out) + i * len, len};
    }
    template <class T> T *scratch() const noexcept { return static_cast<T *>(io_.scratch); }

private:
    const sqs_stage_io &io_;
};

/**
 * A pipeline. Deletes itself; its memory must outlive it.
 *
 * Moving is safe at any time: the library keeps addresses of its memory and of callables, never of this object.
 */
class Pipeline : public detail::Handle<sqs_pipeline> {
public:
    Pipeline() noexcept = default;
    Pipeline(Pipeline &&) noexcept = default;
    Pipeline &operator=(Pipeline &&other) noexcept
    {
        if (this != &other) {
            sqs_pipeline_delete(handle_);
            for (std::size_t i = 0; i < SQS_MAX_INPUTS; i++) inputs_[i] = other.inputs_[i];
            Handle::operator=(std::move(other));
        }
        return *this;
    }
    ~Pipeline() { sqs_pipeline_delete(handle_); }

    /** Creates a pipeline whose control area is the caller's; seal() gives the work area. */
    Status create(const Config &config, WritableBytes control, Error *error = nullptr) noexcept
    {
        Sized<sqs_memory> memory;
        memory.control = control.data();
        memory.control_bytes = control.size();
        return create(config, &memory, error);
    }
    /**
     * Creates a pipeline without a planner, which seal_planned() seals. A program that uses no other way to create one
     * does not contain the planner.
     */
    Status create_planned(const Config &config, WritableBytes control, Error *error = nullptr) noexcept
    {
        Sized<sqs_memory> memory;
        memory.control = control.data();
        memory.control_bytes = control.size();
        if (handle_ != nullptr) return SQS_ERR_STATE;
        const Status status = sqs_pipeline_new_planned(&config, &memory, &handle_, error);
        if (status.ok()) remember(0, config.dtype, config.channels);
        return status;
    }
    /** Creates a pipeline on the host's heap. */
    Status create(const Config &config, Error *error = nullptr) noexcept { return create(config, nullptr, error); }
    /** Both areas from an allocator: `void *allocate(size_t bytes, size_t align)`, `void deallocate(void *, size_t)`. */
    template <class A> Status create_with(const Config &config, A &allocator, Error *error = nullptr) noexcept
    {
        Sized<sqs_memory> memory;
        memory.alloc = [](void *ctx, std::size_t size, std::size_t align) noexcept {
            return static_cast<void *>(detail::callable<A>(ctx).allocate(size, align));
        };
        memory.free = [](void *ctx, void *area, std::size_t size) noexcept {
            detail::callable<A>(ctx).deallocate(area, size);
        };
        memory.ctx = detail::context(allocator);
        return create(config, &memory, error);
    }

    /**
     * Registers a stage whose rows a callable computes: `operator()(const Call &)`, or, in a class with a type State,
     * `operator()(const Call &, State &)` and optionally `init(State &)`. State must be trivially copyable.
     */
    template <class F> Counted<std::uint32_t> stage_register(StageDesc desc, Span<const Edge> edges, F &run) noexcept
    {
        using State = typename detail::StateOf<F>::type;
        desc.edges = edges.data();
        desc.edge_count = static_cast<std::uint32_t>(edges.size());
        desc.ctx = detail::context(run);
        if constexpr (std::is_void_v<State>) {
            desc.run = [](void *ctx, const sqs_stage_io *io) noexcept {
                return detail::call(detail::callable<F>(ctx), Call(*io));
            };
        } else {
            static_assert(std::is_trivially_copyable_v<State>, "the library copies states as bytes");
            desc.state_bytes = static_cast<std::uint32_t>(sizeof(State));
            desc.state_align = static_cast<std::uint32_t>(alignof(State));
            desc.run = [](void *ctx, const sqs_stage_io *io) noexcept {
                return detail::call(detail::callable<F>(ctx), Call(*io), *static_cast<State *>(io->state));
            };
            if constexpr (detail::HasInit<F>::value) {
                desc.state_init = [](void *ctx, void *state) noexcept {
                    F &stage = detail::callable<F>(ctx);
                    auto init = [&stage](State &at) noexcept { return stage.init(at); };
                    return detail::call(init, *static_cast<State *>(state));
                };
            }
        }
        return stage_register(desc);
    }
    /** The callable must outlive the pipeline. */
    template <class F> Counted<std::uint32_t> stage_register(StageDesc, Span<const Edge>, const F &&) = delete;
    Counted<std::uint32_t> stage_register(const sqs_stage_desc &desc) noexcept
    {
        std::uint32_t id = 0;
        const Status status = sqs_stage_register(handle_, &desc, &id);
        return {status, id};
    }
    Counted<std::uint32_t> stage_register_builtin(const char *kind, const char *name, Span<const Edge> edges,
                                                  Span<const Param> params = {}) noexcept
    {
        const BuiltinDesc desc = builtin(kind, name, edges, params);
        std::uint32_t id = 0;
        const Status status = sqs_stage_register_builtin(handle_, &desc, &id);
        return {status, id};
    }
    /** As stage_register_builtin(), of sqs_kind_hann() and the like: the program contains only the kinds that it names. */
    Counted<std::uint32_t> stage_register_kind(const sqs_kind *kind, const char *name, Span<const Edge> edges,
                                               Span<const Param> params = {}) noexcept
    {
        const BuiltinDesc desc = builtin(nullptr, name, edges, params);
        std::uint32_t id = 0;
        const Status status = sqs_stage_register_kind(handle_, kind, &desc, &id);
        return {status, id};
    }
    Counted<std::uint32_t> stage_find(const char *name) noexcept
    {
        std::uint32_t id = 0;
        const Status status = sqs_stage_find(handle_, name, &id);
        return {status, id};
    }
    /** What the rows of a stage are. */
    Status stage_info(std::uint32_t stage, RowInfo &info) noexcept { return sqs_stage_info(handle_, stage, &info); }
    /** What the windows of an input are. */
    Status input_info(std::uint32_t input, RowInfo &info) noexcept { return sqs_input_info(handle_, input, &info); }
    Counted<std::uint32_t> input_register(const InputDesc &desc) noexcept
    {
        std::uint32_t id = 0;
        const Status status = sqs_input_register(handle_, &desc, &id);
        if (status.ok()) remember(id, desc.dtype, desc.channels);
        return {status, id};
    }
    Status output_open(std::uint32_t stage, std::uint64_t capacity_rows) noexcept
    {
        return sqs_output_open(handle_, stage, capacity_rows);
    }
    /**
     * A source: `Counted<size_t> operator()(uint64_t first, Span<T> elements)` returns SQS_OK or a code of its own, and the
     * number of elements read, whole samples of the channels of the input.
     */
    template <class T, std::uint32_t channels = 1, class F>
    Status source_set(std::uint32_t input, F &read, std::uint64_t samples, std::uint32_t flags = 0) noexcept
    {
        if (!is_input<T>(input) || inputs_[input].channels != channels) return SQS_ERR_ARGUMENT;
        Sized<sqs_source> source;
        source.flags = flags;
        source.samples = samples;
        source.ctx = detail::context(read);
        source.read = [](void *ctx, std::uint64_t first, void *to, std::size_t count, std::size_t *done) noexcept {
            const Span<T> elements(static_cast<T *>(to), count * channels);
            const Counted<std::size_t> result = detail::callable<F>(ctx)(first, elements);
            *done = result.count / channels;
            return result.status.code();
        };
        return sqs_source_set(handle_, input, &source);
    }
    Status source_set(std::uint32_t input, const sqs_source &source) noexcept { return sqs_source_set(handle_, input, &source); }
    Status source_extend(std::uint32_t input, std::uint64_t samples, std::uint32_t flags = 0) noexcept
    {
        return sqs_source_extend(handle_, input, samples, flags);
    }
    Counted<std::uint64_t> source_set_file(std::uint32_t input, const char *path, std::uint32_t byte_order,
                                           std::uint64_t offset = 0) noexcept
    {
        std::uint64_t samples = 0;
        const Status status = sqs_source_set_file(handle_, input, path, byte_order, offset, &samples);
        return {status, samples};
    }
    /** The same, of a file of which ranges of bytes are missing; these must outlive the pipeline. */
    Counted<std::uint64_t> source_set_recovered(std::uint32_t input, const char *path, std::uint32_t byte_order,
                                                std::uint64_t offset, Span<const sqs_range> missing) noexcept
    {
        std::uint64_t samples = 0;
        const Status status = sqs_source_set_recovered(handle_, input, path, byte_order, offset, missing.data(),
                                                       missing.size(), &samples);
        return {status, samples};
    }

    /** Bytes and order of work for requests; changes nothing. */
    Status plan(Span<const Request> requests, PlanInfo &info) noexcept
    {
        return sqs_plan(handle_, requests.data(), static_cast<std::uint32_t>(requests.size()), &info);
    }
    /** The count is the size of the whole text with its zero. */
    Counted<std::size_t> plan_explain(Span<const Request> requests, Span<char> text) noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_plan_explain(handle_, requests.data(), static_cast<std::uint32_t>(requests.size()),
                                               text.data(), text.size(), &needed);
        return {status, needed};
    }
    /** Writes a plan for seal_planned(). The count is the size of all of it in bytes. */
    Counted<std::size_t> plan_export(Span<const Request> requests, WritableBytes buffer) noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_plan_export(handle_, requests.data(), static_cast<std::uint32_t>(requests.size()),
                                              buffer.data(), buffer.size(), &needed);
        return {status, needed};
    }
    /** Seals with a plan that plan_export() wrote. The bytes must outlive the pipeline. */
    Status seal_planned(Bytes plan, WritableBytes work = {}) noexcept
    {
        return sqs_pipeline_seal_planned(handle_, plan.data(), plan.size(), work.data(), work.size());
    }
    /** Seals with a work area of the caller; an empty one is taken from the heap or the allocator. */
    Status seal(Span<const Request> requests, WritableBytes work = {}) noexcept
    {
        return sqs_pipeline_seal(handle_, requests.data(), static_cast<std::uint32_t>(requests.size()), work.data(),
                                 work.size());
    }
    Status reset() noexcept { return sqs_pipeline_reset(handle_); }
    /** Deletes the pipeline; the object can be created anew. */
    void close() noexcept { sqs_pipeline_delete(std::exchange(handle_, nullptr)); }

    /** Elements interleaved by channel, of the type of the input. The count is in samples. */
    template <class C> Counted<std::size_t> push(std::uint32_t input, const C &samples) noexcept
    {
        const Span<const std::remove_reference_t<decltype(samples[0])>> elements(samples);
        using T = std::remove_cv_t<std::remove_reference_t<decltype(samples[0])>>;
        std::size_t accepted = 0;
        if (!is_input<T>(input)) return {SQS_ERR_ARGUMENT, 0};
        const Status status =
            sqs_push(handle_, input, elements.data(), elements.size() / inputs_[input].channels, &accepted);
        return {status, accepted};
    }
    /** Appends missing samples. The count is of those that fit. */
    Counted<std::uint64_t> push_gap(std::uint32_t input, std::uint64_t samples) noexcept
    {
        std::uint64_t accepted = 0;
        const Status status = sqs_push_gap(handle_, input, samples, &accepted);
        return {status, accepted};
    }
    /** Sets each element to the number of missing samples of a row, from row first on. */
    Status rows_missing(std::uint32_t stage, std::uint64_t first, Span<std::uint64_t> missing) noexcept
    {
        return sqs_rows_missing(handle_, stage, first, missing.size(), missing.data());
    }
    Status push_end(std::uint32_t input) noexcept { return sqs_push_end(handle_, input); }
    /** The count is in windows of work. */
    Counted<std::uint64_t> step(std::uint64_t max_windows) noexcept
    {
        std::uint64_t done = 0;
        const Status status = sqs_step(handle_, max_windows, &done);
        return {status, done};
    }
    /** The same, limited by time: Config::on_clock(), or the estimated costs. */
    Stepped step_budget(std::uint64_t max_cost_ns) noexcept
    {
        Stepped stepped{{}, 0, 0};
        stepped.status = sqs_step_budget(handle_, max_cost_ns, &stepped.windows, &stepped.spent_ns);
        return stepped;
    }
    /** Other parameters of a built-in stage from a row on. The count is that row. */
    Counted<std::uint64_t> stage_params(std::uint32_t stage, Span<const Param> params,
                                        std::uint64_t from_row = SQS_NEXT_ROW) noexcept
    {
        std::uint64_t row = 0;
        const Status status = sqs_stage_params(handle_, stage, params.data(),
                                               static_cast<std::uint32_t>(params.size()), from_row, &row);
        return {status, row};
    }
    /** Another context of a stage of the caller from a row on. The count is that row. */
    Counted<std::uint64_t> stage_context(std::uint32_t stage, void *ctx, std::uint32_t revision,
                                         std::uint64_t from_row = SQS_NEXT_ROW) noexcept
    {
        std::uint64_t row = 0;
        const Status status = sqs_stage_context(handle_, stage, ctx, revision, from_row, &row);
        return {status, row};
    }
    /** Frees the changes of a stage that only rows before `row` need. The count is their number. */
    Counted<std::uint64_t> stage_params_release(std::uint32_t stage, std::uint64_t row) noexcept
    {
        std::uint64_t freed = 0;
        const Status status = sqs_stage_params_release(handle_, stage, row, &freed);
        return {status, freed};
    }
    /** Describes parameter `index` of a kind: SQS_END after the last one. */
    static Status stage_params_describe(const char *kind, std::uint32_t index, ParamInfo &info) noexcept
    {
        return sqs_stage_params_describe(kind, index, &info);
    }
    /** What the stream waits for. */
    Status blocked_on(Wait &wait) noexcept { return sqs_blocked_on(handle_, &wait); }
    /** Finished rows, one after another: as many as fit. The elements must be of the stage's type. The count is in rows. */
    template <class C> Counted<std::size_t> pull(std::uint32_t stage, C &&rows) noexcept
    {
        const Span<std::remove_reference_t<decltype(rows[0])>> elements(rows);
        RowInfo info;
        const Status known = stage_info(stage, info);
        if (known.failed()) return {known, 0};
        if (info.dtype != dtype_of<std::remove_reference_t<decltype(rows[0])>>()) return {SQS_ERR_ARGUMENT, 0};
        std::size_t written = 0;
        const Status status =
            sqs_pull(handle_, stage, elements.data(), static_cast<std::size_t>(elements.size_bytes() / info.row_bytes), &written);
        return {status, written};
    }
    /** The same, and the number of missing samples of each row. The smaller of both spans limits the rows. */
    template <class C> Counted<std::size_t> pull_counted(std::uint32_t stage, C &&rows, Span<std::uint64_t> missing) noexcept
    {
        const Span<std::remove_reference_t<decltype(rows[0])>> elements(rows);
        RowInfo info;
        const Status known = stage_info(stage, info);
        if (known.failed()) return {known, 0};
        if (info.dtype != dtype_of<std::remove_reference_t<decltype(rows[0])>>()) return {SQS_ERR_ARGUMENT, 0};
        const auto fit = static_cast<std::size_t>(elements.size_bytes() / info.row_bytes);
        std::size_t written = 0;
        const Status status = sqs_pull_counted(handle_, stage, elements.data(), missing.data(),
                                               fit < missing.size() ? fit : missing.size(), &written);
        return {status, written};
    }
    /** Of an input: the first sample in its buffer, the next to push, and the samples that fit. */
    Status input_position(std::uint32_t input, std::uint64_t &first, std::uint64_t &next, std::uint64_t &room) noexcept
    {
        return sqs_input_position(handle_, input, &first, &next, &room);
    }
    /** Of an opened output: the next row to pull, and the end of the rows that wait. */
    Status output_position(std::uint32_t stage, std::uint64_t &next, std::uint64_t &end) noexcept
    {
        return sqs_output_position(handle_, stage, &next, &end);
    }

    /** Evaluates rows into memory, one after another. The count is in rows. */
    template <class C>
    Counted<std::uint64_t> evaluate(std::uint32_t stage, std::uint64_t first, std::uint64_t count, C &&rows) noexcept
    {
        const WritableBytes memory = writable_bytes(rows);
        std::uint64_t written = 0;
        const Status status = sqs_evaluate(handle_, stage, first, count, memory.data(), memory.size(), &written);
        return {status, written};
    }
    /** Evaluates rows into a sink: `operator()(uint64_t first, size_t count, Bytes rows)`, or an EncoderSink. */
    template <class F> Status evaluate_to(const Request &request, F &&sink) noexcept
    {
        return sqs_evaluate_to(handle_, &request, sink_of<std::remove_reference_t<F>>(), detail::context(sink));
    }
    /** Begins an evaluation that step() continues. The sink must outlive it. */
    template <class F> Status evaluate_begin(const Request &request, F &sink) noexcept
    {
        return sqs_evaluate_begin(handle_, &request, sink_of<F>(), detail::context(sink));
    }
    Status evaluate_cancel() noexcept { return sqs_evaluate_cancel(handle_); }
    Status evaluate_to_file(const Request &request, const char *path, const sqs_encode_options &options,
                            CodecStats *stats = nullptr) noexcept
    {
        return sqs_evaluate_to_file(handle_, &request, path, &options, stats);
    }

    /** The count is the maximum size of a checkpoint file in bytes. */
    Counted<std::uint64_t> checkpoint_bytes() noexcept
    {
        std::uint64_t size = 0;
        const Status status = sqs_checkpoint_bytes(handle_, &size);
        return {status, size};
    }
    /** Writes a checkpoint file by `operator()(Bytes)`. The count is its length in bytes. */
    template <class F> Counted<std::uint64_t> checkpoint_save(F &&write) noexcept
    {
        std::uint64_t written = 0;
        const Status status = sqs_checkpoint_save(
            handle_, detail::write_of<std::remove_reference_t<F>>(), detail::context(write), &written);
        return {status, written};
    }
    Status checkpoint_restore(Bytes file, Resume *resume = nullptr) noexcept
    {
        return sqs_checkpoint_restore(handle_, file.data(), file.size(), resume);
    }

    Status stats(Stats &stats) noexcept { return sqs_pipeline_stats(handle_, &stats); }
    Status stage_stats(std::uint32_t stage, StageCounts &counts) noexcept { return sqs_stage_stats(handle_, stage, &counts); }
    /** The count is in bytes checked. */
    Counted<std::size_t> scrub(std::size_t max_bytes) noexcept
    {
        std::size_t checked = 0;
        const Status status = sqs_scrub(handle_, max_bytes, &checked);
        return {status, checked};
    }
    /** The last error in one sentence. The count is the size of the whole text with its zero. */
    Counted<std::size_t> error_detail(Span<char> text) const noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_pipeline_error_detail(handle_, text.data(), text.size(), &needed);
        return {status, needed};
    }

private:
    struct Input {
        std::uint32_t dtype = 0;
        std::uint32_t channels = 0;
    };

    Status create(const Config &config, const sqs_memory *memory, Error *error) noexcept
    {
        if (handle_ != nullptr) return SQS_ERR_STATE;
        const Status status = sqs_pipeline_new(&config, memory, &handle_, error);
        if (status.ok()) remember(0, config.dtype, config.channels);
        return status;
    }
    void remember(std::uint32_t input, std::uint32_t dtype, std::uint32_t channels) noexcept
    {
        if (input < SQS_MAX_INPUTS) inputs_[input] = {dtype != 0 ? dtype : SQS_F32, channels != 0 ? channels : 1};
    }
    template <class T> bool is_input(std::uint32_t input) const noexcept
    {
        return input < SQS_MAX_INPUTS && inputs_[input].dtype == dtype_of<T>();
    }
    static BuiltinDesc builtin(const char *kind, const char *name, Span<const Edge> edges, Span<const Param> params) noexcept
    {
        BuiltinDesc desc;
        desc.kind = kind;
        desc.name = name;
        desc.edges = edges.data();
        desc.edge_count = static_cast<std::uint32_t>(edges.size());
        desc.params = params.data();
        desc.param_count = static_cast<std::uint32_t>(params.size());
        return desc;
    }
    template <class F> static sqs_sink_fn sink_of() noexcept
    {
        return [](void *ctx, std::uint64_t first, std::size_t count, const void *rows, std::size_t size) noexcept {
            return detail::call(detail::callable<F>(ctx), first, count, Bytes(static_cast<const std::byte *>(rows), size));
        };
    }

    Input inputs_[SQS_MAX_INPUTS];
};

} // namespace sqs

#endif /* SQRTSPACE_PIPELINE_HPP */

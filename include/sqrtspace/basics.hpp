/**
 * @file basics.hpp
 * Statuses, spans, structs and callables, for pipeline.hpp and codec.hpp. Include sqrtspace.hpp.
 */

#ifndef SQRTSPACE_BASICS_HPP
#define SQRTSPACE_BASICS_HPP

#include "../sqrtspace.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#if __cplusplus >= 202002L
#include <span>
#endif

namespace sqs {

/** Result of a call. The compiler warns where it is dropped; ignore() drops it deliberately. */
class [[nodiscard]] Status {
public:
    constexpr Status() noexcept = default;
    constexpr Status(sqs_status code) noexcept : code_(code) {} // NOLINT(google-explicit-constructor)
    /** SQS_OK. */
    constexpr bool ok() const noexcept { return code_ == SQS_OK; }
    /** SQS_AGAIN: not now; nothing is lost. */
    constexpr bool again() const noexcept { return code_ == SQS_AGAIN; }
    /** SQS_END. */
    constexpr bool end() const noexcept { return code_ == SQS_END; }
    /** Any error: a negative number. */
    constexpr bool failed() const noexcept { return code_ < 0; }
    constexpr sqs_status code() const noexcept { return code_; }
    /** One line of English. */
    const char *text() const noexcept { return sqs_status_text(code_); }
    constexpr void ignore() const noexcept {}
    friend constexpr bool operator==(Status a, Status b) noexcept { return a.code_ == b.code_; }
    friend constexpr bool operator!=(Status a, Status b) noexcept { return a.code_ != b.code_; }

private:
    sqs_status code_ = SQS_OK;
};

/** A status with a number: `auto [status, rows] = p.pull(...)`. The number is valid as in C. */
template <class N> struct [[nodiscard]] Counted {
    Status status;
    N count;
};

/** A pointer with a length, for C++17. Made from arrays, containers and std::span; converts to std::span in C++20. */
template <class T> class Span {
public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    constexpr Span() noexcept = default;
    constexpr Span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <std::size_t N> constexpr Span(T (&array)[N]) noexcept : data_(array), size_(N) {}
    /** Of std::array, std::vector, std::span and the like, whose elements are T or, for a span of const, T without const. */
    template <class C,
              class E = std::remove_pointer_t<decltype(std::declval<C &>().data())>,
              class = std::enable_if_t<std::is_convertible_v<E (*)[], T (*)[]> &&
                                       std::is_convertible_v<decltype(std::declval<C &>().size()), std::size_t>>>
    constexpr Span(C &&container) noexcept : data_(container.data()), size_(container.size()) {}
    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr std::size_t size_bytes() const noexcept { return size_ * sizeof(T); }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T &operator[](std::size_t i) const noexcept { return data_[i]; }
    constexpr T *begin() const noexcept { return data_; }
    constexpr T *end() const noexcept { return data_ + size_; }
    /** The part from `from`, at most `count` elements; what lies past the end is left out. */
    constexpr Span part(std::size_t from, std::size_t count = SIZE_MAX) const noexcept
    {
        const std::size_t skip = from < size_ ? from : size_;
        return Span(data_ + skip, count < size_ - skip ? count : size_ - skip);
    }
#if __cplusplus >= 202002L
    constexpr operator std::span<T>() const noexcept { return {data_, size_}; }
#endif

private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

using Bytes = Span<const std::byte>;
using WritableBytes = Span<std::byte>;

/** The bytes of a span, array or container. */
template <class C> Bytes bytes(const C &of) noexcept
{
    const Span<const std::remove_reference_t<decltype(of[0])>> span(of);
    return {reinterpret_cast<const std::byte *>(span.data()), span.size_bytes()};
}

template <class C> WritableBytes writable_bytes(C &&of) noexcept
{
    const Span<std::remove_reference_t<decltype(of[0])>> span(of);
    return {reinterpret_cast<std::byte *>(span.data()), span.size_bytes()};
}

/** N bytes with an alignment that suits every area and coder: `static sqs::Area<4096> work;`. */
template <std::size_t N> struct Area {
    static constexpr std::size_t size() noexcept { return N; }
    std::byte *data() noexcept { return memory; }
    alignas(64) std::byte memory[N];
};

/** Bytes of a control area, for Area: SQS_CONTROL_BYTES. */
constexpr std::size_t control_bytes(std::size_t stages, std::size_t edges) noexcept
{
    return 12288u + 2560u * stages + 64u * edges; // without the casts of the macro, of which -Wold-style-cast warns
}

/** A complex number, the element of SQS_C32. */
struct Complex32 {
    float re;
    float im;
};

/** The SQS_ number of an element type. */
template <class T> constexpr std::uint32_t dtype_of() noexcept
{
    using E = std::remove_cv_t<T>;
    static_assert(std::is_same_v<E, Complex32> || (std::is_arithmetic_v<E> && !std::is_same_v<E, bool>), "no element type");
    if constexpr (std::is_same_v<E, Complex32>) return SQS_C32;
    else if constexpr (std::is_floating_point_v<E>) return sizeof(E) == 4 ? SQS_F32 : SQS_F64;
    else if constexpr (std::is_signed_v<E>)
        return sizeof(E) == 1 ? SQS_I8 : sizeof(E) == 2 ? SQS_I16 : sizeof(E) == 4 ? SQS_I32 : SQS_I64;
    else {
        static_assert(sizeof(E) <= 4, "unsigned 64-bit integers are no element type");
        return sizeof(E) == 1 ? SQS_U8 : sizeof(E) == 2 ? SQS_U16 : SQS_U32;
    }
}

/** A struct of the C API with its struct_size, the rest zero. */
template <class T> struct Sized : T {
    Sized() noexcept : T{} { this->struct_size = static_cast<std::uint32_t>(sizeof(T)); }
};

using Error = Sized<sqs_error>;
using PlanInfo = Sized<sqs_plan_info>;
using Stats = Sized<sqs_stats>;
using CodecStats = Sized<sqs_codec_stats>;
using RowInfo = Sized<sqs_row_info>;
using StageCounts = Sized<sqs_stage_counts>;
using ParamInfo = Sized<sqs_param_info>;
using Wait = Sized<sqs_wait>;
using Resume = Sized<sqs_resume>;
using InputDesc = Sized<sqs_input_desc>;
using StageDesc = Sized<sqs_stage_desc>;
using BuiltinDesc = Sized<sqs_builtin_desc>;
using Ccsds121Params = Sized<sqs_ccsds121_params>;
using Edge = sqs_edge_desc;
using Param = sqs_param;
using Request = sqs_request;
using Range = sqs_range;

constexpr Edge edge(const char *name, std::uint32_t lookback = 0, std::uint32_t lookahead = 0,
                    std::uint32_t boundary = SQS_BOUNDARY_ZERO) noexcept
{
    return {name, lookback, lookahead, boundary, 0};
}

constexpr Param param(const char *key, double value) noexcept { return {key, value, nullptr, 0}; }
constexpr Param param(const char *key, Span<const double> list) noexcept { return {key, 0, list.data(), list.size()}; }

constexpr Request request(std::uint32_t stage, std::uint64_t first = 0, std::uint64_t count = SQS_ALL,
                          std::uint32_t order = SQS_ORDER_FORWARD) noexcept
{
    return {static_cast<std::uint32_t>(sizeof(Request)), stage, first, count, order, 0};
}

/** A stage whose rows are len elements of T. Set the other fields as in C; add() sets run, ctx and the state. */
template <class T> StageDesc stage(const char *name, std::uint32_t len) noexcept
{
    StageDesc desc;
    desc.name = name;
    desc.dtype = dtype_of<T>();
    desc.len = len;
    return desc;
}

inline const char *version() noexcept { return sqs_version(); }
inline std::uint32_t abi_version() noexcept { return sqs_abi_version(); }
/** Checks that header and library fit. Call it once at start. */
inline Status abi_check() noexcept { return sqs_abi_check(SQS_ABI_VERSION); }

namespace detail {
/** A callable's result as a code: 0 for one that returns void. */
template <class F, class... A> std::int32_t call(F &function, A &&...arguments) noexcept
{
    if constexpr (std::is_void_v<decltype(function(std::forward<A>(arguments)...))>) {
        function(std::forward<A>(arguments)...);
        return 0;
    } else {
        return function(std::forward<A>(arguments)...);
    }
}

template <class F> void *context(F &function) noexcept
{
    return const_cast<void *>(static_cast<const volatile void *>(std::addressof(function)));
}

template <class F> F &callable(void *ctx) noexcept { return *static_cast<F *>(ctx); }

template <class F, class = void> struct StateOf { using type = void; };
template <class F> struct StateOf<F, std::void_t<typename F::State>> { using type = typename F::State; };

template <class F, class = void> struct HasInit : std::false_type {};
template <class F>
struct HasInit<F, std::void_t<decltype(std::declval<F &>().init(std::declval<typename F::State &>()))>> : std::true_type {};

template <class F, class = void> struct HasWrite : std::false_type {};
template <class F>
struct HasWrite<F, std::void_t<decltype(std::declval<F &>().write(std::uint64_t(), Bytes()))>> : std::true_type {};

template <class F, class = void> struct HasSeek : std::false_type {};
template <class F> struct HasSeek<F, std::void_t<decltype(std::declval<F &>().seek(std::uint64_t()))>> : std::true_type {};

/** A callable for bytes as an sqs_write_fn. */
template <class F> sqs_write_fn write_of() noexcept
{
    return [](void *ctx, const void *data, std::size_t size) noexcept {
        return call(callable<F>(ctx), Bytes(static_cast<const std::byte *>(data), size));
    };
}

/** A pointer that moves and leaves NULL. */
template <class H> class Handle {
public:
    Handle() noexcept = default;
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handle &operator=(Handle &&other) noexcept
    {
        if (this != &other) handle_ = std::exchange(other.handle_, nullptr);
        return *this;
    }
    ~Handle() = default;
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    /** The handle of the C API, which stays this object's. */
    H *get() const noexcept { return handle_; }

protected:
    H *handle_ = nullptr;
};
} // namespace detail

/** `operator()(const char *file, size_t file_bytes, uint32_t line)` is called before a flight build stops for good. */
template <class F> Status panic_hook(F &hook) noexcept
{
    return sqs_panic_hook(
        [](void *ctx, const char *file, std::size_t file_bytes, std::uint32_t line) noexcept {
            detail::callable<F>(ctx)(file, file_bytes, line);
        },
        detail::context(hook));
}

} // namespace sqs

#endif /* SQRTSPACE_BASICS_HPP */

// Result<T> is how every fallible function in Bulkhead answers: a value, or an Error made of a
// small code and a fixed sentence. It must never carry user text, since errors reach logs and
// screens. It is owned by everyone; keep it small.
#pragma once

#include <expected>
#include <string_view>
#include <utility>

namespace bulkhead {

enum class ErrorCode : unsigned char {
  kMalformed,    // The bytes do not follow their format.
  kTooLarge,     // A named limit was exceeded.
  kNotFound,     // Nothing is there (or must look as if nothing were there).
  kRefused,      // A rule says no.
  kConflict,     // The state does not allow it now, or another version won.
  kUnavailable,  // A needed part does not answer; trying later may help.
  kIo,           // The operating system reported a failure.
  kCrypto,       // A key, tag or signature does not fit.
};

// `context` must be a string literal: it is kept by reference and may be shown to anybody.
struct Error {
  ErrorCode code;
  const char* context;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, const char* context) {
  return std::unexpected<Error>(Error{code, context});
}

constexpr std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kTooLarge:
      return "too large";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kIo:
      return "i/o";
    case ErrorCode::kCrypto:
      return "crypto";
  }
  return "unknown";
}

}  // namespace bulkhead

// Yields the value of a Result, or returns its error from the enclosing function. Not for
// coroutines.
#define TRY(expression)                                                               \
  __extension__({                                                                     \
    auto try_result_ = (expression);                                                  \
    if (!try_result_) return std::unexpected<::bulkhead::Error>(try_result_.error()); \
    std::move(try_result_).value();                                                   \
  })

// The same for a Status, whose success holds no value.
#define TRY_STATUS(expression)                                                        \
  do {                                                                                \
    auto try_result_ = (expression);                                                  \
    if (!try_result_) return std::unexpected<::bulkhead::Error>(try_result_.error()); \
  } while (false)

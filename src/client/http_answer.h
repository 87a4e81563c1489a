// One HTTP/1.1 response, read off a stream's bytes. It must never take a response without
// Content-Length: our fronts always send one. Owned by client.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulkhead::client {

inline constexpr std::size_t kAnswerHeadBytesMax = 16u << 10;
inline constexpr std::size_t kAnswerBodyBytesMax = 32u << 20;

struct HttpAnswer {
  int status = 0;
  std::string head;  // status line and fields
  std::string body;
  // The field's value as it stands in the first line of that name; empty when there is none. Names
  // as our fronts write.
  std::string_view field(std::string_view name) const;
};

// Where a response ends, without copying it.
struct AnswerShape {
  int status = 0;
  std::size_t head_bytes = 0;  // with the empty line
  std::size_t body_bytes = 0;
};
// Nothing while the head is not complete. kMalformed, kTooLarge.
Result<std::optional<AnswerShape>> shape_of(std::string_view input);

}  // namespace bulkhead::client

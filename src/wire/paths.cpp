#include "wire/paths.h"

namespace bulkhead::wire {

std::string path_of_case(const CaseId& id, std::string_view tail) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  static constexpr std::string_view kHead = "/api/v1/cases/";
  std::string path;
  path.reserve(kHead.size() + 32 + tail.size());
  path = kHead;
  for (const auto byte : id.bytes) {
    path += kDigits[byte >> 4];
    path += kDigits[byte & 15];
  }
  path += tail;
  return path;
}

}  // namespace bulkhead::wire

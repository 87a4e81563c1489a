// Refusals as people and programs read them: problem details (RFC 9457) with a fixed type, title
// and a sentence that says what to do next. They must never repeat anything of the request. Owned
// by front.
#pragma once

#include <cstdint>

#include "base/words.h"
#include "front/http.h"
#include "front/request_reader.h"

namespace bulkhead::front {

struct Problem {
  std::string_view name;  // type is urn:bulkhead:reason:<name>
  int status = 500;
  std::string_view title;
  std::string_view detail;
};

// What front itself refuses, before or instead of the keeper.
enum class FrontRefusal : std::uint8_t { kNotFound, kMethod, kMediaType, kHost, kBusy };

const Problem& problem_of(Reason reason);
const Problem& problem_of(FrontRefusal refusal);
const Problem& problem_of(ReadRefusal refusal);

// `detail` replaces the problem's own when it says more; it must be a literal. retry_after_s 0: no
// such field.
void write_problem(const Problem& problem, Response& to, std::string_view detail = {},
                   std::uint32_t retry_after_s = 0);

}  // namespace bulkhead::front

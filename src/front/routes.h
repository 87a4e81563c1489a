// The route table: every address that answers, what it needs, which question it asks the keeper and
// how the answer is told. Nothing may be reachable that is not a row here; docs/openapi.yaml is
// held against it. Owned by front.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/words.h"
#include "front/http.h"
#include "wire/operations.h"

namespace bulkhead::front {

enum class Needs : std::uint8_t { kNothing, kProof, kAuditorToken };
enum class BodyRule : std::uint8_t { kNone, kJson };
// What an address that is answered here, without the keeper, shows.
enum class Local : std::uint8_t { kNone, kPage, kStyle, kIcon, kAsset, kHealth, kMetrics };

// What a handler reads to make a question. `parameter` is what stood in the path's variable part.
struct Asked {
  const Request& request;
  std::string_view parameter;
  const wire::Proof& proof;
};

// Appends the encoded message to `to`, or says why the request is malformed.
using Ask = Status (*)(const Asked& asked, Bytes& to);
// Turns the keeper's answer (after its Reason) into a response. An error means the keeper spoke
// nonsense.
using Tell = Status (*)(ByteView answer, Response& to);

// One bit per instance.
inline constexpr std::uint8_t kOnDesk = 1u << static_cast<unsigned>(Face::kDesk);
inline constexpr std::uint8_t kOnApi = 1u << static_cast<unsigned>(Face::kApi);
inline constexpr std::uint8_t kOnBoth = kOnDesk | kOnApi;

struct Route {
  Method method = Method::kGet;
  std::string_view pattern;  // with at most one variable, "{case}", or a last one, "{rest}", that
                             // may hold slashes
  std::uint8_t faces = kOnBoth;
  Needs needs = Needs::kNothing;
  BodyRule body = BodyRule::kNone;
  bool takes_query = false;
  Local local = Local::kNone;
  wire::Op op{};
  Ask ask = nullptr;
  Tell tell = nullptr;
};

inline constexpr std::size_t kRoutesMax = 48;
std::span<const Route> all_routes();

struct Found {
  const Route* route = nullptr;
  std::string_view parameter;
  std::string allow;  // methods that the address does take, when `route` is null and there are some
};
// HEAD finds what GET finds where no proof is needed (a proof is made for one method).
Found find_route(Face face, Method method, std::string_view path);

}  // namespace bulkhead::front

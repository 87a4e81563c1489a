// Feeds bytes to everything that reads a caller's bytes: the request reader, routing, credentials
// and JSON. Whatever comes out must be a well-formed response or a question that decodes to itself.
// The canary proves that the fuzzer writes JSON: with BULKHEAD_FUZZ_CANARY=1 an object is a crash.

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "front/json_body.h"
#include "front/request_reader.h"
#include "front/site.h"
#include "wire/front_messages.h"
#include "wire/paths.h"

namespace bulkhead::front {
namespace {

bool canary_is_on() {
  static const bool on = std::getenv("BULKHEAD_FUZZ_CANARY") != nullptr;
  return on;
}

// A question in its canonical encoding, whose proof would be checked over the very path that was
// routed.
template <class Message>
void check_question(const Request& request, const Bytes& encoded) {
  const auto message = wire::decode<Message>(encoded);
  CHECK(message);
  CHECK(wire::encode(*message) == encoded);
  if constexpr (requires { wire::target_of(*message); }) {
    const auto target = wire::target_of(*message);
    CHECK(target.method == name_of(request.method) && target.path == request.path());
    CHECK(target.query == request.query() && target.body == request.body);
  }
}

void check_plan(const Request& request, const Site::Plan& plan, const Bytes& message,
                const Response& response) {
  if (!plan.asks) {
    CHECK(response.status >= 200 && response.status < 600);
    return;
  }
  using wire::Op;
  switch (plan.route->op) {
    case Op::kReveal:
      return check_question<wire::Reveal>(request, message);
    case Op::kMasked:
      return check_question<wire::Masked>(request, message);
    case Op::kLookup:
      return check_question<wire::Lookup>(request, message);
    case Op::kListCases:
      return check_question<wire::ListCases>(request, message);
    case Op::kOpenCase:
      return check_question<wire::OpenCase>(request, message);
    case Op::kShowCase:
      return check_question<wire::ShowCase>(request, message);
    case Op::kAssignCase:
      return check_question<wire::AssignCase>(request, message);
    case Op::kCloseCase:
      return check_question<wire::CloseCase>(request, message);
    case Op::kListMessages:
      return check_question<wire::ListMessages>(request, message);
    case Op::kAddMessage:
      return check_question<wire::AddMessage>(request, message);
    case Op::kSignIn:
      return check_question<wire::SignIn>(request, message);
    case Op::kClientSignIn:
      return check_question<wire::ClientSignIn>(request, message);
    case Op::kReadLedger:
      return check_question<wire::ReadLedger>(request, message);
    default:
      break;
  }
}

void answer_everything(RequestReader& reader) {
  static const Site desk({.face = Face::kDesk, .hosts = {"h"}, .origin = "o", .demo = true});
  static const Site api({.face = Face::kApi, .hosts = {"h"}, .origin = "o", .demo = false});
  static const Metrics metrics;
  Request request;
  while (reader.read(request) == ReadState::kDone) {
    for (const auto* const site : {&desk, &api}) {
      Bytes message;
      Response response;
      const auto plan = site->plan(request, metrics, {}, message, response);
      check_plan(request, plan, message, response);
      std::string output;
      write_response(response, {}, output);
    }
  }
}

}  // namespace
}  // namespace bulkhead::front

// The first byte says how the rest is cut, so that every boundary within a request is tried.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bulkhead::front::RequestReader;
  if (size < 1) return 0;
  const std::size_t piece = data[0] == 0 ? size : data[0];
  RequestReader reader;
  for (std::size_t at = 1; at < size; at += piece) {
    const auto count = std::min({piece, size - at, reader.room().size()});
    std::copy_n(data + at, count, reinterpret_cast<std::uint8_t*>(reader.room().data()));
    reader.received(count);
    bulkhead::front::answer_everything(reader);
    if (count < piece && at + count < size) break;
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool is_object = bulkhead::front::JsonBody::parse(text).has_value();
  if (is_object && bulkhead::front::canary_is_on()) std::abort();
  return 0;
}

// Feeds bytes to everything that reads a caller's bytes: the request reader, routing, credentials
// and JSON, and what comes back for it. Whatever comes out must be a well-formed response or a
// question that decodes to itself. The canary lies behind all of it: with BULKHEAD_FUZZ_CANARY=1 a
// proven reveal of three fields in a case that no input of the tree names is a crash.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <type_traits>

#include "base/check.h"
#include "front/request_reader.h"
#include "front/site.h"
#include "wire/front_messages.h"
#include "wire/paths.h"

namespace bulkhead::front {
namespace {

// The case of the inputs in tests/fuzz.
constexpr std::array<std::uint8_t, 16> kSeededCase{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                                   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

void planted_bug(const wire::Reveal& reveal) {
  static const bool on = std::getenv("BULKHEAD_FUZZ_CANARY") != nullptr;
  if (on && std::popcount(reveal.fields.bits) == 3 && reveal.id.bytes != kSeededCase) std::abort();
}

// A question in its canonical encoding, whose proof would be checked over the very path that was
// routed.
template <class Message>
void check_question(const Request& request, const Bytes& encoded) {
  const auto message = wire::decode<Message>(encoded);
  CHECK(message);
  CHECK(wire::encode(*message) == encoded);
  if constexpr (std::is_same_v<Message, wire::Reveal>) planted_bug(*message);
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
    case Op::kRequestErasure:
      return check_question<wire::RequestErasure>(request, message);
    case Op::kCancelErasure:
      return check_question<wire::CancelErasure>(request, message);
    case Op::kChangeContact:
      return check_question<wire::ChangeContact>(request, message);
    case Op::kAskApproval:
      return check_question<wire::AskApproval>(request, message);
    case Op::kBreakGlass:
      return check_question<wire::BreakGlass>(request, message);
    case Op::kListAllowances:
      return check_question<wire::ListAllowances>(request, message);
    case Op::kDecideAllowance:
      return check_question<wire::DecideAllowance>(request, message);
    case Op::kAddAnchor:
      return check_question<wire::AddAnchor>(request, message);
    case Op::kReadOpening:
      return check_question<wire::ReadOpening>(request, message);
    case Op::kMe:
      return check_question<wire::Me>(request, message);
    case Op::kDisclosures:
      return check_question<wire::Disclosures>(request, message);
    case Op::kGrants:
      return check_question<wire::Grants>(request, message);
    case Op::kCount:
      return check_question<wire::Count>(request, message);
    case Op::kSignOut:
      return check_question<wire::SignOut>(request, message);
    case Op::kOpenLane:
      return check_question<wire::OpenLane>(request, message);
    default:
      break;
  }
}

const Site& desk() {
  static const Site site({.face = Face::kDesk, .hosts = {"h"}, .origin = "o", .demo = true});
  return site;
}
const Site& api() {
  static const Site site({.face = Face::kApi, .hosts = {"h"}, .origin = "o", .demo = false});
  return site;
}

void answer_everything(RequestReader& reader, Request& request) {
  static const Metrics metrics;
  while (reader.read(request) == ReadState::kDone) {
    for (const auto* const site : {&desk(), &api()}) {
      Bytes message;
      Response response;
      const auto plan = site->plan(request, metrics, {}, message, response);
      check_plan(request, plan, message, response);
      std::string output;
      write_response(response, {}, output);
    }
  }
}

// Every boundary within a request is tried: `piece` bytes arrive at a time.
void read_stream(std::string_view stream, std::size_t piece) {
  RequestReader reader;
  Request request;  // outlives each piece of it
  while (!stream.empty()) {
    const auto count = std::min({piece, stream.size(), reader.room().size()});
    if (count == 0) return;
    std::ranges::copy(stream.substr(0, count), reader.room().begin());
    reader.received(count);
    stream.remove_prefix(count);
    answer_everything(reader, request);
  }
}

// "METHOD TARGET", a line feed, the body: as a request with all that a caller of ours adds.
std::string framed(std::string_view input) {
  const auto end = input.find('\n');
  const auto line = input.substr(0, end);
  const auto body = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  const bool audits = line.find("/ledger/") != std::string_view::npos;
  const std::string half(22, 'A'), whole(43, 'A');
  return fmt::format(
      "{} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
      "Authorization: {}\r\nBulkhead-Proof: lane=0; counter=1; mac={}\r\n\r\n{}",
      line, body.size(), audits ? "Bearer " + whole : "Bulkhead " + half, whole, body);
}

// The first byte chooses a route; the others are what the keeper answers to its question. Front
// believes the keeper, but must read it no less strictly.
void tell_answer(ByteView input) {
  const auto routes = all_routes();
  const auto& route = routes[input.front() % routes.size()];
  if (route.tell == nullptr) return;
  Response response;
  const auto told = desk().tell(route, input.subspan(1), response);
  if (told) CHECK(response.status >= 200 && response.status < 600);
}

}  // namespace
}  // namespace bulkhead::front

// The first byte says what the rest is: 'A' an answer, 'R' a request without its fields, any other
// a stream that arrives so many bytes at a time (0: at once).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulkhead::front;
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'A') {
    tell_answer({data + 1, size - 1});
  } else if (data[0] == 'R') {
    read_stream(framed(rest), rest.size() + 4096);
  } else {
    read_stream(rest, data[0] == 0 ? rest.size() : data[0]);
  }
  return 0;
}

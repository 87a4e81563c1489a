// Whatever a channel sends as one of its messages: what the codec accepts is the one encoding of
// what it yields, and whoever asked it has one spelling. The first byte names the operation. With
// BULKHEAD_FUZZ_CANARY=1 a reveal may carry a byte too many, and whoever finds no such one is not
// looking.
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include "base/check.h"
#include "wire/admin_messages.h"
#include "wire/control_messages.h"
#include "wire/frame.h"
#include "wire/paths.h"

namespace bulkhead::wire {
namespace {

bool one_byte_too_many_is_planted() {
  static const bool on = [] {
    const char* const value = std::getenv("BULKHEAD_FUZZ_CANARY");
    return value != nullptr && std::string_view(value) == "1";
  }();
  return on;
}

template <class Message>
void hold_message(ByteView input) {
  auto body = input;
  if (std::is_same_v<Message, Reveal> && one_byte_too_many_is_planted() && !body.empty())
    body = body.first(body.size() - 1);
  const auto message = decode<Message>(body);
  if (!message) return;
  const auto again = encode(*message);
  CHECK(std::ranges::equal(again, input));
  if constexpr (requires { target_of(*message); }) {
    const auto target = target_of(*message);
    CHECK(target.path.starts_with("/api/v1/") && target.path.find('?') == std::string::npos);
    CHECK(target.content().find('\n') == target.query.size());
  }
}

template <class... Messages>
void hold_one_of(std::uint8_t op, ByteView body) {
  const bool known =
      ((static_cast<std::uint8_t>(Messages::kOp) == op && (hold_message<Messages>(body), true)) ||
       ...);
  if (!known) hold_message<ScopeAnswer>(body);
}

void hold_frames(ByteView stream) {
  FrameReader reader(kFrameBodyBytesMax);
  reader.feed(stream);
  for (;;) {
    const auto frame = reader.next();
    if (!frame || !*frame) return;
    Bytes again;
    put_frame(again, (*frame)->head, (*frame)->body);
    CHECK(again.size() <= stream.size());
    CHECK(std::ranges::equal(again, stream.first(again.size())));
    stream = stream.subspan(again.size());
  }
}

}  // namespace
}  // namespace bulkhead::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulkhead::wire;
  if (size < 1) return 0;
  const bulkhead::ByteView body(data + 1, size - 1);
  hold_one_of<Hello, SignIn, ClientSignIn, SignOut, OpenLane, Me, OpenCase, ListCases, ShowCase,
              AssignCase, CloseCase, Lookup, Masked, Reveal, ListMessages, AddMessage, Disclosures,
              Count, Grants, RequestErasure, CancelErasure, ChangeContact, AskApproval, BreakGlass,
              ListAllowances, DecideAllowance, ReadLedger, AddAnchor, ReadOpening, AdminHello,
              AdminSignIn, AdminResume, StatusQuery, LiftQuarantine, StaffAdd, StaffList,
              StaffChange, ClientAdd, ClientList, ClientRevoke, SetPolicy, Canary, SeedCases,
              MoveClock, SetContact, DemoCode, Erasures, Hold, Import, ChangeKeys, KeyStatus,
              SetWitness, TakeAnchor, ConfirmAdoption, ListProposals, ApproveProposal,
              RefuseProposal, CarryOutProposal, Scope, Prove, NewChannel, Drain, KeeperReady>(
      data[0], body);
  hold_frames(body);
  return 0;
}

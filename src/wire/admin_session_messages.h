// How an operator says who they are on admin.sock, and stays signed in. The password and the code
// are in no answer and no file; what later connections show is a token with an end. Owned by wire;
// the handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

struct AdminHello {
  static constexpr Op kOp = Op::kAdminHello;
  std::uint16_t protocol = 1;
  WIRE_MEMBERS(protocol)
};
struct AdminHelloAnswer {
  Text<128> origin;
  bool demo = false;
  bool signed_in =
      false;  // true at once in a demo or drill directory; otherwise AdminSignIn comes next
  WIRE_MEMBERS(origin, demo, signed_in)
};
struct AdminSignIn {
  static constexpr Op kOp = Op::kAdminSignIn;
  Text<kNameBytesMax> name{};
  Text<kPasswordBytesMax> password{};
  Text<8> code{};
  WIRE_MEMBERS(name, password, code)
};
// A signed-in admin's later connections show the token instead, for a quarter of an hour.
using AdminToken = std::array<std::uint8_t, 32>;
struct AdminSession {
  AdminToken token{};
  std::uint32_t valid_s = 0;
  WIRE_MEMBERS(token, valid_s)
};
struct AdminResume {
  static constexpr Op kOp = Op::kAdminResume;
  AdminToken token{};
  bool sign_out = false;  // the token ends, and the connection stays signed out
  WIRE_MEMBERS(token, sign_out)
};

}  // namespace bulkhead::wire

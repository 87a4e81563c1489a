// Protections that can be switched off, in drill directories only, to show what each is worth. One
// must never be off anywhere else: service.cpp refuses the start. Owned by keeper.
#pragma once

#include <array>
#include <string_view>

namespace bulkhead {

struct Without {
  bool grant = false;
  bool budget = false;
  bool proof = false;
  bool metering = false;
  bool clock = false;          // a restart believes the wall clock
  bool young = false;          // a channel proves somebody from the moment it was changed
  bool space = false;          // nothing is held back on the disk
  bool adoption = false;       // what was lost before an adoption counts as not spent
  bool canary = false;         // nobody is contained for touching one
  bool growth = false;         // whoever is new has the whole budget
  bool sign_in_guard = false;  // nobody waits after wrong passwords, and no room is kept
};

struct Protection {
  std::string_view name;
  bool Without::* off;
};
inline constexpr std::array kProtections{
    Protection{"grant", &Without::grant},
    Protection{"budget", &Without::budget},
    Protection{"proof", &Without::proof},
    Protection{"metering", &Without::metering},
    Protection{"young", &Without::young},
    Protection{"clock", &Without::clock},
    Protection{"space", &Without::space},
    Protection{"adoption", &Without::adoption},
    Protection{"canary", &Without::canary},
    Protection{"growth", &Without::growth},
    Protection{"sign-in-guard", &Without::sign_in_guard},
};

}  // namespace bulkhead

#include "records/demo_airline.h"

#include <algorithm>

#include "base/check.h"
#include "records/demo_person.h"

namespace bulkhead {

static_assert(std::uint64_t{kDemoCustomersMax} * kDemoTripsMax < kDemoSerialsMax,
              "every trip has a locator of its own");
static_assert(kDemoCustomersMax < 1u << 26 && kFields.size() < 64,
              "a token's serial is customer and field in one word");

DemoAirline::DemoAirline(const DemoOptions& options) : options_(options) {
  options_.customers = std::clamp<std::uint32_t>(options_.customers, 1, kDemoCustomersMax);
}

std::optional<CustomerSpec> DemoAirline::next_customer() {
  if (next_customer_ > options_.customers) return std::nullopt;
  return customer(next_customer_++);
}

CustomerSpec DemoAirline::customer(std::uint32_t index) const {
  CHECK(index >= 1 && index <= options_.customers);
  return make_person(options_, index).spec;
}

// One-to-one on 64 bits, which fit fourteen letters (26^14 > 2^64).
std::string drill_token(std::uint64_t seed, std::uint32_t customer, Field field) {
  auto x = mixed(mixed(seed) ^ (std::uint64_t{customer} << 6 | static_cast<std::uint64_t>(field)));
  std::string out(14, 'a');
  for (char& c : out) {
    c = static_cast<char>('a' + x % 26);
    x /= 26;
  }
  return out;
}

}  // namespace bulkhead

#include "vault/bench_seal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <vector>

#include "crypto/random.h"
#include "store/temporary_folder.h"
#include "vault/customer_sealing.h"
#include "vault/key_ring.h"

namespace bulkhead {
namespace {

constexpr std::uint32_t kBatchCustomers = 500;

double resident_mib() {
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) /
         (1024.0 * 1024.0);
}

}  // namespace

Record sample_record(CustomerNumber customer) {
  const auto n = customer.value;
  const auto padded = [n](int digits) { return fmt::format("{:0{}}", n % 1'000'000'000u, digits); };
  return {{Field::kGivenName, 0, fmt::format("Given{}", n % 977)},
          {Field::kFamilyName, 0, fmt::format("Family{}", n)},
          {Field::kBirthDate, 0,
           fmt::format("19{:02}-{:02}-{:02}", 40 + n % 60, 1 + n % 12, 1 + n % 28)},
          {Field::kNationality, 0, "NL"},
          {Field::kEmail, 0, fmt::format("person{}@example.com", n)},
          {Field::kPhone, 0, "+31" + padded(9)},
          {Field::kStreet, 0, fmt::format("Long Street {}", n % 300 + 1)},
          {Field::kCity, 0, "Amsterdam"},
          {Field::kPostcode, 0, "1012 AB"},
          {Field::kCountry, 0, "NL"},
          {Field::kLocator, 0, fmt::format("{:06X}", n % 0xffffff)},
          {Field::kTicket, 0, "0742" + padded(9)},
          {Field::kItinerary, 0, "KL1001 AMS-LHR 2026-03-01 14:05"},
          {Field::kSeat, 0, "12A"},
          {Field::kSsr, 0, "WCHR"},
          {Field::kFrequentFlyer, 0, "5" + padded(9)},
          {Field::kProgramme, 0, "Flying Blue"},
          {Field::kTier, 0, "Silver"},
          {Field::kBalance, 0, fmt::format("{}", n % 100'000)},
          {Field::kLanguage, 0, "nl"},
          {Field::kNote, 0, "Prefers an aisle seat and to be written to."},
          {Field::kCardBrand, 0, "Visa"},
          {Field::kCardLast4, 0, "4242"},
          {Field::kCardToken, 0, fmt::format("tok_{:012}", n)}};
}

Result<SealBench> bench_seal(std::uint64_t least_ms) {
  const TemporaryFolder folder;
  const auto ring = TRY(KeyRing::create(folder.path(), random_secret(kKeyBytes)));
  std::vector<NewCustomer> customers;
  for (std::uint32_t i = 1; i <= kBatchCustomers; ++i) {
    customers.push_back({CustomerNumber(i), TRY(check_record(sample_record(CustomerNumber(i))))});
  }
  using SteadyClock = std::chrono::steady_clock;
  const auto begin = SteadyClock::now();
  std::uint64_t sealed = 0;
  SteadyClock::duration took{};
  do {
    TRY(seal_customers(*ring, customers));
    sealed += customers.size();
    took = SteadyClock::now() - begin;
  } while (took < std::chrono::milliseconds(least_ms));
  return SealBench{static_cast<double>(sealed) / std::chrono::duration<double>(took).count(),
                   resident_mib()};
}

}  // namespace bulkhead

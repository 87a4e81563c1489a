#include "records/demo_contact.h"

#include <fmt/format.h>

#include <array>

#include "records/demo_facts.h"

namespace bulkhead {
namespace {

// Ofcom, "Telephone numbers for use in TV and radio drama programmes": a thousand numbers behind
// each of these.
constexpr std::array<std::string_view, 18> kUnitedKingdom{
    "+447700900", "+441632960", "+441134960", "+441144960", "+441154960", "+441164960",
    "+441174960", "+441184960", "+441214960", "+441314960", "+441414960", "+441514960",
    "+441614960", "+442079460", "+441914980", "+442896496", "+442920180", "+443069990"};
// Arcep, decision 2018-0881 (numbering plan), numbers for audiovisual works: ten thousand behind
// each.
constexpr std::array<std::string_view, 6> kFrance{"+3363998", "+3319900", "+3326191",
                                                  "+3335301", "+3346571", "+3353649"};
// ACMA, "Phone numbers for use in TV shows, films and creative works": ten thousand behind each.
constexpr std::array<std::string_view, 8> kAustralia{
    "+6125550", "+6127010", "+6135550", "+6137010", "+6175550", "+6177010", "+6185550", "+6187010"};
// North American Numbering Plan Administration: 555-0100 to 555-0199 of every area code are for
// fiction.
constexpr std::uint64_t kNorthAmericanNumbersPerArea = 100;

std::string in_ranges(const auto& ranges, std::uint64_t per_range, int digits,
                      std::uint64_t serial) {
  serial %= std::size(ranges) * per_range;
  return fmt::format("{}{:0{}}", ranges[serial % std::size(ranges)], serial / std::size(ranges),
                     digits);
}

std::string north_american(const auto& areas, std::uint64_t serial) {
  serial %= areas.size() * kNorthAmericanNumbersPerArea;
  return fmt::format("+1{}55501{:02}", areas[serial % areas.size()], serial / areas.size());
}

// ISO 7064 MOD 97-10 over a text of digits and capital letters (A is 10), continued from `rest`.
std::uint32_t mod_97(std::string_view text, std::uint32_t rest = 0) {
  for (const char c : text) {
    rest = c >= 'A' ? (rest * 100 + static_cast<std::uint32_t>(c - 'A' + 10)) % 97
                    : (rest * 10 + static_cast<std::uint32_t>(c - '0')) % 97;
  }
  return rest;
}

std::string with_check_digits(std::string_view country, std::string_view account) {
  return fmt::format("{}{:02}{}", country, 98 - mod_97("00", mod_97(country, mod_97(account))),
                     account);
}

}  // namespace

std::string demo_phone(std::string_view country, std::uint64_t serial) {
  if (country == "US") return north_american(demo_facts().us_area_codes, serial);
  if (country == "CA") return north_american(demo_facts().canada_area_codes, serial);
  if (country == "AU") return in_ranges(kAustralia, 10'000, 4, serial);
  if (country == "GB" || country == "IE") return in_ranges(kUnitedKingdom, 1'000, 3, serial);
  return in_ranges(kFrance, 10'000, 4, serial);
}

std::string demo_iban(std::string_view country, DemoRandom& random) {
  const auto account = random.next() % 10'000'000'000;
  if (country == "NL") return with_check_digits(country, fmt::format("XXEX{:010}", account));
  if (country == "GB" || country == "IE")
    return with_check_digits(country, fmt::format("XXEX999999{:08}", account % 100'000'000));
  if (country == "DE") return with_check_digits(country, fmt::format("99999999{:010}", account));
  if (country == "BE") {  // the last two digits are the first ten modulo 97, 97 for 0
    const auto first = 9'990'000'000 + account % 10'000'000;
    const auto key = first % 97;
    return with_check_digits(country, fmt::format("{}{:02}", first, key == 0 ? 97 : key));
  }
  if (country == "FR") {  // bank, counter, account and the RIB key 97 - (89 b + 15 g + 3 c) mod 97
    const auto key = 97 - (89 * 99'999ull + 15 * 99'999ull + 3 * account) % 97;
    return with_check_digits(country, fmt::format("9999999999{:011}{:02}", account, key));
  }
  return {};
}

std::string demo_email(std::string_view local, DemoRandom& random) {
  constexpr std::array<std::string_view, 3> kDomains{"example.com", "example.net", "example.org"};
  return fmt::format("{}@{}", local, random.pick(kDomains));
}

}  // namespace bulkhead

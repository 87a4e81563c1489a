#include "records/transforms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "records/ascii.h"
#include "records/countries.h"

namespace bulkhead {
namespace {

constexpr std::size_t kPhoneDigitsMin = 7;
constexpr std::size_t kPhoneDigitsMax = 15;
constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

std::string without(std::string text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.erase(at, what.size());
  return text;
}

struct PhoneDigits {
  std::string digits;
  bool international = false;
};

Result<PhoneDigits> phone_digits(std::string_view text) {
  auto plain = without(std::string(text), kNoBreakSpace);
  PhoneDigits out;
  out.international = plain.starts_with('+') || plain.starts_with("00");
  // "+33 (0)6" shows the trunk 0 that callers from abroad leave out.
  if (out.international) plain = without(std::move(plain), "(0)");
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char c = plain[i];
    if (is_ascii_digit(c)) {
      out.digits.push_back(c);
    } else if (std::string_view(" -./()\t").find(c) == std::string_view::npos &&
               !(c == '+' && i == 0)) {
      return fail(ErrorCode::kMalformed, "a phone with other characters than digits");
    }
  }
  if (plain.starts_with("00")) out.digits.erase(0, 2);
  return out;
}

// The digits a national number starts with only when dialled inside its country (ITU-T E.164,
// national prefix).
void drop_trunk_prefix(std::string& digits, const Country& country) {
  constexpr std::array<std::string_view, 3> kZeroBelongs{"IT", "SM", "VA"};
  if (country.calling_code == "1") {
    if (digits.size() == 11 && digits.front() == '1') digits.erase(0, 1);
  } else if (country.calling_code == "7") {
    if (digits.size() == 11 && digits.front() == '8') digits.erase(0, 1);
  } else if (digits.starts_with('0') &&
             std::ranges::find(kZeroBelongs, country.code) == kZeroBelongs.end()) {
    digits.erase(0, 1);
  }
}

// Reads up to `digits_max` digits at `at`; false when there are fewer than `digits_min`.
bool read_number(std::string_view text, std::size_t& at, std::size_t digits_min,
                 std::size_t digits_max, int& value) {
  const auto start = at;
  value = 0;
  while (at < text.size() && at - start < digits_max && is_ascii_digit(text[at]))
    value = value * 10 + (text[at++] - '0');
  return at - start >= digits_min;
}

std::size_t run_length(std::string_view text, std::size_t at) {
  const auto end = text.find_first_not_of(text[at], at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

constexpr auto kBadDate = "a date that does not follow the map's pattern";

bool is_particle(std::string_view word) {
  constexpr std::array<std::string_view, 27> kParticles{
      "de",  "van", "der", "den", "von", "zu", "la", "le", "du",  "des", "del", "della", "di", "da",
      "dos", "das", "do",  "ter", "ten", "te", "al", "el", "bin", "ben", "af",  "av",    "'t"};
  return std::ranges::any_of(
      kParticles, [&](auto particle) { return same_without_ascii_case(word, particle); });
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_ascii_blank(text[at])) ++at;
    const auto start = at;
    while (at < text.size() && !is_ascii_blank(text[at])) ++at;
    if (at > start) words.push_back(text.substr(start, at - start));
  }
  return words;
}

}  // namespace

Result<std::string> phone_to_e164(std::string_view text, std::string_view country) {
  auto phone = TRY(phone_digits(text));
  if (!phone.international) {
    const auto* home = country.empty() ? nullptr : find_country(country);
    if (home == nullptr || home->calling_code.empty()) {
      return fail(ErrorCode::kMalformed, "a national phone number and no country to read it by");
    }
    drop_trunk_prefix(phone.digits, *home);
    phone.digits.insert(0, home->calling_code);
  }
  if (phone.digits.size() < kPhoneDigitsMin || phone.digits.size() > kPhoneDigitsMax) {
    return fail(ErrorCode::kMalformed, "a phone that has not 7 to 15 digits");
  }
  if (!has_assigned_calling_code(phone.digits)) {
    return fail(ErrorCode::kMalformed, "a phone whose country code is not assigned");
  }
  return "+" + phone.digits;
}

bool is_date_pattern(std::string_view pattern) {
  int years = 0;
  int months = 0;
  int days = 0;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    const auto length = run_length(pattern, at);
    if (c == 'Y') {
      years += length == 4 ? 1 : 2;
    } else if (c == 'M') {
      months += length <= 2 ? 1 : 2;
    } else if (c == 'D') {
      days += length <= 2 ? 1 : 2;
    } else if (is_ascii_letter(c) || is_ascii_digit(c) || (c == '*' && at + 1 != pattern.size())) {
      return false;
    }
    at += length;
  }
  return years == 1 && months == 1 && days == 1;
}

Result<std::string> date_to_iso(std::string_view text, std::string_view pattern) {
  int year = 0;
  int month = 0;
  int day = 0;
  std::size_t at = 0;
  for (std::size_t p = 0; p < pattern.size();) {
    const char c = pattern[p];
    if (c == '*') {
      at = text.size();
      break;
    }
    if (c == 'Y' || c == 'M' || c == 'D') {
      const auto length = run_length(pattern, p);
      int& part = c == 'Y' ? year : c == 'M' ? month : day;
      if (!read_number(text, at, length, std::max<std::size_t>(length, 2), part))
        return fail(ErrorCode::kMalformed, kBadDate);
      p += length;
    } else {
      if (at >= text.size() || text[at] != c) return fail(ErrorCode::kMalformed, kBadDate);
      ++at;
      ++p;
    }
  }
  if (at != text.size()) return fail(ErrorCode::kMalformed, kBadDate);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1) return fail(ErrorCode::kMalformed, "a date that does not exist");
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

Result<std::string> country_to_code(std::string_view text) {
  const auto* country = find_country(text);
  if (country == nullptr) return fail(ErrorCode::kMalformed, "a country that is not known");
  return std::string(country->code);
}

Result<std::string> language_to_code(std::string_view text) {
  const auto language = text.substr(0, text.find_first_of("-_"));
  if (language.size() < 2 || language.size() > 3 ||
      !std::ranges::all_of(language, is_ascii_letter)) {
    return fail(ErrorCode::kMalformed, "a language that is not a code");
  }
  std::string out(language);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

std::string to_one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const auto line = trimmed(text.substr(0, end));
    if (!line.empty()) {
      if (!out.empty()) out += ", ";
      out += line;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

SplitName split_full_name(std::string_view text) {
  if (const auto comma = text.find(','); comma != std::string_view::npos) {
    return {.given = std::string(trimmed(text.substr(comma + 1))),
            .family = std::string(trimmed(text.substr(0, comma)))};
  }
  const auto words = words_of(text);
  if (words.empty()) return {};
  std::size_t family = words.size() - 1;
  while (family > 1 && is_particle(words[family - 1])) --family;
  return {
      .given = fmt::format(
          "{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(family), " ")),
      .family = fmt::format(
          "{}", fmt::join(words.begin() + static_cast<std::ptrdiff_t>(family), words.end(), " "))};
}

}  // namespace bulkhead

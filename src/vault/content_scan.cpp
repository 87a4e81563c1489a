#include "vault/content_scan.h"

#include <algorithm>
#include <array>
#include <vector>

#include "vault/identifiers.h"
#include "vault/tables.h"
#include "vault/text.h"

namespace bulkhead {
namespace {

constexpr std::size_t kCardDigitsMin = 13;
constexpr std::size_t kCardDigitsMax = 19;
constexpr std::size_t kSeparatorsMax = 3;  // between two groups of one number

bool is_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' || c == '\t';
}

// A digit of a number that may be written in groups, and where it stands in the text.
struct Digit {
  std::size_t at;
  char value;
  bool starts_group;
};

// The longest run of digits from `at` on, groups joined over at most kSeparatorsMax separators.
std::vector<Digit> digits_from(std::string_view text, std::size_t at) {
  std::vector<Digit> digits;
  std::size_t separators = 1;  // the first digit starts a group
  for (; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      digits.push_back({at, text[at], separators > 0});
      separators = 0;
    } else if (text[at] == '\xc2' && at + 1 < text.size() && text[at + 1] == '\xa0') {
      ++at;  // a no-break space, two bytes
      ++separators;
    } else if (is_separator(text[at])) {
      ++separators;
    } else {
      break;
    }
    if (separators > kSeparatorsMax) break;
  }
  return digits;
}

bool passes_luhn(const Digit* digits, std::size_t count) {
  int sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digits[count - 1 - i].value - '0';
    const int doubled = digit * 2;
    sum += i % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 == 0;
}

// Whether a card of some scheme may have so many digits with that beginning (ISO/IEC 7812
// identifiers of payment cards).
bool is_card_shape(const Digit* digits, std::size_t count) {
  const int first = digits[0].value - '0';
  const int two = first * 10 + (digits[1].value - '0');
  if (first == 4) return count == 13 || count == 16 || count == 19;
  if (two == 34 || two == 37) return count == 15;
  if (two == 30 || two == 36 || two == 38 || two == 39) return count >= 14;
  if (two == 35 || (two >= 51 && two <= 55) || (two >= 22 && two <= 27)) return count >= 16;
  if (two == 50 || (two >= 56 && two <= 69)) return count >= 16;
  return false;
}

// How many digits from `digits[at]` on are a card number, the longest first; 0 for none.
std::size_t card_length(const std::vector<Digit>& digits, std::size_t at) {
  if (!digits[at].starts_group) return 0;
  for (std::size_t count = std::min(kCardDigitsMax, digits.size() - at); count >= kCardDigitsMin;
       --count) {
    if (is_card_shape(&digits[at], count) && passes_luhn(&digits[at], count)) return count;
  }
  return 0;
}

// Where digits must go: from the first digit of a card number to its last. Numbers that overlap are
// cut as one, since what only looks like a card may end within a real one.
struct Cut {
  std::size_t first, last;
};
std::vector<Cut> cuts_in(const std::vector<Digit>& digits) {
  std::vector<Cut> cuts;
  for (std::size_t i = 0; i + kCardDigitsMin <= digits.size(); ++i) {
    const auto count = card_length(digits, i);
    if (count == 0) continue;
    const auto last = i + count - 1;
    if (!cuts.empty() && i <= cuts.back().last) {
      cuts.back().last = std::max(cuts.back().last, last);
    } else {
      cuts.push_back({i, last});
    }
  }
  return cuts;
}

std::string cut_cards(std::string_view text, ContentTags& tags) {
  std::string cut;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    const auto digits = digits_from(text, at);
    for (const auto& [first, last] : cuts_in(digits)) {
      tags.add(ContentTag::kCardNumber);
      cut += text.substr(copied, digits[first].at - copied);
      cut += "**** ";  // never longer than what it replaces, so limits still hold
      for (std::size_t d = last - 3; d <= last; ++d) cut.push_back(digits[d].value);
      copied = digits[last].at + 1;
    }
    at = digits.back().at;
  }
  cut += text.substr(copied);
  return cut;
}

bool starts_word(std::string_view text, std::size_t at) {
  return at == 0 || !is_letter_or_digit(text[at - 1]);
}

// ISO 13616, written with or without blanks; any country, since a wrong list must not hide one.
bool is_iban_at(std::string_view text, std::size_t at) {
  if (text.size() - at < 15 || !is_letter(text[at]) || !is_letter(text[at + 1]) ||
      !is_digit(text[at + 2]) || !is_digit(text[at + 3])) {
    return false;
  }
  const auto step = [](unsigned remainder, char c) {
    return is_digit(c) ? (remainder * 10 + static_cast<unsigned>(c - '0')) % 97
                       : (remainder * 100 + static_cast<unsigned>(to_upper(c) - 'A') + 10) % 97;
  };
  unsigned remainder = 0;
  std::size_t count = 4;
  for (std::size_t i = at + 4; i < text.size() && count < 34; ++i) {
    if (is_separator(text[i]) && !is_separator(text[i - 1])) continue;
    if (!is_letter_or_digit(text[i])) break;
    remainder = step(remainder, text[i]);
    if (++count < 15) continue;
    unsigned whole = remainder;
    for (std::size_t head = 0; head < 4; ++head) whole = step(whole, text[at + head]);
    if (whole == 1) return true;
  }
  return false;
}

bool is_address_at(std::string_view text, std::size_t at) {
  if (text[at] != '@' || at == 0 || is_separator(text[at - 1]) || text[at - 1] == '\n')
    return false;
  const auto domain = text.substr(at + 1, 255);
  const auto dot = domain.find('.');
  const auto blank = domain.find_first_of(" \t\r\n");
  return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() &&
         (blank == std::string_view::npos || dot + 1 < blank);
}

// A plus or a leading zero and enough digits.
bool is_phone_at(std::string_view text, std::size_t at) {
  const bool plus = text[at] == '+';
  if (!plus && !(text[at] == '0' && starts_word(text, at))) return false;
  auto from = at + (plus ? 1 : 0);
  if (plus && from < text.size() && text[from] == '(') ++from;
  if (from >= text.size() || !is_digit(text[from])) return false;
  const auto count = digits_from(text.substr(0, std::min(text.size(), from + 40)), from).size();
  return plus ? count >= 7 : count >= 9 && count <= 15;
}

// Capitals and digits, seven to nine, mostly digits; or the start of a passport's machine-readable
// zone.
bool is_passport_like(std::string_view word) {
  if (word.size() < 7 || word.size() > 9) return false;
  const bool plain = std::ranges::all_of(word, [](char c) { return is_upper(c) || is_digit(c); });
  return plain && std::ranges::count_if(word, is_digit) >= 5;
}

bool is_ssr(std::string_view word) {
  if (word.size() == 4 && ssr_is_sensitive(word)) return true;
  auto folded = normalise_name(word);
  std::ranges::transform(folded, folded.begin(), to_lower);
  return is_sensitive_word(folded);
}

void scan_words(std::string_view text, ContentTags& tags) {
  const auto in_word = [](char c) {
    return is_letter_or_digit(c) || static_cast<unsigned char>(c) >= 0x80;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (!in_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    constexpr std::size_t kWordBytesMax = 40;
    const auto word = text.substr(at, end - at);
    if (word.size() <= kWordBytesMax && is_ssr(word)) tags.add(ContentTag::kSsrWord);
    if (is_passport_like(word) || (word == "P" && text.substr(end).starts_with('<')))
      tags.add(ContentTag::kPassport);
    at = end;
  }
}

}  // namespace

Result<ScannedText> scan_text(std::string_view text) {
  if (text.size() > kScanTextBytesMax)
    return fail(ErrorCode::kTooLarge, "a text has at most 65536 bytes");
  if (!is_clean_text(text, true))
    return fail(ErrorCode::kMalformed, "a text must be UTF-8 without control characters");
  ScannedText scanned;
  scanned.text = cut_cards(text, scanned.tags);
  const std::string_view clean = scanned.text;
  for (std::size_t at = 0; at < clean.size(); ++at) {
    if (is_address_at(clean, at)) scanned.tags.add(ContentTag::kEmailAddress);
    if (is_phone_at(clean, at)) scanned.tags.add(ContentTag::kPhoneNumber);
    if (starts_word(clean, at) && is_iban_at(clean, at)) scanned.tags.add(ContentTag::kIban);
  }
  scan_words(clean, scanned.tags);
  return scanned;
}

}  // namespace bulkhead

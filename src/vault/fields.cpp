#include "vault/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "vault/content_scan.h"
#include "vault/tables.h"
#include "vault/text.h"

namespace bulkhead {
namespace {

using Checked = Result<std::string>;

std::unexpected<Error> malformed(const char* rule) { return fail(ErrorCode::kMalformed, rule); }

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), to_upper);
  return result;
}

std::string without(std::string_view text, std::string_view dropped) {
  std::string result;
  for (const char c : text) {
    if (dropped.find(c) == std::string_view::npos) result.push_back(c);
  }
  return result;
}

bool all_of(std::string_view text, bool (*is)(char)) { return std::ranges::all_of(text, is); }

int number_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = -1;
  std::from_chars(text.data() + at, text.data() + at + count, value);
  return value;
}

Checked check_text(std::string_view text, std::size_t bytes_max, bool lines) {
  if (text.size() > bytes_max)
    return fail(ErrorCode::kTooLarge, "a text is longer than its field allows");
  if (!is_clean_text(text, lines))
    return malformed("a text must be UTF-8 without control characters");
  return std::string(text);
}

Checked check_date(std::string_view text) {
  static constexpr std::array kDays{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  static constexpr char kRule[] = "a date is YYYY-MM-DD between 1900 and 2099";
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return malformed(kRule);
  for (const std::size_t at : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u}) {
    if (!is_digit(text[at])) return malformed(kRule);
  }
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (year < 1900 || year > 2099 || month < 1 || month > 12 || day < 1 ||
      day > kDays[static_cast<std::size_t>(month) - 1] || (month == 2 && day == 29 && !leap)) {
    return malformed(kRule);
  }
  return std::string(text);
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

// RFC 5321, section 4.1.2, without quoted local parts, address literals and UTF-8, which no airline
// writes to.
Checked check_email(std::string_view text) {
  static constexpr char kRule[] =
      "an e-mail address is local@domain in ASCII, at most 254 characters";
  const auto at = text.find('@');
  if (text.size() > 254 || at == std::string_view::npos || at == 0 || at > 64)
    return malformed(kRule);
  const auto local = text.substr(0, at);
  std::string domain;
  std::ranges::transform(text.substr(at + 1), std::back_inserter(domain), to_lower);
  char before = '.';
  for (const char c : local) {
    const bool atom = is_letter_or_digit(c) ||
                      std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    if (!(atom || (c == '.' && before != '.'))) return malformed(kRule);
    before = c;
  }
  if (before == '.') return malformed(kRule);
  std::string_view rest = domain;
  std::size_t labels = 0;
  while (true) {
    const auto dot = rest.find('.');
    const auto label = rest.substr(0, dot);
    if (!is_label(label)) return malformed(kRule);
    ++labels;
    if (dot == std::string_view::npos) {
      if (labels < 2 || label.size() < 2 || !is_letter(label[0])) return malformed(kRule);
      return std::string(local) + "@" + domain;
    }
    rest.remove_prefix(dot + 1);
  }
}

Checked check_phone(std::string_view text) {
  auto phone = without(text, " -.()/");
  const auto digits = std::string_view(phone).substr(phone.empty() ? 0 : 1);
  if (!phone.starts_with('+') || digits.size() < 7 || digits.size() > 15 ||
      !all_of(digits, is_digit) || calling_code_digits(digits) == 0) {
    return malformed("a phone number is E.164: + and 7 to 15 digits with an assigned country code");
  }
  return phone;
}

Checked check_country(std::string_view text) {
  auto code = upper(text);
  if (!is_country(code)) return malformed("a country is an ISO 3166-1 code of two letters");
  return code;
}

Checked check_code(std::string_view text, std::size_t least, std::size_t most, const char* rule) {
  auto code = upper(without(text, " -"));
  if (code.size() < least || code.size() > most || !all_of(code, is_letter_or_digit))
    return malformed(rule);
  return code;
}

Checked check_ticket(std::string_view text) {
  auto digits = without(text, " -");
  // The fourteenth is a check digit modulo 7; carriers disagree about what it is computed over.
  if ((digits.size() != 13 && digits.size() != 14) || !all_of(digits, is_digit) ||
      (digits.size() == 14 && digits[13] > '6')) {
    return malformed("an e-ticket number has 13 or 14 digits");
  }
  return digits;
}

bool is_flight(std::string_view text) {
  if (text.size() < 3 || text.size() > 7) return false;
  const auto carrier = text.substr(0, 2);
  auto number = text.substr(2);
  if (!all_of(carrier, is_letter_or_digit) || all_of(carrier, is_digit)) return false;
  if (is_upper(number.back())) number.remove_suffix(1);
  return !number.empty() && number.size() <= 4 && all_of(number, is_digit);
}

// "KL1001 AMS-LHR 2026-03-01" with "14:05" if the time is known; IATA resolutions 761, 762, 763 for
// the codes.
Checked check_itinerary(std::string_view text) {
  static constexpr char kRule[] =
      "an itinerary is FLIGHT FROM-TO DATE with IATA codes, as in KL1001 AMS-LHR 2026-03-01";
  auto leg = upper(text);
  const std::string_view view = leg;
  const auto blank = view.find(' ');
  if (blank == std::string_view::npos || !is_flight(view.substr(0, blank))) return malformed(kRule);
  const auto rest = view.substr(blank + 1);
  if (rest.size() < 18 || !all_of(rest.substr(0, 3), is_upper) || rest[3] != '-' ||
      !all_of(rest.substr(4, 3), is_upper) || rest[7] != ' ' || !check_date(rest.substr(8, 10))) {
    return malformed(kRule);
  }
  const auto time = rest.substr(18);
  if (time.empty()) return leg;
  if (time.size() != 6 || time[0] != ' ' || time[3] != ':' ||
      !all_of(time.substr(1, 2), is_digit) || !all_of(time.substr(4, 2), is_digit) ||
      number_at(time, 1, 2) > 23 || number_at(time, 4, 2) > 59) {
    return malformed(kRule);
  }
  return leg;
}

Checked check_seat(std::string_view text) {
  auto seat = upper(text);
  const auto row = std::string_view(seat).substr(0, seat.empty() ? 0 : seat.size() - 1);
  if (row.empty() || row.size() > 2 || row[0] == '0' || !all_of(row, is_digit) ||
      seat.back() < 'A' || seat.back() > 'K' || seat.back() == 'I') {
    return malformed("a seat is a row from 1 to 99 and a letter from A to K");
  }
  return seat;
}

Checked check_number(std::string_view text, std::size_t digits_max, const char* rule) {
  if (text.size() > digits_max || !all_of(text, is_digit) || (text.size() > 1 && text[0] == '0'))
    return malformed(rule);
  return std::string(text);
}

Checked check_companion(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text[0] == '0') {
    return malformed("a companion is named by their own customer number");
  }
  return std::string(text);
}

Checked check_language(std::string_view text) {
  const bool short_form = text.size() == 2;
  const bool long_form =
      text.size() == 5 && text[2] == '-' && is_upper(text[3]) && is_upper(text[4]);
  if (!(short_form || long_form) || !is_lower(text[0]) || !is_lower(text[1])) {
    return malformed("a language is written nl or nl-BE");
  }
  return std::string(text);
}

Checked check_token(std::string_view text) {
  const auto scanned = scan_text(text);
  if (text.size() < 8 || text.size() > 64 || !scanned ||
      scanned->tags.has(ContentTag::kCardNumber) || !std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '_';
      })) {
    return malformed("a card token has 8 to 64 letters, digits, - and _ and is no card number");
  }
  return std::string(text);
}

// ISO 13616-1, section 5; check digits by ISO 7064 MOD 97-10.
Checked check_iban(std::string_view text) {
  static constexpr char kRule[] = "an IBAN has its country's length and two fitting check digits";
  auto iban = upper(without(text, " "));
  if (iban.size() < 15 || !all_of(iban, is_letter_or_digit) ||
      static_cast<int>(iban.size()) != iban_length(std::string_view(iban).substr(0, 2))) {
    return malformed(kRule);
  }
  unsigned remainder = 0;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    remainder = is_digit(c) ? (remainder * 10 + static_cast<unsigned>(c - '0')) % 97
                            : (remainder * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
  }
  if (remainder != 1 || !is_digit(iban[2]) || !is_digit(iban[3])) return malformed(kRule);
  return iban;
}

Checked check_free_text(std::string_view text) {
  TRY(check_text(text, kFieldValueBytesMax, true));
  return TRY(scan_text(text)).text;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Result<std::string> check_field(Field field, std::string_view value) {
  if (value.size() > kFieldValueBytesMax)
    return fail(ErrorCode::kTooLarge, "a value has at most 8192 bytes");
  const auto text = trimmed(value);
  if (text.empty()) return malformed("a value is empty: leave it out instead");
  switch (field) {
    case Field::kGivenName:
    case Field::kFamilyName:
    case Field::kBillingName:
      return check_text(text, 200, false);
    case Field::kBirthDate:
      return check_date(text);
    case Field::kGender:
      if (text.size() != 1 ||
          std::string_view("FMXUfmxu").find(text[0]) == std::string_view::npos) {
        return malformed("gender is F, M, X or U");
      }
      return upper(text);
    case Field::kNationality:
    case Field::kCountry:
      return check_country(text);
    case Field::kDocumentNumber:
      return check_code(text, 5, 20, "a document number has 5 to 20 letters and digits");
    case Field::kEmail:
      return check_email(text);
    case Field::kPhone:
      return check_phone(text);
    case Field::kStreet:
      return check_text(text, 400, true);
    case Field::kCity:
      return check_text(text, 200, false);
    case Field::kPostcode:
      TRY(check_code(text, 2, 12, "a postcode has 2 to 12 letters and digits"));
      return upper(text);
    case Field::kLocator:
      return check_code(text, 6, 6, "a record locator has 6 letters and digits");
    case Field::kTicket:
      return check_ticket(text);
    case Field::kItinerary:
      return check_itinerary(text);
    case Field::kSeat:
      return check_seat(text);
    case Field::kCompanions:
      return check_companion(text);
    case Field::kSsr:
    case Field::kSsrSensitive: {
      auto code = upper(text);
      if (code.size() != 4 || !all_of(code, is_upper))
        return malformed("an SSR code has four letters");
      return code;
    }
    case Field::kFrequentFlyer:
      return check_code(text, 5, 16, "a frequent-flyer number has 5 to 16 letters and digits");
    case Field::kProgramme:
    case Field::kTier:
      return check_text(text, 60, false);
    case Field::kBalance:
      return check_number(text, 12, "a balance is a whole number of at most 12 digits");
    case Field::kLanguage:
      return check_language(text);
    case Field::kConsent:
      return check_text(text, 400, false);
    case Field::kActivity:
    case Field::kMessage:
    case Field::kNote:
      return check_free_text(text);
    case Field::kCardBrand:
      return check_text(text, 30, false);
    case Field::kCardLast4:
      if (text.size() != 4 || !all_of(text, is_digit))
        return malformed("of a card number four digits are kept");
      return std::string(text);
    case Field::kCardToken:
      return check_token(text);
    case Field::kIban:
      return check_iban(text);
  }
  return malformed("not a field of the catalogue");
}

Result<CheckedRecord> check_record(Record record, std::optional<Field>* at_fault) {
  if (record.size() > kRecordValuesMax)
    return fail(ErrorCode::kTooLarge, "a record has at most 512 values");
  auto& checked = record;
  for (auto& value : checked) {
    auto canonical = check_field(value.field, value.value);
    if (!canonical && at_fault != nullptr) *at_fault = value.field;
    value.value = TRY(std::move(canonical));
  }

  // A sensitive code keeps its item number where it can and takes the next free one otherwise.
  std::set<std::uint16_t> taken;
  for (const auto& value : checked) {
    if (value.field == Field::kSsrSensitive) taken.insert(value.item);
  }
  for (auto& value : checked) {
    if (value.field != Field::kSsr || !ssr_is_sensitive(value.value)) continue;
    value.field = Field::kSsrSensitive;
    while (!taken.insert(value.item).second)
      ++value.item;  // ends: a record has fewer values than there are numbers
  }

  const auto place = [](const FieldValue& value) { return std::pair(value.field, value.item); };
  std::ranges::sort(checked, {}, place);
  if (std::ranges::adjacent_find(checked, {}, place) != checked.end()) {
    return fail(ErrorCode::kConflict, "a field stands twice under the same item number");
  }
  for (const auto& value : checked) {
    if (value.field != Field::kProgramme) continue;
    const auto number =
        std::ranges::find(checked, std::pair(Field::kFrequentFlyer, value.item), place);
    if (number != checked.end() && !fits_programme(value.value, number->value)) {
      return malformed("a frequent-flyer number does not have its programme's form");
    }
  }
  return CheckedRecord(std::move(checked));
}

}  // namespace bulkhead

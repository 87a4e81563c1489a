#include <string>
#include <string_view>

#include "vault/fields.h"
#include "vault/tables.h"
#include "vault/text.h"

namespace bulkhead {
namespace {

constexpr char kFull[] = "••••••";

// The first letter, unless it is the whole name.
std::string mask_name(std::string_view name) {
  auto rest = name;
  const auto first = take_code_point(rest);
  std::string masked;
  if (first && !rest.empty()) {
    append_code_point(*first, masked);
  } else {
    masked = "•";
  }
  return masked + "***";
}

std::string mask_email(std::string_view address) {
  const auto at = address.find('@');
  if (at == std::string_view::npos || at == 0 || !is_letter_or_digit(address[0])) return "•***@•••";
  const auto domain = address.substr(at + 1);
  return std::string(1, address[0]) + "***@" +
         (is_common_mail_provider(domain) ? std::string(domain) : "•••");
}

// `start` and the last two characters, where the value is so long that two tell little.
std::string mask_but_two(std::string_view start, std::string_view value) {
  constexpr std::size_t kLengthMin = 4;
  const bool shown = value.size() >= kLengthMin && is_letter_or_digit(value[value.size() - 2]) &&
                     is_letter_or_digit(value.back());
  return std::string(start) + (shown ? std::string(value.substr(value.size() - 2)) : "••");
}

// A year alone tells an age within twelve months, which callers are asked for anyway.
std::string mask_date(std::string_view date) {
  const bool dated = date.size() == 10 && date[4] == '-';
  return (dated ? std::string(date.substr(0, 4)) : "••••") + "-••-••";
}

}  // namespace

std::string mask(Field field, std::string_view value) {
  const auto* const info = info_of(field);
  if (info == nullptr || info->field_class == FieldClass::kHigh) return kFull;
  switch (field) {
    case Field::kGivenName:
    case Field::kFamilyName:
    case Field::kBillingName:
      return mask_name(value);
    case Field::kBirthDate:
      return mask_date(value);
    case Field::kEmail:
      return mask_email(value);
    case Field::kPhone:
      return mask_but_two("+••••••", value);
    case Field::kFrequentFlyer:
      return mask_but_two("••••••", value);
    case Field::kCardLast4:
      return mask_but_two("•••• ••", value);
    default:
      return kFull;  // locators and ticket numbers too: they are half a password to a booking
  }
}

}  // namespace bulkhead

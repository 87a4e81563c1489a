// How a field's value is checked, made canonical and masked. A mask must never show a value's
// length nor enough to guess it, and an error must never repeat the value. Owned by vault.
//
// The forms, where more than "clean UTF-8 text of limited length" is asked:
//   identity.birth_date YYYY-MM-DD · identity.gender F M X U · nationality, country ISO 3166-1
//   alpha-2 contact.email RFC 5321 in ASCII · contact.phone E.164, + and 7 to 15 digits with an
//   assigned country code travel.locator 6 letters and digits · travel.ticket 13 or 14 digits ·
//   travel.seat 1A to 99K travel.itinerary "KL1001 AMS-LHR 2026-03-01", a time "14:05" may follow ·
//   travel.ssr four letters travel.companions the companion's own customer number in decimal ·
//   loyalty.number by its programme loyalty.balance digits · communications.language "nl" or
//   "nl-BE" · payment.card_last4 four digits payment.card_token 8 to 64 letters, digits, - and _,
//   no card number · payment.iban ISO 13616
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/catalogue.h"
#include "base/record.h"
#include "base/result.h"

namespace bulkhead {

// Checks a value strictly and answers its canonical form (blanks around it gone, E.164 without
// blanks, codes in upper case, e-mail domain in lower case). kMalformed with a sentence that names
// the rule; kTooLarge.
Result<std::string> check_field(Field field, std::string_view value);

// A record that check_record() has passed: only such can be sealed.
class CheckedRecord {
 public:
  CheckedRecord() = default;  // of no values
  const Record& values() const { return values_; }

 private:
  friend Result<CheckedRecord> check_record(Record record, std::optional<Field>* at_fault);
  explicit CheckedRecord(Record values) : values_(std::move(values)) {}
  Record values_;
};

// Checks all values of a record and answers it canonical, ordered by field and item; SSR codes
// whose meaning is health, disability, religion or a legal status are moved to
// travel.ssr_sensitive, and card numbers in free text are cut to four digits. kMalformed; kTooLarge
// beyond kRecordValuesMax; kConflict when field and item stand twice. `at_fault` is told which
// field's value is wrong, when it is one field's.
Result<CheckedRecord> check_record(Record record, std::optional<Field>* at_fault = nullptr);

// The masked form: fixed width per field, never part of a high-class value.
std::string mask(Field field, std::string_view value);

}  // namespace bulkhead

// The declared catalogue of a customer's fields: six compartments of up to ten fields, each with a
// class. A field's number is compartment * 10 + slot and a set of fields is one 64-bit mask;
// numbers are never reused, since ledger entries hold them for ever. How a field is validated and
// masked is the vault's business. Owned by base.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bulkhead {

enum class Compartment : std::uint8_t {
  kIdentity,
  kContact,
  kTravel,
  kLoyalty,
  kCommunications,
  kPayment
};
inline constexpr std::size_t kCompartmentCount = 6;
inline constexpr std::array<std::string_view, kCompartmentCount> kCompartmentNames{
    "identity", "contact", "travel", "loyalty", "communications", "payment"};

enum class FieldClass : std::uint8_t { kBasic, kPersonal, kHigh };

enum class Field : std::uint8_t {
  kGivenName = 0,
  kFamilyName = 1,
  kBirthDate = 2,
  kGender = 3,
  kNationality = 4,
  kDocumentNumber = 5,
  kEmail = 10,
  kPhone = 11,
  kStreet = 12,
  kCity = 13,
  kPostcode = 14,
  kCountry = 15,
  kLocator = 20,
  kTicket = 21,
  kItinerary = 22,
  kSeat = 23,
  kCompanions = 24,
  kSsr = 25,
  kSsrSensitive = 26,
  kFrequentFlyer = 30,
  kProgramme = 31,
  kTier = 32,
  kBalance = 33,
  kActivity = 34,
  kLanguage = 40,
  kConsent = 41,
  kMessage = 42,
  kNote = 43,
  kCardBrand = 50,
  kCardLast4 = 51,
  kCardToken = 52,
  kBillingName = 53,
  kIban = 54,
};

struct FieldInfo {
  Field field;
  std::string_view name;  // as in the API and in maps: "contact.email"
  FieldClass field_class;
};

inline constexpr std::array kFields{
    FieldInfo{Field::kGivenName, "identity.given_name", FieldClass::kBasic},
    FieldInfo{Field::kFamilyName, "identity.family_name", FieldClass::kBasic},
    FieldInfo{Field::kBirthDate, "identity.birth_date", FieldClass::kPersonal},
    FieldInfo{Field::kGender, "identity.gender", FieldClass::kPersonal},
    FieldInfo{Field::kNationality, "identity.nationality", FieldClass::kPersonal},
    FieldInfo{Field::kDocumentNumber, "identity.document_number", FieldClass::kHigh},
    FieldInfo{Field::kEmail, "contact.email", FieldClass::kPersonal},
    FieldInfo{Field::kPhone, "contact.phone", FieldClass::kPersonal},
    FieldInfo{Field::kStreet, "contact.street", FieldClass::kPersonal},
    FieldInfo{Field::kCity, "contact.city", FieldClass::kPersonal},
    FieldInfo{Field::kPostcode, "contact.postcode", FieldClass::kPersonal},
    FieldInfo{Field::kCountry, "contact.country", FieldClass::kBasic},
    FieldInfo{Field::kLocator, "travel.locator", FieldClass::kPersonal},
    FieldInfo{Field::kTicket, "travel.ticket", FieldClass::kPersonal},
    FieldInfo{Field::kItinerary, "travel.itinerary", FieldClass::kPersonal},
    FieldInfo{Field::kSeat, "travel.seat", FieldClass::kBasic},
    FieldInfo{Field::kCompanions, "travel.companions", FieldClass::kPersonal},
    FieldInfo{Field::kSsr, "travel.ssr", FieldClass::kPersonal},
    FieldInfo{Field::kSsrSensitive, "travel.ssr_sensitive", FieldClass::kHigh},
    FieldInfo{Field::kFrequentFlyer, "loyalty.number", FieldClass::kPersonal},
    FieldInfo{Field::kProgramme, "loyalty.programme", FieldClass::kBasic},
    FieldInfo{Field::kTier, "loyalty.tier", FieldClass::kBasic},
    FieldInfo{Field::kBalance, "loyalty.balance", FieldClass::kPersonal},
    FieldInfo{Field::kActivity, "loyalty.activity", FieldClass::kPersonal},
    FieldInfo{Field::kLanguage, "communications.language", FieldClass::kBasic},
    FieldInfo{Field::kConsent, "communications.consent", FieldClass::kBasic},
    FieldInfo{Field::kMessage, "communications.message", FieldClass::kHigh},
    FieldInfo{Field::kNote, "communications.note", FieldClass::kHigh},
    FieldInfo{Field::kCardBrand, "payment.card_brand", FieldClass::kBasic},
    FieldInfo{Field::kCardLast4, "payment.card_last4", FieldClass::kPersonal},
    FieldInfo{Field::kCardToken, "payment.card_token", FieldClass::kHigh},
    FieldInfo{Field::kBillingName, "payment.billing_name", FieldClass::kPersonal},
    FieldInfo{Field::kIban, "payment.iban", FieldClass::kHigh},
};

constexpr const FieldInfo* info_of(Field field) {
  for (const auto& info : kFields) {
    if (info.field == field) return &info;
  }
  return nullptr;
}
constexpr const FieldInfo* field_named(std::string_view name) {
  for (const auto& info : kFields) {
    if (info.name == name) return &info;
  }
  return nullptr;
}
constexpr Compartment compartment_of(Field field) {
  return static_cast<Compartment>(static_cast<unsigned>(field) / 10);
}

// A set of fields as one mask, bit = field number.
struct FieldSet {
  std::uint64_t bits = 0;

  static constexpr FieldSet of(Field field) { return {1ull << static_cast<unsigned>(field)}; }
  // Every field of the catalogue; a mask outside it is malformed.
  static constexpr FieldSet all() {
    FieldSet set;
    for (const auto& info : kFields) set = set | of(info.field);
    return set;
  }
  static constexpr FieldSet of(Compartment compartment) {
    return {all().bits & (0x3ffull << (static_cast<unsigned>(compartment) * 10))};
  }
  constexpr bool has(Field field) const { return (bits & of(field).bits) != 0; }
  constexpr bool empty() const { return bits == 0; }
  constexpr int size() const { return std::popcount(bits); }
  constexpr bool valid() const { return (bits & ~all().bits) == 0; }
  friend constexpr FieldSet operator|(FieldSet a, FieldSet b) { return {a.bits | b.bits}; }
  friend constexpr FieldSet operator&(FieldSet a, FieldSet b) { return {a.bits & b.bits}; }
  friend constexpr FieldSet operator-(FieldSet a, FieldSet b) { return {a.bits & ~b.bits}; }
  constexpr bool operator==(const FieldSet&) const = default;
};

// What the keeper's own scanners saw in free text at sealing; kept as bits beside the fields of an
// entry.
enum class ContentTag : std::uint8_t {
  kCardNumber,
  kIban,
  kPassport,
  kEmailAddress,
  kPhoneNumber,
  kSsrWord
};
inline constexpr std::array<std::string_view, 6> kContentTagNames{
    "card-number", "iban", "passport", "email-address", "phone-number", "ssr-word"};

struct ContentTags {
  std::uint16_t bits = 0;
  constexpr void add(ContentTag tag) {
    bits = static_cast<std::uint16_t>(bits | 1u << static_cast<unsigned>(tag));
  }
  constexpr bool has(ContentTag tag) const {
    return (bits >> static_cast<unsigned>(tag) & 1u) != 0;
  }
  constexpr bool valid() const { return bits < 1u << kContentTagNames.size(); }
  constexpr bool operator==(const ContentTags&) const = default;
};

}  // namespace bulkhead

// The closed lists of words the product speaks with: roles, purposes, grades, contact proofs,
// request types, reasons. Every process, the ledger and the API use these numbers and names; a
// number is never reused. Owned by base.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bulkhead {

// A word list is an enum class from 0 without gaps whose names stand in a table of the same order.
template <class Enum>
struct Words;  // specialised below: static constexpr std::array names

template <class Enum>
constexpr std::size_t word_count() {
  return Words<Enum>::names.size();
}

template <class Enum>
constexpr std::string_view name_of(Enum word) {
  const auto index = static_cast<std::size_t>(word);
  return index < word_count<Enum>() ? Words<Enum>::names[index] : std::string_view("unknown");
}

template <class Enum>
constexpr std::optional<Enum> word_from(std::string_view name) {
  for (std::size_t i = 0; i < word_count<Enum>(); ++i) {
    if (Words<Enum>::names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

enum class Role : std::uint8_t {
  kAgent,
  kLead,
  kAnalyst,
  kPrivacyOfficer,
  kAdmin,
  kClient,
  kAuditor
};
template <>
struct Words<Role> {
  static constexpr std::array<std::string_view, 7> names{
      "agent", "lead", "analyst", "privacy-officer", "admin", "client", "auditor"};
};

enum class Purpose : std::uint8_t {
  kNone,
  kService,
  kRefund,
  kFraud,
  kAccessRequest,
  kNotice,
  kAdministration
};
template <>
struct Words<Purpose> {
  static constexpr std::array<std::string_view, 7> names{
      "none", "service", "refund", "fraud", "access-request", "notice", "administration"};
};

// How much left the keeper. kNothing marks entries that disclose nothing.
enum class Grade : std::uint8_t { kNothing, kExistence, kMasked, kClear };
template <>
struct Words<Grade> {
  static constexpr std::array<std::string_view, 4> names{"nothing", "existence", "masked", "clear"};
};

// How the customer's contact about a case was proven (security rules, section 3).
enum class ContactProof : std::uint8_t { kNone, kClaimed, kProven };
template <>
struct Words<ContactProof> {
  static constexpr std::array<std::string_view, 3> names{"none", "claimed", "proven"};
};

enum class CaseState : std::uint8_t { kNew, kOpen, kPending, kClosed };
template <>
struct Words<CaseState> {
  static constexpr std::array<std::string_view, 4> names{"new", "open", "pending", "closed"};
};

enum class RequestType : std::uint8_t {
  kQuestion,
  kEu261,
  kRefund,
  kRebooking,
  kBaggage,
  kAssistance,
  kMissingMiles,
  kNameCorrection,
  kDataSubject,
  kComplaint,
  kMessageCheck
};
template <>
struct Words<RequestType> {
  static constexpr std::array<std::string_view, 11> names{
      "question",      "eu261",           "refund",       "rebooking", "baggage",      "assistance",
      "missing-miles", "name-correction", "data-subject", "complaint", "message-check"};
};

// What an identifier in a lookup is; each kind has its own blind index.
enum class IdentifierKind : std::uint8_t {
  kEmail,
  kPhone,
  kFrequentFlyer,
  kLocator,
  kTicket,
  kNameAndBirth
};
template <>
struct Words<IdentifierKind> {
  static constexpr std::array<std::string_view, 6> names{"email",   "phone",  "frequent-flyer",
                                                         "locator", "ticket", "name-and-birth"};
};

// Why the keeper refused or ended something. Shown to people with a next step; stands in entries.
enum class Reason : std::uint8_t {
  kNone,
  kNoSession,
  kBadProof,
  kNetworkChanged,
  kRole,
  kPurpose,
  kNoGrant,
  kField,
  kBudget,
  kHouseBudget,
  kNotThere,
  kBadCredentials,
  kBackOff,
  kExpired,
  kSignedOut,
  kRestart,
  kLedger,
  kMalformed,
  kTooMany,
  kRevoked,
  kCompartmentLocked,
  kState
};
template <>
struct Words<Reason> {
  static constexpr std::array<std::string_view, 22> names{"none",
                                                          "no-session",
                                                          "bad-proof",
                                                          "network-changed",
                                                          "role",
                                                          "purpose",
                                                          "no-grant",
                                                          "field",
                                                          "budget",
                                                          "house-budget",
                                                          "not-there",
                                                          "bad-credentials",
                                                          "back-off",
                                                          "expired",
                                                          "signed-out",
                                                          "restart",
                                                          "ledger",
                                                          "malformed",
                                                          "too-many",
                                                          "revoked",
                                                          "compartment-locked",
                                                          "state"};
};

// What kind of way into the house a process instance is.
enum class Face : std::uint8_t { kDesk, kPortal, kApi, kAdmin, kKeeper };
template <>
struct Words<Face> {
  static constexpr std::array<std::string_view, 5> names{"desk", "portal", "api", "admin",
                                                         "keeper"};
};

enum class Direction : std::uint8_t { kFromCustomer, kToCustomer, kNote };
template <>
struct Words<Direction> {
  static constexpr std::array<std::string_view, 3> names{"from-customer", "to-customer", "note"};
};

// What goes beyond contact grade and own budget: given by a lead who was asked, or taken.
enum class AllowanceKind : std::uint8_t { kApproval, kBreakGlass };
template <>
struct Words<AllowanceKind> {
  static constexpr std::array<std::string_view, 2> names{"approval", "break-glass"};
};

// How far an allowance has come. What is over by time, session or case is told as ended.
enum class AllowanceStep : std::uint8_t { kAsked, kGiven, kRefused, kTaken, kReviewed, kEnded };
template <>
struct Words<AllowanceStep> {
  static constexpr std::array<std::string_view, 6> names{"asked", "given",    "refused",
                                                         "taken", "reviewed", "ended"};
};

enum class AllowanceDecision : std::uint8_t { kGive, kRefuse, kReview };
template <>
struct Words<AllowanceDecision> {
  static constexpr std::array<std::string_view, 3> names{"give", "refuse", "review"};
};

}  // namespace bulkhead

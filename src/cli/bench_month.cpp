#include "cli/bench_month.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/random.h"
#include "keeper/details.h"
#include "keeper/policy.h"

namespace bulkhead::cli {
namespace {

// A step that shares no factor with any number of customers below it visits each once.
constexpr std::uint64_t kStep = 4'294'967'291;  // the largest prime of 32 bits

Pseudonym pseudonym_of(std::uint32_t customer) {
  Pseudonym pseudonym;
  put_big_endian(customer * 0x9e37'79b9'7f4a'7c15ull, pseudonym.bytes.data());
  put_big_endian(customer * 0xbf58'476d'1ce4'e5b9ull, pseudonym.bytes.data() + 8);
  return pseudonym;
}

Bytes case_detail(CaseState state, std::uint32_t assignee, std::uint64_t opened_ms,
                  std::uint64_t changed_ms) {
  return wire::encode(CaseDetail{RequestType::kQuestion, state, ContactProof::kProven, assignee,
                                 opened_ms, changed_ms});
}

}  // namespace

BenchMonth::BenchMonth(BenchMonthOptions options)
    : options_(std::move(options)),
      contacts_(std::min<std::uint64_t>(options_.customers * 3ull / 4,
                                        options_.entries / kContactEntriesMin)) {
  CHECK(contacts_ > 0 && !options_.agents.empty());
}

// Where a contact begins: all entries are spread over all contacts.
std::uint64_t BenchMonth::first_of(std::uint64_t contact) const {
  return contact * options_.entries / contacts_;
}

BenchMonth::Made BenchMonth::next() {
  if (at_ == first_of(contact_ + 1)) ++contact_;
  const auto step = at_ - first_of(contact_);
  const auto time_of = [this](std::uint64_t index) {
    return options_.start_ms + kMonthMs / options_.entries * index;
  };
  Made made;
  made.customer =
      CustomerNumber(static_cast<std::uint32_t>((contact_ + 1) * kStep % options_.customers + 1));
  auto& entry = made.entry;
  entry.wall_ms = entry.keeper_ms = time_of(at_);
  entry.principal = PrincipalNumber(options_.agents[contact_ % options_.agents.size()]);
  entry.face = Face::kDesk;
  entry.policy = PolicyNumber(1);
  entry.case_number = CaseNumber(static_cast<std::uint32_t>(contact_ + 1));
  entry.customer = pseudonym_of(made.customer.value);
  entry.purpose = Purpose::kService;
  random_bytes(entry.salt);
  if (step == 0) {
    entry.kind = EntryKind::kLookup;
    entry.grade = Grade::kExistence;
    entry.column = static_cast<std::uint8_t>(Column::kLookup);
    entry.case_number = CaseNumber();
  } else if (step == 1 || at_ + 1 == first_of(contact_ + 1)) {
    entry.kind = EntryKind::kCase;
    entry.detail =
        case_detail(step == 1 ? CaseState::kOpen : CaseState::kClosed, entry.principal.value,
                    time_of(first_of(contact_) + 1), entry.wall_ms);
  } else {
    entry.kind = EntryKind::kReveal;
    entry.grade = Grade::kClear;
    entry.column = static_cast<std::uint8_t>(Column::kClearContact);
    entry.fields = FieldSet::of(kFields[step % kFields.size()].field);
    entry.weight = 1;
  }
  ++at_;
  return made;
}

}  // namespace bulkhead::cli

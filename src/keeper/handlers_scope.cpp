// Questions about the ledger over the admin channel: who is affected, and the proof of one entry.
#include <arpa/inet.h>

#include <cstring>

#include "crypto/hash.h"
#include "keeper/handlers.h"
#include "keeper/scope_scan.h"

namespace bulkhead::handlers {
namespace {

constexpr std::size_t kRowsPerPage = 20000;

// "127.0.1.0/24" or any address in the network, as the ledger knows it.
std::optional<NetworkNumber> network_of(Keeper& keeper, const std::string& text) {
  const auto address_text = text.substr(0, text.find('/'));
  wire::NetworkAddress address{};
  in_addr v4{};
  if (inet_pton(AF_INET, address_text.c_str(), &v4) == 1) {
    address[10] = address[11] = 0xff;
    std::memcpy(address.data() + 12, &v4, 4);
  } else if (inet_pton(AF_INET6, address_text.c_str(), address.data()) != 1) {
    return std::nullopt;
  }
  return keeper.known_network(address);
}

Reason to_predicate(Keeper& keeper, const wire::ScopeQuery& query, ScopePredicate& predicate) {
  if (query.session != 0) predicate.session = SessionNumber(query.session);
  if (query.case_number != 0) predicate.case_number = CaseNumber(query.case_number);
  if (!query.principal.value.empty()) {
    predicate.principal = keeper.directory().find(query.principal.value);
    if (!predicate.principal) return Reason::kNotThere;
  }
  if (!query.network.value.empty()) {
    predicate.network = network_of(keeper, query.network.value);
    if (!predicate.network) return Reason::kNotThere;
  }
  if (query.compartment) {
    if (*query.compartment >= kCompartmentCount) return Reason::kMalformed;
    predicate.compartment = static_cast<Compartment>(*query.compartment);
  }
  if (query.exposed_through != 0) predicate.exposed_through = InstanceNumber(query.exposed_through);
  predicate.exposed_face = query.exposed_face;
  predicate.purpose = query.purpose;
  predicate.kinds = query.kinds;
  predicate.from_ms = query.from_ms;
  predicate.to_ms = query.to_ms;
  return Reason::kNone;
}

// Windows of lost entries into which the question reaches.
std::vector<wire::UnknownWindow> windows_of(const Keeper& keeper, const wire::ScopeQuery& query) {
  auto windows = unknown_windows(keeper.state().ledger_facts());
  std::erase_if(windows, [&](const wire::UnknownWindow& one) {
    return one.to_ms < query.from_ms || (query.to_ms != 0 && one.from_ms >= query.to_ms);
  });
  return windows;
}

AnswerBody page(const AffectedSet& affected, std::uint64_t size, std::uint64_t after, bool numbers,
                std::vector<wire::UnknownWindow> unknown) {
  wire::ScopeAnswer answer;
  answer.unknown.items = std::move(unknown);
  answer.ledger_size = size;
  answer.customers = affected.customers.size();
  answer.fields = affected.fields;
  for (std::size_t i = after; i < affected.customers.size(); ++i) {
    if (answer.rows.items.size() == kRowsPerPage) {
      answer.more = true;
      break;
    }
    const auto& one = affected.customers[i];
    answer.rows.items.push_back({one.pseudonym, one.clear, one.masked, one.existence, one.first_ms,
                                 one.last_ms, one.sessions, numbers ? one.number.value : 0});
  }
  return answer_with(answer);
}

}  // namespace

Outcome scope(Keeper& keeper, const Call& call, const wire::Scope& message) {
  ScopePredicate predicate;
  if (const auto reason = to_predicate(keeper, message.query, predicate); reason != Reason::kNone) {
    return Outcome::refuse(reason);
  }
  const auto& ledger = keeper.parts().ledger;
  const auto durable = ledger.size();
  if (message.ledger_size > durable.value) return Outcome::refuse(Reason::kMalformed);
  const TreeSize size{message.ledger_size == 0 ? durable.value : message.ledger_size};
  auto entry = keeper.make_entry(EntryKind::kScope, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(ScopeDetail{sha256(wire::encode(message.query)), size.value});
  keeper.record(std::move(entry));
  return Outcome::run(
      [&ledger, &ring = keeper.parts().ring, size, predicate, after = message.after,
       numbers = keeper.parts().demo, unknown = windows_of(keeper, message.query)](ActContext&) {
        const auto affected = scan_scope(ledger, ring, size, predicate);
        return affected ? page(*affected, size.value, after, numbers, unknown)
                        : refuse_with(Reason::kLedger);
      },
      Lane::kScan);
}

Outcome prove(Keeper& keeper, const Call&, const wire::Prove& message) {
  return Outcome::run(
      [&ledger = keeper.parts().ledger, index = LeafIndex{message.index}](ActContext&) {
        const auto proof = ledger.proof_file(index);
        if (!proof) return refuse_with(Reason::kNotThere);
        wire::ProveAnswer answer{{}, {*proof}};
        const auto read =
            ledger.read(index, TreeSize{index.value + 1}, [&](LeafIndex, const Entry& entry) {
              answer.leaf.value = text_of(encode_leaf(entry));
              return true;
            });
        return read ? answer_with(answer) : refuse_with(Reason::kNotThere);
      },
      Lane::kScan);
}

}  // namespace bulkhead::handlers

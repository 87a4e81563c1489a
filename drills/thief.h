// A thief and the record of all that reached him: the truth that the ledger's account is compared
// with. It must be kept from the answers he got and from nothing else. Owned by drills.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drills/caller.h"
#include "drills/world.h"

namespace bulkhead::drills {

// A thief gives up a kind of act after so many refusals in a row: more would only be refused as
// well.
inline constexpr unsigned kRefusalsInARowMax = 8;

struct Loot {
  std::map<std::uint32_t, FieldSet> fields;  // clear or masked, by customer's index
  std::set<std::uint32_t> existence;         // whom lookups and companions showed to be customers
  std::uint64_t counts = 0;                  // answers that told how many there are

  std::uint64_t field_count() const;
  std::uint64_t existence_count() const { return existence.size() + counts; }
};

// What one attack did and got, over all its sessions.
struct Evidence {
  std::uint64_t attempts = 0;
  std::uint64_t refusals = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t strange_tokens =
      0;  // a value with a token of another customer or field than its case says
  std::uint64_t unknown_cases = 0;  // values of a case whose customer the runner does not know
  std::optional<std::uint64_t> began_ms;  // steady time of the first hostile act
  std::uint64_t began_wall_ms = 0;
  std::optional<std::uint64_t> first_refusal_ms;  // since then
  Loot loot;
  std::set<std::uint32_t> typed;  // customers whose identifiers he typed in
};

std::uint64_t steady_ms();
std::uint64_t wall_now_ms();

class Thief {
 public:
  // `as` is what fits his stolen role: an agent's sets of fields, or a client's.
  enum class As : std::uint8_t { kAgent, kClient };
  Thief(const World& world, CaseBook& book, Evidence& evidence, client::ServerAddress address,
        As as)
      : world_(world), book_(book), evidence_(evidence), caller_(std::move(address)), as_(as) {}

  // His own connection; what is asked there directly counts only when it goes through note().
  Caller& caller() { return caller_; }
  // Counts the act that is about to happen, then what came of it.
  void begin_act();
  Answer note(Answer answer);
  template <class Act>
  Answer act(Act ask) {
    begin_act();
    auto answer = ask(caller_);
    note(answer);
    return answer;
  }

  // Every case of every list, paging to the end or to `ids_max`.
  void read_lists(std::size_t ids_max);
  void read_grants();
  // Whatever a case gives but companions: state, masked record, clear fields, messages.
  void read_case(const std::string& id);
  // All cases seen, each once, until he gives up.
  void read_cases();
  // Who travels with those whose cases he read; last, since each companion is charged as a lookup.
  void read_companions();
  // Looks the customer up by mail address; opens a case about a hit and reads it.
  void look_up_and_read(std::uint32_t customer);
  // The same, but for clear values alone.
  void look_up_and_reveal(std::uint32_t customer);
  Answer look_up(IdentifierKind kind, const std::string& value,
                 std::optional<std::uint32_t> customer);
  // Looks the customer up and opens a case; its id, or nothing when he was refused.
  std::optional<std::string> open_case_about(std::uint32_t customer);
  // Clear values of a case, as many as his role may ask for.
  void reveal_case(const std::string& id);

  const std::vector<std::string>& seen() const { return seen_; }
  bool gave_up() const { return refused_in_a_row_ >= kRefusalsInARowMax; }
  void take_heart() { refused_in_a_row_ = 0; }
  std::vector<std::string> leaked_ids;  // case ids that stood in a log

 private:
  void see(const std::string& id);
  void take_values(const std::string& id, const Answer& answer);
  void take_messages(const std::string& id, const Answer& answer);
  void check_tokens(std::uint32_t customer, Field field, std::string_view text);
  std::vector<std::pair<FieldSet, Purpose>> tries() const;

  const World& world_;
  CaseBook& book_;
  Evidence& evidence_;
  Caller caller_;
  As as_;
  std::vector<std::string> seen_;
  std::set<std::string> known_, read_;
  unsigned refused_in_a_row_ = 0;
};

}  // namespace bulkhead::drills

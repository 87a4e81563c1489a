// What an owned front does with the sessions behind it: it signs for those that it holds, and makes
// up keys for the others. It writes down whatever came back; it must never look into the house but
// through the channel. Owned by drills.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drills/owned_front.h"
#include "drills/theft.h"

namespace bulkhead::drills {

// One session at the owned desk: the browser's own, or one that the front speaks for.
struct Puppet {
  unsigned position = 0;  // among the insiders
  std::optional<HeldSession> session;
  std::uint32_t next = 0;        // the next stranger to take
  bool forged = false;           // its key is made up
  std::optional<CaseId> opened;  // the last case about a stranger
};
// Whose key nobody but the browser has, so the front makes one up.
Puppet without_key(const Puppet& honest, std::uint32_t next);

class Puppeteer {
 public:
  Puppeteer(Attack& attack, OwnedFront& front) : attack_(attack), front_(front) {}

  Status sign_in(Puppet& puppet);
  // What the agent's own screen shows.
  std::vector<wire::CaseRow> own_cases(Puppet& puppet);
  void reveal(Puppet& puppet, const CaseId& id);
  // All that the purposes of an agent may ever give.
  void reveal_all(Puppet& puppet, const CaseId& id);
  // A signed request said again, and with more asked for.
  void repeat_and_widen(Puppet& puppet, const CaseId& id);
  // A stranger, from a leaked list; all of that one, or the name.
  void take_stranger(Puppet& puppet, bool all = false);
  // Whatever else a session can sign, about that case and its customer.
  void say_the_rest(Puppet& puppet, const CaseId& id);
  // Takes an emergency. Whether the keeper granted it.
  bool break_glass(Puppet& puppet, const CaseId& id);
  void close(Puppet& puppet, const CaseId& id);
  void sign_out(Puppet& puppet);

  // Requests with a made-up key that the keeper carried out.
  std::uint64_t forged_obeyed() const { return forged_obeyed_; }
  // Kinds of signed requests that were said, for sessions it held and for others.
  const std::set<wire::Op>& said(bool forged) const { return forged ? said_forged_ : said_held_; }

 private:
  // Nothing when it was refused.
  template <class Message>
  std::optional<ChannelAnswer> ask(Puppet& puppet, Message message);
  template <class Message>
  std::optional<ChannelAnswer> say(const Puppet& puppet, const Message& message);
  void take(const CaseId& id, const std::optional<ChannelAnswer>& answer);
  void take_messages(const CaseId& id, const std::optional<ChannelAnswer>& answer);
  void take_typed(const CaseId& id, Field field, const std::optional<ChannelAnswer>& answer);
  // Where the values of that case are written down; null when nobody knows whose it is.
  FieldSet* loot_of(const CaseId& id);
  void check_tokens(const CaseId& id, Field field, std::string_view text);

  Attack& attack_;
  OwnedFront& front_;
  std::set<wire::Op> said_held_, said_forged_;
  std::uint64_t forged_obeyed_ = 0;
};

}  // namespace bulkhead::drills

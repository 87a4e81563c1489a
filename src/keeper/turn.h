// A turn is what the loop decided about every frame that had arrived: the entries to make durable
// and, for each frame, the answer that may leave once they are. It must never let an answer
// overtake its entry. Owned by keeper.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "keeper/channel.h"
#include "ledger/entry.h"
#include "wire/front_messages.h"

namespace bulkhead {

class Vault;
class VaultReader;

// What an act may use. `writer` is there on the writer lane only.
struct ActContext {
  VaultReader& reader;
  Vault* writer = nullptr;
};

// The body of an answer frame: a Reason and what follows it.
using AnswerBody = Bytes;
using Act = std::move_only_function<AnswerBody(ActContext&)>;

enum class Lane : std::uint8_t {
  kAct,     // the act threads: unseal and answer
  kWriter,  // the one thread that changes the vault
  kScan,    // the one thread that reads the ledger at length
};

struct Pending {
  std::shared_ptr<Channel> channel;
  wire::FrameHead head;
  AnswerBody ready;  // when the answer was known at once
  Act act;           // otherwise
  Lane lane = Lane::kAct;
};

struct Turn {
  std::vector<Entry> entries;
  std::vector<Pending> pending;
  bool has_rows = false;  // an entry whose rows stand in the vault (applied_index.h)
};

template <class Message>
AnswerBody answer_with(const Message& message) {
  AnswerBody body;
  wire::Encoder encoder(body);
  encoder.put(Reason::kNone);
  encoder.put(message);
  return body;
}

inline AnswerBody refuse_with(Reason reason, std::uint32_t retry_after_s = 0) {
  AnswerBody body;
  wire::Encoder encoder(body);
  encoder.put(reason);
  encoder.put(wire::Refusal{retry_after_s});
  return body;
}

}  // namespace bulkhead

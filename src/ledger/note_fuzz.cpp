// Whatever bytes come: a note, checkpoint, key or tile path that parses is written back as
// the same bytes. With BULKHEAD_FUZZ_CANARY=1 a planted bug is reachable, which shows that this
// target finds bugs at all.
#include <cstdlib>

#include "ledger/checkpoint.h"
#include "ledger/note.h"
#include "ledger/tiles.h"

namespace {

using namespace bulkhead;

void planted_bug(const Note& note) {
  static const bool on = std::getenv("BULKHEAD_FUZZ_CANARY") != nullptr;
  if (on && note.text.size() > 3 && note.signatures.front().name == "w") std::abort();
}

void try_note(std::string_view text) {
  const auto note = parse_note(text);
  if (!note) return;
  planted_bug(*note);
  if (const auto again = format_note(*note); !again || *again != text) std::abort();
}

void try_checkpoint(std::string_view text) {
  const auto checkpoint = parse_checkpoint(text);
  if (checkpoint && format_checkpoint(*checkpoint) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of({data, size});
  try_note(text);
  try_checkpoint(text);
  // Behind parts that a fuzzer hardly finds by itself.
  try_note(std::string(text) + "\n\n\u2014 w AAAAAAA=\n");
  try_note("text\n\n\u2014 " + std::string(text));
  try_checkpoint("origin\n" + std::string(text));
  if (const auto key = NoteVerifier::parse(text); key && key->text() != text) std::abort();
  if (const auto name = parse_tile_path(text); name && path_of(*name) != text) std::abort();
  return 0;
}

// Merkle proofs, proof files and what is said to a witness, all changed in every way: a proof holds
// only when it is the one that the tree gives, a proof file only for the checkpoint and leaf it was
// made for, a cosignature only under the witness's key. With BULKHEAD_FUZZ_CANARY=1 a verifier is
// planted that overlooks the last byte of a proof's last hash.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/check.h"
#include "crypto/encoding.h"
#include "ledger/cosignature.h"
#include "ledger/tlog_proof.h"
#include "ledger/witness.h"

namespace {

using namespace bulkhead;

constexpr std::uint64_t kLeavesMax = 64;
constexpr std::string_view kOrigin = "example.com/log", kWitness = "witness.example";

bool carelessness_is_planted() {
  static const bool on = [] {
    const char* const value = std::getenv("BULKHEAD_FUZZ_CANARY");
    return value != nullptr && std::string_view(value) == "1";
  }();
  return on;
}

Bytes leaf_of(std::uint64_t index) { return {static_cast<std::uint8_t>(index), 'l'}; }

// Of kLeavesMax leaves, hashed once.
class SmallTree final : public HashReader {
 public:
  Result<Digest> subtree(unsigned level, std::uint64_t index) const override {
    static const auto levels = hashes();
    return levels[level][index];
  }

 private:
  static std::vector<std::vector<Digest>> hashes() {
    std::vector<std::vector<Digest>> levels(1);
    for (std::uint64_t i = 0; i < kLeavesMax; ++i) levels[0].push_back(hash_leaf(leaf_of(i)));
    while (levels.back().size() > 1) {
      std::vector<Digest> next;
      for (std::size_t i = 0; i < levels.back().size(); i += 2)
        next.push_back(hash_node(levels.back()[i], levels.back()[i + 1]));
      levels.push_back(std::move(next));
    }
    return levels;
  }
};

SigningKey key_of(std::uint8_t seed) {
  return SigningKey::from_seed(SecretBytes(Bytes(32, seed))).value();
}

// What the input still has to say; zeros after its end.
class Choices {
 public:
  explicit Choices(ByteView input) : rest_(input) {}
  bool any() const { return !rest_.empty(); }
  std::uint8_t next() {
    if (rest_.empty()) return 0;
    const auto byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

void change(std::vector<Digest>& proof, Choices& choices) {
  while (choices.any()) {
    const auto what = choices.next();
    if (what == 0) {
      proof.emplace_back().fill(choices.next());
    } else if (what == 1 && !proof.empty()) {
      proof.pop_back();
    } else if (what == 2 && proof.size() > 1) {
      std::swap(proof.front(), proof[choices.below(proof.size())]);
    } else if (!proof.empty()) {
      auto& hash = proof[choices.below(proof.size())];
      hash[choices.below(hash.size())] ^= choices.next();
    }
  }
}

// `holds` is whether a verifier believed `proof` where `right` would be.
void hold_exactly(bool holds, std::span<const Digest> proof, std::span<const Digest> right) {
  const bool equal = std::ranges::equal(proof, right);
  if (carelessness_is_planted() && proof.size() == right.size() && !proof.empty()) {
    auto careless = proof.back();
    careless.back() = right.back().back();
    const auto head = proof.size() - 1;
    holds = holds ||
            (careless == right.back() && std::ranges::equal(proof.first(head), right.first(head)));
  }
  CHECK(holds == equal);
}

void hold_inclusion(Choices choices) {
  const TreeSize size{1 + choices.below(kLeavesMax)};
  const LeafIndex index{choices.below(size.value)}, claimed{choices.below(size.value)};
  const auto root = tree_root(SmallTree(), size).value();
  const auto right = make_inclusion_proof(SmallTree(), index, size).value();
  auto proof = right;
  change(proof, choices);
  const auto hash = hash_leaf(leaf_of(index.value));
  hold_exactly(verify_inclusion(index, size, hash, proof, root).has_value(), proof, right);
  if (claimed != index) CHECK(!verify_inclusion(claimed, size, hash, proof, root));
}

void hold_consistency(Choices choices) {
  const TreeSize to{1 + choices.below(kLeavesMax)}, from{choices.below(to.value + 1)};
  const TreeSize other{choices.below(kLeavesMax + 1)};
  const SmallTree tree;
  const auto to_root = tree_root(tree, to).value(), from_root = tree_root(tree, from).value();
  const auto right = make_consistency_proof(tree, from, to).value();
  auto proof = right;
  change(proof, choices);
  const bool holds =
      verify_consistency_for_witness(from, to, from_root, to_root, proof).has_value();
  hold_exactly(holds, proof, right);
  if (from.value == 0) CHECK(!verify_consistency(from, to, from_root, to_root, proof));
  if (other != from) {
    const auto other_root = tree_root(tree, other).value();
    CHECK(!verify_consistency(from, to, other_root, to_root, proof));
  }
}

const std::string& note_of_ten() {
  static const std::string note = [] {
    const TreeSize size{10};
    return sign_checkpoint({std::string(kOrigin), size, tree_root(SmallTree(), size).value(), {}},
                           key_of(1))
        .value();
  }();
  return note;
}

// Puts bytes at places of a text.
std::string changed_text(std::string text, Choices choices) {
  while (choices.any() && !text.empty()) {
    std::size_t place = choices.next();
    place = place << 8 | choices.next();
    text[place % text.size()] = static_cast<char>(choices.next());
  }
  return text;
}

void hold_proof_text(const std::string& text) {
  static const auto log =
      NoteVerifier::create(kOrigin, NoteKeyType::kEd25519, key_of(1).public_key()).value();
  const auto proof = parse_tlog_proof(text);
  if (!proof) return;
  CHECK(format_tlog_proof(*proof) == text);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const auto checkpoint = verify_tlog_proof(*proof, leaf_of(i), log);
    if (!checkpoint) continue;
    CHECK(proof->index.value == i && checkpoint->size == TreeSize{10});
    CHECK(proof->hashes == make_inclusion_proof(SmallTree(), LeafIndex{i}, TreeSize{10}).value());
  }
}

void hold_proof_file(Choices choices) {
  const LeafIndex index{choices.below(10)};
  const auto hashes = make_inclusion_proof(SmallTree(), index, TreeSize{10}).value();
  const auto file = format_tlog_proof({leaf_of(index.value), index, hashes, note_of_ten()});
  hold_proof_text(changed_text(file, choices));
}

std::string_view line_of(std::string_view& text) {
  const auto end = text.find('\n');
  CHECK(end != std::string_view::npos);
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// As a witness reads it (C2SP tlog-witness, add-checkpoint).
void hold_body(Choices choices) {
  const TreeSize from{choices.below(11)};
  const auto proof = make_consistency_proof(SmallTree(), from, TreeSize{10}).value();
  const auto body = add_checkpoint_body(from, proof, note_of_ten());
  std::string_view rest = body;
  const auto old = line_of(rest);
  CHECK(old.starts_with("old ") && parse_decimal(old.substr(4)).value() == from.value);
  std::vector<Digest> hashes;
  for (auto line = line_of(rest); !line.empty(); line = line_of(rest)) {
    const auto hash = from_base64(line).value();
    CHECK(hash.size() == sizeof(Digest));
    std::ranges::copy(hash, hashes.emplace_back().begin());
  }
  CHECK(hashes == proof && rest == note_of_ten());
}

void hold_answer(Choices choices) {
  static const auto witness =
      NoteVerifier::create(kWitness, NoteKeyType::kCosignature, key_of(2).public_key()).value();
  static const auto text = parse_note(note_of_ten()).value().text;
  static const std::string line = [] {
    const auto cosignature = cosign(text, kWitness, key_of(2), 1'800'000'000).value();
    const auto whole = format_note({text, {cosignature}}).value();
    return whole.substr(text.size() + 1);
  }();
  const auto answer = changed_text(line, choices);
  const auto read = read_cosignature(answer, note_of_ten(), witness);
  if (!read) return;
  CHECK(witness.verify(text, *read) && cosignature_time_s(*read).value() == 1'800'000'000);
  const auto cosigned = add_signature(note_of_ten(), *read).value();
  CHECK(open_note(cosigned, {&witness, 1}).has_value());
}

void hold_known_size(ByteView input) {
  const auto answer = text_of(input);
  const auto size = read_known_size(answer);
  if (size) CHECK(std::to_string(size->value) + "\n" == answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices({data, size});
  switch (choices.below(6)) {
    case 0:
      hold_inclusion(choices);
      break;
    case 1:
      hold_consistency(choices);
      break;
    case 2:
      hold_proof_file(choices);
      break;
    case 3:
      hold_body(choices);
      break;
    case 4:
      hold_answer(choices);
      break;
    default:
      hold_known_size(choices.rest());
      hold_proof_text("c2sp.org/tlog-proof@v1\n" + std::string(text_of(choices.rest())));
  }
  return 0;
}

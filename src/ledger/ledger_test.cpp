#include "ledger/ledger.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "ledger/checkpoint.h"
#include "ledger/ledger_for_test.h"
#include "ledger/merkle.h"
#include "ledger/tile_writer.h"
#include "ledger/tlog_proof.h"
#include "ledger/vectors_for_test.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

NoteVerifier verifier_of(const Ledger& ledger) {
  return NoteVerifier::parse(ledger.verifier_key()).value();
}

VerifyReport verify_directory(const std::string& directory, const std::string& key) {
  DirectorySource source(directory);
  return verify_ledger(source, {.verifier_key = key});
}

Checkpoint last_checkpoint(const Ledger& ledger) {
  return open_checkpoint(ledger.checkpoint_text(), verifier_of(ledger)).value();
}

TEST(Ledger, AppendThenProveForEverySizeUpTo300) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  std::vector<Checkpoint> checkpoints{last_checkpoint(*ledger)};
  for (std::uint64_t size = 1; size <= 300; ++size) {
    const auto entry = entry_for_test(size - 1);
    ASSERT_EQ(ledger->append({&entry, 1}).value(), LeafIndex{size - 1});
    ASSERT_TRUE(ledger->checkpoint_now());
    checkpoints.push_back(last_checkpoint(*ledger));
    const auto& checkpoint = checkpoints.back();
    ASSERT_EQ(checkpoint.size, TreeSize{size});
    for (const auto index : {std::uint64_t{0}, size / 2, size - 1}) {
      const auto proof = ledger->inclusion_proof({index}, {size}).value();
      const auto leaf = encode_leaf(entry_for_test(index));
      ASSERT_TRUE(verify_inclusion({index}, {size}, hash_leaf(leaf), proof, checkpoint.root));
    }
    for (const auto from : {std::uint64_t{1}, size / 2 + 1, size}) {
      const auto proof = ledger->consistency_proof({from}, {size}).value();
      ASSERT_TRUE(
          verify_consistency({from}, {size}, checkpoints[from].root, checkpoint.root, proof));
    }
  }
  // Proofs for older sizes still come from the tiles of the newest.
  for (std::uint64_t from = 1; from <= 300; from += 7) {
    for (std::uint64_t to = from; to <= 300; to += 11) {
      const auto proof = ledger->consistency_proof({from}, {to}).value();
      ASSERT_TRUE(
          verify_consistency({from}, {to}, checkpoints[from].root, checkpoints[to].root, proof));
    }
  }
  EXPECT_FALSE(ledger->inclusion_proof({0}, {301}));
  EXPECT_FALSE(ledger->consistency_proof({1}, {301}));
  const auto report = verify_directory(directory.path(), ledger->verifier_key());
  EXPECT_TRUE(report.ok) << report.problems.front();
}

TEST(Ledger, ReadGivesEveryEntryFromTilesAndFromMemory) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  ASSERT_TRUE(ledger->append(entries_for_test(0, 700)));
  ASSERT_TRUE(ledger->checkpoint_now());
  ASSERT_EQ(ledger->append(entries_for_test(700, 900)).value(), LeafIndex{700});
  for (const auto& [from, to] :
       {std::pair{0, 900}, {0, 0}, {255, 257}, {650, 750}, {700, 900}, {899, 900}, {0, 700}}) {
    auto next = static_cast<std::uint64_t>(from);
    ASSERT_TRUE(ledger->read({next}, {static_cast<std::uint64_t>(to)},
                             [&](LeafIndex index, const Entry& entry) {
                               EXPECT_EQ(index.value, next);
                               EXPECT_EQ(entry, entry_for_test(next));
                               ++next;
                               return true;
                             }));
    EXPECT_EQ(next, static_cast<std::uint64_t>(to));
  }
  int seen = 0;
  ASSERT_TRUE(ledger->read({690}, {900}, [&](LeafIndex, const Entry&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(ledger->read({0}, {901}, [](LeafIndex, const Entry&) { return true; }).error().code,
            ErrorCode::kNotFound);
}

TEST(Ledger, ProofFileIsCheckedWithNothingButTheKey) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  ASSERT_TRUE(ledger->append(entries_for_test(0, 300)));
  EXPECT_FALSE(ledger->proof_file({0}));
  ASSERT_TRUE(ledger->checkpoint_now());
  const auto proof = parse_tlog_proof(ledger->proof_file({260}).value()).value();
  EXPECT_EQ(proof.extra.value(), encode_leaf(entry_for_test(260)));
  EXPECT_EQ(verify_tlog_proof(proof, *proof.extra, verifier_of(*ledger))->size, TreeSize{300});
  EXPECT_FALSE(verify_tlog_proof(proof, encode_leaf(entry_for_test(261)), verifier_of(*ledger)));
  EXPECT_FALSE(ledger->proof_file({300}));
}

TEST(Ledger, RefusesWhatNoLedgerTakesWithoutBreaking) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  Entry bad;
  bad.fields.bits = 1ull << 63;
  EXPECT_EQ(ledger->append({&bad, 1}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(ledger->append(std::vector<Entry>(kAppendEntriesMax + 1)).error().code,
            ErrorCode::kTooLarge);
  EXPECT_FALSE(ledger->broken());
  EXPECT_TRUE(ledger->append(entries_for_test(0, 1)));
  EXPECT_EQ(ledger->size(), TreeSize{1});
}

TEST(Ledger, ServesTilesOfTheCheckpointOnly) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  ASSERT_TRUE(ledger->append(entries_for_test(0, 260)));
  EXPECT_FALSE(ledger->tile(0, 0, 256));
  ASSERT_TRUE(ledger->checkpoint_now());
  EXPECT_EQ(ledger->tile(0, 0, 256)->size(), 8192u);
  EXPECT_EQ(ledger->tile(0, 1, 4)->size(), 128u);
  EXPECT_EQ(ledger->tile(1, 0, 1)->size(), 32u);
  EXPECT_EQ(ledger->bundle(1, 4)->size(), 4 * (2 + kLeafBytes));
  for (const auto& [level, index, width] : {std::tuple{0u, 1u, 5u},
                                            {0u, 2u, 1u},
                                            {1u, 0u, 2u},
                                            {9u, 0u, 1u},
                                            {0u, 0u, 0u},
                                            {0u, 0u, 257u}}) {
    EXPECT_EQ(ledger->tile(level, index, width).error().code, ErrorCode::kNotFound)
        << level << index << width;
  }
}

TEST(Ledger, OneProcessAtATime) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  EXPECT_EQ(open_ledger_for_test(directory.path(), disk).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(ledger->close());
  EXPECT_TRUE(open_ledger_for_test(directory.path(), disk));
}

TEST(Ledger, CloseLeavesACheckpointOverEverythingAndEndsAppends) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  ASSERT_TRUE(ledger->append(entries_for_test(0, 10)));
  ASSERT_TRUE(ledger->close());
  EXPECT_EQ(ledger->checkpoint_size(), TreeSize{10});
  EXPECT_EQ(ledger->append(entries_for_test(10, 11)).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(verify_directory(directory.path(), ledger->verifier_key()).ok);
  ledger.reset();
  auto again = open_ledger_for_test(directory.path(), disk).value();
  EXPECT_EQ(again->size(), TreeSize{10});
  EXPECT_EQ(again->append(entries_for_test(10, 11)).value(), LeafIndex{10});
}

TEST(Ledger, ChecksPointsByItselfSoonAfterAnAppend) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk, 10).value();
  ASSERT_TRUE(ledger->append(entries_for_test(0, 10)));
  while (ledger->checkpoint_size() < TreeSize{10})
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(last_checkpoint(*ledger).size, TreeSize{10});
}

// A hammer that reads, proves and verifies while another thread appends.
TEST(Ledger, ReadsAndProvesWhileItAppends) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk, 5).value();
  constexpr std::uint64_t kEntries = 4000;
  std::atomic<bool> done = false;
  std::thread appender([&] {
    for (std::uint64_t at = 0; at < kEntries; at += 20) {
      EXPECT_EQ(ledger->append(entries_for_test(at, at + 20)).value(), LeafIndex{at});
    }
    done = true;
  });
  const auto verifier = verifier_of(*ledger);
  Checkpoint before = last_checkpoint(*ledger);
  int rounds = 0;
  while (!done || rounds == 0) {
    const auto checkpoint = last_checkpoint(*ledger);
    ASSERT_GE(checkpoint.size, before.size);
    if (before.size.value != 0) {
      const auto proof = ledger->consistency_proof(before.size, checkpoint.size);
      ASSERT_TRUE(proof) << proof.error().context;
      ASSERT_TRUE(
          verify_consistency(before.size, checkpoint.size, before.root, checkpoint.root, *proof));
      const LeafIndex index{checkpoint.size.value - 1};
      const auto inclusion = parse_tlog_proof(ledger->proof_file(index).value()).value();
      ASSERT_TRUE(verify_tlog_proof(inclusion, encode_leaf(entry_for_test(index.value)), verifier));
    }
    const auto size = ledger->size();
    std::uint64_t seen = 0;
    const auto status = ledger->read({0}, size, [&](LeafIndex index, const Entry& entry) {
      EXPECT_EQ(index.value, seen++);
      return index.value % 97 != 0 || entry == entry_for_test(index.value);
    });
    ASSERT_TRUE(status) << status.error().context;
    ASSERT_EQ(seen, size.value);
    before = checkpoint;
    ++rounds;
  }
  appender.join();
  const auto live = verify_directory(directory.path(), ledger->verifier_key());
  EXPECT_TRUE(live.ok) << live.problems.front();
  ASSERT_TRUE(ledger->close());
  const auto report = verify_directory(directory.path(), ledger->verifier_key());
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.size, TreeSize{kEntries});
}

// The log that Tessera wrote, byte for byte: every checkpoint, tile and bundle of the sizes 0
// to 15.
TEST(LedgerGolden, TesseraLogIsReproduced) {
  const auto signer = NoteSigner::parse(
      "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg");
  ASSERT_TRUE(signer);
  constexpr std::array<std::string_view, 15> kEntries{
      "one",  "two", "three",  "four",  "five",     "six",     "seven", "eit",
      "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten"};
  TestDirectory directory;
  PosixDisk disk;
  auto tiles = TileWriter::resume(disk, directory.path(), {0}).value();
  for (std::uint64_t size = 0; size <= kEntries.size(); ++size) {
    if (size != 0) {
      ASSERT_TRUE(tiles.add(view_of(kEntries[size - 1]), {}));
    }
    ASSERT_TRUE(tiles.write_partials());
    const Checkpoint checkpoint{signer->name, tiles.size(), tiles.root(), {}};
    EXPECT_EQ(sign_checkpoint(checkpoint, signer->key).value(),
              read_vector(fmt::format("tessera/checkpoint.{}", size)));
    if (size == 0) continue;
    for (const auto kind : {TileKind::kHashes, TileKind::kEntries}) {
      const auto path = path_of({kind, 0, 0, static_cast<unsigned>(size)});
      EXPECT_EQ(text_of(disk.read(directory.file(path), 1 << 20).value()),
                read_vector("tessera/" + path))
          << path;
    }
  }
}

TEST(LedgerGolden, TesseraLogVerifies) {
  // A log of somebody else has neither private parts nor a journal, as if it came over the network.
  class Published final : public Source {
   public:
    Result<Bytes> read(const std::string& name) override {
      return PosixDisk().read(BULKHEAD_SOURCE_DIR "/tests/vectors/tlog/tessera/" + name, 1 << 20);
    }
    bool is_directory() const override { return false; }
    Result<std::vector<std::string>> list(const std::string&) override {
      return std::vector<std::string>{};
    }
  } source;
  const auto report = verify_ledger(
      source, {.verifier_key =
                   "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx",
               .decode_entries = false});
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.origin, "example.com/log/testdata");
  EXPECT_EQ(report.size, TreeSize{15});
  EXPECT_EQ(report.root, "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=");
}

}  // namespace
}  // namespace bulkhead

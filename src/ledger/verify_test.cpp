#include "ledger/verify.h"

#include <map>

#include "ledger/checkpoint.h"
#include "ledger/journal.h"
#include "ledger/ledger_for_test.h"
#include "ledger/tiles.h"

namespace bulkhead {
namespace {

// A ledger's files in memory, so that each byte can be changed in turn.
class MemorySource final : public Source {
 public:
  explicit MemorySource(const std::string& path) {
    DirectorySource source(path);
    files["checkpoint"] = source.read("checkpoint").value();
    for (const auto* below : {"tile/", "private/", "journal/"}) {
      const auto names = source.list(below).value();
      for (const auto& name : names) files[name] = source.read(name).value();
    }
  }
  Result<Bytes> read(const std::string& name) override {
    const auto at = files.find(name);
    if (at == files.end()) return fail(ErrorCode::kNotFound, "a file is absent");
    return at->second;
  }
  bool is_directory() const override { return directory; }
  Result<std::vector<std::string>> list(const std::string& below) override {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files) {
      if (name.starts_with(below)) names.push_back(name);
    }
    return names;
  }
  std::map<std::string, Bytes> files;
  bool directory = true;
};

class Verify : public testing::Test {
 protected:
  // Checkpoints at 3, 11 and `size`, so that partial files of several widths lie about.
  void build(std::uint64_t size, bool close = true) {
    ledger_ = open_ledger_for_test(directory_.path(), disk_).value();
    ASSERT_TRUE(ledger_->append(entries_for_test(0, 3)));
    ASSERT_TRUE(ledger_->checkpoint_now());
    ASSERT_TRUE(ledger_->append(entries_for_test(3, 11)));
    ASSERT_TRUE(ledger_->checkpoint_now());
    ASSERT_TRUE(ledger_->append(entries_for_test(11, size)));
    key_ = ledger_->verifier_key();
    if (close) {
      ASSERT_TRUE(ledger_->close());
    }
  }
  VerifyReport verify(Source& source) { return verify_ledger(source, {.verifier_key = key_}); }
  static bool names_file(const VerifyReport& report, std::string_view file) {
    return std::any_of(
        report.problems.begin(), report.problems.end(),
        [&](const std::string& problem) { return problem.find(file) != std::string::npos; });
  }

  TestDirectory directory_;
  PosixDisk disk_;
  std::unique_ptr<Ledger> ledger_;
  std::string key_;
};

TEST_F(Verify, AnyFlippedByteOfAnyFileIsReported) {
  build(20);
  MemorySource source(directory_.path());
  ASSERT_TRUE(verify(source).ok);
  // Widths 3, 11 and 20 of tile, entries and private parts, the checkpoint and an empty journal.
  ASSERT_EQ(source.files.size(), 11u);
  for (auto& [name, bytes] : source.files) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      bytes[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
      const auto report = verify(source);
      EXPECT_FALSE(report.ok) << name << " byte " << at;
      bytes[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
    }
  }
  EXPECT_TRUE(verify(source).ok);
}

TEST_F(Verify, FlipsInALargerLedgerAreReportedWithTheirFile) {
  build(1000);
  MemorySource source(directory_.path());
  const auto clean = verify(source);
  ASSERT_TRUE(clean.ok) << clean.problems.front();
  for (auto& [name, bytes] : source.files) {
    if (bytes.empty()) continue;
    for (const auto at : {std::size_t{0}, bytes.size() / 3, bytes.size() - 1}) {
      bytes[at] ^= 0x10;
      const auto report = verify(source);
      EXPECT_FALSE(report.ok) << name << " byte " << at;
      // A changed entry also shows as a changed root; a changed root or tile names its own file.
      EXPECT_TRUE(names_file(report, name) || name.starts_with("tile/entries/"))
          << name << ": " << report.problems[0];
      bytes[at] ^= 0x10;
    }
  }
}

TEST_F(Verify, MissingLongerAndShorterFilesAreReported) {
  build(300);
  MemorySource source(directory_.path());
  const auto good = source.files;
  for (const auto& [name, bytes] : good) {
    const auto parsed = parse_tile_path(name);
    // A partial file of an older checkpoint may go.
    const bool may_go = parsed && parsed->width < width_at(parsed->level, parsed->index, {300});
    source.files.erase(name);
    EXPECT_EQ(verify(source).ok, may_go) << name;
    source.files = good;
    source.files[name].push_back(0);
    EXPECT_EQ(verify(source).ok, name.starts_with("journal/")) << name;  // there it is a torn tail
    source.files = good;
    if (!bytes.empty()) {
      source.files[name].pop_back();
      EXPECT_FALSE(verify(source).ok) << name;
      source.files = good;
    }
  }
}

TEST_F(Verify, FilesThatNoLedgerWritesAreReported) {
  build(20);
  MemorySource source(directory_.path());
  source.files["tile/0/0001"] = {};
  source.files["private/notes.txt"] = {};
  source.files["journal/1"] = {};
  const auto report = verify(source);
  EXPECT_EQ(report.problems.size(), 3u);
  EXPECT_TRUE(names_file(report, "tile/0/0001"));
  EXPECT_TRUE(names_file(report, "private/notes.txt"));
  EXPECT_TRUE(names_file(report, "journal/1"));
}

TEST_F(Verify, ARewrittenHistoryFailsOnTheSignature) {
  build(20);
  // Somebody with the whole disk but not the key writes another ledger with a key of his own.
  TestDirectory other;
  auto forged = Ledger::open({.directory = other.path(),
                              .origin = std::string(kOriginForTest),
                              .key = SigningKey::generate(),
                              .disk = &disk_,
                              .second_place = {},
                              .on_broken = {}})
                    .value();
  ASSERT_TRUE(forged->append(entries_for_test(1, 21)));
  ASSERT_TRUE(forged->close());
  MemorySource source(other.path());
  const auto report = verify(source);
  EXPECT_FALSE(report.ok);
  EXPECT_TRUE(names_file(report, "checkpoint"));
  EXPECT_TRUE(verify_ledger(source, {.verifier_key = forged->verifier_key()}).ok);
}

TEST_F(Verify, JournalEntriesUnderTheCheckpointAreComparedAndLaterOnesCounted) {
  build(20, false);  // 11 under the checkpoint, 9 after it, all in the journal
  MemorySource source(directory_.path());
  const auto report = verify(source);
  ASSERT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.size, TreeSize{11});
  EXPECT_EQ(report.journal_entries, 9u);
  // An entry exchanged for another valid one of the same size.
  auto& journal = source.files["journal/" + journal_name({0})];
  Bytes other;
  for (std::uint64_t i = 0; i < 20; ++i)
    append_record(other, journal_key(signing_key_for_test()), {i}, {0},
                  entry_for_test(i == 4 ? 999 : i));
  journal = other;
  const auto changed = verify(source);
  EXPECT_TRUE(names_file(changed, "entry 4 is not the one in its bundle"));
}

TEST_F(Verify, OverTheNetworkOnlyLeavesAreCheckedAndProgressIsTold) {
  build(600);
  MemorySource source(directory_.path());
  source.directory = false;
  std::erase_if(source.files, [](const auto& file) {
    return !file.first.starts_with("tile/") && file.first != "checkpoint";
  });
  std::vector<std::uint64_t> seen;
  const auto report =
      verify_ledger(source, {.verifier_key = key_}, [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_EQ(total, 600u);
        seen.push_back(done);
      });
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{256, 512, 600}));
}

TEST_F(Verify, ProblemsHaveAMaximum) {
  build(2000);
  MemorySource source(directory_.path());
  for (auto& [name, bytes] : source.files) {
    if (!name.starts_with("private/")) continue;
    // Spoil the salt of every item, leaving the lengths as they are.
    for (std::size_t at = 0; at + 2 < bytes.size();
         at += 2u + get_big_endian<std::uint16_t>(&bytes[at]))
      bytes[at + 2] ^= 1;
  }
  EXPECT_EQ(verify(source).problems.size(), kVerifyProblemsMax);
}

}  // namespace
}  // namespace bulkhead

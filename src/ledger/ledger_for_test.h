// What the ledger's tests share: a directory of their own, a key, and a way to open. Never for
// product code. Owned by ledger.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "ledger/durable_file.h"
#include "ledger/entry_for_test.h"
#include "ledger/ledger.h"

namespace bulkhead {

inline constexpr std::string_view kOriginForTest = "bulkhead.example/ledger";

inline SigningKey signing_key_for_test() {
  Bytes seed(32);
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
  return SigningKey::from_seed(SecretBytes(ByteView(seed))).value();
}

class TestDirectory {
 public:
  TestDirectory() {
    // In memory where there is such a place: these tests sync some ten thousand times.
    const std::filesystem::path memory = "/dev/shm";
    const auto parent =
        access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "bulkhead-ledger-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// Checkpoints only when asked for unless `delay_ms` says otherwise.
inline Result<std::unique_ptr<Ledger>> open_ledger_for_test(const std::string& directory,
                                                            Disk& disk,
                                                            std::uint32_t delay_ms = 3'600'000,
                                                            const std::string& second_place = "",
                                                            bool unanchored = false) {
  return Ledger::open({.directory = directory,
                       .origin = std::string(kOriginForTest),
                       .key = signing_key_for_test(),
                       .disk = &disk,
                       .second_place = second_place,
                       .unanchored = unanchored,
                       .checkpoint_delay_ms = delay_ms,
                       .on_broken = {}});
}

inline std::vector<Entry> entries_for_test(std::uint64_t from, std::uint64_t to) {
  std::vector<Entry> entries;
  for (auto seed = from; seed < to; ++seed) entries.push_back(entry_for_test(seed));
  return entries;
}

}  // namespace bulkhead
